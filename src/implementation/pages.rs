//! What the page of implementation shows above its rows: every figure with where it leads.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::response::Html;
use rust_decimal::Decimal;

use super::answer::{Figures, Sums};
use super::list::Implementation;
use super::rule::{ENDING_WITHIN, SILENT_MONTHS};
use super::store::Known;
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::chart;
use crate::web::detail::Figure;
use crate::web::drawn;
use crate::web::format;
use crate::web::frame::{Frame, filters};
use crate::web::list::{ListView, Params, Read};

/// The page of implementation.
#[derive(Template)]
#[template(path = "implementation/page.html")]
pub struct ImplementationPage {
    frame: Frame,
    list: ListView,
    /// Nothing where the address asks for some of the projects: then they are the answer.
    dashboard: Option<Arc<str>>,
}

/// What was found for the page.
pub struct Found<'k> {
    /// Everything known.
    pub known: &'k Known,
    /// The figures of the projects the filters keep, whatever their state.
    pub figures: &'k Figures,
    /// What donors are called.
    pub names: HashMap<String, String>,
    /// What stands above the rows, where it was drawn already.
    pub drawn: Option<Arc<str>>,
}

/// What stands above the rows of a page: the order of these moves nothing of it.
pub fn above(params: &Params) -> (&'static str, String) {
    ("implementation", params.without(&["sort"]).address("/implementation"))
}

/// Everything above the rows.
#[derive(Template)]
#[template(path = "implementation/dashboard.html")]
struct Dashboard {
    l10n: L10n,
    figures: Vec<Figure>,
    spent: Vec<Money>,
    sentences: Vec<(String, Option<String>)>,
    definition: String,
    tables: Vec<Table>,
}

/// Money of all of them, as a bar against the largest.
struct Money {
    label: String,
    figure: String,
    href: String,
    width: String,
    note: String,
}

/// A count, and the projects behind it where there are any.
struct Count {
    figure: String,
    href: Option<String>,
    wide: bool,
}

struct Row {
    label: String,
    href: String,
    counts: Vec<Count>,
    budget: Count,
    spent: Count,
    delivery: String,
    received: Count,
}

/// The figures by one thing.
struct Table {
    id: &'static str,
    title: String,
    note: Option<String>,
    heads: Vec<(String, bool)>,
    folded: bool,
    rows: Vec<Row>,
}

/// The states a table counts, and whether a phone leaves them out.
const COUNTED: [(&str, bool); 5] =
    [("active", false), ("late", false), ("over_budget", true), ("silent", true), ("ending_soon", true)];

impl ImplementationPage {
    /// Puts the page together.
    ///
    /// # Errors
    /// As any template.
    pub fn new(frame: Frame, read: Read<Implementation>, found: &Found<'_>) -> askama::Result<Self> {
        let Read { asked, params, view: mut list, .. } = read;
        let narrowed = ["state", "q", "after"].iter().any(|name| params.get(name).is_some());
        let dashboard = if !narrowed && found.figures.all.projects > 0 {
            let page = Page { found, params: &params, l10n: frame.l10n };
            let draw = || page.dashboard(&list);
            Some(match &found.drawn {
                Some(drawn) => drawn.clone(),
                None => drawn::till_a_change(&frame.memory, above(&params), &asked.scope, frame.l10n, draw)?,
            })
        } else {
            None
        };
        if dashboard.is_some() {
            list.counted = list.counted.max(1);
        }
        Ok(ImplementationPage { frame, list, dashboard })
    }

    /// As it is sent.
    ///
    /// # Errors
    /// As any template.
    pub fn drawn(&self) -> askama::Result<Html<String>> {
        drawn::page(self, &self.dashboard)
    }
}

struct Page<'a> {
    found: &'a Found<'a>,
    params: &'a Params,
    l10n: L10n,
}

fn usd(amount: Decimal, l10n: L10n) -> String {
    format::amount(amount, Currency::USD, l10n)
}

