//! A form on its way in: who sent it, what was typed, and that it was one of our forms. Nothing typed is ever lost: where
//! the session has run out, the same page that asks for the password carries every field along.

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::errors::{PageError, Refused};
use super::frame::filters;
use super::session::{self, Viewer};
use super::state::AppState;
use crate::facts::{Actor, ChangeId, FormStamp};
use crate::kernel::KnownAt;
use crate::l10n::L10n;

/// Fields of our own that are no part of what somebody typed.
const OURS: [&str; 2] = ["csrf", "form_id"];

/// A form of somebody signed in, with their token.
pub struct Posting {
    /// Everything shared.
    pub state: AppState,
    /// Who sent it.
    pub viewer: Viewer,
    /// The latest recorded instant when it came.
    pub latest: KnownAt,
    /// What it says.
    pub sent: Sent,
}

/// The fields of a form, in their order, as typed.
#[derive(Debug, Clone, Default)]
pub struct Sent(pub Vec<(String, String)>);

impl Sent {
    /// A field, trimmed; empty where it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field as typed; empty where it is not there.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// Whether the field was sent: a button that was pressed, a box that was ticked.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Every value of a field that may stand several times, as typed.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The form's own id and a digest of what it says: sent twice, it makes one change.
    ///
    /// # Errors
    /// Where the id is none of ours.
    pub fn stamp(&self) -> Result<FormStamp, PageError> {
        let id = Uuid::parse_str(self.get("form_id"))
            .map_err(|_| Refused::BadParameter("form_id", self.get("form_id").chars().take(50).collect()))?;
        let typed: Vec<&(String, String)> = self.0.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).collect();
        let text = serde_json::to_vec(&typed).map_err(|_| Refused::Fault)?;
        Ok(FormStamp { id, digest: hex::encode(Sha256::digest(&text)) })
    }
}

impl Posting {
    /// Who acts.
    pub fn actor(&self) -> Actor {
        self.viewer.actor()
    }

    /// The code of what a change made: the form was sent twice, and the first one made it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn made_by(&self, change: ChangeId) -> Result<Option<String>, sqlx::Error> {
        let mut tx = self.state.0.db.read().await?;
        let code: Option<String> = sqlx::query_scalar("select details ->> 'code' from changes where id = $1")
            .bind(change.0)
            .fetch_optional(&mut *tx)
            .await?
            .flatten();
        tx.end();
        Ok(code)
    }
}

/// A form whose session has run out, or that was drawn for another one: everything typed, and the way on.
#[derive(Template)]
#[template(path = "resume.html")]
struct ResumePage {
    l10n: L10n,
    action: String,
    csrf: String,
    fields: Vec<(String, String)>,
}

/// Asks once more for what was typed to be sent, with the token of the session there is now.
///
/// # Errors
/// Where the page cannot be drawn.
pub fn resume(l10n: L10n, action: String, csrf: String, sent: Sent) -> Result<Response, PageError> {
    let fields = sent.0.into_iter().filter(|(name, _)| name != "csrf").collect();
    Ok(Html(ResumePage { l10n, action, csrf, fields }.render()?).into_response())
}

impl FromRequest<AppState> for Posting {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let action = request.uri().path().to_owned();
        let headers = request.headers().clone();
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, &())
            .await
            .map_err(|refused| PageError(Refused::BadForm(refused.status())).into_response())?;
        let zero = |(name, value): &(String, String)| name.contains('\0') || value.contains('\0');
        if pairs.iter().any(zero) {
            return Err(PageError(Refused::BadForm(StatusCode::BAD_REQUEST)).into_response());
        }
        let sent = Sent(pairs);
        let found = session::viewer(state, &headers).await.map_err(IntoResponse::into_response)?;
        let Some((viewer, latest)) = found else {
            let page = crate::users::handlers::sign_in_to_go_on(state, L10n::asked(&headers), &action, &sent);
            return Err(page.unwrap_or_else(IntoResponse::into_response));
        };
        if !viewer.owns(sent.raw("csrf")) {
            let again = resume(L10n::of(&viewer.language), action, viewer.csrf, sent);
            let again = again.unwrap_or_else(IntoResponse::into_response);
            return Err((StatusCode::FORBIDDEN, again).into_response());
        }
        if viewer.password_one_time && ![session::CHOOSE_PASSWORD, "/logout"].contains(&action.as_str()) {
            return Err(PageError(Refused::ChoosePassword).into_response());
        }
        Ok(Posting { state: state.clone(), viewer, latest, sent })
    }
}
