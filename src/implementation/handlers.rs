//! The page of implementation. Its files are those of every list.

use std::collections::HashMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};

use super::list::Implementation;
use super::pages::{Found, ImplementationPage, above};
use super::{answer, store};
use crate::lists::List;
use crate::web::drawn;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::{AppState, PageError, SignedIn};

/// `GET /implementation`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Implementation::NAME);
    match read::<Implementation>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            // Read already for the rows: taken from memory.
            let known = store::known(&state.0.memory, &mut tx, &read.asked.scope).await?;
            let figures = answer::figures(&known, &read.asked.scope.filters);
            let drawn = drawn::already(&state.0.memory, above(&read.params), &read.asked.scope, frame.l10n);
            let names = match &drawn {
                Some(_) => HashMap::new(),
                None => {
                    let codes = figures.by_donor.iter().map(|(code, _)| code.clone()).collect();
                    store::donors(&mut tx, codes).await?
                }
            };
            tx.end();
            let found = Found { known: &known, figures: &figures, names, drawn };
            Ok(ImplementationPage::new(frame, *read, &found)?.drawn()?.into_response())
        }
    }
}
