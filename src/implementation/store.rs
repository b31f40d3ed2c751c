//! What is in force of every project on a day, what it spent, what came in for it and from whom. Read once for what was
//! true on a day and known at an instant, and kept: none of it can change afterwards. It is kept under the last instant at
//! which a fact moved.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use tokio::sync::OnceCell;

use super::answer::KnownFigures;
use super::rule::{Answer, Standing, answer};
use crate::db::Db;
use crate::facts::{FactTable, tables};
use crate::kernel::{AsOf, KnownAt};
use crate::lists::query::KnownRows;
use crate::lists::settled::{RestsOn, settled};
use crate::lists::{Kept, Memory, Scope};
use crate::settings::{self, LATE_MARGIN};

/// A donor with a pledge that names a project.
#[derive(Debug, Clone, Deserialize)]
pub struct Funding {
    /// The donor's code, and those of every donor it belongs to.
    pub codes: Vec<String>,
    /// Cash received under its pledges that name the project, in US dollars.
    pub usd: Decimal,
    /// Receipts without a rate, which are in no sum.
    pub without_rate: i64,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: i64,
    code: String,
    units: Vec<String>,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    budget: Decimal,
    countries: Option<String>,
    spent: Decimal,
    last_spent: Option<NaiveDate>,
    funding: Option<Vec<Funding>>,
    reports_overdue: i64,
}

/// A project as of the day.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its row.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// The code of its unit, last, after those of every unit above it.
    pub units: Vec<String>,
    /// ISO 3166-1 alpha-3.
    pub countries: Vec<String>,
    /// What is in force of it, and what it spent.
    pub standing: Standing,
    /// What the rule says of that.
    pub answer: Answer,
    /// Who funds it.
    pub funding: Vec<Funding>,
    /// Reports owed under the pledges that name it that are overdue.
    pub reports_overdue: i64,
}

impl Project {
    /// Cash received under the pledges that name it, in US dollars.
    pub fn received(&self) -> Decimal {
        self.funding.iter().map(|one| one.usd).sum()
    }

    /// Its unit's code.
    pub fn unit(&self) -> &str {
        self.units.last().map_or("", String::as_str)
    }
}

/// Everything there is to know of projects on a day, known at an instant.
#[derive(Debug, Default)]
pub struct Known {
    /// Every project, by code.
    pub projects: Vec<Project>,
    /// How far time may be ahead of delivery, in points.
    pub margin: Decimal,
    /// Pledges that name a project nobody knows.
    pub unknown: i64,
    /// Figures of them, once somebody asked.
    pub figures: KnownFigures,
    /// Rows of them as statements take them, likewise.
    pub rows: KnownRows,
}

#[derive(Deserialize)]
struct Ground {
    projects: Option<Vec<Row>>,
    margin: Decimal,
    unknown: i64,
}

