//! The days a page of rates speaks of: its own, the one it compares with, and month ends before them.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::lists::Scope;

/// The most days a line goes through.
const MOST: usize = 60;
/// How many months before the day compared with a line begins.
const BEFORE: u32 = 12;

/// The last day of a day's month.
pub fn month_end(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(day)
}

/// Whether a day is the last of its month.
pub fn is_month_end(day: NaiveDate) -> bool {
    month_end(day) == day
}

/// Every month end from one day to another, both of them included.
pub fn month_ends(from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let next = |day: &NaiveDate| day.checked_add_days(Days::new(1)).map(month_end);
    std::iter::successors(Some(month_end(from)), next).take_while(|day| *day <= to).collect()
}

/// The day figures are compared with where none is asked for: the last of the year before.
pub fn usual_comparison(as_of: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(as_of.year() - 1, 12, 31).unwrap_or(as_of)
}

/// The day figures of a scope are compared with.
pub fn compared_with(scope: &Scope) -> NaiveDate {
    scope.filters.change_since.unwrap_or_else(|| usual_comparison(scope.as_of.0))
}

/// The days of the line: month ends from a year before the day compared with, that day, and the day itself; where these
/// are too many, the latest of them.
pub fn line(as_of: NaiveDate, compared: NaiveDate) -> Vec<NaiveDate> {
    let first = compared.checked_sub_months(Months::new(BEFORE)).unwrap_or(compared);
    let mut days = month_ends(first, as_of);
    days.extend([compared, as_of]);
    days.sort_unstable();
    days.dedup();
    days.split_off(days.len().saturating_sub(MOST))
}

/// Every day of a page: those of its line, and the one compared with where the line begins after it.
pub fn all(as_of: NaiveDate, compared: NaiveDate) -> Vec<NaiveDate> {
    let mut days = line(as_of, compared);
    if days.first().is_some_and(|first| *first > compared) {
        days.insert(0, compared);
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_begins_a_year_before_the_day_compared_with() {
        let days = line(day("2021-07-31"), day("2020-12-31"));
        assert_eq!(
            (days.len(), days[0], days[12], days[19]),
            (20, day("2019-12-31"), day("2020-12-31"), day("2021-07-31"))
        );
        // Neither day is the last of a month: both are points of their own.
        let days = line(day("2021-03-15"), day("2021-02-10"));
        assert_eq!(days[0], day("2020-02-29"));
        assert_eq!(
            &days[days.len() - 4..],
            [day("2021-01-31"), day("2021-02-10"), day("2021-02-28"), day("2021-03-15")]
        );
        // The day itself is compared with itself.
        assert_eq!(line(day("2021-02-28"), day("2021-02-28")).last(), Some(&day("2021-02-28")));
    }

    #[test]
    fn a_long_line_keeps_its_latest_days_and_the_one_compared_with() {
        let days = all(day("2021-07-31"), day("2001-05-05"));
        assert_eq!((days.len(), days[0], *days.last().unwrap()), (61, day("2001-05-05"), day("2021-07-31")));
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn month_ends_are_those_of_the_calendar() {
        assert_eq!(month_ends(day("2020-01-31"), day("2020-03-30")), [day("2020-01-31"), day("2020-02-29")]);
        assert_eq!(month_ends(day("2021-02-01"), day("2021-02-27")), []);
        assert_eq!(usual_comparison(day("2021-01-01")), day("2020-12-31"));
        assert_eq!(usual_comparison(day("2020-12-31")), day("2019-12-31"));
    }
}
