//! The page of a donor: who it is, what it gave and owes, what we owe it, and everything that happened on one timeline.
//! Only reads.

pub mod handlers;
mod money;
mod pages;
mod store;
mod timeline;
mod years;

pub(crate) use store::{Contact, DonorFigures, OpenAction, donors};
pub(crate) use years::Years;
