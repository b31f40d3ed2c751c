//! Reporting rates: how many of the reports we owe donors were sent, as of a day, known at an instant (domain.md,
//! "Reporting rate"). Only reads.
//!
//! `figures` are the counts and their rates; `tree` the units as they stood on a day; `rule` makes of changes day by day
//! the counts of every unit at several days; `store` asks for those changes, once for all days; `answer` keeps what was
//! worked out; `list` is the table by unit; `trend` the rates by month end; `pages` what the page shows; `tile` what of it
//! stands on the dashboard.

mod answer;
mod details;
mod figures;
pub mod handlers;
mod headline;
mod list;
mod pages;
pub mod points;
mod rule;
mod store;
mod tile;
mod tree;
mod trend;

pub use figures::Figures;
pub use list::{RateRow, ReportingRates};
pub use tile::{RateTile, rate_tile};
