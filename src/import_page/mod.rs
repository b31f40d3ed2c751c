//! The import page: drop files, see what they would do, put the bad cells right, land everything or nothing; and the
//! history of every import, each of which can be taken back.
//!
//! `upload` takes the files in by the piece, `store` keeps them and what is known of them in tables, `work` checks and
//! lands them behind the page under a lease, so that a server that dies leaves nothing but a draft to be tried again.

pub mod handlers;
mod list;
mod pages;
mod preview_page;
mod store;
mod undo;
pub mod upload;
mod work;

pub use list::Imports;
pub use store::sweep;
