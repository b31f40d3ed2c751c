//! Lists: one description of rows, filters, sorts and columns; screen, CSV, XLSX and JSON come from it.
//!
//! `scope` is what an address or command asks for; `query` puts the statement together and reads pages of it; `cell`
//! and `column` say what stands in a column; `export` writes all rows. A room implements [`List`] and nothing else.

pub mod cell;
pub mod export;
pub mod memory;
pub mod query;
pub mod scope;
pub mod settled;

pub use cell::{Cell, Column, Drawn, Screen};
pub use memory::{Kept, Memory};
pub use query::{Key, KeyKind, List, Sort, Total};
pub use scope::{Filters, Named, Place, Scope};
