//! The words every room speaks. Pure: no I/O, no SQL, no clock of its own.

pub mod calendar;
pub mod country;
pub mod ids;
pub mod money;
pub mod text;

pub use calendar::{AsOf, Clock, KnownAt};
pub use money::{Currency, ExchangeRate, Money};
pub use rust_decimal::Decimal;