async fn ground(connection: &mut PgConnection, scope: &Scope) -> Result<serde_json::Value, sqlx::Error> {
    let mut select = scope.begin();
    select.sql(", tree as materialized (select t.unit_id, t.path from unit_tree(");
    scope.day_and_known(&mut select);
    select.sql(
        ") t), spent as materialized (
            select e.project_id, sum(e.amount_usd) as usd, max(e.month) filter (where e.amount_usd > 0) as last_spent
            from scope join expenditures e on e.month < months_ended_by(scope.day)
                and was_known(e.recorded_at, e.voided_at, scope.known) group by e.project_id
         ), funding as materialized (select * from funding_of_projects(null, ",
    );
    scope.day_and_known(&mut select);
    select.sql(")), donors_now as materialized (select i.donor_id, i.parent_id from donors_in_force(");
    scope.day_and_known(&mut select);
    select.sql(
        ") i), donor_codes as (
            select up.donor_id, json_agg(up.code order by up.steps) as codes from (
                with recursive up as (
                    select f.donor_id, f.donor_id as at, 0 as steps from (select distinct donor_id from funding) f
                    union all
                    select up.donor_id, n.parent_id, up.steps + 1 from up join donors_now n on n.donor_id = up.at
                    where n.parent_id is not null and up.steps < 50
                )
                select up.donor_id, up.steps, d.code from up join donors d on d.id = up.at
            ) up group by up.donor_id
         ), funders as (
            select f.project, json_agg(json_build_object('codes', c.codes, 'usd', f.usd,
                'without_rate', f.without_rate) order by f.usd desc, f.donor_id) as funding
            from funding f join donor_codes c on c.donor_id = f.donor_id group by f.project
         ), overdue as materialized (
            -- These first: of all reports few are overdue, and each asks for the terms of its own pledge.
            select r.pledge_id, count(*) as reports from scope join report_states r on stands(r, scope.day, scope.known)
            where report_is_due(r, scope.day) and not report_is_submitted(r) and r.due_on < scope.day
            group by r.pledge_id
         ), reports as (
            select named.project, sum(o.reports)::bigint as overdue
            from overdue o cross join scope cross join lateral (
                select t.project from pledge_balances b join pledge_terms t on t.id = b.terms_id
                where b.pledge_id = o.pledge_id and stands(b, scope.day, scope.known) and t.project is not null offset 0
            ) named group by named.project
         )
         select json_build_object('projects', (
            select json_agg(json_build_object('id', p.id, 'code', p.code,
                'units', coalesce(to_json(tree.path), json_build_array(u.code)),
                'starts_on', f.starts_on, 'ends_on', f.ends_on, 'budget', f.budget_usd, 'countries', f.countries,
                'spent', coalesce(spent.usd, 0), 'last_spent', spent.last_spent, 'funding', funders.funding,
                'reports_overdue', coalesce(reports.overdue, 0)) order by p.code)
            from projects_in_force(",
    );
    scope.day_and_known(&mut select);
    select.sql(
        ") f join projects p on p.id = f.project_id join units u on u.id = f.unit_id
            left join tree on tree.unit_id = f.unit_id left join spent on spent.project_id = p.id
            left join funders on funders.project = p.code left join reports on reports.project = p.code
         ), 'margin', (select (",
    );
    settings::in_force(&mut select, &LATE_MARGIN, "null", "scope.day", "scope.known");
    select.sql(
        " #>> '{}')::numeric from scope), 'unknown', (
            select coalesce(sum(f.pledges), 0) from funding f
            where f.project not in (select p.code from projects p join projects_in_force(",
    );
    scope.day_and_known(&mut select).sql(") i on i.project_id = p.id)))");
    select.done().build_query_scalar().fetch_one(connection).await
}

async fn read(connection: &mut PgConnection, scope: &Scope) -> Result<Known, sqlx::Error> {
    let ground = ground(connection, scope).await?;
    let ground: Ground = serde_json::from_value(ground).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let project = |row: Row| {
        let standing = Standing {
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            budget: row.budget,
            spent: row.spent,
            last_spent: row.last_spent,
        };
        Project {
            id: row.id,
            code: row.code,
            units: row.units,
            countries: row.countries.iter().flat_map(|all| all.split(';')).map(str::to_owned).collect(),
            standing,
            answer: answer(&standing, scope.as_of.0, ground.margin),
            funding: row.funding.unwrap_or_default(),
            reports_overdue: row.reports_overdue,
        }
    };
    let projects = ground.projects.unwrap_or_default().into_iter().map(project).collect();
    Ok(Known {
        projects,
        margin: ground.margin,
        unknown: ground.unknown,
        figures: KnownFigures::default(),
        rows: KnownRows::default(),
    })
}

/// How many days and instants are kept: about a megabyte each with two thousand projects.
const MOST: usize = 16;

/// One reading: whoever asks for it while it goes on waits for it, and nobody makes it twice.
type Reading = Arc<OnceCell<Arc<Known>>>;

/// What was read already.
#[derive(Default)]
struct KnownProjects(Kept<(AsOf, KnownAt), Reading, MOST>);

async fn read_beside(db: Db, scope: Scope) -> Result<Arc<Known>, sqlx::Error> {
    let mut tx = db.read_for_export().await?;
    let known = read(&mut tx, &scope).await?;
    tx.end();
    Ok(Arc::new(known))
}

/// It rests on facts of nearly every kind, so on all of them: what was said in a meeting moves none.
struct Rests;

impl RestsOn for Rests {
    fn tables() -> &'static [&'static FactTable] {
        tables::ALL
    }
}

/// What there is to know in a scope, whatever its filters; read if nobody has asked for it yet. On the site the reading
/// goes on beside the page, to its end even where the page gives up, so that the next one finds it.
///
/// # Errors
/// Where the database fails.
pub async fn known(memory: &Memory, connection: &mut PgConnection, scope: &Scope) -> Result<Arc<Known>, sqlx::Error> {
    let projects = memory.of::<KnownProjects>();
    let settled = settled::<Rests>(memory, &mut *connection, scope.known_at).await?;
    let reading = projects.0.get_or_default((scope.as_of, settled));
    if let Some(known) = reading.get() {
        return Ok(known.clone());
    }
    let plain = Scope { today: scope.today, ..Scope::new(scope.as_of, settled) };
    let Some(db) = memory.db().cloned() else {
        return reading.get_or_try_init(|| async { Ok(Arc::new(read(connection, &plain).await?)) }).await.cloned();
    };
    let going_on = tokio::spawn(async move { reading.get_or_try_init(|| read_beside(db, plain)).await.cloned() });
    going_on.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

/// What donors are called today, by their codes.
///
/// # Errors
/// Where the database fails.
pub async fn donors(connection: &mut PgConnection, codes: Vec<String>) -> Result<HashMap<String, String>, sqlx::Error> {
    let named: Vec<(String, String)> =
        sqlx::query_as("select code, name from donors where code = any($1)").bind(codes).fetch_all(connection).await?;
    Ok(named.into_iter().collect())
}
