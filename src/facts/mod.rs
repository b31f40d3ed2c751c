//! Facts: what moves a figure. They are added, never changed; a correction voids one and records another.
//!
//! `tables` is the list of fact tables; `record`, `void` and `history` here serve them all, a room adds only its own
//! columns. `change` is the envelope every writing transaction leaves: who, when, why, a digest of what, and the hash
//! of the change before it. Nothing else in the program writes to these tables.

pub mod change;
pub mod derived;
mod history;
pub mod tables;
mod trees;
pub mod undo;

pub use change::{Actor, ChangeId, Claim, FormStamp, Recorded, WriteTx};
pub use history::{HistoryEntry, history, of_change};
pub use tables::FactTable;
pub(crate) use trees::parent_loops;
