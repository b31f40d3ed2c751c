//! Taking a change back: what it recorded is voided, what it voided is recorded again, labels become what they were.
//!
//! Nothing is removed: the undo is a change of its own, with a reason, and can be undone in its turn.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::change::{ChangeId, WriteTx};
use super::tables::{self, FactTable};
use crate::db::Select;

/// A later change that builds on the one to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Later {
    /// Its number.
    pub change_id: i64,
    /// When it was.
    pub recorded_at: DateTime<Utc>,
    /// What kind of act.
    pub act: String,
    /// Who did it.
    pub account: String,
}

/// What came of an undo.
#[derive(Debug, PartialEq, Eq)]
pub enum Undone {
    /// Done.
    Done,
    /// Facts it recorded were voided or replaced since: take those changes back first.
    BuiltUpon(Vec<Later>),
    /// There is nothing of it left to take back.
    Nothing,
}

/// Appends `mine`: the facts of a table that a change recorded, and those that stand for them since a later change was
/// taken back: an undo records again what had been voided.
fn mine(select: &mut Select, table: &'static FactTable, change: ChangeId) {
    select.sql("with recursive mine as (select id, voided_change_id from ").sql(table.name).sql(" where change_id = ");
    select.bind(change.0).sql(" union select again.id, again.voided_change_id from mine join ").sql(table.name);
    select.sql(" again on again.replaces = mine.id join changes u on u.id = again.change_id and u.act = 'undo') ");
}

/// Whether change `c` was taken back, and that was not.
const TAKEN_BACK: &str = "exists (select from changes u where u.act = 'undo' and u.details ->> 'undoes' = c.id::text
    and not exists (select from changes r where r.act = 'undo' and r.details ->> 'undoes' = u.id::text))";

/// The changes that voided or replaced something this one recorded, or edited the same labels since, and were not taken
/// back themselves.
pub async fn built_upon(connection: &mut PgConnection, change: ChangeId) -> Result<Vec<Later>, sqlx::Error> {
    let mut select = Select::new(
        "select distinct c.id as change_id, c.recorded_at, c.act, a.name as account
         from (select later.change_id as id from audit_entries mine
               join audit_entries later on later.entity = mine.entity and later.entity_id = mine.entity_id
                and later.change_id > mine.change_id
               join changes c on c.id = later.change_id
               where mine.before is not null and mine.change_id = ",
    );
    // What took back a later change has put the labels back as well.
    select.bind(change.0).sql(" and not (c.act = 'undo' and coalesce((c.details ->> 'undoes')::bigint, 0) > ");
    select.bind(change.0).sql(")");
    for table in tables::ALL {
        select.sql(" union (");
        mine(&mut select, table, change);
        select.sql("select voided_change_id from mine where voided_change_id is not null)");
    }
    select.sql(") l join changes c on c.id = l.id join accounts a on a.id = c.account_id where not ").sql(TAKEN_BACK);
    select.sql(" order by c.id");
    select.done().build_query_as().fetch_all(connection).await
}

/// Takes a change back within a transaction that says why. Balances are the caller's to recompute, and its rules the
/// caller's to check, before it commits.
pub async fn undo(tx: &mut WriteTx, change: ChangeId) -> Result<Undone, sqlx::Error> {
    tx.recorded().await?;
    let later = built_upon(tx.connection(), change).await?;
    if !later.is_empty() {
        return Ok(Undone::BuiltUpon(later));
    }
    let mut moved = restore_labels(tx, change).await?;
    for table in tables::ALL {
        moved += void_recorded(tx, table, change).await?;
        moved += record_again(tx, table, change).await?;
    }
    Ok(if moved == 0 { Undone::Nothing } else { Undone::Done })
}

async fn void_recorded(tx: &mut WriteTx, table: &'static FactTable, change: ChangeId) -> Result<u64, sqlx::Error> {
    let recorded = tx.recorded().await?;
    let mut update = Select::new("");
    mine(&mut update, table, change);
    update.sql("update ").sql(table.name).sql(" set voided_at = ").bind(recorded.at).sql(", voided_change_id = ");
    update.bind(recorded.change.0).sql(" where voided_at is null and id in (select id from mine)");
    table.write(tx, update).await
}

/// Records what the change had voided once more: the same content, known from now on.
async fn record_again(tx: &mut WriteTx, table: &'static FactTable, change: ChangeId) -> Result<u64, sqlx::Error> {
    let recorded = tx.recorded().await?;
    let mut insert = Select::new("insert into ");
    insert.sql(table.name).sql(" (change_id, recorded_at, key, replaces, ").sql(table.columns).sql(") select ");
    insert.bind(recorded.change.0).sql(", ").bind(recorded.at).sql(", key, id, ").sql(table.columns).sql(" from ");
    insert.sql(table.name).sql(" where voided_change_id = ").bind(change.0);
    table.write(tx, insert).await
}

/// Labels become what they were before the change.
async fn restore_labels(tx: &mut WriteTx, change: ChangeId) -> Result<u64, sqlx::Error> {
    let mut restored = 0;
    for labels in tables::LABELS {
        let rows: Vec<(i64, serde_json::Value, serde_json::Value)> = sqlx::query_as(
            "select entity_id, before, after from audit_entries
             where change_id = $1 and entity = $2 and before is not null and after is not null order by id",
        )
        .bind(change.0)
        .bind(labels.entity)
        .fetch_all(tx.connection())
        .await?;
        for (id, before, after) in rows {
            let mut update = Select::new(labels.restore);
            update.bind(before.clone()).sql("::jsonb) as s (b) where t.id = ").bind(id);
            update.done().build().execute(tx.connection()).await?;
            for list in tables::LISTS.iter().filter(|list| list.entity == labels.entity) {
                let mut update = Select::new(list.restore);
                update.bind(before.clone()).sql("::jsonb) as s (b) where t.id = ").bind(id);
                update.done().build().execute(tx.connection()).await?;
            }
            tx.audit_one(labels.entity, id, Some(after), Some(before)).await?;
            restored += 1;
        }
    }
    Ok(restored)
}
