//! What the pages of documents show.

use askama::Template;
use axum::response::Html;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::media;
use super::model::{Held, Upload, Version};
use super::upload::{LARGEST, LARGEST_TOGETHER, MOST_FILES};
use crate::classified::Classification;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::frame::{Action, Frame, filters};
use crate::web::thing::Links;
use crate::web::{PageError, address, format};

/// A length in bytes, for people: two figures that count.
pub(super) fn size(bytes: i64, l10n: L10n) -> String {
    let units = ["size-bytes", "size-kb", "size-mb"];
    let (mut value, mut at) = (Decimal::from(bytes), 0);
    while value >= Decimal::from(1000) && at + 1 < units.len() {
        value /= Decimal::from(1024);
        at += 1;
    }
    let decimals = u32::from(at > 0 && value < Decimal::from(10));
    let rounded = value.round_dp_with_strategy(decimals, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    l10n.with(units[at], &[("value", format::number(rounded, decimals, l10n).into())])
}

/// What files are chosen for: a new document, one of a donor or meeting, or another version of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Choosing {
    pub(super) document: Option<Uuid>,
    pub(super) meeting: Option<Uuid>,
    pub(super) donor: Option<String>,
    /// Where it goes on.
    pub(super) title: Option<String>,
}

impl Choosing {
    /// Takes what a form or an address says.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match name {
            "document" => self.document = value.parse().ok(),
            "meeting" => self.meeting = value.parse().ok(),
            "donor" if !value.is_empty() && value.len() < 100 => self.donor = Some(value.to_owned()),
            _ => {}
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let document = self.document.map(|key| ("document", key.to_string()));
        let meeting = self.meeting.map(|key| ("meeting", key.to_string()));
        let donor = self.donor.clone().map(|donor| ("donor", donor));
        [document, meeting, donor].into_iter().flatten().collect()
    }

    /// Where the form is that names the files of a batch.
    pub(super) fn with_upload(&self, batch: Uuid) -> String {
        if let Some(document) = self.document {
            return format!("/documents/{document}/versions/new?upload={batch}");
        }
        let more = self.fields().into_iter().map(|(name, value)| format!("&{name}={}", address::escape(&value)));
        format!("/documents/new?upload={batch}{}", more.collect::<String>())
    }
}

