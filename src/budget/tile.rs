//! What of the budget stands on the dashboard: core income against what was approved, this year and the year before.

use askama::Template;
use chrono::Datelike;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use sqlx::postgres::PgConnection;

use super::list::{BudgetRow, core};
use crate::l10n::L10n;
use crate::lists::{Memory, Scope};
use crate::web::format;
use crate::web::list::Params;

/// Height of a bar's line in the drawing, and how far across it a bar begins, in per cent.
const LINE: usize = 36;
const BEGIN: Decimal = Decimal::from_parts(11, 0, 0, false, 0);

/// The part of the dashboard about core income.
#[derive(Template)]
#[template(path = "budget/tile.html")]
pub struct CoreTile {
    l10n: L10n,
    href: String,
    height: usize,
    described: String,
    lines: Vec<CoreLine>,
}

/// A year and fund.
struct CoreLine {
    label: String,
    year: i32,
    fund: String,
    approved: String,
    received: String,
    received_href: String,
    gap: String,
    share: String,
    /// Top of its bar, in pixels.
    at: usize,
    /// How wide what was approved is drawn, and what came in of it, in per cent of the drawing.
    approved_width: String,
    received_width: String,
    /// Where the share is written.
    share_at: String,
}

impl CoreTile {
    fn t(&self, key: &str) -> String {
        self.l10n.t(key)
    }
}

/// Core income against the approved budget of a scope's year and the year before. `params` are those of the addresses it
/// leads to.
///
/// # Errors
/// Where the database fails.
pub async fn core_tile(
    memory: &Memory,
    connection: &mut PgConnection,
    (scope, params): (&Scope, &Params),
    l10n: L10n,
) -> Result<CoreTile, sqlx::Error> {
    let rows = core(connection, scope, memory).await?;
    let params = params.with("fund_kind", "core");
    let largest = rows.iter().map(|row| row.approved_usd.max(row.received_usd)).max().unwrap_or_default();
    let lines: Vec<CoreLine> =
        rows.iter().enumerate().map(|(at, row)| line(row, at, largest, (scope, &params), l10n)).collect();
    let described = lines.iter().map(|line| format!("{}: {} / {}", line.label, line.received, line.approved));
    Ok(CoreTile {
        href: params.address("/budget"),
        height: LINE * lines.len() + 4,
        described: described.collect::<Vec<_>>().join("; "),
        l10n,
        lines,
    })
}

fn line(row: &BudgetRow, at: usize, largest: Decimal, (scope, params): (&Scope, &Params), l10n: L10n) -> CoreLine {
    let room = Decimal::ONE_HUNDRED - BEGIN - Decimal::ONE;
    let width = |amount: Decimal| {
        let share = amount.max(Decimal::ZERO).checked_div(largest).unwrap_or_default();
        (share * room).round_dp(2)
    };
    let (year, day) = (row.year, scope.as_of.0);
    let label = if day.year() == year {
        l10n.with("core-to-day", &[("year", year.to_string().into()), ("day", format::day(day, l10n).into())])
    } else {
        year.to_string()
    };
    let receipts = params.without(&["fund_kind"]).with("fund", row.fund.clone()).with("state", "cash");
    let receipts = receipts.with("since", format!("{year}-01-01")).with("until", format!("{year}-12-31"));
    let millions = |amount: Decimal| {
        let millions = (amount / Decimal::from(1_000_000)).round_dp_with_strategy(1, MidpointAwayFromZero);
        format::number(millions, 1, l10n)
    };
    let received_width = width(row.received_usd);
    CoreLine {
        year,
        fund: row.fund.clone(),
        label,
        approved: millions(row.approved_usd),
        received: millions(row.received_usd),
        received_href: receipts.address("/contributions"),
        gap: millions(row.gap()),
        share: row
            .percent()
            .map(|percent| l10n.with("core-share", &[("percent", format::percent(percent, l10n).into())]))
            .unwrap_or_default(),
        at: at * LINE + 4,
        approved_width: format!("{}%", width(row.approved_usd)),
        received_width: format!("{received_width}%"),
        share_at: format!("{}%", BEGIN + received_width + Decimal::ONE),
    }
}
