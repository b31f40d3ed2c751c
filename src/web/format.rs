//! How a figure, a day, an instant is written for people: one function each, by the reader's language.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use rust_decimal::{Decimal, dec};

use crate::kernel::Currency;
use crate::l10n::L10n;

/// Digits in groups of three, with as many decimals as asked for; a minus sign that cannot be taken for a hyphen.
pub fn number(value: Decimal, decimals: u32, l10n: L10n) -> String {
    // A page writes hundreds: where nothing is cut off, the digits are those of the number itself.
    if value.scale() > decimals {
        let text = format!("{:.*}", decimals as usize, value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        return written(value, whole, (fraction, 0), l10n);
    }
    let (mut digits, scale) = (value.mantissa().unsigned_abs().to_string(), value.scale() as usize);
    if digits.len() <= scale {
        digits.insert_str(0, &"0".repeat(scale + 1 - digits.len()));
    }
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    written(value, whole, (fraction, decimals as usize - scale), l10n)
}

/// A number of these digits, and of so many zeros more after the decimals.
fn written(value: Decimal, whole: &str, (fraction, zeros): (&str, usize), l10n: L10n) -> String {
    let figures = l10n.figures();
    let mut written = String::with_capacity(2 * whole.len() + fraction.len() + zeros + 6);
    if value.is_sign_negative() && !value.is_zero() {
        written.push('−');
    }
    let (mut group, mut rest) = whole.split_at(whole.len() % 3);
    while !group.is_empty() || !rest.is_empty() {
        written.push_str(group);
        if !group.is_empty() && !rest.is_empty() {
            written.push_str(&figures.group);
        }
        (group, rest) = rest.split_at(rest.len().min(3));
    }
    if fraction.len() + zeros > 0 {
        written.push_str(&figures.decimal);
        written.push_str(fraction);
        written.extend(std::iter::repeat_n('0', zeros));
    }
    written
}

/// An amount with its currency's decimals, without the currency.
pub fn amount(value: Decimal, currency: Currency, l10n: L10n) -> String {
    number(value, currency.minor_unit(), l10n)
}

/// An amount in short, for where little room is: `1.95 m`, `204.3 k`, `950`.
pub fn short(value: Decimal, l10n: L10n) -> String {
    let (divisor, decimals, key) = match value.abs() {
        large if large >= dec!(999_950) => (dec!(1_000_000), 2, "chart-millions"),
        middling if middling >= dec!(10_000) => (dec!(1_000), 1, "chart-thousands"),
        _ => return number(value.round_dp_with_strategy(0, MidpointAwayFromZero), 0, l10n),
    };
    let rounded = (value / divisor).round_dp_with_strategy(decimals, MidpointAwayFromZero);
    l10n.with(key, &[("figure", number(rounded, decimals, l10n).into())])
}

/// A share with one decimal: `73.0 %`.
pub fn percent(value: Decimal, l10n: L10n) -> String {
    format!("{}\u{a0}%", number(value, 1, l10n))
}

/// `31 Jul 2021`.
pub fn day(day: NaiveDate, l10n: L10n) -> String {
    let month = l10n.figures().months.get(day.month0() as usize).map_or("", String::as_str);
    format!("{} {month} {}", day.day(), day.year())
}

/// `Jul 2021`, the month of a day.
pub fn month(of: NaiveDate, l10n: L10n) -> String {
    let month = l10n.figures().months.get(of.month0() as usize).map_or("", String::as_str);
    format!("{month} {}", of.year())
}

/// Reads a month as people write it, `Jul 2021`, `7/2021` or `2021-07`: its first day.
pub fn read_month(text: &str, l10n: L10n) -> Option<NaiveDate> {
    let text = text.trim();
    let file = (text.len() == 7).then(|| crate::kernel::calendar::parse_day(&format!("{text}-01")));
    file.and_then(Result::ok).or_else(|| read_day(&format!("1 {text}"), l10n))
}

/// `Q3 2021`, the quarter of a day.
pub fn quarter(of: NaiveDate, l10n: L10n) -> String {
    l10n.with("quarter", &[("quarter", (of.month0() / 3 + 1).into()), ("year", of.year().to_string().into())])
}

/// From when to when, in words; nothing where neither is said.
pub fn stretch(from: Option<NaiveDate>, to: Option<NaiveDate>, l10n: L10n) -> String {
    let day = |of: NaiveDate| day(of, l10n);
    match (from, to) {
        (None, None) => String::new(),
        (Some(from), None) => l10n.with("stretch-from", &[("from", day(from).into())]),
        (None, Some(to)) => l10n.with("stretch-to", &[("to", day(to).into())]),
        (Some(from), Some(to)) => l10n.with("stretch", &[("from", day(from).into()), ("to", day(to).into())]),
    }
}

/// `31 Jul 2021, 16:40`, in the agency's time zone.
pub fn instant(at: DateTime<Utc>, zone: Tz, l10n: L10n) -> String {
    let local = at.with_timezone(&zone);
    format!("{}, {:02}:{:02}", day(local.date_naive(), l10n), local.hour(), local.minute())
}

/// Reads a day as people write it: `31 Jul 2021`, `31/7/21`, or `2021-07-31`.
pub fn read_day(text: &str, l10n: L10n) -> Option<NaiveDate> {
    let text = text.trim();
    if let Ok(day) = crate::kernel::calendar::parse_day(text) {
        return Some(day);
    }
    let between = |c: char| c.is_whitespace() || "/.-".contains(c);
    let parts: Vec<&str> = text.split(between).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let month = month.parse().ok().or_else(|| named_month(month, l10n))?;
    // Two figures are of this century; four are what they say, and 0021 is no year of ours.
    let year: i32 = match year.len() {
        2 => year.parse::<i32>().ok()? + 2000,
        4 => year.parse().ok()?,
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(year, month, ordinal(day).parse().ok()?)?;
    crate::kernel::calendar::parse_day(&day.to_string()).ok()
}

/// The number of a month written out or in short, with accents or without; nothing where it could be several.
fn named_month(typed: &str, l10n: L10n) -> Option<u32> {
    let plain = |text: &str| -> String {
        let accentless = |c| match c {
            'é' | 'è' => 'e',
            'û' => 'u',
            other => other,
        };
        text.trim_end_matches('.').to_lowercase().chars().map(accentless).collect()
    };
    let typed = plain(typed);
    let mut named = l10n.figures().months.iter().enumerate().filter(|(_, month)| {
        let short = plain(month);
        typed.starts_with(&short) || (typed.chars().count() >= 3 && short.starts_with(&typed))
    });
    match (named.next(), named.next()) {
        (Some((at, _)), None) => u32::try_from(at + 1).ok(),
        _ => None,
    }
}

/// `1er` and `1st` are the first.
fn ordinal(day: &str) -> &str {
    day.strip_suffix("er").or_else(|| day.strip_suffix("st")).filter(|first| *first == "1").unwrap_or(day)
}

/// Reads a number as people write it in their language, `1,234.50`, as a file writes it: `1234.50`. Groups of digits are
/// whole ones of three; spaces of every width may part them, and a point is always read as the decimal one where the
/// language does not group by it.
pub fn read_number(text: &str, l10n: L10n) -> Option<String> {
    let figures = l10n.figures();
    let plain = text.trim().replace('\u{2212}', "-");
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let spaceless: String = digits.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let decimal = if spaceless.contains(figures.decimal.as_str()) { figures.decimal.as_str() } else { "." };
    let (whole, fraction) = match spaceless.split_once(decimal) {
        Some((whole, fraction)) if decimal != figures.group => (whole, Some(fraction)),
        _ => (spaceless.as_str(), None),
    };
    let group = if whole.contains(' ') { " " } else { figures.group.as_str() };
    let groups: Vec<&str> = whole.split(group).collect();
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let well_grouped = groups.iter().enumerate().all(|(at, part)| {
        all_digits(part) && (groups.len() == 1 || if at == 0 { part.len() <= 3 } else { part.len() == 3 })
    });
    let fraction_fits = fraction.is_none_or(all_digits);
    (well_grouped && fraction_fits).then(|| {
        let point = fraction.map_or(String::new(), |fraction| format!(".{fraction}"));
        format!("{sign}{}{point}", groups.concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// However the digits come about: those of the number, its decimals as the library cuts them.
        #[test]
        fn a_number_is_written_with_its_digits(mantissa in proptest::num::i64::ANY, scale in 0_u32..8, decimals in 0_u32..8) {
            let value = Decimal::new(mantissa, scale);
            let plain = number(value, decimals, L10n::ENGLISH).replace(',', "").replace('−', "-");
            let wanted = format!("{:.*}", decimals as usize, value);
            let zero = value.is_zero();
            proptest::prop_assert_eq!(plain, if zero { wanted.trim_start_matches('-') } else { &wanted });
        }
    }

    #[test]
    fn figures_are_written_for_people() {
        let l10n = L10n::ENGLISH;
        assert_eq!(number(dec!(5912201.59), 2, l10n), "5,912,201.59");
        assert_eq!(number(dec!(-1000), 2, l10n), "−1,000.00");
        assert_eq!(number(dec!(-0.00), 2, l10n), "0.00");
        assert_eq!(number(dec!(999), 0, l10n), "999");
        for (value, written) in [
            (dec!(15_799_810.11), "15.80 m"),
            (dec!(-1_946_913.02), "−1.95 m"),
            (dec!(999_950), "1.00 m"),
            (dec!(999_949), "999.9 k"),
            (dec!(9_999.6), "10,000"),
            (dec!(0.4), "0"),
        ] {
            assert_eq!(short(value, l10n), written, "{value}");
        }
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let l10n = L10n::ENGLISH;
        for (typed, file) in [
            ("1,234.50", "1234.50"),
            ("1234.5", "1234.5"),
            ("\u{2212}1,000", "-1000"),
            ("1 234 567", "1234567"),
            ("1\u{a0}234.10", "1234.10"),
            ("0", "0"),
        ] {
            assert_eq!(read_number(typed, l10n).as_deref(), Some(file), "{typed}");
        }
        for typed in ["", "1,23", "12,34.5", "1,2345", "1.234.567", "1e5", "x", "1,", ".5", "5.", "--1", "1,234,5"] {
            assert_eq!(read_number(typed, l10n), None, "{typed}");
        }
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let l10n = L10n::ENGLISH;
        let wanted = NaiveDate::from_ymd_opt(2021, 7, 31);
        for text in ["31 Jul 2021", "2021-07-31", "31/7/21", "31.07.2021", " 31 july 2021 ", "31-7-2021"] {
            assert_eq!(read_day(text, l10n), wanted, "{text}");
        }
        for text in ["", "31 Jul", "32 Jul 2021", "31 Foo 2021", "31/7/20211", "2021-13-01", "31 Jul 0021"] {
            assert_eq!(read_day(text, l10n), None, "{text}");
        }
        assert_eq!(day(wanted.unwrap(), l10n), "31 Jul 2021");
    }

    #[test]
    fn a_month_and_a_quarter_are_written_and_read() {
        for l10n in L10n::all() {
            for month in 1..=12 {
                let first = NaiveDate::from_ymd_opt(2021, month, 1).unwrap();
                assert_eq!(read_month(&super::month(first, l10n), l10n), Some(first), "{}", l10n.code());
            }
        }
        let l10n = L10n::ENGLISH;
        let july = NaiveDate::from_ymd_opt(2021, 7, 1);
        for text in ["2021-07", "Jul 2021", " july 2021 ", "7/2021", "7.21"] {
            assert_eq!(read_month(text, l10n), july, "{text}");
        }
        for text in ["", "Jul", "2021", "2021-13", "31 Jul 2021", "13/2021"] {
            assert_eq!(read_month(text, l10n), None, "{text}");
        }
        assert_eq!(quarter(july.unwrap(), l10n), "Q3 2021");
    }

    #[test]
    fn french_figures_and_days_are_written_and_read() {
        let l10n = L10n::of("fr");
        assert_eq!(number(dec!(-5912201.59), 2, l10n), "−5\u{202f}912\u{202f}201,59");
        assert_eq!(percent(dec!(73), l10n), "73,0\u{a0}%");
        for (typed, file) in [
            ("1 234,50", "1234.50"),
            ("1\u{a0}234,50", "1234.50"),
            ("1\u{202f}234\u{202f}567,5", "1234567.5"),
            ("1234.50", "1234.50"),
            ("\u{2212}12,5", "-12.5"),
        ] {
            assert_eq!(read_number(typed, l10n).as_deref(), Some(file), "{typed}");
        }
        for typed in ["1.234,50", "1 23,5", "1,2,3", "12,", ",5"] {
            assert_eq!(read_number(typed, l10n), None, "{typed}");
        }
        let the = |month, day| NaiveDate::from_ymd_opt(2021, month, day);
        for (typed, wanted) in [
            ("31 juil. 2021", the(7, 31)),
            ("31 juillet 2021", the(7, 31)),
            ("31\u{a0}Juil 2021", the(7, 31)),
            ("31/7/21", the(7, 31)),
            ("2021-07-31", the(7, 31)),
            ("1er août 2021", the(8, 1)),
            ("1 aout 2021", the(8, 1)),
            ("15 fév. 2021", the(2, 15)),
            ("15 fevrier 2021", the(2, 15)),
            ("1er jui 2021", None),
            ("2er mai 2021", None),
        ] {
            assert_eq!(read_day(typed, l10n), wanted, "{typed}");
        }
        for month in 1..=12 {
            let written = day(the(month, 1).unwrap(), l10n);
            assert_eq!(read_day(&written, l10n), the(month, 1), "{written}");
        }
        assert_eq!(day(the(7, 31).unwrap(), l10n), "31 juil. 2021");
    }
}
