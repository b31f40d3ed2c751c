//! The course of a project on one drawing: budget, funding received, expenditure and time, with the table behind it.

use std::collections::BTreeSet;

use askama::Template;
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;

use super::store::{Month, Project, Version};
use crate::implementation::rule::{self, Standing};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::course::{Course as Drawing, Mark, Series};
use crate::web::{address, format};

struct Row {
    month: String,
    href: Option<String>,
    spent: String,
    negative: bool,
    spent_so_far: String,
    received: String,
    received_so_far: String,
    budget: String,
    elapsed: String,
}

/// The drawing and its table.
#[derive(Template)]
#[template(path = "projects/course.html")]
pub struct Course {
    l10n: L10n,
    chart: Drawing,
    legend: Vec<(&'static str, String, String)>,
    rows: Vec<Row>,
}

/// What was agreed on last by a day.
fn in_force(versions: &[Version], day: NaiveDate) -> Option<&Version> {
    versions.iter().rev().find(|version| version.agreed_on.is_none_or(|from| from <= day))
}

fn end_of(month: NaiveDate) -> NaiveDate {
    let next = month.checked_add_months(Months::new(1));
    next.and_then(|next| next.pred_opt()).unwrap_or(month)
}

/// A sum as it grows: at the end of each month, but not after the day.
fn growing(months: &[Month], from: NaiveDate, day: NaiveDate) -> Vec<(NaiveDate, Decimal)> {
    let mut points = vec![(months.first().map_or(from, |first| first.month.min(from)), Decimal::ZERO)];
    let mut sum = Decimal::ZERO;
    for one in months {
        // Flat until the month in which something came.
        if points.last().is_some_and(|(last, _)| *last < one.month) {
            points.push((one.month, sum));
        }
        sum += one.usd;
        points.push((end_of(one.month).min(day), sum));
    }
    if points.last().is_some_and(|(last, _)| *last < day) {
        points.push((day, sum));
    }
    points
}

/// The budget as it was agreed on: flat from a day to the next.
fn budget(versions: &[Version], first: NaiveDate, last: NaiveDate) -> Vec<(NaiveDate, Decimal)> {
    let mut points: Vec<(NaiveDate, Decimal)> = Vec::new();
    for version in versions {
        let from = version.agreed_on.map_or(first, |day| day.max(first));
        if let Some((_, before)) = points.last().copied() {
            points.push((from, before));
        }
        points.push((from, version.budget_usd));
    }
    let end = points.last().map(|(_, budget)| (last, *budget));
    points.extend(end);
    points
}

impl Course {
    /// Draws a project as of a day. `corrects` says whether the reader may correct what was spent.
    pub fn new(project: &Project, code: &str, standing: &Standing, day: NaiveDate, corrects: bool, l10n: L10n) -> Self {
        let months =
            |of: &Option<sqlx::types::Json<Vec<Month>>>| of.as_ref().map(|all| all.0.clone()).unwrap_or_default();
        let (spent, received) = (months(&project.spent), months(&project.received));
        let versions = project.versions.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
        let begins = spent.iter().chain(&received).map(|one| one.month).min();
        let first = begins.map_or(standing.starts_on, |month| month.min(standing.starts_on));
        let last_spent = spent.last().map_or(standing.ends_on, |one| end_of(one.month));
        // A project that ended long ago is drawn to its end, and a month beyond.
        let beyond = standing.ends_on.max(last_spent) + Days::new(31);
        let last = standing.ends_on.max(last_spent).max(day.min(beyond));
        let sum = |of: &[Month]| of.iter().map(|one| one.usd).sum::<Decimal>();
        let usd = |amount: Decimal| format::amount(amount, Currency::USD, l10n);
        let answer = rule::answer(standing, day, Decimal::ZERO);
        let elapsed = format::percent(answer.elapsed, l10n);
        let plan = vec![(standing.starts_on, Decimal::ZERO), (standing.ends_on, standing.budget)];
        let series = [
            Series { class: "limit", points: budget(versions, first, last) },
            Series { class: "pace", points: if standing.budget.is_zero() { Vec::new() } else { plan } },
            Series { class: "came", points: growing(&received, first, day.min(last)) },
            Series { class: "spent", points: growing(&spent, first, day.min(last)) },
        ];
        let mut marks = Vec::new();
        if (first..=last).contains(&day) {
            let args = [("day", format::day(day, l10n).into()), ("elapsed", elapsed.clone().into())];
            marks.push(Mark { day, label: l10n.with("course-now", &args), class: "mark" });
        }
        if standing.ends_on != last {
            marks.push(Mark { day: standing.ends_on, label: String::new(), class: "axis" });
        }
        let described = [
            ("starts_on", format::day(standing.starts_on, l10n).into()),
            ("ends_on", format::day(standing.ends_on, l10n).into()),
            ("budget", usd(standing.budget).into()),
            ("spent", usd(sum(&spent)).into()),
            ("received", usd(sum(&received)).into()),
            ("elapsed", elapsed.clone().into()),
        ];
        let texts = (l10n.t("course-title"), l10n.with("course-text", &described));
        Course {
            chart: Drawing::new("course-chart", texts, (first, last), &series, marks, 220, l10n),
            legend: vec![
                ("spent", l10n.t("course-spent"), usd(sum(&spent))),
                ("came", l10n.t("course-received"), usd(sum(&received))),
                ("limit", l10n.t("course-budget"), usd(standing.budget)),
                ("pace", l10n.t("course-pace"), elapsed),
            ],
            rows: rows(code, (&spent, &received), versions, corrects, l10n),
            l10n,
        }
    }

