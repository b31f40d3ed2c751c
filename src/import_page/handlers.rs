//! The pages of imports, and what is done on them.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;

use uuid::Uuid;

use super::list::Imports;
use super::pages::HistoryPage;
use super::preview_page::ImportPage;
use super::store::{self, Kept, KeptFile};
use super::{undo, work};
use crate::access::may;
use crate::changes::{self, Change};
use crate::imports::Kind;
use crate::imports::draft::Fixes;
use crate::l10n::L10n;
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn};

type Pairs = Vec<(String, String)>;

fn given<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim())
}

/// `GET /imports`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Pairs>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let nothing = pairs.as_ref().is_ok_and(|Query(pairs)| given(pairs, "nothing").is_some());
    let frame = Frame::new(&state, viewer, Imports::NAME);
    match read::<Imports>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            tx.end();
            Ok(Html(HistoryPage::new(frame, read.view, nothing).render()?).into_response())
        }
    }
}

/// An import, its files, and whether the reader may act on it.
struct Found {
    kept: Kept,
    files: Vec<KeptFile>,
    change: Option<Change>,
    may_act: bool,
}

async fn find(
    connection: &mut sqlx::PgConnection,
    viewer: &Viewer,
    id: &str,
    today: NaiveDate,
) -> Result<Found, PageError> {
    let kept = store::kept(&mut *connection, id).await?.ok_or(Refused::NotFound)?;
    let files = match kept.id {
        Some(id) => store::files(&mut *connection, id).await?,
        None => Vec::new(),
    };
    // A file of meetings, or one not yet known not to be, may hold what is classified: it is its loader's alone.
    let classified = |file: &KeptFile| file.kind().is_none_or(|kind| kind == Kind::Meetings);
    if files.iter().any(classified) && kept.account_id != viewer.account {
        return Err(Refused::NotFound.into());
    }
    // What landed is taken back by whoever may take back each part of it; a draft is acted on by whoever may load it.
    let change = match kept.change_id {
        Some(number) => changes::change(&mut *connection, number).await?,
        None => None,
    };
    let may_act = match &change {
        Some(change) => {
            let who = (viewer.role, viewer.unit_code.as_deref());
            changes::may_take_back(connection, change, who, today).await?
        }
        None => {
            let loads = |kind: Kind| may(viewer.role, kind.act());
            loads_something(viewer) && files.iter().filter_map(KeptFile::kind).all(loads)
        }
    };
    Ok(Found { kept, files, change, may_act })
}

/// Whether somebody may load files of any kind.
pub fn loads_something(viewer: &Viewer) -> bool {
    Kind::ALL.into_iter().any(|kind| may(viewer.role, kind.act()))
}

/// `GET /imports/{id}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let Found { kept, files, may_act, .. } = find(&mut tx, &viewer, &id, state.0.clock.today()).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, Imports::NAME);
    let reason_needed = given(&pairs, "reason").is_some();
    Ok(Html(ImportPage::new(frame, id, kept, files, may_act, reason_needed).render()?).into_response())
}

/// `POST /imports/{id}`: look again with what was put right, land, throw away, or take back.
pub async fn act(Path(id): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let Posting { state, viewer, sent, .. } = &posting;
    let mut tx = state.0.db.read().await?;
    let found = find(&mut tx, viewer, &id, state.0.clock.today()).await?;
    tx.end();
    if !found.may_act {
        return Err(Refused::Forbidden.into());
    }
    let wanted = if sent.has("act") { sent.get("act") } else { "check" };
    match (wanted, found.kept.id, found.change.clone()) {
        ("undo", _, Some(change)) if change.taken_back_by.is_none() => {
            let Some(reason) = reason(sent) else {
                return Ok(Redirect::to(&format!("/imports/{id}?reason=needed#undo")).into_response());
            };
            undo::begin(state, posting.actor(), change, reason, L10n::of(&viewer.language)).await?;
        }
        ("discard", Some(draft), None) => {
            store::discard(&state.0.db.pages, draft).await?;
            return Ok(Redirect::to("/imports").into_response());
        }
        ("land", Some(draft), None) => {
            let reasoned = land(state, viewer, draft, &found, sent).await?;
            if !reasoned {
                return Ok(Redirect::to(&format!("/imports/{id}?reason=needed#reason")).into_response());
            }
        }
        ("check" | "forget", Some(draft), None) => check(state, viewer, draft, &found, sent).await?,
        _ => {}
    }
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

fn reason(sent: &Sent) -> Option<String> {
    let reason = sent.get("reason");
    (!reason.is_empty()).then(|| reason.chars().take(2000).collect())
}

fn round(sent: &Sent) -> Option<i32> {
    sent.get("round").parse().ok()
}

/// Lands a draft; false where a reason is needed and none was given.
async fn land(state: &AppState, viewer: &Viewer, id: Uuid, found: &Found, sent: &Sent) -> Result<bool, PageError> {
    let corrected = found.kept.outcome.as_ref().is_some_and(|told| told.0.preview.corrected > 0);
    let reason = reason(sent).filter(|_| corrected);
    if corrected && reason.is_none() {
        return Ok(false);
    }
    if let Some(round) = round(sent).filter(|_| found.kept.state == "checked") {
        work::land(state, id, viewer.account, viewer.role, round, reason).await?;
    }
    Ok(true)
}

async fn check(state: &AppState, viewer: &Viewer, id: Uuid, found: &Found, sent: &Sent) -> Result<(), PageError> {
    let mut fixes = if sent.get("act") == "forget" { Fixes::default() } else { found.kept.fixes.0.clone() };
    if let Some(told) = found.kept.outcome.as_ref().filter(|_| sent.get("act") != "forget") {
        super::pages::put_right(&mut fixes, &told.0, &sent.0);
    }
    for file in &found.files {
        let kind = sent.get(&format!("kind.{}", file.number));
        if kind.is_empty() {
            continue;
        }
        let kind: Kind = kind.parse().map_err(|_| Refused::BadParameter("kind", kind.to_owned()))?;
        if !may(viewer.role, kind.act()) {
            return Err(Refused::Forbidden.into());
        }
        if file.kind() != Some(kind) {
            store::set_kind(&state.0.db.pages, id, file.number, kind).await?;
        }
    }
    work::check(state, id, viewer.account, viewer.role, round(sent), Some(&fixes)).await?;
    Ok(())
}

/// `GET /imports/{id}/refused.csv?file=0`: the bad rows of a file, with the reasons.
pub async fn refused_rows(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let Found { kept, files, .. } = find(&mut tx, &viewer, &id, state.0.clock.today()).await?;
    tx.end();
    let number = given(&pairs, "file").unwrap_or("0");
    let file = files.iter().find(|file| file.number.to_string() == number);
    let (Some(draft), Some(file), Some(told)) = (kept.id, file, kept.outcome) else {
        return Err(Refused::NotFound.into());
    };
    let _place = state.0.exports.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
    let rows = work::bad_rows(&state, draft, file, &told.0, &kept.fixes.0, L10n::of(&viewer.language)).await?;
    let rows = rows.ok_or(Refused::NotFound)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_static("attachment; filename=\"refused.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok((headers, rows).into_response())
}
