//! The rows of accounts. Labels, not facts: edited in place, audited.

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnection;

use super::password;
use crate::access::{Act, Role, may};
use crate::db::Db;
use crate::facts::{Actor, WriteTx};
use crate::kernel::ids::AccountId;

/// An account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// E-mail, the name to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The code of its unit, if it has one.
    pub unit: Option<String>,
    /// Whether it can no longer be used.
    pub disabled: bool,
}

/// An account to be.
#[derive(Debug)]
pub struct NewAccount {
    /// E-mail.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Its role; never `system`.
    pub role: Role,
    /// Its unit's code.
    pub unit: Option<String>,
    /// Its password.
    pub password: SecretString,
}

/// Why an account could not be added or changed. Each is a sentence a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Only administrators keep accounts.
    #[error("the role {0} may not keep accounts")]
    Forbidden(Role),
    /// The e-mail is none.
    #[error("\"{0}\" is not an e-mail address")]
    Email(String),
    /// The name is empty.
    #[error("the name is empty")]
    Name,
    /// The role is nobody's.
    #[error("the role system is not a person's")]
    Role,
    /// The password is too short or too long.
    #[error("a password has between {} and {} characters", password::SHORTEST, password::LONGEST)]
    Password,
    /// There is an account with this e-mail.
    #[error("there is an account {0} already")]
    Taken(String),
    /// There is no such unit.
    #[error("there is no unit {0}")]
    Unit(String),
    /// Unit staff need a unit.
    #[error("the role unit_staff needs a unit")]
    UnitNeeded,
    /// There is no such account.
    #[error("there is no account {0}")]
    Unknown(String),
    /// Hashing failed.
    #[error(transparent)]
    Hash(#[from] password::HashError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Every person's account, by e-mail.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Account>, sqlx::Error> {
    sqlx::query_as(
        "select a.id, a.email, a.name, a.role, u.code as unit, a.disabled_at is not null as disabled
         from accounts a left join units u on u.id = a.unit_id where a.role <> 'system' order by lower(a.email)",
    )
    .fetch_all(connection)
    .await
}

/// The account with this e-mail, `system` among them.
pub async fn account_by_email(connection: &mut PgConnection, email: &str) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as(
        "select a.id, a.email, a.name, a.role, u.code as unit, a.disabled_at is not null as disabled
         from accounts a left join units u on u.id = a.unit_id where lower(a.email) = lower($1)",
    )
    .bind(email)
    .fetch_optional(connection)
    .await
}

fn check(new: &NewAccount) -> Result<(), UserError> {
    let email = new.email.trim();
    let well_formed = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !well_formed || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(UserError::Email(new.email.clone()));
    }
    if new.name.trim().is_empty() {
        return Err(UserError::Name);
    }
    if new.role == Role::System {
        return Err(UserError::Role);
    }
    if new.role == Role::UnitStaff && new.unit.is_none() {
        return Err(UserError::UnitNeeded);
    }
    let length = new.password.expose_secret().chars().count();
    if (password::SHORTEST..=password::LONGEST).contains(&length) { Ok(()) } else { Err(UserError::Password) }
}

/// Adds an account.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub async fn add(db: &Db, actor: Actor, new: NewAccount) -> Result<(), UserError> {
    if !may(actor.role, Act::KeepAccounts) {
        return Err(UserError::Forbidden(actor.role));
    }
    check(&new)?;
    let email = new.email.trim().to_owned();
    let hash = password::hash(new.password).await?;
    let mut tx = WriteTx::begin(db, actor, "account-add", None).await?;
    let unit: Option<i64> = match &new.unit {
        None => None,
        Some(code) => Some(
            sqlx::query_scalar("select id from units where code = $1")
                .bind(code)
                .fetch_optional(tx.connection())
                .await?
                .ok_or_else(|| UserError::Unit(code.clone()))?,
        ),
    };
    let added: Result<i64, sqlx::Error> = sqlx::query_scalar(
        "insert into accounts (email, name, role, unit_id, password_hash) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(&email)
    .bind(new.name.trim())
    .bind(new.role.as_str())
    .bind(unit)
    .bind(hash)
    .fetch_one(tx.connection())
    .await;
    let id = match added {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_email_unique") => {
            return Err(UserError::Taken(email));
        }
        other => other?,
    };
    let after = serde_json::json!({ "email": email, "name": new.name.trim(), "role": new.role, "unit": new.unit });
    tx.audit_one("accounts", id, None, Some(after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Disables an account and ends its sessions.
///
/// # Errors
/// Where there is no such account.
pub async fn disable(db: &Db, actor: Actor, email: &str) -> Result<(), UserError> {
    if !may(actor.role, Act::KeepAccounts) {
        return Err(UserError::Forbidden(actor.role));
    }
    let mut tx = WriteTx::begin(db, actor, "account-disable", None).await?;
    let at = tx.recorded().await?.at;
    let id: Option<i64> = sqlx::query_scalar(
        "update accounts set disabled_at = coalesce(disabled_at, $2), version = version + 1
         where lower(email) = lower($1) and role <> 'system' returning id",
    )
    .bind(email.trim())
    .bind(at)
    .fetch_optional(tx.connection())
    .await?;
    let id = id.ok_or_else(|| UserError::Unknown(email.to_owned()))?;
    sqlx::query("delete from sessions where account_id = $1").bind(id).execute(tx.connection()).await?;
    let (before, after) = (serde_json::json!({ "disabled": false }), serde_json::json!({ "disabled": true }));
    tx.audit_one("accounts", id, Some(before), Some(after)).await?;
    tx.commit().await?;
    Ok(())
}
