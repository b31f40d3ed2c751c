//! Days and instants. Days come from one clock that tests can set; instants of facts come from the database.

use std::fmt;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;

/// The one clock. Everything that asks what day it is, is handed one.
#[derive(Clone)]
pub struct Clock {
    zone: Tz,
    fixed: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The machine's clock, read in the agency's time zone.
    pub fn system(zone: Tz) -> Self {
        Clock { zone, fixed: None }
    }

    /// A clock that stands still until it is set: for tests.
    pub fn fixed(zone: Tz, at: DateTime<Utc>) -> Self {
        Clock { zone, fixed: Some(Arc::new(Mutex::new(at))) }
    }

    /// Moves a fixed clock; a system clock takes no notice.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Some(fixed) = &self.fixed {
            *fixed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
        }
    }

    /// The instant, for sessions and logs. Facts take theirs from the database.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.fixed {
            Some(fixed) => *fixed.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
            None => Utc::now(),
        }
    }

    /// Today's date in the agency's time zone.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone).date_naive()
    }

    /// The agency's time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }
}

/// The end of this day is what a figure speaks of: what was true then, not after today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct AsOf(pub NaiveDate);

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Only what had been recorded by this instant counts, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct KnownAt(pub DateTime<Utc>);

impl fmt::Display for KnownAt {
    /// RFC 3339 in UTC with as many decimals of a second as it has, so that it reads back as the same instant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// First day a file or form may name.
pub const EARLIEST_YEAR: i32 = 1900;
/// Last year a file or form may name.
pub const LATEST_YEAR: i32 = 2199;

/// Why a text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Not of the form `2021-07-31`, or no day of the calendar.
    #[error("not a date of the form 2021-07-31")]
    Malformed,
    /// Outside the years 1900 to 2199.
    #[error("outside the years 1900 to 2199")]
    OutOfRange,
}

/// Reads `2021-07-31`, exactly, from year 1900 to 2199.
pub fn parse_day(text: &str) -> Result<NaiveDate, DayError> {
    let bytes = text.as_bytes();
    let well_formed = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !well_formed {
        return Err(DayError::Malformed);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| DayError::Malformed)?;
    if (EARLIEST_YEAR..=LATEST_YEAR).contains(&day.year()) { Ok(day) } else { Err(DayError::OutOfRange) }
}

/// Reads an instant in RFC 3339, `2026-03-31T17:00:00Z`.
pub fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    // In an address a plus sign of an offset arrives as a space.
    let text = text.replace(' ', "+");
    let at = DateTime::parse_from_rfc3339(&text).ok()?.with_timezone(&Utc);
    (EARLIEST_YEAR..=LATEST_YEAR).contains(&at.year()).then_some(at)
}

/// The same day `years` later; a year after 29 February is 28 February (domain.md, Arrears 3).
pub fn years_after(day: NaiveDate, years: i32) -> NaiveDate {
    day.with_year(day.year() + years)
        .or_else(|| NaiveDate::from_ymd_opt(day.year() + years, 2, 28))
        .unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    #[test]
    fn days_are_read_strictly() {
        assert_eq!(parse_day("2020-02-29"), Ok(NaiveDate::from_ymd_opt(2020, 2, 29).unwrap()));
        for text in
            ["2021-02-29", "2021-7-31", "31/07/2021", "20211-07-31", "2021-07-31 ", "", "２０２１-07-31", "2021_07_31"]
        {
            assert_eq!(parse_day(text), Err(DayError::Malformed), "{text:?}");
        }
        assert_eq!(parse_day("1899-12-31"), Err(DayError::OutOfRange));
        assert_eq!(parse_day("2200-01-01"), Err(DayError::OutOfRange));
        assert!(parse_day("1900-01-01").is_ok() && parse_day("2199-12-31").is_ok());
    }

    #[test]
    fn a_year_after_29_february_is_28_february() {
        assert_eq!(years_after(day("2020-02-29"), 1), day("2021-02-28"));
        assert_eq!(years_after(day("2020-02-29"), 4), day("2024-02-29"));
        assert_eq!(years_after(day("2021-02-28"), 3), day("2024-02-28"));
    }

    #[test]
    fn an_instant_reads_back_as_itself() {
        let at = parse_instant("2026-03-31T17:00:00.123456Z").unwrap();
        assert_eq!(parse_instant(&KnownAt(at).to_string()), Some(at));
        assert_eq!(parse_instant("2026-03-31T20:00:00 03:00"), parse_instant("2026-03-31T17:00:00Z"));
        assert!(parse_instant("2026-03-31").is_none() && parse_instant("12026-03-31T17:00:00Z").is_none());
    }

    #[test]
    fn today_is_the_day_in_the_agencys_time_zone() {
        let zone: Tz = "Africa/Nairobi".parse().unwrap();
        let clock = Clock::fixed(zone, parse_instant("2021-07-31T22:30:00Z").unwrap());
        assert_eq!(clock.today(), day("2021-08-01"));
    }
}