/// Where files are chosen or dropped.
#[derive(Template)]
#[template(path = "documents/upload.html")]
pub(super) struct UploadPage {
    frame: Frame,
    kicker: (String, String),
    title: String,
    fields: Vec<(&'static str, String)>,
    several: bool,
    nothing: bool,
    refused: Vec<String>,
    hint: String,
    most: u64,
    most_together: usize,
    too_large: String,
    cancel: String,
}

/// Why a file was left out, in a sentence.
pub(super) fn refusal(upload: &Upload, l10n: L10n) -> Option<String> {
    let why = upload.refused.as_ref()?;
    let args = [("name", upload.name.as_str().into()), ("most", (LARGEST >> 20).into())];
    Some(l10n.with(&format!("upload-refused-{why}"), &args))
}

/// What there is to say of a file that goes by another type's ending.
pub(super) fn lie(upload: &Upload, l10n: L10n) -> Option<String> {
    let media = media::named(&upload.media_type);
    media::calls_itself_something_else(&upload.name, media).then(|| {
        let kind = l10n.word("media", media.word);
        l10n.with("upload-lies", &[("name", upload.name.as_str().into()), ("kind", kind.into())])
    })
}

/// The page where files are chosen, with what was wrong with those that came.
///
/// # Errors
/// Where it cannot be drawn.
pub(super) fn upload_page(
    frame: Frame,
    choosing: &Choosing,
    came: &[Upload],
    nothing: bool,
) -> Result<Html<String>, PageError> {
    let l10n = frame.l10n;
    let back = match (choosing.document, choosing.meeting) {
        (Some(document), _) => format!("/documents/{document}"),
        (None, Some(meeting)) => format!("/meetings/{meeting}"),
        _ => "/documents".to_owned(),
    };
    let several = choosing.document.is_none();
    let args = [("most", (LARGEST >> 20).into()), ("files", MOST_FILES.into())];
    let page = UploadPage {
        kicker: (choosing.title.clone().unwrap_or_else(|| l10n.t("documents-kicker")), back.clone()),
        title: l10n.t(if several { "new-documents" } else { "document-version-new" }),
        fields: choosing.fields(),
        refused: came.iter().filter_map(|upload| refusal(upload, l10n)).collect(),
        hint: l10n.with(if several { "upload-hint" } else { "upload-hint-one" }, &args),
        most: LARGEST,
        most_together: LARGEST_TOGETHER,
        too_large: l10n.with("upload-too-large", &args),
        cancel: back,
        several,
        nothing,
        frame,
    };
    Ok(Html(page.render()?))
}

/// A version of the file, as the page shows it.
pub(super) struct ShownVersion {
    pub(super) number: i32,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) size: String,
    pub(super) kind: String,
    /// Whether its ending is another type's.
    pub(super) lies: bool,
    pub(super) sha256: String,
    pub(super) at: String,
    pub(super) who: String,
    pub(super) note: Option<String>,
    /// What became of its text, and the class of that.
    pub(super) text: (&'static str, String),
    pub(super) waits: bool,
}

impl ShownVersion {
    pub(super) fn of(version: &Version, key: Uuid, frame: &Frame) -> Self {
        let l10n = frame.l10n;
        let media = media::named(&version.media_type);
        let why = version.reason.as_ref().map(|why| l10n.word("text-why", why));
        let state = l10n.word("text-state", &version.text);
        let class = if version.text == "unreadable" { "warn" } else { "" };
        ShownVersion {
            number: version.number,
            href: format!("/documents/{key}/versions/{}/file", version.number),
            size: size(version.bytes, l10n),
            kind: l10n.word("media", media.word),
            lies: media::calls_itself_something_else(&version.name, media),
            sha256: version.sha256.clone(),
            at: frame.instant(&KnownAt(version.at)),
            who: version.who.clone(),
            note: version.note.clone(),
            text: (class, why.map_or(state.clone(), |why| format!("{state}: {why}"))),
            waits: version.text == "pending",
            name: version.name.clone(),
        }
    }
}

/// Something said of the document: what, it, and where it leads.
pub(super) struct Said {
    pub(super) label: String,
    pub(super) parts: Links,
}

/// The page of a document.
#[derive(Template)]
#[template(path = "documents/page.html")]
pub(super) struct DocumentPage {
    pub(super) frame: Frame,
    pub(super) held: Held,
    pub(super) kind: String,
    pub(super) validity: Option<(&'static str, String)>,
    pub(super) said: Vec<Said>,
    pub(super) versions: Vec<ShownVersion>,
    pub(super) buttons: Vec<Action>,
    pub(super) reclassified: Vec<(String, String, String)>,
}

impl DocumentPage {
    /// Whether a text is being taken and the page looks again by itself: not where each look is a reading that is noted.
    fn waits(&self) -> bool {
        self.held.classification == Classification::Unclassified && self.versions.iter().any(|version| version.waits)
    }
}

/// What is said of a document in the panel beside its files.
pub(super) fn said(held: &Held, l10n: L10n) -> Vec<Said> {
    let plain = |text: String| vec![(text, None)];
    let donors = held.donors.iter().map(|donor| (donor.name.clone(), Some(address::to("donors", &donor.code))));
    let meeting = held.meeting.as_ref().map(|meeting| {
        let words = format!("{} · {}", meeting.title, format::day(meeting.held_on, l10n));
        (words, Some(format!("/meetings/{}", meeting.key)))
    });
    let people = held.readers.iter().map(|one| (one.name.clone(), None));
    let stretch = format::stretch(held.valid_from, held.valid_to, l10n);
    let rows: [(&str, Links); 8] = [
        ("document-donors", donors.collect()),
        ("filter-document_kind", plain(l10n.word("documents", &held.kind))),
        ("document-language", held.language.iter().map(|code| (l10n.word("tongue", code), None)).collect()),
        ("document-valid", if stretch.is_empty() { Vec::new() } else { plain(stretch) }),
        ("document-meeting", meeting.into_iter().collect()),
        ("filter-classification", plain(l10n.word("classification", held.classification.as_str()))),
        ("document-readers", people.collect()),
        ("col-filed-by", plain(held.author.name.clone())),
    ];
    let there = rows.into_iter().filter(|(_, parts)| !parts.is_empty());
    there.map(|(key, parts)| Said { label: l10n.t(key), parts }).collect()
}

/// How it stands with its validity, as a mark.
pub(super) fn mark(valid_to: Option<NaiveDate>, today: NaiveDate) -> Option<(&'static str, &'static str)> {
    match super::model::validity(valid_to, today)? {
        "expired" => Some(("stale", "documents-expired")),
        _ => Some(("warn", "documents-expires_this_year")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_two_figures_that_count() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1536, "1.5 KB"),
            (102_400, "100 KB"),
            (1 << 20, "1.0 MB"),
            (100 << 20, "100 MB"),
            (5 << 30, "5,120 MB"),
        ] {
            assert_eq!(size(bytes, L10n::ENGLISH).replace(['\u{2068}', '\u{2069}'], ""), said);
        }
    }
}
