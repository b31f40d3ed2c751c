//! What is known about a donor: what it cares about, when it decides, who matters there, what it foresees, where it stands,
//! what it gives in all. Each entry is dated, sourced and classified, says how far it can be relied on, and goes stale.
//!
//! `model` is what an entry says, `recurrence` when a decision comes again, `forms` reads an entry from what was typed,
//! `store` keeps it with its revisions. Entries are withdrawn for a reason, never deleted; reading what is classified is noted.

mod calendar;
mod entering;
mod forms;
mod handlers;
mod list;
mod model;
mod pages;
mod recurrence;
mod sections;
mod store;

use axum::Router;
use axum::routing::get;

pub use list::Intelligence;
pub use model::{Entry, Kind, Outlook, Reliability, Stance};
pub use recurrence::{Recurrence, next_occurrence, occurrences};
pub use sections::sections;
pub use store::{BY_KIND, DemoEntry, ENTRY, of_donor, record_demo};

use crate::web::AppState;

/// The addresses of the room, besides its list.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/intelligence/calendar", get(calendar::page))
        .route("/intelligence/new", get(entering::new).post(entering::create))
        .route("/intelligence/{id}", get(handlers::detail))
        .route("/intelligence/{id}/edit", get(entering::edit).post(entering::change))
        .route("/intelligence/{id}/withdraw", get(entering::ask_why).post(entering::withdraw))
        .route("/intelligence/{id}/revisions", get(handlers::revisions))
}
