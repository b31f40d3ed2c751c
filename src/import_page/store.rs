//! Drafts in their tables: what is known of them, their files by the piece, and who works on them.

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::imports::draft::{Fixes, Progress, Shown};
use crate::imports::{Kind, Preview, Problem};
use crate::kernel::ids::AccountId;

/// Days a draft is kept that nobody touches.
const KEPT_DAYS: i32 = 7;
/// Seconds a task may be silent before another may take its draft over.
const LEASE_SECONDS: i32 = 20;

/// A draft, or what became of it.
#[derive(Debug, sqlx::FromRow)]
pub struct Kept {
    /// Its id; none where a command made the import.
    pub id: Option<Uuid>,
    /// What is in hand.
    pub state: String,
    /// How often it was looked at.
    pub round: i32,
    /// Why it could not be: a key.
    pub failure: Option<String>,
    /// What that sentence needs.
    pub failure_arg: String,
    /// What was put right.
    pub fixes: Json<Fixes>,
    /// What came of the last look.
    pub outcome: Option<Json<Told>>,
    /// What is being done.
    pub phase: String,
    /// How far that has come.
    pub rows_read: i64,
    /// Of about how many rows.
    pub rows_about: i64,
    /// Whether whoever worked on it has fallen silent.
    pub abandoned: bool,
    /// When it was made, or landed.
    pub happened_at: DateTime<Utc>,
    /// By whom.
    pub account: String,
    /// Their account.
    pub account_id: AccountId,
    /// The change it made.
    pub change_id: Option<i64>,
    /// Why, where it was said.
    pub reason: Option<String>,
    /// What the change says of itself.
    pub details: Option<Json<serde_json::Value>>,
    /// The change that took it back.
    pub undone_by: Option<i64>,
    /// When that was.
    pub undone_at: Option<DateTime<Utc>>,
    /// Who did it.
    pub undone_account: Option<String>,
    /// Why.
    pub undone_reason: Option<String>,
    /// Whether it is being taken back just now.
    pub undoing: bool,
    /// Why it could not be taken back: a key.
    pub undo_failure: Option<String>,
    /// What stands in the way.
    pub undo_failure_lines: Json<Vec<String>>,
}

/// A file of a draft.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptFile {
    /// Its number in the draft, from 0.
    pub number: i32,
    /// What it was called where it came from.
    pub name: String,
    /// Its kind, once known.
    pub kind: Option<String>,
    /// How long it is.
    pub bytes: i64,
}

impl KeptFile {
    /// Its kind, once known.
    pub fn kind(&self) -> Option<Kind> {
        self.kind.as_deref()?.parse().ok()
    }
}

/// What a look at a draft came to, as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// New rows.
    pub added: u64,
    /// Changed rows.
    pub changed: u64,
    /// Rows the system holds already.
    pub unchanged: u64,
    /// Refused rows.
    pub rejected: u64,
    /// How many problems.
    pub error_count: u64,
    /// The first of them.
    pub errors: Vec<Problem>,
    /// How many warnings.
    pub warning_count: u64,
    /// The first of them.
    pub warnings: Vec<Problem>,
    /// What it would do.
    pub preview: Preview,
    /// The columns of each file that has bad rows.
    pub columns: Vec<(i32, Vec<String>)>,
    /// The first of the bad rows as they stand in the files.
    pub rows: Vec<Shown>,
}

const KEPT: &str = "select i.id, coalesce(i.state, 'landed') as state, coalesce(i.round, 0) as round, i.failure,
        coalesce(i.failure_arg, '') as failure_arg, coalesce(i.fixes, '{}') as fixes, i.outcome,
        coalesce(i.phase, '') as phase, coalesce(i.rows_read, 0) as rows_read, coalesce(i.rows_about, 0) as rows_about,
        coalesce(i.lease_until < clock_timestamp(), true) as abandoned, h.happened_at, a.name as account, a.id as account_id,
        c.id as change_id, c.reason, c.details, u.id as undone_by, u.recorded_at as undone_at, ua.name as undone_account,
        u.reason as undone_reason, coalesce(b.lease_until > clock_timestamp() and b.failure is null and u.id is null, false) as undoing,
        b.failure as undo_failure, coalesce(b.failure_lines, '[]') as undo_failure_lines
     from import_history h join accounts a on a.id = h.account_id
     left join imports i on i.id = h.import_id left join changes c on c.id = h.change_id
     left join changes u on u.id = h.undone_by
     left join accounts ua on ua.id = u.account_id left join import_undos b on b.change_id = c.id";

