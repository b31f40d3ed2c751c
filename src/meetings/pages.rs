//! What the pages of meetings show.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;
use uuid::Uuid;

use super::forms::Line;
use super::model::{Action, Held};
use super::store::{LastTime, OpenAction};
use crate::classified::Classification;
use crate::finding::Person;
use crate::kernel::text::parts;
use crate::l10n::L10n;
use crate::lists::scope::LEVELS;
use crate::web::entry::Wrong;
use crate::web::form::{Field, Widget};
use crate::web::frame::{Action as Button, Frame, filters};
use crate::web::thing::{self, Links, Said, Text, Told, plain};
use crate::web::{Sent, address, format};

/// A line of the follow-ups, as fields.
pub(super) struct Row {
    /// Its number in the names of its fields.
    pub(super) at: String,
    pub(super) key: String,
    pub(super) they: bool,
    pub(super) text: Field,
    pub(super) owner: Field,
    pub(super) due: Field,
    pub(super) name: String,
}

/// A draft or an earlier form that is offered back.
pub(super) struct Offer {
    pub(super) href: String,
    pub(super) words: String,
}

/// What is open with the donors of the form, and what was said last.
pub(super) struct BesideForm {
    pub(super) title: String,
    /// The page of the donor, where it is one.
    pub(super) donor: Option<String>,
    pub(super) open: Vec<(OpenAction, String, bool, bool)>,
    pub(super) last: Option<(LastTime, String)>,
}

/// The panel beside the form by itself, for the script.
#[derive(Template)]
#[template(path = "meetings/beside.html")]
pub(super) struct BesidePage {
    pub(super) frame: Frame,
    pub(super) beside: Option<BesideForm>,
}

/// The form.
#[derive(Template)]
#[template(path = "meetings/form.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    pub(super) action: String,
    pub(super) kicker: (String, String),
    pub(super) title: String,
    pub(super) first: Vec<Field>,
    pub(super) rows: Vec<Row>,
    /// An empty row for the script to add.
    pub(super) blank: Row,
    pub(super) more: Vec<Field>,
    pub(super) folded: bool,
    pub(super) summary: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) form_id: Uuid,
    pub(super) conflict: bool,
    pub(super) errors: Vec<String>,
    pub(super) beside: Option<BesideForm>,
    /// Of a new meeting: drafts there are. A meeting that is recorded has none.
    pub(super) drafting: bool,
    pub(super) offers: Vec<Offer>,
    pub(super) saved: Option<String>,
}

impl FormPage {
    fn fields(&self) -> impl Iterator<Item = &Field> {
        let rows = self.rows.iter().flat_map(|row| [&row.text, &row.owner, &row.due]);
        self.first.iter().chain(rows).chain(&self.more)
    }

    /// What a reader of the page needs to know of a field, as attributes.
    fn attributes(&self, field: &Field) -> String {
        field.attributes()
    }

    fn wrong(&self) -> Vec<(&str, &str, &str)> {
        let told = |field: &'_ Field| field.error.is_some();
        let wrong = self.fields().filter(|field| told(field));
        wrong
            .map(|field| (field.name.as_str(), field.label.as_str(), field.error.as_deref().unwrap_or_default()))
            .collect()
    }

    /// How many things there are to put right.
    pub(super) fn faults(&self) -> usize {
        self.errors.len() + self.wrong().len()
    }
}

/// What a form is drawn from.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) sent: Sent,
    pub(super) wrong: Wrong,
    pub(super) theirs: BTreeMap<String, String>,
}

impl Draft {
    fn field(&self, name: &str, label: String, widget: Widget) -> Field {
        let mut field = Field::new(name, label).says(self.sent.raw(name)).typed(widget);
        field.error = self.wrong.get(name).map(|errors| errors.join(" "));
        field.theirs = self.theirs.get(name).cloned();
        field
    }

    /// The three fields that are enough.
    pub(super) fn first(&self, l10n: L10n) -> Vec<Field> {
        let mut donors = self.field("donors", l10n.t("meeting-donors"), Widget::Many("donor")).required();
        donors.hint = Some(l10n.t("meeting-donors-hint"));
        donors.first = self.wrong.is_empty() && self.theirs.is_empty();
        let title = self.field("title", l10n.t("meeting-title"), Widget::Line).required();
        vec![donors, title, self.field("outcomes", l10n.t("meeting-outcomes"), Widget::Area)]
    }

