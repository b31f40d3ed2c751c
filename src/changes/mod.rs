//! A change: what one act recorded, voided and edited, in words, and how it is taken back.
//!
//! Reads everything every room records; nothing imports it.

pub mod handlers;
mod store;

pub use store::{Change, TakenBack, take_back};
