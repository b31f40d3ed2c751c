//! The pages of imports, and what is done on them.

use askama::Template;
use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::list::Imports;
use super::pages::HistoryPage;
use super::preview_page::ImportPage;
use super::store::{self, Kept, KeptFile};
use super::{undo, work};
use crate::access::may;
use crate::facts::Actor;
use crate::imports::Kind;
use crate::imports::draft::Fixes;
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Refused, SignedIn};

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
            tx.commit().await?;
            Ok(Html(HistoryPage::new(frame, read.view, nothing).render()?).into_response())
        }
    }
}

/// An import, its files, and whether the reader may act on it.
struct Found {
    kept: Kept,
    files: Vec<KeptFile>,
    may_act: bool,
}

async fn find(connection: &mut sqlx::PgConnection, viewer: &Viewer, id: &str) -> Result<Found, PageError> {
    let kept = store::kept(&mut *connection, id).await?.ok_or(Refused::NotFound)?;
    let files = match kept.id {
        Some(id) => store::files(connection, id).await?,
        None => Vec::new(),
    };
    let told = kept.details.as_ref().and_then(|details| details.0.get("kinds")?.as_array().cloned());
    let mut kinds: Vec<Kind> = files.iter().filter_map(KeptFile::kind).collect();
    kinds.extend(told.iter().flatten().filter_map(|kind| kind.as_str()?.parse::<Kind>().ok()));
    // Of a draft whose kinds are not known yet, whoever may load something may say them.
    let undecided = kept.change_id.is_none() && kinds.len() < files.len();
    let may_act = if undecided {
        kinds.iter().all(|kind| may(viewer.role, kind.act())) && loads_something(viewer)
    } else {
        undo::acts(&kinds).into_iter().all(|act| may(viewer.role, act))
    };
    Ok(Found { kept, files, may_act })
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
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let Found { kept, files, may_act } = find(&mut tx, &viewer, &id).await?;
    tx.commit().await?;
    let frame = Frame::new(&state, viewer, Imports::NAME);
    Ok(Html(ImportPage::new(frame, id, kept, files, may_act).render()?).into_response())
}

/// `POST /imports/{id}`: look again with what was put right, land, throw away, or take back.
pub async fn act(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Pairs>, FormRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let Form(pairs) = form.map_err(|_| Refused::BadParameter("form", String::new()))?;
    viewer.owns(given(&pairs, "csrf").unwrap_or_default())?;
    let found = find(&mut tx, &viewer, &id).await?;
    tx.commit().await?;
    if !found.may_act {
        return Err(Refused::Forbidden.into());
    }
    let here = Redirect::to(&format!("/imports/{id}"));
    match (given(&pairs, "act").unwrap_or("check"), found.kept.id, found.kept.change_id) {
        ("undo", _, Some(change)) if found.kept.undone_by.is_none() => {
            let Some(reason) = reason(&pairs) else { return Ok(Redirect::to(&format!("/imports/{id}?reason#undo")).into_response()) };
            undo::begin(&state, actor(&viewer), change, reason).await?;
        }
        ("discard", Some(draft), None) => {
            store::discard(&state.0.db.pages, draft).await?;
            return Ok(Redirect::to("/imports").into_response());
        }
        ("land", Some(_), None) => land(&state, &viewer, &found, &pairs).await?,
        ("check" | "forget", Some(_), None) => check(&state, &viewer, &found, &pairs).await?,
        _ => {}
    }
    Ok(here.into_response())
}

fn reason(pairs: &Pairs) -> Option<String> {
    let reason = given(pairs, "reason").filter(|reason| !reason.is_empty())?;
    Some(reason.chars().filter(|c| *c != '\0').take(2000).collect())
}

fn actor(viewer: &Viewer) -> Actor {
    Actor { account: viewer.account, role: viewer.role, os_user: None }
}

fn round(pairs: &Pairs) -> Option<i32> {
    given(pairs, "round")?.parse().ok()
}

async fn land(state: &AppState, viewer: &Viewer, found: &Found, pairs: &Pairs) -> Result<(), PageError> {
    let (Some(id), Some(round)) = (found.kept.id, round(pairs)) else { return Ok(()) };
    let ready = found.kept.state == "checked";
    let corrected = found.kept.outcome.as_ref().is_some_and(|told| told.0.preview.corrected > 0);
    let reason = reason(pairs).filter(|_| corrected);
    // The page says that a reason is needed, and so does the browser; whoever sends none has neither.
    if !ready || (corrected && reason.is_none()) {
        return Ok(());
    }
    work::land(state, id, viewer.account, viewer.role, round, reason).await?;
    Ok(())
}

async fn check(state: &AppState, viewer: &Viewer, found: &Found, pairs: &Pairs) -> Result<(), PageError> {
    let Some(id) = found.kept.id else { return Ok(()) };
    let mut fixes = if given(pairs, "act") == Some("forget") { Fixes::default() } else { found.kept.fixes.0.clone() };
    if let Some(told) = &found.kept.outcome {
        super::pages::put_right(&mut fixes, &told.0, pairs);
    }
    for file in &found.files {
        let Some(kind) = given(pairs, &format!("kind.{}", file.number)).filter(|kind| !kind.is_empty()) else { continue };
        let kind: Kind = kind.parse().map_err(|_| Refused::BadParameter("kind", kind.to_owned()))?;
        if !may(viewer.role, kind.act()) {
            return Err(Refused::Forbidden.into());
        }
        if file.kind() != Some(kind) {
            store::set_kind(&state.0.db.pages, id, file.number, kind).await?;
        }
    }
    work::check(state, id, viewer.account, viewer.role, round(pairs), Some(&fixes)).await?;
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
    let Found { kept, files, .. } = find(&mut tx, &viewer, &id).await?;
    tx.commit().await?;
    let number = given(&pairs, "file").unwrap_or("0");
    let file = files.iter().find(|file| file.number.to_string() == number);
    let (Some(draft), Some(file), Some(told)) = (kept.id, file, kept.outcome) else {
        return Err(Refused::NotFound.into());
    };
    let _place = state.0.exports.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
    let rows = work::bad_rows(&state, draft, file, &told.0, &kept.fixes.0, crate::l10n::L10n::ENGLISH).await?;
    let rows = rows.ok_or(Refused::NotFound)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_static("attachment; filename=\"refused.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok((headers, rows).into_response())
}
