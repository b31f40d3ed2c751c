//! The page of something classified: what is said of it, its paragraphs, its revisions, and the page that compares two.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::errors::{PageError, Refused};
use super::frame::{Frame, filters};
use crate::classified::{Reclassified, Revised};
use crate::kernel::KnownAt;
use crate::l10n::L10n;

/// What stands beside a label: words, and where each leads.
pub type Links = Vec<(String, Option<String>)>;

/// Something said of the thing: what, it, and where it leads.
pub struct Said {
    /// What.
    pub label: String,
    /// It.
    pub parts: Links,
}

/// What there is to say of these rows of keys and words; those without words are left out.
pub fn said(rows: impl IntoIterator<Item = (&'static str, Links)>, l10n: L10n) -> Vec<Said> {
    let there = rows.into_iter().filter(|(_, parts)| !parts.is_empty());
    there.map(|(key, parts)| Said { label: l10n.t(key), parts }).collect()
}

/// Words that lead nowhere.
pub fn plain(all: impl IntoIterator<Item = String>) -> Links {
    all.into_iter().map(|one| (one, None)).collect()
}

/// A paragraph of it.
pub struct Text {
    /// What stands above it.
    pub label: String,
    /// It.
    pub text: String,
}

/// Its revisions and changed levels, for the panel of its page.
pub struct Told {
    /// The address of its page.
    pub base: String,
    /// Version, when, who; the last first.
    pub revisions: Vec<(i32, String, String)>,
    /// When, from what to what, who and why.
    pub reclassified: Vec<(String, String, String)>,
}

impl Told {
    /// In words.
    pub fn of(base: &str, revisions: &[Revised], reclassified: &[Reclassified], frame: &Frame) -> Self {
        let l10n = frame.l10n;
        let instant = |at| frame.instant(&KnownAt(at));
        let reclassified = reclassified.iter().map(|one| {
            let level = |word: &str| l10n.word("classification", word).to_lowercase();
            let args = [("was", level(&one.was).into()), ("became", level(&one.became).into())];
            (instant(one.at), l10n.with("meeting-reclassified", &args), format!("{} · {}", one.who, one.reason))
        });
        Told {
            base: base.to_owned(),
            revisions: revisions.iter().map(|one| (one.version, instant(one.at), one.who.clone())).collect(),
            reclassified: reclassified.collect(),
        }
    }
}

/// Which two revisions to compare: the last and the one before it where not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    from: Option<String>,
    to: Option<String>,
}

/// What a thing said once, in the words of its form.
#[derive(sqlx::FromRow)]
pub struct Revision {
    /// Its number.
    pub version: i32,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub who: String,
    /// What it said, by field.
    pub content: Value,
}

/// Revisions to compare.
pub struct Revisions {
    /// The address of the page of the thing.
    pub base: String,
    /// Its title.
    pub title: String,
    /// All of them, the last first.
    pub all: Vec<Revision>,
    /// The fields in the order of the page, with the keys of their labels.
    pub fields: &'static [(&'static str, &'static str)],
    /// A field's text for people.
    pub in_words: fn(&str, &str, L10n) -> String,
}

/// What differs of a field.
struct Differing {
    label: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "revisions.html")]
struct RevisionsPage {
    frame: Frame,
    base: String,
    title: String,
    all: Vec<(i32, String)>,
    from: i32,
    to: i32,
    sentence: String,
    differing: Vec<Differing>,
}

impl Revisions {
    fn one(&self, name: &'static str, said: &Option<String>, else_at: usize) -> Result<&Revision, PageError> {
        match said {
            Some(text) => {
                let found =
                    text.parse().ok().and_then(|version: i32| self.all.iter().find(|one| one.version == version));
                found.ok_or_else(|| PageError(Refused::BadParameter(name, text.chars().take(20).collect())))
            }
            None => self.all.get(else_at).or(self.all.first()).ok_or(PageError(Refused::NotFound)),
        }
    }

    /// Draws two of them side by side, field by field where they differ. Whoever calls has noted the reading.
    ///
    /// # Errors
    /// Names the parameter that names no revision.
    pub fn page(&self, which: &Which, frame: Frame) -> Result<Response, PageError> {
        let (to, from) = (self.one("to", &which.to, 0)?, self.one("from", &which.from, 1)?);
        let l10n = frame.l10n;
        let words = |one: &Revision, name: &str| {
            let text = one.content[name].as_str().unwrap_or_default();
            if text.is_empty() { String::new() } else { (self.in_words)(name, text, l10n) }
        };
        let differing = self.fields.iter().filter_map(|(name, label)| {
            let (before, after) = (words(from, name), words(to, name));
            (before != after).then(|| Differing { label: l10n.t(label), before, after })
        });
        let told = |one: &Revision| {
            let args = [
                ("version", one.version.into()),
                ("at", frame.instant(&KnownAt(one.recorded_at)).into()),
                ("who", one.who.as_str().into()),
            ];
            l10n.with("revision-told", &args)
        };
        let args = [("from", told(from).into()), ("to", told(to).into())];
        let page = RevisionsPage {
            base: self.base.clone(),
            title: self.title.clone(),
            differing: differing.collect(),
            sentence: l10n.with("revision-compared", &args),
            from: from.version,
            to: to.version,
            all: self.all.iter().map(|one| (one.version, told(one))).collect(),
            frame,
        };
        Ok(Html(page.render()?).into_response())
    }
}
