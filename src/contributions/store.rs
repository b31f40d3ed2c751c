//! What the forms of contributions ask of the database besides the import's own questions.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::suggestions::{Candidate, Kin, Open, Waiting};
use crate::kernel::Currency;

/// The code of the reserved donor of receipts nobody has placed yet.
pub const UNIDENTIFIED: &str = "UNIDENTIFIED";

/// A contribution as it is recorded now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Standing {
    /// Its row.
    pub id: i64,
    /// The fact that counts.
    pub fact_id: i64,
    /// Its reference.
    #[sqlx(rename = "ref")]
    pub reference: String,
    /// The donor's code.
    pub donor: String,
    /// The donor's name.
    pub donor_name: String,
    /// Its currency.
    pub currency: Currency,
    /// How much it was.
    pub amount: Decimal,
    /// How much of it no reversal has taken back.
    pub left_over: Decimal,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// The pledge it names.
    pub pledge: Option<String>,
    /// That pledge's row.
    pub pledge_id: Option<i64>,
    /// That pledge's currency, and its advance today.
    pub pledge_currency: Option<Currency>,
    /// What is unallocated on that pledge today, in its currency.
    pub advance: Option<Decimal>,
    /// What it takes back, where it is a reversal.
    pub reverses: Option<String>,
    /// Who paid, where it is not the donor.
    pub paid_by: Option<String>,
    /// What is written beside it.
    pub note: Option<String>,
}

impl Standing {
    /// Whether it is money that came in, and some of it is left.
    pub fn is_receipt(&self) -> bool {
        self.reverses.is_none() && self.left_over > Decimal::ZERO
    }

    /// As matching sees it.
    pub fn waiting(&self) -> Waiting {
        let words = [self.note.as_deref(), self.paid_by.as_deref()].into_iter().flatten();
        Waiting {
            unidentified: self.donor == UNIDENTIFIED,
            currency: self.currency,
            amount: self.left_over,
            received_on: self.received_on,
            words: words.collect::<Vec<_>>().join(" · "),
        }
    }
}

/// The contributions of these references as they are recorded now, by reference.
pub async fn standing(
    connection: &mut PgConnection,
    references: &[String],
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query_as(
        "select c.id, f.id as fact_id, c.ref, d.code as donor, d.name as donor_name, f.currency, f.amount,
                f.amount + coalesce((select sum(b.amount) from contribution_facts b where b.reverses_id = c.id
                    and was_known(b.recorded_at, b.voided_at, $3)), 0) as left_over,
                f.received_on, p.ref as pledge, p.id as pledge_id, b.currency as pledge_currency, b.advance,
                r.ref as reverses, f.paid_by, c.note
         from contributions c
         join contribution_facts f on f.contribution_id = c.id and was_known(f.recorded_at, f.voided_at, $3)
         join donors d on d.id = f.donor_id left join pledges p on p.id = f.pledge_id
         left join pledge_balances b on b.pledge_id = f.pledge_id and stands(b, $2, $3)
         left join contributions r on r.id = f.reverses_id
         where c.ref = any($1) order by c.ref",
    )
    .bind(references)
    .bind(today)
    .bind(known_at)
    .fetch_all(connection)
    .await
}

/// The references of what takes a contribution back.
pub async fn reversals_of(
    connection: &mut PgConnection,
    contribution: i64,
    known_at: DateTime<Utc>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select key from contribution_facts where reverses_id = $1 and was_known(recorded_at, voided_at, $2) order by key",
    )
    .bind(contribution)
    .bind(known_at)
    .fetch_all(connection)
    .await
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    contribution_id: i64,
    pledge: String,
    agreement: Option<String>,
    donor_reference: Option<String>,
    donor_name: String,
    kin: String,
    currency: Currency,
    outstanding: Decimal,
    numbers: Vec<i32>,
    due: Vec<NaiveDate>,
    open: Vec<Decimal>,
}

/// The most pledges that are weighed for one receipt.
const WEIGHED: i64 = 200;

