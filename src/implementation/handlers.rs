//! The page of implementation. Its files are those of every list.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};

use super::list::Implementation;
use super::pages::{Figures, ImplementationPage};
use super::{answer, store};
use crate::lists::List;
use crate::web::frame::Frame;
use crate::web::list::{Turned, read};
use crate::web::{AppState, PageError, SignedIn};

/// Of how many donors the page shows figures: two thousand would weigh megabytes. The filter has every other.
const DONORS_SHOWN: usize = 25;

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
            let kept = answer::kept(&known, &read.asked.scope.filters);
            let by_donor = answer::by_donor(&kept, read.asked.scope.filters.donor.as_deref());
            let donors = by_donor.len();
            let by_donor = answer::most_received(by_donor, DONORS_SHOWN);
            let names = store::donors(&mut tx, by_donor.iter().map(|(code, _)| code.clone()).collect()).await?;
            tx.commit().await?;
            let figures = Figures { known: &known, kept, by_donor, donors, names };
            Ok(Html(ImplementationPage::new(frame, *read, &figures).render()?).into_response())
        }
    }
}
