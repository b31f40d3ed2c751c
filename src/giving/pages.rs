//! What the page of giving shows above its rows: every figure with where it leads.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::list::{self, Giving, Line};
use super::parts::{ByYear, Linked, Sums};
use super::rule::{Status, concentration, share};
use super::slice::{Slice, region};
use super::store::{Known, Received};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::chart::{self, Point};
use crate::web::detail::Figure;
use crate::web::format;
use crate::web::frame::{Frame, filters};
use crate::web::list::{DONOR_KINDS, EARMARKINGS, ListView, NO_REGION, Params, Read};

/// The page of giving.
#[derive(Template)]
#[template(path = "giving/page.html")]
pub struct GivingPage {
    frame: Frame,
    list: ListView,
    /// Nothing where the address asks for some of the donors: then they are the answer.
    dashboard: Option<Dashboard>,
}

/// Everything above the rows.
struct Dashboard {
    year: i32,
    before: Option<String>,
    after: Option<String>,
    figures: Vec<Figure>,
    sentences: Vec<String>,
    by_year: ByYear,
    line: chart::Line,
    statuses: Vec<StatusRow>,
    years: Vec<YearRow>,
    period: String,
    breakdowns: Vec<Breakdown>,
}

/// How many donors have a status, what they gave, and who they are.
struct StatusRow {
    label: String,
    means: String,
    donors: Linked,
    usd: String,
}

/// Statuses of one year.
struct YearRow {
    year: i32,
    here: bool,
    counts: Vec<Option<Linked>>,
}

/// What came in one year, by one thing.
struct Breakdown {
    id: &'static str,
    title: String,
    rows: Vec<PartRow>,
}

struct PartRow {
    label: String,
    usd: Linked,
    share: String,
    width: String,
}

/// The addresses of the rows behind figures, with the filters of the page.
struct Links<'p> {
    params: &'p Params,
}

impl Links<'_> {
    /// Cash received in a year.
    fn receipts(&self, year: i32, more: &[(&'static str, &str)]) -> String {
        let mut params = self.params.without(&["year", "state", "since", "q", "sort"]);
        params = params.with("state", "cash").with("since", format!("{year}-01-01"));
        params = params.with("until", format!("{year}-12-31"));
        for (name, value) in more {
            params = params.with(name, *value);
        }
        params.address("/contributions")
    }

    /// Donors of a year with a state.
    fn donors(&self, year: i32, state: &str) -> String {
        self.params.without(&["q", "sort"]).with("year", year.to_string()).with("state", state).address("/giving")
    }

    fn year(&self, year: i32) -> String {
        self.params.without(&["q", "sort"]).with("year", year.to_string()).address("/giving")
    }
}

impl GivingPage {
    /// Puts the page together.
    pub fn new(frame: Frame, read: Read<Giving>, known: &Known, earlier: &[Received]) -> Self {
        let Read { asked, params, mut view, .. } = read;
        let narrowed = ["state", "q", "after"].iter().any(|name| params.get(name).is_some());
        let scope = &asked.scope;
        let dashboard = (!narrowed).then(|| {
            let slice = Slice::new(known, &scope.filters, scope.as_of);
            let lines = list::lines(&slice, scope, earlier);
            let found = Found { slice: &slice, lines: &lines, year: list::year(scope), since: list::since(scope) };
            found.dashboard(&Links { params: &params }, scope.as_of.0, &view, frame.l10n)
        });
        if dashboard.is_some() {
            // The figures say it above, and a year without a receipt still has years before it.
            view.counted = view.counted.max(1);
        }
        GivingPage { frame, list: view, dashboard }
    }
}

/// What was found for the page.
struct Found<'a> {
    slice: &'a Slice<'a>,
    lines: &'a [Line],
    year: i32,
    since: NaiveDate,
}

