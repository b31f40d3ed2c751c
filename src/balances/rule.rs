//! The rule itself: domain.md, "Arrears", points 1, 2, 4 and 5. Pure; no I/O, no clock.
//!
//! [`state_as_of`] reads the facts of one pledge as of one day. [`timeline`] says between which days that state
//! stands still. Nothing else in the program computes what is outstanding.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::facts::{Condition, HandAllocation, PledgeFacts, Receipt, ScheduledInstalment, Terms};
use crate::kernel::ids::ContributionId;
use crate::kernel::money::{Rates, convert};

/// How a pledge stands as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PledgeStatus {
    /// Promised, not signed: counts in no total.
    Pledged,
    /// Signed: a commitment and a receivable.
    Signed,
    /// Signed, and nothing is outstanding because it was paid.
    FullyPaid,
    /// Cancelled: nothing is owed any more.
    Cancelled,
    /// Written off, in whole, or what was left of it.
    WrittenOff,
}

impl PledgeStatus {
    /// The word in files and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            PledgeStatus::Pledged => "pledged",
            PledgeStatus::Signed => "signed",
            PledgeStatus::FullyPaid => "fully_paid",
            PledgeStatus::Cancelled => "cancelled",
            PledgeStatus::WrittenOff => "written_off",
        }
    }
}

/// A pledge as of a day. Amounts are in the pledge's currency.
#[derive(Debug, Clone, PartialEq)]
pub struct PledgeState {
    /// The terms in force.
    pub terms: Terms,
    /// How it stands.
    pub status: PledgeStatus,
    /// The day it was signed, if that is on or before the day.
    pub signed_on: Option<NaiveDate>,
    /// Contributions naming it, net of reversals and refunds; what has no rate is not in it.
    pub paid: Decimal,
    /// What was written off of it.
    pub written_off: Decimal,
    /// What is still to come, due or not; nothing once cancelled.
    pub outstanding: Decimal,
    /// What no instalment took, less refunds; without a schedule all that was paid.
    pub advance: Decimal,
    /// Outstanding on what is signed, not cancelled and unconditional.
    pub receivable: Decimal,
    /// Whether money names it that could not be converted for want of a rate.
    pub unconverted: bool,
    /// The schedule in force, by number; empty where it has none.
    pub instalments: Vec<InstalmentState>,
    /// Which receipt paid what, in the order the rule took them.
    pub allocations: Vec<Allocation>,
}

/// An instalment as of a day. Amounts are in the pledge's currency.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalmentState {
    /// Its number within the pledge.
    pub number: i32,
    /// The day its schedule says.
    pub due_on: NaiveDate,
    /// The latest of due date, signing day and the day its condition was met; `None` while a condition is unmet.
    pub falls_due_on: Option<NaiveDate>,
    /// Whether it has a condition, met or not.
    pub conditional: bool,
    /// How much is scheduled.
    pub amount: Decimal,
    /// How much receipts have paid of it.
    pub paid: Decimal,
    /// How much was written off.
    pub written_off: Decimal,
    /// How much is still to come; nothing once the pledge is cancelled.
    pub outstanding: Decimal,
    /// Whether it counts as arrears from the day after it falls due: signed, not cancelled, something outstanding.
    pub counts: bool,
}

impl InstalmentState {
    /// Whether it is overdue as of `day`: it fell due before that day. Due on the day is not overdue.
    pub fn is_overdue(&self, day: NaiveDate) -> bool {
        self.counts && self.falls_due_on.is_some_and(|falls_due_on| falls_due_on < day)
    }
}

/// The part of a receipt that pays an instalment.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// The receipt.
    pub contribution: ContributionId,
    /// The instalment.
    pub number: i32,
    /// How much of the instalment it pays, in the pledge's currency.
    pub amount: Decimal,
    /// How much of the receipt that takes, in the receipt's currency.
    pub own_amount: Decimal,
    /// Whether a person made it.
    pub by_hand: bool,
}

/// A state and the days it stands: from `from` (`None`: since ever) until the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    /// The first day of it.
    pub from: Option<NaiveDate>,
    /// The day after its last; `None` while nothing ends it.
    pub until: Option<NaiveDate>,
    /// What is true at the end of each of its days.
    pub state: PledgeState,
}

/// The state of a pledge for every day there is, in order and without gaps; equal neighbours are one spell.
pub fn timeline(facts: &PledgeFacts, rates: &dyn Rates) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let first = std::iter::once(None);
    for from in first.chain(days_that_matter(facts).into_iter().map(Some)) {
        let state = state_as_of(facts, rates, from.unwrap_or(NaiveDate::MIN));
        match spells.last_mut() {
            Some(last) if last.state == state => {}
            Some(last) => {
                last.until = from;
                spells.push(Spell { from, until: None, state });
            }
            None => spells.push(Spell { from, until: None, state }),
        }
    }
    spells
}

