//! A second reading of domain.md, "Arrears", points 1, 2, 4 and 5, for one day: money is moved coin by coin (a coin
//! is one minor unit of the pledge's currency) into the slots of the schedule. It is slow, shares nothing with
//! `rule` but the types of its input, and exists to disagree with it: over random pledges the two must say the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;

use super::facts::{
    Condition, HandAllocation, PledgeFacts, Receipt, ScheduledInstalment, Terms, WriteOff, WriteOffPart,
};
use super::rule::{PledgeState, Spell, state_as_of, timeline};
use crate::kernel::Currency;
use crate::kernel::ids::{ContributionId, DonorId, FundId, PledgeId, UnitId};
use crate::kernel::money::Rates;

// ---------------------------------------------------------------------------------------------- the naive reading

/// Who paid which instalment, and whether by hand: how many coins, and how many minor units of the receipt's own.
type Paid = BTreeMap<(ContributionId, i32, bool), (i128, i128)>;

/// What is compared: everything in whole minor units of the pledge's currency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    status: &'static str,
    paid: i128,
    /// Not compared once cancelled: domain.md does not say what a write-off of nothing is worth.
    written_off: Option<i128>,
    outstanding: i128,
    advance: i128,
    receivable: i128,
    unconverted: bool,
    instalments: Vec<Slot>,
    allocations: Paid,
}

/// An instalment, and how many coins lie in it.
#[derive(Debug, Clone, PartialEq)]
struct Slot {
    number: i32,
    due_on: NaiveDate,
    falls_due_on: Option<NaiveDate>,
    size: i128,
    coins: i128,
    scratched: Option<i128>,
    outstanding: i128,
    overdue: bool,
}

/// A receipt as a heap of coins.
struct Heap<'a> {
    receipt: &'a Receipt,
    own: i128,
    worth: i128,
    free: i128,
    stuck: i128,
}

fn minor(amount: Decimal, currency: Currency) -> i128 {
    let amount = amount.normalize();
    assert!(amount.scale() <= currency.minor_unit(), "{amount} has more decimals than {currency}");
    amount.mantissa() * 10i128.pow(currency.minor_unit() - amount.scale())
}

/// Minor units to minor units in whole numbers: one division, half away from zero.
fn exchange(amount: i128, from: Currency, to: Currency, day: NaiveDate, rates: &dyn Rates) -> Option<i128> {
    if from == to {
        return Some(amount);
    }
    let (target, own) = (rates.units_per_usd(to, day)?, rates.units_per_usd(from, day)?);
    let top = amount * target.mantissa() * 10i128.pow(own.scale() + to.minor_unit());
    let bottom = own.mantissa() * 10i128.pow(target.scale() + from.minor_unit());
    let size = (2 * top.abs() + bottom) / (2 * bottom);
    Some(if top < 0 { -size } else { size })
}

/// Point 1: the day an instalment falls due, as far as is known at the end of `day`.
fn falls_due(instalment: &ScheduledInstalment, signed_on: Option<NaiveDate>, day: NaiveDate) -> Option<NaiveDate> {
    let mut latest = instalment.due_on;
    if let Some(signed_on) = signed_on {
        latest = latest.max(signed_on);
    }
    match instalment.condition {
        Condition::None => Some(latest),
        Condition::MetOn(met_on) if met_on <= day => Some(latest.max(met_on)),
        _ => None,
    }
}

fn slots_in_force(facts: &PledgeFacts, signed_on: Option<NaiveDate>, day: NaiveDate) -> Vec<Slot> {
    let currency = facts.terms[0].currency;
    let versions: BTreeSet<Option<NaiveDate>> = facts.instalments.iter().map(|one| one.agreed_on).collect();
    let Some(version) = versions.into_iter().rfind(|agreed_on| agreed_on.is_none_or(|on| on <= day)) else {
        return Vec::new();
    };
    let mut slots = BTreeMap::new();
    for one in &facts.instalments {
        if one.agreed_on == version {
            let slot = Slot {
                number: one.number,
                due_on: one.due_on,
                falls_due_on: falls_due(one, signed_on, day),
                size: minor(one.amount, currency),
                coins: 0,
                scratched: Some(0),
                outstanding: 0,
                overdue: false,
            };
            assert!(slots.insert(one.number, slot).is_none(), "an instalment twice in one schedule");
        }
    }
    slots.into_values().collect()
}

