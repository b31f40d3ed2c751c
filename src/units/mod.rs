//! Units: the tree of divisions, offices and sections; every pledge belongs to one.

pub mod handlers;
mod list;

pub use list::Units;
