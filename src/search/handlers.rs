//! The page of everything found.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use sqlx::postgres::PgConnection;

use super::forms::{Asked, Wanted, understand};
use super::model::{NAMES, ON_PAGE, Question, SEARCHED};
use super::pages::{Filter, SearchPage};
use super::store;
use super::turn::Turn;
use crate::finding::{Item, Kind, WITH_A_PAGE, items, ours, store as names};
use crate::kernel::{AsOf, KnownAt};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn};

/// The donor asked for, by code or name, and with it those below it.
async fn donors(
    connection: &mut PgConnection,
    wanted: &mut Wanted,
    as_of: AsOf,
    known_at: KnownAt,
) -> Result<Option<(Filter, Vec<i64>)>, PageError> {
    let Some(donor) = wanted.donor.clone() else { return Ok(None) };
    let named = names::resolve(&mut *connection, Kind::Donor, &donor).await?;
    let (code, name) = named.ok_or(Refused::BadParameter("donor", donor))?;
    let all = store::with_children(connection, &code, as_of, known_at).await?;
    wanted.donor = Some(code.clone());
    Ok(Some((Filter { code, name }, all)))
}

/// What is found by name or code: everything but what only the frame of a page can do.
async fn by_name(connection: &mut PgConnection, wanted: &Wanted, frame: &Frame) -> Result<Vec<Item>, PageError> {
    if wanted.typed.is_empty() {
        let recent = names::recent(connection, frame.viewer.account).await?;
        return Ok(items(frame, recent));
    }
    if wanted.is_narrowed() {
        return Ok(Vec::new());
    }
    let found = names::near(connection, &wanted.typed, &WITH_A_PAGE, ours(frame, &WITH_A_PAGE), NAMES, false).await?;
    Ok(items(frame, found).into_iter().filter(|item| item.href.is_some()).collect())
}

/// `GET /search?q=…&kind=…&donor=…&since=…&until=…&page=…`.
pub async fn page(
    State(state): State<AppState>,
    _turn: Turn,
    signed_in: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let mut wanted = understand(asked)?;
    let frame = Frame::new(&state, viewer, "search");
    let donors = donors(&mut tx, &mut wanted, AsOf(frame.today), latest).await?;
    let mut names = by_name(&mut tx, &wanted, &frame).await?;
    let searched: Vec<&str> = SEARCHED.iter().map(|kind| kind.as_str()).collect();
    let of_texts = names.iter().filter(|item| item.is_sure() && searched.contains(&item.kind));
    let (donor, ids) = donors.unzip();
    let question = Question {
        typed: &wanted.typed,
        // Of one or two letters too much begins with them.
        goes_on: wanted.typed.split(' ').next_back().is_some_and(|word| word.chars().count() > 2),
        within: None,
        kind: wanted.kind,
        but: of_texts.map(|item| format!("{} {}", item.kind, item.code)).collect(),
        donors: ids,
        since: wanted.since,
        until: wanted.until,
        passed_over: wanted.passed_over(),
        most: ON_PAGE,
    };
    let answer = store::search(&mut tx, &question).await?;
    if !answer.kinds.is_empty() {
        // A name that only resembles what was typed is for want of better.
        names.retain(Item::is_sure);
    } else if !wanted.typed.is_empty() && !wanted.is_narrowed() {
        let kinds: Vec<&str> = names.iter().map(|item| item.kind).collect();
        let resembling = names::resembling(&mut tx, &wanted.typed, &kinds, NAMES).await?;
        names.extend(items(&frame, resembling).into_iter().filter(|item| item.href.is_some()));
    }
    tx.end();
    let page = SearchPage::of(frame, wanted, donor, names, answer);
    Ok(Html(page.render()?).into_response())
}