/// Where the next coin goes that nobody placed by hand: the instalment named, else the oldest not yet full.
fn next_slot(slots: &[Slot], named: Option<i32>) -> Option<usize> {
    let far = NaiveDate::MAX;
    let open = |at: &usize| slots[*at].coins < slots[*at].size;
    let named = (0..slots.len()).filter(open).find(|at| Some(slots[*at].number) == named);
    named.or_else(|| {
        (0..slots.len()).filter(open).min_by_key(|at| (slots[*at].falls_due_on.unwrap_or(far), slots[*at].number))
    })
}

/// How many of the receipt's own minor units so many coins stand for.
fn own_of(coins: i128, heap: &Heap<'_>, currency: Currency, rates: &dyn Rates) -> i128 {
    if coins == heap.worth {
        return heap.own;
    }
    let receipt = heap.receipt;
    let own = exchange(coins, currency, receipt.currency, receipt.received_on, rates);
    own.expect("what was converted one way converts back").min(heap.own)
}

fn drop_coin(heap: &mut Heap<'_>, slot: &mut Slot, by_hand: bool, paid: &mut Paid, rates: (Currency, &dyn Rates)) {
    let moved = heap.worth - heap.free - heap.stuck;
    let own = own_of(moved, heap, rates.0, rates.1) - own_of(moved - 1, heap, rates.0, rates.1);
    slot.coins += 1;
    let row = paid.entry((heap.receipt.contribution, slot.number, by_hand)).or_default();
    row.0 += 1;
    row.1 += own;
}

