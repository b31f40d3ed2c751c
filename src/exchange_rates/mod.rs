//! Exchange rates: units of a currency per one US dollar, in force from a day until the next.

pub mod handlers;
mod list;

pub use list::Rates;
