//! Keeps the derived tables: a transaction that records facts recomputes the pledges it touches, and closes and opens
//! what differs.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::FromRow;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::PgRange;

use super::load::{self, RateTable};
use super::versions::{AllocationVersion, InstalmentVersion, PledgeVersion, Versions};
use crate::db::copy::{Cells, CopyIn, JsonRows};
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
        let moved = Moved {
            pledges: differences(kept.pledges, wanted.pledges),
            instalments: differences(kept.instalments, wanted.instalments),
            allocations: differences(kept.allocations, wanted.allocations),
        };
        if load::plan_is_kept(batch) {
            moved.write_few(connection, at).await?;
        } else {
            moved.write_many(connection, at).await?;
        }
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

/// Columns of a derived table that are written, in the order [`Row::put`] gives them.
macro_rules! columns {
    (pledge_balances) => {
        "pledge_id, pledge_ref, valid, known, terms_id, donor_id, unit_id, fund_id, currency, amount, status, signed_on, \
         paid, written_off, outstanding, advance, receivable, unconverted, instalments"
    };
    (instalment_balances) => {
        "pledge_id, pledge_ref, number, valid, known, instalment_id, donor_id, unit_id, fund_id, currency, due_on, \
         falls_due_on, amount, paid, written_off, outstanding, overdue_during"
    };
    (allocations) => {
        "contribution_id, pledge_id, number, valid, known, amount, own_amount, by_hand"
    };
}

/// A row of a derived table on its way there.
trait Row {
    /// How many of them are written.
    const COPY: &'static str;
    /// How those that are no longer believed are closed.
    const CLOSE: &'static str;
    /// The columns.
    const COLUMNS: &'static str;

    fn put(&self, known: &str, into: &mut impl Cells);
}

macro_rules! statements {
    ($table:ident) => {
        const COPY: &'static str = concat!("copy ", stringify!($table), " (", columns!($table), ") from stdin");
        const CLOSE: &'static str =
            concat!("update ", stringify!($table), " set known = tstzrange(lower(known), $1) where id = any($2)");
        const COLUMNS: &'static str = columns!($table);
    };
}

impl Row for PledgeVersion {
    statements!(pledge_balances);

    fn put(&self, known: &str, into: &mut impl Cells) {
        into.plain(self.pledge).text(&self.reference).plain(RangeText(Some(self.valid))).plain(known).plain(self.terms);
        into.plain(self.donor).plain(self.unit).plain(self.fund).plain(self.currency).plain(self.amount);
        into.plain(self.status).plain_or_null(self.signed_on).plain(self.paid).plain(self.written_off);
        into.plain(self.outstanding).plain(self.advance).plain(self.receivable).plain(self.unconverted);
        into.plain(self.instalments);
    }
}

impl Row for InstalmentVersion {
    statements!(instalment_balances);

    fn put(&self, known: &str, into: &mut impl Cells) {
        into.plain(self.pledge)
            .text(&self.reference)
            .plain(self.number)
            .plain(RangeText(Some(self.valid)))
            .plain(known);
        into.plain(self.instalment).plain(self.donor).plain(self.unit).plain(self.fund).plain(self.currency);
        into.plain(self.due_on).plain_or_null(self.falls_due_on).plain(self.amount).plain(self.paid);
        into.plain(self.written_off).plain(self.outstanding).plain(RangeText(self.overdue_during()));
    }
}

impl Row for AllocationVersion {
    statements!(allocations);

    fn put(&self, known: &str, into: &mut impl Cells) {
        into.plain(self.contribution).plain(self.pledge).plain(self.number).plain(RangeText(Some(self.valid)));
        into.plain(known).plain(self.amount).plain(self.own_amount).plain(self.by_hand);
    }
}

/// What is no longer believed, by the ids of its rows, and what is from now on.
type Differs<V> = (Vec<i64>, Vec<V>);

