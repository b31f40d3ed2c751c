//! Contributions: money and value received, reversals and refunds, and what they paid.
//!
//! `acts` leads to the forms of what is done with one that is there: `returning` takes it back or returns an advance,
//! `matching` names its pledge, `allocating` places it by hand, `sure` matches several that leave no doubt.
//! `suggestions` says which pledge may be meant, and why.

pub mod acts;
pub mod allocating;
mod forms;
pub mod handlers;
mod list;
mod matching;
mod returning;
pub mod store;
pub mod suggestions;
pub mod sure;

pub use forms::FORMS;
pub use list::{Contributions, EARMARKING, funds_from, terms_from};
