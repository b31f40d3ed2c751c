//! Saving, renaming, sharing and removing views.

use askama::Template;
use axum::Form;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::{self, NewView};
use super::pages::{Refusal, Unsaved, ViewsPage, keeps};
use super::store::{self, Change, Outcome};
use crate::access::{Act, may};
use crate::facts::{Actor, FormStamp, WriteTx};
use crate::kernel::KnownAt;
use crate::lists::List;
use crate::rooms::{EachList, each_list};
use crate::web::frame::Frame;
use crate::web::list::canonical;
use crate::web::session::{Viewer, check_token};
use crate::web::{AppState, PageError, Refused, SignedIn};

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
        Some(key) => store::removed(&mut tx, key, viewer.account.0).await?.map(|name| (key, name)),
        None => None,
    };
    tx.commit().await?;
    let page = ViewsPage { removed, ..ViewsPage::new(Frame::new(&state, viewer, HERE), None) };
    Ok(Html(page.render()?).into_response())
}

/// A view to be saved, as the form says it.
#[derive(Deserialize)]
pub struct Save {
    csrf: String,
    form: Uuid,
    address: String,
    #[serde(default)]
    name: String,
    shared: Option<String>,
    keep_day: Option<String>,
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

fn stamp(form: Uuid, says: &serde_json::Value) -> FormStamp {
    FormStamp { id: form, digest: hex::encode(Sha256::digest(says.to_string().as_bytes())) }
}

fn actor(viewer: &Viewer) -> Actor {
    Actor { account: viewer.account, role: viewer.role, os_user: None }
}

fn unprocessable(page: &ViewsPage) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// `POST /views`: saves one.
pub async fn save(
    State(state): State<AppState>,
    signed_in: SignedIn,
    form: Result<Form<Save>, FormRejection>,
) -> Result<Response, PageError> {
    let Form(form) = form.map_err(|_| Refused::BadParameter("?", String::new()))?;
    check_token(&signed_in, &form.csrf)?;
    let SignedIn { tx, viewer, latest } = signed_in;
    drop(tx);
    let (shared, keep_day) = (form.shared.is_some(), form.keep_day.is_some());
    if !may(viewer.role, Act::SaveViews) || shared && !may(viewer.role, Act::ShareViews) {
        return Err(Refused::Forbidden.into());
    }
    let today = state.0.clock.today();
    let (list, address) = of_a_list(&form.address, today, latest, keep_day)?;
    let outcome = match model::name(&form.name) {
        Err(key) => Err(key),
        Ok(name) => {
            let view = NewView { name, list, address: address.clone(), shared };
            let stamp = stamp(form.form, &serde_json::json!(["view-save", view]));
            let tx = WriteTx::begin(&state.0.db, actor(&viewer), "view-save", None).await?;
            match store::save(tx, &stamp, &view).await? {
                Outcome::Done => Ok(()),
                Outcome::Taken => Err("views-name-taken"),
                Outcome::Stale => return Err(Refused::Conflict.into()),
                Outcome::Unknown | Outcome::Forbidden => return Err(Refused::Forbidden.into()),
            }
        }
    };
    let Err(key) = outcome else { return Ok(Redirect::to(&address).into_response()) };
    let mut page = ViewsPage::new(Frame::new(&state, viewer, HERE), None);
    let of_a_day =
        of_a_list(&form.address, today, latest, true)?.1 != of_a_list(&form.address, today, latest, false)?.1;
    page.unsaved = Some(Unsaved {
        keeps: keeps(&page.frame, &address),
        address: form.address,
        of_a_day,
        keep_day,
        refused: Refusal { name: form.name, shared, sentence: page.frame.t(key) },
    });
    unprocessable(&page)
}

/// What is to be done with a view, as its form says it.
#[derive(Deserialize)]
pub struct Edit {
    csrf: String,
    form: Uuid,
    act: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: i32,
    shared: Option<String>,
}

/// `POST /views/{key}`: renames, shares, removes or brings back.
pub async fn change(
    State(state): State<AppState>,
    signed_in: SignedIn,
    key: Result<Path<Uuid>, PathRejection>,
    form: Result<Form<Edit>, FormRejection>,
) -> Result<Response, PageError> {
    let Path(key) = key.map_err(|_| Refused::NotFound)?;
    let Form(form) = form.map_err(|_| Refused::BadParameter("?", String::new()))?;
    check_token(&signed_in, &form.csrf)?;
    let SignedIn { tx, viewer, .. } = signed_in;
    drop(tx);
    let shared = form.shared.is_some();
    let (act, change) = match form.act.as_str() {
        "rename" => match model::name(&form.name) {
            Ok(name) => ("view-change", Change::Rename { name, shared, version: form.version }),
            Err(wrong) => return refused(&state, viewer, key, form, wrong),
        },
        "remove" => ("view-remove", Change::Remove),
        "restore" => ("view-restore", Change::Restore),
        _ => return Err(Refused::BadParameter("act", form.act).into()),
    };
    let says = serde_json::json!([act, key, form.name, form.version, shared]);
    let tx = WriteTx::begin(&state.0.db, actor(&viewer), act, None).await?;
    match store::change(tx, &stamp(form.form, &says), key, &change).await? {
        Outcome::Done if change == Change::Remove => Ok(Redirect::to(&format!("/views?removed={key}")).into_response()),
        Outcome::Done => Ok(Redirect::to("/views").into_response()),
        Outcome::Taken => refused(&state, viewer, key, form, "views-name-taken"),
        Outcome::Stale => Err(Refused::Conflict.into()),
        Outcome::Unknown => Err(Refused::NotFound.into()),
        Outcome::Forbidden => Err(Refused::Forbidden.into()),
    }
}

fn refused(state: &AppState, viewer: Viewer, key: Uuid, form: Edit, wrong: &str) -> Result<Response, PageError> {
    let frame = Frame::new(state, viewer, HERE);
    let refusal = Refusal { name: form.name, shared: form.shared.is_some(), sentence: frame.t(wrong) };
    unprocessable(&ViewsPage::new(frame, Some((key, refusal))))
}
