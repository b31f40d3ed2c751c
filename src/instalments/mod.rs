//! Instalments: the scheduled payments of pledges, what was paid of each and what is still to come. Only reads.

mod list;

pub use list::Instalments;