pub(crate) fn picture(facts: &PledgeFacts, rates: &dyn Rates, day: NaiveDate) -> Picture {
    let by_day = |on: &NaiveDate| *on <= day;
    let signed_on = facts.signed_on.filter(by_day);
    let cancelled = facts.cancelled_on.filter(by_day).is_some();
    let versions: BTreeMap<Option<NaiveDate>, &Terms> = facts.terms.iter().map(|one| (one.agreed_on, one)).collect();
    let terms = versions.range(..=Some(day)).next_back().expect("terms from the beginning").1;
    let currency = terms.currency;

    // The money that has come, receipts as heaps of coins, refunds as one number.
    let mut in_order: BTreeMap<(NaiveDate, Vec<u8>), &Receipt> = BTreeMap::new();
    for receipt in facts.contributions.iter().filter(|receipt| receipt.received_on <= day) {
        in_order.insert((receipt.received_on, receipt.reference.clone().into_bytes()), receipt);
    }
    let (mut heaps, mut refunded, mut unconverted) = (Vec::new(), 0, false);
    for receipt in in_order.into_values() {
        let mut own = minor(receipt.amount, receipt.currency);
        for (on, back) in &receipt.reversals {
            if *on <= day {
                own -= minor(*back, receipt.currency);
            }
        }
        match exchange(own, receipt.currency, currency, receipt.received_on, rates) {
            None => unconverted = unconverted || own != 0,
            Some(worth) if worth < 0 => refunded -= worth,
            Some(worth) => heaps.push(Heap { receipt, own, worth, free: worth, stuck: 0 }),
        }
    }
    let received: i128 = heaps.iter().map(|heap| heap.worth).sum();
    let paid = received - refunded;

    // By hand first. A coin that was placed by hand and does not fit is stuck: it pays nothing else.
    let mut slots = slots_in_force(facts, signed_on, day);
    let scheduled = !slots.is_empty();
    let mut allocations = Paid::new();
    for heap in &mut heaps {
        let mine = |hand: &&HandAllocation| hand.contribution == heap.receipt.contribution && hand.on <= day;
        let mut hands: Vec<&HandAllocation> = facts.by_hand.iter().filter(mine).collect();
        hands.sort_by_key(|hand| (hand.on, hand.number));
        for hand in hands {
            for _ in 0..minor(hand.amount, currency) {
                if heap.free == 0 {
                    break;
                }
                heap.free -= 1;
                let fits = slots.iter_mut().find(|slot| slot.number == hand.number && slot.coins < slot.size);
                match fits {
                    Some(slot) => drop_coin(heap, slot, true, &mut allocations, (currency, rates)),
                    None => heap.stuck += 1,
                }
            }
        }
    }
    // Then each coin by the rule; one that finds no slot joins the stuck.
    for heap in &mut heaps {
        while heap.free > 0 {
            heap.free -= 1;
            match next_slot(&slots, heap.receipt.instalment) {
                Some(at) => drop_coin(heap, &mut slots[at], false, &mut allocations, (currency, rates)),
                None => heap.stuck += 1,
            }
        }
    }
    let unallocated: i128 = heaps.iter().map(|heap| heap.stuck).sum();

    // Without a schedule the pledge is one slot that is never due.
    if !scheduled {
        let amount = minor(terms.amount, currency);
        slots.push(Slot {
            number: 0,
            due_on: day,
            falls_due_on: Some(NaiveDate::MAX),
            size: amount,
            coins: paid.min(amount),
            scratched: Some(0),
            outstanding: 0,
            overdue: false,
        });
    }
    let advance = (unallocated - refunded).max(0);

    // What is written off is scratched off what is still open, unit by unit.
    let mut whole = false;
    for write_off in facts.write_offs.iter().filter(|write_off| write_off.on <= day) {
        whole = whole || write_off.part.is_none();
        for slot in &mut slots {
            let number = scheduled.then_some(slot.number);
            let open = slot.size - slot.coins;
            let many = match &write_off.part {
                None => open,
                Some(part) if part.number == number => minor(part.amount, currency),
                Some(_) => 0,
            };
            slot.scratched = slot.scratched.map(|already| (already + many).min(open));
        }
    }
    for slot in &mut slots {
        let open = slot.size - slot.coins - slot.scratched.unwrap_or_default();
        slot.outstanding = if cancelled { 0 } else { open };
        slot.overdue = signed_on.is_some() && slot.outstanding > 0 && slot.falls_due_on.is_some_and(|due| due < day);
    }

    let outstanding: i128 = slots.iter().map(|slot| slot.outstanding).sum();
    let written_off: i128 = slots.iter().filter_map(|slot| slot.scratched).sum();
    let owed = slots.iter().filter(|slot| signed_on.is_some() && slot.falls_due_on.is_some());
    let status = match () {
        () if cancelled => "cancelled",
        () if whole || (outstanding == 0 && written_off > 0) => "written_off",
        () if signed_on.is_none() => "pledged",
        () if outstanding == 0 => "fully_paid",
        () => "signed",
    };
    Picture {
        status,
        paid,
        written_off: (!cancelled).then_some(written_off),
        outstanding,
        advance,
        receivable: owed.map(|slot| slot.outstanding).sum(),
        unconverted,
        allocations,
        instalments: if scheduled { hide_if(cancelled, slots) } else { Vec::new() },
    }
}

fn hide_if(cancelled: bool, mut slots: Vec<Slot>) -> Vec<Slot> {
    slots.iter_mut().filter(|_| cancelled).for_each(|slot| slot.scratched = None);
    slots
}

