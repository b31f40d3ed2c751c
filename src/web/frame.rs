//! The frame around every page: navigation, who is signed in, as-of and known-at.

use std::sync::Arc;

use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::format;
use super::session::Viewer;
use super::state::AppState;
use crate::access::{Act, Role, may};
use crate::finding::Kind;
use crate::kernel::{AsOf, KnownAt};
use crate::l10n::L10n;
use crate::lists::{Kept, Memory};
use crate::rooms::{ROOMS, Room};
use crate::saved_views::SavedView;

/// How many saved views the navigation shows; a link leads to all of them.
const IN_NAVIGATION: usize = 8;

/// An icon by name, drawn inline (templates/parts/icons.html).
#[derive(askama::Template)]
#[template(path = "parts/icons.html")]
pub struct Icon<'a> {
    name: &'a str,
}

/// Filters of templates.
pub mod filters {
    use super::Icon;
    use askama::filters::Safe;

    /// Draws the icon of that name.
    #[askama::filter_fn]
    pub fn icon<'a>(name: &'a str, _: &dyn askama::Values) -> askama::Result<Safe<Icon<'a>>> {
        Ok(Safe(Icon { name }))
    }
}

/// Something the reader may do from where they are.
#[derive(Debug, Clone)]
pub struct Action {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the first thing one does here.
    pub primary: bool,
    /// The letter that leads there.
    pub key: &'static str,
}

impl Action {
    /// One of several things.
    pub fn new(label: String, href: String) -> Self {
        Action { label, href, primary: false, key: "" }
    }

    /// The first thing one does here, by the letter n where it makes a new one.
    pub fn first(mut self, key: &'static str) -> Self {
        self.primary = true;
        self.key = key;
        self
    }
}

/// What was just done.
pub struct Said {
    /// Its class.
    pub class: &'static str,
    /// The sentence.
    pub sentence: String,
    /// The change, where it can be looked at and taken back.
    pub change: Option<String>,
    /// What is odd about it.
    pub notes: Vec<String>,
}

/// The menu, from the head of a phone's page to the last room.
#[derive(askama::Template)]
#[template(path = "parts/menu.html")]
struct Menu<'f> {
    frame: &'f Frame,
}

/// The palette and the list of shortcuts.
#[derive(askama::Template)]
#[template(path = "parts/finding.html")]
struct Finding<'f> {
    frame: &'f Frame,
}

/// What the script needs to say, as an attribute.
#[derive(askama::Template)]
#[template(source = "{{ words }}", ext = "html")]
struct Words {
    words: String,
}

/// A part of the frame that is the same on page after page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    /// The menu, in the room of that name.
    Menu(&'static str),
    Finding,
    Words,
}