impl Page<'_> {
    /// The projects of a state, with the filters of the page and one more.
    fn rows(&self, more: Option<(&'static str, &str)>, then: &[(&'static str, &str)]) -> String {
        let mut params = self.params.without(&["q", "sort", "state"]);
        for (name, value) in more.iter().chain(then) {
            params = params.with(name, *value);
        }
        params.address("/implementation")
    }

    fn dashboard(&self, list: &ListView) -> Dashboard {
        let (all, l10n) = (&self.found.figures.all, self.l10n);
        let margin = self.found.known.margin.normalize();
        let margin = format::number(margin, margin.scale(), l10n);
        let words = [("margin", margin.into()), ("days", ENDING_WITHIN.into()), ("months", SILENT_MONTHS.into())];
        let mut sentences = Vec::new();
        if all.without_budget > 0 {
            let words = l10n.with("implementation-some-without-budget", &[("rows", all.without_budget.into())]);
            sentences.push((words, Some(self.rows(None, &[("state", "without_budget")]))));
        }
        if all.reports_overdue > 0 {
            let words = l10n.with("implementation-reports", &[("rows", all.reports_overdue.into())]);
            sentences.push((words, Some(self.rows(None, &[("state", "reports_overdue")]))));
        }
        if self.found.known.unknown > 0 {
            let words = l10n.with("implementation-unknown-project", &[("rows", self.found.known.unknown.into())]);
            let rows = self.params.without(&["unit", "country", "donor", "q", "sort"]).with("state", "unknown_project");
            sentences.push((words, Some(rows.address("/pledges"))));
        }
        if all.without_rate > 0 {
            sentences.push((l10n.with("giving-without-rate", &[("rows", all.without_rate.into())]), None));
        }
        Dashboard {
            l10n,
            figures: self.counts(all),
            spent: self.money(all),
            sentences,
            definition: l10n.with("implementation-definition-text", &words),
            tables: vec![self.units(list), self.countries(), self.donors()].into_iter().flatten().collect(),
        }
    }

    fn counts(&self, all: &Sums) -> Vec<Figure> {
        let l10n = self.l10n;
        let figure = |state: &'static str| Figure {
            label: l10n.word("implementation", state),
            unit: String::new(),
            value: format::number(all.count(state).into(), 0, l10n),
            href: Some(self.rows(None, &[("state", state)])),
            note: l10n.word("implementation-means", state),
            also: None,
        };
        ["active", "ending_soon", "late", "over_budget", "silent"].map(figure).into()
    }

    fn money(&self, all: &Sums) -> Vec<Money> {
        let l10n = self.l10n;
        let largest = all.budget.max(all.spent).max(all.received);
        let delivery = all.delivery().map(|delivery| format::percent(delivery, l10n));
        let one = |key: &str, amount: Decimal, sort: &str, note: String| Money {
            label: l10n.word("implementation", key),
            figure: usd(amount, l10n),
            href: self.rows(None, &[("state", "begun"), ("sort", sort)]),
            width: chart::share_width(amount, largest),
            note,
        };
        let of_budget =
            delivery.map(|delivery| l10n.with("implementation-of-budget", &[("delivery", delivery.into())]));
        let ahead = all.received - all.spent;
        let key = if ahead < Decimal::ZERO { "implementation-spent-ahead" } else { "implementation-received-ahead" };
        let ahead = l10n.with(key, &[("usd", usd(ahead.abs(), l10n).into())]);
        vec![
            one("budget", all.budget, "budget", l10n.t("implementation-budget-note")),
            one("spent", all.spent, "expenditure", of_budget.unwrap_or_default()),
            one("received", all.received, "received", ahead),
        ]
    }

    fn row(&self, label: String, by: (&'static str, &str), sums: &Sums) -> Row {
        let l10n = self.l10n;
        // State and sort come last in addresses: a page has a thousand of them, written from their rows' own.
        let row = self.rows(Some(by), &[]);
        let count = |(state, narrow): &(&'static str, bool)| {
            let count = sums.count(state);
            Count {
                figure: format::number(count.into(), 0, l10n),
                href: (count > 0).then(|| [&row, "&state=", state].concat()),
                wide: *narrow,
            }
        };
        let money = |amount: Decimal, sort: &'static str| Count {
            figure: usd(amount, l10n),
            href: (!amount.is_zero()).then(|| [&row, "&state=begun&sort=", sort].concat()),
            wide: true,
        };
        Row {
            label,
            counts: COUNTED.iter().map(count).collect(),
            budget: money(sums.budget, "budget"),
            spent: money(sums.spent, "expenditure"),
            delivery: sums.delivery().map_or_else(|| "–".to_owned(), |delivery| format::percent(delivery, l10n)),
            received: money(sums.received, "received"),
            href: row,
        }
    }

    fn table(&self, id: &'static str, note: bool, folded: bool, rows: Vec<Row>) -> Option<Table> {
        let l10n = self.l10n;
        let heads = COUNTED.iter().map(|(state, narrow)| (l10n.word("implementation", state), *narrow));
        (!rows.is_empty()).then(|| Table {
            id,
            title: l10n.word("implementation-by", id),
            note: note.then(|| l10n.word("implementation-by-note", id)),
            heads: heads.collect(),
            folded,
            rows,
        })
    }

    /// In the order of the tree, set in by depth, as the filter's list of units has them.
    fn units(&self, list: &ListView) -> Option<Table> {
        let sums = &self.found.figures.by_unit;
        let units = list.fields.iter().find(|field| field.name == "unit").map(|field| &*field.options);
        let row = |(code, name): &(String, String)| Some(self.row(name.clone(), ("unit", code), sums.get(code)?));
        self.table("unit", false, false, units.unwrap_or_default().iter().filter_map(row).collect())
    }

    fn countries(&self) -> Option<Table> {
        let sums = &self.found.figures.by_country;
        let rows = sums.iter().map(|(code, sums)| self.row(code.clone(), ("country", code), sums)).collect();
        self.table("country", true, true, rows)
    }

    fn donors(&self) -> Option<Table> {
        let shown = &self.found.figures.by_donor;
        let name = |code: &String| self.found.names.get(code).unwrap_or(code).clone();
        let rows = shown.iter().map(|(code, sums)| self.row(name(code), ("donor", code), sums)).collect();
        let mut table = self.table("donor", true, true, rows)?;
        if shown.len() < self.found.figures.donors {
            let words = [("shown", shown.len().into()), ("rows", self.found.figures.donors.into())];
            let most = self.l10n.with("implementation-donors-shown", &words);
            table.note = table.note.map(|note| format!("{note} {most}"));
        }
        Some(table)
    }
}
