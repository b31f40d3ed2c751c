//! Documents: files about a donor, in versions, each with what is said of it, a classification, and the text in it.
//!
//! A file is taken in by the piece (`upload`), lies in a folder under an id of ours (`files`), and is filed by a form
//! (`entering`, `forms`, `store`). What it is, is read from what stands in it (`media`); its text is taken behind the page
//! (`work`) by another process (`extract`). Everything here is classified as meetings are.

mod demo;
mod entering;
mod extract;
mod files;
mod forms;
mod handlers;
mod list;
mod media;
mod model;
mod pages;
mod store;
pub mod upload;
mod versions;
pub mod work;

use axum::Router;
use axum::routing::get;

pub use demo::{FillError, fill};
pub use extract::{Unreadable, child};
pub use files::{Files, broken};
pub use list::Documents;
pub use model::{KINDS, LANGUAGES};
pub use store::{OfDonor, of_donor};

use crate::web::AppState;

/// The addresses of the room, besides its list and where files come in.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/documents/new", get(entering::new).post(entering::create))
        .route("/documents/{id}", get(handlers::detail))
        .route("/documents/{id}/edit", get(entering::edit).post(entering::change))
        .route("/documents/{id}/versions/new", get(versions::new).post(versions::create))
        .route("/documents/{id}/versions/{number}/file", get(handlers::file))
}
