//! Search: whatever the reader may read that says the words typed, in every script, whoever mistyped them.
//!
//! The index and who may read what of it are the database's (migration 0018): a new kind of thing is a view
//! `search_of_…`, a line of `search_when` for each table it is made of, and a [`crate::finding::Kind`] among those searched. Here are the
//! question (`model`), the one statement (`store`), what is shown of a text (`excerpt`) and the page. Names and codes, with
//! all one may leave out of them, are `finding`'s: the page shows both, the palette too.

mod excerpt;
mod forms;
pub mod handlers;
mod model;
mod pages;
mod store;
mod turn;

pub use store::while_typing;
pub use turn::Turn;
