//! What the page of reporting rates shows.

use std::sync::Arc;

use askama::Template;
use axum::response::Html;
use rust_decimal::{Decimal, dec};

use super::answer::Answer;
use super::details::Spread;
use super::headline::{self, Headline, Linked, Links, day_of_line, note, rate_in_words};
use super::list::{RateRow, ReportingRates, in_order, points_in_words};
use super::points::line;
use crate::l10n::L10n;
use crate::lists::query::Leaf;
use crate::web::chart::Line;
use crate::web::detail::Figure;
use crate::web::frame::{Frame, filters};
use crate::web::list::{Begun, ListView, Params, Read};
use crate::web::{address, drawn, format};

/// The page of reporting rates.
#[derive(Template)]
#[template(path = "reporting_rates/page.html")]
pub struct RatesPage {
    frame: Frame,
    list: ListView,
    points_since: String,
    /// Nothing where the address asks for some of the units by their names: then they are the answer.
    above: Option<Arc<str>>,
    lines: Arc<str>,
    below: Option<Arc<str>>,
}

/// The lines of the table.
#[derive(Template)]
#[template(path = "reporting_rates/lines.html")]
struct Lines {
    lines: Vec<UnitLine>,
}

/// Everything above it.
#[derive(Template)]
#[template(path = "reporting_rates/above.html")]
struct Above {
    l10n: L10n,
    head: Headline,
    line: Line,
    months: Vec<MonthLine>,
    trend: String,
    figures: Vec<Figure>,
}

/// Everything below the table.
#[derive(Template)]
#[template(path = "reporting_rates/below.html")]
struct Below {
    l10n: L10n,
    late: Vec<(String, String)>,
    late_all: Option<Linked>,
    causes: Vec<(String, Linked)>,
    steps: Vec<StepLine>,
    longest: Vec<OverdueLine>,
    overdue_all: Linked,
}

/// A month end behind the line.
struct MonthLine {
    label: String,
    here: bool,
    href: String,
    due: Linked,
    submitted: Linked,
    rate: String,
}

/// A unit with those below it.
pub(super) struct UnitLine {
    /// The heading before it.
    pub heading: Option<String>,
    pub name: String,
    /// Its rates; none for all of them.
    pub href: Option<String>,
    /// How far it is set in.
    pub class: &'static str,
    pub due: Linked,
    pub submitted: Linked,
    pub on_time: Linked,
    pub outstanding: Linked,
    pub overdue: Linked,
    pub rate: String,
    pub change: String,
    pub fell: bool,
    /// What a phone says of it besides.
    pub phone: String,
}

struct StepLine {
    name: String,
    count: i64,
    median: String,
    ninth: String,
    open: i64,
}

pub(super) struct OverdueLine {
    pub title: String,
    pub href: String,
    pub sub: String,
    pub days: String,
    pub returned: bool,
}

/// The lines of the table, the last one for all of it. Headings only where the order is that of the tree.
pub(super) fn unit_lines(rows: &[RateRow], links: &Links<'_>, headed: bool, l10n: L10n) -> Vec<UnitLine> {
    let mut lines: Vec<UnitLine> = Vec::with_capacity(rows.len());
    let mut last: Option<&str> = None;
    for row in rows {
        let kind = row.top_kind.as_deref().map(|kind| match kind {
            "division" | "regional_office" => kind,
            _ => "other",
        });
        let heading = kind.filter(|kind| headed && row.depth == 0 && last != Some(kind));
        last = kind.or(last);
        let reports = links.reports_of(row.unit_code.as_deref());
        let linked = |count: i64, counted: &str| Linked {
            figure: format::number(count.into(), 0, l10n),
            href: reports(counted),
        };
        let change = row.change();
        let args = [("on_time", row.on_time.into()), ("overdue", row.overdue.into())];
        lines.push(UnitLine {
            heading: heading.map(|kind| l10n.word("rates-top", kind)),
            name: row.unit_name.clone().unwrap_or_else(|| l10n.t("rates-all-units")),
            href: row.unit_code.as_ref().map(|code| links.unit(code)),
            class: match (headed, row.depth) {
                (false, _) | (_, 0) => "",
                (_, 1) => "in1",
                _ => "in2",
            },
            due: linked(row.due, "due"),
            submitted: linked(row.submitted, "submitted"),
            on_time: linked(row.on_time, "on_time"),
            outstanding: linked(row.outstanding(), "outstanding"),
            overdue: linked(row.overdue, "overdue"),
            rate: row.rate().map_or_else(|| "–".to_owned(), |rate| format::percent(rate, l10n)),
            fell: change.is_some_and(|points| points < Decimal::ZERO),
            change: points_in_words(change, l10n),
            phone: l10n.with("rates-phone", &args),
        });
    }
    lines
}

