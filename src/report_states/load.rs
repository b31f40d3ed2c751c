//! Reads the facts of reports as they were known at an instant.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::facts::{DueDate, Parties, Pledge, ReportFacts, Round, Terms};
use crate::kernel::ids::{DonorId, FundId, PledgeId, ReportId, UnitId};

/// The facts of one report and its reference.
#[derive(Debug)]
pub struct LoadedReport {
    /// Its reference.
    pub reference: String,
    /// What the rule is told.
    pub facts: ReportFacts,
}

#[derive(sqlx::FromRow)]
struct TermsRow {
    id: i64,
    report_id: ReportId,
    report_ref: String,
    in_force_from: Option<NaiveDate>,
    pledge_id: PledgeId,
    unit_id: UnitId,
    kind: String,
    last: bool,
}

#[derive(sqlx::FromRow)]
struct PledgeRow {
    pledge_id: PledgeId,
    agreed_on: Option<NaiveDate>,
    donor_id: DonorId,
    fund_id: FundId,
    signed_on: Option<NaiveDate>,
    cancelled_on: Option<NaiveDate>,
}

/// Whether the plan of a statement over these is worth keeping: that of a few is not that of thousands.
pub fn plan_is_kept(reports: &[ReportId]) -> bool {
    reports.len() < 50
}

/// The facts of these reports known at an instant, in the order of their ids. One without terms or due date (all of
/// them voided), or of a pledge without terms, is left out.
pub async fn load(
    connection: &mut PgConnection,
    reports: &[ReportId],
    known_at: DateTime<Utc>,
) -> Result<Vec<LoadedReport>, sqlx::Error> {
    let ids: Vec<i64> = reports.iter().map(|report| report.0).collect();
    let kept = plan_is_kept(reports);
    let mut loaded = read_terms(connection, &ids, known_at, kept).await?;
    read_due_dates(connection, &mut loaded, &ids, known_at, kept).await?;
    read_events(connection, &mut loaded, &ids, known_at, kept).await?;
    read_pledges(connection, &mut loaded, known_at, kept).await?;
    let whole = |one: &LoadedReport| {
        let facts = &one.facts;
        let told = |terms: &Terms| facts.pledges.iter().any(|pledge| pledge.pledge == terms.pledge);
        !facts.due_dates.is_empty() && facts.terms.iter().all(told)
    };
    let mut whole: Vec<LoadedReport> = loaded.into_values().filter(whole).collect();
    whole.sort_by_key(|one| one.facts.report);
    Ok(whole)
}

type Loading = HashMap<ReportId, LoadedReport>;

