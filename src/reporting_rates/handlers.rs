//! The page of reporting rates, and the rates by month end as a file. Its other files are those of every list.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};

use super::answer::Answer;
use super::list::ReportingRates;
use super::pages::RatesPage;
pub use super::trend::file as trend;
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::{AppState, PageError, Refused, SignedIn};

/// `GET /reporting-rates`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, ReportingRates::NAME);
    match read::<ReportingRates>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            tx.end();
            let prepared = read.asked.scope.answer.clone().and_then(|answer| answer.downcast::<Answer>().ok());
            let answer = prepared.ok_or(Refused::Fault)?;
            Ok(Html(RatesPage::new(frame, *read, &answer)?.render()?).into_response())
        }
    }
}
