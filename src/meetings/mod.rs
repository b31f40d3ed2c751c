//! Meetings with donors: when, with whom, what came of it, and what each side promised.
//!
//! `model` is what a meeting says, `forms` reads it from what was typed and writes it back, `store` keeps it with its
//! revisions, `entering` is the form, `drafts` what somebody has begun to type, `dialogues` the statistics. Everything here
//! is classified: rows are there for whoever may read them (`classified`), and reading is noted.

mod dialogues;
mod drafts;
mod entering;
mod forms;
mod handlers;
mod list;
mod model;
mod pages;
mod revisions;
mod store;

use axum::Router;
use axum::routing::{get, post};

pub use dialogues::{Month, Statistics, chart, statistics};
pub use drafts::Drafts;
pub use list::Meetings;
pub(crate) use store::become_of;
pub use store::{OpenAction, Promised, open_actions, promise};

use crate::web::AppState;

/// The addresses of the room, besides its lists.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/meetings/new", get(entering::new).post(entering::create))
        .route("/meetings/beside", get(handlers::beside))
        .route("/meetings/drafts/{id}", post(drafts::save))
        .route("/meetings/{id}", get(handlers::detail))
        .route("/meetings/{id}/edit", get(entering::edit).post(entering::change))
        .route("/meetings/{id}/aide-memoire", get(handlers::aide_memoire))
        .route("/meetings/{id}/revisions", get(revisions::page))
        .route("/dialogues", get(dialogues::page))
}
