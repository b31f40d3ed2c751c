//! Implementation: how the projects run as of a day, known at an instant (domain.md, "Implementation"). Only reads.
//!
//! `rule` is the one pure rule; `store` reads what is in force of every project, what it spent and what came in for it,
//! once for a day and an instant; `answer` keeps what the filters ask for; `list` is the list of projects by worry, and
//! `pages` what its page shows above the rows.

mod answer;
pub mod handlers;
mod list;
mod pages;
pub mod rule;
mod store;

pub use list::{Implementation, mark};
