//! What stands in a column, and how it is written in files and on the screen.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::kernel::text::guard_cell;
use crate::kernel::{Currency, KnownAt};
use crate::l10n::L10n;
use crate::web::format;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing is known, or nothing applies.
    Empty,
    /// Words somebody wrote: guarded against spreadsheets in CSV.
    Text(String),
    /// A word of ours: a state, a class, a currency.
    Word(Cow<'static, str>),
    /// A whole number.
    Integer(i64),
    /// A number as it is, without trailing zeros: a rate, a per cent.
    Number(Decimal),
    /// A rate in per cent, written with one decimal.
    Percent(Decimal),
    /// Money, written with exactly the decimals of its currency.
    Amount(Decimal, Currency),
    /// A day.
    Day(NaiveDate),
}

impl Cell {
    /// Words, or nothing.
    pub fn text(text: Option<&str>) -> Cell {
        text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
    }

    /// A day, or nothing.
    pub fn day(day: Option<NaiveDate>) -> Cell {
        day.map_or(Cell::Empty, Cell::Day)
    }

    /// Money, or nothing.
    pub fn amount(amount: Option<Decimal>, currency: Currency) -> Cell {
        amount.map_or(Cell::Empty, |amount| Cell::Amount(amount, currency))
    }

    /// US dollars, or nothing.
    pub fn usd(amount: Option<Decimal>) -> Cell {
        Cell::amount(amount, Currency::USD)
    }

    /// An instant as RFC 3339 in UTC, or nothing.
    pub fn instant(at: Option<DateTime<Utc>>) -> Cell {
        at.map_or(Cell::Empty, |at| Cell::Word(KnownAt(at).to_string().into()))
    }

    /// A number, or nothing.
    pub fn number(number: Option<Decimal>) -> Cell {
        number.map_or(Cell::Empty, Cell::Number)
    }

    /// A rate in per cent, or nothing.
    pub fn percent(rate: Option<Decimal>) -> Cell {
        rate.map_or(Cell::Empty, Cell::Percent)
    }

    /// As it stands in a file, unguarded.
    pub fn plain(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => "".into(),
            Cell::Text(text) => text.into(),
            Cell::Word(word) => word.as_ref().into(),
            Cell::Integer(number) => number.to_string().into(),
            Cell::Number(number) => number.normalize().to_string().into(),
            Cell::Percent(rate) => format!("{rate:.1}").into(),
            Cell::Amount(amount, currency) => format!("{amount:.*}", currency.minor_unit() as usize).into(),
            Cell::Day(day) => day.to_string().into(),
        }
    }

    /// As it stands in CSV: words that a spreadsheet would compute are guarded, numbers never touched.
    pub fn csv(&self) -> Cow<'_, str> {
        match self {
            Cell::Text(text) => guard_cell(text),
            other => other.plain(),
        }
    }

    /// As people read it.
    pub fn shown(&self, l10n: L10n) -> String {
        match self {
            Cell::Integer(number) => format::number(Decimal::from(*number), 0, l10n),
            Cell::Number(number) => format::number(number.normalize(), number.normalize().scale(), l10n),
            Cell::Percent(rate) => format::percent(*rate, l10n),
            Cell::Amount(amount, currency) => format::amount(*amount, *currency, l10n),
            Cell::Day(day) => format::day(*day, l10n),
            other => other.plain().into_owned(),
        }
    }

    /// As JSON: amounts and numbers as text, so that no reader makes floats of them.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Cell::Empty => serde_json::Value::Null,
            Cell::Integer(number) => (*number).into(),
            other => other.plain().into_owned().into(),
        }
    }
}

/// A column of a list.
pub struct Column<R> {
    /// Its name in files, in the contract's words.
    pub name: &'static str,
    /// Its cell.
    pub cell: fn(&R) -> Cell,
}

/// A column of the screen: what people see of one or more columns of the file.
pub struct Screen<R> {
    /// The key of its heading.
    pub label: &'static str,
    /// `num`, `w` (wide screens only), or both.
    pub class: &'static str,
    /// The sort its heading leads to.
    pub sort: Option<&'static str>,
    /// The cell.
    pub draw: fn(&R, L10n) -> Drawn,
}

/// A drawn cell.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    /// What it says.
    pub text: String,
    /// In front of the number, quieter: its currency.
    pub unit: String,
    /// A day, for programs that read the page.
    pub iso: String,
    /// Where it leads.
    pub href: Option<String>,
    /// A second line, on wide screens.
    pub sub: String,
    /// A second line, on a phone, where other columns are folded in.
    pub phone: String,
    /// A mark: its class (`ok`, `warn`, `bad`, `gap`, `stale`) and key.
    pub tag: Option<(&'static str, &'static str)>,
}

impl Drawn {
    /// What a cell says.
    pub fn of(cell: &Cell, l10n: L10n) -> Self {
        let unit = match cell {
            Cell::Amount(_, currency) => currency.code().to_owned(),
            _ => String::new(),
        };
        let iso = if matches!(cell, Cell::Day(_)) { cell.plain().into_owned() } else { String::new() };
        Drawn { text: cell.shown(l10n), unit, iso, ..Drawn::default() }
    }

    /// An instant, in a time zone by its name.
    pub fn instant(at: Option<DateTime<Utc>>, zone: &str, l10n: L10n) -> Self {
        let zone = zone.parse().unwrap_or(chrono_tz::Tz::UTC);
        let iso = at.map(|at| KnownAt(at).to_string()).unwrap_or_default();
        Drawn { text: at.map(|at| format::instant(at, zone, l10n)).unwrap_or_default(), iso, ..Drawn::default() }
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Drawn { text: text.into(), ..Drawn::default() }
    }

    /// Leading somewhere of ours, the last part of the address escaped.
    pub fn link(mut self, room: &str, code: &str) -> Self {
        self.href = Some(crate::web::address::to(room, code));
        self
    }

    /// Without its currency: the heading says it.
    pub fn bare(mut self) -> Self {
        self.unit = String::new();
        self
    }

    /// With a second line on wide screens.
    pub fn below(mut self, sub: impl Into<String>) -> Self {
        self.sub = sub.into();
        self
    }

    /// With a second line on a phone.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = phone.into();
        self
    }

    /// With a mark.
    pub fn tag(mut self, tag: Option<(&'static str, &'static str)>) -> Self {
        self.tag = tag;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn a_cell_is_written_by_its_kind() {
        let jpy = "JPY".parse().unwrap();
        assert_eq!(Cell::Amount(dec!(1000.00), jpy).csv(), "1000");
        assert_eq!(Cell::Amount(dec!(-5), Currency::USD).csv(), "-5.00");
        assert_eq!(Cell::Text("-5".into()).csv(), "'-5");
        assert_eq!(Cell::Number(dec!(0.8400)).csv(), "0.84");
        assert_eq!(Cell::Percent(dec!(73)).csv(), "73.0");
        assert_eq!(Cell::Amount(dec!(-1234.5), Currency::USD).shown(L10n::ENGLISH), "−1,234.50");
        assert_eq!(Cell::Amount(dec!(1), Currency::USD).json(), serde_json::json!("1.00"));
    }
}
