//! The approved budget: what the Board approved for a year and fund, revised from a day on, and what came in against it.

mod forms;
pub mod handlers;
mod list;
mod tile;

pub use forms::FORMS;
pub use list::Budget;
pub use tile::{CoreTile, core_tile};
