//! Keeps the derived table: a transaction that records facts recomputes the reports it touches, and closes and opens
//! what differs.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;

use super::load::{self, LoadedReport, plan_is_kept};
use super::rule::{self, Spell};
use crate::db::copy::{Cells, CopyIn};
use crate::facts::WriteTx;
use crate::facts::derived::{BATCH, DayRange, RangeText, days, differences, known_from};
use crate::kernel::ids::ReportId;

/// A row of `report_states`, less when it was known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Version {
    report: i64,
    reference: String,
    valid: DayRange,
    terms: i64,
    pledge: i64,
    donor: i64,
    unit: i64,
    fund: i64,
    kind: String,
    last: bool,
    due_on: NaiveDate,
    first_due_on: NaiveDate,
    owed: bool,
    waived_on: Option<NaiveDate>,
    sent_on: Option<NaiveDate>,
    last_sent_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
    on_time: Option<bool>,
    due_during: Option<DayRange>,
}

impl Version {
    fn of(report: &LoadedReport, spell: &Spell) -> Self {
        let state = &spell.state;
        Version {
            report: report.facts.report.0,
            reference: report.reference.clone(),
            valid: (spell.from, spell.until),
            terms: state.terms.row,
            pledge: state.terms.pledge.0,
            donor: state.donor.0,
            unit: state.terms.unit.0,
            fund: state.fund.0,
            kind: state.terms.kind.clone(),
            last: state.terms.last,
            due_on: state.due_on,
            first_due_on: state.first_due_on,
            owed: state.owed,
            waived_on: state.waived_on,
            sent_on: state.sent_on,
            last_sent_on: state.last_sent_on,
            returned_on: state.returned_on,
            on_time: state.on_time,
            due_during: spell.due_during(),
        }
    }
}

/// Works out these reports from the facts recorded so far, and records what differs as known from this transaction's
/// change on.
///
/// # Errors
/// Where the database fails.
pub async fn recompute(tx: &mut WriteTx, reports: &[ReportId]) -> Result<(), sqlx::Error> {
    if reports.is_empty() {
        return Ok(());
    }
    let at = tx.recorded().await?.at;
    for batch in reports.chunks(BATCH) {
        let connection = tx.connection();
        let wanted = computed(&mut *connection, batch, at).await?;
        let kept = kept(&mut *connection, batch, None).await?;
        let (close, open) = differences(kept, wanted);
        if !close.is_empty() {
            sqlx::query("update report_states set known = tstzrange(lower(known), $1) where id = any($2)")
                .bind(at)
                .bind(&close)
                .persistent(close.len() < 50)
                .execute(&mut *connection)
                .await?;
        }
        open_versions(connection, &open, at).await?;
    }
    Ok(())
}

/// How many rows of the table, as known at an instant, are not what the rule makes of the facts known then.
///
/// # Errors
/// Where the database fails.
pub async fn count_wrong(
    connection: &mut PgConnection,
    reports: &[ReportId],
    known_at: DateTime<Utc>,
) -> Result<usize, sqlx::Error> {
    let mut wrong = 0;
    for batch in reports.chunks(BATCH) {
        let wanted = computed(&mut *connection, batch, known_at).await?;
        let (close, open) = differences(kept(&mut *connection, batch, Some(known_at)).await?, wanted);
        wrong += close.len() + open.len();
    }
    Ok(wrong)
}

async fn computed(
    connection: &mut PgConnection,
    reports: &[ReportId],
    known_at: DateTime<Utc>,
) -> Result<Vec<Version>, sqlx::Error> {
    let loaded = load::load(connection, reports, known_at).await?;
    let of = |report: &LoadedReport| -> Vec<Version> {
        rule::timeline(&report.facts).iter().map(|spell| Version::of(report, spell)).collect()
    };
    Ok(loaded.iter().flat_map(of).collect())
}

async fn open_versions(connection: &mut PgConnection, rows: &[Version], at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let known = known_from(at);
    let mut copy = CopyIn::begin(
        connection,
        "copy report_states (report_id, report_ref, valid, known, terms_id, pledge_id, donor_id, unit_id, fund_id, kind,
         final, due_on, first_due_on, owed, waived_on, sent_on, last_sent_on, returned_on, on_time, due_during) from stdin",
    )
    .await?;
    for row in rows {
        copy.plain(row.report).text(&row.reference).plain(RangeText(Some(row.valid))).plain(&known).plain(row.terms);
        copy.plain(row.pledge).plain(row.donor).plain(row.unit).plain(row.fund).plain(&row.kind).plain(row.last);
        copy.plain(row.due_on).plain(row.first_due_on).plain(row.owed).plain_or_null(row.waived_on);
        copy.plain_or_null(row.sent_on).plain_or_null(row.last_sent_on).plain_or_null(row.returned_on);
        copy.plain_or_null(row.on_time).plain(RangeText(row.due_during));
        copy.end_row().await?;
    }
    copy.finish().await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    report_id: i64,
    report_ref: String,
    valid: PgRange<NaiveDate>,
    terms_id: i64,
    pledge_id: i64,
    donor_id: i64,
    unit_id: i64,
    fund_id: i64,
    kind: String,
    last: bool,
    due_on: NaiveDate,
    first_due_on: NaiveDate,
    owed: bool,
    waived_on: Option<NaiveDate>,
    sent_on: Option<NaiveDate>,
    last_sent_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
    on_time: Option<bool>,
    due_during: PgRange<NaiveDate>,
}

impl Row {
    fn version(self) -> (i64, Version) {
        let due_during = days(&self.due_during);
        let version = Version {
            report: self.report_id,
            reference: self.report_ref,
            valid: days(&self.valid),
            terms: self.terms_id,
            pledge: self.pledge_id,
            donor: self.donor_id,
            unit: self.unit_id,
            fund: self.fund_id,
            kind: self.kind,
            last: self.last,
            due_on: self.due_on,
            first_due_on: self.first_due_on,
            owed: self.owed,
            waived_on: self.waived_on,
            sent_on: self.sent_on,
            last_sent_on: self.last_sent_on,
            returned_on: self.returned_on,
            on_time: self.on_time,
            // Never open at its beginning: it begins on the day it is due at the earliest.
            due_during: (due_during.0.is_some()).then_some(due_during),
        };
        (self.id, version)
    }
}

/// The rows the table keeps, with their ids: those believed now, or at an instant.
async fn kept(
    connection: &mut PgConnection,
    reports: &[ReportId],
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<(i64, Version)>, sqlx::Error> {
    let ids: Vec<i64> = reports.iter().map(|report| report.0).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "select id, report_id, report_ref, valid, terms_id, pledge_id, donor_id, unit_id, fund_id, kind, final as last,
                due_on, first_due_on, owed, waived_on, sent_on, last_sent_on, returned_on, on_time, due_during
         from report_states
         where report_id = any($1) and case when $2::timestamptz is null then upper_inf(known) else known @> $2 end",
    )
    .bind(&ids)
    .bind(known_at)
    .persistent(plan_is_kept(reports))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Row::version).collect())
}
