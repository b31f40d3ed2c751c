//! Giving: what came in by year, from whom, for what; and what the years make of every donor (domain.md, "Donors
//! through the years"). Only reads.
//!
//! `rule` is the one pure rule; `store` reads cash receipts by topmost donor, year, fund and earmarking, once for a day
//! and an instant; `slice` keeps what the filters ask for, and `answer` what comes of it; `list` is the list of donors; `pages` what its page shows
//! above the rows.

mod answer;
#[cfg(test)]
mod brute_force;
mod cash;
pub mod handlers;
mod list;
mod pages;
mod parts;
pub mod rule;
mod slice;
mod store;

pub use list::{Giving, mark};
pub use parts::{ByYear, Room, Sums};
pub use slice::ended;
pub use store::{Known, is_somebody, known, settled};
