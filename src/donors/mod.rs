//! Donors: who gives, and what they gave and owe.

pub mod contacts;
pub mod focal_points;
mod forms;
pub mod handlers;
mod list;
mod pages;
mod store;
mod years;

pub use forms::FORMS;
pub use list::Donors;
