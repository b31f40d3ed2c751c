//! What the page of a search shows.

use askama::Template;

use super::excerpt::{Piece, Term, excerpt, marked};
use super::forms::Wanted;
use super::model::{Answer, Hit, MOST_COUNTED, ON_PAGE, PAGES};
use crate::finding::{Group, Item, Kind, groups};
use crate::web::frame::{Frame, filters};
use crate::web::{address, format};

/// Letters of a text that are shown.
const SHOWN: usize = 260;

/// A donor that is filtered by.
pub struct Filter {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A kind of thing, and how many are found.
pub struct Tab {
    /// Its name.
    pub label: String,
    /// How many.
    pub count: String,
    /// Those alone.
    pub href: String,
    /// Whether they are what is shown.
    pub here: bool,
}

/// A thing found in its text.
pub struct Shown {
    /// Its page.
    pub href: String,
    /// The name of its icon.
    pub icon: &'static str,
    /// What it is called.
    pub title: Vec<Piece>,
    /// The mark of its classification.
    pub tag: Option<(&'static str, &'static str)>,
    /// What it is, when, of whom.
    pub about: String,
    /// What it says, around the words looked for; none where it is classified.
    pub text: Option<Vec<Piece>>,
}

/// A filter that is on.
pub struct Chip {
    /// Which.
    pub label: String,
    /// What it keeps.
    pub value: String,
    /// The search without it.
    pub without: String,
}

/// The page of a search.
#[derive(Template)]
#[template(path = "search/page.html")]
pub struct SearchPage {
    frame: Frame,
    wanted: Wanted,
    donor: Option<Filter>,
    tabs: Vec<Tab>,
    chips: Vec<Chip>,
    understood: Vec<String>,
    count: String,
    names: Vec<Group>,
    hits: Vec<Shown>,
    before: Option<String>,
    next: Option<String>,
}

impl SearchPage {
    /// Draws what was found by name, and in texts.
    pub fn of(frame: Frame, wanted: Wanted, donor: Option<Filter>, names: Vec<Item>, answer: Answer) -> Self {
        let terms = Term::of(&answer.query);
        let tabs = tabs(&frame, &wanted, &names, &answer);
        let texts: i64 = answer.kinds.values().sum();
        let count = i64::try_from(names.len()).unwrap_or_default() + texts;
        let count = match many(answer.kinds.values()) {
            true => frame.t("search-count-many"),
            false => frame.l10n.with("find-count", &[("rows", count.into())]),
        };
        let of_kind = match wanted.kind {
            Some(kind) => answer.kinds.get(kind.as_str()).copied().unwrap_or_default(),
            None => texts,
        };
        let more = wanted.page < PAGES && i64::from(wanted.page * ON_PAGE) < of_kind;
        let at = |page: i32| Wanted { page, ..wanted.clone() }.address();
        let kept = |item: &Item| wanted.kind.is_none_or(|kind| kind.as_str() == item.kind);
        let names = match wanted.typed.is_empty() {
            true if names.is_empty() => Vec::new(),
            true => vec![Group { label: frame.t("find-recent"), items: names }],
            false if wanted.page > 1 => Vec::new(),
            false => groups(&frame, names.into_iter().filter(kept).collect()),
        };
        SearchPage {
            tabs,
            chips: chips(&frame, &wanted, donor.as_ref()),
            understood: understood(&frame, &answer),
            count,
            names,
            hits: answer.hits.into_iter().map(|hit| shown(&frame, hit, &terms)).collect(),
            before: (wanted.page > 1).then(|| at(wanted.page - 1)),
            next: more.then(|| at(wanted.page + 1)),
            donor,
            wanted,
            frame,
        }
    }

    /// A day of the filter, as its field says it.
    fn said(&self, day: Option<&chrono::NaiveDate>) -> String {
        day.map(|day| self.frame.day(day)).unwrap_or_default()
    }
}

/// Whether there are more of a kind than are counted.
fn many<'k>(mut counts: impl Iterator<Item = &'k i64>) -> bool {
    counts.any(|count| *count > MOST_COUNTED)
}

/// All kinds together, then each of which something is found.
fn tabs(frame: &Frame, wanted: &Wanted, names: &[Item], answer: &Answer) -> Vec<Tab> {
    let of = |kind: Kind| {
        let named = names.iter().filter(|item| item.kind == kind.as_str()).count();
        let told = answer.kinds.get(kind.as_str()).copied().unwrap_or_default();
        (i64::try_from(named).unwrap_or_default() + told, many([told].iter()))
    };
    let tab = |kind: Option<Kind>, label: String, (count, many): (i64, bool)| Tab {
        label,
        count: if many { frame.t("search-many") } else { count.to_string() },
        href: wanted.but(|wanted| wanted.kind = kind).address(),
        here: wanted.kind == kind,
    };
    let kinds: Vec<(Kind, (i64, bool))> =
        Kind::ALL.into_iter().filter(|kind| kind.is_a_thing()).map(|kind| (kind, of(kind))).collect();
    let all = kinds.iter().fold((0, false), |all, (_, of)| (all.0 + of.0, all.1 || of.1));
    let shown = kinds.into_iter().filter(|(kind, of)| of.0 > 0 || wanted.kind == Some(*kind));
    let shown = shown.map(|(kind, of)| tab(Some(kind), frame.word("found", kind.as_str()), of));
    std::iter::once(tab(None, frame.t("search-all"), all)).chain(shown).collect()
}

fn chips(frame: &Frame, wanted: &Wanted, donor: Option<&Filter>) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut chip = |label: &str, value: String, without: Wanted| {
        chips.push(Chip { label: frame.t(label), value, without: without.address() });
    };
    if let Some(donor) = donor {
        chip("filter-donor", donor.name.clone(), wanted.but(|wanted| wanted.donor = None));
    }
    if let Some(day) = wanted.since {
        chip("filter-since", format::day(day, frame.l10n), wanted.but(|wanted| wanted.since = None));
    }
    if let Some(day) = wanted.until {
        chip("filter-until", format::day(day, frame.l10n), wanted.but(|wanted| wanted.until = None));
    }
    chips
}

fn understood(frame: &Frame, answer: &Answer) -> Vec<String> {
    let said = answer.understood.iter().map(|word| {
        let meant: Vec<String> = word
            .meant
            .iter()
            .map(|meant| frame.l10n.with("search-quoted", &[("word", meant.as_str().into())]))
            .collect();
        let args = [("typed", word.typed.as_str().into()), ("meant", meant.join(", ").into())];
        frame.l10n.with("search-understood", &args)
    });
    said.collect()
}

fn shown(frame: &Frame, hit: Hit, terms: &[Term]) -> Shown {
    let tag = hit.classification().tag();
    let kind = hit.kind.parse::<Kind>().ok();
    let mut about: Vec<String> = kind.iter().map(|kind| frame.word("found-one", kind.as_str())).collect();
    about.extend(hit.day.map(|day| format::day(day, frame.l10n)));
    about.extend(hit.note.filter(|note| !note.is_empty()));
    Shown {
        href: address::to(&hit.room, &hit.code),
        icon: kind.map_or("search", Kind::icon),
        title: marked(&hit.title, terms),
        text: hit.text.map(|text| excerpt(&text, terms, SHOWN)).filter(|pieces| !pieces.is_empty()),
        tag,
        about: about.join(" · "),
    }
}