async fn read_terms(
    connection: &mut PgConnection,
    ids: &[i64],
    known_at: DateTime<Utc>,
    kept: bool,
) -> Result<Loading, sqlx::Error> {
    let rows: Vec<TermsRow> = sqlx::query_as(
        "select t.id, t.report_id, r.ref as report_ref, t.in_force_from, t.pledge_id, t.unit_id, t.kind, t.final as last
         from report_terms t join donor_reports r on r.id = t.report_id
         where t.report_id = any($1) and was_known(t.recorded_at, t.voided_at, $2)",
    )
    .bind(ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(connection)
    .await?;
    let mut loading = Loading::with_capacity(ids.len());
    for row in rows {
        let report = loading.entry(row.report_id).or_insert_with(|| LoadedReport {
            reference: row.report_ref,
            facts: ReportFacts {
                report: row.report_id,
                terms: Vec::new(),
                due_dates: Vec::new(),
                rounds: Vec::new(),
                waived_on: None,
                pledges: Vec::new(),
            },
        });
        report.facts.terms.push(Terms {
            row: row.id,
            in_force_from: row.in_force_from,
            pledge: row.pledge_id,
            unit: row.unit_id,
            kind: row.kind,
            last: row.last,
        });
    }
    Ok(loading)
}

async fn read_due_dates(
    connection: &mut PgConnection,
    loading: &mut Loading,
    ids: &[i64],
    known_at: DateTime<Utc>,
    kept: bool,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(ReportId, Option<NaiveDate>, NaiveDate, bool)> = sqlx::query_as(
        "select d.report_id, d.agreed_on, d.due_on, d.agreed_on is null or exists (
            select from report_confirmations c where c.report_id = d.report_id and c.what = 'extension'
                and c.agreed_on = d.agreed_on and was_known(c.recorded_at, c.voided_at, $2))
         from report_due_dates d where d.report_id = any($1) and was_known(d.recorded_at, d.voided_at, $2)",
    )
    .bind(ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(connection)
    .await?;
    for (report, agreed_on, due_on, confirmed) in rows {
        if let Some(report) = loading.get_mut(&report) {
            report.facts.due_dates.push(DueDate { agreed_on, due_on, confirmed });
        }
    }
    Ok(())
}

async fn read_events(
    connection: &mut PgConnection,
    loading: &mut Loading,
    ids: &[i64],
    known_at: DateTime<Utc>,
    kept: bool,
) -> Result<(), sqlx::Error> {
    let rounds: Vec<(ReportId, NaiveDate, Option<NaiveDate>)> = sqlx::query_as(
        "select s.report_id, s.happened_on, b.happened_on
         from report_events s
         left join report_events b on b.report_id = s.report_id and b.round = s.round and b.event = 'returned'
            and was_known(b.recorded_at, b.voided_at, $2)
         where s.report_id = any($1) and s.event = 'sent' and was_known(s.recorded_at, s.voided_at, $2)
         order by s.report_id, s.round",
    )
    .bind(ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for (report, sent_on, returned_on) in rounds {
        if let Some(report) = loading.get_mut(&report) {
            report.facts.rounds.push(Round { sent_on, returned_on });
        }
    }
    let waivers: Vec<(ReportId, NaiveDate)> = sqlx::query_as(
        "select w.report_id, w.happened_on from report_events w
         where w.report_id = any($1) and w.event = 'waived' and was_known(w.recorded_at, w.voided_at, $2)
            and exists (select from report_confirmations c where c.report_id = w.report_id and c.what = 'waiver'
                and c.agreed_on = w.happened_on and was_known(c.recorded_at, c.voided_at, $2))",
    )
    .bind(ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(connection)
    .await?;
    for (report, waived_on) in waivers {
        if let Some(report) = loading.get_mut(&report) {
            report.facts.waived_on = Some(waived_on);
        }
    }
    Ok(())
}

async fn read_pledges(
    connection: &mut PgConnection,
    loading: &mut Loading,
    known_at: DateTime<Utc>,
    kept: bool,
) -> Result<(), sqlx::Error> {
    let named = |one: &LoadedReport| one.facts.terms.iter().map(|terms| terms.pledge.0).collect::<Vec<_>>();
    let mut ids: Vec<i64> = loading.values().flat_map(named).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<PledgeRow> = sqlx::query_as(
        "select t.pledge_id, t.agreed_on, t.donor_id, t.fund_id, e.signed_on, e.cancelled_on
         from pledge_terms t left join (
            select pledge_id, max(happened_on) filter (where event = 'signed') as signed_on,
                   max(happened_on) filter (where event = 'cancelled') as cancelled_on
            from pledge_events
            where pledge_id = any($1) and event in ('signed', 'cancelled') and was_known(recorded_at, voided_at, $2)
            group by pledge_id
         ) e on e.pledge_id = t.pledge_id
         where t.pledge_id = any($1) and was_known(t.recorded_at, t.voided_at, $2)",
    )
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(connection)
    .await?;
    let mut pledges: HashMap<PledgeId, Pledge> = HashMap::new();
    for row in rows {
        let (signed_on, cancelled_on) = (row.signed_on, row.cancelled_on);
        let new = || Pledge { pledge: row.pledge_id, signed_on, cancelled_on, parties: Vec::new() };
        let parties = Parties { agreed_on: row.agreed_on, donor: row.donor_id, fund: row.fund_id };
        pledges.entry(row.pledge_id).or_insert_with(new).parties.push(parties);
    }
    for one in loading.values_mut() {
        let mut named = named(one);
        named.sort_unstable();
        named.dedup();
        one.facts.pledges = named.iter().filter_map(|id| pledges.get(&PledgeId(*id)).cloned()).collect();
    }
    Ok(())
}