/// Parts drawn already, by language and role: some kilobytes each.
#[derive(Default)]
struct Parts(Kept<(Part, &'static str, Role), Arc<str>, 512>);

/// What every page of a signed-in person has.
pub struct Frame {
    /// Who reads.
    pub viewer: Viewer,
    /// Their language.
    pub l10n: L10n,
    /// The address of the room they are in.
    pub here: &'static str,
    /// Whether this is the demonstration.
    pub demonstration: bool,
    /// Today, for the calendar.
    pub today: NaiveDate,
    /// The agency's time zone.
    pub zone: Tz,
    /// What was worked out already.
    pub memory: Memory,
}

impl Frame {
    /// The frame of a page in the room at `here`.
    pub fn new(state: &AppState, viewer: Viewer, here: &'static str) -> Self {
        Frame {
            l10n: L10n::of(&viewer.language),
            viewer,
            here,
            demonstration: state.0.demonstration,
            today: state.0.clock.today(),
            zone: state.0.clock.zone(),
            memory: state.0.memory.clone(),
        }
    }

    /// The saved views in the navigation: the first few, the reader's own before others'.
    pub fn views(&self) -> &[SavedView] {
        let all = &self.viewer.views;
        &all[..all.len().min(IN_NAVIGATION)]
    }

    /// The saved views of a list.
    pub fn views_of(&self, list: &str) -> Vec<&SavedView> {
        self.viewer.views.iter().filter(|view| view.list == list).collect()
    }

    /// Whether the reader may share a view.
    pub fn may_share(&self) -> bool {
        may(self.viewer.role, Act::ShareViews)
    }

    /// An id for a form: sent twice with it, it makes one change.
    pub fn form_id(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    /// Kinds of things the palette finds, to draw them by.
    pub fn kinds(&self) -> [Kind; 17] {
        Kind::ALL
    }

    /// The menu's rooms that have a letter, for the list of shortcuts.
    pub fn lettered(&self) -> impl Iterator<Item = &'static Room> {
        self.rooms().filter(|room| !room.letter.is_empty())
    }

    /// A sentence.
    pub fn t(&self, key: &str) -> String {
        self.l10n.t(key)
    }

    /// A word of a family.
    pub fn word(&self, family: &str, word: &str) -> String {
        self.l10n.word(family, word)
    }

    /// The rooms the reader may read.
    pub fn rooms(&self) -> impl Iterator<Item = &'static Room> {
        let role = self.viewer.role;
        ROOMS.iter().filter(move |room| may(role, room.may))
    }

    /// A part of the frame, drawn if no page of that language and role has had it yet.
    fn part(&self, part: Part, draw: impl FnOnce() -> askama::Result<String>) -> askama::Result<Arc<str>> {
        let (parts, key) = (self.memory.of::<Parts>(), (part, self.l10n.code(), self.viewer.role));
        match parts.0.get(&key) {
            Some(drawn) => Ok(drawn),
            None => Ok(parts.0.put(key, draw()?.into())),
        }
    }

    /// The menu, drawn.
    ///
    /// # Errors
    /// As any template.
    pub fn menu(&self) -> askama::Result<Arc<str>> {
        self.part(Part::Menu(self.here), || Menu { frame: self }.render())
    }

    /// The palette and the list of shortcuts, drawn.
    ///
    /// # Errors
    /// As any template.
    pub fn finding(&self) -> askama::Result<Arc<str>> {
        self.part(Part::Finding, || Finding { frame: self }.render())
    }

    /// The parts of the menu, each with its rooms.
    fn parts(&self) -> Vec<(String, Vec<&'static Room>)> {
        let mut parts: Vec<(String, Vec<&'static Room>)> = Vec::new();
        for room in self.rooms() {
            let part = self.word("menu", room.part);
            match parts.last_mut() {
                Some((last, rooms)) if *last == part => rooms.push(room),
                _ => parts.push((part, vec![room])),
            }
        }
        parts
    }

    /// What was just done, in words: its class, the sentence, where to take it back, and what is odd about it.
    pub fn flash(&self) -> Option<Said> {
        let flash = self.viewer.flash.as_ref()?;
        let code = flash.code.clone().unwrap_or_default();
        let sentence = self.l10n.with(&format!("act-{}", flash.act), &[("code", code.into())]);
        let warnings = flash.warnings.iter().flat_map(|warnings| &warnings.0);
        let notes: Vec<String> = warnings.map(|warning| warning.told(self.l10n)).collect();
        let class = if flash.change == 0 {
            "info"
        } else if notes.is_empty() {
            "ok"
        } else {
            "warn"
        };
        let change = (flash.change > 0).then(|| format!("/changes/{}", flash.change));
        Some(Said { class, sentence, change, notes })
    }

    /// A day, for people.
    pub fn day(&self, day: &NaiveDate) -> String {
        format::day(*day, self.l10n)
    }

    /// A day an answer is as of, for people.
    pub fn as_of(&self, as_of: &AsOf) -> String {
        format::day(as_of.0, self.l10n)
    }

    /// An instant, for people.
    pub fn instant(&self, at: &KnownAt) -> String {
        format::instant(at.0, self.zone, self.l10n)
    }

    /// The reader's role, in words.
    pub fn role(&self) -> String {
        self.l10n.t(&format!("role-{}", self.viewer.role))
    }

    /// Whether the reader may log a meeting: then `c` does, from every page.
    pub fn may_log(&self) -> bool {
        may(self.viewer.role, Act::LogMeetings)
    }

    /// What the script says of a draft.
    pub fn draft_words(&self) -> String {
        let words = ["saved", "saving", "offline", "signed-out", "elsewhere", "local", "local-back", "local-drop"];
        let said = words.map(|word| (word.to_owned(), self.word("drafts", word).into()));
        serde_json::Value::Object(said.into_iter().collect()).to_string()
    }

    /// What the script needs to say, as an attribute.
    ///
    /// # Errors
    /// As any template.
    pub fn words(&self) -> askama::Result<Arc<str>> {
        self.part(Part::Words, || Words { words: self.words_of_script() }.render())
    }

    fn words_of_script(&self) -> String {
        let months: Vec<String> = (1..=12).map(|month| self.t(&format!("month-{month}"))).collect();
        serde_json::json!({
            "calendar": self.t("calendar-open"),
            "previous": self.t("calendar-previous"),
            "next": self.t("calendar-next"),
            "today": self.t("calendar-today"),
            "months": months,
            "found": self.t("suggest-found"),
            "nothing": self.t("suggest-nothing"),
            "failed": self.t("suggest-failed"),
            "recent": self.t("find-recent"),
            "everything": self.t("find-everything"),
            "alike": self.t("duplicates-title"),
            "newTab": self.t("duplicates-new-tab"),
            "kept": self.t("form-kept"),
            "anew": self.t("form-anew"),
        })
        .to_string()
    }
}
