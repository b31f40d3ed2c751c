//! A timeline as rows of the derived tables: one for every stretch of days on which a balance stands still.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::load::LoadedPledge;
use super::rule::{self, Spell};
use crate::facts::derived::DayRange;
use crate::kernel::Currency;
use crate::kernel::money::Rates;

/// A row of `pledge_balances`, less when it was known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PledgeVersion {
    pub pledge: i64,
    pub reference: String,
    pub valid: DayRange,
    pub terms: i64,
    pub donor: i64,
    pub unit: i64,
    pub fund: i64,
    pub currency: Currency,
    pub amount: Decimal,
    pub status: &'static str,
    pub signed_on: Option<NaiveDate>,
    pub paid: Decimal,
    pub written_off: Decimal,
    pub outstanding: Decimal,
    pub advance: Decimal,
    pub receivable: Decimal,
    pub unconverted: bool,
    pub instalments: i32,
}

/// A row of `instalment_balances`, less when it was known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstalmentVersion {
    pub pledge: i64,
    pub reference: String,
    pub number: i32,
    pub valid: DayRange,
    pub instalment: i64,
    pub donor: i64,
    pub unit: i64,
    pub fund: i64,
    pub currency: Currency,
    pub due_on: NaiveDate,
    pub falls_due_on: Option<NaiveDate>,
    pub amount: Decimal,
    pub paid: Decimal,
    pub written_off: Decimal,
    pub outstanding: Decimal,
    /// Whether it is in arrears once the day it falls due has passed.
    pub counts: bool,
}

impl InstalmentVersion {
    /// The days of `valid` on which it is overdue, if any.
    pub fn overdue_during(&self) -> Option<DayRange> {
        let after_due = self.falls_due_on.filter(|_| self.counts)?.succ_opt()?;
        let from = self.valid.0.map_or(after_due, |from| from.max(after_due));
        self.valid.1.is_none_or(|until| from < until).then_some((Some(from), self.valid.1))
    }
}

/// A row of `allocations`, less when it was known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AllocationVersion {
    pub contribution: i64,
    pub pledge: i64,
    pub number: i32,
    pub valid: DayRange,
    pub amount: Decimal,
    pub own_amount: Decimal,
    pub by_hand: bool,
}

/// All rows that tell the balances of one or more pledges.
#[derive(Debug, Default)]
pub struct Versions {
    pub pledges: Vec<PledgeVersion>,
    pub instalments: Vec<InstalmentVersion>,
    pub allocations: Vec<AllocationVersion>,
}

/// A row with days: two that follow each other and are otherwise equal are one.
trait Version: Clone + PartialEq {
    fn valid_mut(&mut self) -> &mut DayRange;

    fn follows(&self, earlier: &Self) -> bool {
        let mut this = self.clone();
        let mut that = earlier.clone();
        let (from, until) = (this.valid_mut().0, that.valid_mut().1);
        *this.valid_mut() = (None, None);
        *that.valid_mut() = (None, None);
        from.is_some() && from == until && this == that
    }
}

impl Version for PledgeVersion {
    fn valid_mut(&mut self) -> &mut DayRange {
        &mut self.valid
    }
}
impl Version for InstalmentVersion {
    fn valid_mut(&mut self) -> &mut DayRange {
        &mut self.valid
    }
}
impl Version for AllocationVersion {
    fn valid_mut(&mut self) -> &mut DayRange {
        &mut self.valid
    }
}

/// Puts a row after those of the same pledge (from `begin` on), lengthening one of them where it only goes on.
fn push_or_lengthen<V: Version>(rows: &mut Vec<V>, begin: usize, mut row: V) {
    match rows[begin..].iter_mut().rev().find(|earlier| row.follows(earlier)) {
        Some(earlier) => earlier.valid_mut().1 = row.valid_mut().1,
        None => rows.push(row),
    }
}

impl Versions {
    /// Runs the rule over a pledge's facts and adds its rows.
    pub fn add(&mut self, loaded: &LoadedPledge, rates: &dyn Rates) {
        let begin = (self.pledges.len(), self.instalments.len(), self.allocations.len());
        for spell in rule::timeline(&loaded.facts, rates) {
            self.add_spell(loaded, &spell, begin);
        }
        // The tables keep `counts` as the days it makes overdue; where it makes none, it says nothing.
        for row in &mut self.instalments[begin.1..] {
            row.counts = row.overdue_during().is_some();
        }
    }

    fn add_spell(&mut self, loaded: &LoadedPledge, spell: &Spell, begin: (usize, usize, usize)) {
        let Spell { from, until, state } = spell;
        let valid = (*from, *until);
        let pledge = loaded.facts.pledge.0;
        let terms = &state.terms;
        let (donor, unit, fund) = (terms.donor.0, terms.unit.0, terms.fund.0);
        let row = PledgeVersion {
            pledge,
            reference: loaded.reference.clone(),
            valid,
            terms: loaded.terms_rows.get(&terms.agreed_on).copied().unwrap_or_default(),
            donor,
            unit,
            fund,
            currency: terms.currency,
            amount: terms.amount,
            status: state.status.as_str(),
            signed_on: state.signed_on,
            paid: state.paid,
            written_off: state.written_off,
            outstanding: state.outstanding,
            advance: state.advance,
            receivable: state.receivable,
            unconverted: state.unconverted,
            instalments: i32::try_from(state.instalments.len()).unwrap_or(i32::MAX),
        };
        push_or_lengthen(&mut self.pledges, begin.0, row);
        let first_day = from.unwrap_or(NaiveDate::MIN);
        let agreed = loaded
            .facts
            .instalments
            .iter()
            .map(|one| one.agreed_on)
            .filter(|on| on.is_none_or(|on| on <= first_day))
            .max();
        for instalment in &state.instalments {
            let source = (agreed.flatten(), instalment.number);
            let row = InstalmentVersion {
                pledge,
                reference: loaded.reference.clone(),
                number: instalment.number,
                valid,
                instalment: loaded.instalment_rows.get(&source).copied().unwrap_or_default(),
                donor,
                unit,
                fund,
                currency: terms.currency,
                due_on: instalment.due_on,
                falls_due_on: instalment.falls_due_on,
                amount: instalment.amount,
                paid: instalment.paid,
                written_off: instalment.written_off,
                outstanding: instalment.outstanding,
                counts: instalment.counts,
            };
            push_or_lengthen(&mut self.instalments, begin.1, row);
        }
        for allocation in &state.allocations {
            let row = AllocationVersion {
                contribution: allocation.contribution.0,
                pledge,
                number: allocation.number,
                valid,
                amount: allocation.amount,
                own_amount: allocation.own_amount,
                by_hand: allocation.by_hand,
            };
            push_or_lengthen(&mut self.allocations, begin.2, row);
        }
    }
}
