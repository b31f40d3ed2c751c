//! The work behind the pages: texts are taken, one file at a time, under a lease, and what nobody filed is swept away.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::extract::{self, Unreadable, WITHIN};
use super::files::Files;
use super::store::{self, Pending};
use crate::db::Db;
use crate::web::AppState;

/// How long a lease lasts: a file has less time than that.
const LEASE: Duration = Duration::from_secs(90);
/// How often a file is tried that took the whole server with it, or the server was stopped over it.
const TRIES: i32 = 3;
/// How long a file waits that was brought and not filed.
const UPLOADS_KEPT: TimeDelta = TimeDelta::days(1);
/// How often the server looks whether a text waits that another server left.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Takes the texts that wait, behind whatever page is shown.
pub fn begin(state: &AppState) {
    let (db, files) = (state.0.db.clone(), state.0.files.clone());
    tokio::spawn(async move {
        match take_all(&db, &files, WITHIN).await {
            // A server that stops leaves what waits to the next.
            Ok(()) | Err(sqlx::Error::PoolClosed) => {}
            Err(error) => tracing::error!(%error, "the texts of documents could not be taken"),
        }
    });
}

/// Goes on as long as the server: texts another server left behind, files nobody filed. Never ends.
pub async fn keep_up(state: &AppState) {
    let mut round = 0u64;
    loop {
        begin(state);
        // Once at the start, then once an hour.
        if round.is_multiple_of(60)
            && let Err(error) = sweep(state).await
        {
            tracing::warn!(%error, "files nobody filed could not be swept away");
        }
        round += 1;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Takes the texts that wait until none does. `within` is how long a file may take.
///
/// # Errors
/// Where the database fails.
pub async fn take_all(db: &Db, files: &Files, within: Duration) -> Result<(), sqlx::Error> {
    // One at a time, whoever asked.
    let _alone = files.reading().await;
    loop {
        let task = Uuid::now_v7();
        let mut connection = db.pages.acquire().await?;
        let pending = store::take_text(&mut connection, task, LEASE.as_secs()).await?;
        // Nobody waits for a page's connection while a file is read.
        drop(connection);
        let Some(pending) = pending else { return Ok(()) };
        let came = take(files, &pending, within).await;
        let mut connection = db.pages.acquire().await?;
        let of = (pending.version_id, task);
        match came {
            Ok(text) if text.is_empty() => {
                store::keep_text(&mut connection, of, "none", Some("nothing"), "").await?;
            }
            Ok(text) => store::keep_text(&mut connection, of, "taken", None, &text).await?,
            Err(why) => store::keep_text(&mut connection, of, "unreadable", Some(why.as_str()), "").await?,
        }
    }
}

async fn take(files: &Files, pending: &Pending, within: Duration) -> Result<String, Unreadable> {
    if pending.tries > TRIES {
        return Err(Unreadable::Crashed);
    }
    let file = files.handle(pending.file_id).await.ok().flatten().ok_or(Unreadable::Gone)?;
    extract::run(files.program(), file, &pending.media_type, within).await
}

/// Lets go of files that were brought and never filed. A file nothing speaks of stays: the database may be an older one,
/// brought back from a backup.
///
/// # Errors
/// Where the database fails.
pub async fn sweep(state: &AppState) -> Result<(), sqlx::Error> {
    let files = &state.0.files;
    let before = state.0.clock.now() - UPLOADS_KEPT;
    let mut connection = state.0.db.pages.acquire().await?;
    let gone = store::sweep(&mut connection, before).await?;
    drop(connection);
    files.forget(&gone).await;
    Ok(())
}
