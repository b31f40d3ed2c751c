//! Funds: where the money goes, core or earmarked.

pub mod handlers;
mod list;

pub use list::Funds;
