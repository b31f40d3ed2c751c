//! The timeline of a donor and those that belong to it: everything that happened and is planned, newest first.
//!
//! `sources` says which kinds of entries there are and where each is read, a few lines a kind; `statement` puts one
//! statement together, in which no kind is read further than the page goes; `words` makes sentences of what it found.
//! Facts are as of the day and known at the instant of the page; what is classified is what the reader may read, as it is.

mod sources;
mod statement;
mod words;

use askama::Template;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::store::DonorFigures;
use crate::l10n::L10n;
use crate::lists::Scope;
use crate::web::frame::{Frame, filters};
use crate::web::list::Mark;
use crate::web::{PageError, Refused, address, format};
pub(crate) use sources::KINDS;
use statement::{Place, Read, Way};
use words::Entry;

/// What an address asks of the timeline.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Entries of that kind alone.
    kind: Option<String>,
    /// From there on down: a mark.
    after: Option<String>,
    /// From there on up: a mark.
    before: Option<String>,
}

/// What it asks, understood.
pub(super) struct Wanted {
    kind: Option<&'static str>,
    way: Way,
    /// What was known when the reader began to leaf.
    pub(super) known_at: Option<String>,
}

impl Asked {
    /// Understands it.
    ///
    /// # Errors
    /// Names the parameter that cannot be read.
    pub(super) fn understood(&self) -> Result<Wanted, PageError> {
        let bad = |name, text: &str| PageError::from(Refused::BadParameter(name, text.chars().take(50).collect()));
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let kind = match given(&self.kind) {
            Some(kind) => Some(*KINDS.iter().find(|known| **known == kind).ok_or_else(|| bad("kind", &kind))?),
            None => None,
        };
        let read = |name, text: String| {
            let mark = Mark::read(&text);
            let place = mark.as_ref().and_then(|mark| Place::read(&mark.place));
            mark.zip(place).ok_or_else(|| bad(name, &text))
        };
        let (way, known_at) = match (given(&self.after), given(&self.before)) {
            (Some(after), _) => {
                let (mark, place) = read("after", after)?;
                (Way::Earlier(place), Some(mark.known_at))
            }
            (None, Some(before)) => {
                let (mark, place) = read("before", before)?;
                (Way::Later(place), Some(mark.known_at))
            }
            (None, None) => (Way::FromToday, None),
        };
        Ok(Wanted { kind, way, known_at })
    }
}

impl Wanted {
    /// What the form for another day keeps.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        self.kind.map(|kind| ("kind", kind.to_owned())).into_iter().collect()
    }
}

/// Entries of one month, above or below today.
struct Month {
    label: String,
    /// Whether today stands above it.
    today: bool,
    entries: Vec<Entry>,
}

/// A choice among kinds.
struct Tab {
    label: String,
    href: String,
    here: bool,
}

/// The timeline, drawn.
#[derive(Template)]
#[template(path = "donor_page/timeline.html")]
pub(super) struct Timeline {
    l10n: L10n,
    tabs: Vec<Tab>,
    months: Vec<Month>,
    /// Whether today stands below everything shown: nothing before it is there.
    today_last: bool,
    today: String,
    later: Option<String>,
    earlier: Option<String>,
    empty: bool,
}

/// Reads and words a page of the timeline. `same` keeps the day and the instant of the page in its links.
///
/// # Errors
/// Where the database fails.
pub(super) async fn timeline(
    connection: &mut PgConnection,
    donor: &DonorFigures,
    wanted: &Wanted,
    scope: &Scope,
    (frame, same): (&Frame, &str),
) -> Result<Timeline, PageError> {
    let read = Read::of(connection, donor, wanted.kind, &wanted.way, scope).await?;
    let l10n = frame.l10n;
    let base = address::to("donors", &donor.code);
    let link = |kind: Option<&str>, more: String| {
        let kind = kind.map(|kind| format!("&kind={kind}")).unwrap_or_default();
        let query = format!("{kind}{same}{more}");
        let query = query.strip_prefix('&').map(|query| format!("?{query}")).unwrap_or_default();
        format!("{base}{query}#timeline")
    };
    let mark = |place: &Place| Mark { known_at: scope.known_at.to_string(), place: place.write() }.write();
    let later = read.later.as_ref().map(|place| link(wanted.kind, format!("&before={}", mark(place))));
    let earlier = read.earlier.as_ref().map(|place| link(wanted.kind, format!("&after={}", mark(place))));
    let tab = |kind: Option<&'static str>| Tab {
        label: l10n.word("timeline", kind.unwrap_or("all")),
        href: link(kind, String::new()),
        here: kind == wanted.kind,
    };
    let tabs = std::iter::once(tab(None)).chain(KINDS.iter().map(|kind| tab(Some(kind)))).collect();
    let day = scope.as_of.0;
    let crosses = read.crosses(day, &wanted.way);
    let mut months: Vec<Month> = Vec::new();
    let mut ahead = true;
    for row in &read.rows {
        let (label, passed) = (format::month(row.day, l10n), row.day <= day);
        let today = crosses && ahead && passed;
        ahead &= !passed;
        let entry = Entry::of(row, day, l10n);
        match months.last_mut() {
            Some(month) if month.label == label && !today => month.entries.push(entry),
            _ => months.push(Month { label, today, entries: vec![entry] }),
        }
    }
    let as_of = format::day(day, l10n);
    let key = if day == frame.today { "timeline-today" } else { "timeline-day" };
    Ok(Timeline {
        tabs,
        today_last: crosses && ahead && !months.is_empty(),
        empty: months.is_empty(),
        months,
        today: l10n.with(key, &[("day", as_of.into())]),
        later,
        earlier,
        l10n,
    })
}