impl Found<'_> {
    fn dashboard(&self, links: &Links<'_>, as_of: NaiveDate, view: &ListView, l10n: L10n) -> Dashboard {
        let years = self.slice.years();
        let first = years.iter().next().copied().unwrap_or(self.year).min(self.year);
        let mut sums = Sums::new();
        for row in &self.slice.received {
            *sums.entry(row.year).or_default().entry(row.earmarking.clone()).or_default() += row.usd;
        }
        let no_data = |year| self.slice.no_data.contains(&year);
        let rows = |year, category: Option<&str>| match category {
            Some(category) => links.receipts(year, &[("earmarking", category)]),
            None => links.receipts(year, &[]),
        };
        let table = self.years(first, as_of.year(), links);
        Dashboard {
            year: self.year,
            before: (self.year > first).then(|| links.year(self.year - 1)),
            after: (self.year < as_of.year()).then(|| links.year(self.year + 1)),
            figures: self.figures(links, l10n),
            sentences: self.sentences(l10n),
            by_year: ByYear::new(&sums, as_of.year(), no_data, rows, l10n),
            line: self.line(first, as_of.year(), l10n),
            statuses: self.statuses(links, l10n),
            years: table,
            period: l10n.with(
                "giving-period",
                &[("since", format::day(self.since, l10n).into()), ("day", format::day(as_of, l10n).into())],
            ),
            breakdowns: self.breakdowns(links, view, l10n),
        }
    }

    fn total(&self) -> Decimal {
        self.lines.iter().map(|line| line.usd).sum()
    }

    fn figures(&self, links: &Links<'_>, l10n: L10n) -> Vec<Figure> {
        let total = self.total();
        let gave = list::of_state(self.lines, Some("gave"));
        let members = list::of_state(self.lines, Some("member_state")).len();
        let amounts: Vec<Decimal> = gave.iter().map(|line| line.usd).collect();
        let year = self.year.to_string();
        let percent = |share: Option<Decimal>| share.map(|share| format::percent(share, l10n)).unwrap_or_default();
        let largest = |most: usize, state: &str| {
            let usd: Decimal = list::of_state(self.lines, Some(state)).iter().map(|line| line.usd).sum();
            Figure {
                label: l10n.with("giving-largest", &[("most", most.into())]),
                unit: String::new(),
                value: percent(concentration(&amounts, most, total)),
                href: Some(links.donors(self.year, state)),
                note: l10n.with("giving-largest-note", &[("usd", format::amount(usd, Currency::USD, l10n).into())]),
            }
        };
        let all = self.slice.known.member_states;
        let of_all = share(Decimal::from(members), Decimal::from(all));
        vec![
            Figure {
                label: l10n.with("giving-received", &[("year", year.clone().into())]),
                unit: "USD".to_owned(),
                value: format::amount(total, Currency::USD, l10n),
                href: Some(links.receipts(self.year, &[])),
                note: l10n.t("giving-received-note"),
            },
            Figure {
                label: l10n.t("giving-donors"),
                unit: String::new(),
                value: format::number(gave.len().into(), 0, l10n),
                href: Some(links.donors(self.year, "gave")),
                note: l10n.t("giving-donors-note"),
            },
            Figure {
                label: l10n.t("giving-members"),
                unit: String::new(),
                value: format::number(members.into(), 0, l10n),
                href: Some(links.donors(self.year, "member_state")),
                note: l10n
                    .with("giving-members-note", &[("share", percent(of_all).into()), ("all", all.to_string().into())]),
            },
            largest(5, "largest_5"),
            largest(15, "largest_15"),
        ]
    }

    /// What a reader must know besides.
    fn sentences(&self, l10n: L10n) -> Vec<String> {
        let without: i64 = self.slice.received.iter().map(|row| row.without_rate).sum();
        let mut sentences = Vec::new();
        if without > 0 {
            sentences.push(l10n.with("giving-without-rate", &[("rows", without.into())]));
        }
        if self.slice.no_data.contains(&self.year) {
            sentences.push(l10n.with("giving-year-without-data", &[("year", self.year.to_string().into())]));
        }
        sentences
    }

    /// How many donors gave, year by year.
    fn line(&self, first: i32, last: i32, l10n: L10n) -> chart::Line {
        let from = first.max(last - 11);
        // A year without data has no point, unless somebody gave in it all the same.
        let known = |year: &i32, count: usize| (count > 0 || !self.slice.no_data.contains(year)).then_some(count);
        let counts: Vec<(i32, Option<usize>)> = (from..=last)
            .map(|year| (year, self.slice.statuses(year).values().filter(|status| status.gave()).count()))
            .map(|(year, count)| (year, known(&year, count)))
            .collect();
        let no_data = l10n.t("giving-no-data");
        let figure = |count: Option<usize>| count.map_or_else(|| no_data.clone(), |count| count.to_string());
        let said: Vec<String> = counts.iter().map(|(year, count)| format!("{year}: {}", figure(*count))).collect();
        let points = counts.iter().enumerate().map(|(at, (year, count))| Point {
            // Every second year is named, counted from the last: a phone has room for no more.
            label: if (counts.len() - at) % 2 == 1 { year.to_string() } else { String::new() },
            value: count.map(Decimal::from),
            said: count.map(|count| count.to_string()),
        });
        chart::Line::new("donors", (l10n.t("giving-line"), said.join("; ")), points.collect(), None, 150, l10n)
    }

    fn statuses(&self, links: &Links<'_>, l10n: L10n) -> Vec<StatusRow> {
        let row = |state: &str, usd: fn(&Line) -> Decimal| {
            let of = list::of_state(self.lines, Some(state));
            let usd: Decimal = of.iter().map(|line| usd(line)).sum();
            let figure = format::number(of.len().into(), 0, l10n);
            StatusRow {
                label: l10n.word("giving", state),
                means: l10n.word("giving-means", state),
                donors: Linked { figure, href: links.donors(self.year, state) },
                usd: format::amount(usd, Currency::USD, l10n),
            }
        };
        let mut rows =
            vec![row("new", |line| line.usd), row("retained", |line| line.usd), row("returning", |line| line.usd)];
        let ended = self.year <= self.slice.ground().ended;
        // What those who stay away gave the year before.
        rows.push(row(if ended { "lapsed" } else { "not_yet" }, |line| line.previous));
        rows.push(row("new_in_period", |line| line.since_usd));
        rows.push(row("returned_in_period", |line| line.since_usd));
        rows
    }

    fn years(&self, first: i32, last: i32, links: &Links<'_>) -> Vec<YearRow> {
        let row = |year: i32| {
            let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
            for status in self.slice.statuses(year).into_values() {
                *counts.entry(status).or_default() += 1;
            }
            let of = |status: &Status| counts.get(status).copied().unwrap_or_default();
            let linked = |count: usize, state: &str| {
                (count > 0).then(|| Linked { figure: count.to_string(), href: links.donors(year, state) })
            };
            let gave: usize = Status::ALL.iter().filter(|status| status.gave()).map(of).sum();
            let mut all = vec![linked(gave, "gave")];
            all.extend(Status::ALL.iter().map(|status| linked(of(status), status.as_str())));
            YearRow { year, here: year == self.year, counts: all }
        };
        (first..=last).rev().map(row).collect()
    }

    fn breakdowns(&self, links: &Links<'_>, view: &ListView, l10n: L10n) -> Vec<Breakdown> {
        let known = self.slice.known;
        let fund_name = |code: &str| {
            let options = view.fields.iter().find(|field| field.name == "fund").map(|field| &field.options);
            let named = options.into_iter().flatten().find(|(found, _)| found == code);
            named.map_or_else(|| code.to_owned(), |(_, name)| name.clone())
        };
        let funds: Vec<(String, String)> =
            known.funds.iter().map(|fund| (fund.code.clone(), fund_name(&fund.code))).collect();
        let words = |family: &str, all: &[&str]| -> Vec<(String, String)> {
            all.iter().map(|word| ((*word).to_owned(), l10n.word(family, word))).collect()
        };
        let regions: Vec<&str> = crate::kernel::country::region_keys().chain([NO_REGION]).collect();
        let donor = |row: &Received| known.donors.get(&row.top_id);
        vec![
            self.breakdown("fund", funds, links, l10n, |row| {
                known.funds.iter().find(|fund| fund.id == row.fund_id).map(|fund| fund.code.as_str())
            }),
            self.breakdown("earmarking", words("earmarking", &EARMARKINGS), links, l10n, |row| Some(&row.earmarking)),
            self.breakdown("donor_kind", words("donors", &DONOR_KINDS), links, l10n, move |row| {
                donor(row).map(|donor| donor.kind.as_str())
            }),
            self.breakdown("region", words("region", &regions), links, l10n, move |row| donor(row).map(region)),
        ]
    }

    /// What came in the year by one thing, the largest first.
    fn breakdown<'r>(
        &'r self,
        name: &'static str,
        all: Vec<(String, String)>,
        links: &Links<'_>,
        l10n: L10n,
        of: impl Fn(&'r Received) -> Option<&'r str>,
    ) -> Breakdown {
        let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
        for row in self.slice.received.iter().filter(|row| row.year == self.year) {
            if let Some(key) = of(row) {
                *sums.entry(key).or_default() += row.usd;
            }
        }
        let total = self.total();
        let largest = sums.values().max().copied().unwrap_or_default();
        let mut found: Vec<(&(String, String), Decimal)> = all
            .iter()
            .filter_map(|named| Some((named, sums.get(named.0.as_str()).copied()?)))
            .filter(|(_, usd)| !usd.is_zero())
            .collect();
        found.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
        let row = |((key, label), usd): (&(String, String), Decimal)| PartRow {
            label: label.clone(),
            usd: Linked {
                figure: format::amount(usd, Currency::USD, l10n),
                href: links.receipts(self.year, &[(name, key)]),
            },
            share: share(usd, total).map(|share| format::percent(share, l10n)).unwrap_or_default(),
            width: chart::share_width(usd, largest),
        };
        Breakdown { id: name, title: l10n.word("giving-by", name), rows: found.into_iter().map(row).collect() }
    }
}
