//! The page of arrears. Its files are those of every list.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};

use super::list::Arrears;
use super::pages::ArrearsPage;
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::{AppState, PageError, SignedIn};

/// `GET /arrears`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Arrears::NAME);
    match read::<Arrears>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            let totals = state.0.arrears_totals.of(&mut tx, &read.asked.scope, latest).await?;
            tx.end();
            Ok(Html(ArrearsPage::new(frame, *read, &totals).render()?).into_response())
        }
    }
}
