//! One cell's text becomes a value, or a problem. Past this nobody meets a raw string.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::spec::Cell;
use crate::kernel::calendar::{self, DayError, EARLIEST_YEAR, LATEST_YEAR};
use crate::kernel::country::country;
use crate::kernel::money::{Currency, within_bounds};
use crate::kernel::text::unguard_cell;

/// Longest code or reference.
const LONGEST_CODE: usize = 100;
/// Most decimals of a rate: an amount times a rate is then kept to its last digit, and rounded once.
const DECIMALS_OF_RATE: u32 = 12;
/// Longest text.
const LONGEST_TEXT: usize = 10_000;

/// A cell that was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Day(NaiveDate),
    Number(Decimal),
    Integer(i32),
    YesNo(bool),
    Currency(Currency),
}

/// A cell that was not: the key of the sentence, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub key: &'static str,
    pub arg: String,
}

fn wrong(key: &'static str) -> Wrong {
    Wrong { key, arg: String::new() }
}

/// Reads a cell; `None` where it is empty.
pub fn read(text: &str, cell: Cell, today: NaiveDate) -> Result<Option<Value>, Wrong> {
    let text = unguard_cell(text).trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains('\0') {
        return Err(wrong("zero-byte"));
    }
    let value = match cell {
        Cell::Code => Value::Text(code(text)?),
        Cell::Text if text.chars().count() > LONGEST_TEXT => {
            return Err(Wrong { key: "text-too-long", arg: LONGEST_TEXT.to_string() });
        }
        Cell::Text => Value::Text(text.to_owned()),
        Cell::Day => Value::Day(day(text)?),
        Cell::Event => match day(text)? {
            after if after > today => return Err(Wrong { key: "day-after-today", arg: today.to_string() }),
            day => Value::Day(day),
        },
        Cell::Currency => Value::Currency(text.parse().map_err(|_| wrong("currency-unknown"))?),
        Cell::Amount => Value::Number(number(text)?),
        Cell::Rate if decimals(text) > DECIMALS_OF_RATE && only_digits(text) => {
            return Err(Wrong { key: "rate-too-precise", arg: DECIMALS_OF_RATE.to_string() });
        }
        Cell::Positive | Cell::Rate => match number(text)? {
            above if above > Decimal::ZERO => Value::Number(above),
            _ => return Err(wrong("not-above-zero")),
        },
        Cell::Percent => match number(text)? {
            percent if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) => Value::Number(percent),
            _ => return Err(wrong("percent-out-of-range")),
        },
        Cell::Number => match text.parse::<i32>() {
            Ok(number) if number > 0 && text.bytes().all(|byte| byte.is_ascii_digit()) => Value::Integer(number),
            _ => return Err(wrong("not-a-whole-number")),
        },
        Cell::Year => match text.parse::<i32>() {
            Ok(year) if text.len() == 4 && (EARLIEST_YEAR..=LATEST_YEAR).contains(&year) => Value::Integer(year),
            _ => return Err(wrong("not-a-year")),
        },
        Cell::Count => match text.parse::<i32>() {
            Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => Value::Integer(number),
            _ => return Err(wrong("not-a-count")),
        },
        Cell::YesNo => match text {
            "yes" => Value::YesNo(true),
            "no" => Value::YesNo(false),
            _ => return Err(wrong("not-yes-or-no")),
        },
        Cell::OneOf(words) => match words.iter().find(|word| **word == text) {
            Some(word) => Value::Text((*word).to_owned()),
            None => return Err(Wrong { key: "not-one-of", arg: words.join(", ") }),
        },
        Cell::NotNegative => match number(text)? {
            below if below < Decimal::ZERO => return Err(wrong("below-zero")),
            amount => Value::Number(amount),
        },
        Cell::Month => match month(text)? {
            after if after > today => return Err(Wrong { key: "month-to-come", arg: today.to_string() }),
            month => Value::Day(month),
        },
        Cell::Quarter => match quarter(text)? {
            after if after > today => return Err(Wrong { key: "quarter-to-come", arg: today.to_string() }),
            quarter => Value::Day(quarter),
        },
        Cell::Countries => Value::Text(countries(text)?),
        Cell::Country => Value::Text(country(text).ok_or_else(|| wrong("country-unknown"))?.alpha3.to_owned()),
    };
    Ok(Some(value))
}

fn code(text: &str) -> Result<String, Wrong> {
    if text.chars().count() > LONGEST_CODE {
        return Err(Wrong { key: "code-too-long", arg: LONGEST_CODE.to_string() });
    }
    if text.chars().any(char::is_control) {
        return Err(wrong("code-with-control"));
    }
    if text == "new" {
        return Err(wrong("code-reserved"));
    }
    Ok(text.to_owned())
}

fn day(text: &str) -> Result<NaiveDate, Wrong> {
    calendar::parse_day(text).map_err(|error| match error {
        DayError::Malformed => wrong("not-a-day"),
        DayError::OutOfRange => wrong("day-out-of-range"),
    })
}

/// `2021-07`, or its first day as a spreadsheet makes of that: the first day.
fn month(text: &str) -> Result<NaiveDate, Wrong> {
    let day = if text.len() == 7 { calendar::parse_day(&format!("{text}-01")) } else { calendar::parse_day(text) };
    match day {
        Ok(day) if day.day() == 1 => Ok(day),
        Err(DayError::OutOfRange) => Err(wrong("day-out-of-range")),
        Ok(_) | Err(DayError::Malformed) => Err(wrong("not-a-month")),
    }
}

