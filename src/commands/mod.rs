//! Commands that are more than a call of one function of a room.

pub mod export;
