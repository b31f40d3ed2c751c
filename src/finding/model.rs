//! What can be found.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kernel::Currency;

/// What a thing found is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A page of the menu.
    Page,
    /// Something the reader may do.
    Action,
    /// A saved view.
    View,
    /// A donor.
    Donor,
    /// A pledge.
    Pledge,
    /// A contribution.
    Contribution,
    /// A project.
    Project,
    /// A donor report.
    Report,
    /// A meeting.
    Meeting,
    /// A follow-up of a meeting.
    FollowUp,
    /// A contact at a donor.
    Contact,
    /// A document, by what its latest file says.
    Document,
    /// An entry about a donor.
    Intelligence,
    /// A unit.
    Unit,
    /// A fund.
    Fund,
    /// A person with an account.
    Person,
    /// A currency.
    Currency,
}

impl Kind {
    /// Every kind, in the order they are shown where all are as near.
    pub const ALL: [Kind; 17] = [
        Kind::Page,
        Kind::Action,
        Kind::View,
        Kind::Donor,
        Kind::Pledge,
        Kind::Contribution,
        Kind::Project,
        Kind::Report,
        Kind::Meeting,
        Kind::FollowUp,
        Kind::Contact,
        Kind::Document,
        Kind::Intelligence,
        Kind::Unit,
        Kind::Fund,
        Kind::Person,
        Kind::Currency,
    ];

    /// The word in addresses and the last part of the key of its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Action => "action",
            Kind::View => "view",
            Kind::Donor => "donor",
            Kind::Pledge => "pledge",
            Kind::Contribution => "contribution",
            Kind::Project => "project",
            Kind::Report => "report",
            Kind::Meeting => "meeting",
            Kind::FollowUp => "follow_up",
            Kind::Contact => "contact",
            Kind::Document => "document",
            Kind::Intelligence => "intelligence",
            Kind::Unit => "unit",
            Kind::Fund => "fund",
            Kind::Person => "person",
            Kind::Currency => "currency",
        }
    }

    /// The room with a page about one thing of this kind, by its code. What is searched by its text says itself where it is.
    pub fn room(self) -> Option<&'static str> {
        match self {
            Kind::Donor => Some("donors"),
            Kind::Pledge => Some("pledges"),
            Kind::Contribution => Some("contributions"),
            Kind::Project => Some("projects"),
            Kind::Report => Some("donor-reports"),
            Kind::Unit => Some("units"),
            Kind::Fund => Some("funds"),
            Kind::Currency => Some("rates"),
            Kind::Page | Kind::Action | Kind::View | Kind::Person => None,
            Kind::Meeting | Kind::FollowUp | Kind::Contact | Kind::Document | Kind::Intelligence => None,
        }
    }

    /// Whether it is something recorded, rather than a place of the program, a person or a currency.
    pub fn is_a_thing(self) -> bool {
        !matches!(self, Kind::Page | Kind::Action | Kind::View | Kind::Person | Kind::Currency)
    }

    /// The name of the icon.
    pub fn icon(self) -> &'static str {
        match self {
            Kind::Page => "arrow-right",
            Kind::Action => "check",
            Kind::View => "bookmark",
            Kind::Person | Kind::Contact => "user",
            Kind::Meeting => "meetings",
            Kind::FollowUp => "follow-ups",
            Kind::Document => "documents",
            Kind::Intelligence => "info",
            Kind::Currency => "exchange",
            Kind::Report => "reports",
            Kind::Donor | Kind::Pledge | Kind::Contribution | Kind::Project | Kind::Unit | Kind::Fund => {
                self.room().unwrap_or_default()
            }
        }
    }

    /// The kind a page about one thing in `room` is about.
    pub fn of_room(room: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.room() == Some(room))
    }
}

/// The word names no kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// A thing found, as the database has it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Found {
    /// The word of its [`Kind`].
    pub kind: String,
    /// The room its page is in, where the kind does not say so.
    #[sqlx(skip)]
    pub room: Option<String>,
    /// Its code or reference.
    pub code: String,
    /// Its name; a contribution has its donor's.
    pub name: String,
    /// A name beside it: the alias it was found by, a pledge's donor.
    pub note: Option<String>,
    /// The word of its kind, role or state, in the words of files.
    pub word: Option<String>,
    /// The day a contribution was received.
    pub day: Option<NaiveDate>,
    /// A contribution's currency.
    pub currency: Option<Currency>,
    /// A contribution's amount, in its currency.
    pub amount: Option<Decimal>,
    /// How near it is to what was typed; less is nearer.
    pub nearness: f32,
}

/// A donor that may be the one somebody is about to enter again.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Lookalike {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it is a government of the country asked for, rather than like the name.
    pub by_country: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_from_its_word() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert!(kind.room().is_none_or(|room| Kind::of_room(room) == Some(kind)));
        }
        assert_eq!("table".parse::<Kind>(), Err(UnknownKind));
        assert_eq!(Kind::of_room("nowhere"), None);
    }
}
