//! One file a kind: its columns and the statements that check and land it.

pub mod contributions;
mod dated;
pub mod donor_reports;
pub mod donors;
pub mod funds;
pub mod instalments;
pub mod meetings;
pub mod pledges;
pub mod rates;
mod schedules;
pub mod units;