/// Pledges with something outstanding that may be what these contributions pay, each with the contribution's row: those
/// of the donor, its children and its parent, those that are named beside it, and, where nobody knows whose it is,
/// those of which as much is outstanding.
pub async fn candidates(
    connection: &mut PgConnection,
    contributions: &[i64],
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<(i64, Candidate)>, sqlx::Error> {
    let rows: Vec<CandidateRow> = sqlx::query_as(
        "with receipts as (
            select f.contribution_id, f.donor_id, d.code = $4 as unidentified, f.currency,
                   f.amount + coalesce((select sum(b.amount) from contribution_facts b
                    where b.reverses_id = f.contribution_id and was_known(b.recorded_at, b.voided_at, $3)), 0) as amount,
                   lower(concat_ws(' ', c.note, f.paid_by)) as words
            from contribution_facts f join contributions c on c.id = f.contribution_id join donors d on d.id = f.donor_id
            where f.contribution_id = any($1) and was_known(f.recorded_at, f.voided_at, $3)
         ), in_force as materialized (select * from donors_in_force($2, $3) where parent_id is not null),
         wanted as (
            select r.contribution_id, b.pledge_id, 'same' as kin from receipts r
            join pledge_balances b on b.donor_id = r.donor_id and stands(b, $2, $3) and b.outstanding > 0
            union
            select r.contribution_id, b.pledge_id, 'child' from receipts r join in_force i on i.parent_id = r.donor_id
            join pledge_balances b on b.donor_id = i.donor_id and stands(b, $2, $3) and b.outstanding > 0
            union
            select r.contribution_id, b.pledge_id, 'parent' from receipts r join in_force i on i.donor_id = r.donor_id
            join pledge_balances b on b.donor_id = i.parent_id and stands(b, $2, $3) and b.outstanding > 0
            union
            select r.contribution_id, p.id, 'none' from receipts r join pledges p on position(lower(p.ref) in r.words) > 0
                or position(lower(nullif(p.agreement, '')) in r.words) > 0
                or position(lower(nullif(p.donor_reference, '')) in r.words) > 0
            where r.words <> ''
            union
            select r.contribution_id, b.pledge_id, 'none' from receipts r
            join donors d on position(lower(d.name) in r.words) > 0
            join pledge_balances b on b.donor_id = d.id and stands(b, $2, $3) and b.outstanding > 0
            where r.words <> ''
            union
            select r.contribution_id, i.pledge_id, 'none' from receipts r
            join instalment_balances i on i.outstanding = r.amount and i.currency = r.currency and stands(i, $2, $3)
            where r.unidentified
         ), nearest as (
            select contribution_id, pledge_id, min(array_position(array['same', 'child', 'parent', 'none'], kin)) as kin
            from wanted group by contribution_id, pledge_id
         ), weighed as (
            select n.*, row_number() over (partition by contribution_id order by kin, pledge_id desc) as nth from nearest n
         )
         select w.contribution_id, p.ref as pledge, p.agreement, p.donor_reference, d.name as donor_name,
                (array['same', 'child', 'parent', 'none'])[w.kin] as kin, b.currency, b.outstanding,
                coalesce(array_agg(i.number order by i.due_on, i.number) filter (where i.id is not null), '{}') as numbers,
                coalesce(array_agg(i.due_on order by i.due_on, i.number) filter (where i.id is not null), '{}') as due,
                coalesce(array_agg(i.outstanding order by i.due_on, i.number) filter (where i.id is not null), '{}') as open
         from weighed w join pledges p on p.id = w.pledge_id
         join pledge_balances b on b.pledge_id = w.pledge_id and stands(b, $2, $3) and b.outstanding > 0
         join donors d on d.id = b.donor_id
         left join instalment_balances i on i.pledge_id = w.pledge_id and stands(i, $2, $3)
            and i.outstanding > 0
         where w.nth <= $5
         group by w.contribution_id, p.id, b.id, d.id, w.kin order by w.contribution_id, w.kin, p.ref",
    )
    .bind(contributions)
    .bind(today)
    .bind(known_at)
    .bind(UNIDENTIFIED)
    .bind(WEIGHED)
    .fetch_all(connection)
    .await?;
    let candidate = |row: CandidateRow| {
        let open = row.numbers.into_iter().zip(row.due).zip(row.open);
        let candidate = Candidate {
            pledge: row.pledge,
            names: [row.agreement, row.donor_reference].into_iter().flatten().collect(),
            donor: row.donor_name,
            kin: match row.kin.as_str() {
                "same" => Kin::Same,
                "child" => Kin::Child,
                "parent" => Kin::Parent,
                _ => Kin::None,
            },
            currency: row.currency,
            outstanding: row.outstanding,
            open: open.map(|((number, due_on), outstanding)| Open { number, due_on, outstanding }).collect(),
        };
        (row.contribution_id, candidate)
    };
    Ok(rows.into_iter().map(candidate).collect())
}

