//! Contributions: money and value received, reversals and refunds, and what they paid.

pub mod handlers;
mod list;

pub use list::{Contributions, EARMARKING, earmarking_from};
