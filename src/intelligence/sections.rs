//! What is known about a donor as sections of its page: entries kind by kind, and its assistance by year.

use chrono::NaiveDate;

use super::model::{Entry, Kind};
use super::pages::share_of_gni;
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn};
use crate::web::detail::Section;
use crate::web::{address, format};

/// The mark of an entry that is to be looked at anew.
fn stale(entry: &Entry, today: NaiveDate) -> Option<(&'static str, &'static str)> {
    entry.is_stale(today).then_some(("warn", "intelligence-stale"))
}

/// What an entry says besides its line, in a few words: when it is decided next, which office, where it stands.
fn briefly(entry: &Entry, today: NaiveDate, l10n: L10n) -> String {
    let goals = entry.sdgs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let next = entry.decides_on.map(|_| match entry.next_on(today) {
        Some(next) => l10n.with("known-next-on", &[("day", format::day(next, l10n).into())]),
        None => l10n.t("known-no-next"),
    });
    let words = [
        entry.theme.clone(),
        entry.region.as_ref().map(|region| l10n.word("region", region)),
        (!goals.is_empty()).then(|| l10n.with("known-goals", &[("goals", goals.into())])),
        next,
        entry.recurs.map(|recurs| l10n.word("recurs", recurs.as_str())),
        entry.person_role.clone(),
        entry.outlook.map(|outlook| l10n.word("outlook", outlook.as_str())),
        entry.stance.map(|stance| l10n.word("stance", stance.as_str())),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn row(entry: &Entry, today: NaiveDate, l10n: L10n) -> Vec<Drawn> {
    let (kind, brief) = (l10n.word("known", entry.kind.as_str()), briefly(entry, today, l10n));
    let what = Drawn::text(entry.called(l10n))
        .link("intelligence", &entry.key.to_string())
        .tag(entry.classification.tag())
        .below(brief.clone())
        .phone([kind.clone(), brief].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "));
    vec![
        what,
        Drawn::text(kind),
        Drawn::text(l10n.word("reliability", entry.reliability.as_str())),
        Drawn::of(&Cell::Day(entry.as_of_on), l10n).tag(stale(entry, today)),
    ]
}

fn figures(entry: &Entry, today: NaiveDate, l10n: L10n) -> Vec<Drawn> {
    let year = entry.year.map(|year| year.to_string()).unwrap_or_default();
    let usd = entry.amount_usd.map(|usd| format::amount(usd, Currency::USD, l10n)).unwrap_or_default();
    let share = entry.percent_gni.map(|share| share_of_gni(share, l10n)).unwrap_or_default();
    // On a phone the day has no column of its own; that it is long ago is said all the same.
    let told = [Some(entry.source.clone()), entry.is_stale(today).then(|| l10n.t("intelligence-stale"))];
    let phone = told.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    vec![
        Drawn::text(year).link("intelligence", &entry.key.to_string()).tag(entry.classification.tag()).phone(phone),
        Drawn::text(usd),
        Drawn::text(share),
        Drawn::text(&entry.source),
        Drawn::of(&Cell::Day(entry.as_of_on), l10n).tag(stale(entry, today)),
    ]
}

/// The sections of a donor's page: what is known of it, kind by kind; where there are figures, those by year.
pub fn sections(entries: &[Entry], donor: &str, today: NaiveDate, l10n: L10n) -> Vec<Section> {
    let head = |key: &str, class: &'static str| (l10n.t(key), class);
    let all = format!("/intelligence?donor={}", address::escape(donor));
    let (oda, known): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.kind == Kind::Oda);
    let mut sections = vec![Section {
        title: l10n.t("section-intelligence"),
        heads: vec![
            head("col-known", ""),
            head("filter-kind", "w"),
            head("known-reliability", "w"),
            head("known-as_of_on", "nowrap"),
        ],
        rows: known.into_iter().map(|entry| row(entry, today, l10n)).collect(),
        all: all.clone(),
        empty: l10n.t("known-none"),
    }];
    if !oda.is_empty() {
        sections.push(Section {
            title: l10n.t("section-oda"),
            heads: vec![
                head("known-year", ""),
                head("known-amount_usd", "num"),
                head("known-percent_gni", "num"),
                head("known-source", "w"),
                head("known-as_of_on", "nowrap w"),
            ],
            rows: oda.into_iter().map(|entry| figures(entry, today, l10n)).collect(),
            all: format!("{all}&kind=oda"),
            empty: String::new(),
        });
    }
    sections
}
