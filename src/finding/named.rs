//! Who and what a form names: people by e-mail or name, donors and pledges by whatever finds one alone.

use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::model::Kind;
use super::store::resolve;
use crate::access::Role;
use crate::classified::Reader;
use crate::kernel::ids::AccountId;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, sqlx::FromRow)]
pub struct Person {
    /// The account.
    pub id: i64,
    /// Its e-mail.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: String,
}

impl Person {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId(self.id)
    }

    /// The person as somebody who reads.
    pub fn reader(&self) -> Option<Reader> {
        self.role.parse().ok().map(|role: Role| Reader { account: self.account(), role })
    }
}

/// A person by e-mail or exact name, disabled ones too: an old meeting keeps who was there. None where several fit.
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
    let resolved = resolve(&mut *connection, Kind::Person, named).await?;
    let Some((email, _)) = resolved else { return Ok(None) };
    sqlx::query_as("select id, email, name, role from accounts where email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await
}

/// The number of a row by whatever names it: of a donor or of a pledge.
///
/// # Errors
/// Where the database fails.
pub async fn number(connection: &mut PgConnection, kind: Kind, named: &str) -> Result<Option<i64>, sqlx::Error> {
    let Some((code, _)) = resolve(&mut *connection, kind, named).await? else { return Ok(None) };
    let question = match kind {
        Kind::Pledge => "select id from pledges where ref = $1",
        _ => "select id from donors where code = $1",
    };
    sqlx::query_scalar(question).bind(code).fetch_optional(connection).await
}
