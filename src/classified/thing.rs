//! What everything classified has: revisions, and levels that changed.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// An earlier or later state of what a thing says.
#[derive(Debug, Clone, Deserialize)]
pub struct Revised {
    /// Its number, from 1.
    pub version: i32,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub who: String,
}

/// A classification raised or lowered.
#[derive(Debug, Clone, Deserialize)]
pub struct Reclassified {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub who: String,
    /// From which level.
    pub was: String,
    /// To which.
    pub became: String,
    /// Why.
    pub reason: String,
}
