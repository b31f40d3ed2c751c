//! What is said of a document, and who may change it. No statement here.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::access::{Act, Role, may};
use crate::classified::{Classification, Reader};
use crate::finding::Person;
use crate::kernel::ids::{AccountId, DonorId};

/// The kinds of documents, in the order they are offered.
pub const KINDS: [&str; 6] = ["development_strategy", "agreement", "letter", "report", "minutes", "other"];
/// The languages a document may be in: ISO 639-1, those of the United Nations first.
pub const LANGUAGES: [&str; 18] =
    ["en", "fr", "es", "ar", "zh", "ru", "da", "de", "fi", "it", "ja", "ko", "nl", "no", "pl", "pt", "sv", "tr"];
/// Most letters of a title.
pub(super) const LONGEST_TITLE: usize = 300;

/// The classification that is proposed for a kind: what was written or said in confidence is confidential.
pub(super) fn proposed_for(kind: &str) -> Classification {
    match kind {
        "letter" | "minutes" => Classification::Confidential,
        _ => Classification::Unclassified,
    }
}

/// A donor, by its code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Donor {
    pub(super) code: String,
    pub(super) name: String,
}

/// The meeting a document belongs to, where the reader may read it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Meeting {
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
}

/// A version of its file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Version {
    pub(super) number: i32,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: i64,
    /// In hexadecimal.
    pub(super) sha256: String,
    pub(super) note: Option<String>,
    pub(super) at: DateTime<Utc>,
    pub(super) who: String,
    /// What became of its text: `pending`, `taken`, `none`, `unreadable`.
    pub(super) text: String,
    /// Why there is none: the last part of a key.
    pub(super) reason: Option<String>,
}

/// A classification raised or lowered.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reclassified {
    pub(super) at: DateTime<Utc>,
    pub(super) who: String,
    pub(super) was: String,
    pub(super) became: String,
    pub(super) reason: String,
}

/// A document as it is recorded, with everything its page shows.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) kind: String,
    pub(super) language: Option<String>,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_to: Option<NaiveDate>,
    pub(super) classification: Classification,
    pub(super) version: i32,
    pub(super) author: Json<Person>,
    pub(super) donors: Json<Vec<Donor>>,
    pub(super) took_part: Json<Vec<Person>>,
    pub(super) readers: Json<Vec<Person>>,
    pub(super) meeting: Option<Json<Meeting>>,
    /// The latest first; those the reader may read.
    pub(super) versions: Json<Vec<Version>>,
    pub(super) reclassified: Json<Vec<Reclassified>>,
}

impl Held {
    /// Who may edit it, of those who may read it: who filed it, who took part, and the roles that look after donors.
    pub(super) fn may_be_edited_by(&self, reader: Reader) -> bool {
        let own = self.author.id == reader.account.0 || self.took_part.iter().any(|one| one.id == reader.account.0);
        may(reader.role, Act::FileDocuments)
            && (own || matches!(reader.role, Role::ResourceMobilization | Role::Manager))
    }

    /// Who filed it.
    pub(super) fn author(&self) -> AccountId {
        self.author.account()
    }
}

/// How a document that holds up to a day stands on another: `expired` after it, `expires_this_year` within its year.
pub(super) fn validity(valid_to: Option<NaiveDate>, today: NaiveDate) -> Option<&'static str> {
    match valid_to {
        Some(last) if last < today => Some("expired"),
        Some(last) if last.year() == today.year() => Some("expires_this_year"),
        _ => None,
    }
}

/// What is said of a document, as it was typed, understood.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) kind: String,
    pub(super) language: Option<String>,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_to: Option<NaiveDate>,
    pub(super) donors: Vec<DonorId>,
    pub(super) classification: Classification,
    pub(super) readers: Vec<AccountId>,
    /// Its meeting, and who took part in it.
    pub(super) meeting: Option<i64>,
    pub(super) took_part: Vec<AccountId>,
}

/// A file that has come and is not filed yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Upload {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: i64,
    pub(super) sha256: Vec<u8>,
    /// Why it was left out: the last part of a key.
    pub(super) refused: Option<String>,
}

/// A document that holds the same file, where the reader may read it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Same {
    /// The file that came.
    pub(super) upload: Uuid,
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) number: i32,
    pub(super) latest: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_through_its_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (valid_to, today, expected) in [
            (None, "2021-12-31", None),
            (Some("2021-12-31"), "2021-12-31", Some("expires_this_year")),
            (Some("2021-12-31"), "2022-01-01", Some("expired")),
            (Some("2021-12-31"), "2020-12-31", None),
            (Some("2021-01-01"), "2021-01-01", Some("expires_this_year")),
        ] {
            assert_eq!(validity(valid_to.map(day), day(today)), expected, "{valid_to:?} {today}");
        }
    }

    #[test]
    fn every_kind_proposes_a_level_and_none_the_highest() {
        for kind in KINDS {
            assert!(proposed_for(kind) < Classification::StrictlyConfidential, "{kind}");
        }
    }
}
