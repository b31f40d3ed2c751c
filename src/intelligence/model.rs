//! What an entry says, when it is stale, and who may correct it. No statement here.

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::recurrence::{Recurrence, next_occurrence};
use crate::access::{Act, Role, may};
use crate::classified::{Classification, Reader, Reclassified, Revised};
use crate::finding::Person;
use crate::kernel::ids::{AccountId, DonorId};
use crate::l10n::L10n;

/// Most letters of a line.
pub(super) const LONGEST_LINE: usize = 300;
/// Most letters of a text.
pub(super) const LONGEST_TEXT: usize = 5_000;
/// Most letters of an address.
pub(super) const LONGEST_LINK: usize = 2_000;

/// Words that are all there is of a kind, as files, forms and the database say them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $text)] $word,)*
        }

        impl $name {
            /// Every one, in their order.
            pub const ALL: &'static [$name] = &[$($name::$word),*];
            /// Their words.
            pub const WORDS: &'static [&'static str] = &[$($text),*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$word => $text,)* }
            }

            /// The one of that word.
            pub fn of(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

words! {
    /// What an entry is about, in the order of pages.
    Kind {
        /// What the donor cares about: a theme, a region, a subprogramme, goals.
        Priority = "priority",
        /// What is decided there, when, and how often again.
        Decision = "decision",
        /// Who matters there.
        KeyPerson = "key_person",
        /// What it foresees for the years to come.
        BudgetOutlook = "budget_outlook",
        /// Where it stands towards the agency.
        Position = "position",
        /// Its official development assistance in a year.
        Oda = "oda",
    }
}

words! {
    /// How far an entry can be relied on, the surest first (docs/decisions.md).
    Reliability {
        /// Said by the donor itself, or by two sources that do not know of each other.
        Confirmed = "confirmed",
        /// From one source that has been right before.
        Probable = "probable",
        /// From one source that is not known well, or by conclusion.
        Possible = "possible",
        /// Contradicted, or hearsay.
        Doubtful = "doubtful",
    }
}

words! {
    /// Where a donor stands towards the agency.
    Stance {
        /// It speaks and pays for it.
        Supportive = "supportive",
        /// It takes no side.
        Neutral = "neutral",
        /// It has doubts.
        Reserved = "reserved",
        /// It speaks against it.
        Critical = "critical",
    }
}

words! {
    /// Where a donor's budget goes.
    Outlook {
        /// Up.
        Rising = "rising",
        /// On.
        Stable = "stable",
        /// Down.
        Falling = "falling",
        /// Nobody knows.
        Uncertain = "uncertain",
    }
}

impl Kind {
    /// Months after the day it speaks of through which an entry is taken as it is, where nobody says otherwise: what people
    /// and budgets are lasts a year, what a strategy or a statistic says two.
    pub fn good_for(self) -> u32 {
        match self {
            Kind::Priority | Kind::Oda => 24,
            Kind::Decision | Kind::KeyPerson | Kind::BudgetOutlook | Kind::Position => 12,
        }
    }

    /// The last day it is taken as it is, where nobody says otherwise.
    pub fn expires_on(self, as_of_on: NaiveDate) -> NaiveDate {
        as_of_on.checked_add_months(Months::new(self.good_for())).unwrap_or(NaiveDate::MAX)
    }
}

/// An entry as it is recorded. Amounts are US dollars; percentages are of gross national income.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// Its key.
    pub key: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// The donor's code.
    pub donor_code: String,
    /// Its name.
    pub donor_name: String,
    /// The entry in a line; of a key person the name. None of figures.
    pub title: Option<String>,
    /// What more there is to say.
    pub text: Option<String>,
    /// The day it speaks of.
    pub as_of_on: NaiveDate,
    /// Where it is from.
    pub source: String,
    /// Its address: http or https.
    pub source_link: Option<String>,
    /// How far it can be relied on.
    pub reliability: Reliability,
    /// The last day it is taken as it is.
    pub expires_on: NaiveDate,
    /// Of a priority: the theme.
    pub theme: Option<String>,
    /// Of a priority: the key of a region.
    pub region: Option<String>,
    /// Of a priority: the agency's subprogramme.
    pub subprogramme: Option<String>,
    /// Of a priority: Sustainable Development Goals, 1 to 17.
    #[serde(default)]
    pub sdgs: Vec<i16>,
    /// Of a decision: the first day it is taken.
    pub decides_on: Option<NaiveDate>,
    /// Of a decision: how often again.
    pub recurs: Option<Recurrence>,
    /// Of a key person: the office held.
    pub person_role: Option<String>,
    /// The year of figures, or of a budget.
    pub year: Option<i32>,
    /// Official development assistance of the year.
    pub amount_usd: Option<Decimal>,
    /// The same as a share of gross national income.
    pub percent_gni: Option<Decimal>,
    /// Where the budget goes.
    pub outlook: Option<Outlook>,
    /// Where the donor stands.
    pub stance: Option<Stance>,
    /// Who may read it.
    pub classification: Classification,
    /// Why it was withdrawn, where it was.
    pub withdrawn: Option<String>,
}

