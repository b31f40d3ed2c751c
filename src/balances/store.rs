//! Keeps the derived tables: a transaction that records facts recomputes the pledges it touches, and closes and opens
//! what differs.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;

use super::load::{self, RateTable};
use super::versions::{AllocationVersion, InstalmentVersion, PledgeVersion, Versions};
use crate::db::copy::CopyIn;
use crate::facts::WriteTx;
use crate::facts::derived::{BATCH, RangeText, days, differences, known_from};
use crate::kernel::Currency;
use crate::kernel::ids::PledgeId;

/// Recomputes the balances of these pledges from the facts recorded so far, and records what differs as known from
/// this transaction's change on.
pub async fn recompute(tx: &mut WriteTx, pledges: &[PledgeId]) -> Result<(), sqlx::Error> {
    if pledges.is_empty() {
        return Ok(());
    }
    let at = tx.recorded().await?.at;
    let mut rates = RateTable::default();
    for batch in pledges.chunks(BATCH) {
        let connection = tx.connection();
        let wanted = computed(&mut *connection, batch, &mut rates, at).await?;
        let kept = Kept::open(&mut *connection, batch).await?;
        let (close, open) = differences(kept.pledges, wanted.pledges);
        close_versions(&mut *connection, Derived::Pledges, &close, at).await?;
        open_pledges(&mut *connection, &open, at).await?;
        let (close, open) = differences(kept.instalments, wanted.instalments);
        close_versions(&mut *connection, Derived::Instalments, &close, at).await?;
        open_instalments(&mut *connection, &open, at).await?;
        let (close, open) = differences(kept.allocations, wanted.allocations);
        close_versions(&mut *connection, Derived::Allocations, &close, at).await?;
        open_allocations(&mut *connection, &open, at).await?;
    }
    Ok(())
}

/// What the tables should say of these pledges at an instant.
async fn computed(
    connection: &mut PgConnection,
    pledges: &[PledgeId],
    rates: &mut RateTable,
    known_at: DateTime<Utc>,
) -> Result<Versions, sqlx::Error> {
    let loaded = load::load(&mut *connection, pledges, known_at).await?;
    rates.read_for(connection, &loaded, known_at).await?;
    let mut versions = Versions::default();
    for pledge in &loaded {
        versions.add(pledge, rates);
    }
    Ok(versions)
}

/// Compares the tables, instant after instant, with what the rule makes of the facts.
#[derive(Default)]
pub struct Comparison {
    /// The rates known at the instants compared, until they are said to have moved.
    rates: RateTable,
}

impl Comparison {
    /// From here on other rates are known.
    pub fn rates_moved(&mut self) {
        self.rates = RateTable::default();
    }

    /// How many rows of the tables, as known at an instant, are not what the rule makes of the facts known then.
    pub async fn count_wrong(
        &mut self,
        connection: &mut PgConnection,
        pledges: &[PledgeId],
        known_at: DateTime<Utc>,
    ) -> Result<usize, sqlx::Error> {
        let mut wrong = 0;
        for batch in pledges.chunks(BATCH) {
            let wanted = computed(&mut *connection, batch, &mut self.rates, known_at).await?;
            let kept = Kept::known_at(&mut *connection, batch, known_at).await?;
            wrong += count(differences(kept.pledges, wanted.pledges));
            wrong += count(differences(kept.instalments, wanted.instalments));
            wrong += count(differences(kept.allocations, wanted.allocations));
        }
        Ok(wrong)
    }
}

fn count<V>((close, open): (Vec<i64>, Vec<V>)) -> usize {
    close.len() + open.len()
}

#[derive(Clone, Copy)]
enum Derived {
    Pledges,
    Instalments,
    Allocations,
}

async fn close_versions(
    connection: &mut PgConnection,
    table: Derived,
    ids: &[i64],
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = match table {
        Derived::Pledges => "update pledge_balances set known = tstzrange(lower(known), $1) where id = any($2)",
        Derived::Instalments => "update instalment_balances set known = tstzrange(lower(known), $1) where id = any($2)",
        Derived::Allocations => "update allocations set known = tstzrange(lower(known), $1) where id = any($2)",
    };
    sqlx::query(sql).bind(at).bind(ids).persistent(ids.len() < 50).execute(connection).await?;
    Ok(())
}

