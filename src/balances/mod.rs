//! Balances: what is outstanding on every instalment as of a day.
//!
//! `rule` is the one pure function of domain.md, "Arrears": the facts of one pledge in, its whole timeline of
//! balances out. `store` keeps the timeline in derived tables (which days, and from when to when we believed it)
//! and every page asks those. They can be rebuilt from the facts alone; `dis verify` compares.

#[cfg(test)]
pub(crate) mod brute_force;
#[cfg(test)]
mod by_example;
pub mod facts;
mod load;
pub mod rule;
mod schedules;
mod store;
mod touched;
mod versions;

pub(crate) use schedules::unequal_schedules;
pub use store::{Comparison, recompute};
pub(crate) use touched::touched;
pub use touched::touched_by;