impl RatesPage {
    /// Puts the page together: with the rows found by their names, where somebody asks for some.
    ///
    /// # Errors
    /// As any template.
    pub fn new(frame: Frame, begun: Begun, found: Option<Vec<RateRow>>, answer: &Answer) -> askama::Result<Self> {
        let l10n = frame.l10n;
        let order = (begun.asked.sort, begun.asked.reversed);
        let (counted, units) = match &found {
            Some(rows) => (rows.len(), rows.iter().filter(|row| row.unit_code.is_some()).count()),
            None => (answer.units + 1, answer.units),
        };
        let Read { asked, params, mut view, .. }: Read<ReportingRates> = begun.with(&frame, Leaf::default());
        view.count_rows(i64::try_from(counted).unwrap_or(i64::MAX), l10n);
        view.count = l10n.with("rates-units", &[("units", units.into())]);
        let links = Links { params: &params };
        let (memory, scope) = (&frame.memory, &asked.scope);
        // The order moves the table alone.
        let address = params.without(&["sort"]).address(&view.path);
        let lines = |rows: &[RateRow], headed| Lines { lines: unit_lines(rows, &links, headed, l10n) };
        let (mut above, mut below) = (None, None);
        let lines = match found {
            Some(rows) => lines(&rows, false).render()?.into(),
            None => {
                let draw = || Above::new(answer, &links, &params, l10n);
                above = Some(drawn::till_a_change(memory, ("rates-above", address.clone()), scope, l10n, draw)?);
                let draw = || Below::new(answer, &links, &params, l10n);
                below = Some(drawn::till_a_change(memory, ("rates-below", address), scope, l10n, draw)?);
                let draw = || lines(&in_order(answer, order), order.0.name == "tree" && !order.1);
                drawn::till_a_change(memory, ("rates-lines", params.address(&view.path)), scope, l10n, draw)?
            }
        };
        let compared = format::day(answer.compared, l10n);
        let points_since = l10n.with("rates-points-since", &[("day", compared.into())]);
        Ok(RatesPage { points_since, above, lines, below, list: view, frame })
    }

    /// As it is sent.
    ///
    /// # Errors
    /// As any template.
    pub fn drawn(&self) -> askama::Result<Html<String>> {
        drawn::page(self, self.above.iter().chain([&self.lines]).chain(&self.below))
    }
}

impl Above {
    fn new(answer: &Answer, links: &Links<'_>, params: &Params, l10n: L10n) -> Self {
        let trend = params.without(&["q", "sort", "change_since", "as_of"]).address("/reporting-rates/trend.csv");
        let joined = if trend.contains('?') { '&' } else { '?' };
        let first = line(answer.day, answer.compared).first().copied().unwrap_or(answer.day);
        Above {
            l10n,
            head: Headline::new(answer, links, l10n),
            line: headline::drawn("rates", answer, (224, dec!(0.13)), l10n),
            months: months(answer, links, l10n),
            trend: format!("{trend}{joined}from={first}&to={}", answer.day),
            figures: figures(answer, links, l10n),
        }
    }
}

impl Below {
    fn new(answer: &Answer, links: &Links<'_>, params: &Params, l10n: L10n) -> Self {
        let details = &answer.details;
        let number = |count: i64| format::number(count.into(), 0, l10n);
        let late = details.late;
        let days = |of: Option<i64>| of.map_or_else(|| "–".to_owned(), |days| days_in_words(days, l10n));
        Below {
            l10n,
            late: vec![
                (l10n.t("rates-late-median"), days(late.median)),
                (l10n.t("rates-late-ninth"), days(late.ninth)),
            ],
            late_all: (late.count > 0).then(|| Linked { figure: number(late.count), href: links.reports("late") }),
            causes: details
                .causes
                .iter()
                .map(|one| {
                    (
                        l10n.word("cause", &one.cause),
                        Linked { figure: number(one.count), href: links.cause(&one.cause) },
                    )
                })
                .collect(),
            steps: steps(answer, l10n),
            longest: longest(answer, params, l10n),
            overdue_all: Linked { figure: number(answer.now().overdue), href: links.reports("overdue") },
        }
    }
}

