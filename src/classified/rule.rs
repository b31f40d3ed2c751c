//! domain.md, "Classification", and nothing else.

use std::fmt;
use std::str::FromStr;

use crate::access::Role;
use crate::kernel::ids::AccountId;

/// The levels of ST/SGB/2007/6, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// For every account.
    #[default]
    Unclassified,
    /// For resource mobilization, managers, auditors, the author and the people who took part.
    Confidential,
    /// For the author and readers named; no role opens it.
    StrictlyConfidential,
}

impl Classification {
    /// Every level, the lowest first.
    pub const ALL: [Classification; 3] =
        [Classification::Unclassified, Classification::Confidential, Classification::StrictlyConfidential];

    /// The word in files, addresses and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Classification::Unclassified => "unclassified",
            Classification::Confidential => "confidential",
            Classification::StrictlyConfidential => "strictly_confidential",
        }
    }

    /// The class of its mark; none where it needs no mark.
    pub fn tag(self) -> Option<(&'static str, &'static str)> {
        match self {
            Classification::Unclassified => None,
            Classification::Confidential => Some(("warn", "classification-confidential")),
            Classification::StrictlyConfidential => Some(("bad", "classification-strictly_confidential")),
        }
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a classification")]
pub struct UnknownClassification;

impl FromStr for Classification {
    type Err = UnknownClassification;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Classification::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownClassification)
    }
}

impl sqlx::Type<sqlx::Postgres> for Classification {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <str as sqlx::Type<sqlx::Postgres>>::type_info()
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for Classification {
    /// Of a column cast to text.
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?.parse()?)
    }
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    /// The account.
    pub account: AccountId,
    /// Its role.
    pub role: Role,
}

/// Who has to do with a classified thing.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Who wrote it.
    pub author: AccountId,
    /// Who took part.
    pub took_part: &'a [AccountId],
    /// The readers named.
    pub readers: &'a [AccountId],
}

/// Whether a role reads what is confidential.
pub fn reads_confidential(role: Role) -> bool {
    matches!(role, Role::ResourceMobilization | Role::Manager | Role::Auditor)
}

/// Whether somebody may read a thing of that level. The account `system` reads nothing classified, whoever wrote it.
pub fn may_read(level: Classification, reader: Reader, of: Standing<'_>) -> bool {
    let own = of.author == reader.account;
    let person = reader.role != Role::System;
    match level {
        Classification::Unclassified => true,
        Classification::Confidential => {
            person && (reads_confidential(reader.role) || own || of.took_part.contains(&reader.account))
        }
        Classification::StrictlyConfidential => person && (own || of.readers.contains(&reader.account)),
    }
}

/// A classification somebody wishes to give to a thing, or the readers they wish to name.
#[derive(Debug, Clone, Copy)]
pub struct Classifying {
    /// Whether its author wishes it.
    pub by_author: bool,
    /// What it was before; none for a new thing.
    pub before: Option<Classification>,
    /// What it is to be.
    pub level: Classification,
    /// Whether its readers stay the same.
    pub same_readers: bool,
    /// Whether a reason is given.
    pub reasoned: bool,
}

impl Classifying {
    /// What stands in the way: the field it stands at, and the key of the sentence.
    pub fn refusals(self) -> Vec<(&'static str, &'static str)> {
        let strict = Classification::StrictlyConfidential;
        let before = self.before.unwrap_or_default();
        let checks = [
            (!self.by_author && self.level == strict && before != strict, "classification", "meeting-strict-by-author"),
            (!self.by_author && !self.same_readers, "readers", "meeting-readers-by-author"),
            (self.before.is_some() && self.level != before && !self.reasoned, "reason", "meeting-reclassify-why"),
        ];
        checks.into_iter().filter(|(refused, ..)| *refused).map(|(_, name, key)| (name, key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: AccountId = AccountId(7);
    const GUEST: AccountId = AccountId(8);
    const NAMED: AccountId = AccountId(9);
    const OTHER: AccountId = AccountId(10);

    fn reads(level: Classification, account: AccountId, role: Role) -> bool {
        may_read(level, Reader { account, role }, Standing { author: AUTHOR, took_part: &[GUEST], readers: &[NAMED] })
    }

    #[test]
    fn no_role_opens_what_is_strictly_confidential() {
        for role in Role::OF_PEOPLE {
            let level = Classification::StrictlyConfidential;
            assert!(!reads(level, OTHER, role) && !reads(level, GUEST, role), "{role}");
            assert!(reads(level, AUTHOR, role) && reads(level, NAMED, role), "{role}");
        }
    }

    #[test]
    fn confidential_is_for_three_roles_the_author_and_who_took_part() {
        for role in Role::OF_PEOPLE {
            let level = Classification::Confidential;
            assert_eq!(reads(level, OTHER, role), reads_confidential(role), "{role}");
            assert!(reads(level, AUTHOR, role) && reads(level, GUEST, role), "{role}");
            assert_eq!(reads(level, NAMED, role), reads_confidential(role), "{role}");
            assert!(reads(Classification::Unclassified, OTHER, role), "{role}");
        }
        assert!(!reads(Classification::Confidential, AUTHOR, Role::System));
        assert!(!reads(Classification::StrictlyConfidential, NAMED, Role::System));
    }

    #[test]
    fn every_level_reads_back_from_its_word_and_they_have_an_order() {
        for level in Classification::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        assert!(Classification::ALL.is_sorted());
        assert!("secret".parse::<Classification>().is_err());
    }
}
