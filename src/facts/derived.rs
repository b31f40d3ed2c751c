//! What derived tables share: rows with the days they are of and the instants they were believed, kept by closing and
//! opening what differs.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::hash::Hash;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::types::PgRange;

/// How many things are worked out at a time: bounds memory on a large import.
pub const BATCH: usize = 2_000;

/// Days from the first to before the second; open where there is none.
pub type DayRange = (Option<NaiveDate>, Option<NaiveDate>);

/// Which kept rows go, and which wanted rows are new.
pub fn differences<V: Eq + Hash>(kept: Vec<(i64, V)>, wanted: Vec<V>) -> (Vec<i64>, Vec<V>) {
    let mut left: HashMap<V, Vec<i64>> = HashMap::new();
    for (id, row) in kept {
        left.entry(row).or_default().push(id);
    }
    let new = wanted.into_iter().filter(|row| left.get_mut(row).and_then(Vec::pop).is_none()).collect();
    (left.into_values().flatten().collect(), new)
}

/// A range of days as PostgreSQL writes it; none is the empty range.
pub struct RangeText(pub Option<DayRange>);

impl Display for RangeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((from, until)) = self.0 else { return f.write_str("empty") };
        f.write_str(if from.is_some() { "[" } else { "(" })?;
        from.map_or(Ok(()), |day| Display::fmt(&day, f))?;
        f.write_str(",")?;
        until.map_or(Ok(()), |day| Display::fmt(&day, f))?;
        f.write_str(")")
    }
}

/// Known from an instant on, as PostgreSQL writes it.
pub fn known_from(at: DateTime<Utc>) -> String {
    format!("[\"{}\",)", at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
}

/// The days of a range read back. An empty one decodes as no bounds at all.
pub fn days(range: &PgRange<NaiveDate>) -> DayRange {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let from = match range.start {
        Included(day) => Some(day),
        Excluded(day) => day.succ_opt(),
        Unbounded => None,
    };
    let until = match range.end {
        Excluded(day) => Some(day),
        Included(day) => day.succ_opt(),
        Unbounded => None,
    };
    (from, until)
}
