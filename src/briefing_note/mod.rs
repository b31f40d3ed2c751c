//! The briefing note: one page for whoever meets a donor in an hour, of today, with what the reader may read and nothing
//! else; and the notes of all donors of a meeting behind its agenda. Only reads, and notes what was read.
//!
//! `store` reads everything of all donors asked for in statements that do not grow in number with them; `note` makes the
//! words of one donor's page; `sections` is the list of its parts; `pages` draws them.

pub mod handlers;
mod note;
mod pages;
mod sections;
mod store;
