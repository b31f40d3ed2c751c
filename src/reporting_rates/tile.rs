//! What of the reporting rate stands on the dashboard: the rate, its line, the divisions and regional offices, and the
//! five reports longest overdue. From the same figures as the page.

use std::sync::Arc;

use askama::Template;
use rust_decimal::dec;
use sqlx::postgres::PgConnection;

use super::answer::{Answer, answer};
use super::headline::{self, Headline, Links};
use super::list::{RateRow, TOTAL};
use super::pages::{OverdueLine, UnitLine, longest, unit_lines};
use crate::l10n::L10n;
use crate::lists::{Memory, Scope};
use crate::web::chart::Line;
use crate::web::frame::filters;
use crate::web::list::Params;
use crate::web::{PageError, drawn, format};

/// How many reports longest overdue the dashboard shows.
const LONGEST: usize = 5;

/// The part of the dashboard about the reporting rate, drawn.
pub struct RateTile {
    /// Whether it stands across the whole page.
    pub whole: bool,
    /// As it is written.
    pub drawn: Arc<str>,
}

#[derive(Template)]
#[template(path = "reporting_rates/tile.html")]
struct Tile {
    l10n: L10n,
    head: Headline,
    all: String,
    since: String,
    /// Nothing where only the rate itself is shown.
    whole: Option<Whole>,
}

struct Whole {
    line: Line,
    rows: Vec<UnitLine>,
    longest: Vec<OverdueLine>,
    overdue: String,
    overdue_all: String,
}

impl Tile {
    fn t(&self, key: &str) -> String {
        self.l10n.t(key)
    }
}

/// The reporting rate of a scope for the dashboard: `whole` with its line, the units at the top and the reports longest
/// overdue. `params` are those of the addresses it leads to.
///
/// # Errors
/// Where the database fails.
pub async fn rate_tile(
    memory: &Memory,
    connection: &mut PgConnection,
    (scope, params): (&Scope, &Params),
    whole: bool,
    l10n: L10n,
) -> Result<RateTile, PageError> {
    let answer = answer(memory, connection, scope).await?;
    let part = (if whole { "rate-tile-whole" } else { "rate-tile" }, params.address("/"));
    let drawn = drawn::till_a_change(memory, part, scope, l10n, || tile(&answer, params, whole, l10n))?;
    Ok(RateTile { whole, drawn })
}

fn tile(answer: &Answer, params: &Params, whole: bool, l10n: L10n) -> Tile {
    let links = Links { params };
    let number = |count: i64| format::number(count.into(), 0, l10n);
    let whole = whole.then(|| Whole {
        line: headline::drawn("rate", answer, (200, dec!(0.26)), l10n),
        rows: unit_lines(&tops(answer), &links, true, l10n),
        longest: longest(answer, params, l10n).into_iter().take(LONGEST).collect(),
        overdue: number(answer.now().overdue),
        overdue_all: links.reports("overdue"),
    });
    Tile {
        head: Headline::new(answer, &links, l10n),
        all: params.address("/reporting-rates"),
        since: l10n.with("rates-points-since", &[("day", format::day(answer.compared, l10n).into())]),
        whole,
        l10n,
    }
}

/// The units at the top that owe anything, and all of them together.
fn tops(answer: &Answer) -> Vec<RateRow> {
    let placed = answer.figured.in_order(answer.unit, answer.day);
    let mut rows: Vec<RateRow> = placed
        .iter()
        .filter(|one| one.depth == 0)
        .map(|one| RateRow::of(answer, Some(one)))
        .filter(|row| row.due > 0 || row.then_due > 0)
        .collect();
    rows.push(RateRow::of(answer, None));
    debug_assert!(rows.iter().all(|row| row.unit_code.as_deref() != Some(TOTAL)));
    rows
}