    /// One row for each line, and an empty one where there is none.
    pub(super) fn rows(&self, lines: Vec<Line>, l10n: L10n) -> Vec<Row> {
        let lines = if lines.is_empty() { vec![Line::default()] } else { lines };
        let row = |(at, line): (usize, Line)| self.row(&at.to_string(), &(at + 1).to_string(), line, l10n);
        lines.into_iter().enumerate().map(row).collect()
    }

    /// A row of the follow-ups.
    pub(super) fn row(&self, at: &str, nth: &str, line: Line, l10n: L10n) -> Row {
        let cell = |name: &str, key: &str, value: &str, widget: Widget| {
            let id = format!("{name}-{at}");
            let mut field = Field::new(&id, l10n.t(key)).says(value).typed(widget);
            field.error = self.wrong.get(&id).map(|errors| errors.join(" "));
            field
        };
        Row {
            at: at.to_owned(),
            they: line.side == "they",
            text: cell("text", "meeting-action-text", &line.text, Widget::Line),
            owner: cell("owner", "meeting-action-owner", &line.owner, Widget::Many("person")),
            due: cell("due", "meeting-action-due", &line.due, Widget::Day(None)),
            name: l10n.with("meeting-action-nth", &[("nth", nth.into())]),
            key: line.key,
        }
    }

    /// The rest, folded away.
    pub(super) fn more(&self, reclassifies: bool, l10n: L10n) -> Vec<Field> {
        let choice = |all: Vec<(String, String)>, empty: bool| {
            let mut options = if empty { vec![(String::new(), l10n.t("form-choose"))] } else { Vec::new() };
            options.extend(all);
            Widget::Choice(options)
        };
        let levels = LEVELS.map(|level| (level.to_owned(), l10n.word("level", level))).into();
        let classes =
            Classification::ALL.map(|level| (level.to_string(), l10n.word("classification", level.as_str()))).into();
        let hinted = |mut field: Field, key: &str| {
            field.hint = Some(l10n.t(key));
            field
        };
        let mut fields = vec![
            hinted(self.field("held_on", l10n.t("meeting-held"), Widget::Day(None)).half(), "meeting-held-hint"),
            hinted(self.field("place", l10n.t("meeting-place"), Widget::Line).half(), "meeting-place-hint"),
            self.field("level", l10n.t("filter-level"), choice(levels, true)),
            self.field("guests", l10n.t("meeting-guests"), Widget::Line),
            self.field("took_part", l10n.t("meeting-us"), Widget::Many("person")),
            self.field("purpose", l10n.t("meeting-purpose"), Widget::Area),
            self.field("discussion", l10n.t("meeting-summary"), Widget::Area),
            hinted(self.field("agenda", l10n.t("meeting-agenda"), Widget::Area), "meeting-agenda-hint"),
            self.field("prepared_by", l10n.t("meeting-prepared"), Widget::Many("person")),
            self.field("pledges", l10n.t("meeting-pledges"), Widget::Many("pledge")).half(),
            self.field("projects", l10n.t("meeting-projects"), Widget::Line).half(),
            hinted(
                self.field("classification", l10n.t("filter-classification"), choice(classes, false)),
                "classification-hint",
            ),
            hinted(self.field("readers", l10n.t("meeting-readers"), Widget::Many("person")), "meeting-readers-hint"),
        ];
        if reclassifies {
            fields.push(hinted(self.field("reason", l10n.t("form-reason"), Widget::Line), "meeting-reason-hint"));
        }
        fields
    }
}

/// A follow-up on the page of its meeting.
pub(super) struct Shown {
    pub(super) key: Uuid,
    pub(super) text: String,
    pub(super) line: String,
    pub(super) due: String,
    pub(super) state: String,
    pub(super) tag: Option<(&'static str, &'static str)>,
}