/// The rule's answer in the same shape.
pub(crate) fn as_picture(state: &PledgeState, facts: &PledgeFacts, day: NaiveDate) -> Picture {
    let currency = state.terms.currency;
    let minor = |amount: Decimal| minor(amount, currency);
    let cancelled = state.status.as_str() == "cancelled";
    let own_currency = |id: ContributionId| {
        facts.contributions.iter().find(|receipt| receipt.contribution == id).expect("a receipt of the pledge").currency
    };
    let slot = |one: &super::rule::InstalmentState| Slot {
        number: one.number,
        due_on: one.due_on,
        falls_due_on: one.falls_due_on,
        size: minor(one.amount),
        coins: minor(one.paid),
        scratched: (!cancelled).then(|| minor(one.written_off)),
        outstanding: minor(one.outstanding),
        overdue: one.is_overdue(day),
    };
    let mut allocations = Paid::new();
    for one in &state.allocations {
        let row = (minor(one.amount), super::brute_force::minor(one.own_amount, own_currency(one.contribution)));
        let before = allocations.insert((one.contribution, one.number, one.by_hand), row);
        assert!(before.is_none(), "one row for a receipt and an instalment");
    }
    Picture {
        status: state.status.as_str(),
        paid: minor(state.paid),
        written_off: (!cancelled).then(|| minor(state.written_off)),
        outstanding: minor(state.outstanding),
        advance: minor(state.advance),
        receivable: minor(state.receivable),
        unconverted: state.unconverted,
        instalments: state.instalments.iter().map(slot).collect(),
        allocations,
    }
}

// ------------------------------------------------------------------------------------------------- random pledges

/// Rates as a plain list; the last that had begun is in force.
#[derive(Debug, Clone)]
pub(crate) struct RateTable(pub(crate) Vec<(Currency, NaiveDate, Decimal)>);

impl Rates for RateTable {
    fn units_per_usd(&self, currency: Currency, day: NaiveDate) -> Option<Decimal> {
        if currency == Currency::USD {
            return Some(Decimal::ONE);
        }
        let begun = self.0.iter().filter(|(of, from, _)| *of == currency && *from <= day);
        begun.max_by_key(|(_, from, _)| *from).map(|(_, _, rate)| *rate)
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// Days at the edges of months and years, 29 February among them, so close together that facts often meet on a day.
fn edges() -> Vec<NaiveDate> {
    let of_2020 =
        [(1, 1), (1, 30), (1, 31), (2, 1), (2, 28), (2, 29), (3, 1), (3, 2), (3, 30), (3, 31), (4, 1), (4, 30)];
    let mut edges = vec![date(2019, 12, 30), date(2019, 12, 31), date(2021, 2, 28), date(2021, 3, 1)];
    edges.extend(of_2020.map(|(month, day)| date(2020, month, day)));
    edges
}

fn a_day() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![4 => select(edges()), 1 => (0i64..120).prop_map(|days| date(2020, 1, 1) + chrono::Days::new(days as u64))]
}

fn a_currency() -> impl Strategy<Value = Currency> {
    select(vec!["USD", "EUR", "JPY", "KWD"]).prop_map(|code| code.parse().expect("a currency"))
}

fn of(minor: i64, currency: Currency) -> Decimal {
    Decimal::new(minor, currency.minor_unit())
}

/// Rates that make ties (0.8, 125), awkward ones, and often one that begins too late or not at all.
fn rates() -> impl Strategy<Value = RateTable> {
    let of_currency = |code: &'static str, low: i64, high: i64, scale: u32, ties: Vec<Decimal>| {
        let rate = prop_oneof![(low..=high).prop_map(move |units| Decimal::new(units, scale)), select(ties)];
        let begins = prop_oneof![3 => Just(date(2000, 1, 1)), 2 => a_day()];
        let row =
            (begins, rate).prop_map(move |(from, rate)| (code.parse::<Currency>().expect("a currency"), from, rate));
        prop::collection::vec(row, 0..=3).prop_map(|rows| {
            let unique: BTreeMap<_, _> = rows.into_iter().map(|row| ((row.0, row.1), row)).collect();
            unique.into_values().collect::<Vec<_>>()
        })
    };
    let (eur, jpy, kwd) = (vec![8, 5, 12], vec![1250, 2000], vec![2, 4]);
    let tenths = |ties: Vec<i64>| ties.into_iter().map(|units| Decimal::new(units, 1)).collect::<Vec<_>>();
    let tables = (
        of_currency("EUR", 400_000, 1_600_000, 6, tenths(eur)),
        of_currency("JPY", 5_000, 20_000, 2, tenths(jpy)),
        of_currency("KWD", 2_000, 9_000, 4, tenths(kwd)),
    );
    tables.prop_map(|(eur, jpy, kwd)| RateTable([eur, jpy, kwd].concat()))
}

