//! Saved views: an address of a list under a name, private or shared with everybody.
//!
//! The address is one the list itself would write, checked as a visit would be, without a day unless it is asked to keep
//! it: "always today" is the default. Kept as audited labels; removed ones are marked, so that a removal can be undone.
//! The statement that loads the session brings along the views a reader has, for the navigation of every page.

pub mod handlers;
pub mod model;
pub mod pages;
pub mod store;

pub use model::SavedView;
