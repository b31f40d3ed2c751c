//! Readers of what is strictly confidential: where the author cannot name one any more, two administrators together may,
//! with a reason. The one asks, the other answers; neither sees what it is about. The database holds them to being two.

mod handlers;

use axum::Router;
use axum::routing::{get, post};

use crate::web::AppState;

/// The addresses of the room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/readers", get(handlers::page).post(handlers::ask))
        .route("/readers/{key}", post(handlers::answer))
}
