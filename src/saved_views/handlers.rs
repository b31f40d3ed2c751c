//! Saving, renaming, sharing and removing views.

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use super::model::{self, NewView};
use super::pages::{Refusal, Unsaved, ViewsPage, keeps};
use super::store::{self, Change, Outcome};
use crate::access::{Act, may};
use crate::facts::{ChangeId, WriteTx};
use crate::kernel::KnownAt;
use crate::lists::List;
use crate::rooms::{EachList, each_list};
use crate::web::frame::Frame;
use crate::web::list::canonical;
use crate::web::{AppState, PageError, Posting, Refused, SignedIn};

const HERE: &str = "views";

/// What the page of views shows besides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    removed: Option<Uuid>,
}

/// `GET /views`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    shown: Result<Query<Shown>, QueryRejection>,
) -> Result<Response, PageError> {
    let Query(shown) = shown.map_err(|_| Refused::BadParameter("removed", String::new()))?;
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let removed = match shown.removed {
        Some(key) => store::removed(&mut tx, key, viewer.account).await?.map(|name| (key, name)),
        None => None,
    };
    tx.end();
    let page = ViewsPage { removed, ..ViewsPage::new(Frame::new(&state, viewer, HERE), None) };
    Ok(Html(page.render()?).into_response())
}

/// Asks the list of that name which address it would write itself.
struct Canonical<'a> {
    list: &'a str,
    pairs: Vec<(String, String)>,
    today: NaiveDate,
    latest: KnownAt,
    keep_day: bool,
}

impl EachList for Canonical<'_> {
    type Output = Option<Result<(&'static str, String), PageError>>;

    fn list<L: List>(&mut self) -> Self::Output {
        let here = L::NAME == self.list;
        here.then(|| {
            let pairs = std::mem::take(&mut self.pairs);
            Ok((L::NAME, canonical::<L>(pairs, self.today, self.latest, self.keep_day)?))
        })
    }
}

/// The list and the address it would write itself; nothing but an address of one of our lists gets through.
fn of_a_list(
    address: &str,
    today: NaiveDate,
    latest: KnownAt,
    keep_day: bool,
) -> Result<(&'static str, String), PageError> {
    let bad = || PageError::from(Refused::BadParameter("address", address.chars().take(100).collect()));
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let path = uri.path().strip_prefix('/').filter(|_| uri.authority().is_none() && address.starts_with('/'));
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| bad())?;
    let mut asked = Canonical { list: path.ok_or_else(bad)?, pairs, today, latest, keep_day };
    each_list(&mut asked).into_iter().find_map(|(_, found)| found).ok_or_else(bad)?
}

fn unprocessable(page: &ViewsPage) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// Leads on to an address, whose page says what was done.
fn on_to(address: &str, change: ChangeId) -> Response {
    let joint = if address.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{address}{joint}done={}", change.0)).into_response()
}

/// `POST /views`: saves one.
pub async fn save(posting: Posting) -> Result<Response, PageError> {
    let Posting { state, viewer, latest, sent } = &posting;
    let (shared, keep_day) = (sent.has("shared"), sent.has("keep_day"));
    if !may(viewer.role, Act::SaveViews) || shared && !may(viewer.role, Act::ShareViews) {
        return Err(Refused::Forbidden.into());
    }
    let today = state.0.clock.today();
    let (list, address) = of_a_list(sent.get("address"), today, *latest, keep_day)?;
    let wrong = match model::name(sent.get("name")) {
        Err(wrong) => wrong,
        Ok(name) => {
            let view = NewView { name, list, address: address.clone(), shared };
            let tx = WriteTx::begin(&state.0.db, posting.actor(), "view-save", None).await?;
            match store::save(tx, &sent.stamp()?, &view).await? {
                Outcome::Done(change) => return Ok(on_to(&address, change)),
                Outcome::Taken => "views-name-taken",
                Outcome::Otherwise => return Err(Refused::SentOtherwise.into()),
                _ => return Err(Refused::Fault.into()),
            }
        }
    };
    let mut page = ViewsPage::new(Frame::new(state, viewer.clone(), HERE), None);
    let with_day = of_a_list(sent.get("address"), today, *latest, true)?.1;
    let without_day = of_a_list(sent.get("address"), today, *latest, false)?.1;
    page.unsaved = Some(Unsaved {
        keeps: keeps(&page.frame, &address),
        address: sent.get("address").to_owned(),
        of_a_day: with_day != without_day,
        keep_day,
        refused: Refusal { name: sent.raw("name").to_owned(), shared, sentence: page.frame.t(wrong) },
    });
    unprocessable(&page)
}

/// `POST /views/{key}`: renames, shares, removes or brings back.
pub async fn change(key: Result<Path<Uuid>, PathRejection>, posting: Posting) -> Result<Response, PageError> {
    let Path(key) = key.map_err(|_| Refused::NotFound)?;
    let sent = &posting.sent;
    let (act, change) = match sent.get("act") {
        "rename" => match model::name(sent.get("name")) {
            Ok(name) => {
                let version = sent.get("version").parse().map_err(|_| Refused::Conflict)?;
                ("view-change", Change::Rename { name, shared: sent.has("shared"), version })
            }
            Err(wrong) => return refused(posting, key, wrong),
        },
        "remove" => ("view-remove", Change::Remove),
        "restore" => ("view-restore", Change::Restore),
        other => return Err(Refused::BadParameter("act", other.chars().take(50).collect()).into()),
    };
    let tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match store::change(tx, &sent.stamp()?, key, &change).await? {
        Outcome::Done(done) if change == Change::Remove => Ok(on_to(&format!("/views?removed={key}"), done)),
        Outcome::Done(done) => Ok(on_to("/views", done)),
        Outcome::Same => Ok(Redirect::to("/views?done=same").into_response()),
        Outcome::Taken => refused(posting, key, "views-name-taken"),
        Outcome::Stale => Err(Refused::Conflict.into()),
        Outcome::Otherwise => Err(Refused::SentOtherwise.into()),
        Outcome::Unknown => Err(Refused::NotFound.into()),
        Outcome::Forbidden => Err(Refused::Forbidden.into()),
    }
}

fn refused(posting: Posting, key: Uuid, wrong: &str) -> Result<Response, PageError> {
    let frame = Frame::new(&posting.state, posting.viewer, HERE);
    let (name, shared) = (posting.sent.raw("name").to_owned(), posting.sent.has("shared"));
    let refusal = Refusal { name, shared, sentence: frame.t(wrong) };
    unprocessable(&ViewsPage::new(frame, Some((key, refusal))))
}
