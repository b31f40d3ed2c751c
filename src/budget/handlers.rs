//! The page of a year's budgets: what was approved for each fund, when it was revised, and what came in.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::Budget;
use crate::access::{Act, may};
use crate::contributions::Contributions;
use crate::facts::tables::BUDGETS;
use crate::imports::{self, Kind};
use crate::lists::List;
use crate::web::detail::{self, Detail, When};
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// `GET /budget/{year}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Budget::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let year: i32 = code.parse().map_err(|_| Refused::NotFound)?;
    let held = imports::held(&mut tx, Kind::Budgets, &code, scope.known_at.0).await?;
    if held.is_empty() {
        return Err(Refused::NotFound.into());
    }
    scope.filters.year = Some(year);
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    Budget::prepare(&mut tx, &mut scope, &state.0.memory).await?;
    let budgets = l10n.word("budget", "kicker");
    let mut sections =
        vec![detail::section::<Budget>(&mut tx, &scope, budgets, format!("/budget?year={year}{same}"), l10n).await?];
    // Whoever opens a year sees what came in of it for every fund that has a budget.
    scope.filters.since = chrono::NaiveDate::from_ymd_opt(year, 1, 1);
    scope.filters.until = chrono::NaiveDate::from_ymd_opt(year, 12, 31);
    scope.filters.state = Some("cash".to_owned());
    let receipts = l10n.word("contributions", "kicker");
    let all = format!("/contributions?state=cash&since={year}-01-01&until={year}-12-31{same}");
    sections.push(detail::section::<Contributions>(&mut tx, &scope, receipts, all, l10n).await?);
    let history = detail::told(&mut tx, &frame, &[&BUDGETS], "budgets", year.into(), scope.known_at).await?;
    tx.end();
    let mut actions = Vec::new();
    if may(frame.viewer.role, Act::KeepBudgets) {
        actions.push(Action::new(l10n.word("new", "budget"), format!("/budget/new?year={year}")));
        for row in &held {
            let cell = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let day = crate::kernel::calendar::parse_day(cell("agreed_on")).ok();
            let what = match day {
                Some(day) => format!("{} · {}", cell("fund"), format::day(day, l10n)),
                None => cell("fund").to_owned(),
            };
            let label = l10n.with("budget-correct", &[("what", what.into())]);
            let (fund, on) = (address::escape(cell("fund")), cell("agreed_on"));
            actions.push(Action::new(label, format!("/budget/{year}/edit?fund={fund}&agreed_on={on}")));
        }
    }
    let detail = Detail {
        room: Budget::NAME,
        title: l10n.with("budget-of-year", &[("year", code.as_str().into())]),
        code,
        tags: Vec::new(),
        actions,
        figures: Vec::new(),
        chart: None,
        said: Vec::new(),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}
