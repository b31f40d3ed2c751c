//! A change: what one act recorded, voided and edited, in words, and how it is taken back.
//!
//! Reads everything every room records; only the page of imports takes changes back as this one does.

pub mod handlers;
mod store;

pub use store::{Change, TakenBack, change, may_take_back, take_back, take_back_within};
