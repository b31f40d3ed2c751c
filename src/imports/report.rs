//! What became of the files: counts, and every bad cell with the reason.

use fluent_templates::fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};

use crate::l10n::L10n;

/// How many problems are told one by one; the rest are counted.
pub const TOLD: usize = 1_000;

/// Something wrong, or odd, with a cell.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, Serialize, Deserialize)]
pub struct Problem {
    /// Which file, in the order they were given.
    pub file: i32,
    /// The line an editor shows.
    pub line: i32,
    /// The column's name.
    pub col: String,
    /// What the cell holds.
    pub value: String,
    /// Which problem: a key of `locales/`.
    pub key: String,
    /// What the sentence needs besides.
    pub arg: String,
}

impl Problem {
    /// The sentence with the name of the field before it, for a page.
    pub fn told(&self, l10n: L10n) -> String {
        let field = l10n.first(&[&format!("field-{}", self.col), &format!("field-{}_id", self.col)], &[]);
        l10n.with("import-told", &[("field", field.into()), ("message", self.message(l10n).into())])
    }

    /// The sentence.
    pub fn message(&self, l10n: L10n) -> String {
        let args = [
            ("value", FluentValue::from(self.value.as_str())),
            ("arg", FluentValue::from(self.arg.as_str())),
            ("column", FluentValue::from(self.col.as_str())),
        ];
        l10n.with(&format!("import-{}", self.key), &args)
    }
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Rows that are new.
    pub added: u64,
    /// Rows that brought an event, an edit or a correction.
    pub changed: u64,
    /// Rows the system held already.
    pub unchanged: u64,
    /// Rows refused.
    pub rejected: u64,
    /// How many problems there are in all; `errors` tells the first of them.
    pub error_count: u64,
    /// The first of the problems, by file and line.
    pub errors: Vec<Problem>,
    /// How many warnings there are in all.
    pub warning_count: u64,
    /// The first of the warnings.
    pub warnings: Vec<Problem>,
    /// The names of the files, as given.
    pub files: Vec<String>,
    /// The change it made, if it made one.
    pub change: Option<crate::facts::ChangeId>,
    /// Of a draft: what it would do, row by row.
    pub preview: Option<super::preview::Preview>,
    /// Of a draft: it would not do what was seen, and did nothing.
    pub moved: bool,
}

/// How many rows of a kind were added, changed, unchanged, rejected.
pub(super) type Counts = (i64, i64, i64, i64);

// The keys of contract.md, no others.
#[derive(Serialize)]
struct ProblemJson<'a> {
    line: i32,
    column: &'a str,
    value: &'a str,
    message: String,
}

#[derive(Serialize)]
struct OutcomeJson<'a> {
    added: u64,
    changed: u64,
    unchanged: u64,
    rejected: u64,
    warnings: Vec<ProblemJson<'a>>,
    errors: Vec<ProblemJson<'a>>,
}

impl Outcome {
    /// Whether the files were (or would be) landed.
    pub fn accepted(&self) -> bool {
        self.error_count == 0
    }

    pub(super) fn count(&mut self, (added, changed, unchanged, rejected): Counts) {
        self.added += added.unsigned_abs();
        self.changed += changed.unsigned_abs();
        self.unchanged += unchanged.unsigned_abs();
        self.rejected += rejected.unsigned_abs();
    }

    fn file_name(&self, problem: &Problem) -> &str {
        usize::try_from(problem.file).ok().and_then(|at| self.files.get(at)).map_or("", String::as_str)
    }

    /// The JSON of `--json`.
    pub fn to_json(&self, l10n: L10n) -> String {
        let json = OutcomeJson {
            added: self.added,
            changed: self.changed,
            unchanged: self.unchanged,
            rejected: self.rejected,
            warnings: self.warnings.iter().map(|one| self.problem_json(one, l10n)).collect(),
            errors: self.errors.iter().map(|one| self.problem_json(one, l10n)).collect(),
        };
        serde_json::to_string(&json).unwrap_or_default()
    }

    fn problem_json<'a>(&'a self, problem: &'a Problem, l10n: L10n) -> ProblemJson<'a> {
        let message = problem.message(l10n);
        ProblemJson {
            line: problem.line,
            column: &problem.col,
            value: &problem.value,
            // Which of several files, where it takes that to find the line.
            message: if self.files.len() > 1 { format!("{}: {message}", self.file_name(problem)) } else { message },
        }
    }

    /// What was done, and what is odd, in lines for a terminal.
    pub fn summary(&self, l10n: L10n, dry_run: bool) -> Vec<String> {
        let counts = [
            ("added", FluentValue::from(self.added)),
            ("changed", FluentValue::from(self.changed)),
            ("unchanged", FluentValue::from(self.unchanged)),
            ("rejected", FluentValue::from(self.rejected)),
        ];
        let mut lines = vec![l10n.with("import-done", &counts)];
        if !self.accepted() {
            lines.push(l10n.with("import-nothing-landed", &[("errors", FluentValue::from(self.error_count))]));
        } else if dry_run {
            lines.push(l10n.t("import-nothing-kept"));
        }
        if self.warning_count > 0 {
            lines.push(l10n.with("import-warnings", &[("count", FluentValue::from(self.warning_count))]));
            lines.extend(self.lines(&self.warnings, l10n));
            lines.extend(more(self.warning_count, &self.warnings, l10n));
        }
        lines
    }

    /// What is wrong, in lines for a terminal.
    pub fn refusal(&self, l10n: L10n) -> Vec<String> {
        let mut lines = self.lines(&self.errors, l10n);
        lines.extend(more(self.error_count, &self.errors, l10n));
        lines
    }

    /// Lines for a terminal: `file, line, column, value, what is wrong`.
    pub fn lines(&self, problems: &[Problem], l10n: L10n) -> Vec<String> {
        problems
            .iter()
            .map(|problem| {
                let args = [
                    ("file", FluentValue::from(self.file_name(problem))),
                    ("line", FluentValue::from(problem.line)),
                    ("column", FluentValue::from(problem.col.as_str())),
                    ("value", FluentValue::from(visible(&problem.value))),
                    ("message", FluentValue::from(visible(&problem.message(l10n)))),
                ];
                let key = if problem.col.is_empty() { "import-problem-file" } else { "import-problem" };
                l10n.with(key, &args)
            })
            .collect()
    }
}

/// How many there are besides those told.
fn more(count: u64, told: &[Problem], l10n: L10n) -> Option<String> {
    let rest = count.saturating_sub(told.len() as u64);
    (rest > 0).then(|| l10n.with("import-more", &[("count", FluentValue::from(rest))]))
}

/// The text without anything a terminal would obey.
fn visible(text: &str) -> String {
    let shown = |c: char| match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(' '),
        0x7F..0xA0 => '\u{FFFD}',
        _ => c,
    };
    text.chars().map(shown).collect()
}
