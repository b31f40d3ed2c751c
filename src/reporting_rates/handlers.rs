//! The page of reporting rates, and the rates by month end as a file. Its other files are those of every list.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};

use super::answer::Answer;
use super::list::ReportingRates;
use super::pages::RatesPage;
pub use super::trend::file as trend;
use crate::lists::{List, query};
use crate::web::frame::Frame;
use crate::web::list::{Asks, begin};
use crate::web::{AppState, PageError, Refused, SignedIn};

/// `GET /reporting-rates`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, ReportingRates::NAME);
    match begin::<ReportingRates>(&frame, &mut tx, latest, pairs).await? {
        Asks::Elsewhere(redirect) => Ok(redirect.into_response()),
        Asks::Page(begun) => {
            let prepared = begun.asked.scope.answer.clone().and_then(|answer| answer.downcast::<Answer>().ok());
            let answer = prepared.ok_or(Refused::Fault)?;
            // Names are sought by the database; every other table is in the answer.
            let rows = match begun.params.get("q") {
                Some(_) => Some(
                    query::rows::<ReportingRates>(&mut tx, &begun.asked.scope, &begun.stretch::<ReportingRates>())
                        .await?,
                ),
                None => None,
            };
            tx.end();
            Ok(RatesPage::new(frame, *begun, rows, &answer)?.drawn()?.into_response())
        }
    }
}
