//! Accounts: a person who signs in, with one role and at most one unit. `password` keeps the secret, `store` the rows.

mod attempts;
pub mod handlers;
pub mod password;
mod store;

pub use store::{Account, NewAccount, UserError, account_by_email, add, disable, list};
