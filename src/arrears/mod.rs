//! Arrears: what is overdue as of a day, known at an instant (domain.md, "Arrears"). Only reads.
//!
//! `list` says the rows, columns and sorts; `totals` their sums, `ages` the bar of them; `pages` what the page shows above them; `handlers` its address.

mod ages;
pub mod handlers;
mod list;
mod pages;
mod totals;

pub use ages::Ages;
pub use list::{Arrears, ArrearsRow};
pub use totals::KnownTotals;
