//! Donors: who gives. Their list, their forms, who looks after them and whom one talks to there; the page about one is
//! `donor_page`.

pub mod contacts;
pub mod focal_points;
mod forms;
mod list;
mod owing;

pub use forms::FORMS;
pub use list::Donors;
