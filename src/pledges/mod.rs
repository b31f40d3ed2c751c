//! Pledges: what was promised, what became of it, and how it is paid.

pub mod entering;
pub mod events;
mod forms;
pub mod handlers;
mod list;
pub mod schedule;
mod store;

pub use list::Pledges;

/// The columns its forms show.
pub const COLUMNS: [crate::web::entry::Columns; 3] = [forms::TERMS, forms::FIRST_TERMS, forms::AMENDMENT];