async fn open_pledges(
    connection: &mut PgConnection,
    rows: &[PledgeVersion],
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let known = known_from(at);
    let mut copy = CopyIn::begin(
        connection,
        "copy pledge_balances (pledge_id, pledge_ref, valid, known, terms_id, donor_id, unit_id, fund_id, currency,
         amount, status, signed_on, paid, written_off, outstanding, advance, receivable, unconverted, instalments)
         from stdin",
    )
    .await?;
    for row in rows {
        copy.plain(row.pledge).text(&row.reference).plain(RangeText(Some(row.valid))).plain(&known).plain(row.terms);
        copy.plain(row.donor).plain(row.unit).plain(row.fund).plain(row.currency).plain(row.amount).plain(row.status);
        copy.plain_or_null(row.signed_on).plain(row.paid).plain(row.written_off).plain(row.outstanding);
        copy.plain(row.advance).plain(row.receivable).plain(row.unconverted).plain(row.instalments);
        copy.end_row().await?;
    }
    copy.finish().await?;
    Ok(())
}

async fn open_instalments(
    connection: &mut PgConnection,
    rows: &[InstalmentVersion],
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let known = known_from(at);
    let mut copy = CopyIn::begin(
        connection,
        "copy instalment_balances (pledge_id, pledge_ref, number, valid, known, instalment_id, donor_id, unit_id, fund_id,
         currency, due_on, falls_due_on, amount, paid, written_off, outstanding, overdue_during) from stdin",
    )
    .await?;
    for row in rows {
        copy.plain(row.pledge).text(&row.reference).plain(row.number).plain(RangeText(Some(row.valid))).plain(&known);
        copy.plain(row.instalment).plain(row.donor).plain(row.unit).plain(row.fund).plain(row.currency);
        copy.plain(row.due_on).plain_or_null(row.falls_due_on).plain(row.amount).plain(row.paid).plain(row.written_off);
        copy.plain(row.outstanding).plain(RangeText(row.overdue_during()));
        copy.end_row().await?;
    }
    copy.finish().await?;
    Ok(())
}

async fn open_allocations(
    connection: &mut PgConnection,
    rows: &[AllocationVersion],
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let known = known_from(at);
    let mut copy = CopyIn::begin(
        connection,
        "copy allocations (contribution_id, pledge_id, number, valid, known, amount, own_amount, by_hand) from stdin",
    )
    .await?;
    for row in rows {
        copy.plain(row.contribution)
            .plain(row.pledge)
            .plain(row.number)
            .plain(RangeText(Some(row.valid)))
            .plain(&known);
        copy.plain(row.amount).plain(row.own_amount).plain(row.by_hand);
        copy.end_row().await?;
    }
    copy.finish().await?;
    Ok(())
}

/// The rows the tables keep, with their ids.
struct Kept {
    pledges: Vec<(i64, PledgeVersion)>,
    instalments: Vec<(i64, InstalmentVersion)>,
    allocations: Vec<(i64, AllocationVersion)>,
}

impl Kept {
    async fn open(connection: &mut PgConnection, pledges: &[PledgeId]) -> Result<Self, sqlx::Error> {
        Self::read(connection, pledges, None).await
    }

    async fn known_at(
        connection: &mut PgConnection,
        pledges: &[PledgeId],
        known_at: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        Self::read(connection, pledges, Some(known_at)).await
    }

    async fn read(
        connection: &mut PgConnection,
        pledges: &[PledgeId],
        known_at: Option<DateTime<Utc>>,
    ) -> Result<Self, sqlx::Error> {
        let ids: Vec<i64> = pledges.iter().map(|pledge| pledge.0).collect();
        let kept = load::plan_is_kept(pledges);
        let pledges: Vec<PledgeRow> = sqlx::query_as(
            "select id, pledge_id, pledge_ref, valid, terms_id, donor_id, unit_id, fund_id, currency, amount, status,
                    signed_on, paid, written_off, outstanding, advance, receivable, unconverted, instalments
             from pledge_balances
             where pledge_id = any($1) and case when $2::timestamptz is null then upper_inf(known) else known @> $2 end",
        )
        .bind(&ids)
        .bind(known_at)
        .persistent(kept)
        .fetch_all(&mut *connection)
        .await?;
        let instalments: Vec<InstalmentRow> = sqlx::query_as(
            "select id, pledge_id, pledge_ref, number, valid, instalment_id, donor_id, unit_id, fund_id, currency, due_on,
                    falls_due_on, amount, paid, written_off, outstanding, overdue_during
             from instalment_balances
             where pledge_id = any($1) and case when $2::timestamptz is null then upper_inf(known) else known @> $2 end",
        )
        .bind(&ids)
        .bind(known_at)
        .persistent(kept)
        .fetch_all(&mut *connection)
        .await?;
        let allocations: Vec<AllocationRow> = sqlx::query_as(
            "select id, contribution_id, pledge_id, number, valid, amount, own_amount, by_hand from allocations
             where pledge_id = any($1) and case when $2::timestamptz is null then upper_inf(known) else known @> $2 end",
        )
        .bind(&ids)
        .bind(known_at)
        .persistent(kept)
        .fetch_all(&mut *connection)
        .await?;
        Ok(Kept {
            pledges: pledges.into_iter().map(PledgeRow::version).collect(),
            instalments: instalments.into_iter().map(InstalmentRow::version).collect(),
            allocations: allocations.into_iter().map(AllocationRow::version).collect(),
        })
    }
}

