//! What a page about one project shows of it, in one statement; and what its own forms read and record.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use crate::facts::WriteTx;
use crate::facts::tables::{MILESTONE_EVENTS, MILESTONES, PROJECT_STATUSES};

/// A project as of a day, known at an instant.
#[derive(Debug, sqlx::FromRow)]
pub struct Project {
    /// Its row.
    pub id: i64,
    /// Its name today.
    pub title: String,
    /// A word or sentence of today.
    pub status: Option<String>,
    /// The code of its unit.
    pub unit_code: String,
    /// Its unit's name.
    pub unit_name: String,
    /// The day what is in force was agreed on; none from the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// Its budget; nought where it has none.
    pub budget_usd: Decimal,
    /// ISO 3166-1 alpha-3, `;` between.
    pub countries: Option<String>,
    /// What was agreed on by the day, in the order of the days.
    pub versions: Option<Json<Vec<Version>>>,
    /// What was spent in the months that had ended, in their order.
    pub spent: Option<Json<Vec<Month>>>,
    /// What came in, by month, in their order.
    pub received: Option<Json<Vec<Month>>>,
    /// Receipts without a rate, which are in no sum.
    pub without_rate: i64,
    /// Reports owed under the pledges that name it that are overdue.
    pub reports_overdue: i64,
    /// Its milestones, by number.
    pub milestones: Option<Json<Vec<Milestone>>>,
    /// What was said of it, the last quarter first.
    pub statuses: Option<Json<Vec<Status>>>,
}

/// Dates and budget, in force from a day.
#[derive(Debug, Clone, Deserialize)]
pub struct Version {
    /// From when; none from the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// The budget.
    pub budget_usd: Decimal,
    /// The unit's code.
    pub unit: String,
    /// The countries.
    pub countries: Option<String>,
}

/// US dollars of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Month {
    /// Its first day.
    pub month: NaiveDate,
    /// How much.
    pub usd: Decimal,
}

/// What a project sets out to reach.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, sqlx::FromRow)]
pub struct Milestone {
    /// Its number.
    pub number: i32,
    /// What is to be reached.
    pub milestone: String,
    /// The day planned for it, as agreed on last.
    pub planned_on: NaiveDate,
    /// The day first planned.
    pub first_planned_on: NaiveDate,
    /// The day it was reached.
    pub reached_on: Option<NaiveDate>,
}

/// A sentence about a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, sqlx::FromRow)]
pub struct Status {
    /// Its first day.
    pub quarter: NaiveDate,
    /// The sentence.
    pub sentence: String,
}

