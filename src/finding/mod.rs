//! Finding by name and code: suggestions while typing, the command palette, and what somebody opened last.
//!
//! What counts as near to what was typed is said once, in the database (`folded`, `nearness` of migration 0005,
//! `names_near` of migration 0026): without accents and case, in every script, forgiving a typing mistake. The script
//! asks `/suggest`; without script `/search` shows the same as a page, with what is found in texts, and a name typed into a
//! field is resolved by [`store::resolve`].

pub mod handlers;
pub mod model;
mod named;
pub mod pages;
pub mod store;

pub use model::Kind;
pub use named::{Person, number, person};
pub use pages::{Group, Item, WITH_A_PAGE, groups, items, ours};
