//! Reads the facts of pledges as they were known at an instant.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::facts::{
    Condition, HandAllocation, PledgeFacts, Receipt, ScheduledInstalment, Terms, WriteOff, WriteOffPart,
};
use crate::kernel::Currency;
use crate::kernel::ids::{ContributionId, DonorId, FundId, PledgeId, UnitId};
use crate::kernel::money::Rates;

/// The facts of one pledge, and which rows they came from.
#[derive(Debug)]
pub struct LoadedPledge {
    /// The pledge's reference.
    pub reference: String,
    /// What the rule is told.
    pub facts: PledgeFacts,
    /// The rows the terms came from, by the day they were agreed.
    pub terms_rows: HashMap<Option<NaiveDate>, i64>,
    /// The rows the instalments came from, by the day they were agreed and number.
    pub instalment_rows: HashMap<(Option<NaiveDate>, i32), i64>,
}

/// Exchange rates as known at an instant, of the currencies asked for so far.
#[derive(Debug, Default)]
pub struct RateTable(HashMap<Currency, Vec<(NaiveDate, Decimal)>>);

impl Rates for RateTable {
    fn units_per_usd(&self, currency: Currency, day: NaiveDate) -> Option<Decimal> {
        if currency == Currency::USD {
            return Some(Decimal::ONE);
        }
        let rates = self.0.get(&currency)?;
        let next = rates.partition_point(|(valid_from, _)| *valid_from <= day);
        next.checked_sub(1).map(|at| rates[at].1)
    }
}

impl RateTable {
    /// Reads what these pledges need of the rates known at an instant, where it was not read before: nothing, where
    /// every payment is in its pledge's currency.
    pub async fn read_for(
        &mut self,
        connection: &mut PgConnection,
        pledges: &[LoadedPledge],
        known_at: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        let mut needed: Vec<Currency> = Vec::new();
        for facts in pledges.iter().map(|loaded| &loaded.facts) {
            for receipt in &facts.contributions {
                let others = facts.terms.iter().filter(|terms| terms.currency != receipt.currency);
                needed.extend(others.flat_map(|terms| [terms.currency, receipt.currency]));
            }
        }
        needed.retain(|currency| *currency != Currency::USD && !self.0.contains_key(currency));
        needed.sort_unstable();
        needed.dedup();
        if needed.is_empty() {
            return Ok(());
        }
        let codes: Vec<String> = needed.iter().map(Currency::to_string).collect();
        let rows: Vec<(Currency, NaiveDate, Decimal)> = sqlx::query_as(
            "select currency, valid_from, units_per_usd from exchange_rates
             where currency = any($2) and was_known(recorded_at, voided_at, $1) order by currency, valid_from",
        )
        .bind(known_at)
        .bind(&codes)
        .fetch_all(connection)
        .await?;
        self.0.extend(needed.into_iter().map(|currency| (currency, Vec::new())));
        for (currency, valid_from, rate) in rows {
            self.0.entry(currency).or_default().push((valid_from, rate));
        }
        Ok(())
    }
}

/// `was_known` at `$2`, in the words of the indexes: one of facts in force by pledge, one of voided facts.
macro_rules! known {
    ($fact:literal) => {
        concat!(
            "((",
            $fact,
            ".voided_at is null and ",
            $fact,
            ".recorded_at <= $2) or (",
            $fact,
            ".voided_change_id is not null and ",
            $fact,
            ".voided_at > $2 and ",
            $fact,
            ".recorded_at <= $2))"
        )
    };
}

#[derive(sqlx::FromRow)]
struct TermsRow {
    id: i64,
    pledge_id: PledgeId,
    pledge_ref: String,
    agreed_on: Option<NaiveDate>,
    donor_id: DonorId,
    unit_id: UnitId,
    fund_id: FundId,
    currency: Currency,
    amount: Decimal,
    pledged_on: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    pledge_id: PledgeId,
    event: String,
    happened_on: NaiveDate,
    instalment_number: Option<i32>,
    amount: Option<Decimal>,
}