/// The project of a code, as of a day and known at an instant.
///
/// # Errors
/// Where the database fails.
pub async fn project(
    connection: &mut PgConnection,
    code: &str,
    day: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Option<Project>, sqlx::Error> {
    sqlx::query_as(
        "with naming as (
            select b.pledge_id from pledge_terms t join pledge_balances b on b.pledge_id = t.pledge_id and b.terms_id = t.id
            where t.project = $1 and stands(b, $2, $3) and least(t.pledged_on, b.signed_on) <= $2
         ), receipts as (
            select date_trunc('month', c.received_on::timestamp)::date as month, usd_of(c.amount, r.units_per_usd) as usd
            from naming join contribution_facts c on c.pledge_id = naming.pledge_id
            left join lateral (
                select case when c.currency = 'USD' then 1 else (
                    select r.units_per_usd from exchange_rates r
                    where r.currency = c.currency and r.valid_from <= c.received_on
                        and was_known(r.recorded_at, r.voided_at, $3)
                    order by r.valid_from desc limit 1) end as units_per_usd
            ) r on true
            where c.kind = 'cash' and c.received_on <= $2 and was_known(c.recorded_at, c.voided_at, $3)
         ), planned as (
            select m.number, m.milestone, m.planned_on, m.agreed_on from milestones m join projects p on p.id = m.project_id
            where p.code = $1 and (m.agreed_on is null or m.agreed_on <= $2)
                and was_known(m.recorded_at, m.voided_at, $3)
         )
         select p.id, p.title, p.status, u.code as unit_code, u.name as unit_name, f.agreed_on, f.starts_on, f.ends_on,
            f.budget_usd, f.countries,
            (select json_agg(json_build_object('agreed_on', v.agreed_on, 'starts_on', v.starts_on, 'ends_on', v.ends_on,
                'budget_usd', v.budget_usd, 'unit', vu.code, 'countries', v.countries) order by v.agreed_on nulls first)
             from project_facts v join units vu on vu.id = v.unit_id
             where v.project_id = p.id and (v.agreed_on is null or v.agreed_on <= $2)
                and was_known(v.recorded_at, v.voided_at, $3)) as versions,
            (select json_agg(json_build_object('month', e.month, 'usd', e.amount_usd) order by e.month)
             from expenditures e where e.project_id = p.id and e.month < months_ended_by($2)
                and was_known(e.recorded_at, e.voided_at, $3)) as spent,
            (select json_agg(json_build_object('month', m.month, 'usd', m.usd) order by m.month)
             from (select month, sum(usd) as usd from receipts where usd is not null group by month) m) as received,
            (select count(*) from receipts where usd is null) as without_rate,
            (select count(*) from naming join report_states r on r.pledge_id = naming.pledge_id and stands(r, $2, $3)
             where report_is_due(r, $2) and not report_is_submitted(r) and r.due_on < $2) as reports_overdue,
            (select json_agg(json_build_object('number', m.number, 'milestone', m.milestone, 'planned_on', m.planned_on,
                'first_planned_on', (select o.planned_on from planned o where o.number = m.number
                    order by o.agreed_on nulls first limit 1),
                'reached_on', (select e.reached_on from milestone_events e
                    where e.project_id = p.id and e.number = m.number and e.reached_on <= $2
                        and was_known(e.recorded_at, e.voided_at, $3) limit 1)) order by m.planned_on, m.number)
             from (select distinct on (number) * from planned order by number, agreed_on desc nulls last) m) as milestones,
            (select json_agg(json_build_object('quarter', s.quarter, 'sentence', s.sentence) order by s.quarter desc)
             from project_statuses s where s.project_id = p.id and s.quarter <= $2
                and was_known(s.recorded_at, s.voided_at, $3)) as statuses
         from projects p join projects_in_force($2, $3) f on f.project_id = p.id join units u on u.id = f.unit_id
         where p.code = $1",
    )
    .bind(code)
    .bind(day)
    .bind(known_at)
    .fetch_optional(connection)
    .await
}

/// A project as forms of its own need it: its row and its unit's code, as it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Found {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub title: String,
    /// The code of its unit in force today.
    pub unit: String,
}

/// The project of a code, as it is today.
///
/// # Errors
/// Where the database fails.
pub async fn find(
    connection: &mut PgConnection,
    code: &str,
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Option<Found>, sqlx::Error> {
    sqlx::query_as(
        "select p.id, p.title, u.code as unit from projects p join projects_in_force($2, $3) f on f.project_id = p.id
         join units u on u.id = f.unit_id where p.code = $1",
    )
    .bind(code)
    .bind(today)
    .bind(known_at)
    .fetch_optional(connection)
    .await
}

/// A fact of a milestone that holds: what was planned, from when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Plan {
    /// The fact.
    pub id: i64,
    /// From when; none from the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// What is to be reached.
    pub milestone: String,
    /// By when.
    pub planned_on: NaiveDate,
}

/// The plans of a milestone, the last agreed on last.
///
/// # Errors
/// Where the database fails.
pub async fn plans(connection: &mut PgConnection, project: i64, number: i32) -> Result<Vec<Plan>, sqlx::Error> {
    sqlx::query_as(
        "select id, agreed_on, milestone, planned_on from milestones
         where project_id = $1 and number = $2 and voided_at is null order by agreed_on nulls first",
    )
    .bind(project)
    .bind(number)
    .fetch_all(connection)
    .await
}