/// Reads an import by its id, or by the number of the change a command made.
pub async fn kept(connection: &mut PgConnection, id: &str) -> Result<Option<Kept>, sqlx::Error> {
    let by = |column: &'static str| {
        let mut select = crate::db::Select::new(KEPT);
        select.sql(" where ").sql(column).sql(" = ");
        select
    };
    let mut select = match (id.parse::<Uuid>(), id.parse::<i64>()) {
        (Ok(id), _) => {
            let mut select = by("h.import_id");
            select.bind(id);
            select
        }
        (_, Ok(change)) => {
            let mut select = by("h.change_id");
            select.bind(change);
            select
        }
        _ => return Ok(None),
    };
    select.done().build_query_as().fetch_optional(connection).await
}

/// The files of a draft.
pub async fn files(connection: &mut PgConnection, id: Uuid) -> Result<Vec<KeptFile>, sqlx::Error> {
    sqlx::query_as("select number, name, kind, bytes from import_files where import_id = $1 order by number")
        .bind(id)
        .fetch_all(connection)
        .await
}

/// Begins a draft.
pub async fn begin(pool: &PgPool, id: Uuid, account: AccountId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into imports (id, account_id, created_at, state, expires_at)
         values ($1, $2, clock_timestamp(), 'uploading', clock_timestamp() + interval '1 hour')",
    )
    .bind(id)
    .bind(account)
    .execute(pool)
    .await
    .map(drop)
}

/// Adds an empty file to a draft.
pub async fn add_file(pool: &PgPool, id: Uuid, number: i32, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into import_files (import_id, number, name) values ($1, $2, $3)")
        .bind(id)
        .bind(number)
        .bind(name)
        .execute(pool)
        .await
        .map(drop)
}

/// Adds a piece to a file.
pub async fn add_chunk(pool: &PgPool, id: Uuid, file: i32, number: i32, content: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("insert into import_chunks (import_id, file, number, content) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(file)
        .bind(number)
        .bind(content)
        .execute(pool)
        .await
        .map(drop)
}

/// Says that a file is whole.
pub async fn end_file(pool: &PgPool, id: Uuid, file: i32, bytes: i64, sha256: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("update import_files set bytes = $3, sha256 = $4 where import_id = $1 and number = $2")
        .bind(id)
        .bind(file)
        .bind(bytes)
        .bind(sha256)
        .execute(pool)
        .await
        .map(drop)
}

/// Removes a draft that did not land.
pub async fn discard(pool: &PgPool, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from imports i where i.id = $1 and not exists (select from changes c where c.form_id = i.id)
            and (state not in ('checking', 'landing') or coalesce(lease_until < clock_timestamp(), true))",
    )
    .bind(id)
    .execute(pool)
    .await
    .map(drop)
}

/// Says what kind a file is.
pub async fn set_kind(pool: &PgPool, id: Uuid, file: i32, kind: Kind) -> Result<(), sqlx::Error> {
    sqlx::query("update import_files set kind = $3 where import_id = $1 and number = $2")
        .bind(id)
        .bind(file)
        .bind(kind.as_str())
        .execute(pool)
        .await
        .map(drop)
}

/// Takes a draft in hand, if nobody else has it and it has not landed: `state` is `checking` or `landing`. `seen` is the
/// round the reader saw; `fixes` what they put right. False where it is not to be had.
pub async fn take(
    pool: &PgPool,
    id: Uuid,
    task: Uuid,
    state: &'static str,
    seen: Option<i32>,
    fixes: Option<&Fixes>,
) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query(
        "update imports i set state = $3, task = $2, lease_until = clock_timestamp() + make_interval(secs => $4),
                round = round + 1, failure = null, failure_arg = '', phase = 'reading', rows_read = 0, rows_about = 0,
                fixes = coalesce($6, fixes), expires_at = clock_timestamp() + make_interval(days => $7)
         where i.id = $1 and state <> 'expired' and ($5::integer is null or round = $5)
            and (state not in ('checking', 'landing') or lease_until < clock_timestamp())
            and not exists (select from changes c where c.form_id = i.id)",
    )
    .bind(id)
    .bind(task)
    .bind(state)
    .bind(f64::from(LEASE_SECONDS))
    .bind(seen)
    .bind(fixes.map(Json))
    .bind(KEPT_DAYS)
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Says that a task is still at work, and how far it has come.
pub async fn beat(pool: &PgPool, id: Uuid, task: Uuid, progress: &Progress) -> Result<(), sqlx::Error> {
    let (phase, rows, about) = progress.now();
    sqlx::query(
        "update imports set lease_until = clock_timestamp() + make_interval(secs => $3), phase = $4, rows_read = $5,
                rows_about = $6
         where id = $1 and task = $2",
    )
    .bind(id)
    .bind(task)
    .bind(f64::from(LEASE_SECONDS))
    .bind(phase.as_str())
    .bind(i64::try_from(rows).unwrap_or(i64::MAX))
    .bind(i64::try_from(about).unwrap_or(i64::MAX))
    .execute(pool)
    .await
    .map(drop)
}

