//! Taking an import back: its facts are voided, what it had voided is recorded again, with a reason. Done behind the
//! page, because an import of a hundred thousand rows is not taken back in the time a page has.

use std::time::Duration;

use uuid::Uuid;

use super::store;
use crate::changes::{Change, TakenBack, take_back_within};
use crate::facts::{Actor, FormStamp, WriteTx};
use crate::l10n::L10n;
use crate::web::{AppState, format};

/// How long the page waits for it, so that most are done when it is drawn.
const PATIENCE: Duration = Duration::from_millis(1200);

/// What stands in the way: a key, and lines for people.
struct InTheWay(&'static str, Vec<String>);

impl From<sqlx::Error> for InTheWay {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "an import could not be taken back");
        InTheWay("import-page-undo-failed", Vec::new())
    }
}

/// Begins to take an import back, and waits a moment for it to be done.
pub async fn begin(
    state: &AppState,
    actor: Actor,
    change: Change,
    reason: String,
    l10n: L10n,
) -> Result<(), sqlx::Error> {
    if !store::take_undo(&state.0.db.pages, change.id).await? {
        return Ok(());
    }
    let state = state.clone();
    let work = tokio::spawn(async move {
        let db = &state.0.db.pages;
        let told = match take_back(&state, actor, &change, reason, l10n).await {
            Ok(()) => store::end_undo(db, change.id).await,
            Err(InTheWay(key, lines)) => store::leave_undo(db, change.id, key, &lines).await,
        };
        if let Err(error) = told {
            tracing::error!(%error, "what came of taking an import back could not be kept");
        }
    });
    let _ = tokio::time::timeout(PATIENCE, work).await;
    Ok(())
}

async fn take_back(
    state: &AppState,
    actor: Actor,
    change: &Change,
    reason: String,
    l10n: L10n,
) -> Result<(), InTheWay> {
    let zone = state.0.clock.zone();
    let tx = WriteTx::begin_long(&state.0.db, actor, "undo", Some(reason)).await?;
    let form = Uuid::now_v7();
    let stamp = FormStamp { id: form, digest: form.to_string() };
    match take_back_within(tx, change, &stamp).await? {
        TakenBack::Done(_) | TakenBack::Before(_) => Ok(()),
        TakenBack::Nothing | TakenBack::Otherwise => Err(InTheWay("undo-nothing", Vec::new())),
        TakenBack::BuiltUpon(later) => {
            let lines = later.iter().map(|later| {
                let at = format::instant(later.recorded_at, zone, l10n);
                let args =
                    [("number", later.change_id.into()), ("at", at.into()), ("who", later.account.as_str().into())];
                l10n.with("change-later", &args)
            });
            Err(InTheWay("undo-built-upon", lines.collect()))
        }
        TakenBack::WouldBreak(broken) => {
            Err(InTheWay("undo-would-break", broken.iter().map(|broken| broken.sentence(l10n)).collect()))
        }
    }
}