/// Every day on which something about the pledge may change, in order.
fn days_that_matter(facts: &PledgeFacts) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = Vec::new();
    days.extend(facts.terms.iter().filter_map(|terms| terms.agreed_on));
    days.extend(facts.instalments.iter().filter_map(|instalment| instalment.agreed_on));
    days.extend(facts.instalments.iter().filter_map(|instalment| match instalment.condition {
        Condition::MetOn(day) => Some(day),
        Condition::None | Condition::Unmet => None,
    }));
    days.extend(facts.signed_on);
    days.extend(facts.cancelled_on);
    days.extend(facts.write_offs.iter().map(|write_off| write_off.on));
    for receipt in &facts.contributions {
        days.push(receipt.received_on);
        days.extend(receipt.reversals.iter().map(|(on, _)| *on));
    }
    days.extend(facts.by_hand.iter().map(|hand| hand.on));
    days.sort_unstable();
    days.dedup();
    days
}

/// The pledge at the end of `day`.
pub fn state_as_of(facts: &PledgeFacts, rates: &dyn Rates, day: NaiveDate) -> PledgeState {
    let terms = in_force(&facts.terms, day, |terms| terms.agreed_on);
    let signed_on = facts.signed_on.filter(|on| *on <= day);
    let cancelled = facts.cancelled_on.is_some_and(|on| on <= day);

    let mut plan = Plan::of(schedule_in_force(&facts.instalments, day), signed_on, day);
    let pool = allocate(facts, terms, &mut plan, rates, day);
    let instalments = write_off(facts, plan, day, signed_on.is_some(), cancelled);

    let unscheduled = instalments.is_empty().then(|| unscheduled_balance(facts, terms, pool.paid, day, cancelled));
    let (written_off, outstanding) = unscheduled.unwrap_or_else(|| {
        (
            instalments.iter().map(|instalment| instalment.written_off).sum(),
            instalments.iter().map(|instalment| instalment.outstanding).sum(),
        )
    });
    let receivable = match (signed_on, cancelled, instalments.is_empty()) {
        (None, _, _) | (_, true, _) => Decimal::ZERO,
        (Some(_), false, true) => outstanding,
        (Some(_), false, false) => {
            let unconditional = instalments.iter().filter(|instalment| instalment.falls_due_on.is_some());
            unconditional.map(|instalment| instalment.outstanding).sum()
        }
    };
    let status = if cancelled {
        PledgeStatus::Cancelled
    } else if whole_write_off(facts, day) || (written_off > Decimal::ZERO && outstanding.is_zero()) {
        PledgeStatus::WrittenOff
    } else if signed_on.is_none() {
        PledgeStatus::Pledged
    } else if outstanding.is_zero() {
        PledgeStatus::FullyPaid
    } else {
        PledgeStatus::Signed
    };
    PledgeState {
        terms: terms.clone(),
        status,
        signed_on,
        paid: pool.paid,
        written_off,
        outstanding,
        advance: pool.advance,
        receivable,
        unconverted: pool.unconverted,
        instalments,
        allocations: pool.allocations,
    }
}

/// The last of what was agreed by the day; before the first agreement the first there is.
fn in_force<T>(all: &[T], day: NaiveDate, agreed_on: impl Fn(&T) -> Option<NaiveDate>) -> &T {
    let in_force = all.iter().filter(|one| agreed_on(one).is_none_or(|on| on <= day)).max_by_key(|one| agreed_on(one));
    // Every pledge has terms for its beginning, so the second half is only reached by facts that are not whole.
    match in_force.or_else(|| all.iter().min_by_key(|one| agreed_on(one))) {
        Some(one) => one,
        None => unreachable!("a pledge is never without terms"),
    }
}

fn schedule_in_force(instalments: &[ScheduledInstalment], day: NaiveDate) -> Vec<&ScheduledInstalment> {
    let agreed = instalments.iter().map(|one| one.agreed_on).filter(|on| on.is_none_or(|on| on <= day)).max();
    let Some(agreed_on) = agreed else { return Vec::new() };
    instalments.iter().filter(|one| one.agreed_on == agreed_on).collect()
}

/// One line of the schedule while the rule runs over it.
struct Line<'a> {
    instalment: &'a ScheduledInstalment,
    falls_due_on: Option<NaiveDate>,
    paid: Decimal,
}