impl Entry {
    /// Whether it is to be looked at anew: its last day has passed.
    pub fn is_stale(&self, today: NaiveDate) -> bool {
        self.expires_on < today
    }

    /// When what it says is decided next, from a day on.
    pub fn next_on(&self, from: NaiveDate) -> Option<NaiveDate> {
        next_occurrence(self.decides_on?, self.recurs?, from)
    }

    /// What it is called: its line, or of figures the year they are of.
    pub fn called(&self, l10n: L10n) -> String {
        called(self.title.as_deref(), self.year, l10n)
    }
}

/// What an entry is called: its line, or of figures the year they are of.
pub(super) fn called(title: Option<&str>, year: Option<i32>, l10n: L10n) -> String {
    let year = year.map(|year| year.to_string()).unwrap_or_default();
    title.map_or_else(|| l10n.with("known-oda-of", &[("year", year.into())]), str::to_owned)
}

/// An entry with everything its page shows.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) version: i32,
    pub(super) entry: Json<Entry>,
    pub(super) author: Json<Person>,
    pub(super) readers: Json<Vec<Person>>,
    pub(super) revisions: Json<Vec<Revised>>,
    pub(super) reclassified: Json<Vec<Reclassified>>,
    /// The contact a key person is, where the donor has one of that name.
    pub(super) contact: Option<String>,
}

impl Held {
    /// Who may correct or withdraw it, of those who may read it: its author, and the roles that look after donors.
    pub(super) fn may_be_kept_by(&self, reader: Reader) -> bool {
        let own = self.author.id == reader.account.0;
        may(reader.role, Act::KeepIntelligence)
            && (own || matches!(reader.role, Role::ResourceMobilization | Role::Manager))
    }
}

/// An entry as it was typed, understood.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) kind: Kind,
    pub(super) donor: DonorId,
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
    pub(super) as_of_on: NaiveDate,
    pub(super) source: String,
    pub(super) source_link: Option<String>,
    pub(super) reliability: Reliability,
    pub(super) expires_on: NaiveDate,
    pub(super) theme: Option<String>,
    pub(super) region: Option<String>,
    pub(super) subprogramme: Option<String>,
    pub(super) sdgs: Vec<i16>,
    pub(super) decides_on: Option<NaiveDate>,
    pub(super) recurs: Option<Recurrence>,
    pub(super) person_role: Option<String>,
    pub(super) year: Option<i16>,
    pub(super) amount_usd: Option<Decimal>,
    pub(super) percent_gni: Option<Decimal>,
    pub(super) outlook: Option<Outlook>,
    pub(super) stance: Option<Stance>,
    pub(super) classification: Classification,
    pub(super) readers: Vec<AccountId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_an_entry_lasts_as_long_as_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::of("gossip"), None);
        let day = |text: &str| crate::kernel::calendar::parse_day(text).unwrap();
        assert_eq!(Kind::Oda.expires_on(day("2024-02-29")), day("2026-02-28"));
        assert_eq!(Kind::Position.expires_on(day("2024-02-29")), day("2025-02-28"));
    }
}
