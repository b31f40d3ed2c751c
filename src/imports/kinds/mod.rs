//! One file a kind: its columns and the statements that check and land it.

pub mod budgets;
pub mod contributions;
mod dated;
pub mod donor_reports;
pub mod donors;
pub mod expenditures;
pub mod funds;
pub mod instalments;
pub mod meetings;
pub mod milestones;
pub mod pledges;
pub mod project_statuses;
pub mod projects;
pub mod rates;
pub mod report_events;
pub mod reporting_clauses;
mod schedules;
pub mod units;