/// A number of days.
pub(super) fn days_in_words(days: i64, l10n: L10n) -> String {
    l10n.with("rates-days", &[("days", days.into())])
}

fn months(answer: &Answer, links: &Links<'_>, l10n: L10n) -> Vec<MonthLine> {
    let of = |day| {
        let figures = answer.figured.figures(answer.unit, day);
        let linked = |count: i64, counted: &str| Linked {
            figure: format::number(count.into(), 0, l10n),
            href: links.on(day, counted),
        };
        MonthLine {
            label: day_of_line(day, l10n),
            here: day == answer.day,
            href: links.day(day),
            due: linked(figures.due, "due"),
            submitted: linked(figures.submitted, "submitted"),
            rate: rate_in_words(figures.rate(), l10n),
        }
    };
    line(answer.day, answer.compared).into_iter().rev().map(of).collect()
}

fn figures(answer: &Answer, links: &Links<'_>, l10n: L10n) -> Vec<Figure> {
    let now = answer.now();
    let day = format::day(answer.day, l10n);
    let figure = |key: &str, value: String, href: String, note: String| Figure {
        label: l10n.with(&format!("rates-figure-{key}"), &[("day", day.clone().into())]),
        unit: String::new(),
        value,
        href: Some(href),
        note,
        also: None,
    };
    let number = |count: i64| format::number(count.into(), 0, l10n);
    let percent = |rate: Option<Decimal>| rate.map_or_else(|| "–".to_owned(), |rate| format::percent(rate, l10n));
    vec![
        figure("all", percent(now.rate()), links.reports("due"), note(now.submitted, now.due, now.on_time, l10n)),
        figure(
            "year",
            percent(now.rate_in_year()),
            links.in_year(answer.day, "due"),
            note(now.submitted_in_year, now.due_in_year, now.on_time_in_year, l10n),
        ),
        figure("overdue", number(now.overdue), links.reports("overdue"), l10n.t("rates-note-overdue")),
        figure("waived", number(now.waived), links.reports("waived"), l10n.t("rates-note-waived")),
        figure("extended", number(now.extended), links.reports("extended"), l10n.t("rates-note-extended")),
    ]
}

fn steps(answer: &Answer, l10n: L10n) -> Vec<StepLine> {
    const ORDER: [&str; 5] = ["drafted", "division_cleared", "finance_cleared", "sent", "returned"];
    let line = |after: &&str| {
        let step = answer.details.steps.iter().find(|step| step.after == **after)?;
        let Spread { count, median, ninth } = step.spread;
        let days = |of: Option<i64>| of.map_or_else(|| "–".to_owned(), |days| format::number(days.into(), 0, l10n));
        let name = l10n.word("rates-step", after);
        Some(StepLine { name, count, median: days(median), ninth: days(ninth), open: step.open })
    };
    ORDER.iter().filter_map(line).collect()
}

/// The reports longest overdue, each leading to itself.
pub(super) fn longest(answer: &Answer, params: &Params, l10n: L10n) -> Vec<OverdueLine> {
    let line = |one: &super::details::Overdue| {
        let kind = l10n.word("report-kind", &one.kind);
        let kind = if one.last { l10n.with("report-kind-final", &[("kind", kind.into())]) } else { kind };
        OverdueLine {
            title: one.title.clone().unwrap_or(kind.clone()),
            href: when(params, &address::to("donor-reports", &one.reference)),
            sub: l10n.with(
                "rates-longest-sub",
                &[
                    ("kind", kind.into()),
                    ("donor", one.donor.as_str().into()),
                    ("unit", one.unit.as_str().into()),
                    ("day", format::day(one.due_on, l10n).into()),
                ],
            ),
            days: days_in_words(one.days, l10n),
            returned: one.returned,
        }
    };
    answer.details.longest.iter().map(line).collect()
}

/// A page about one thing, as of the day and instant of this one.
fn when(params: &Params, path: &str) -> String {
    let pairs = ["as_of", "known_at"].map(|name| (name, params.get(name)));
    let mut kept = Params::default();
    for (name, value) in pairs {
        if let Some(value) = value {
            kept = kept.with(name, value);
        }
    }
    kept.address(path)
}
