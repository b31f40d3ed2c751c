//! Contributions: money and value received, reversals and refunds, and what they paid.

mod forms;
pub mod handlers;
mod list;

pub use forms::FORMS;
pub use list::{Contributions, EARMARKING, earmarking_from};