impl Line<'_> {
    fn room(&self) -> Decimal {
        self.instalment.amount - self.paid
    }
}

/// The schedule in the order payments go: by the day each falls due (those without a day last), then number.
struct Plan<'a>(Vec<Line<'a>>);

impl<'a> Plan<'a> {
    fn of(schedule: Vec<&'a ScheduledInstalment>, signed_on: Option<NaiveDate>, day: NaiveDate) -> Self {
        let mut lines: Vec<Line<'a>> = schedule
            .into_iter()
            .map(|instalment| Line {
                instalment,
                falls_due_on: falls_due_on(instalment, signed_on, day),
                paid: Decimal::ZERO,
            })
            .collect();
        lines.sort_by_key(|line| (line.falls_due_on.is_none(), line.falls_due_on, line.instalment.number));
        Plan(lines)
    }

    fn position(&self, number: i32) -> Option<usize> {
        self.0.iter().position(|line| line.instalment.number == number)
    }
}

fn falls_due_on(instalment: &ScheduledInstalment, signed_on: Option<NaiveDate>, day: NaiveDate) -> Option<NaiveDate> {
    let met_on = match instalment.condition {
        Condition::None => None,
        Condition::MetOn(met_on) if met_on <= day => Some(met_on),
        Condition::MetOn(_) | Condition::Unmet => return None,
    };
    [Some(instalment.due_on), signed_on, met_on].into_iter().flatten().max()
}

/// What became of the money that names the pledge.
struct Pool {
    paid: Decimal,
    advance: Decimal,
    unconverted: bool,
    allocations: Vec<Allocation>,
}

/// A receipt while the rule takes it apart.
struct Purse<'a> {
    receipt: &'a Receipt,
    /// All it is worth, in its own currency and in the pledge's.
    own: Decimal,
    worth: Decimal,
    /// What is left to allocate, in the pledge's currency; part of it may be reserved by hand for what did not fit.
    left: Decimal,
    reserved: Decimal,
    taken: Decimal,
    own_taken: Decimal,
}

/// Point 4: by hand first, then each receipt in its order, the instalment it names, then the oldest.
fn allocate(facts: &PledgeFacts, terms: &Terms, plan: &mut Plan<'_>, rates: &dyn Rates, day: NaiveDate) -> Pool {
    let mut receipts: Vec<&Receipt> = facts.contributions.iter().filter(|receipt| receipt.received_on <= day).collect();
    receipts.sort_by(|a, b| (a.received_on, a.reference.as_bytes()).cmp(&(b.received_on, b.reference.as_bytes())));

    let mut pool = Pool { paid: Decimal::ZERO, advance: Decimal::ZERO, unconverted: false, allocations: Vec::new() };
    let mut purses: Vec<Purse<'_>> = Vec::new();
    for receipt in receipts {
        let own = net_of_reversals(receipt, day);
        let Some(worth) = convert(own, receipt.currency, terms.currency, receipt.received_on, rates) else {
            pool.unconverted |= !own.is_zero();
            continue;
        };
        pool.paid += worth;
        if worth > Decimal::ZERO {
            let purse = Purse {
                receipt,
                own,
                worth,
                left: worth,
                reserved: Decimal::ZERO,
                taken: Decimal::ZERO,
                own_taken: Decimal::ZERO,
            };
            purses.push(purse);
        } else {
            // A refund lowers what is unallocated and never re-opens an instalment.
            pool.advance += worth;
        }
    }
    let take = |purse: &mut Purse<'_>, line: &mut Line<'_>, most: Decimal, by_hand: bool| {
        let amount = most.min(line.room()).max(Decimal::ZERO);
        if amount.is_zero() {
            return None;
        }
        line.paid += amount;
        purse.left -= amount;
        purse.taken += amount;
        let own_so_far = own_part(purse, terms, rates);
        let own_amount = own_so_far - purse.own_taken;
        purse.own_taken = own_so_far;
        let number = line.instalment.number;
        Some(Allocation { contribution: purse.receipt.contribution, number, amount, own_amount, by_hand })
    };
    for purse in &mut purses {
        for hand in hand_allocations(&facts.by_hand, purse.receipt.contribution, day) {
            let most = hand.amount.min(purse.left - purse.reserved).max(Decimal::ZERO);
            let taken = plan.position(hand.number).and_then(|at| take(purse, &mut plan.0[at], most, true));
            // What a person placed and no longer fits stays unallocated: the rule does not place it elsewhere.
            purse.reserved += most - taken.as_ref().map_or(Decimal::ZERO, |allocation| allocation.amount);
            pool.allocations.extend(taken);
        }
    }
    for purse in &mut purses {
        let named = purse.receipt.instalment.and_then(|number| plan.position(number));
        for at in named.into_iter().chain(0..plan.0.len()) {
            let most = purse.left - purse.reserved;
            pool.allocations.extend(take(purse, &mut plan.0[at], most, false));
        }
        pool.advance += purse.left;
    }
    pool.advance = pool.advance.max(Decimal::ZERO);
    pool.allocations = merged(pool.allocations);
    pool
}

