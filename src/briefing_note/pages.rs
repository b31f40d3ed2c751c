//! The note as a page, for the screen and for paper.

use askama::Template;

use super::note::Note;
use crate::web::frame::{Frame, filters};

/// The meeting notes are for: their first page.
pub(super) struct Agenda {
    pub(super) title: String,
    pub(super) kicker: String,
    /// What is said of it: label and words.
    pub(super) said: Vec<(String, String)>,
    /// Its paragraphs: label and text.
    pub(super) texts: Vec<(String, String)>,
    /// Its donors, each with its page below.
    pub(super) donors: Vec<(String, String)>,
    /// Its classification, in words.
    pub(super) level: String,
}

/// A page of it, with the words of its classification.
pub(super) struct Sheet {
    pub(super) note: Note,
    pub(super) level: String,
}

/// The page.
#[derive(Template)]
#[template(path = "briefing_note/page.html")]
pub(super) struct BriefPage {
    pub(super) frame: Frame,
    pub(super) title: String,
    /// Where one came from: words and address.
    pub(super) back: (String, String),
    pub(super) agenda: Option<Agenda>,
    pub(super) sheets: Vec<Sheet>,
    pub(super) as_of: String,
    pub(super) as_of_iso: String,
    /// Who had it made and when, and what its figures are.
    pub(super) foot: String,
}
