//! Classification: who may read what, once for everything that is classified.
//!
//! `rule` is the rule in Rust; the database holds rows to the same one (`may_read` of migration 0014), and a test compares
//! them over everything there is to compare. `store` says who reads in a transaction and notes what was read; `thing`
//! is what they all have, `readings` lists who read what for those who keep watch.

mod readings;
mod rule;
mod store;
mod thing;

pub use readings::Readings;
pub use rule::{Classification, Classifying, Reader, Standing, may_read, reads_confidential};
pub use store::{note_change, note_export, note_reading, read_as, say_reader};
pub use thing::{Reclassified, Revised};