/// `2021-Q3`, as its first day.
fn quarter(text: &str) -> Result<NaiveDate, Wrong> {
    let first = text.split_once("-Q").and_then(|(year, number)| {
        let month = ["1", "2", "3", "4"].iter().position(|one| *one == number)? * 3 + 1;
        Some(format!("{year}-{month:02}"))
    });
    let day = first.and_then(|first| month(&first).ok());
    day.ok_or_else(|| wrong("not-a-quarter"))
}

/// Countries in the order of their codes, each once, so that the same countries are the same text.
fn countries(text: &str) -> Result<String, Wrong> {
    let mut codes = BTreeSet::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let known = country(part).ok_or_else(|| Wrong { key: "country-of-list-unknown", arg: part.to_owned() })?;
        codes.insert(known.alpha3);
    }
    Ok(codes.into_iter().collect::<Vec<_>>().join(";"))
}

fn only_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

/// How many decimals a number has; zeros at its end do not count.
fn decimals(text: &str) -> u32 {
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals.trim_end_matches('0'));
    u32::try_from(decimals.len()).unwrap_or(u32::MAX)
}

/// `-?[0-9]{1,16}(\.[0-9]+)?`, exactly (contract.md).
pub fn number(text: &str) -> Result<Decimal, Wrong> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match unsigned.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || decimals.is_some_and(|decimals| !digits(decimals)) {
        return Err(wrong("not-a-number"));
    }
    if whole.len() > 16 {
        return Err(wrong("number-too-large"));
    }
    let number =
        Decimal::from_str_exact(text.trim_end_matches(|c| decimals.is_some() && c == '0').trim_end_matches('.'))
            .map_err(|_| wrong("number-too-precise"))?;
    if within_bounds(number) { Ok(number) } else { Err(wrong("number-too-large")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn numbers_are_read_exactly_as_the_contract_says() {
        for (text, value) in [
            ("0", dec!(0)),
            ("-0.00", dec!(0)),
            ("1234567890123456.12", dec!(1234567890123456.12)),
            ("100.00", dec!(100)),
            ("100", dec!(100)),
            ("0007", dec!(7)),
            ("0.841500", dec!(0.8415)),
        ] {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        for text in ["", "-", "1,000", "1e5", "+1", ".5", "5.", "1.2.3", "١٢", "NaN", "0x1", "--1", "1 000"] {
            assert_eq!(number(text).map_err(|wrong| wrong.key), Err("not-a-number"), "{text:?}");
        }
        assert_eq!(number("12345678901234567").map_err(|wrong| wrong.key), Err("number-too-large"));
        assert_eq!(number(&format!("0.{}1", "0".repeat(40))).map_err(|wrong| wrong.key), Err("number-too-precise"));
    }

    #[test]
    fn an_event_after_today_is_refused_a_plan_is_not() {
        let today = calendar::parse_day("2021-07-31").unwrap();
        assert_eq!(read("2021-08-01", Cell::Event, today).map_err(|wrong| wrong.key), Err("day-after-today"));
        assert!(read("2021-08-01", Cell::Day, today).is_ok());
        assert!(read("2021-07-31", Cell::Event, today).is_ok());
        assert_eq!(read("20211-07-31", Cell::Day, today).map_err(|wrong| wrong.key), Err("not-a-day"));
    }

    #[test]
    fn codes_are_trimmed_and_new_is_none() {
        let today = NaiveDate::MIN;
        assert_eq!(read("  SWE ", Cell::Code, today), Ok(Some(Value::Text("SWE".into()))));
        assert_eq!(read("new", Cell::Code, today).map_err(|wrong| wrong.key), Err("code-reserved"));
        assert_eq!(read("   ", Cell::Code, today), Ok(None));
        assert_eq!(read("A\u{7}B", Cell::Code, today).map_err(|wrong| wrong.key), Err("code-with-control"));
        assert_eq!(read("A\0B", Cell::Code, today).map_err(|wrong| wrong.key), Err("zero-byte"));
        assert_eq!(read("A\0B", Cell::Text, today).map_err(|wrong| wrong.key), Err("zero-byte"));
        assert_eq!(read("'=SUM(A1)", Cell::Text, today), Ok(Some(Value::Text("=SUM(A1)".into()))));
    }

    #[test]
    fn a_rate_has_at_most_twelve_decimals() {
        let today = NaiveDate::MIN;
        assert_eq!(read("0.123456789012", Cell::Rate, today), Ok(Some(Value::Number(dec!(0.123456789012)))));
        assert_eq!(read("0.12345678901200", Cell::Rate, today), Ok(Some(Value::Number(dec!(0.123456789012)))));
        assert_eq!(read("0.1234567890123", Cell::Rate, today).map_err(|wrong| wrong.key), Err("rate-too-precise"));
        assert_eq!(read("0.x", Cell::Rate, today).map_err(|wrong| wrong.key), Err("not-a-number"));
        assert_eq!(read("0.abcdefghijklmnop", Cell::Rate, today).map_err(|wrong| wrong.key), Err("not-a-number"));
    }
}
