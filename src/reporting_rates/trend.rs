//! Rates by month end, as a file.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{Months, NaiveDate};

use super::answer::figured;
use super::points::{month_end, month_ends};
use crate::kernel::AsOf;
use crate::kernel::calendar::parse_day;
use crate::lists::{Cell, Scope, export};
use crate::web::params::{self, given};
use crate::web::{AppState, PageError, Refused, SignedIn};

/// How many months there are where nobody says since when.
const USUAL: u32 = 24;
/// The most month ends of one file: a hundred years.
const MOST: usize = 1_200;

/// The columns of the file.
const COLUMNS: [&str; 12] = [
    "month_end",
    "unit_code",
    "due",
    "submitted",
    "on_time",
    "outstanding",
    "overdue",
    "rate_percent",
    "on_time_percent",
    "rate_in_twelve_months_percent",
    "waived",
    "extended",
];

/// `GET /reporting-rates/trend.csv`: one row a month end, each with the units as they stood then.
pub async fn file(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<BTreeMap<String, String>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, latest, .. } = signed_in;
    let Query(pairs) = pairs.map_err(|_| Refused::BadParameter("?", String::new()))?;
    let text = |name: &str| given(pairs.get(name).map(String::as_str)).map(str::to_owned);
    let day = |name: &'static str| match text(name) {
        Some(text) => parse_day(&text).map(Some).map_err(|_| Refused::BadParameter(name, text)),
        None => Ok(None),
    };
    let today = state.0.clock.today();
    let to = day("to")?.unwrap_or(today);
    if to > today {
        return Err(Refused::BadParameter("to", to.to_string()).into());
    }
    let from = day("from")?.unwrap_or_else(|| to.checked_sub_months(Months::new(USUAL)).map_or(to, month_end));
    let days = if from <= to {
        month_ends(from, to)
    } else {
        return Err(Refused::BadParameter("from", from.to_string()).into());
    };
    if days.len() > MOST {
        return Err(Refused::BadParameter("from", from.to_string()).into());
    }
    let mut scope = Scope::new(AsOf(to), params::known_at(text("known_at").as_deref(), latest)?);
    scope.filters.unit = text("unit");
    scope.filters.donor = text("donor");
    scope.filters.fund = text("fund");
    scope.filters.since = day("since")?;
    exists(&mut tx, &scope).await?;
    let figured = figured(&state.0.memory, &mut tx, &scope, days.clone()).await?;
    tx.end();
    let code = scope.filters.unit.as_deref();
    let unit = figured.unit(code);
    let mut out = COLUMNS.join(",") + "\n";
    for day in days {
        out.push_str(&row(day, code, &figured.figures(unit, day)));
    }
    let name = format!("attachment; filename=\"reporting-rates-trend-{to}.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], out)
        .into_response())
}

fn row(day: NaiveDate, unit: Option<&str>, now: &super::Figures) -> String {
    let cells: [Cell; 12] = [
        Cell::Day(day),
        unit.map_or(Cell::Word(super::list::TOTAL.into()), |code| Cell::Text(code.to_owned())),
        Cell::Integer(now.due),
        Cell::Integer(now.submitted),
        Cell::Integer(now.on_time),
        Cell::Integer(now.outstanding()),
        Cell::Integer(now.overdue),
        Cell::percent(now.rate()),
        Cell::percent(now.on_time_rate()),
        Cell::percent(now.rate_in_year()),
        Cell::Integer(now.waived),
        Cell::Integer(now.extended),
    ];
    let mut line = Vec::new();
    export::csv_line(cells, &mut line);
    String::from_utf8_lossy(&line).into_owned()
}

/// Refuses what names nothing.
async fn exists(connection: &mut sqlx::PgConnection, scope: &Scope) -> Result<(), PageError> {
    let filters = &scope.filters;
    let (unit, donor, fund): (bool, bool, bool) = sqlx::query_as(
        "select $1::text is null or exists (select from units where code = $1),
                $2::text is null or exists (select from donors where code = $2),
                $3::text is null or exists (select from funds where code = $3)",
    )
    .bind(&filters.unit)
    .bind(&filters.donor)
    .bind(&filters.fund)
    .fetch_one(connection)
    .await?;
    for (name, known, value) in
        [("unit", unit, &filters.unit), ("donor", donor, &filters.donor), ("fund", fund, &filters.fund)]
    {
        if !known {
            return Err(Refused::BadParameter(name, value.clone().unwrap_or_default()).into());
        }
    }
    Ok(())
}
