//! Taking an import back: its facts are voided, what it had voided is recorded again, with a reason. Done behind the
//! page, because an import of a hundred thousand rows is not taken back in the time a page has.

use std::time::Duration;

use super::store;
use crate::access::Act;
use crate::balances;
use crate::facts::undo::{Undone, undo};
use crate::facts::{Actor, ChangeId, WriteTx};
use crate::imports::Kind;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::ledger;
use crate::web::{AppState, format};

/// How long the page waits for it, so that most are done when it is drawn.
const PATIENCE: Duration = Duration::from_millis(1200);

/// What it takes to take an import back: what it took to land it. What older imports held is not known.
pub fn acts(kinds: &[Kind]) -> Vec<Act> {
    match kinds {
        [] => vec![Act::LoadStructure, Act::LoadPledges, Act::LoadMoney],
        kinds => kinds.iter().map(|kind| kind.act()).collect(),
    }
}

/// What stands in the way: a key, and lines for people.
struct InTheWay(&'static str, Vec<String>);

impl From<sqlx::Error> for InTheWay {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "an import could not be taken back");
        InTheWay("failed", Vec::new())
    }
}

/// Begins to take an import back, and waits a moment for it to be done.
pub async fn begin(state: &AppState, actor: Actor, change: i64, reason: String) -> Result<(), sqlx::Error> {
    if !store::take_undo(&state.0.db.pages, change).await? {
        return Ok(());
    }
    let state = state.clone();
    let work = tokio::spawn(async move {
        if let Err(InTheWay(key, lines)) = take_back(&state, actor, ChangeId(change), reason).await
            && let Err(error) = store::leave_undo(&state.0.db.pages, change, key, &lines).await
        {
            tracing::error!(%error, "why an import could not be taken back could not be kept");
        }
    });
    let _ = tokio::time::timeout(PATIENCE, work).await;
    Ok(())
}

async fn take_back(state: &AppState, actor: Actor, change: ChangeId, reason: String) -> Result<(), InTheWay> {
    let (l10n, zone) = (L10n::ENGLISH, state.0.clock.zone());
    let mut tx = WriteTx::begin_long(&state.0.db, actor, "undo", Some(reason)).await?;
    match undo(&mut tx, change).await? {
        Undone::Done => {}
        Undone::Nothing => return Err(InTheWay("nothing", Vec::new())),
        Undone::BuiltUpon(later) => {
            let lines = later.iter().map(|later| {
                let at = format::instant(KnownAt(later.recorded_at).0, zone, l10n);
                let args =
                    [("change", later.change_id.into()), ("at", at.into()), ("who", later.account.as_str().into())];
                l10n.with("import-page-undo-later", &args)
            });
            return Err(InTheWay("built-upon", lines.collect()));
        }
    }
    let recorded = tx.recorded().await?;
    let touched = balances::touched_by(tx.connection(), recorded.change).await?;
    balances::recompute(&mut tx, &touched).await?;
    let broken = ledger::broken(tx.connection()).await?;
    if !broken.is_empty() {
        return Err(InTheWay("rests-on-it", broken.iter().map(|broken| broken.sentence(l10n)).collect()));
    }
    tx.say(serde_json::json!({ "undoes": change.0 }));
    tx.commit().await?;
    Ok(())
}
