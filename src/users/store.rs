//! The rows of accounts. Labels, not facts: edited in place, audited. Pages and commands use the same functions.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnection;

use super::password;
use crate::access::{Act, Role, may};
use crate::db::Db;
use crate::facts::{Actor, WriteTx};
use crate::kernel::ids::AccountId;
use crate::l10n::L10n;

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
    /// The language the person reads.
    pub language: String,
    /// Whether it can no longer be used.
    pub disabled: bool,
    /// Counts its edits: a form carries it, and one drawn before the last edit is stale.
    pub version: i32,
    /// When somebody last signed in with it.
    pub last_signed_in_at: Option<DateTime<Utc>>,
    /// Whether its password was chosen by somebody else and not changed since.
    pub password_one_time: bool,
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

/// What an administrator says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The person's name.
    pub name: String,
    /// Its role; never `system`.
    pub role: Role,
    /// Its unit's code.
    pub unit: Option<String>,
    /// The code of the language the person reads.
    pub language: String,
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
    /// The language is none of ours.
    #[error("there is no language {0}")]
    Language(String),
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
    /// Somebody changed it since the form was drawn: what it is now.
    #[error("the account {} was changed meanwhile", .0.email)]
    Stale(Box<Account>),
    /// Nobody would be left to keep accounts.
    #[error("this is the last active administrator: make another one first")]
    LastAdmin,
    /// Hashing failed.
    #[error(transparent)]
    Hash(#[from] password::HashError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

const ACCOUNT: &str = "select a.id, a.email, a.name, a.role, u.code as unit, a.language,
    a.disabled_at is not null as disabled, a.version, a.last_signed_in_at, a.password_one_time
    from accounts a left join units u on u.id = a.unit_id where ";

/// Every person's account, by e-mail.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Account>, sqlx::Error> {
    let mut select = crate::db::Select::new(ACCOUNT);
    select.sql("a.role <> 'system' order by lower(a.email)");
    select.done().build_query_as().fetch_all(connection).await
}

/// The account with this e-mail, `system` among them.
pub async fn account_by_email(connection: &mut PgConnection, email: &str) -> Result<Option<Account>, sqlx::Error> {
    let mut select = crate::db::Select::new(ACCOUNT);
    select.sql("lower(a.email) = lower(").bind(email.to_owned()).sql(")");
    select.done().build_query_as().fetch_optional(connection).await
}

fn check_email(email: &str) -> Result<(), UserError> {
    let well_formed = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let fits = well_formed && email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(UserError::Email(email.to_owned())) }
}

/// What must hold of an account's labels, whoever says them.
fn check(labels: &Labels) -> Result<(), UserError> {
    if labels.name.trim().is_empty() || labels.name.chars().count() > 200 {
        return Err(UserError::Name);
    }
    if labels.role == Role::System {
        return Err(UserError::Role);
    }
    if labels.role == Role::UnitStaff && labels.unit.is_none() {
        return Err(UserError::UnitNeeded);
    }
    if L10n::all().all(|l10n| l10n.code() != labels.language) {
        return Err(UserError::Language(labels.language.clone()));
    }
    Ok(())
}

/// Whether a password is one that is taken.
///
/// # Errors
/// Where it is too short or too long.
pub fn check_password(password: &SecretString) -> Result<(), UserError> {
    let length = password.expose_secret().chars().count();
    if (password::SHORTEST..=password::LONGEST).contains(&length) { Ok(()) } else { Err(UserError::Password) }
}

async fn unit_id(tx: &mut WriteTx, code: Option<&String>) -> Result<Option<i64>, UserError> {
    let Some(code) = code else { return Ok(None) };
    let found: Option<i64> =
        sqlx::query_scalar("select id from units where code = $1").bind(code).fetch_optional(tx.connection()).await?;
    found.map(Some).ok_or_else(|| UserError::Unit(code.clone()))
}

fn labels_as_json(email: &str, labels: &Labels) -> serde_json::Value {
    serde_json::json!({
        "email": email, "name": labels.name.trim(), "role": labels.role, "unit": labels.unit,
        "language": labels.language,
    })
}

fn about(tx: &mut WriteTx, email: &str) {
    tx.say(serde_json::json!({ "room": "users", "code": email }));
}

fn allow(tx: &WriteTx) -> Result<(), UserError> {
    let role = tx.actor().role;
    if may(role, Act::KeepAccounts) { Ok(()) } else { Err(UserError::Forbidden(role)) }
}

