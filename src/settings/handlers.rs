//! The page of settings, and the form for a new value.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::forms::{self, Wrong};
use super::pages::SettingsPage;
use super::store::{self, Outcome};
use super::{Setting, named};
use crate::access::{Act, may};
use crate::facts::{Claim, WriteTx};
use crate::kernel::AsOf;
use crate::l10n::L10n;
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn};

fn allow(viewer: &Viewer, act: Act) -> Result<(), PageError> {
    if may(viewer.role, act) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// `GET /settings`.
pub async fn page(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(&viewer, Act::ReadAudit)?;
    let frame = Frame::new(&state, viewer, "settings");
    let values = store::values(&mut tx, AsOf(frame.today), latest).await?;
    let said = store::all(&mut tx, latest).await?;
    tx.end();
    Ok(Html(SettingsPage::new(frame, &values, &said).render()?).into_response())
}

/// `GET /settings/{setting}`: its place on the page of all.
pub async fn one(Path(name): Path<String>) -> Result<Redirect, PageError> {
    Ok(Redirect::to(&format!("/settings#s-{}", setting(&name)?.name)))
}

async fn funds(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("select code, name from funds order by name, code").fetch_all(connection).await
}

fn setting(name: &str) -> Result<&'static Setting, PageError> {
    named(name).ok_or_else(|| Refused::NotFound.into())
}

/// `GET /settings/{setting}/new`: filled in with what is in force.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(&viewer, Act::KeepSettings)?;
    let setting = setting(&name)?;
    let frame = Frame::new(&state, viewer, "settings");
    let values = store::values(&mut tx, AsOf(frame.today), latest).await?;
    let funds = funds(&mut tx).await?;
    tx.end();
    let now = values.iter().find(|one| one.setting == name && one.fund.is_none());
    let value = now.map(|now| setting.as_typed(&now.value, frame.l10n)).unwrap_or_default();
    let sent = Sent(vec![("value".to_owned(), value)]);
    forms::page(setting, &sent, &Wrong::new(), &funds, &frame).page(frame)
}

/// `POST /settings/{setting}/new`.
pub async fn record(Path(name): Path<String>, posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer, Act::KeepSettings)?;
    let setting = setting(&name)?;
    let (stamp, l10n) = (posting.sent.stamp()?, L10n::of(&posting.viewer.language));
    let wrong = match forms::read(setting, &posting.sent, l10n) {
        Err(wrong) => wrong,
        Ok(new) => {
            let reason = posting.sent.get("reason").to_owned();
            let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "setting", Some(reason)).await?;
            let before = match tx.claim(&stamp).await? {
                Claim::Fresh => None,
                Claim::Done(change) => Some(change.0),
                Claim::Other => return Err(Refused::SentOtherwise.into()),
            };
            if let Some(change) = before {
                return Ok(Redirect::to(&format!("/settings?done={change}")).into_response());
            }
            tx.say(serde_json::json!({ "room": "settings", "code": name }));
            match store::record(&mut tx, new).await? {
                Outcome::Recorded => {
                    let change = tx.recorded().await?.change.0;
                    tx.commit().await?;
                    return Ok(Redirect::to(&format!("/settings?done={change}")).into_response());
                }
                Outcome::Same => return Ok(Redirect::to("/settings?done=same").into_response()),
                Outcome::NoFund => vec![("fund", "settings-no-fund")],
            }
        }
    };
    let mut tx = posting.state.0.db.read().await?;
    let funds = funds(&mut tx).await?;
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer, "settings");
    forms::page(setting, &posting.sent, &wrong, &funds, &frame).page(frame)
}
