//! Follow-ups: what was promised at a meeting, by us or by them, until it is done or dropped.
//!
//! They are typed with their meeting and read as it is; here is their list, and what becomes of them.

mod handlers;
mod list;

use axum::Router;
use axum::routing::post;

pub use list::Actions;

use crate::web::AppState;

/// The addresses of the room, besides its list.
pub fn routes() -> Router<AppState> {
    Router::new().route("/actions/{key}", post(handlers::become_of_it))
}
