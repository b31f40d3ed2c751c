//! What is shown when a request cannot be answered: a clear sentence, never an internal one.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::l10n::L10n;

/// Why a request cannot be answered.
#[derive(Debug)]
pub enum Refused {
    /// A parameter that cannot be read: its name, and what it said.
    BadParameter(&'static str, String),
    /// An `as_of` after today.
    AfterToday(String),
    /// Not signed in; where to come back to, for a person with a browser.
    SignIn(Option<String>),
    /// Signed in with a password somebody else chose: another is chosen first.
    ChoosePassword,
    /// A form that cannot be read at all, with the status that says why.
    BadForm(StatusCode),
    /// A form that was acted on before, and said something else then.
    SentOtherwise,
    /// Not theirs.
    Forbidden,
    /// Not there.
    NotFound,
    /// Somebody changed it meanwhile.
    Conflict,
    /// Larger than so many megabytes.
    TooLarge(usize),
    /// Too many at once.
    TooMany,
    /// What a part that is not ours refused: told by its status alone.
    Told(StatusCode),
    /// The database is away or too slow.
    Away,
    /// A fault of ours.
    Fault,
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct PageError(pub Refused);

impl From<Refused> for PageError {
    fn from(refused: Refused) -> Self {
        PageError(refused)
    }
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        // A statement stopped by its deadline is a database that is too slow.
        let slow = matches!(&error, sqlx::Error::Database(error) if error.code().as_deref() == Some("57014"));
        let ours = matches!(
            &error,
            sqlx::Error::Database(_)
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::RowNotFound
                | sqlx::Error::Decode(_)
        );
        let shutting_down =
            matches!(&error, sqlx::Error::Database(error) if error.code().is_some_and(|code| code.starts_with("57P")));
        tracing::error!(%error, "a statement failed");
        PageError(if slow || shutting_down || !ours { Refused::Away } else { Refused::Fault })
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be drawn");
        PageError(Refused::Fault)
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    l10n: L10n,
    code: u16,
    title: String,
    sentence: String,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let l10n = super::reader::l10n();
        let (status, key, arg) = match &self.0 {
            Refused::BadParameter(name, value) => (StatusCode::BAD_REQUEST, "bad-parameter", format!("{name}={value}")),
            Refused::AfterToday(value) => (StatusCode::BAD_REQUEST, "after-today", format!("as_of={value}")),
            Refused::SignIn(Some(next)) => {
                let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
                return Redirect::to(&format!("/login?next={next}")).into_response();
            }
            Refused::ChoosePassword => return Redirect::to(super::session::CHOOSE_PASSWORD).into_response(),
            Refused::SignIn(None) => (StatusCode::UNAUTHORIZED, "sign-in", String::new()),
            Refused::BadForm(status) => (*status, "bad-form", String::new()),
            Refused::SentOtherwise => (StatusCode::CONFLICT, "sent-otherwise", String::new()),
            Refused::Forbidden => (StatusCode::FORBIDDEN, "forbidden", String::new()),
            Refused::NotFound => (StatusCode::NOT_FOUND, "not-found", String::new()),
            Refused::Conflict => (StatusCode::CONFLICT, "conflict", String::new()),
            Refused::TooLarge(most) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", most.to_string()),
            Refused::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", String::new()),
            Refused::Told(StatusCode::NOT_FOUND) => (StatusCode::NOT_FOUND, "not-found", String::new()),
            Refused::Told(StatusCode::PAYLOAD_TOO_LARGE) => (StatusCode::PAYLOAD_TOO_LARGE, "bad-form", String::new()),
            Refused::Told(status) if status.is_client_error() => (*status, "unreadable", String::new()),
            Refused::Told(status) => (*status, "fault", String::new()),
            Refused::Away => (StatusCode::SERVICE_UNAVAILABLE, "away", String::new()),
            Refused::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "fault", String::new()),
        };
        let page = ErrorPage {
            l10n,
            code: status.as_u16(),
            title: l10n.t(&format!("error-{key}-title")),
            sentence: l10n.with(&format!("error-{key}"), &[("arg", arg.into())]),
        };
        let body = page.render().unwrap_or_else(|_| page.sentence.clone());
        let mut response = (status, Html(body)).into_response();
        if matches!(self.0, Refused::Away | Refused::TooMany) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
