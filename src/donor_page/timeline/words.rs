//! What an entry of the timeline says, in the reader's language.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::statement::Row;
use crate::classified::Classification;
use crate::donor_reports::list::mark;
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::{address, format};

/// An entry, in words.
pub(super) struct Entry {
    pub(super) iso: String,
    pub(super) day: String,
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    /// Its mark: class and words.
    pub(super) tag: Option<(&'static str, String)>,
    /// Whether the mark is its classification.
    pub(super) classified: bool,
    pub(super) line: String,
}

/// What a source makes of its row: the icon, the room it opens, the title, its mark, what else there is to say.
struct Said {
    icon: &'static str,
    room: &'static str,
    title: String,
    tag: Option<(&'static str, &'static str)>,
    parts: Vec<Option<String>>,
}

impl Entry {
    /// An entry as of a day.
    pub(super) fn of(row: &Row, day: NaiveDate, l10n: L10n) -> Entry {
        let said = match row.source.as_str() {
            "meeting" => meeting(row, day, l10n),
            "instalment" => instalment(row, day, l10n),
            "receipt" => receipt(row, l10n),
            "report" => report(row, day, l10n),
            "document" => document(row, l10n),
            "known" => known(row, day, l10n),
            _ => pledge(row, l10n),
        };
        let parts = std::iter::once(row.donor.clone()).chain(said.parts).flatten().filter(|part| !part.is_empty());
        Entry {
            iso: row.day.to_string(),
            day: format::day(row.day, l10n),
            icon: said.icon,
            title: said.title,
            href: address::to(said.room, &row.code),
            tag: said.tag.map(|(class, key)| (class, l10n.t(key))),
            classified: row.level.as_deref().is_some_and(|level| level != Classification::Unclassified.as_str()),
            line: parts.collect::<Vec<_>>().join(" · "),
        }
    }
}

fn money(amount: Option<Decimal>, currency: Option<Currency>, l10n: L10n) -> String {
    let (Some(amount), Some(currency)) = (amount, currency) else { return String::new() };
    format!("{currency} {}", format::amount(amount, currency, l10n))
}

fn earmarking(row: &Row, l10n: L10n) -> Option<String> {
    row.word.as_ref().map(|word| l10n.word("earmarking", word))
}

fn meeting(row: &Row, day: NaiveDate, l10n: L10n) -> Said {
    let planned = (row.day > day).then_some(("info", "meetings-planned"));
    let by = row.word.as_deref().unwrap_or_default();
    Said {
        icon: "meetings",
        room: "meetings",
        title: row.title.clone().unwrap_or_default(),
        tag: level(row).or(planned),
        parts: vec![row.note.clone(), Some(l10n.with("timeline-logged", &[("name", by.into())]))],
    }
}

fn level(row: &Row) -> Option<(&'static str, &'static str)> {
    row.level.as_deref().and_then(|level| level.parse().ok()).and_then(Classification::tag)
}

fn document(row: &Row, l10n: L10n) -> Said {
    Said {
        icon: "documents",
        room: "documents",
        title: row.title.clone().unwrap_or_default(),
        tag: level(row),
        parts: vec![row.state.as_ref().map(|kind| l10n.word("documents", kind)), row.note.clone()],
    }
}

fn known(row: &Row, day: NaiveDate, l10n: L10n) -> Said {
    let year = row.number.map(|year| year.to_string()).unwrap_or_default();
    let title = row.title.clone().unwrap_or_else(|| l10n.with("known-oda-of", &[("year", year.into())]));
    let stale = row.on_day.is_some_and(|last| last < day).then_some(("gap", "intelligence-stale"));
    Said {
        icon: "idea",
        room: "intelligence",
        title,
        tag: level(row).or(stale),
        parts: vec![row.state.as_ref().map(|kind| l10n.word("known", kind)), row.note.clone(), row.word.clone()],
    }
}

fn pledge(row: &Row, l10n: L10n) -> Said {
    let amount = money(row.amount, row.currency, l10n);
    let words = [("ref", row.code.as_str().into()), ("amount", amount.into())];
    let key = match row.state.as_deref() {
        Some("amended") => "timeline-amended",
        Some("signed") => "timeline-signed",
        Some("cancelled") => "timeline-cancelled",
        Some("written_off") => "timeline-written_off",
        _ => "timeline-pledged",
    };
    Said {
        icon: "pledges",
        room: "pledges",
        title: l10n.with(key, &words),
        tag: None,
        parts: vec![row.title.clone(), earmarking(row, l10n), row.note.clone()],
    }
}

fn instalment(row: &Row, day: NaiveDate, l10n: L10n) -> Said {
    let overdue = row.state.as_deref() == Some("overdue");
    let key = if row.day < day { "timeline-fell-due" } else { "timeline-falls-due" };
    let words = [("ref", row.code.as_str().into()), ("number", row.number.unwrap_or_default().to_string().into())];
    let whole = money(row.amount, row.currency, l10n);
    let outstanding = if row.amount == row.other {
        whole
    } else {
        let words = [("outstanding", money(row.other, row.currency, l10n).into()), ("amount", whole.into())];
        l10n.with("timeline-outstanding", &words)
    };
    Said {
        icon: "instalments",
        room: "pledges",
        title: l10n.with(key, &words),
        tag: Some(if overdue { ("bad", "instalments-overdue") } else { ("info", "instalments-to_come") }),
        parts: vec![Some(outstanding), row.title.clone()],
    }
}

fn receipt(row: &Row, l10n: L10n) -> Said {
    let state = row.state.as_deref().unwrap_or_default();
    let amount = money(row.amount.map(|amount| amount.abs()), row.currency, l10n);
    let usd = match row.other {
        _ if row.currency == Some(Currency::USD) => None,
        Some(_) => Some(money(row.other, Some(Currency::USD), l10n)),
        None => Some(l10n.t("rate-missing")),
    };
    Said {
        icon: "contributions",
        room: "contributions",
        title: l10n.with(&format!("timeline-{state}"), &[("amount", amount.into())]),
        tag: match state {
            "reversal" => Some(("warn", "contributions-reversal")),
            "negative" => Some(("info", "contributions-negative")),
            _ => None,
        },
        parts: vec![row.note.clone(), row.title.clone(), earmarking(row, l10n), usd],
    }
}

fn report(row: &Row, day: NaiveDate, l10n: L10n) -> Said {
    let kind = l10n.word("report-kind", row.word.as_deref().unwrap_or_default());
    let title = format!("{} {}", row.code, row.title.clone().unwrap_or(kind));
    let state = row.state.as_deref().unwrap_or_default();
    let days = row.number.unwrap_or_default();
    let due = row.on_day.map(|due| format::day(due, l10n)).unwrap_or_default();
    let words = [("due", due.into()), ("days", days.into())];
    let sent = row.on_day.is_some_and(|due| due != row.day) || ["submitted", "returned"].contains(&state);
    let line = match (sent, days > 0) {
        (true, true) => l10n.with("timeline-sent-late", &words),
        (true, false) => l10n.with("timeline-sent", &words),
        (false, true) => l10n.with("timeline-not-sent", &words),
        (false, false) if row.day > day => l10n.t("timeline-report-planned"),
        (false, false) => String::new(),
    };
    Said {
        icon: "reports",
        room: "donor-reports",
        title,
        tag: Some(mark(state)),
        parts: vec![Some(line), row.note.clone()],
    }
}
