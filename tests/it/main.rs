//! The one test binary: stories told from outside, a file a room.
#![forbid(unsafe_code)]

mod embedded;
mod exports;
mod foundation;
mod loading;
mod pages;
mod tidy;
mod words;
