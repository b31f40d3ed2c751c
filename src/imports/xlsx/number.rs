//! What a cell's digits mean: a decimal by a stated rule, a day by its number, a place by its letters.
//!
//! A workbook stores the shortest text of a binary number, or seventeen digits of it; Excel itself shows and keeps
//! fifteen significant ones. So the text is rounded to fifteen, half away from zero: 0.30000000000000004 is 0.3, as
//! on the screen of whoever typed it. An exponent is written out.

use chrono::{Days, NaiveDate};

/// The significant digits Excel keeps.
const SIGNIFICANT: usize = 15;
/// Rows a sheet can have.
pub const ROWS: u32 = 1_048_576;
/// Columns a sheet can have.
const COLUMNS: usize = 16_384;
/// The largest exponent that is written out; what is beyond is refused by whoever reads it as no number.
const LARGEST_EXPONENT: i64 = 400;

/// A cell's number as a plain decimal; `None` where it is none.
pub fn decimal(text: &str) -> Option<String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) || exponent.abs() > LARGEST_EXPONENT {
        return None;
    }
    let mut significant: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
    // The point stands after so many of the digits.
    let mut point = i64::try_from(whole.len()).ok()? + exponent;
    let leading = significant.iter().take_while(|digit| **digit == 0).count();
    significant.drain(..leading);
    point -= i64::try_from(leading).ok()?;
    if significant.len() > SIGNIFICANT {
        let up = significant[SIGNIFICANT] >= 5;
        significant.truncate(SIGNIFICANT);
        if up && carry(&mut significant) {
            point += 1;
        }
    }
    while significant.last() == Some(&0) {
        significant.pop();
    }
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    Some(written(negative, &significant, point))
}

/// Adds one at the last digit; true where a digit came in front.
fn carry(digits: &mut Vec<u8>) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    true
}

fn written(negative: bool, digits: &[u8], point: i64) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if point <= 0 {
        text.push_str("0.");
        (point..0).for_each(|_| text.push('0'));
    }
    for (at, digit) in (0i64..).zip(digits) {
        if at == point && at > 0 {
            text.push('.');
        }
        text.push(char::from(b'0' + digit));
    }
    (count..point).for_each(|_| text.push('0'));
    text
}

/// The day of a serial number, as ISO text; `None` where it is none, or a moment within a day.
pub fn day(text: &str, from_1904: bool) -> Option<String> {
    let serial: u64 = decimal(text)?.parse().ok()?;
    let from = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
    let day = match (from_1904, serial) {
        (true, _) => from(1904, 1, 1)?.checked_add_days(Days::new(serial))?,
        // Number 60 is 29 February 1900, a day there never was; number 0 is none either.
        (false, 0 | 60) => return None,
        (false, 1..60) => from(1899, 12, 31)?.checked_add_days(Days::new(serial))?,
        (false, _) => from(1899, 12, 30)?.checked_add_days(Days::new(serial))?,
    };
    Some(day.to_string())
}

/// `XFD1048576`: its column, counted from 0, and its row, counted from 1.
pub fn place(name: &str) -> Option<(usize, u32)> {
    let name = name.trim_start_matches('$');
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let (column, row) = name.split_at(letters);
    if column.is_empty() || column.len() > 3 {
        return None;
    }
    let column = column.bytes().fold(0usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    let row: u32 = row.trim_start_matches('$').parse().ok()?;
    (column <= COLUMNS && (1..=ROWS).contains(&row)).then(|| (column - 1, row))
}

/// Text without `_x000D_`: how a workbook writes characters that XML cannot.
pub fn without_escapes(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = rest.find("_x") {
        let escape = rest.get(at + 2..at + 7).filter(|code| code.ends_with('_'));
        let character = escape.and_then(|code| u32::from_str_radix(code.get(..4)?, 16).ok()).and_then(char::from_u32);
        let end = match character {
            Some(character) => {
                plain.push_str(&rest[..at]);
                plain.push(character);
                at + 7
            }
            None => {
                plain.push_str(&rest[..at + 2]);
                at + 2
            }
        };
        rest = &rest[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_rounded_to_fifteen_digits_half_away_from_zero() {
        for (text, wanted) in [
            ("0.30000000000000004", "0.3"),
            ("0.1", "0.1"),
            ("2500000", "2500000"),
            ("1200000.5", "1200000.5"),
            ("-5.0000000000000001E-2", "-0.05"),
            ("1E3", "1000"),
            ("1.5e+2", "150"),
            ("1E-7", "0.0000001"),
            ("12345678901234567", "12345678901234600"),
            ("1234567890123455", "1234567890123460"),
            ("-1234567890123455", "-1234567890123460"),
            ("1234567890123454", "1234567890123450"),
            ("999999999999999.5", "1000000000000000"),
            ("0.99999999999999999", "1"),
            ("0", "0"),
            ("-0.0", "0"),
            ("000123.4500", "123.45"),
            (".5", "0.5"),
            ("4.5199999999999996", "4.52"),
        ] {
            assert_eq!(decimal(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["", "-", ".", "1e", "1e5.5", "1e999999999999999999999", "1e401", "0x1", "NaN", "1,5", "1 0", "١"]
        {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_serial_number_is_a_day_in_both_systems() {
        for (serial, from_1904, wanted) in [
            ("1", false, Some("1900-01-01")),
            ("59", false, Some("1900-02-28")),
            ("60", false, None),
            ("61", false, Some("1900-03-01")),
            ("44408", false, Some("2021-07-31")),
            ("42946", true, Some("2021-07-31")),
            ("0", true, Some("1904-01-01")),
            ("44408.5", false, None),
            ("-1", false, None),
            ("99999999999999999999", false, None),
        ] {
            assert_eq!(day(serial, from_1904).as_deref(), wanted, "{serial}");
        }
    }

    #[test]
    fn a_place_is_read_from_its_name() {
        assert_eq!(place("A1"), Some((0, 1)));
        assert_eq!(place("$AB$12"), Some((27, 12)));
        assert_eq!(place("XFD1048576"), Some((16_383, 1_048_576)));
        for wrong in ["XFE1", "A1048577", "A0", "A", "1", "ZZZZ1", "a1", "A-1", ""] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn escapes_of_a_workbook_are_undone() {
        assert_eq!(without_escapes("two_x000D_\nlines"), "two\r\nlines");
        assert_eq!(without_escapes("_x005F_x000D_"), "_x000D_");
        assert_eq!(without_escapes("max_x is _x00é9_ _xZZZZ_ _x"), "max_x is _x00é9_ _xZZZZ_ _x");
    }

    proptest! {
        #[test]
        fn up_to_fifteen_digits_come_out_as_they_went_in(digits in 1u64..1_000_000_000_000_000, scale in 0u32..12) {
            let number = rust_decimal::Decimal::from_i128_with_scale(i128::from(digits), scale).normalize();
            prop_assert_eq!(decimal(&number.to_string()), Some(number.to_string()));
        }
    }
}
