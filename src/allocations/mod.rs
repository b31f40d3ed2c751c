//! Money that waits for a person: receipts without a pledge or without a donor, what is left unallocated on a pledge,
//! allocations by hand that no longer fit, money without a rate. Each row leads to where it is put right; receipts that
//! leave no doubt are matched several at a time.

mod list;

pub use list::Allocations;