impl Shown {
    pub(super) fn of(action: &Action, today: NaiveDate, l10n: L10n) -> Self {
        let side = l10n.word("side", &action.side);
        let line = [Some(side), action.owner.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let due = action.due_on.map(|due| format::day(due, l10n)).unwrap_or_default();
        let closed = action.closed_on.map(|day| format::day(day, l10n)).unwrap_or_default();
        Shown {
            key: action.key,
            text: action.text.clone(),
            line,
            due: if action.state == "open" { due } else { closed },
            state: action.state.clone(),
            tag: match (action.state.as_str(), action.late(today)) {
                ("done", _) => Some(("ok", "actions-done")),
                ("dropped", _) => Some(("", "actions-dropped")),
                (_, true) => Some(("bad", "actions-overdue")),
                _ => None,
            },
        }
    }
}

/// The page of a meeting.
#[derive(Template)]
#[template(path = "meetings/page.html")]
pub(super) struct MeetingPage {
    pub(super) frame: Frame,
    pub(super) held: Held,
    pub(super) day: String,
    pub(super) planned: bool,
    pub(super) said: Vec<Said>,
    pub(super) texts: Vec<Text>,
    pub(super) actions: Vec<Shown>,
    pub(super) earlier: Vec<(OpenAction, String, bool, bool)>,
    pub(super) buttons: Vec<Button>,
    pub(super) may_act: bool,
    pub(super) may_attach: bool,
    pub(super) told: Told,
}

/// The meeting as an aide-memoire, for paper.
#[derive(Template)]
#[template(path = "meetings/aide_memoire.html")]
pub(super) struct AideMemoire {
    pub(super) frame: Frame,
    pub(super) base: String,
    pub(super) held: Held,
    pub(super) day: String,
    pub(super) said: Vec<Said>,
    pub(super) texts: Vec<Text>,
    pub(super) actions: Vec<Shown>,
    pub(super) printed: String,
}

/// What is said of a meeting in the head of its page.
pub(super) fn said(held: &Held, l10n: L10n) -> Vec<Said> {
    let people = |all: &[Person]| plain(all.iter().map(|one| one.name.clone()));
    let one = |text: Option<String>| plain(text);
    let donors = held.donors.iter().map(|donor| (donor.name.clone(), Some(address::to("donors", &donor.code))));
    let guests = held.guests.iter().map(|guest| match &guest.title {
        Some(title) => format!("{} ({title})", guest.name),
        None => guest.name.clone(),
    });
    let pledges = held.pledges.iter().map(|pledge| {
        let words = [Some(pledge.reference.clone()), pledge.title.clone()];
        (words.into_iter().flatten().collect::<Vec<_>>().join(" "), Some(address::to("pledges", &pledge.reference)))
    });
    let rows: [(&str, Links); 11] = [
        ("meeting-donors", donors.collect()),
        ("meeting-place", one(held.place.clone())),
        ("filter-level", one(held.level.as_ref().map(|level| l10n.word("level", level)))),
        ("meeting-guests", plain(guests)),
        ("meeting-us", people(&held.took_part)),
        ("meeting-prepared", one(held.prepared_by.as_ref().map(|one| one.name.clone()))),
        ("meeting-pledges", pledges.collect()),
        ("meeting-projects", plain(held.projects.iter().flat_map(|all| parts(all)))),
        ("filter-classification", one(Some(l10n.word("classification", held.classification.as_str())))),
        ("meeting-readers", people(&held.readers)),
        ("col-logged-by", one(Some(held.author.name.clone()))),
    ];
    thing::said(rows, l10n)
}

/// Its paragraphs.
pub(super) fn texts(held: &Held, l10n: L10n) -> Vec<Text> {
    let all = [
        ("meeting-purpose", &held.purpose),
        ("meeting-agenda", &held.agenda),
        ("meeting-summary", &held.summary),
        ("meeting-outcomes", &held.outcomes),
    ];
    let there = all.into_iter().filter_map(|(key, text)| Some((key, text.clone()?)));
    there.map(|(key, text)| Text { label: l10n.t(key), text }).collect()
}

/// Follow-ups that are open, with who owes what and whether they are late and ticked.
pub(super) fn open(
    all: Vec<OpenAction>,
    ticked: &[&str],
    today: NaiveDate,
    l10n: L10n,
) -> Vec<(OpenAction, String, bool, bool)> {
    all.into_iter()
        .map(|one| {
            let side = l10n.word("side", &one.side);
            let line = [Some(side), one.owner.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let late = one.due_on.is_some_and(|due| due < today);
            let tick = ticked.contains(&one.key.to_string().as_str());
            (one, line, late, tick)
        })
        .collect()
}
