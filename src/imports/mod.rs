//! Loading files: all or nothing, every bad row named, the same file twice changes nothing.
//!
//! `spec` says what a kind of file is (one for each in `kinds/`), `file` reads CSV cell by cell, `staging` copies the rows
//! into temporary tables, and `landing` checks them as sets and records what is new. What the system already holds is
//! compared in the words of the file itself: the query behind `--for-import` gives the other side of the comparison.

mod at_once;
pub mod cells;
mod csv_file;
pub mod draft;
pub mod file;
mod held;
mod kinds;
mod landing;
mod preview;
mod report;
pub mod spec;
mod staging;
mod un_rates;
pub(crate) mod xlsx;

pub use file::{Unreadable, guess};
pub use held::{Held, cells, existing, held};
pub use landing::{Drawn, Entry, Import, ImportError, run};
pub use preview::{Changed, FileCounts, NewRow, Preview, Sum};
pub use report::{Outcome, Problem, TOLD};
pub use spec::Kind;
