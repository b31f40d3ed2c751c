//! Donor Information System: what every donor promised and paid, what is overdue, and what was known when.
#![forbid(unsafe_code)]

pub mod access;
pub mod allocations;
pub mod arrears;
pub mod audit;
pub mod balances;
pub mod budget;
#[cfg(test)]
mod by_acts;
pub mod changes;
pub mod commands;
pub mod config;
pub mod contributions;
pub mod dashboard;
pub mod db;
pub mod demo;
pub mod donor_reports;
pub mod donors;
pub mod embedded;
pub mod exchange_rates;
pub mod facts;
pub mod finding;
pub mod funds;
pub mod giving;
pub mod home;
pub mod implementation;
pub mod import_page;
pub mod imports;
pub mod instalments;
pub mod kernel;
pub mod l10n;
pub mod ledger;
pub mod lists;
pub mod pledges;
pub mod projects;
pub mod published;
pub mod report_states;
pub mod reporting_rates;
pub mod rooms;
pub mod saved_views;
pub mod settings;
pub mod units;
pub mod users;
pub mod verify;
pub mod web;
