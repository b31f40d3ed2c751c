//! Accounts: a person who signs in, with one role and at most one unit.
//!
//! `store` keeps the rows, `password` and `second_factor` what a person proves themselves with, `seal` what of it must
//! not be read from a copy of the database. `handlers` is signing in, `accounts` the administrators' pages, `own`
//! everybody's own.

mod accounts;
mod attempts;
mod forms;
pub mod handlers;
mod list;
mod own;
pub mod password;
mod seal;
pub mod second_factor;
mod sessions;
mod store;

use axum::Router;
use axum::routing::{get, post};

pub use list::Users;
pub use seal::Seal;
pub use store::{Account, NewAccount, UserError, account_by_email, add, disable, list};

use crate::web::AppState;

/// The addresses of signing in, of accounts, and of one's own.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/login", get(handlers::form).post(handlers::sign_in))
        .route("/login/code", post(handlers::second_step))
        .route("/logout", post(handlers::sign_out))
        .route("/theme", post(handlers::theme))
        .route("/users/new", get(accounts::new).post(accounts::create))
        .route("/users/{email}", get(accounts::page))
        .route("/users/{email}/edit", get(accounts::edit).post(accounts::change))
        .route("/users/{email}/{deed}", get(accounts::ask).post(accounts::act))
        .route("/account", get(own::page))
        .route("/account/language", post(own::language))
        .route("/account/password", get(own::password_form).post(own::change_password))
        .route("/account/second-factor", get(own::second_factor_form).post(own::set_up_second_factor))
        .route("/account/second-factor/codes", get(own::codes_form).post(own::new_codes))
        .route("/account/second-factor/off", get(own::off_form).post(own::take_off))
        .route("/account/sessions", post(own::end_sessions))
}