/// One schedule: number, due day, minor units, condition.
type Rows = Vec<(i32, NaiveDate, i64, Condition)>;

fn a_schedule(least: usize) -> impl Strategy<Value = Rows> {
    let condition =
        prop_oneof![4 => Just(Condition::None), 1 => Just(Condition::Unmet), 2 => a_day().prop_map(Condition::MetOn)];
    let numbers = subsequence(vec![1, 2, 3, 4, 5, 6], least..=5).prop_shuffle();
    numbers.prop_flat_map(move |numbers| {
        let count = numbers.len();
        prop::collection::vec((a_day(), 1i64..=40, condition.clone()), count).prop_map(move |rows| {
            numbers
                .iter()
                .zip(rows)
                .map(|(number, (due_on, amount, condition))| (*number, due_on, amount, condition))
                .collect()
        })
    })
}

/// A receipt before it knows who it is: day, currency, minor units, instalment named, reversals in sixteenths.
type Money = (NaiveDate, Currency, i64, Option<i32>, Vec<(NaiveDate, i64)>);

fn some_money() -> impl Strategy<Value = Money> {
    let amount = prop_oneof![6 => 1i64..=60, 2 => -30i64..=-1, 1 => 0i64..=6];
    let reversals = prop_oneof![
        4 => Just(Vec::new()),
        1 => a_day().prop_map(|on| vec![(on, 16)]),
        2 => prop::collection::vec((a_day(), 1i64..=8), 1..=2),
    ];
    (a_day(), a_currency(), amount, prop::option::weighted(0.3, 1..=7), reversals)
}

fn receipt(at: usize, reference: &str, same: Option<Currency>, money: Money) -> Receipt {
    let (received_on, currency, amount, instalment, reversals) = money;
    let currency = same.unwrap_or(currency);
    let part = |sixteenths: i64| of(amount.max(0) * sixteenths / 16, currency);
    Receipt {
        contribution: ContributionId(at as i64 + 1),
        reference: reference.to_owned(),
        received_on,
        currency,
        amount: of(amount, currency),
        instalment,
        reversals: reversals.into_iter().map(|(on, sixteenths)| (on, part(sixteenths))).collect(),
    }
}

fn contributions(pledge_currency: Currency) -> impl Strategy<Value = Vec<Receipt>> {
    let references = Just(vec!["10", "9", "B", "a", "a1", "é", "Z-2"]).prop_shuffle();
    // Half of the receipts are in the pledge's own currency, or most pledges would only ever see conversions.
    let money = prop::collection::vec((some_money(), any::<bool>()), 0..=6);
    (references, money).prop_map(move |(references, money)| {
        let numbered = money.into_iter().enumerate();
        numbered
            .map(|(at, (money, same))| receipt(at, references[at], same.then_some(pledge_currency), money))
            .collect()
    })
}

fn write_offs(currency: Currency) -> impl Strategy<Value = Vec<WriteOff>> {
    let part = (prop::option::weighted(0.8, 1..=6), 1i64..=30);
    let part = part.prop_map(move |(number, amount)| WriteOffPart { number, amount: of(amount, currency) });
    let write_off = (a_day(), prop::option::weighted(0.85, part)).prop_map(|(on, part)| WriteOff { on, part });
    prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(write_off, 1..=3)]
}

fn hand_allocations(currency: Currency) -> impl Strategy<Value = Vec<HandAllocation>> {
    let hand = (1i64..=6, 1..=7, 1i64..=50, a_day()).prop_map(move |(contribution, number, amount, on)| {
        HandAllocation { contribution: ContributionId(contribution), number, amount: of(amount, currency), on }
    });
    prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(hand, 1..=4)]
}

