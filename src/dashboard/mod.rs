//! The dashboard: what there is to look at today, by role. Only reads.
//!
//! `tiles` says which tile shows what; every figure on one is the sum of the list it opens, because it is asked of that
//! list at the address it leads to.

pub mod handlers;
mod mine;
mod tiles;
