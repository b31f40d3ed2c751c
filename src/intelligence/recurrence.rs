//! When a decision comes again. Pure: days in, days out.

use chrono::{Datelike, Months, NaiveDate};

use super::model::words;

words! {
    /// How often a decision is taken.
    Recurrence {
        /// On its day and not again.
        Once = "once",
        /// Every twelve months.
        Yearly = "yearly",
        /// Every six.
        HalfYearly = "half_yearly",
        /// Every three.
        Quarterly = "quarterly",
        /// Every month.
        Monthly = "monthly",
    }
}

impl Recurrence {
    /// Months from one time to the next; none for what is once only.
    pub fn months(self) -> Option<u32> {
        match self {
            Recurrence::Once => None,
            Recurrence::Yearly => Some(12),
            Recurrence::HalfYearly => Some(6),
            Recurrence::Quarterly => Some(3),
            Recurrence::Monthly => Some(1),
        }
    }
}

/// The nth time after the first. Where its month is too short for the first one's day of the month, the last day of that
/// month; each is counted from the first, so that the 31st is the 31st again wherever there is one.
fn nth(first: NaiveDate, months: u32, n: u32) -> Option<NaiveDate> {
    first.checked_add_months(Months::new(months.checked_mul(n)?))
}

/// The first time on or after a day; none where there is none any more.
pub fn next_occurrence(first: NaiveDate, recurs: Recurrence, from: NaiveDate) -> Option<NaiveDate> {
    if first >= from {
        return Some(first);
    }
    let months = recurs.months()?;
    let between =
        (from.year() - first.year()) * 12 + i32::try_from(from.month0()).ok()? - i32::try_from(first.month0()).ok()?;
    // The last time in or before the month of that day; the one after it is later than the day.
    let n = u32::try_from(between).ok()? / months;
    let at = nth(first, months, n)?;
    if at >= from { Some(at) } else { nth(first, months, n + 1) }
}

/// Every time from one day through another.
pub fn occurrences(
    first: NaiveDate,
    recurs: Recurrence,
    from: NaiveDate,
    through: NaiveDate,
) -> impl Iterator<Item = NaiveDate> {
    let mut next = next_occurrence(first, recurs, from);
    std::iter::from_fn(move || {
        let at = next.filter(|at| *at <= through)?;
        next = at.succ_opt().and_then(|after| next_occurrence(first, recurs, after));
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        crate::kernel::calendar::parse_day(text).unwrap()
    }

    #[test]
    fn the_next_time_is_found_over_ends_of_months_and_leap_years() {
        use Recurrence::{HalfYearly, Monthly, Once, Quarterly, Yearly};
        for (first, recurs, from, next) in [
            ("2026-03-15", Once, "2026-03-15", Some("2026-03-15")),
            ("2026-03-15", Once, "2026-03-16", None),
            ("2026-03-15", Once, "2020-01-01", Some("2026-03-15")),
            ("2020-02-29", Yearly, "2020-03-01", Some("2021-02-28")),
            ("2020-02-29", Yearly, "2021-02-28", Some("2021-02-28")),
            ("2020-02-29", Yearly, "2021-03-01", Some("2022-02-28")),
            ("2020-02-29", Yearly, "2023-03-01", Some("2024-02-29")),
            ("2021-01-31", Monthly, "2021-02-01", Some("2021-02-28")),
            ("2021-01-31", Monthly, "2021-03-01", Some("2021-03-31")),
            ("2021-01-31", Monthly, "2021-04-30", Some("2021-04-30")),
            ("2021-01-31", Monthly, "2021-05-01", Some("2021-05-31")),
            ("2023-12-31", Monthly, "2024-02-01", Some("2024-02-29")),
            ("2021-11-30", Quarterly, "2021-12-01", Some("2022-02-28")),
            ("2021-11-30", Quarterly, "2022-03-01", Some("2022-05-30")),
            ("2021-08-31", HalfYearly, "2021-09-01", Some("2022-02-28")),
            ("2021-08-31", HalfYearly, "2022-03-01", Some("2022-08-31")),
            ("2021-12-15", Yearly, "2021-12-16", Some("2022-12-15")),
            ("2021-12-15", Yearly, "2030-12-14", Some("2030-12-15")),
        ] {
            assert_eq!(next_occurrence(day(first), recurs, day(from)), next.map(day), "{first} {recurs} {from}");
        }
    }

    #[test]
    fn a_year_holds_as_many_times_as_it_should() {
        let (from, through) = (day("2026-11-23"), day("2027-11-22"));
        for (recurs, times) in [
            (Recurrence::Once, 0),
            (Recurrence::Yearly, 1),
            (Recurrence::HalfYearly, 2),
            (Recurrence::Quarterly, 4),
            (Recurrence::Monthly, 12),
        ] {
            assert_eq!(occurrences(day("2019-05-31"), recurs, from, through).count(), times, "{recurs}");
        }
        let ends: Vec<String> =
            occurrences(day("2027-01-31"), Recurrence::Quarterly, from, through).map(|day| day.to_string()).collect();
        assert_eq!(ends, ["2027-01-31", "2027-04-30", "2027-07-31", "2027-10-31"]);
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(next_occurrence(day("2199-12-30"), Recurrence::Yearly, NaiveDate::MAX), None);
    }

    proptest! {
        /// Against going on month by month from the first, by hand.
        #[test]
        fn the_next_time_is_the_first_of_all_times_not_before(
            first in 0i64..40_000, from in 0i64..40_000, which in 0usize..5,
        ) {
            let at = |days: i64| day("1950-01-01") + chrono::TimeDelta::days(days);
            let (first, from, recurs) = (at(first), at(from), Recurrence::ALL[which]);
            let last_of = |year: i32, month: u32| {
                (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day)).unwrap()
            };
            let step = recurs.months().unwrap_or_default();
            let by_hand = (0..2_000u32).map(|n| {
                let months = first.month0() + n * step;
                let (year, month) = (first.year() + i32::try_from(months / 12).unwrap(), months % 12 + 1);
                NaiveDate::from_ymd_opt(year, month, first.day()).unwrap_or_else(|| last_of(year, month))
            });
            let mut times = by_hand.take(if step == 0 { 1 } else { 2_000 });
            let found = next_occurrence(first, recurs, from);
            prop_assert_eq!(found, times.find(|time| *time >= from));
            if let Some(found) = found {
                prop_assert!(found >= from);
                prop_assert!(found.day() == first.day() || found == last_of(found.year(), found.month()));
            }
        }
    }
}
