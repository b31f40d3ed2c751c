//! Who reads in a transaction, and the note of what was read.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::rule::{Classification, Reader};
use crate::db::{Db, ReadTx};

/// Says who reads in this transaction, and in no later one on the same connection.
pub async fn say_reader(connection: &mut PgConnection, reader: Reader) -> Result<(), sqlx::Error> {
    sqlx::query("select set_config('dis.reader', $1::bigint::text, true), set_config('dis.reader_role', $2, true)")
        .bind(reader.account)
        .bind(reader.role.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// A snapshot for a page in which that person reads.
pub async fn read_as(db: &Db, reader: Reader) -> Result<ReadTx, sqlx::Error> {
    let mut tx = db.read().await?;
    say_reader(&mut tx, reader).await?;
    Ok(tx)
}

/// Notes that somebody read something classified: before it is shown, in a transaction of its own. Where it cannot be
/// noted it is not shown. `how` is one of `page`, `print`, `revisions`, `form`, `export`, `brief`.
pub async fn note_reading(
    db: &Db,
    reader: Reader,
    entity: &'static str,
    thing: Uuid,
    level: Classification,
    how: &'static str,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if level == Classification::Unclassified {
        return Ok(());
    }
    let mut tx = db.write().await?;
    say_reader(&mut tx, reader).await?;
    sqlx::query(
        "insert into classified_readings (read_at, account_id, entity, thing, classification, how)
         values ($1, $2, $3, $4, $5::classification, $6)",
    )
    .bind(at)
    .bind(reader.account)
    .bind(entity)
    .bind(thing)
    .bind(level.as_str())
    .bind(how)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Notes that somebody read several classified things on one page, each once; as [`note_reading`] does of one.
pub async fn note_readings(
    db: &Db,
    reader: Reader,
    entity: &'static str,
    things: &[(Uuid, Classification)],
    how: &'static str,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let classified = things.iter().filter(|(_, level)| *level != Classification::Unclassified);
    let (things, levels): (Vec<Uuid>, Vec<&'static str>) =
        classified.map(|(thing, level)| (*thing, level.as_str())).unzip();
    if things.is_empty() {
        return Ok(());
    }
    let mut tx = db.write().await?;
    say_reader(&mut tx, reader).await?;
    sqlx::query(
        "insert into classified_readings (read_at, account_id, entity, thing, classification, how)
         select distinct on (t.thing) $1, $2, $3, t.thing, t.level::classification, $6
         from unnest($4::uuid[], $5::text[]) t (thing, level)",
    )
    .bind(at)
    .bind(reader.account)
    .bind(entity)
    .bind(things)
    .bind(levels)
    .bind(how)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Notes that somebody takes every classified meeting they may read along in a file.
pub async fn note_export(db: &Db, reader: Reader, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut tx = db.write().await?;
    say_reader(&mut tx, reader).await?;
    sqlx::query(
        "insert into classified_readings (read_at, account_id, entity, thing, classification, how)
         select $1, $2, 'meetings', m.key, m.classification, $3 from meetings m
         where m.classification > 'unclassified' order by m.id",
    )
    .bind(at)
    .bind(reader.account)
    .bind("export")
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Writes down that a level changed, and why: beside the thing and under its rule, because the reason may say what is
/// classified. In the transaction that changes it.
pub async fn note_change(
    connection: &mut PgConnection,
    entity: &'static str,
    thing: i64,
    was: Classification,
    became: Classification,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into classification_changes (entity, thing_id, was, became, reason)
         values ($1, $2, $3::classification, $4::classification, $5)",
    )
    .bind(entity)
    .bind(thing)
    .bind(was.as_str())
    .bind(became.as_str())
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}
