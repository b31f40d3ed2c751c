//! What the pages and forms of reports ask of the database.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::model::{Life, Step};
use crate::lists::Scope;

/// A report as of a day, with its life.
#[derive(Debug, sqlx::FromRow)]
pub struct Report {
    /// Its row.
    pub id: i64,
    /// What it is called.
    pub title: Option<String>,
    /// Who writes it: e-mail and name.
    pub responsible: Option<String>,
    /// The name of that person.
    pub responsible_name: Option<String>,
    /// Under which pledge, and what that is called.
    pub pledge_ref: String,
    /// The pledge's title.
    pub pledge_title: Option<String>,
    /// For whom.
    pub donor_code: String,
    /// The donor's name.
    pub donor_name: String,
    /// Who owes it.
    pub unit_code: String,
    /// The unit's name.
    pub unit_name: String,
    /// Which kind.
    pub kind: String,
    /// Whether it is the last under its pledge.
    pub last: bool,
    /// What it is about.
    pub period_from: Option<NaiveDate>,
    /// The last day of that.
    pub period_to: Option<NaiveDate>,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// The day it was due before any extension.
    pub first_due_on: NaiveDate,
    /// The first day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// In the word of files.
    pub state: String,
    /// How many days late.
    pub days_late: i32,
    /// Every step by the day.
    pub steps: Option<Json<Vec<Step>>>,
    /// Extensions and waivers agreed by the day.
    pub agreements: Option<Json<Vec<Agreement>>>,
}

/// What the donor agreed to: a later day, or that no report is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Agreement {
    /// `extension` or `waiver`.
    pub what: String,
    /// The day it was agreed.
    pub agreed_on: NaiveDate,
    /// The day it is due from then on; none for a waiver.
    pub due_on: Option<NaiveDate>,
    /// The donor's letter.
    pub letter: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Whether resource mobilization has confirmed it.
    pub confirmed: bool,
}

impl Report {
    /// Its life.
    pub fn life(&self) -> Life {
        Life::new(self.steps.as_ref().map(|steps| steps.0.clone()).unwrap_or_default())
    }

    /// Whether it has figures finance clears.
    pub fn has_figures(&self) -> bool {
        self.kind != "narrative"
    }

    /// What was agreed about it, in the order of the days.
    pub fn agreed(&self) -> &[Agreement] {
        self.agreements.as_ref().map(|all| all.0.as_slice()).unwrap_or_default()
    }

    /// Whether it may still be written, sent or agreed about.
    pub fn is_open(&self) -> bool {
        self.state != "waived"
    }
}

/// A report as of the day of a reading, known at its instant.
pub async fn report(connection: &mut PgConnection, code: &str, scope: &Scope) -> Result<Option<Report>, sqlx::Error> {
    sqlx::query_as(
        "select o.id, o.title, a.email as responsible, a.name as responsible_name, p.ref as pledge_ref,
                p.title as pledge_title, d.code as donor_code, d.name as donor_name, u.code as unit_code,
                u.name as unit_name, s.kind, s.final as last, t.period_from, t.period_to, s.due_on, s.first_due_on,
                s.sent_on, report_state_of(s, $2) as state, report_days_late(s, $2) as days_late,
                (select json_agg(e) from (
                    select e.event, e.round, e.happened_on, e.cause, e.letter, e.reason from report_events e
                    where e.report_id = o.id and e.event <> 'waived' and e.happened_on <= $2
                        and was_known(e.recorded_at, e.voided_at, $3)) e) as steps,
                (select json_agg(g order by g.agreed_on, g.what) from (
                    select 'extension' as what, x.agreed_on, x.due_on, x.letter, x.reason, exists (
                        select from report_confirmations c where c.report_id = o.id and c.what = 'extension'
                            and c.agreed_on = x.agreed_on and was_known(c.recorded_at, c.voided_at, $3)) as confirmed
                    from report_due_dates x where x.report_id = o.id and x.agreed_on <= $2
                        and was_known(x.recorded_at, x.voided_at, $3)
                    union all
                    select 'waiver', w.happened_on, null, w.letter, w.reason, exists (
                        select from report_confirmations c where c.report_id = o.id and c.what = 'waiver'
                            and c.agreed_on = w.happened_on and was_known(c.recorded_at, c.voided_at, $3))
                    from report_events w where w.report_id = o.id and w.event = 'waived' and w.happened_on <= $2
                        and was_known(w.recorded_at, w.voided_at, $3)) g) as agreements
         from donor_reports o
         join report_states s on s.report_id = o.id and stands(s, $2, $3)
         join report_terms t on t.id = s.terms_id
         join pledges p on p.id = s.pledge_id
         join donors d on d.id = s.donor_id
         join units u on u.id = s.unit_id
         left join accounts a on a.id = o.responsible_id
         where o.ref = $1",
    )
    .bind(code)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_optional(connection)
    .await
}

