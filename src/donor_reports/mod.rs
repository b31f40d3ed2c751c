//! What the agency owes donors in return: reports under a pledge, with the days they are due and what became of them.
//!
//! Which state a report is in on a day is worked out once (`report_states`); this room lists them, shows each with its
//! life, and takes in what happens to it.

pub mod acts;
mod agreeing;
mod clauses;
mod forms;
pub mod handlers;
pub mod list;
mod model;
pub mod obligations;
pub mod owed;
mod pages;
pub mod sent;
mod steps;
mod store;

pub use forms::FORMS;
pub use list::DonorReports;
