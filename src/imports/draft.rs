//! A draft: files that are looked at, put right and looked at again before they land.
//!
//! The files stay as they came. What is put right is kept beside them, cell by cell, and laid over the rows as they
//! are read; so a draft can always say what of it is the file's and what was typed here.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::file::{RowFile, Unreadable};
use super::report::Outcome;
use super::spec::Kind;
use crate::facts::FormStamp;

/// A draft on its way to be checked or landed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What its files were called.
    pub names: Vec<String>,
    /// What was put right.
    pub fixes: Fixes,
    /// The draft's own id, so that landed twice it makes one change.
    pub form: FormStamp,
    /// What whoever lands it has seen that it would do.
    pub seen: Option<Seen>,
    /// How far it has come.
    pub progress: Arc<Progress>,
}

impl Draft {
    /// What concerns one of its files.
    pub fn of_file(&self, file: i32) -> Overlay<'_> {
        Overlay { fixes: self.fixes.0.get(&file), progress: Some(&self.progress) }
    }
}

/// What was put right, by file and line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixes(pub BTreeMap<i32, BTreeMap<i32, RowFix>>);

impl Fixes {
    /// How many rows were put right or left out.
    pub fn count(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }
}

/// What was put right in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFix {
    /// The row is not to land at all.
    #[serde(default)]
    pub left_out: bool,
    /// Its cells, by column.
    #[serde(default)]
    pub cells: BTreeMap<String, String>,
}

/// What is laid over a file while it is read, and who is told how far that has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overlay<'a> {
    fixes: Option<&'a BTreeMap<i32, RowFix>>,
    progress: Option<&'a Progress>,
}

impl Overlay<'_> {
    /// What was put right in a row.
    pub fn fix(&self, line: i32) -> Option<&RowFix> {
        self.fixes?.get(&line)
    }

    /// Says that so many rows were read, which is so much of the file.
    pub fn tell(&self, rows: u64, read: u64, of: u64) {
        if let Some(progress) = self.progress {
            let about = u128::from(rows) * u128::from(of.max(1)) / u128::from(read.max(1));
            progress.rows.store(progress.before.load(Ordering::Relaxed) + rows, Ordering::Relaxed);
            progress.about.store(u64::try_from(about).unwrap_or(0).max(rows), Ordering::Relaxed);
        }
    }

    /// Says that the file is read.
    pub fn done(&self, rows: u64) {
        if let Some(progress) = self.progress {
            let all = progress.before.fetch_add(rows, Ordering::Relaxed) + rows;
            progress.rows.store(all, Ordering::Relaxed);
            progress.about.store(0, Ordering::Relaxed);
        }
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Rows are read.
    Reading,
    /// Rows are compared with what the system holds.
    Comparing,
    /// Rows are recorded, or it is tried whether they could be.
    Recording,
}

impl Phase {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Reading => "reading",
            Phase::Comparing => "comparing",
            Phase::Recording => "recording",
        }
    }
}

/// How far a draft has come: written where it is read, asked for elsewhere.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    before: AtomicU64,
    rows: AtomicU64,
    about: AtomicU64,
}

impl Progress {
    /// Goes on to a phase.
    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// The phase, how many rows were read, and of about how many.
    pub fn now(&self) -> (Phase, u64, u64) {
        let phase = match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Reading,
            1 => Phase::Comparing,
            _ => Phase::Recording,
        };
        let rows = self.rows.load(Ordering::Relaxed);
        let about = self.before.load(Ordering::Relaxed) + self.about.load(Ordering::Relaxed);
        (phase, rows, about.max(rows))
    }
}

/// What a draft would do, in figures: it lands only if it still would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// New rows.
    pub added: u64,
    /// Changed rows.
    pub changed: u64,
    /// Changed rows that need a reason.
    pub corrected: u64,
}

impl Seen {
    /// What an outcome says.
    pub fn of(outcome: &Outcome) -> Self {
        let corrected = outcome.preview.as_ref().map_or(0, |preview| preview.corrected);
        Seen { added: outcome.added, changed: outcome.changed, corrected }
    }
}

/// A row as it stands in its file, what was put right laid over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Which file.
    pub file: i32,
    /// The line.
    pub line: i32,
    /// Its cells, in the order of [`shown`]'s columns.
    pub cells: Vec<String>,
}

/// Rows of a file as they stand there, those of `lines`, and the columns they have. Of a row that is too short or too
/// long, the cells are those that stand where the columns are.
///
/// # Errors
/// Where the file cannot be read to there.
pub fn shown(
    path: &Path,
    kind: Kind,
    file: i32,
    lines: &[i32],
    fixes: &Fixes,
) -> Result<(Vec<&'static str>, Vec<Shown>), Unreadable> {
    let rows_of = RowFile::open(path, kind.spec())?;
    let columns = rows_of.columns();
    let at: Vec<usize> =
        (0..kind.spec().columns.len()).filter(|at| columns.contains(&kind.spec().columns[*at].name)).collect();
    let mut rows = rows_of.rows()?;
    let mut found = Vec::new();
    while let Some(row) = rows.next_row()? {
        if lines.binary_search(&row.line).is_err() {
            continue;
        }
        let fix = fixes.0.get(&file).and_then(|fixes| fixes.get(&row.line));
        let cell = |(at, name): (&usize, &&str)| {
            let typed = fix.and_then(|fix| fix.cells.get(*name)).map(String::as_str);
            typed.or(row.cell(*at)).unwrap_or_default().to_owned()
        };
        found.push(Shown { file, line: row.line, cells: at.iter().zip(&columns).map(cell).collect() });
        if found.len() == lines.len() {
            break;
        }
    }
    Ok((columns, found))
}
