//! What stands beside a rate: how late the late ones are, why, how long each step took, and which are longest overdue.

use chrono::NaiveDate;
use serde::Deserialize;

/// What stands beside a rate.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Details {
    /// Of the reports due: how many are late, and by how many days.
    pub late: Spread,
    /// Of the late ones: how many by the cause noted last.
    pub causes: Vec<Cause>,
    /// Of the reports due: how long each step took.
    pub steps: Vec<Step>,
    /// The ones longest overdue, the longest first.
    pub longest: Vec<Overdue>,
}

/// How many there are, and how they are spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Spread {
    /// How many.
    pub count: i64,
    /// Half of them took so many days or fewer.
    pub median: Option<i64>,
    /// Nine in ten of them took so many days or fewer.
    pub ninth: Option<i64>,
}

/// Late reports with one cause.
#[derive(Debug, Clone, Deserialize)]
pub struct Cause {
    /// The cause, in the word of files; `none` where none was noted.
    pub cause: String,
    /// How many.
    pub count: i64,
}

/// A step of a report's life.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// What it begins with: `drafted`, `division_cleared`, `finance_cleared`, `sent`, `returned`.
    pub after: String,
    /// How many there were, and how long they took.
    #[serde(flatten)]
    pub spread: Spread,
    /// How many of them go on as of the day.
    pub open: i64,
}

/// An overdue report.
#[derive(Debug, Clone, Deserialize)]
pub struct Overdue {
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: Option<String>,
    /// Its kind, in the word of files.
    pub kind: String,
    /// Whether it is the last under its pledge.
    pub last: bool,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// How many days ago that was.
    pub days: i64,
    /// Whether it was sent and came back.
    pub returned: bool,
    /// The donor's name.
    pub donor: String,
    /// The unit's name.
    pub unit: String,
}
