//! What a meeting says, and who may change it. No statement here.

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::access::{Act, Role, may};
use crate::classified::{Classification, Reader, Reclassified, Revised, Standing, may_read};
use crate::finding::Person;
use crate::kernel::ids::{AccountId, DonorId, PledgeId};

/// Most letters of a title.
pub(super) const LONGEST_TITLE: usize = 300;
/// Most letters of any other text.
pub(super) const LONGEST_TEXT: usize = 10_000;

/// A donor, by its code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Donor {
    pub(super) code: String,
    pub(super) name: String,
}

/// Who came from the donor's side.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) title: Option<String>,
}

/// A pledge the meeting was about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Pledge {
    pub(super) reference: String,
    pub(super) title: Option<String>,
}

/// A document that hangs from the meeting, of those the reader may read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Document {
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) kind: String,
    pub(super) classification: String,
    pub(super) file_name: String,
}

impl Document {
    /// The mark of its classification.
    pub(super) fn tag(&self) -> Option<(&'static str, &'static str)> {
        self.classification.parse::<Classification>().ok().and_then(Classification::tag)
    }
}

/// A follow-up as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Action {
    pub(super) key: Uuid,
    pub(super) side: String,
    pub(super) text: String,
    pub(super) owner: Option<String>,
    pub(super) due_on: Option<NaiveDate>,
    pub(super) state: String,
    pub(super) closed_on: Option<NaiveDate>,
}

impl Action {
    /// Whether it is open and should have been done.
    pub(super) fn late(&self, today: NaiveDate) -> bool {
        self.state == "open" && self.due_on.is_some_and(|due| due < today)
    }
}

/// A meeting as it is recorded, with everything its page shows.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) key: Uuid,
    #[sqlx(rename = "ref")]
    pub(super) reference: String,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    pub(super) place: Option<String>,
    pub(super) level: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) outcomes: Option<String>,
    pub(super) agenda: Option<String>,
    pub(super) projects: Option<String>,
    pub(super) classification: Classification,
    pub(super) version: i32,
    pub(super) author: Json<Person>,
    pub(super) prepared_by: Option<Json<Person>>,
    pub(super) donors: Json<Vec<Donor>>,
    pub(super) took_part: Json<Vec<Person>>,
    pub(super) readers: Json<Vec<Person>>,
    pub(super) guests: Json<Vec<Guest>>,
    pub(super) pledges: Json<Vec<Pledge>>,
    pub(super) actions: Json<Vec<Action>>,
    pub(super) documents: Json<Vec<Document>>,
    pub(super) revisions: Json<Vec<Revised>>,
    pub(super) reclassified: Json<Vec<Reclassified>>,
}

impl Held {
    /// Who may edit it, of those who may read it: the author, who took part, and the roles that look after donors.
    pub(super) fn may_be_edited_by(&self, reader: Reader) -> bool {
        let own = self.author.id == reader.account.0 || self.took_part.iter().any(|one| one.id == reader.account.0);
        may(reader.role, Act::LogMeetings) && (own || matches!(reader.role, Role::ResourceMobilization | Role::Manager))
    }

    /// Who its author is.
    pub(super) fn author(&self) -> AccountId {
        self.author.account()
    }
}

/// A follow-up as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewAction {
    /// The one there is; none for a new one.
    pub(super) key: Option<Uuid>,
    /// `we` or `they`.
    pub(super) side: &'static str,
    pub(super) text: String,
    pub(super) owner: Option<Person>,
    pub(super) owner_name: Option<String>,
    pub(super) due_on: Option<NaiveDate>,
}

/// A meeting as it was typed, understood.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    pub(super) donors: Vec<DonorId>,
    pub(super) place: Option<String>,
    pub(super) level: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) outcomes: Option<String>,
    pub(super) agenda: Option<String>,
    pub(super) prepared_by: Option<AccountId>,
    pub(super) projects: Option<String>,
    pub(super) classification: Classification,
    pub(super) took_part: Vec<AccountId>,
    pub(super) readers: Vec<AccountId>,
    pub(super) guests: Vec<String>,
    pub(super) pledges: Vec<PledgeId>,
    pub(super) actions: Vec<NewAction>,
    /// Follow-ups of earlier meetings that this one settled.
    pub(super) settled: Vec<Uuid>,
}

impl Content {
    /// Whether somebody could read it once it is kept.
    pub(super) fn readable_by(&self, person: &Person, author: AccountId) -> bool {
        let standing = Standing { author, took_part: &self.took_part, readers: &self.readers };
        person.reader().is_some_and(|reader| may_read(self.classification, reader, standing))
    }
}