    fn t(&self, key: &str) -> String {
        self.l10n.t(key)
    }
}

/// Every month in which something was spent or came in, the last first.
fn rows(
    code: &str,
    (spent, received): (&[Month], &[Month]),
    versions: &[Version],
    corrects: bool,
    l10n: L10n,
) -> Vec<Row> {
    let months: BTreeSet<NaiveDate> = spent.iter().chain(received).map(|one| one.month).collect();
    let of = |all: &[Month], month: NaiveDate| all.iter().find(|one| one.month == month).map(|one| one.usd);
    let so_far = |all: &[Month], month: NaiveDate| -> Decimal {
        all.iter().filter(|one| one.month <= month).map(|one| one.usd).sum()
    };
    let usd = |amount: Decimal| format::amount(amount, Currency::USD, l10n);
    let row = |month: &NaiveDate| {
        let (month, end) = (*month, end_of(*month));
        let version = in_force(versions, end);
        let elapsed = version.map(|version| {
            let standing = Standing {
                starts_on: version.starts_on,
                ends_on: version.ends_on,
                budget: version.budget_usd,
                spent: Decimal::ZERO,
                last_spent: None,
            };
            format::percent(rule::answer(&standing, end, Decimal::ZERO).elapsed, l10n)
        });
        let amount = of(spent, month);
        let key = month.format("%Y-%m");
        let edit = format!("{}/edit?month={key}", address::to("expenditures", code));
        Row {
            month: format::month(month, l10n),
            href: amount.filter(|_| corrects).map(|_| edit),
            negative: amount.is_some_and(|amount| amount < Decimal::ZERO),
            spent: amount.map(usd).unwrap_or_default(),
            spent_so_far: usd(so_far(spent, month)),
            received: of(received, month).map(usd).unwrap_or_default(),
            received_so_far: usd(so_far(received, month)),
            budget: version.map(|version| usd(version.budget_usd)).unwrap_or_default(),
            elapsed: elapsed.unwrap_or_default(),
        }
    };
    months.iter().rev().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::calendar::parse_day;
    use rust_decimal::dec;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    #[test]
    fn a_sum_grows_over_its_months_and_not_beyond_the_day() {
        let months =
            [Month { month: day("2021-02-01"), usd: dec!(10) }, Month { month: day("2021-05-01"), usd: dec!(-4) }];
        let points = growing(&months, day("2021-01-01"), day("2021-05-15"));
        let wanted = [
            ("2021-01-01", dec!(0)),
            ("2021-02-01", dec!(0)),
            ("2021-02-28", dec!(10)),
            ("2021-05-01", dec!(10)),
            ("2021-05-15", dec!(6)),
        ];
        assert_eq!(points, wanted.map(|(on, usd)| (day(on), usd)));
        assert_eq!(growing(&[], day("2021-01-01"), day("2021-03-01")).len(), 2);
    }

    #[test]
    fn a_budget_steps_on_the_day_it_was_agreed_on() {
        let version = |agreed_on: Option<&str>, budget_usd| Version {
            agreed_on: agreed_on.map(day),
            starts_on: day("2021-01-01"),
            ends_on: day("2021-12-31"),
            budget_usd,
            unit: "U".into(),
            countries: None,
        };
        let points = budget(
            &[version(None, dec!(100)), version(Some("2021-06-01"), dec!(150))],
            day("2021-01-01"),
            day("2021-12-31"),
        );
        let wanted = [
            ("2021-01-01", dec!(100)),
            ("2021-06-01", dec!(100)),
            ("2021-06-01", dec!(150)),
            ("2021-12-31", dec!(150)),
        ];
        assert_eq!(points, wanted.map(|(on, usd)| (day(on), usd)));
        assert!(budget(&[], day("2021-01-01"), day("2021-12-31")).is_empty());
    }
}