/// Receipts without a pledge of which as much as the whole of them is outstanding on an instalment or pledge of their
/// donor, in their currency: the references, the latest first, so many at most.
pub async fn maybe_exact(
    connection: &mut PgConnection,
    today: NaiveDate,
    known_at: DateTime<Utc>,
    most: i64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "with waiting as (
            select f.key, f.received_on, f.donor_id, f.currency,
                   f.amount + coalesce((select sum(b.amount) from contribution_facts b
                    where b.reverses_id = f.contribution_id and was_known(b.recorded_at, b.voided_at, $2)), 0) as amount
            from contribution_facts f join donors d on d.id = f.donor_id
            where f.pledge_id is null and f.reverses_id is null and f.amount > 0 and f.kind = 'cash' and d.code <> $3
                and was_known(f.recorded_at, f.voided_at, $2)
         )
         select w.key from waiting w
         where exists (select from instalment_balances i where i.donor_id = w.donor_id and i.currency = w.currency
                and i.outstanding = w.amount and stands(i, $1, $2))
            or exists (select from pledge_balances b where b.donor_id = w.donor_id and b.currency = w.currency
                and b.outstanding = w.amount and stands(b, $1, $2))
         order by w.received_on desc, w.key limit $4",
    )
    .bind(today)
    .bind(known_at)
    .bind(UNIDENTIFIED)
    .bind(most)
    .fetch_all(connection)
    .await
}

/// The donor's code of a pledge as it is in force today.
pub async fn donor_of_pledge(
    connection: &mut PgConnection,
    pledge: &str,
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select d.code from pledges p join pledge_balances b on b.pledge_id = p.id and stands(b, $2, $3)
         join donors d on d.id = b.donor_id where p.ref = $1",
    )
    .bind(pledge)
    .bind(today)
    .bind(known_at)
    .fetch_optional(connection)
    .await
}

/// An instalment a receipt can be allocated to by hand.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Place {
    /// Its number.
    pub number: i32,
    /// The day it is due; none where it is no longer in the schedule.
    pub due_on: Option<NaiveDate>,
    /// How much it is.
    pub amount: Option<Decimal>,
    /// What receipts have paid of it.
    pub paid: Option<Decimal>,
    /// The fact by which this receipt is allocated to it by hand.
    pub hand_id: Option<i64>,
    /// How much of it by hand.
    pub by_hand: Option<Decimal>,
    /// From which day on.
    pub allocated_on: Option<NaiveDate>,
    /// How much of that fits.
    pub fits: Decimal,
}

/// The instalments of a pledge today, with what of a contribution was allocated to each by hand; those that are no longer
/// in the schedule too.
pub async fn places(
    connection: &mut PgConnection,
    contribution: i64,
    pledge: i64,
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<Place>, sqlx::Error> {
    sqlx::query_as(
        "select coalesce(i.number, h.number) as number, i.due_on, i.amount, i.paid, h.id as hand_id, h.amount as by_hand,
                h.allocated_on,
                coalesce((select sum(a.amount) from allocations a where a.contribution_id = $1 and a.pledge_id = $2
                    and a.number = h.number and a.by_hand and a.valid @> $3 and a.known @> $4), 0) as fits
         from (select * from instalment_balances b where b.pledge_id = $2 and stands(b, $3, $4)) i
         full join (select * from hand_allocations where contribution_id = $1 and pledge_id = $2
            and was_known(recorded_at, voided_at, $4)) h on h.number = i.number
         order by 1",
    )
    .bind(contribution)
    .bind(pledge)
    .bind(today)
    .bind(known_at)
    .fetch_all(connection)
    .await
}
