//! Donors: who gives, and what they gave and owe.

pub mod handlers;
mod list;
mod years;

pub use list::Donors;