fn hand_allocations(by_hand: &[HandAllocation], contribution: ContributionId, day: NaiveDate) -> Vec<&HandAllocation> {
    let mut mine: Vec<&HandAllocation> =
        by_hand.iter().filter(|hand| hand.contribution == contribution && hand.on <= day).collect();
    mine.sort_by_key(|hand| (hand.on, hand.number));
    mine
}

/// A reversal takes its amount off the receipt it names, from its own day on, before the rule runs.
fn net_of_reversals(receipt: &Receipt, day: NaiveDate) -> Decimal {
    let taken_back: Decimal = receipt.reversals.iter().filter(|(on, _)| *on <= day).map(|(_, amount)| *amount).sum();
    receipt.amount - taken_back
}

/// How much of the receipt, in its own currency, what was taken so far stands for: all of it once nothing is left,
/// else converted back the same way, rounded once.
fn own_part(purse: &Purse<'_>, terms: &Terms, rates: &dyn Rates) -> Decimal {
    if purse.taken == purse.worth {
        return purse.own;
    }
    let receipt = purse.receipt;
    convert(purse.taken, terms.currency, receipt.currency, receipt.received_on, rates)
        .map_or(purse.own, |own| own.min(purse.own))
}

/// One row for a receipt and an instalment, however often the rule came by.
fn merged(allocations: Vec<Allocation>) -> Vec<Allocation> {
    let mut places: BTreeMap<(ContributionId, i32, bool), usize> = BTreeMap::new();
    let mut merged: Vec<Allocation> = Vec::new();
    for allocation in allocations {
        let place = (allocation.contribution, allocation.number, allocation.by_hand);
        match places.get(&place) {
            Some(at) => {
                merged[*at].amount += allocation.amount;
                merged[*at].own_amount += allocation.own_amount;
            }
            None => {
                places.insert(place, merged.len());
                merged.push(allocation);
            }
        }
    }
    merged
}

fn whole_write_off(facts: &PledgeFacts, day: NaiveDate) -> bool {
    facts.write_offs.iter().any(|write_off| write_off.on <= day && write_off.part.is_none())
}

fn part_written_off(facts: &PledgeFacts, number: Option<i32>, day: NaiveDate) -> Decimal {
    let parts = facts.write_offs.iter().filter(|write_off| write_off.on <= day).filter_map(|w| w.part.as_ref());
    parts.filter(|part| part.number == number).map(|part| part.amount).sum()
}

/// Point 2: outstanding = amount − allocated − written off, and never below nothing.
fn write_off(
    facts: &PledgeFacts,
    plan: Plan<'_>,
    day: NaiveDate,
    signed: bool,
    cancelled: bool,
) -> Vec<InstalmentState> {
    let whole = whole_write_off(facts, day);
    let mut states: Vec<InstalmentState> = plan
        .0
        .into_iter()
        .map(|line| {
            let part = part_written_off(facts, Some(line.instalment.number), day);
            let written_off = if whole { line.room() } else { part.min(line.room()) };
            let left = (line.room() - written_off).max(Decimal::ZERO);
            let outstanding = if cancelled { Decimal::ZERO } else { left };
            InstalmentState {
                number: line.instalment.number,
                due_on: line.instalment.due_on,
                falls_due_on: line.falls_due_on,
                conditional: line.instalment.condition != Condition::None,
                amount: line.instalment.amount,
                paid: line.paid,
                written_off,
                outstanding,
                counts: signed && outstanding > Decimal::ZERO,
            }
        })
        .collect();
    states.sort_by_key(|state| state.number);
    states
}

/// Without a schedule: amount − paid − written off, not below nothing. Returns written off and outstanding.
fn unscheduled_balance(
    facts: &PledgeFacts,
    terms: &Terms,
    paid: Decimal,
    day: NaiveDate,
    cancelled: bool,
) -> (Decimal, Decimal) {
    let unpaid = (terms.amount - paid).max(Decimal::ZERO);
    let written_off = if whole_write_off(facts, day) { unpaid } else { part_written_off(facts, None, day).min(unpaid) };
    (written_off, if cancelled { Decimal::ZERO } else { unpaid - written_off })
}