#[derive(sqlx::FromRow)]
struct InstalmentRow {
    id: i64,
    pledge_id: PledgeId,
    agreed_on: Option<NaiveDate>,
    number: i32,
    due_on: NaiveDate,
    amount: Decimal,
    conditional: bool,
    met_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct ReceiptRow {
    pledge_id: PledgeId,
    contribution_id: ContributionId,
    reference: String,
    received_on: NaiveDate,
    currency: Currency,
    amount: Decimal,
    instalment_number: Option<i32>,
    reversed_on: Vec<NaiveDate>,
    reversed_amount: Vec<Decimal>,
}

#[derive(sqlx::FromRow)]
struct HandRow {
    pledge_id: PledgeId,
    contribution_id: ContributionId,
    number: i32,
    amount: Decimal,
    allocated_on: NaiveDate,
}

/// A plan that is kept is made for a few pledges; a batch of thousands gets one of its own each time.
pub fn plan_is_kept(pledges: &[PledgeId]) -> bool {
    pledges.len() < 50
}

/// Reads the facts of these pledges known at an instant, in the order of their ids. A pledge without terms (all of
/// them voided) is left out.
pub async fn load(
    connection: &mut PgConnection,
    pledges: &[PledgeId],
    known_at: DateTime<Utc>,
) -> Result<Vec<LoadedPledge>, sqlx::Error> {
    let ids: Vec<i64> = pledges.iter().map(|pledge| pledge.0).collect();
    let kept = plan_is_kept(pledges);
    let mut loaded: Vec<LoadedPledge> = Vec::with_capacity(ids.len());
    let mut places: HashMap<PledgeId, usize> = HashMap::with_capacity(ids.len());

    let terms: Vec<TermsRow> = sqlx::query_as(concat!(
        "select t.id, t.pledge_id, p.ref as pledge_ref, t.agreed_on, t.donor_id, t.unit_id, t.fund_id, t.currency,
                t.amount, t.pledged_on
         from pledge_terms t join pledges p on p.id = t.pledge_id
         where t.pledge_id = any($1) and ",
        known!("t"),
        "
         order by t.pledge_id, t.agreed_on nulls first"
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for row in terms {
        let at = *places.entry(row.pledge_id).or_insert_with(|| {
            loaded.push(LoadedPledge {
                reference: row.pledge_ref.clone(),
                facts: PledgeFacts {
                    pledge: row.pledge_id,
                    terms: Vec::new(),
                    signed_on: None,
                    cancelled_on: None,
                    write_offs: Vec::new(),
                    instalments: Vec::new(),
                    contributions: Vec::new(),
                    by_hand: Vec::new(),
                },
                terms_rows: HashMap::new(),
                instalment_rows: HashMap::new(),
            });
            loaded.len() - 1
        });
        loaded[at].terms_rows.insert(row.agreed_on, row.id);
        loaded[at].facts.terms.push(Terms {
            agreed_on: row.agreed_on,
            donor: row.donor_id,
            unit: row.unit_id,
            fund: row.fund_id,
            currency: row.currency,
            amount: row.amount,
            pledged_on: row.pledged_on,
        });
    }

    let events: Vec<EventRow> = sqlx::query_as(concat!(
        "select pledge_id, event, happened_on, instalment_number, amount from pledge_events f
         where pledge_id = any($1) and ",
        known!("f")
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for row in events {
        let Some(at) = places.get(&row.pledge_id) else { continue };
        let facts = &mut loaded[*at].facts;
        match row.event.as_str() {
            "signed" => facts.signed_on = Some(row.happened_on),
            "cancelled" => facts.cancelled_on = Some(row.happened_on),
            _ => facts.write_offs.push(WriteOff {
                on: row.happened_on,
                part: row.amount.map(|amount| WriteOffPart { number: row.instalment_number, amount }),
            }),
        }
    }

    let instalments: Vec<InstalmentRow> = sqlx::query_as(concat!(
        "
         select i.id, i.pledge_id, i.agreed_on, i.number, i.due_on, i.amount,
                i.condition is not null as conditional, c.met_on
         from instalments i
         left join condition_events c on c.pledge_id = i.pledge_id and c.agreed_on is not distinct from i.agreed_on
            and c.number = i.number and ",
        known!("c"),
        "
         where i.pledge_id = any($1) and ",
        known!("i")
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for row in instalments {
        let Some(at) = places.get(&row.pledge_id) else { continue };
        loaded[*at].instalment_rows.insert((row.agreed_on, row.number), row.id);
        let condition = match (row.conditional, row.met_on) {
            (false, _) => Condition::None,
            (true, None) => Condition::Unmet,
            (true, Some(met_on)) => Condition::MetOn(met_on),
        };
        loaded[*at].facts.instalments.push(ScheduledInstalment {
            agreed_on: row.agreed_on,
            number: row.number,
            due_on: row.due_on,
            amount: row.amount,
            condition,
        });
    }

    let receipts: Vec<ReceiptRow> = sqlx::query_as(concat!(
        "select f.pledge_id, f.contribution_id, f.key as reference, f.received_on, f.currency, f.amount,
                f.instalment_number,
                coalesce(array_agg(r.received_on order by r.id) filter (where r.id is not null), '{}') as reversed_on,
                coalesce(array_agg(-r.amount order by r.id) filter (where r.id is not null), '{}') as reversed_amount
         from contribution_facts f
         left join contribution_facts r on r.reverses_id = f.contribution_id
            and ",
        known!("r"),
        "
         where f.pledge_id = any($1) and f.reverses_id is null and ",
        known!("f"),
        "
         group by f.id"
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for row in receipts {
        let Some(at) = places.get(&row.pledge_id) else { continue };
        loaded[*at].facts.contributions.push(Receipt {
            contribution: row.contribution_id,
            reference: row.reference,
            received_on: row.received_on,
            currency: row.currency,
            amount: row.amount,
            instalment: row.instalment_number,
            reversals: row.reversed_on.into_iter().zip(row.reversed_amount).collect(),
        });
    }

    let by_hand: Vec<HandRow> = sqlx::query_as(concat!(
        "select pledge_id, contribution_id, number, amount, allocated_on from hand_allocations f
         where pledge_id = any($1) and ",
        known!("f")
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(kept)
    .fetch_all(&mut *connection)
    .await?;
    for row in by_hand {
        let Some(at) = places.get(&row.pledge_id) else { continue };
        loaded[*at].facts.by_hand.push(HandAllocation {
            contribution: row.contribution_id,
            number: row.number,
            amount: row.amount,
            on: row.allocated_on,
        });
    }
    Ok(loaded)
}
