//! What is typed of a pledge: its terms, which are the columns of its file, and its schedule, a table of fields.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::schedule::{self, Every, MOST_PARTS};
use crate::imports::spec::Cell;
use crate::imports::{Held, Kind};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::entry::{Columns, Wrong, half, shown, to_file, to_form};
use crate::web::form::{Field, Grid, GridRow, Widget};
use crate::web::{Sent, format};

/// The fields of a new pledge, and of its first terms corrected.
pub const TERMS: Columns = Columns {
    kind: Kind::Pledges,
    shown: &[
        half("ref"),
        half("pledged_on"),
        shown("donor"),
        half("amount"),
        half("currency"),
        half("unit"),
        half("fund"),
        half("earmarking"),
        half("signed_on"),
        shown("title"),
        half("agreement").folded(),
        half("donor_reference").folded(),
        half("subprogramme").folded(),
        half("project").folded(),
        half("starts_on").folded(),
        half("ends_on").folded(),
        half("psc_percent").folded(),
    ],
};

/// The same without what has happened to it: a correction of its terms says nothing of that.
pub const FIRST_TERMS: Columns = Columns {
    kind: Kind::Pledges,
    shown: &[
        half("ref"),
        half("pledged_on"),
        shown("donor"),
        half("amount"),
        half("currency"),
        half("unit"),
        half("fund"),
        shown("earmarking"),
        shown("title"),
        half("agreement").folded(),
        half("donor_reference").folded(),
        half("subprogramme").folded(),
        half("project").folded(),
        half("starts_on").folded(),
        half("ends_on").folded(),
        half("psc_percent").folded(),
    ],
};

/// The fields of an amendment: terms, in force from the day they were agreed on.
pub const AMENDMENT: Columns = Columns {
    kind: Kind::Pledges,
    shown: &[
        half("ref"),
        shown("agreed_on"),
        half("amount"),
        half("currency"),
        shown("donor"),
        half("unit"),
        half("fund"),
        shown("earmarking"),
        half("pledged_on").folded(),
        half("project").folded(),
        half("starts_on").folded(),
        half("ends_on").folded(),
        half("psc_percent").folded(),
    ],
};

/// The columns of an instalment in the table of fields.
const CELLS: [(&str, Cell); 3] = [("due_on", Cell::Day), ("amount", Cell::Positive), ("condition", Cell::Text)];

/// An instalment as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedInstalment {
    /// Its number; none yet for a new row.
    pub number: String,
    /// Its cells, in the order of [`CELLS`].
    pub cells: [String; 3],
    /// The day its condition was met, carried along.
    pub met_on: String,
}

/// A schedule as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<TypedInstalment>);

impl Typed {
    /// The rows of the table as sent; rows with nothing in them are left out.
    pub fn of(sent: &Sent) -> Self {
        let rows = (0..).map_while(|at| sent.has(&format!("due_on-{at}")).then_some(at)).take(MOST_PARTS as usize * 2);
        let typed = rows.map(|at| TypedInstalment {
            number: sent.get(&format!("number-{at}")).to_owned(),
            cells: CELLS.map(|(name, _)| sent.get(&format!("{name}-{at}")).to_owned()),
            met_on: sent.get(&format!("met_on-{at}")).to_owned(),
        });
        Typed(typed.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect())
    }

    /// What the system holds of a schedule.
    pub fn held(rows: &[Held], currency: Option<Currency>, l10n: L10n) -> Self {
        let say =
            |row: &Held, name: &str, cell| to_form(cell, row.get(name).map_or("", String::as_str), currency, l10n);
        let typed = rows.iter().map(|row| TypedInstalment {
            number: row.get("number").cloned().unwrap_or_default(),
            cells: CELLS.map(|(name, cell)| say(row, name, cell)),
            met_on: row.get("condition_met_on").cloned().unwrap_or_default(),
        });
        Typed(typed.collect())
    }

    /// Every row with a number: those that have one keep it, the others go on from the highest.
    pub fn numbered(mut self) -> Self {
        let highest = self.0.iter().filter_map(|row| row.number.parse::<u32>().ok()).max().unwrap_or(0);
        let unnumbered = self.0.iter_mut().filter(|row| row.number.is_empty());
        for (row, number) in unnumbered.zip(highest + 1..) {
            row.number = number.to_string();
        }
        self
    }

