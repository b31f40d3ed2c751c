//! Donors: who gives, and what they gave and owe.

mod forms;
pub mod handlers;
mod list;
mod years;

pub use forms::FORMS;
pub use list::Donors;
