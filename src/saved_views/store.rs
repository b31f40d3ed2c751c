//! The rows of saved views. Labels, not facts: edited in place, audited.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::model::NewView;
use crate::access::{Act, may};
use crate::facts::{ChangeId, Claim, FormStamp, WriteTx};
use crate::kernel::ids::AccountId;

/// What came of a form.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done by this change, now or when the same form came before.
    Done(ChangeId),
    /// It is so already.
    Same,
    /// The form came before and said something else.
    Otherwise,
    /// The view was changed meanwhile.
    Stale,
    /// There is one of that name.
    Taken,
    /// There is no such view for this reader.
    Unknown,
    /// It is not theirs to change.
    Forbidden,
}

/// What is to be done with a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Its name, and whether it is shared.
    Rename { name: String, shared: bool, version: i32 },
    /// Taken away.
    Remove,
    /// Brought back.
    Restore,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    name: String,
    list: String,
    address: String,
    shared: bool,
    removed: bool,
    version: i32,
}

impl Row {
    fn told(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "list": self.list, "address": self.address, "shared": self.shared,
            "removed": self.removed,
        })
    }
}

const ROW: &str = "select id, account_id, name, list, address, shared, removed_at is not null as removed, version
    from saved_views where key = $1 for update";

fn taken(error: sqlx::Error) -> Result<Outcome, sqlx::Error> {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("saved_views_name") => Ok(Outcome::Taken),
        _ => Err(error),
    }
}

/// Saves a view under the id of its form.
pub async fn save(mut tx: WriteTx, form: &FormStamp, view: &NewView) -> Result<Outcome, sqlx::Error> {
    match tx.claim(form).await? {
        Claim::Done(change) => return Ok(Outcome::Done(change)),
        Claim::Other => return Ok(Outcome::Otherwise),
        Claim::Fresh => {}
    }
    let account = tx.actor().account;
    let added: Result<i64, sqlx::Error> = sqlx::query_scalar(
        "insert into saved_views (key, account_id, name, list, address, shared) values ($1, $2, $3, $4, $5, $6)
         returning id",
    )
    .bind(form.id)
    .bind(account)
    .bind(&view.name)
    .bind(view.list)
    .bind(&view.address)
    .bind(view.shared)
    .fetch_one(tx.connection())
    .await;
    let id = match added {
        Ok(id) => id,
        Err(error) => {
            tx.rollback().await?;
            return taken(error);
        }
    };
    tx.audit_one("saved_views", id, None, Some(serde_json::json!(view))).await?;
    finish(tx, &view.name).await
}

/// Changes a view: its owner may, and whoever keeps shared ones.
pub async fn change(mut tx: WriteTx, form: &FormStamp, key: Uuid, change: &Change) -> Result<Outcome, sqlx::Error> {
    match tx.claim(form).await? {
        Claim::Done(change) => return Ok(Outcome::Done(change)),
        Claim::Other => return Ok(Outcome::Otherwise),
        Claim::Fresh => {}
    }
    let row: Option<Row> = sqlx::query_as(ROW).bind(key).fetch_optional(tx.connection()).await?;
    let (account, role) = (tx.actor().account, tx.actor().role);
    let Some(before) = row else { return Ok(Outcome::Unknown) };
    let own = before.account_id == account.0;
    if !own && !before.shared {
        return Ok(Outcome::Unknown);
    }
    if !own && !may(role, Act::KeepSharedViews) {
        return Ok(Outcome::Forbidden);
    }
    let (name, shared, removed) = match change {
        Change::Rename { version, .. } if before.removed || *version != before.version => return Ok(Outcome::Stale),
        // A shared view stays shared under another's hand: else it would vanish into its owner's.
        Change::Rename { name, shared, .. } => (name.as_str(), *shared || !own, false),
        Change::Remove => (before.name.as_str(), before.shared, true),
        Change::Restore => (before.name.as_str(), before.shared, false),
    };
    if shared && !before.shared && !may(role, Act::ShareViews) {
        return Ok(Outcome::Forbidden);
    }
    if (name, shared, removed) == (before.name.as_str(), before.shared, before.removed) {
        return Ok(Outcome::Same);
    }
    let at = tx.recorded().await?.at;
    let updated = sqlx::query(
        "update saved_views set name = $2, shared = $3, removed_at = case when $4 then $5 end, version = version + 1
         where id = $1",
    )
    .bind(before.id)
    .bind(name)
    .bind(shared)
    .bind(removed)
    .bind(at)
    .execute(tx.connection())
    .await;
    if let Err(error) = updated {
        tx.rollback().await?;
        return taken(error);
    }
    let told = before.told();
    let after = Row { name: name.to_owned(), shared, removed, ..before };
    tx.audit_one("saved_views", after.id, Some(told), Some(after.told())).await?;
    finish(tx, &after.name).await
}

async fn finish(mut tx: WriteTx, name: &str) -> Result<Outcome, sqlx::Error> {
    tx.say(serde_json::json!({ "room": "views", "code": name }));
    let change = tx.recorded().await?.change;
    tx.commit().await?;
    Ok(Outcome::Done(change))
}

/// The name of a view that was taken away and is the reader's to bring back.
pub async fn removed(
    connection: &mut PgConnection,
    key: Uuid,
    account: AccountId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("select name from saved_views where key = $1 and account_id = $2 and removed_at is not null")
        .bind(key)
        .bind(account)
        .fetch_optional(connection)
        .await
}
