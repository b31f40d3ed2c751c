//! Donor Information System: what every donor promised and paid, what is overdue, and what was known when.
#![forbid(unsafe_code)]

pub mod access;
pub mod arrears;
pub mod balances;
pub mod config;
pub mod db;
pub mod demo;
pub mod embedded;
pub mod export;
pub mod facts;
pub mod home;
pub mod imports;
pub mod kernel;
pub mod l10n;
pub mod rooms;
pub mod users;
pub mod verify;
pub mod web;
