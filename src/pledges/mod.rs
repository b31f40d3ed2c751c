//! Pledges: what was promised, what became of it, and how it is paid.

pub mod handlers;
mod list;

pub use list::Pledges;