/// The fact that a milestone was reached, and the day.
///
/// # Errors
/// Where the database fails.
pub async fn reached(
    connection: &mut PgConnection,
    project: i64,
    number: i32,
) -> Result<Option<(i64, NaiveDate)>, sqlx::Error> {
    sqlx::query_as(
        "select id, reached_on from milestone_events where project_id = $1 and number = $2 and voided_at is null",
    )
    .bind(project)
    .bind(number)
    .fetch_optional(connection)
    .await
}

/// The number of the next milestone: one that was taken out keeps its own.
///
/// # Errors
/// Where the database fails.
pub async fn next_number(connection: &mut PgConnection, project: i64) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("select coalesce(max(number), 0) + 1 from milestones where project_id = $1")
        .bind(project)
        .fetch_one(connection)
        .await
}

/// Records what a milestone is and by when it is to be reached; `replaces` is the plan that was recorded wrong.
///
/// # Errors
/// Where the database fails.
pub async fn plan(
    tx: &mut WriteTx,
    (project, code): (i64, &str),
    number: i32,
    replaces: Option<i64>,
    new: &Plan,
) -> Result<(), sqlx::Error> {
    if let Some(id) = replaces {
        MILESTONES.void_one(tx, id).await?;
    }
    let key = match new.agreed_on {
        Some(day) => format!("{code} {number} {day}"),
        None => format!("{code} {number}"),
    };
    let Plan { agreed_on, milestone, planned_on, .. } = new.clone();
    MILESTONES
        .record_bound(tx, |source| {
            source.sql("select ").bind(key).sql("::text as key, ").bind(replaces).sql("::bigint as replaces, ");
            source.bind(project).sql("::bigint as project_id, ").bind(number).sql("::integer as number, ");
            source.bind(agreed_on).sql("::date as agreed_on, ").bind(milestone).sql("::text as milestone, ");
            source.bind(planned_on).sql("::date as planned_on");
        })
        .await?;
    Ok(())
}

/// Records the day a milestone was reached, in place of the fact that said another; none: that fact is taken out.
///
/// # Errors
/// Where the database fails.
pub async fn reach(
    tx: &mut WriteTx,
    (project, code): (i64, &str),
    number: i32,
    replaces: Option<i64>,
    day: Option<NaiveDate>,
) -> Result<(), sqlx::Error> {
    if let Some(id) = replaces {
        MILESTONE_EVENTS.void_one(tx, id).await?;
    }
    let Some(day) = day else { return Ok(()) };
    let key = format!("{code} {number} reached");
    MILESTONE_EVENTS
        .record_bound(tx, |source| {
            source.sql("select ").bind(key).sql("::text as key, ").bind(replaces).sql("::bigint as replaces, ");
            source.bind(project).sql("::bigint as project_id, ").bind(number).sql("::integer as number, ");
            source.bind(day).sql("::date as reached_on");
        })
        .await?;
    Ok(())
}

/// What was said of a quarter: the fact and the sentence.
///
/// # Errors
/// Where the database fails.
pub async fn said(
    connection: &mut PgConnection,
    project: i64,
    quarter: NaiveDate,
) -> Result<Option<(i64, String)>, sqlx::Error> {
    sqlx::query_as(
        "select id, sentence from project_statuses where project_id = $1 and quarter = $2 and voided_at is null",
    )
    .bind(project)
    .bind(quarter)
    .fetch_optional(connection)
    .await
}

/// Records what is said of a quarter; `replaces` is the sentence that was there.
///
/// # Errors
/// Where the database fails.
pub async fn say(
    tx: &mut WriteTx,
    (project, code): (i64, &str),
    replaces: Option<i64>,
    status: &Status,
) -> Result<(), sqlx::Error> {
    if let Some(id) = replaces {
        PROJECT_STATUSES.void_one(tx, id).await?;
    }
    let key = format!("{code} {}", super::statuses::quarter_in_files(status.quarter));
    let Status { quarter, sentence } = status.clone();
    PROJECT_STATUSES
        .record_bound(tx, |source| {
            source.sql("select ").bind(key).sql("::text as key, ").bind(replaces).sql("::bigint as replaces, ");
            source.bind(project).sql("::bigint as project_id, ").bind(quarter).sql("::date as quarter, ");
            source.bind(sentence).sql("::text as sentence");
        })
        .await?;
    Ok(())
}
