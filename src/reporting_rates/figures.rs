//! The counts of a reporting rate, and the rates they make.

use std::ops::AddAssign;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::report_states::rule::percent;

/// How many reports there are of each sort as of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "[i64; 9]")]
pub struct Figures {
    /// Owed, not waived, due on the day or before.
    pub due: i64,
    /// Of those due: sent, and not lying returned.
    pub submitted: i64,
    /// Of those submitted: first sent on or before the day it was due then.
    pub on_time: i64,
    /// Of those due and not submitted: due before the day.
    pub overdue: i64,
    /// Waived by the donor, and due on the day or before.
    pub waived: i64,
    /// Due later than it was at first, where it was first due on the day or before.
    pub extended: i64,
    /// Of those due: due within the twelve months to the day.
    pub due_in_year: i64,
    /// Of those: submitted.
    pub submitted_in_year: i64,
    /// Of those: on time.
    pub on_time_in_year: i64,
}

impl From<[i64; 9]> for Figures {
    fn from(counts: [i64; 9]) -> Self {
        let [due, submitted, on_time, overdue, waived, extended, due_in_year, submitted_in_year, on_time_in_year] =
            counts;
        Figures { due, submitted, on_time, overdue, waived, extended, due_in_year, submitted_in_year, on_time_in_year }
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.due += other.due;
        self.submitted += other.submitted;
        self.on_time += other.on_time;
        self.overdue += other.overdue;
        self.waived += other.waived;
        self.extended += other.extended;
        self.due_in_year += other.due_in_year;
        self.submitted_in_year += other.submitted_in_year;
        self.on_time_in_year += other.on_time_in_year;
    }
}

impl Figures {
    /// Due and not submitted.
    pub fn outstanding(&self) -> i64 {
        self.due - self.submitted
    }

    /// Submitted of those due, in per cent; `None` where none is due.
    pub fn rate(&self) -> Option<Decimal> {
        percent(self.submitted, self.due)
    }

    /// On time of those due, in per cent; `None` where none is due.
    pub fn on_time_rate(&self) -> Option<Decimal> {
        percent(self.on_time, self.due)
    }

    /// The rate of those due in the twelve months to the day.
    pub fn rate_in_year(&self) -> Option<Decimal> {
        percent(self.submitted_in_year, self.due_in_year)
    }

    /// The on-time rate of those due in the twelve months to the day.
    pub fn on_time_rate_in_year(&self) -> Option<Decimal> {
        percent(self.on_time_in_year, self.due_in_year)
    }
}
