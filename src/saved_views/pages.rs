//! The page of saved views, and its forms.

use askama::Template;
use uuid::Uuid;

use super::model::SavedView;
use crate::access::{Act, may};
use crate::kernel::calendar::parse_day;
use crate::rooms;
use crate::web::frame::{Frame, filters};
use crate::web::{address, format};

/// A view on the page.
pub struct Line {
    /// The view.
    pub view: SavedView,
    /// Its list.
    pub list: String,
    /// What it keeps, in words.
    pub keeps: Vec<String>,
    /// Whether the reader may rename and remove it.
    pub theirs: bool,
    /// What its form said, where it was refused.
    pub refused: Option<Refusal>,
}

impl Line {
    /// Whether its form says that it is shared.
    pub fn ticked(&self) -> bool {
        self.refused.as_ref().map_or(self.view.shared, |refused| refused.shared)
    }
}

/// A form that was refused: exactly as typed, with what is wrong.
pub struct Refusal {
    /// The name as typed.
    pub name: String,
    /// Whether it was to be shared.
    pub shared: bool,
    /// What is wrong.
    pub sentence: String,
}

/// A view that could not be saved yet.
pub struct Unsaved {
    /// Its address.
    pub address: String,
    /// What the address keeps, in words.
    pub keeps: Vec<String>,
    /// Whether the address is of a day.
    pub of_a_day: bool,
    /// Whether the day was to be kept.
    pub keep_day: bool,
    /// What was typed, and what is wrong with it.
    pub refused: Refusal,
}

/// The page of saved views.
#[derive(Template)]
#[template(path = "saved_views/page.html")]
pub struct ViewsPage {
    /// The frame.
    pub frame: Frame,
    /// One's own.
    pub own: Vec<Line>,
    /// What others share.
    pub shared: Vec<Line>,
    /// The one that could not be saved.
    pub unsaved: Option<Unsaved>,
    /// The one that was just taken away.
    pub removed: Option<(Uuid, String)>,
}

impl ViewsPage {
    /// The page as it is; `refused` is the form of one view that could not be changed.
    pub fn new(frame: Frame, mut refused: Option<(Uuid, Refusal)>) -> Self {
        let keeper = may(frame.viewer.role, Act::KeepSharedViews);
        let mut lines: Vec<Line> = Vec::new();
        for view in &*frame.viewer.views {
            let this = refused.take_if(|(key, _)| *key == view.key).map(|(_, refusal)| refusal);
            lines.push(Line {
                list: frame.word("menu", &view.list),
                keeps: keeps(&frame, &view.address),
                theirs: view.own || keeper,
                view: view.clone(),
                refused: this,
            });
        }
        let (own, shared) = lines.into_iter().partition(|line| line.view.own);
        ViewsPage { frame, own, shared, unsaved: None, removed: None }
    }

    /// Whether anything on the page was refused.
    pub fn problem(&self) -> Option<(String, &str)> {
        let lines = self.own.iter().chain(&self.shared);
        let mut refused = lines.filter_map(|line| {
            line.refused.as_ref().map(|refusal| (format!("name-{}", line.view.key), refusal.sentence.as_str()))
        });
        let unsaved = self.unsaved.as_ref().map(|unsaved| ("name-new".to_owned(), unsaved.refused.sentence.as_str()));
        unsaved.or_else(|| refused.next())
    }
}

/// What an address of a list keeps, in words.
pub fn keeps(frame: &Frame, view: &str) -> Vec<String> {
    let (path, query) = view.split_once('?').unwrap_or((view, ""));
    let list = path.trim_start_matches('/');
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter_map(|(name, value)| {
            let value = address::unescape(value);
            let day = || parse_day(&value).map_or(value.clone(), |day| format::day(day, frame.l10n));
            let (label, value) = match name {
                "state" => (frame.word("filter-state", list), frame.word(list, &value)),
                "bucket" => (frame.word("filter", name), frame.word("bucket", &value)),
                "q" => (frame.word("filter", "text"), format!("“{value}”")),
                "as_of" => (frame.t("list-as-of"), day()),
                "known_at" => (frame.t("list-known-at"), value),
                "since" | "until" => (frame.word("filter", name), day()),
                "donor_kind" => (frame.word("filter", name), frame.word("donors", &value)),
                "fund_kind" => (frame.word("filter", name), frame.word("funds", &value)),
                "earmarking" | "region" => (frame.word("filter", name), frame.word(name, &value)),
                "kind" => (frame.word("filter", name), frame.word(rooms::kind_words(list), &value)),
                "counted" | "cause" => (frame.word("filter", name), frame.word(name, &value)),
                "responsible" => (frame.word("filter", name), value),
                "unit" | "donor" | "fund" | "pledge" | "currency" | "year" => (frame.word("filter", name), value),
                _ => return None,
            };
            Some(format!("{label}: {value}"))
        })
        .collect()
}
