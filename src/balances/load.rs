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
            "select t.currency, r.day, r.units_per_usd from rates_through($1) t
             cross join lateral unnest(t.days, t.rates) r (day, units_per_usd) where t.currency = any($2)",
        )
        .bind(known_at)
        .bind(&codes)
        .fetch_all(connection)
        .await?;
        self.0.extend(needed.into_iter().map(|currency| (currency, Vec::new())));
        // In the order of their days.
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

/// A fact of any of the kinds the rule asks for; what a kind has no column for is empty.
#[derive(sqlx::FromRow)]
struct FactRow {
    part: String,
    id: i64,
    pledge_id: PledgeId,
    /// Of the pledge, or of the contribution.
    reference: Option<String>,
    agreed_on: Option<NaiveDate>,
    donor_id: Option<DonorId>,
    unit_id: Option<UnitId>,
    fund_id: Option<FundId>,
    contribution_id: Option<ContributionId>,
    currency: Option<Currency>,
    amount: Option<Decimal>,
    /// The day it was pledged, happened, is due, was received or allocated.
    day: Option<NaiveDate>,
    /// Of the instalment.
    number: Option<i32>,
    event: Option<String>,
    conditional: Option<bool>,
    met_on: Option<NaiveDate>,
    reversed_on: Option<Vec<NaiveDate>>,
    reversed_amount: Option<Vec<Decimal>>,
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
    // One statement for all kinds: a receipt is worked out while everybody else who writes waits.
    let rows: Vec<FactRow> = sqlx::query_as(concat!(
        "select 'terms' as part, t.id, t.pledge_id, p.ref as reference, t.agreed_on, t.donor_id, t.unit_id, t.fund_id,
                null::bigint as contribution_id, t.currency, t.amount, t.pledged_on as day, null::integer as number,
                null::text as event, null::boolean as conditional, null::date as met_on, null::date[] as reversed_on,
                null::numeric[] as reversed_amount
         from pledge_terms t join pledges p on p.id = t.pledge_id
         where t.pledge_id = any($1) and ",
        known!("t"),
        " union all
         select 'event', f.id, f.pledge_id, null, null, null, null, null, null, null, f.amount, f.happened_on,
                f.instalment_number, f.event, null, null, null, null
         from pledge_events f where f.pledge_id = any($1) and ",
        known!("f"),
        " union all
         select 'instalment', i.id, i.pledge_id, null, i.agreed_on, null, null, null, null, null, i.amount, i.due_on, i.number,
                null, i.condition is not null, c.met_on, null, null
         from instalments i
         left join condition_events c on c.pledge_id = i.pledge_id and c.agreed_on is not distinct from i.agreed_on
            and c.number = i.number and ",
        known!("c"),
        " where i.pledge_id = any($1) and ",
        known!("i"),
        " union all
         select 'receipt', f.id, f.pledge_id, f.key, null, null, null, null, f.contribution_id, f.currency, f.amount,
                f.received_on, f.instalment_number, null, null, null, coalesce(back.days, '{}'), coalesce(back.amounts, '{}')
         from contribution_facts f
         left join lateral (
            select array_agg(r.received_on order by r.id) as days, array_agg(-r.amount order by r.id) as amounts
            from contribution_facts r where r.reverses_id = f.contribution_id and ",
        known!("r"),
        ") back on true
         where f.pledge_id = any($1) and f.reverses_id is null and ",
        known!("f"),
        " union all
         select 'by hand', f.id, f.pledge_id, null, null, null, null, null, f.contribution_id, null, f.amount, f.allocated_on,
                f.number, null, null, null, null, null
         from hand_allocations f where f.pledge_id = any($1) and ",
        known!("f"),
    ))
    .bind(&ids)
    .bind(known_at)
    .persistent(plan_is_kept(pledges))
    .fetch_all(connection)
    .await?;
    let (mut terms, others): (Vec<FactRow>, Vec<FactRow>) = rows.into_iter().partition(|row| row.part == "terms");
    terms.sort_by_key(|row| (row.pledge_id, row.agreed_on));
    let mut loaded: Vec<LoadedPledge> = Vec::with_capacity(ids.len());
    let mut places: HashMap<PledgeId, usize> = HashMap::with_capacity(ids.len());
    let lacks = || sqlx::Error::Decode("a fact lacks a value its table requires".into());
    for row in terms {
        let at = *places.entry(row.pledge_id).or_insert_with(|| {
            loaded.push(LoadedPledge::new(row.pledge_id));
            loaded.len() - 1
        });
        loaded[at].add_terms(row).ok_or_else(lacks)?;
    }
    for row in others {
        let Some(at) = places.get(&row.pledge_id) else { continue };
        loaded[*at].add(row).ok_or_else(lacks)?;
    }
    Ok(loaded)
}

impl LoadedPledge {
    fn new(pledge: PledgeId) -> Self {
        LoadedPledge {
            reference: String::new(),
            facts: PledgeFacts {
                pledge,
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
        }
    }

    fn add_terms(&mut self, row: FactRow) -> Option<()> {
        self.reference = row.reference?;
        self.terms_rows.insert(row.agreed_on, row.id);
        self.facts.terms.push(Terms {
            agreed_on: row.agreed_on,
            donor: row.donor_id?,
            unit: row.unit_id?,
            fund: row.fund_id?,
            currency: row.currency?,
            amount: row.amount?,
            pledged_on: row.day?,
        });
        Some(())
    }

    fn add(&mut self, row: FactRow) -> Option<()> {
        let facts = &mut self.facts;
        match row.part.as_str() {
            "event" => match row.event?.as_str() {
                "signed" => facts.signed_on = Some(row.day?),
                "cancelled" => facts.cancelled_on = Some(row.day?),
                _ => facts.write_offs.push(WriteOff {
                    on: row.day?,
                    part: row.amount.map(|amount| WriteOffPart { number: row.number, amount }),
                }),
            },
            "instalment" => {
                let number = row.number?;
                self.instalment_rows.insert((row.agreed_on, number), row.id);
                let condition = match (row.conditional?, row.met_on) {
                    (false, _) => Condition::None,
                    (true, None) => Condition::Unmet,
                    (true, Some(met_on)) => Condition::MetOn(met_on),
                };
                facts.instalments.push(ScheduledInstalment {
                    agreed_on: row.agreed_on,
                    number,
                    due_on: row.day?,
                    amount: row.amount?,
                    condition,
                });
            }
            "receipt" => facts.contributions.push(Receipt {
                contribution: row.contribution_id?,
                reference: row.reference?,
                received_on: row.day?,
                currency: row.currency?,
                amount: row.amount?,
                instalment: row.number,
                reversals: row.reversed_on?.into_iter().zip(row.reversed_amount?).collect(),
            }),
            _ => facts.by_hand.push(HandAllocation {
                contribution: row.contribution_id?,
                number: row.number?,
                amount: row.amount?,
                on: row.day?,
            }),
        }
        Some(())
    }
}
