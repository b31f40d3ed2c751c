//! The page of a published figure: what it was, whether that is still what was published, and what moved since.

use askama::Template;

use super::since::{Difference, Since};
use super::store::Figure;
use crate::kernel::KnownAt;
use crate::kernel::calendar::parse_instant;
use crate::web::detail::act_in_words;
use crate::web::format;
use crate::web::frame::{Frame, filters};
use crate::web::frozen::{Content, ShownRow};

/// The page of a published figure.
#[derive(Template)]
#[template(path = "published/page.html")]
pub struct PublishedPage {
    frame: Frame,
    change: i64,
    content: Content,
    whole: bool,
    sha256: String,
    as_of: String,
    known: String,
    at: String,
    by: String,
    reason: Option<String>,
    file: String,
    now: String,
    groups: Vec<(Option<String>, Vec<ShownRow>)>,
    changes: Vec<Change>,
    differences: Vec<Difference>,
    /// Whether the list has grown too long to be compared.
    too_long: bool,
}

struct Change {
    href: String,
    title: String,
    who: String,
    reason: Option<String>,
}

impl PublishedPage {
    /// Puts the page together; `differences` are none where they cannot be told.
    pub fn new(
        frame: Frame,
        figure: &Figure,
        content: Content,
        now: String,
        changes: Vec<Since>,
        differences: Option<Vec<Difference>>,
    ) -> Self {
        let l10n = frame.l10n;
        let instant = |at| format::instant(at, frame.zone, l10n);
        let change = |one: Since| Change {
            href: format!("/changes/{}", one.id),
            title: act_in_words(&one.act, one.code.as_deref(), l10n),
            who: l10n.with("published-change", &[("who", one.by.into()), ("at", instant(one.recorded_at).into())]),
            reason: one.reason,
        };
        let mut groups: Vec<(Option<String>, Vec<ShownRow>)> = Vec::new();
        for row in &content.shown {
            match groups.last_mut() {
                Some((group, rows)) if *group == row.group => rows.push(row.clone()),
                _ => groups.push((row.group.clone(), vec![row.clone()])),
            }
        }
        PublishedPage {
            change: figure.change_id,
            whole: figure.is_whole(),
            sha256: hex::encode(&figure.sha256),
            as_of: format::day(content.as_of, l10n),
            known: parse_instant(&content.known_at)
                .map(instant)
                .unwrap_or_else(|| KnownAt(figure.known_at).to_string()),
            at: instant(figure.recorded_at),
            by: figure.by.clone(),
            reason: figure.reason.clone(),
            file: format!("/published/{}.csv", figure.id),
            now,
            groups,
            changes: changes.into_iter().map(change).collect(),
            too_long: differences.is_none(),
            differences: differences.unwrap_or_default(),
            content,
            frame,
        }
    }
}
