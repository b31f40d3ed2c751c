//! THE list of rooms: the router, the menu and the tests read it.

use axum::Router;
use axum::routing::{get, post};

use crate::web::{AppState, assets};
use crate::{arrears, users};

/// A room with an entry in the menu.
pub struct Room {
    /// Its address.
    pub path: &'static str,
    /// The key of its name.
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The letter after `g` that goes there.
    pub letter: &'static str,
}

/// Rooms in the order of the menu.
pub static ROOMS: &[Room] = &[Room { path: "/arrears", name: "menu-arrears", icon: "arrears", letter: "a" }];

/// Every address that reads; all need a signed-in person.
pub static READING: &[&str] = &["/", "/arrears", "/arrears.csv"];

/// Every address there is.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(arrears::handlers::home))
        .route("/arrears", get(arrears::handlers::page))
        .route("/arrears.csv", get(arrears::handlers::csv))
        .route("/login", get(users::handlers::form).post(users::handlers::sign_in))
        .route("/logout", post(users::handlers::sign_out))
        .route("/theme", post(users::handlers::theme))
        .route("/static/{*path}", get(assets::serve))
}
