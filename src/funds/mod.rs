//! Funds: where the money goes, core or earmarked.

mod forms;
pub mod handlers;
mod list;

pub use forms::FORMS;
pub use list::Funds;
