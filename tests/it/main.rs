//! The one test binary: stories told from outside, a file a room.
#![forbid(unsafe_code)]

mod crash;
mod embedded;
mod entering;
mod exports;
mod foundation;
mod giving;
mod imports_page;
mod loading;
mod migrations;
mod pages;
mod people;
mod real_data;
mod serving;
mod tidy;
mod words;