#[derive(FromRow)]
struct PledgeRow {
    id: i64,
    pledge_id: i64,
    pledge_ref: String,
    valid: PgRange<NaiveDate>,
    terms_id: i64,
    donor_id: i64,
    unit_id: i64,
    fund_id: i64,
    currency: Currency,
    amount: Decimal,
    status: String,
    signed_on: Option<NaiveDate>,
    paid: Decimal,
    written_off: Decimal,
    outstanding: Decimal,
    advance: Decimal,
    receivable: Decimal,
    unconverted: bool,
    instalments: i32,
}

impl PledgeRow {
    fn version(self) -> (i64, PledgeVersion) {
        let known = ["pledged", "signed", "fully_paid", "cancelled", "written_off"];
        let version = PledgeVersion {
            pledge: self.pledge_id,
            reference: self.pledge_ref,
            valid: days(&self.valid),
            terms: self.terms_id,
            donor: self.donor_id,
            unit: self.unit_id,
            fund: self.fund_id,
            currency: self.currency,
            amount: self.amount,
            status: known.into_iter().find(|status| *status == self.status).unwrap_or("unknown"),
            signed_on: self.signed_on,
            paid: self.paid,
            written_off: self.written_off,
            outstanding: self.outstanding,
            advance: self.advance,
            receivable: self.receivable,
            unconverted: self.unconverted,
            instalments: self.instalments,
        };
        (self.id, version)
    }
}

#[derive(FromRow)]
struct InstalmentRow {
    id: i64,
    pledge_id: i64,
    pledge_ref: String,
    number: i32,
    valid: PgRange<NaiveDate>,
    instalment_id: i64,
    donor_id: i64,
    unit_id: i64,
    fund_id: i64,
    currency: Currency,
    due_on: NaiveDate,
    falls_due_on: Option<NaiveDate>,
    amount: Decimal,
    paid: Decimal,
    written_off: Decimal,
    outstanding: Decimal,
    overdue_during: PgRange<NaiveDate>,
}

impl InstalmentRow {
    fn version(self) -> (i64, InstalmentVersion) {
        let mut version = InstalmentVersion {
            pledge: self.pledge_id,
            reference: self.pledge_ref,
            number: self.number,
            valid: days(&self.valid),
            instalment: self.instalment_id,
            donor: self.donor_id,
            unit: self.unit_id,
            fund: self.fund_id,
            currency: self.currency,
            due_on: self.due_on,
            falls_due_on: self.falls_due_on,
            amount: self.amount,
            paid: self.paid,
            written_off: self.written_off,
            outstanding: self.outstanding,
            counts: true,
        };
        // `counts` is kept as the days it makes overdue. An empty range decodes as no bounds at all.
        let kept = days(&self.overdue_during);
        let stored = (kept != (None, None)).then_some(kept);
        version.counts = version.overdue_during() == stored && stored.is_some();
        (self.id, version)
    }
}

#[derive(FromRow)]
struct AllocationRow {
    id: i64,
    contribution_id: i64,
    pledge_id: i64,
    number: i32,
    valid: PgRange<NaiveDate>,
    amount: Decimal,
    own_amount: Decimal,
    by_hand: bool,
}

impl AllocationRow {
    fn version(self) -> (i64, AllocationVersion) {
        let version = AllocationVersion {
            contribution: self.contribution_id,
            pledge: self.pledge_id,
            number: self.number,
            valid: days(&self.valid),
            amount: self.amount,
            own_amount: self.own_amount,
            by_hand: self.by_hand,
        };
        (self.id, version)
    }
}
