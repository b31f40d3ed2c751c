//! The page of a change, and the form that takes it back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::store::{self, Change, TakenBack, take_back};
use crate::access::{self, may};
use crate::facts::ChangeId;
use crate::facts::undo::{Later, built_upon};
use crate::l10n::L10n;
use crate::rooms;
use crate::web::detail::{HistoryFact, act_in_words, told_of_change};
use crate::web::entry::{self, Wrong};
use crate::web::form::FormPage;
use crate::web::frame::{Frame, filters};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

#[derive(Template)]
#[template(path = "changes/page.html")]
struct ChangePage {
    frame: Frame,
    title: String,
    change: Change,
    at: String,
    lines: Vec<HistoryFact>,
    thing: Option<String>,
    later: Vec<(i64, String)>,
    may_undo: bool,
}

/// What may be classified is told here by its digest alone, and yet that there is something is not everybody's to know.
const GUARDED: [&str; 7] =
    ["accounts", "saved_views", "meetings", "actions", "documents", "intelligence", "reader_requests"];

/// Accounts, saved views and what may be classified are the administrators' and auditors' business, and whoever's own
/// they are; everything else recorded so far is everybody's to read.
fn allow(viewer: &Viewer, change: &Change) -> Result<(), PageError> {
    let guarded = change.touched.iter().any(|touched| GUARDED.contains(&touched.as_str()));
    let own = change.account_id == viewer.account;
    if guarded && !own && !may(viewer.role, access::Act::ReadAudit) { Err(Refused::Forbidden.into()) } else { Ok(()) }
}

fn later_in_words(later: &[Later], frame_l10n: L10n, zone: chrono_tz::Tz) -> Vec<(i64, String)> {
    let say = |one: &Later| {
        let at = format::instant(one.recorded_at, zone, frame_l10n);
        let args = [("number", one.change_id.into()), ("who", one.account.as_str().into()), ("at", at.into())];
        (one.change_id, frame_l10n.with("change-later", &args))
    };
    later.iter().map(say).collect()
}

/// `GET /changes/{number}`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(number): Path<i64>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let change = store::change(&mut tx, number).await?.ok_or(Refused::NotFound)?;
    allow(&viewer, &change)?;
    let frame = Frame::new(&state, viewer, "changes");
    let lines = told_of_change(&mut tx, &frame, number).await?;
    let later = built_upon(&mut tx, ChangeId(number)).await?;
    let who = (frame.viewer.role, frame.viewer.unit_code.as_deref());
    let may_undo = later.is_empty() && store::may_take_back(&mut tx, &change, who, frame.today).await?;
    tx.end();
    let thing = change.room.as_deref().and_then(rooms::entry_of).zip(change.code.as_ref());
    let page = ChangePage {
        title: act_in_words(&change.act, change.code.as_deref(), frame.l10n),
        at: format::instant(change.recorded_at, frame.zone, frame.l10n),
        thing: thing.map(|(room, code)| address::to(room, code)),
        later: later_in_words(&later, frame.l10n, frame.zone),
        may_undo,
        lines,
        change,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// The form that asks why.
fn ask(frame: Frame, change: &Change, sent: &Sent, wrong: &Wrong, errors: Vec<String>) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = format!("/changes/{}", change.id);
    let kicker = (l10n.with("change-number", &[("number", change.id.into())]), back.clone());
    let mut page = FormPage::new(format!("{back}/undo"), kicker, l10n.t("undo-title"), l10n.t("undo-submit"));
    page.lead = Some(act_in_words(&change.act, change.code.as_deref(), l10n));
    page.grave = true;
    let mut reason = entry::reason(sent, wrong, l10n).required();
    reason.hint = Some(l10n.t("undo-reason-hint"));
    page.last.push(reason);
    page.errors = errors;
    if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    page.page(frame)
}

async fn found(state: &AppState, viewer: &Viewer, number: i64) -> Result<Change, PageError> {
    let mut tx = state.0.db.read().await?;
    let change = store::change(&mut tx, number).await?.ok_or(Refused::NotFound)?;
    let who = (viewer.role, viewer.unit_code.as_deref());
    let may = store::may_take_back(&mut tx, &change, who, state.0.clock.today()).await?;
    tx.end();
    if may { Ok(change) } else { Err(Refused::Forbidden.into()) }
}

/// `GET /changes/{number}/undo`.
pub async fn ask_why(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(number): Path<i64>,
) -> Result<Response, PageError> {
    let SignedIn { tx, viewer, .. } = signed_in;
    tx.end();
    let change = found(&state, &viewer, number).await?;
    ask(Frame::new(&state, viewer, "changes"), &change, &Sent::default(), &Wrong::new(), Vec::new())
}

/// `POST /changes/{number}/undo`.
pub async fn undo(Path(number): Path<i64>, posting: Posting) -> Result<Response, PageError> {
    let change = found(&posting.state, &posting.viewer, number).await?;
    let l10n = L10n::of(&posting.viewer.language);
    let (sent, form) = (&posting.sent, posting.sent.stamp()?);
    let (mut wrong, mut errors) = (Wrong::new(), Vec::new());
    let reason = sent.get("reason");
    if reason.is_empty() {
        wrong.insert("reason".to_owned(), vec![l10n.t("undo-reason-needed")]);
    } else {
        match take_back(&posting.state.0.db, posting.actor(), &change, reason, &form).await? {
            TakenBack::Done(done) | TakenBack::Before(done) => {
                return Ok(Redirect::to(&format!("/changes/{0}?done={0}", done.0)).into_response());
            }
            TakenBack::Otherwise => return Err(Refused::SentOtherwise.into()),
            TakenBack::Nothing => errors.push(l10n.t("undo-nothing")),
            TakenBack::BuiltUpon(later) => {
                let said = later_in_words(&later, l10n, posting.state.0.clock.zone());
                errors.push(l10n.t("undo-built-upon"));
                errors.extend(said.into_iter().map(|(_, words)| words));
            }
            TakenBack::WouldBreak(broken) => {
                errors.push(l10n.t("undo-would-break"));
                errors.extend(broken.iter().map(|one| one.sentence(l10n)));
            }
        }
    }
    let frame = Frame::new(&posting.state, posting.viewer.clone(), "changes");
    ask(frame, &change, sent, &wrong, errors)
}