    /// Amounts typed as parts in per cent, `25 %`, become amounts.
    pub fn resolved(mut self, sent: &Sent, l10n: L10n) -> Self {
        let (Some(amount), Some(currency)) = (whole(sent, l10n), currency(sent)) else { return self };
        let percent = |row: &TypedInstalment| {
            let typed = row.cells[1].strip_suffix('%')?.trim();
            format::read_number(typed, l10n)?.parse::<Decimal>().ok()
        };
        let percents: Vec<Option<Decimal>> = self.0.iter().map(percent).collect();
        if let Some(all) = percents.iter().copied().collect::<Option<Vec<Decimal>>>() {
            let parts = schedule::of_percents(amount, &all, currency);
            for (row, part) in self.0.iter_mut().zip(parts) {
                row.cells[1] = format::amount(part, currency, l10n);
            }
        } else {
            for (row, percent) in self.0.iter_mut().zip(percents) {
                if let Some(percent) = percent {
                    let part = currency.round(amount * percent / Decimal::ONE_HUNDRED);
                    row.cells[1] = format::amount(part, currency, l10n);
                }
            }
        }
        self
    }

    /// The rows of the file.
    pub fn rows(&self, pledge: &str, agreed_on: &str, l10n: L10n) -> Vec<Held> {
        let row = |row: &TypedInstalment| {
            let mut held = Held::new();
            held.insert("pledge".to_owned(), pledge.to_owned());
            held.insert("number".to_owned(), row.number.clone());
            for ((name, cell), typed) in CELLS.iter().zip(&row.cells) {
                held.insert((*name).to_owned(), to_file(*cell, typed, l10n));
            }
            held.insert("condition_met_on".to_owned(), row.met_on.clone());
            held.insert("agreed_on".to_owned(), agreed_on.to_owned());
            held
        };
        self.0.iter().map(row).collect()
    }

    /// What its amounts add up to, of those that can be read.
    pub fn sum(&self, l10n: L10n) -> Decimal {
        let amounts = self.0.iter().filter_map(|row| format::read_number(&row.cells[1], l10n)?.parse::<Decimal>().ok());
        amounts.sum()
    }
}

/// The amount typed, where it can be read.
pub fn whole(sent: &Sent, l10n: L10n) -> Option<Decimal> {
    format::read_number(sent.get("amount"), l10n)?.parse().ok()
}

/// The currency typed, where there is one.
pub fn currency(sent: &Sent) -> Option<Currency> {
    sent.get("currency").to_ascii_uppercase().parse().ok()
}

/// What the helper was asked for, or what is wrong with that.
pub fn make(sent: &Sent, l10n: L10n) -> Result<Typed, Wrong> {
    let mut wrong = Wrong::new();
    let mut refuse = |name: &str, key: &str| drop(wrong.insert(name.to_owned(), vec![l10n.t(key)]));
    let parts = sent.get("make_parts").parse::<u32>().ok().filter(|parts| (1..=MOST_PARTS).contains(parts));
    let every = Every::named(sent.get("make_every"));
    let first = format::read_day(sent.get("make_first"), l10n);
    let (amount, currency) = (whole(sent, l10n), currency(sent));
    if parts.is_none() {
        refuse("make_parts", "schedule-parts-wrong");
    }
    if first.is_none() {
        refuse("make_first", "form-not-a-day");
    }
    if amount.is_none_or(|amount| amount <= Decimal::ZERO) {
        refuse("amount", "schedule-needs-amount");
    }
    if currency.is_none() {
        refuse("currency", "schedule-needs-currency");
    }
    let (Some(parts), Some(every), Some(first), Some(amount), Some(currency), true) =
        (parts, every.or(Some(Every::Year)), first, amount, currency, wrong.is_empty())
    else {
        return Err(wrong);
    };
    let days = schedule::days(first, every, parts);
    let amounts = schedule::split(amount, parts, currency);
    let rows = days.into_iter().zip(amounts).map(|(day, amount)| TypedInstalment {
        cells: [format::day(day, l10n), format::amount(amount, currency, l10n), String::new()],
        ..TypedInstalment::default()
    });
    Ok(Typed(rows.collect()))
}