/// A report that can be sent now.
#[derive(Debug, sqlx::FromRow)]
pub struct Sendable {
    /// Its reference.
    #[sqlx(rename = "ref")]
    pub reference: String,
    /// What it is called.
    pub title: Option<String>,
    /// Which kind.
    pub kind: String,
    /// For whom.
    pub donor_name: String,
    /// Who owes it.
    pub unit_name: String,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// In the word of files.
    pub state: String,
}

/// Reports of a unit and below it (of all where none is named) that are still to be sent, first those that are due
/// first; at most so many.
pub async fn sendable(
    connection: &mut PgConnection,
    unit: Option<&str>,
    today: NaiveDate,
    known_at: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Sendable>, sqlx::Error> {
    sqlx::query_as(
        "select s.report_ref as ref, o.title, s.kind, d.name as donor_name, u.name as unit_name, s.due_on,
                report_state_of(s, $1) as state
         from report_states s join donor_reports o on o.id = s.report_id join donors d on d.id = s.donor_id
         join units u on u.id = s.unit_id
         where stands(s, $1, $2) and s.owed and s.waived_on is null and not report_is_submitted(s)
            and ($3::text is null or s.unit_id = any(array(
                select t.unit_id from unit_tree($1, $2) t where $3 = any(t.path))))
         order by s.due_on, s.report_ref limit $4",
    )
    .bind(today)
    .bind(known_at)
    .bind(unit)
    .bind(most)
    .fetch_all(connection)
    .await
}

/// A pledge as its reporting obligations need it.
#[derive(Debug, sqlx::FromRow)]
pub struct Agreed {
    /// Its row.
    pub id: i64,
    /// The code of its unit.
    pub unit: String,
    /// Its first day; that of its signature or promise where it names none.
    pub starts_on: NaiveDate,
    /// Its last day, where it has one.
    pub ends_on: Option<NaiveDate>,
}

/// A pledge on a day.
pub async fn agreed(
    connection: &mut PgConnection,
    code: &str,
    day: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Option<Agreed>, sqlx::Error> {
    sqlx::query_as(
        "select p.id, u.code as unit, coalesce(t.starts_on, b.signed_on, t.pledged_on) as starts_on, t.ends_on
         from pledges p join pledge_balances b on b.pledge_id = p.id and stands(b, $2, $3)
         join pledge_terms t on t.id = b.terms_id join units u on u.id = b.unit_id where p.ref = $1",
    )
    .bind(code)
    .bind(day)
    .bind(known_at)
    .fetch_optional(connection)
    .await
}

/// A report under a pledge, as its clauses are compared with it.
#[derive(Debug, sqlx::FromRow)]
pub struct Made {
    /// Its reference.
    #[sqlx(rename = "ref")]
    pub reference: String,
    /// Which kind.
    pub kind: String,
    /// Whether it is the last under its pledge.
    pub last: bool,
    /// What it is about.
    pub period_from: Option<NaiveDate>,
    /// The last day of that.
    pub period_to: Option<NaiveDate>,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// Whether something became of it, it was agreed on anew, or it has fallen due.
    pub settled: bool,
}

/// The reports under a pledge, those of pledges not signed yet among them.
pub async fn made(
    connection: &mut PgConnection,
    pledge: i64,
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<Made>, sqlx::Error> {
    sqlx::query_as(
        "select o.ref, t.kind, t.final as last, t.period_from, t.period_to, d.due_on,
                d.due_on <= $2 or d.agreed_on is not null or t.in_force_from is not null
                    or exists (select from report_events e
                        where e.report_id = o.id and was_known(e.recorded_at, e.voided_at, $3)) as settled
         from (select distinct report_id from report_terms where pledge_id = $1) of
         join donor_reports o on o.id = of.report_id
         cross join lateral (select f.* from report_terms f
            where f.report_id = o.id and was_known(f.recorded_at, f.voided_at, $3)
            order by f.in_force_from desc nulls last limit 1) t
         cross join lateral (select f.* from report_due_dates f
            where f.report_id = o.id and was_known(f.recorded_at, f.voided_at, $3)
            order by f.agreed_on desc nulls last limit 1) d
         where t.pledge_id = $1 order by d.due_on, o.ref",
    )
    .bind(pledge)
    .bind(today)
    .bind(known_at)
    .fetch_all(connection)
    .await
}

/// References that begin so, taken by reports that are there or once were.
pub async fn taken(connection: &mut PgConnection, pledge: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("select ref from donor_reports where ref >= $1 || '-' and ref < $1 || '.' order by ref")
        .bind(pledge)
        .fetch_all(connection)
        .await
}
