//! The one test binary: stories told from outside, a file a room.
#![forbid(unsafe_code)]

mod briefing_note;
mod crash;
mod dashboard;
mod documents;
mod donor_page;
mod donor_reports;
mod donors;
mod embedded;
mod entering;
mod exports;
mod finding;
mod foundation;
mod french;
mod giving;
mod hunt;
mod imports_page;
mod intelligence;
mod loading;
mod meetings;
mod migrations;
mod money;
mod pages;
mod people;
mod permissions;
mod prepared;
mod projects;
mod published;
mod real_data;
mod reporting_rates;
mod reports_loading;
mod search;
mod serving;
mod statements;
mod tidy;
mod words;
