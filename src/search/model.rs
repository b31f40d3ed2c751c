//! What is asked, and what is found.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::classified::Classification;
use crate::finding::Kind;

/// Kinds of things whose texts are searched, in the order they are shown.
pub const SEARCHED: [Kind; 9] = [
    Kind::Donor,
    Kind::Contact,
    Kind::Meeting,
    Kind::FollowUp,
    Kind::Document,
    Kind::Intelligence,
    Kind::Pledge,
    Kind::Project,
    Kind::Report,
];
/// Those of them that names and codes do not find already.
pub const ONLY_TEXTS: [Kind; 5] = [Kind::Meeting, Kind::FollowUp, Kind::Contact, Kind::Document, Kind::Intelligence];

/// Things in texts on a page, and how many pages there are: the index puts so many in order.
pub const ON_PAGE: i32 = 20;
/// The last page.
pub const PAGES: i32 = 50;
/// The most things of a kind found by name or code.
pub const NAMES: i32 = 10;
/// So many things of a kind are counted; of more the database says one more.
pub const MOST_COUNTED: i64 = 500;

/// What is asked.
#[derive(Debug, Default)]
pub struct Question<'q> {
    /// What was typed.
    pub typed: &'q str,
    /// Whether the last word may go on.
    pub goes_on: bool,
    /// Only among these kinds; the others are not counted either.
    pub within: Option<Vec<&'static str>>,
    /// Only that kind is shown; all are counted.
    pub kind: Option<Kind>,
    /// Things shown already: kind and code, a space between.
    pub but: Vec<String>,
    /// Only what has to do with one of these donors.
    pub donors: Option<Vec<i64>>,
    /// Only from that day on.
    pub since: Option<NaiveDate>,
    /// Only up to that day.
    pub until: Option<NaiveDate>,
    /// How many to pass over.
    pub passed_over: i32,
    /// How many to show.
    pub most: i32,
}

/// What is found.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// How many things, by the word of their kind; more than [`MOST_COUNTED`] where there are more.
    pub kinds: BTreeMap<String, i64>,
    /// Some of them, the best first.
    pub hits: Vec<Hit>,
    /// Words that are nowhere, and what was looked for instead.
    pub understood: Vec<Correction>,
    /// What was asked of the index, in its own words.
    pub query: String,
}

/// A word that is nowhere.
#[derive(Debug, Deserialize)]
pub struct Correction {
    /// As it was typed.
    pub typed: String,
    /// The words nearest to it that are somewhere.
    pub meant: Vec<String>,
}

/// A thing found.
#[derive(Debug, Deserialize)]
pub struct Hit {
    /// The word of its kind.
    pub kind: String,
    /// The room its page is in.
    pub room: String,
    /// Its code there.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// A line beside it.
    pub note: Option<String>,
    /// Its day.
    pub day: Option<NaiveDate>,
    /// How it is classified, in the database's word.
    classification: String,
    /// What it says, where it is unclassified: what is classified is read on its page, and that is noted.
    pub text: Option<String>,
}

impl Hit {
    /// How it is classified; what cannot be read counts as the highest.
    pub fn classification(&self) -> Classification {
        self.classification.parse().unwrap_or(Classification::StrictlyConfidential)
    }
}
