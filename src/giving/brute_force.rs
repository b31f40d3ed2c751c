//! The rule against a second, naive reading of domain.md, day by day, over random histories.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::rule::{Ground, History, InPeriod, Status, concentration, share};

/// A receipt: the day, and how much (negative for a reversal or refund).
type Receipt = (NaiveDate, i64);

const FIRST: i32 = 2010;

fn day(year: i32, of_year: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(year, of_year).unwrap()
}

fn receipts() -> impl Strategy<Value = Vec<Receipt>> {
    let receipt = (0i32..9, 1u32..=365, prop_oneof![3 => 1i64..200, 1 => -200i64..0])
        .prop_map(|(year, of_year, amount)| (day(FIRST + year, of_year), amount));
    prop::collection::vec(receipt, 0..9)
}

fn no_data() -> impl Strategy<Value = BTreeSet<i32>> {
    prop::collection::btree_set(FIRST..FIRST + 9, 0..3)
}

fn asked_on() -> impl Strategy<Value = NaiveDate> {
    (0i32..9, prop_oneof![1u32..=365, Just(365u32), Just(1u32)]).prop_map(|(year, at)| day(FIRST + year, at))
}

/// What came between two days, both included.
fn net(receipts: &[Receipt], from: NaiveDate, to: NaiveDate) -> i64 {
    receipts.iter().filter(|(on, _)| *on >= from && *on <= to).map(|(_, amount)| amount).sum()
}

fn gave(receipts: &[Receipt], year: i32, by: NaiveDate) -> bool {
    net(receipts, day(year, 1), by.min(NaiveDate::from_ymd_opt(year, 12, 31).unwrap())) > 0
}

/// "New: first ever in Y. Retained: in Y and Y−1. Returning: in Y, none in Y−1, some before. Lapsed: in Y−1, none in Y
/// (until Y has ended: not yet)." The year before is the latest one that is no mere hole in the data.
fn literally(receipts: &[Receipt], no_data: &BTreeSet<i32>, year: i32, by: NaiveDate) -> Option<Status> {
    let gave = |year: i32| gave(receipts, year, by);
    let before = (0..year).rev().find(|before| gave(*before) || !no_data.contains(before))?;
    let ever_before = (1900..year).any(gave);
    if gave(year) && !ever_before {
        Some(Status::New)
    } else if gave(year) && gave(before) {
        Some(Status::Retained)
    } else if gave(year) {
        Some(Status::Returning)
    } else if gave(before) && !no_data.contains(&year) {
        let ended = by >= NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        Some(if ended { Status::Lapsed } else { Status::NotYet })
    } else {
        None
    }
}

/// "Returned: gave in the period, after a whole calendar year without, and had given before that. New: first ever in
/// the period." Read stretch by stretch: what lies before the period counts as far as it goes.
fn literally_in_period(receipts: &[Receipt], no_data: &BTreeSet<i32>, from: NaiveDate, by: NaiveDate) -> InPeriod {
    let mut stretches: Vec<(NaiveDate, NaiveDate, bool)> = Vec::new();
    for year in 2000..=by.year() {
        let (first, last) = (day(year, 1), NaiveDate::from_ymd_opt(year, 12, 31).unwrap().min(by));
        if from > first && from <= last {
            stretches.push((first, from.pred_opt().unwrap(), false));
            stretches.push((from, last, true));
        } else {
            stretches.push((first, last, first >= from));
        }
    }
    let gives = |stretch: &(NaiveDate, NaiveDate, bool)| net(receipts, stretch.0, stretch.1) > 0;
    let mut found = InPeriod::default();
    for (at, stretch) in stretches.iter().enumerate() {
        if !stretch.2 || !gives(stretch) {
            continue;
        }
        let earlier: Vec<_> = stretches[..at].iter().filter(|stretch| gives(stretch)).collect();
        found.new |= earlier.is_empty();
        // A whole calendar year after all earlier giving and before this one, with data, and nothing given in it.
        found.returned |= (2000..by.year()).any(|year| {
            let whole = |other: &&(NaiveDate, NaiveDate, bool)| other.1 < day(year, 1);
            let without = !no_data.contains(&year) && net(receipts, day(year, 1), day(year, 365)) <= 0;
            without && year < stretch.0.year() && !earlier.is_empty() && earlier.iter().all(whole)
        });
    }
    found
}

fn history(receipts: &[Receipt], by: NaiveDate) -> History {
    let mut history = History::default();
    for (on, amount) in receipts.iter().filter(|(on, _)| *on <= by) {
        history.add(on.year(), Decimal::from(*amount));
    }
    history
}