/// What moved in each of the three tables.
struct Moved {
    pledges: Differs<PledgeVersion>,
    instalments: Differs<InstalmentVersion>,
    allocations: Differs<AllocationVersion>,
}

/// Part of one statement: closes and opens rows of a table.
macro_rules! moving {
    ($table:ident, $closed:literal, $close:literal, $open:literal) => {
        concat!(
            $closed,
            " as (update ",
            stringify!($table),
            " set known = tstzrange(lower(known), $1) where id = any(",
            $close,
            ")), ",
            $closed,
            "_again as (insert into ",
            stringify!($table),
            " (",
            columns!($table),
            ") select ",
            columns!($table),
            " from jsonb_populate_recordset(null::",
            stringify!($table),
            ", ",
            $open,
            "))"
        )
    };
}

impl Moved {
    /// Everything in one statement: a receipt moves a row or two of each table, and everybody else who writes waits.
    async fn write_few(self, connection: &mut PgConnection, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
        let known = known_from(at);
        sqlx::query(concat!(
            "with ",
            moving!(pledge_balances, "pledges_moved", "$2", "$3"),
            ", ",
            moving!(instalment_balances, "instalments_moved", "$4", "$5"),
            ", ",
            moving!(allocations, "allocations_moved", "$6", "$7"),
            " select"
        ))
        .bind(at)
        .bind(self.pledges.0)
        .bind(few(&self.pledges.1, &known))
        .bind(self.instalments.0)
        .bind(few(&self.instalments.1, &known))
        .bind(self.allocations.0)
        .bind(few(&self.allocations.1, &known))
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn write_many(self, connection: &mut PgConnection, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
        many(&mut *connection, self.pledges, at).await?;
        many(&mut *connection, self.instalments, at).await?;
        many(connection, self.allocations, at).await
    }
}

fn few<R: Row>(rows: &[R], known: &str) -> impl sqlx::Encode<'static, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> {
    let mut written = JsonRows::of_list(R::COLUMNS);
    for row in rows {
        row.put(known, &mut written);
        written.end_row();
    }
    written.done()
}

async fn many<R: Row>(
    connection: &mut PgConnection,
    (close, open): Differs<R>,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if !close.is_empty() {
        sqlx::query(R::CLOSE).bind(at).bind(close).persistent(false).execute(&mut *connection).await?;
    }
    if open.is_empty() {
        return Ok(());
    }
    let known = known_from(at);
    let mut copy = CopyIn::begin(connection, R::COPY).await?;
    for row in &open {
        row.put(&known, &mut copy);
        copy.end_row().await?;
    }
    copy.finish().await?;
    Ok(())
}

/// Which rows: of these pledges, known at an instant, or still believed where none is given.
macro_rules! kept {
    () => {
        "pledge_id = any($1) and case when $2::timestamptz is null then upper_inf(known) else known @> $2 end"
    };
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
        // One statement for all three: a receipt is read and written under everybody's lock.
        let rows: Vec<KeptRow> = sqlx::query_as(concat!(
            "select 'pledge' as part, id, pledge_id, pledge_ref, null::integer as number, valid, terms_id as of_id, donor_id,
                    unit_id, fund_id, currency, null::date as due_on, signed_on as other_day, amount, paid, written_off,
                    outstanding, advance, receivable, null::daterange as overdue_during, status, unconverted as flag,
                    instalments
             from pledge_balances where ",
            kept!(),
            " union all
             select 'instalment', id, pledge_id, pledge_ref, number, valid, instalment_id, donor_id, unit_id, fund_id,
                    currency, due_on, falls_due_on, amount, paid, written_off, outstanding, null, null, overdue_during,
                    null, null, null
             from instalment_balances where ",
            kept!(),
            " union all
             select 'allocation', id, pledge_id, null, number, valid, contribution_id, null, null, null, null, null, null,
                    amount, own_amount, null, null, null, null, null, null, by_hand, null
             from allocations where ",
            kept!()
        ))
        .bind(&ids)
        .bind(known_at)
        .persistent(load::plan_is_kept(pledges))
        .fetch_all(&mut *connection)
        .await?;
        let mut kept = Kept { pledges: Vec::new(), instalments: Vec::new(), allocations: Vec::new() };
        for row in rows {
            row.keep(&mut kept).ok_or_else(|| sqlx::Error::Decode("a row of balances lacks a value".into()))?;
        }
        Ok(kept)
    }
}