/// Adds an account with a password that was hashed already.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub async fn insert(
    tx: &mut WriteTx,
    email: &str,
    labels: &Labels,
    hash: &str,
    one_time: bool,
) -> Result<AccountId, UserError> {
    allow(tx)?;
    let email = email.trim();
    check_email(email)?;
    check(labels)?;
    let unit = unit_id(tx, labels.unit.as_ref()).await?;
    let added: Result<AccountId, sqlx::Error> = sqlx::query_scalar(
        "insert into accounts (email, name, role, unit_id, language, password_hash, password_one_time)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(email)
    .bind(labels.name.trim())
    .bind(labels.role.as_str())
    .bind(unit)
    .bind(&labels.language)
    .bind(hash)
    .bind(one_time)
    .fetch_one(tx.connection())
    .await;
    let id = match added {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("accounts_email_unique") => {
            return Err(UserError::Taken(email.to_owned()));
        }
        other => other?,
    };
    tx.audit_one("accounts", id.0, None, Some(labels_as_json(email, labels))).await?;
    about(tx, email);
    Ok(id)
}

/// Adds an account: the command's way.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub async fn add(db: &Db, actor: Actor, new: NewAccount) -> Result<(), UserError> {
    let labels = Labels { name: new.name, role: new.role, unit: new.unit, language: "en".to_owned() };
    check_email(new.email.trim())?;
    check(&labels)?;
    check_password(&new.password)?;
    let hash = password::hash(new.password).await?;
    let mut tx = WriteTx::begin(db, actor, "account-add", None).await?;
    insert(&mut tx, &new.email, &labels, &hash, false).await?;
    tx.commit().await?;
    Ok(())
}

/// The account as it is now, under the recording lock; refused where it is no longer what a form was drawn from.
async fn found(tx: &mut WriteTx, email: &str, version: Option<i32>) -> Result<Account, UserError> {
    allow(tx)?;
    tx.recorded().await?;
    let account = account_by_email(tx.connection(), email.trim()).await?;
    let account = account.filter(|account| account.role != Role::System);
    let account = account.ok_or_else(|| UserError::Unknown(email.trim().to_owned()))?;
    if version.is_some_and(|version| version != account.version) {
        return Err(UserError::Stale(Box::new(account)));
    }
    about(tx, &account.email);
    Ok(account)
}

/// Refused where nobody else could keep accounts. The recording lock is held: two administrators cannot each count on
/// the other.
async fn leave_an_admin(tx: &mut WriteTx, account: &Account) -> Result<(), UserError> {
    if account.role != Role::Admin || account.disabled {
        return Ok(());
    }
    let others: bool = sqlx::query_scalar(
        "select exists (select from accounts where role = 'admin' and disabled_at is null and id <> $1)",
    )
    .bind(account.id)
    .fetch_one(tx.connection())
    .await?;
    if others { Ok(()) } else { Err(UserError::LastAdmin) }
}

/// Changes what is said of an account. Nothing is written where it says that already.
///
/// # Errors
/// What is wrong, or that somebody was quicker.
pub async fn edit(tx: &mut WriteTx, email: &str, version: i32, labels: &Labels) -> Result<bool, UserError> {
    check(labels)?;
    let account = found(tx, email, Some(version)).await?;
    let before = Labels {
        name: account.name.clone(),
        role: account.role,
        unit: account.unit.clone(),
        language: account.language.clone(),
    };
    if before == *labels {
        return Ok(false);
    }
    if labels.role != Role::Admin {
        leave_an_admin(tx, &account).await?;
    }
    let unit = unit_id(tx, labels.unit.as_ref()).await?;
    sqlx::query(
        "update accounts set name = $2, role = $3, unit_id = $4, language = $5, version = version + 1 where id = $1",
    )
    .bind(account.id)
    .bind(labels.name.trim())
    .bind(labels.role.as_str())
    .bind(unit)
    .bind(&labels.language)
    .execute(tx.connection())
    .await?;
    let (before, after) = (labels_as_json(&account.email, &before), labels_as_json(&account.email, labels));
    tx.audit_one("accounts", account.id.0, Some(before), Some(after)).await?;
    Ok(true)
}

