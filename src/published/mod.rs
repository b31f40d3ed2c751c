//! Published figures: what a list showed as of a day, with what was known at an instant, frozen whole, labels too.
//!
//! `store` keeps them, each with a SHA-256 over its text, in a change of its own; `since` says what moved such a figure
//! afterwards; `list` is the list of them; `handlers` and `pages` publish one and show it again. `web::frozen` freezes.

pub mod handlers;
mod list;
mod pages;
mod since;
mod store;

pub use list::Published;
pub use store::broken;