fn terms_and_schedules(
    currency: Currency,
    versions: BTreeMap<Option<NaiveDate>, Rows>,
    unscheduled: i64,
) -> (Vec<Terms>, Vec<ScheduledInstalment>) {
    let (mut terms, mut instalments) = (Vec::new(), Vec::new());
    for (agreed_on, rows) in versions {
        let amount = if rows.is_empty() { unscheduled } else { rows.iter().map(|row| row.2).sum() };
        terms.push(Terms {
            agreed_on,
            donor: DonorId(1),
            unit: UnitId(1),
            fund: FundId(1),
            currency,
            amount: of(amount, currency),
            pledged_on: date(2019, 12, 30),
        });
        instalments.extend(rows.into_iter().map(|(number, due_on, amount, condition)| ScheduledInstalment {
            agreed_on,
            number,
            due_on,
            amount: of(amount, currency),
            condition,
        }));
    }
    (terms, instalments)
}

fn pledges() -> impl Strategy<Value = PledgeFacts> {
    a_currency().prop_flat_map(|currency| {
        let schedules = (a_schedule(0), prop::collection::btree_map(a_day(), a_schedule(1), 0..=2), 1i64..=90);
        let events = (prop::option::weighted(0.8, a_day()), prop::option::weighted(0.15, a_day()));
        let money = (contributions(currency), write_offs(currency), hand_allocations(currency));
        (schedules, events, money).prop_map(move |(schedules, (signed_on, cancelled_on), money)| {
            let (first, amended, unscheduled) = schedules;
            let mut versions: BTreeMap<_, _> = amended.into_iter().map(|(on, rows)| (Some(on), rows)).collect();
            versions.insert(None, first);
            let (terms, instalments) = terms_and_schedules(currency, versions, unscheduled);
            let (contributions, write_offs, by_hand) = money;
            let pledge = PledgeId(1);
            PledgeFacts { pledge, terms, signed_on, cancelled_on, write_offs, instalments, contributions, by_hand }
        })
    })
}

/// The same facts told in another order.
fn told_twice() -> impl Strategy<Value = (PledgeFacts, PledgeFacts)> {
    pledges().prop_flat_map(|facts| {
        let shuffled = (
            Just(facts.terms.clone()).prop_shuffle(),
            Just(facts.instalments.clone()).prop_shuffle(),
            Just(facts.contributions.clone()).prop_shuffle(),
            Just(facts.write_offs.clone()).prop_shuffle(),
            Just(facts.by_hand.clone()).prop_shuffle(),
        );
        shuffled.prop_map(move |(terms, instalments, mut contributions, write_offs, by_hand)| {
            contributions.iter_mut().for_each(|receipt| receipt.reversals.reverse());
            let other = PledgeFacts { terms, instalments, contributions, write_offs, by_hand, ..facts.clone() };
            (facts.clone(), other)
        })
    })
}

/// Every day from before the first fact to after the last of 2020, and the edges a year later.
fn every_day() -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = date(2019, 12, 28).iter_days().take_while(|day| *day < date(2020, 5, 3)).collect();
    days.extend([date(2021, 2, 27), date(2021, 2, 28), date(2021, 3, 1), date(2021, 3, 2)]);
    days
}

fn spell_of(spells: &[Spell], day: NaiveDate) -> &Spell {
    let mut on_the_day = spells
        .iter()
        .filter(|spell| spell.from.is_none_or(|from| from <= day) && spell.until.is_none_or(|until| day < until));
    let spell = on_the_day.next().expect("a spell for every day");
    assert!(on_the_day.next().is_none(), "two spells on one day");
    spell
}

// ------------------------------------------------------------------------------------------------- what must hold

/// So many random pledges, unless the environment asks for more (`PROPTEST_CASES`).
fn cases(by_default: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(by_default))
}

