//! Report states: what became of every report we owe a donor, as of a day.
//!
//! `rule` is the one pure function of domain.md, "Reporting rate": the facts of one report in, its whole timeline out.
//! `store` keeps the timeline in a derived table (for which days, and from when to when we believed it); rates, lists
//! and dashboards ask that. It can be rebuilt from the facts alone; `dis verify` compares.

#[cfg(test)]
pub(crate) mod brute_force;
pub mod facts;
mod load;
mod order;
pub mod rule;
mod store;
mod touched;

pub(crate) use order::out_of_order;
pub use store::{count_wrong, recompute};
pub(crate) use touched::touched;
pub use touched::touched_by;

/// The kinds of reports, as files and addresses say them.
pub const KINDS: [&str; 4] = ["narrative", "financial", "certified_financial", "combined"];
/// What delays a report, as files and addresses say it.
pub const CAUSES: [&str; 5] = ["field_data", "clearance", "partner", "template", "other"];
/// What addresses say where no cause was noted.
pub const NO_CAUSE: &str = "none";
/// The steps of a report's life, and that it is delayed, as files say them.
pub const STEPS: [&str; 7] =
    ["drafted", "division_cleared", "finance_cleared", "sent", "returned", "accepted", "delayed"];
