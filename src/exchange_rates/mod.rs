//! Exchange rates: units of a currency per one US dollar, in force from a day until the next.

mod forms;
pub mod handlers;
mod list;

pub use forms::FORMS;
pub use list::Rates;