/// What a task leaves: the state, why where it failed, and what it found.
pub async fn leave(
    pool: &PgPool,
    id: Uuid,
    task: Uuid,
    state: &'static str,
    failure: Option<(&str, &str)>,
    told: Option<&Told>,
) -> Result<(), sqlx::Error> {
    let count = |count: fn(&Told) -> u64| told.map(|told| i64::try_from(count(told)).unwrap_or(i64::MAX));
    sqlx::query(
        "update imports set state = $3, failure = $4, failure_arg = coalesce($5, ''), outcome = coalesce($6, outcome),
                added = coalesce($7, added), changed = coalesce($8, changed), unchanged = coalesce($9, unchanged),
                rejected = coalesce($10, rejected), task = null, lease_until = null
         where id = $1 and task = $2",
    )
    .bind(id)
    .bind(task)
    .bind(state)
    .bind(failure.map(|(key, _)| key))
    .bind(failure.map(|(_, arg)| arg))
    .bind(told.map(Json))
    .bind(count(|told| told.added))
    .bind(count(|told| told.changed))
    .bind(count(|told| told.unchanged))
    .bind(count(|told| told.rejected))
    .execute(pool)
    .await
    .map(drop)
}

/// Writes a file of a draft out, by the piece. False where it is not all there any more.
pub async fn write_out(
    connection: &mut PgConnection,
    id: Uuid,
    file: &KeptFile,
    path: &Path,
) -> Result<bool, std::io::Error> {
    let mut out = std::fs::File::create(path)?;
    let mut written = 0;
    for number in 0.. {
        let chunk: Option<Vec<u8>> =
            sqlx::query_scalar("select content from import_chunks where import_id = $1 and file = $2 and number = $3")
                .bind(id)
                .bind(file.number)
                .bind(number)
                .fetch_optional(&mut *connection)
                .await
                .map_err(std::io::Error::other)?;
        let Some(chunk) = chunk else { break };
        out.write_all(&chunk)?;
        written += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
    }
    Ok(written == file.bytes)
}

/// Takes in hand that an import is taken back; false where somebody does so already.
pub async fn take_undo(pool: &PgPool, change: i64) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query(
        "insert into import_undos (change_id, lease_until) values ($1, clock_timestamp() + interval '10 minutes')
         on conflict (change_id) do update set lease_until = excluded.lease_until, failure = null, failure_lines = '[]'
         where import_undos.failure is not null or import_undos.lease_until < clock_timestamp()",
    )
    .bind(change)
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Says that an import is no longer being taken back: it was.
pub async fn end_undo(pool: &PgPool, change: i64) -> Result<(), sqlx::Error> {
    sqlx::query("delete from import_undos where change_id = $1").bind(change).execute(pool).await.map(drop)
}

/// Says why an import could not be taken back.
pub async fn leave_undo(pool: &PgPool, change: i64, failure: &str, lines: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query("update import_undos set failure = $2, failure_lines = $3 where change_id = $1")
        .bind(change)
        .bind(failure)
        .bind(Json(lines))
        .execute(pool)
        .await
        .map(drop)
}

/// Removes the files of drafts nobody has touched for a week, and of imports landed as long ago. What landed stays in
/// the history, and so does what was refused; a draft that was never looked at goes.
pub async fn sweep(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("delete from imports where state = 'uploading' and expires_at < clock_timestamp()")
        .execute(pool)
        .await?;
    sqlx::query(
        "with over as (
            update imports set state = 'expired', fixes = '{}', outcome = outcome - 'rows'
            where expires_at < clock_timestamp() and state <> 'expired'
                and (state not in ('checking', 'landing') or coalesce(lease_until < clock_timestamp(), true))
            returning id
         )
         delete from import_chunks where import_id in (select id from over)",
    )
    .execute(pool)
    .await
    .map(drop)
}