proptest! {
    // Each pledge is looked at on some 130 days.
    #![proptest_config(cases(400))]

    #[test]
    fn the_timeline_tells_the_state_of_every_day(facts in pledges(), rates in rates()) {
        let spells = timeline(&facts, &rates);
        prop_assert_eq!(spells.first().map(|spell| spell.from), Some(None));
        prop_assert_eq!(spells.last().map(|spell| spell.until), Some(None));
        for pair in spells.windows(2) {
            prop_assert!(pair[0].until.is_some() && pair[0].until == pair[1].from, "a gap or an overlap");
            prop_assert!(pair[0].state != pair[1].state, "neighbours that do not differ");
        }
        for day in every_day() {
            prop_assert_eq!(&spell_of(&spells, day).state, &state_as_of(&facts, &rates, day), "as of {}", day);
        }
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn the_rule_says_what_moving_money_coin_by_coin_says(
        facts in pledges(),
        rates in rates(),
        days in prop::collection::vec(a_day(), 1..=4),
    ) {
        for day in days {
            let state = state_as_of(&facts, &rates, day);
            prop_assert_eq!(as_picture(&state, &facts, day), picture(&facts, &rates, day), "as of {}", day);
        }
    }

    #[test]
    fn the_order_facts_are_told_in_never_matters((facts, other) in told_twice(), rates in rates()) {
        prop_assert_eq!(timeline(&facts, &rates), timeline(&other, &rates));
    }

    #[test]
    fn no_money_is_made_or_lost(facts in pledges(), rates in rates(), day in a_day()) {
        let state = state_as_of(&facts, &rates, day);
        let currency = state.terms.currency;
        let (mut unallocated, mut refunded) = (0, 0);
        for receipt in facts.contributions.iter().filter(|receipt| receipt.received_on <= day) {
            let back: Decimal = receipt.reversals.iter().filter(|(on, _)| *on <= day).map(|(_, amount)| amount).sum();
            let net = minor(receipt.amount - back, receipt.currency);
            let Some(worth) = exchange(net, receipt.currency, currency, receipt.received_on, &rates) else { continue };
            refunded += (-worth).max(0);
            let mine = || state.allocations.iter().filter(|one| one.contribution == receipt.contribution);
            let taken = minor(mine().map(|one| one.amount).sum(), currency);
            let own_taken = minor(mine().map(|one| one.own_amount).sum(), receipt.currency);
            prop_assert!(mine().all(|one| one.amount > Decimal::ZERO && one.own_amount >= Decimal::ZERO));
            prop_assert!((0..=worth.max(0)).contains(&taken), "{} of {} taken", taken, worth);
            prop_assert!((0..=net.max(0)).contains(&own_taken), "{} of {} of its own taken", own_taken, net);
            if taken == worth && taken > 0 {
                prop_assert_eq!(own_taken, net, "all of it was taken");
            }
            unallocated += worth.max(0) - taken;
        }
        // What instalments hold and what is unallocated is everything that came, each receipt's worth once.
        let held: Decimal = state.instalments.iter().map(|one| one.paid).sum();
        prop_assert_eq!(minor(state.paid, currency), minor(held, currency) + unallocated - refunded);
        prop_assert_eq!(minor(state.advance, currency), (unallocated - refunded).max(0));
        prop_assert!(state.outstanding >= Decimal::ZERO && state.advance >= Decimal::ZERO);
        prop_assert!(Decimal::ZERO <= state.receivable && state.receivable <= state.outstanding);
        for one in &state.instalments {
            let allocated: Decimal =
                state.allocations.iter().filter(|row| row.number == one.number).map(|row| row.amount).sum();
            prop_assert_eq!(allocated, one.paid);
            prop_assert!(Decimal::ZERO <= one.paid && one.paid <= one.amount, "instalment {} over-paid", one.number);
            prop_assert!(one.written_off >= Decimal::ZERO && one.outstanding >= Decimal::ZERO);
            prop_assert!(one.paid + one.written_off + one.outstanding <= one.amount);
        }
    }
}
