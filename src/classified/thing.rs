//! What everything classified has: people who have to do with it, revisions, levels that changed, and the choice of a level
//! in its form.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::rule::{Classification, Reader};
use crate::access::Role;
use crate::finding::{Kind, store::resolve};
use crate::kernel::ids::AccountId;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, sqlx::FromRow)]
pub struct Person {
    /// The number of the account.
    pub id: i64,
    /// Its e-mail.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The word of the role.
    pub role: String,
}

impl Person {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId(self.id)
    }

    /// The person as somebody who reads; none where the role is none of ours.
    pub fn reader(&self) -> Option<Reader> {
        self.role.parse().ok().map(|role: Role| Reader { account: self.account(), role })
    }
}

/// A person by e-mail or exact name, disabled ones too: what is old keeps who was there. None where several fit.
///
/// # Errors
/// Where the database fails.
pub async fn person(connection: &mut PgConnection, named: &str) -> Result<Option<Person>, sqlx::Error> {
    let found: Vec<Person> = sqlx::query_as(
        "select id, email, name, role from accounts
         where role <> 'system' and (lower(email) = lower($1) or folded(name) = folded($1)) limit 2",
    )
    .bind(named)
    .fetch_all(&mut *connection)
    .await?;
    if found.len() == 1 {
        return Ok(found.into_iter().next());
    }
    let Some((email, _)) = resolve(&mut *connection, Kind::Person, named).await? else { return Ok(None) };
    sqlx::query_as("select id, email, name, role from accounts where email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await
}

/// An earlier or later state of what a thing says.
#[derive(Debug, Clone, Deserialize)]
pub struct Revised {
    /// Its number, from 1.
    pub version: i32,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub who: String,
}

/// A classification raised or lowered.
#[derive(Debug, Clone, Deserialize)]
pub struct Reclassified {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub who: String,
    /// From which level.
    pub was: String,
    /// To which.
    pub became: String,
    /// Why.
    pub reason: String,
}

/// A level as it was chosen in a form, and what there is to check it against.
pub struct Chosen<'a> {
    /// The word chosen; empty leaves it as it is.
    pub typed: &'a str,
    /// The level and readers of the thing as it is recorded; none for a new one.
    pub held: Option<(Classification, &'a [Person])>,
    /// The readers named.
    pub readers: &'a [Person],
    /// Whether its author chooses.
    pub by_author: bool,
    /// Why it changes.
    pub reason: &'a str,
}

impl Chosen<'_> {
    /// The level, and what is wrong with the choice: a field and the key of its sentence each. Only the author makes a
    /// thing strictly confidential or names its readers; a level that changes needs a reason (domain.md, "Classification").
    pub fn check(&self) -> (Classification, Vec<(&'static str, &'static str)>) {
        let before = self.held.map(|(level, _)| level).unwrap_or_default();
        let chosen = if self.typed.is_empty() { Ok(before) } else { self.typed.parse() };
        let Ok(level) = chosen else { return (before, vec![("classification", "form-choose-one")]) };
        let strict = Classification::StrictlyConfidential;
        let ids = |all: &[Person]| all.iter().map(|one| one.id).collect::<Vec<_>>();
        let same = ids(self.readers) == self.held.map(|(_, readers)| ids(readers)).unwrap_or_default();
        let mut wrong = Vec::new();
        if !self.by_author && level == strict && before != strict {
            wrong.push(("classification", "meeting-strict-by-author"));
        }
        if !self.by_author && !same {
            wrong.push(("readers", "meeting-readers-by-author"));
        }
        if self.held.is_some() && level != before && self.reason.is_empty() {
            wrong.push(("reason", "meeting-reclassify-why"));
        }
        (level, wrong)
    }
}
