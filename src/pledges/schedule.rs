//! Schedules, made rather than typed: equal parts over equal spans of time, or parts in per cent. Pure.

use chrono::{Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::kernel::Currency;

/// The most instalments a schedule is made of at once.
pub const MOST_PARTS: u32 = 120;

/// How much time lies between two instalments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    HalfYear,
    /// Twelve months.
    Year,
}

impl Every {
    /// Every span there is.
    pub const ALL: [Every; 4] = [Every::Month, Every::Quarter, Every::HalfYear, Every::Year];

    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Every::Month => "month",
            Every::Quarter => "quarter",
            Every::HalfYear => "half_year",
            Every::Year => "year",
        }
    }

    /// The span a word names.
    pub fn named(word: &str) -> Option<Every> {
        Every::ALL.into_iter().find(|every| every.as_str() == word)
    }

    fn months(self) -> u32 {
        match self {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::HalfYear => 6,
            Every::Year => 12,
        }
    }
}

/// An amount in equal parts of the currency's minor unit, rounded down; the rest is in the last, so that they add up.
pub fn split(amount: Decimal, parts: u32, currency: Currency) -> Vec<Decimal> {
    let parts = parts.clamp(1, MOST_PARTS);
    let part = (amount / Decimal::from(parts)).round_dp_with_strategy(currency.minor_unit(), RoundingStrategy::ToZero);
    let mut all = vec![part; parts as usize];
    if let Some(last) = all.last_mut() {
        *last = amount - part * Decimal::from(parts - 1);
    }
    all
}

/// The days from the first on, each anchored to the first one's day of the month and clamped to its own month's end: from
/// 31 January monthly, 28 February and 31 March.
pub fn days(first: NaiveDate, every: Every, parts: u32) -> Vec<NaiveDate> {
    let parts = parts.clamp(1, MOST_PARTS);
    (0..parts).filter_map(|part| first.checked_add_months(Months::new(part * every.months()))).collect()
}

/// Parts given in per cent of an amount, rounded to the minor unit; where they make a hundred, the last takes the rest.
pub fn of_percents(amount: Decimal, percents: &[Decimal], currency: Currency) -> Vec<Decimal> {
    let mut parts: Vec<Decimal> =
        percents.iter().map(|percent| currency.round(amount * percent / Decimal::ONE_HUNDRED)).collect();
    if percents.iter().copied().sum::<Decimal>() == Decimal::ONE_HUNDRED {
        let others: Decimal = parts.iter().rev().skip(1).copied().sum();
        if let Some(last) = parts.last_mut() {
            *last = amount - others;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    fn day(text: &str) -> NaiveDate {
        crate::kernel::calendar::parse_day(text).unwrap()
    }

    #[test]
    fn the_rest_stands_in_the_last_part() {
        let usd = Currency::USD;
        assert_eq!(split(dec!(100), 3, usd), [dec!(33.33), dec!(33.33), dec!(33.34)]);
        assert_eq!(split(dec!(1000), 3, "JPY".parse().unwrap()), [dec!(333), dec!(333), dec!(334)]);
        assert_eq!(split(dec!(1), 3, "KWD".parse().unwrap()), [dec!(0.333), dec!(0.333), dec!(0.334)]);
        assert_eq!(of_percents(dec!(100.01), &[dec!(50), dec!(25), dec!(25)], usd), [dec!(50.01), dec!(25), dec!(25)]);
        assert_eq!(of_percents(dec!(200), &[dec!(10), dec!(20)], usd), [dec!(20), dec!(40)]);
    }

    #[test]
    fn days_keep_to_the_first_ones_day_and_to_the_ends_of_months() {
        let monthly = days(day("2024-01-31"), Every::Month, 4);
        assert_eq!(monthly, [day("2024-01-31"), day("2024-02-29"), day("2024-03-31"), day("2024-04-30")]);
        let yearly = days(day("2024-02-29"), Every::Year, 5);
        assert_eq!(yearly[1], day("2025-02-28"));
        assert_eq!(yearly[4], day("2028-02-29"));
        assert_eq!(days(day("2023-08-31"), Every::HalfYear, 2)[1], day("2024-02-29"));
        assert_eq!(days(day("2023-11-30"), Every::Quarter, 2)[1], day("2024-02-29"));
    }

    proptest! {
        #[test]
        fn no_minor_unit_is_lost(minor in 1u64..10_000_000_000, parts in 1u32..=MOST_PARTS, scale in 0u32..=3) {
            let currency: Currency = ["JPY", "USD", "USD", "KWD"][scale as usize].parse().unwrap();
            let amount = Decimal::new(i64::try_from(minor).unwrap(), currency.minor_unit());
            let all = split(amount, parts, currency);
            prop_assert_eq!(all.len(), parts as usize);
            prop_assert_eq!(all.iter().copied().sum::<Decimal>(), amount);
            prop_assert!(all.iter().all(|part| currency.fits(*part)));
            let step = Decimal::new(1, currency.minor_unit()) * Decimal::from(parts);
            prop_assert!(all.iter().all(|part| (*part - all[0]).abs() < step));
        }

        #[test]
        fn a_hundred_per_cent_is_the_whole(minor in 1u64..10_000_000_000, cuts in prop::collection::vec(1u32..50, 1..8)) {
            let amount = Decimal::new(i64::try_from(minor).unwrap(), 2);
            let total: u32 = cuts.iter().sum();
            let mut percents: Vec<Decimal> = cuts.iter().map(|cut| Decimal::from(*cut)).collect();
            if total <= 100 {
                percents.push(Decimal::from(100 - total));
                prop_assert_eq!(of_percents(amount, &percents, Currency::USD).iter().copied().sum::<Decimal>(), amount);
            }
        }
    }
}
