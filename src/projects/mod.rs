//! Projects: what the money is for. A unit, countries, dates and a budget, in force from the day agreed on; what was
//! spent by month; milestones, and a sentence of status each quarter.
//!
//! `list` and `expenditures` are the lists; `entering` the forms of dates and budget, which are the columns of the file;
//! `milestones` and `statuses` the forms of those; `store` reads all a page shows of one; `pages` and `course` draw it.
//! How projects run as of a day is worked out in `crate::implementation`.

mod course;
mod entering;
mod expenditures;
mod forms;
pub mod handlers;
mod list;
mod milestones;
mod pages;
mod statuses;
mod store;

use axum::Router;
use axum::routing::get;

pub use expenditures::Expenditures;
pub use forms::{COLUMNS, EXPENDITURE_FORMS};
pub use list::Projects;

use crate::web::AppState;

/// The addresses of projects, besides those of their lists.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/projects/new", get(entering::new).post(entering::create))
        .route("/projects/{code}", get(handlers::detail))
        .route("/projects/{code}/edit", get(entering::edit).post(entering::correct))
        .route("/projects/{code}/anew", get(entering::anew).post(entering::agree))
        .route("/projects/{code}/milestones/new", get(milestones::new).post(milestones::create))
        .route("/projects/{code}/milestones/{number}", get(milestones::edit).post(milestones::change))
        .route("/projects/{code}/status", get(statuses::ask).post(statuses::say))
        .route("/expenditures/{code}", get(handlers::of_project))
}