/// The table of fields of a schedule, with the helper above it and its sum below.
pub fn grid(typed: &Typed, sent: &Sent, wrong: &Wrong, l10n: L10n) -> Grid {
    let error = |name: &str| wrong.get(name).map(|errors| errors.join(" "));
    let row = |(at, row): (usize, &TypedInstalment)| {
        let widgets = [Widget::Day(None), Widget::Number, Widget::Line];
        let cells = CELLS.iter().zip(&row.cells).zip(widgets).map(|(((name, _), value), widget)| {
            let mut field = Field::new(&format!("{name}-{at}"), l10n.word("field", name)).says(value).typed(widget);
            field.error = error(&field.name);
            field
        });
        GridRow {
            cells: cells.collect(),
            hidden: vec![(format!("number-{at}"), row.number.clone()), (format!("met_on-{at}"), row.met_on.clone())],
            name: l10n.with("schedule-row", &[("number", (at + 1).into())]),
        }
    };
    Grid {
        title: l10n.t("schedule-title"),
        hint: l10n.t("schedule-hint"),
        heads: vec![(l10n.t("field-due_on"), ""), (l10n.t("field-amount"), "num"), (l10n.t("field-condition"), "")],
        rows: typed.0.iter().enumerate().map(row).collect(),
        foot: foot(typed, sent, l10n),
        more: l10n.t("schedule-add"),
        helper: Some((helper(sent, &error, l10n), l10n.t("schedule-make"))),
    }
}

fn helper(sent: &Sent, error: &dyn Fn(&str) -> Option<String>, l10n: L10n) -> Vec<Field> {
    let spans = Every::ALL.map(|every| (every.as_str().to_owned(), l10n.word("every", every.as_str())));
    let field = |name: &str, key: &str, widget: Widget, default: &str| {
        let typed = sent.raw(name);
        let says = if sent.has(name) { typed } else { default };
        Field::new(name, l10n.t(key)).says(says).typed(widget).required().half().wrong(error(name))
    };
    vec![
        field("make_parts", "schedule-parts", Widget::Number, "4"),
        field("make_every", "schedule-every", Widget::Choice(spans.into()), "year"),
        field("make_first", "schedule-first", Widget::Day(None), ""),
    ]
}

/// What the instalments add up to, and what is missing or too much.
fn foot(typed: &Typed, sent: &Sent, l10n: L10n) -> String {
    if typed.0.is_empty() {
        return l10n.t("schedule-none");
    }
    let sum = typed.sum(l10n);
    let Some(currency) = currency(sent) else { return String::new() };
    let say = |amount: Decimal| format!("{currency} {}", format::amount(amount, currency, l10n));
    let args = |difference: Decimal| BTreeMap::from([("sum", say(sum)), ("difference", say(difference))]);
    let (key, values) = match whole(sent, l10n) {
        Some(whole) if whole > sum => ("schedule-missing", args(whole - sum)),
        Some(whole) if whole < sum => ("schedule-too-much", args(sum - whole)),
        _ => ("schedule-adds-up", args(Decimal::ZERO)),
    };
    l10n.with(key, &[("sum", values["sum"].clone().into()), ("difference", values["difference"].clone().into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        Sent(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_schedule_is_made_from_a_first_day_and_a_span() {
        let asked = [
            ("amount", "100,000.00"),
            ("currency", "eur"),
            ("make_parts", "3"),
            ("make_every", "quarter"),
            ("make_first", "30 Nov 2026"),
        ];
        let made = make(&sent(&asked), L10n::ENGLISH).unwrap().numbered();
        let rows = made.rows("P-1", "", L10n::ENGLISH);
        let told: Vec<(&str, &str, &str)> =
            rows.iter().map(|row| (row["number"].as_str(), row["due_on"].as_str(), row["amount"].as_str())).collect();
        assert_eq!(
            told,
            [("1", "2026-11-30", "33333.33"), ("2", "2027-02-28", "33333.33"), ("3", "2027-05-30", "33333.34")]
        );
        let wrong = make(&sent(&[("make_parts", "0")]), L10n::ENGLISH).unwrap_err();
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["amount", "currency", "make_first", "make_parts"]);
    }

    #[test]
    fn parts_in_per_cent_become_amounts() {
        let typed = [
            ("amount", "100.01"),
            ("currency", "USD"),
            ("due_on-0", "1 Jan 2027"),
            ("amount-0", "50 %"),
            ("due_on-1", ""),
            ("amount-1", ""),
            ("due_on-2", "1 Jan 2028"),
            ("amount-2", "50%"),
        ];
        let sent = sent(&typed);
        let typed = Typed::of(&sent).resolved(&sent, L10n::ENGLISH).numbered();
        assert_eq!(typed.0.len(), 2, "a row with nothing in it is none");
        assert_eq!((typed.0[0].cells[1].as_str(), typed.0[1].cells[1].as_str()), ("50.01", "50.00"));
        assert_eq!(typed.0[1].number, "2");
    }
}
