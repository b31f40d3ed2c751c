//! Dialogues with Member States of a year as of a day (domain.md, "Dialogues"): how many, by month, by region, and which.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::list::Meetings;
use crate::classified::reads_confidential;
use crate::kernel::calendar::{EARLIEST_YEAR, LATEST_YEAR};
use crate::kernel::country::{country, region_keys};
use crate::kernel::{AsOf, KnownAt};
use crate::l10n::L10n;
use crate::lists::Scope;
use crate::web::chart::{Bar, Bars, Part};
use crate::web::detail::{self, Section};
use crate::web::frame::{Frame, filters};
use crate::web::params;
use crate::web::{AppState, PageError, Refused, SignedIn, format};

/// A month of the year.
pub struct Month {
    /// 1 to 12.
    pub month: u32,
    /// Its short name.
    pub name: String,
    /// How many were held in it.
    pub count: i64,
    /// The meetings of it that the reader may read.
    pub href: String,
}

/// What the year comes to.
pub struct Statistics {
    /// How many.
    pub count: i64,
    /// Of those, how many the reader may read: the rows of the list.
    pub listed: i64,
    /// By month, from January to the month of the day.
    pub months: Vec<Month>,
    /// By region of a Member State, the key of the region; a meeting with several regions counts in each.
    pub regions: Vec<(&'static str, i64)>,
    /// The address of the list.
    pub href: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    held_on: NaiveDate,
    countries: Vec<Option<String>>,
    listed: bool,
}

fn day_of(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The dialogues of a year as of a day, for whoever reads in this transaction: all of them where their role reads what is
/// confidential, else those they may read.
///
/// # Errors
/// Where the database fails.
pub async fn statistics(
    connection: &mut PgConnection,
    year: i32,
    as_of: AsOf,
    l10n: L10n,
) -> Result<Statistics, sqlx::Error> {
    let (first, last) = (day_of(year, 1, 1), day_of(year, 12, 31).min(as_of.0));
    let rows: Vec<Row> = sqlx::query_as("select held_on, countries, listed from dialogues_held($1, $2)")
        .bind(first)
        .bind(last)
        .fetch_all(connection)
        .await?;
    let address = |from: NaiveDate, to: NaiveDate| format!("/meetings?state=dialogue&since={from}&until={to}");
    let until = if last < first { 0 } else { last.month() };
    let months = (1..=until).map(|month| {
        let begins = day_of(year, month, 1);
        let ends =
            if month == 12 { day_of(year, 12, 31) } else { day_of(year, month + 1, 1).pred_opt().unwrap_or(begins) };
        let count = rows.iter().filter(|row| row.held_on.month() == month).count();
        Month {
            month,
            name: l10n.figures().months.get(month as usize - 1).cloned().unwrap_or_default(),
            count: i64::try_from(count).unwrap_or(i64::MAX),
            href: address(begins, ends.min(last)),
        }
    });
    let mut regions: BTreeMap<&'static str, i64> = BTreeMap::new();
    for row in &rows {
        let mut of_row: Vec<&'static str> =
            row.countries.iter().flatten().filter_map(|code| country(code)).map(|country| country.region).collect();
        of_row.sort_unstable();
        of_row.dedup();
        for region in of_row {
            *regions.entry(region).or_default() += 1;
        }
    }
    let in_order = region_keys().filter_map(|region| regions.get_key_value(region).map(|(key, count)| (*key, *count)));
    Ok(Statistics {
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        listed: i64::try_from(rows.iter().filter(|row| row.listed).count()).unwrap_or(i64::MAX),
        months: months.collect(),
        regions: in_order.collect(),
        href: address(first, last.max(first)),
    })
}

/// The months as bars.
///
/// # Errors
/// Where they cannot be drawn.
pub fn chart(statistics: &Statistics, height: u32, l10n: L10n) -> Result<String, askama::Error> {
    let bar = |month: &Month| {
        let said = l10n.with("dialogues-in", &[("month", month.name.as_str().into()), ("count", month.count.into())]);
        Bar {
            label: month.name.clone(),
            parts: vec![Part { class: "full", value: Decimal::from(month.count), said: said.clone() }],
            unknown: false,
            said,
            href: (month.count > 0).then(|| month.href.clone()),
        }
    };
    let bars = statistics.months.iter().map(bar).collect();
    Bars::new("dialogues-by-month", l10n.t("dialogues-by-month"), bars, height, l10n).render()
}

/// Which year, as of which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct When {
    year: Option<String>,
    as_of: Option<String>,
}

#[derive(Template)]
#[template(path = "meetings/dialogues.html")]
struct DialoguesPage {
    frame: Frame,
    year: i32,
    as_of: String,
    as_of_iso: String,
    statistics: Statistics,
    sentence: String,
    notes: Vec<String>,
    chart: String,
    before: String,
    after: Option<String>,
    list: Section,
}

/// `GET /dialogues?year=2021&as_of=2021-08-31`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(when): Query<When>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "dialogues");
    let (l10n, today) = (frame.l10n, frame.today);
    let as_of = params::as_of(when.as_of.as_deref(), today)?;
    let year = match params::given(when.year.as_deref()) {
        None => as_of.0.year(),
        Some(text) => {
            let read = text.parse().ok().filter(|year| (EARLIEST_YEAR..=LATEST_YEAR).contains(year));
            read.ok_or_else(|| Refused::BadParameter("year", text.chars().take(20).collect()))?
        }
    };
    let statistics = statistics(&mut tx, year, as_of, l10n).await?;
    let mut scope = Scope { today, ..Scope::new(AsOf(today), KnownAt(latest.0)) };
    scope.filters.state = Some("dialogue".to_owned());
    scope.filters.since = Some(day_of(year, 1, 1));
    scope.filters.until = Some(day_of(year, 12, 31).min(as_of.0));
    let title = l10n.t("dialogues-list");
    let list = detail::section::<Meetings>(&mut tx, &scope, title, statistics.href.clone(), l10n).await?;
    tx.end();
    let until = format::day(as_of.0.min(day_of(year, 12, 31)), l10n);
    let args = [("count", statistics.count.into()), ("year", year.to_string().into()), ("day", until.into())];
    let mut notes = Vec::new();
    if !reads_confidential(frame.viewer.role) {
        notes.push(l10n.t("dialogues-only-yours"));
    } else if statistics.listed < statistics.count {
        notes.push(l10n.with("dialogues-not-listed", &[("count", (statistics.count - statistics.listed).into())]));
    }
    let other = |year: i32| match when.as_of.as_deref() {
        Some(_) if as_of.0 != today => format!("/dialogues?year={year}&as_of={as_of}"),
        _ => format!("/dialogues?year={year}"),
    };
    let page = DialoguesPage {
        sentence: l10n.with("dialogues-sentence", &args),
        chart: chart(&statistics, 150, l10n)?,
        before: other(year - 1),
        after: (year < as_of.0.year()).then(|| other(year + 1)),
        as_of: format::day(as_of.0, l10n),
        as_of_iso: as_of.to_string(),
        year,
        statistics,
        notes,
        list,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}
