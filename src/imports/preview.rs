//! What a draft would do, row by row: what changes from what to what, what needs a reason, what is new.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::landing::Landing;
use super::report::{Problem, TOLD};
use super::spec::{Cell, Column, Kind, Part, Spec};
use crate::kernel::Currency;

/// How many changed cells are told one by one.
const CHANGES: i64 = 500;
/// How many new rows are told.
const NEW: i64 = 50;

/// What a draft would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Of each file.
    pub files: Vec<FileCounts>,
    /// How many rows need a reason: a fact that differs, one taken out that comes back, one that is left out.
    pub corrected: u64,
    /// The first of those that are no change of a cell, told as the command line refuses them.
    pub corrections: Vec<Problem>,
    /// The first of the changed cells.
    pub changes: Vec<Changed>,
    /// The first of the new rows.
    pub new_rows: Vec<NewRow>,
    /// What the new rows add up to, a currency each.
    pub sums: Vec<Sum>,
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct FileCounts {
    /// Which file.
    pub file: i32,
    /// New rows.
    pub added: i64,
    /// Changed rows.
    pub changed: i64,
    /// Rows the system holds already.
    pub unchanged: i64,
    /// Refused rows.
    pub rejected: i64,
}

/// A cell that says something else than the system does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Changed {
    /// Which file.
    pub file: i32,
    /// The line.
    pub line: i32,
    /// The row's key.
    pub key: String,
    /// The column.
    pub col: String,
    /// `fact` (a correction), `event` (news) or `label` (an edit).
    pub part: String,
    /// What the system says.
    pub old: Option<String>,
    /// What the file says.
    pub new: Option<String>,
}

/// A row that is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct NewRow {
    /// Which file.
    pub file: i32,
    /// The line.
    pub line: i32,
    /// The row's key.
    pub key: String,
}

/// What new rows of a kind add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Sum {
    /// The currency.
    pub currency: Currency,
    /// The sum.
    pub amount: Decimal,
}

fn key_of(spec: &Spec) -> String {
    let keys = spec.columns.iter().filter(|column| column.part == Part::Key);
    let text = |column: &Column| match column.cell {
        Cell::Month => format!("to_char(s.{}, 'YYYY-MM')", column.name),
        Cell::Quarter => format!("to_char(s.{}, 'YYYY-\"Q\"Q')", column.name),
        _ => format!("s.{}::text", column.name),
    };
    let texts: Vec<String> = keys.map(text).collect();
    format!("concat_ws(' · ', {})", texts.join(", "))
}

/// Which rows of `s` are refused.
const REFUSED: &str =
    "(s.bad or (s.file, s.line) in (select file, line from import_problems where severity = 'error'))";

impl Landing<'_> {
    /// What the staged rows would do; asked before the transaction ends.
    pub(super) async fn preview(&mut self, kinds: &[Kind]) -> Result<Preview, sqlx::Error> {
        let mut preview = Preview::default();
        for kind in kinds {
            self.preview_kind(kind.spec(), &mut preview).await?;
        }
        preview.files.sort_by_key(|counts| counts.file);
        preview.changes.sort_by_key(|changed| (changed.file, changed.line));
        let corrected: i64 = sqlx::query_scalar(
            "select count(*) from (select distinct file, line from import_problems where severity = 'correction') rows",
        )
        .fetch_one(self.connection())
        .await?;
        preview.corrected = corrected.unsigned_abs();
        preview.corrections = sqlx::query_as(
            "select file, line, col, value, key, arg from import_problems
             where severity = 'correction' and key <> 'differs' order by file, line, col limit $1",
        )
        .bind(TOLD as i64)
        .fetch_all(self.connection())
        .await?;
        Ok(preview)
    }

    async fn preview_kind(&mut self, spec: &'static Spec, preview: &mut Preview) -> Result<(), sqlx::Error> {
        let (stage, key) = (spec.stage, key_of(spec));
        let differs = "(s.fact_diff || s.label_diff || s.event_fill || s.event_diff <> '{}' or s.left_out <> '{}')";
        let counts = format!(
            "select file, count(*) filter (where not found and not refused) as added,
                    count(*) filter (where found and differs and not refused) as changed,
                    count(*) filter (where found and not differs and not refused) as unchanged,
                    count(*) filter (where refused) as rejected
             from (select s.file, s.found, {differs} as differs, {REFUSED} as refused from {stage} s) rows group by file"
        );
        let counts: Vec<FileCounts> = sqlx::query_as(AssertSqlSafe(counts)).fetch_all(self.connection()).await?;
        preview.files.extend(counts);
        let changes = format!(
            "select s.file, s.line, {key} as key, d.col, d.part, s.old ->> d.col as old, to_jsonb(s) ->> d.col as new
             from {stage} s cross join lateral (
                select col, 'fact' as part from unnest(s.fact_diff || s.event_diff) as col
                union all select col, 'event' from unnest(s.event_fill) as col
                union all select col, 'label' from unnest(s.label_diff) as col
             ) d where s.found and {differs} and not {REFUSED} order by s.file, s.line, d.col limit $1"
        );
        let changes: Vec<Changed> =
            sqlx::query_as(AssertSqlSafe(changes)).bind(CHANGES).fetch_all(self.connection()).await?;
        preview.changes.extend(changes);
        let new_rows = format!(
            "select s.file, s.line, {key} as key from {stage} s where not s.found and not {REFUSED}
             order by s.file, s.line limit $1"
        );
        let new_rows: Vec<NewRow> =
            sqlx::query_as(AssertSqlSafe(new_rows)).bind(NEW).fetch_all(self.connection()).await?;
        preview.new_rows.extend(new_rows);
        if ["currency", "amount"].iter().all(|name| spec.columns.iter().any(|column| column.name == *name)) {
            let sums = format!(
                "select s.currency, sum(s.amount) as amount from {stage} s
                 where not s.found and not {REFUSED} and s.currency is not null and s.amount is not null
                 group by s.currency order by s.currency"
            );
            let sums: Vec<Sum> = sqlx::query_as(AssertSqlSafe(sums)).fetch_all(self.connection()).await?;
            for sum in sums {
                match preview.sums.iter_mut().find(|known| known.currency == sum.currency) {
                    Some(known) => known.amount += sum.amount,
                    None => preview.sums.push(sum),
                }
            }
        }
        Ok(())
    }
}
