//! The page of giving. Its files are those of every list.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};

use super::answer::answer;
use super::list::Giving;
use super::pages::GivingPage;
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::{AppState, PageError, SignedIn};

/// `GET /giving`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Giving::NAME);
    match read::<Giving>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            // Worked out already for the rows: taken from memory.
            let answer = answer(&state.0.memory, &mut tx, &read.asked.scope).await?;
            tx.end();
            Ok(GivingPage::new(frame, *read, &answer)?.drawn()?.into_response())
        }
    }
}
