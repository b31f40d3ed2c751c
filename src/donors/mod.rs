//! Donors: who gives, and what they gave and owe.

pub mod handlers;
mod list;

pub use list::Donors;
