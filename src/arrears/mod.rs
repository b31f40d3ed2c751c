//! Arrears: what is overdue as of a day, known at an instant (domain.md, "Arrears"). Only reads.
//!
//! `store` asks the balances; `columns` is the one list of columns, in the order of contract.md; `pages` what the page
//! shows; `handlers` the addresses.

mod columns;
pub mod handlers;
mod pages;
mod store;

pub use columns::{COLUMNS, Column};
pub use store::{ArrearsRow, Filter, latest_recorded, overdue_instalments, unknown_in};