/// A row of any of the three tables; what a table has no column for is empty.
#[derive(FromRow)]
struct KeptRow {
    part: String,
    id: i64,
    pledge_id: i64,
    pledge_ref: Option<String>,
    number: Option<i32>,
    valid: PgRange<NaiveDate>,
    /// The row of the terms, of the instalment, or the contribution.
    of_id: i64,
    donor_id: Option<i64>,
    unit_id: Option<i64>,
    fund_id: Option<i64>,
    currency: Option<Currency>,
    due_on: Option<NaiveDate>,
    /// The day it was signed, or falls due.
    other_day: Option<NaiveDate>,
    amount: Decimal,
    paid: Decimal,
    written_off: Option<Decimal>,
    outstanding: Option<Decimal>,
    advance: Option<Decimal>,
    receivable: Option<Decimal>,
    overdue_during: Option<PgRange<NaiveDate>>,
    status: Option<String>,
    /// Whether it was not converted, or is by hand.
    flag: Option<bool>,
    instalments: Option<i32>,
}

impl KeptRow {
    /// Puts it where it belongs; nothing where a value is missing that its table requires.
    fn keep(self, kept: &mut Kept) -> Option<()> {
        let (id, pledge, valid) = (self.id, self.pledge_id, days(&self.valid));
        match self.part.as_str() {
            "pledge" => {
                let known = ["pledged", "signed", "fully_paid", "cancelled", "written_off"];
                let status = self.status?;
                let version = PledgeVersion {
                    pledge,
                    reference: self.pledge_ref?,
                    valid,
                    terms: self.of_id,
                    donor: self.donor_id?,
                    unit: self.unit_id?,
                    fund: self.fund_id?,
                    currency: self.currency?,
                    amount: self.amount,
                    status: known.into_iter().find(|word| *word == status).unwrap_or("unknown"),
                    signed_on: self.other_day,
                    paid: self.paid,
                    written_off: self.written_off?,
                    outstanding: self.outstanding?,
                    advance: self.advance?,
                    receivable: self.receivable?,
                    unconverted: self.flag?,
                    instalments: self.instalments?,
                };
                kept.pledges.push((id, version));
            }
            "instalment" => {
                let mut version = InstalmentVersion {
                    pledge,
                    reference: self.pledge_ref?,
                    number: self.number?,
                    valid,
                    instalment: self.of_id,
                    donor: self.donor_id?,
                    unit: self.unit_id?,
                    fund: self.fund_id?,
                    currency: self.currency?,
                    due_on: self.due_on?,
                    falls_due_on: self.other_day,
                    amount: self.amount,
                    paid: self.paid,
                    written_off: self.written_off?,
                    outstanding: self.outstanding?,
                    counts: true,
                };
                // `counts` is kept as the days it makes overdue. An empty range decodes as no bounds at all.
                let overdue = days(&self.overdue_during?);
                let stored = (overdue != (None, None)).then_some(overdue);
                version.counts = version.overdue_during() == stored && stored.is_some();
                kept.instalments.push((id, version));
            }
            _ => {
                let version = AllocationVersion {
                    contribution: self.of_id,
                    pledge,
                    number: self.number?,
                    valid,
                    amount: self.amount,
                    own_amount: self.paid,
                    by_hand: self.flag?,
                };
                kept.allocations.push((id, version));
            }
        }
        Some(())
    }
}