/// Disables an account and ends its sessions, or lets it be used again. Nothing is written where it is so already.
///
/// # Errors
/// Where there is no such account, somebody was quicker, or nobody would be left to keep accounts.
pub async fn set_disabled(
    tx: &mut WriteTx,
    email: &str,
    version: Option<i32>,
    disabled: bool,
) -> Result<bool, UserError> {
    let account = found(tx, email, version).await?;
    if account.disabled == disabled {
        return Ok(false);
    }
    if disabled {
        leave_an_admin(tx, &account).await?;
    }
    let at = tx.recorded().await?.at;
    sqlx::query("update accounts set disabled_at = $2, version = version + 1 where id = $1")
        .bind(account.id)
        .bind(disabled.then_some(at))
        .execute(tx.connection())
        .await?;
    close_sessions(tx.connection(), account.id, None).await?;
    let state = |disabled: bool| Some(serde_json::json!({ "disabled": disabled }));
    tx.audit_one("accounts", account.id.0, state(!disabled), state(disabled)).await?;
    Ok(true)
}

/// Disables an account and ends its sessions: the command's way.
///
/// # Errors
/// Where there is no such account, or nobody would be left to keep accounts.
pub async fn disable(db: &Db, actor: Actor, email: &str) -> Result<(), UserError> {
    let mut tx = WriteTx::begin(db, actor, "account-disable", None).await?;
    if set_disabled(&mut tx, email, None, true).await? {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

/// Sets a password somebody else chose, and ends the account's sessions: whoever signs in with it chooses another.
///
/// # Errors
/// Where there is no such account, or somebody was quicker.
pub async fn reset_password(tx: &mut WriteTx, email: &str, version: i32, hash: &str) -> Result<(), UserError> {
    let account = found(tx, email, Some(version)).await?;
    write_password(tx, account.id, hash, true).await?;
    close_sessions(tx.connection(), account.id, None).await?;
    Ok(())
}

/// Sets the password a person chose for themselves, and ends their other sessions.
///
/// # Errors
/// Where the database fails.
pub async fn choose_password(
    tx: &mut WriteTx,
    account: AccountId,
    email: &str,
    hash: &str,
    here: i64,
) -> Result<(), UserError> {
    tx.recorded().await?;
    about(tx, email);
    write_password(tx, account, hash, false).await?;
    close_sessions(tx.connection(), account, Some(here)).await?;
    Ok(())
}

/// That a password was set is told; what it is, and its hash, are nowhere but in the account.
async fn write_password(tx: &mut WriteTx, account: AccountId, hash: &str, one_time: bool) -> Result<(), UserError> {
    sqlx::query("update accounts set password_hash = $2, password_one_time = $3, version = version + 1 where id = $1")
        .bind(account)
        .bind(hash)
        .bind(one_time)
        .execute(tx.connection())
        .await?;
    let after = serde_json::json!({ "password_set": true, "password_one_time": one_time });
    tx.audit_one("accounts", account.0, None, Some(after)).await?;
    Ok(())
}

/// Ends every session of an account, for a reason or none.
///
/// # Errors
/// Where there is no such account.
pub async fn end_sessions(tx: &mut WriteTx, email: &str) -> Result<(), UserError> {
    let account = found(tx, email, None).await?;
    let ended = close_sessions(tx.connection(), account.id, None).await?;
    let after = serde_json::json!({ "sessions_ended": ended });
    tx.audit_one("accounts", account.id.0, None, Some(after)).await?;
    Ok(())
}

/// Takes off an account's second factor.
///
/// # Errors
/// Where there is no such account, or somebody was quicker.
pub async fn take_off_second_factor(tx: &mut WriteTx, email: &str, version: i32) -> Result<(), UserError> {
    let account = found(tx, email, Some(version)).await?;
    super::second_factor::remove(tx, account.id).await?;
    Ok(())
}

/// Ends the sessions of an account but one, and its sign-ins half-way; how many sessions.
pub async fn close_sessions(
    connection: &mut PgConnection,
    account: AccountId,
    but: Option<i64>,
) -> Result<u64, sqlx::Error> {
    sqlx::query("delete from sign_in_steps where account_id = $1").bind(account).execute(&mut *connection).await?;
    let ended = sqlx::query("delete from sessions where account_id = $1 and id is distinct from $2")
        .bind(account)
        .bind(but)
        .execute(connection)
        .await?;
    Ok(ended.rows_affected())
}
