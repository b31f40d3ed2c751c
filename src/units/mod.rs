//! Units: the tree of divisions, offices and sections; every pledge belongs to one.

mod forms;
pub mod handlers;
mod list;
mod store;

pub use forms::FORMS;
pub use list::Units;
pub use store::may_keep;