fn ground(by: NaiveDate, no_data: &BTreeSet<i32>) -> Ground<'_> {
    let ended = if by.month() == 12 && by.day() == 31 { by.year() } else { by.year() - 1 };
    Ground { ended, no_data }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_year_makes_of_a_donor_what_the_definition_says(
        receipts in receipts(), no_data in no_data(), by in asked_on(), year in FIRST..FIRST + 9,
    ) {
        let found = history(&receipts, by).in_year(year, ground(by, &no_data));
        prop_assert_eq!(found, literally(&receipts, &no_data, year, by));
    }

    #[test]
    fn a_period_makes_of_a_donor_what_the_definition_says(
        receipts in receipts(), no_data in no_data(), by in asked_on(), begun in asked_on(),
    ) {
        let from = begun.min(by);
        let before = net(&receipts, day(from.year(), 1), from.pred_opt().unwrap());
        let before = if from.ordinal() == 1 { 0 } else { before };
        let history = history(&receipts, by);
        let found = history.in_period(from.year(), Decimal::from(before), ground(by, &no_data));
        prop_assert_eq!(found, literally_in_period(&receipts, &no_data, from, by));
        let all = history.since(from.year(), Decimal::from(before));
        prop_assert_eq!(all, Decimal::from(net(&receipts, from, by)));
    }

    /// Everybody who gave is new, retained or returning, and one of them only; who gave last year is retained, or has
    /// lapsed, or has not given yet.
    #[test]
    fn every_donor_is_counted_once(receipts in receipts(), by in asked_on(), year in FIRST..FIRST + 9) {
        let nothing = BTreeSet::new();
        let history = history(&receipts, by);
        let status = history.in_year(year, ground(by, &nothing));
        prop_assert_eq!(status.is_some_and(Status::gave), history.gave(year));
        if history.gave(year - 1) {
            prop_assert!(matches!(status, Some(Status::Retained | Status::Lapsed | Status::NotYet)));
        }
    }

    /// More years without data never make a donor returning, returned or lapsed.
    #[test]
    fn missing_data_makes_no_gap(receipts in receipts(), some in no_data(), more in no_data(), by in asked_on()) {
        let both: BTreeSet<i32> = some.union(&more).copied().collect();
        let history = history(&receipts, by);
        for year in FIRST..FIRST + 9 {
            let (less, much) = (history.in_year(year, ground(by, &some)), history.in_year(year, ground(by, &both)));
            prop_assert!(less == Some(Status::Returning) || much != Some(Status::Returning));
            let (less, much) = (
                history.in_period(year, Decimal::ZERO, ground(by, &some)),
                history.in_period(year, Decimal::ZERO, ground(by, &both)),
            );
            prop_assert!(less.returned || !much.returned);
            prop_assert_eq!(less.new, much.new);
        }
    }

    #[test]
    fn concentration_is_the_share_of_the_largest(amounts in prop::collection::vec(-50i64..500, 0..30), most in 1usize..20) {
        let mut sorted = amounts.clone();
        sorted.sort_unstable();
        let part: i64 = sorted.iter().rev().take(most).sum();
        let whole: i64 = amounts.iter().sum();
        let of: Vec<Decimal> = amounts.iter().map(|amount| Decimal::from(*amount)).collect();
        match concentration(&of, most, Decimal::from(whole)) {
            None => prop_assert!(whole <= 0),
            Some(percent) => {
                // |percent − 100·part/whole| ≤ 0.05, without dividing.
                let off = (percent * Decimal::from(whole) - Decimal::from(100 * part)).abs();
                prop_assert!(whole > 0 && off <= dec!(0.05) * Decimal::from(whole));
            }
        }
    }
}

#[test]
fn shares_are_rounded_half_away_from_zero() {
    assert_eq!(share(dec!(1), dec!(3)), Some(dec!(33.3)));
    assert_eq!(share(dec!(125), dec!(10000)), Some(dec!(1.3)));
    assert_eq!(share(dec!(-125), dec!(10000)), Some(dec!(-1.3)));
    assert_eq!(share(dec!(1), dec!(0)), None);
}

#[test]
fn the_year_without_rows_in_the_statistics_is_no_gap() {
    let mut history = History::default();
    for year in [2013, 2014, 2016] {
        history.add(year, dec!(100));
    }
    let by = day(2020, 1);
    let (marked, unmarked) = (BTreeSet::from([2015]), BTreeSet::new());
    assert_eq!(history.in_year(2016, ground(by, &marked)), Some(Status::Retained));
    assert_eq!(history.in_year(2016, ground(by, &unmarked)), Some(Status::Returning));
    assert_eq!(history.in_year(2015, ground(by, &marked)), None);
    assert_eq!(history.in_year(2015, ground(by, &unmarked)), Some(Status::Lapsed));
    assert_eq!(history.in_year(2017, ground(day(2017, 365), &marked)), Some(Status::Lapsed));
    assert_eq!(history.in_year(2017, ground(day(2017, 364), &marked)), Some(Status::NotYet));
}

#[test]
fn who_gave_earlier_in_the_same_year_has_not_returned_in_the_rest_of_it() {
    let mut history = History::default();
    history.add(2016, dec!(100));
    history.add(2019, dec!(30));
    let by = day(2020, 1);
    let nothing = BTreeSet::new();
    assert!(history.in_period(2019, dec!(0), ground(by, &nothing)).returned);
    assert!(!history.in_period(2019, dec!(20), ground(by, &nothing)).returned);
    // What came before and was taken back before the period is no giving.
    assert!(history.in_period(2019, dec!(-5), ground(by, &nothing)).returned);
}
