//! What the page of giving shows above its rows: every figure with where it leads.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::response::Html;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::answer::{Answer, OfState, Parts};
use super::list::Giving;
use super::parts::{ByYear, Linked, Room};
use super::rule::{Status, share};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::chart::{self, Point};
use crate::web::detail::Figure;
use crate::web::drawn;
use crate::web::format;
use crate::web::frame::{Frame, filters};
use crate::web::list::{ListView, Params, Read};

/// The page of giving.
#[derive(Template)]
#[template(path = "giving/page.html")]
pub struct GivingPage {
    frame: Frame,
    list: ListView,
    /// Nothing where the address asks for some of the donors: then they are the answer.
    dashboard: Option<Arc<str>>,
}

/// Everything above the rows.
#[derive(Template)]
#[template(path = "giving/dashboard.html")]
struct Dashboard {
    l10n: L10n,
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
    since: NaiveDate,
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
        let mut params = self.params.without(&["q", "sort"]).with("year", year.to_string()).with("state", state);
        if state.ends_with("_in_period") {
            params = params.with("since", self.since.to_string());
        }
        params.address("/giving")
    }

    fn year(&self, year: i32) -> String {
        self.params.without(&["q", "sort"]).with("year", year.to_string()).address("/giving")
    }
}

impl GivingPage {
    /// Puts the page together.
    ///
    /// # Errors
    /// As any template.
    pub fn new(frame: Frame, read: Read<Giving>, answer: &Answer) -> askama::Result<Self> {
        let Read { asked, params, mut view, .. } = read;
        let narrowed = ["state", "q", "after"].iter().any(|name| params.get(name).is_some());
        let dashboard = if narrowed {
            None
        } else {
            // The order of the rows moves nothing of it.
            let part = ("giving", params.without(&["sort"]).address(&view.path));
            let found = Found { answer, links: Links { params: &params, since: answer.since }, l10n: frame.l10n };
            let draw = || found.dashboard(asked.scope.as_of.0, &view);
            Some(drawn::till_a_change(&frame.memory, part, &asked.scope, frame.l10n, draw)?)
        };
        if dashboard.is_some() {
            // The figures say it above, and a year without a receipt still has years before it.
            view.counted = view.counted.max(1);
        }
        Ok(GivingPage { frame, list: view, dashboard })
    }

    /// As it is sent.
    ///
    /// # Errors
    /// As any template.
    pub fn drawn(&self) -> askama::Result<Html<String>> {
        drawn::page(self, &self.dashboard)
    }
}

/// What was found for the page.
struct Found<'a> {
    answer: &'a Answer,
    links: Links<'a>,
    l10n: L10n,
}

impl Found<'_> {
    fn dashboard(&self, as_of: NaiveDate, view: &ListView) -> Dashboard {
        let Found { answer, links, l10n } = self;
        let (year, first) = (answer.year, answer.statuses.keys().next().copied().unwrap_or(answer.year));
        let no_data = |year| answer.no_data.contains(&year);
        let rows = |year, category: Option<&str>| match category {
            Some(category) => links.receipts(year, &[("earmarking", category)]),
            None => links.receipts(year, &[]),
        };
        Dashboard {
            l10n: *l10n,
            year,
            before: (year > first).then(|| links.year(year - 1)),
            after: (year < as_of.year()).then(|| links.year(year + 1)),
            figures: self.figures(),
            sentences: self.sentences(),
            by_year: ByYear::new(Room::WHOLE, &answer.sums, as_of.year(), no_data, rows, *l10n),
            line: self.line(as_of.year()),
            statuses: self.statuses(),
            years: self.years(),
            period: l10n.with(
                "giving-period",
                &[("since", format::day(answer.since, *l10n).into()), ("day", format::day(as_of, *l10n).into())],
            ),
            breakdowns: self.breakdowns(view),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let Found { answer, links, l10n } = self;
        let l10n = *l10n;
        let (gave, members) = (answer.of_state("gave").donors, answer.of_state("member_state").donors);
        let year = answer.year.to_string();
        let percent =
            |share: Option<Decimal>| share.map_or_else(|| "–".to_owned(), |share| format::percent(share, l10n));
        let largest = |(most, share): (usize, Option<Decimal>), state: &str| {
            let usd = format::amount(answer.of_state(state).usd, Currency::USD, l10n);
            Figure {
                label: l10n.with("giving-largest", &[("most", most.into())]),
                unit: String::new(),
                value: percent(share),
                // Where nothing came in there is no share, and nothing it could lead to.
                href: share.map(|_| links.donors(answer.year, state)),
                note: l10n.with("giving-largest-note", &[("usd", usd.into())]),
                also: None,
            }
        };
        let all = answer.member_states;
        let of_all = share(Decimal::from(members), Decimal::from(all));
        vec![
            Figure {
                label: l10n.with("giving-received", &[("year", year.clone().into())]),
                unit: "USD".to_owned(),
                value: format::amount(answer.total, Currency::USD, l10n),
                href: Some(links.receipts(answer.year, &[])),
                note: l10n.t("giving-received-note"),
                also: None,
            },
            Figure {
                label: l10n.t("giving-donors"),
                unit: String::new(),
                value: format::number(gave.into(), 0, l10n),
                href: Some(links.donors(answer.year, "gave")),
                note: l10n.t("giving-donors-note"),
                also: None,
            },
            Figure {
                label: l10n.t("giving-members"),
                unit: String::new(),
                value: format::number(members.into(), 0, l10n),
                href: Some(links.donors(answer.year, "member_state")),
                note: l10n
                    .with("giving-members-note", &[("share", percent(of_all).into()), ("all", all.to_string().into())]),
                also: None,
            },
            largest(answer.concentration[0], "largest_5"),
            largest(answer.concentration[1], "largest_15"),
        ]
    }

    /// What a reader must know besides.
    fn sentences(&self) -> Vec<String> {
        let Found { answer, l10n, .. } = self;
        let mut sentences = Vec::new();
        if answer.without_rate > 0 {
            sentences.push(l10n.with("giving-without-rate", &[("rows", answer.without_rate.into())]));
        }
        if answer.no_data.contains(&answer.year) {
            sentences.push(l10n.with("giving-year-without-data", &[("year", answer.year.to_string().into())]));
        }
        sentences
    }

    /// How many donors gave, year by year.
    fn line(&self, last: i32) -> chart::Line {
        let Found { answer, l10n, .. } = self;
        let gave = |of: &BTreeMap<Status, usize>| -> usize {
            of.iter().filter(|(status, _)| status.gave()).map(|(_, count)| count).sum()
        };
        // A year without data has no point, unless somebody gave in it all the same.
        let counts: Vec<(i32, Option<usize>)> = answer
            .statuses
            .range(last - 11..)
            .map(|(year, of)| (*year, Some(gave(of)).filter(|count| *count > 0 || !answer.no_data.contains(year))))
            .collect();
        let no_data = l10n.t("giving-no-data");
        let figure = |count: Option<usize>| count.map_or_else(|| no_data.clone(), |count| count.to_string());
        let said: Vec<String> = counts.iter().map(|(year, count)| format!("{year}: {}", figure(*count))).collect();
        let points = counts.iter().enumerate().map(|(at, (year, count))| Point {
            // Every second year is named, counted from the last: a phone has room for no more.
            label: if (counts.len() - at) % 2 == 1 { year.to_string() } else { String::new() },
            value: count.map(Decimal::from),
            said: count.map(|count| count.to_string()),
            ..Point::default()
        });
        chart::Line::new("donors", (l10n.t("giving-line"), said.join("; ")), points.collect(), None, 150, *l10n)
    }

    fn statuses(&self) -> Vec<StatusRow> {
        let Found { answer, links, l10n } = self;
        let row = |state: &str, usd: fn(&OfState) -> Decimal| {
            let of = answer.of_state(state);
            let (usd, figure) = (usd(of), format::number(of.donors.into(), 0, *l10n));
            StatusRow {
                label: l10n.word("giving", state),
                means: l10n.word("giving-means", state),
                donors: Linked { figure, href: links.donors(answer.year, state) },
                usd: format::amount(usd, Currency::USD, *l10n),
            }
        };
        let ended = answer.year <= answer.ended;
        vec![
            row("new", |of| of.usd),
            row("retained", |of| of.usd),
            row("returning", |of| of.usd),
            // What those who stay away gave the year before.
            row(if ended { "lapsed" } else { "not_yet" }, |of| of.previous),
            row("new_in_period", |of| of.since_usd),
            row("returned_in_period", |of| of.since_usd),
        ]
    }

    fn years(&self) -> Vec<YearRow> {
        let Found { answer, links, .. } = self;
        let row = |(year, counts): (&i32, &BTreeMap<Status, usize>)| {
            let of = |status: &Status| counts.get(status).copied().unwrap_or_default();
            let linked = |count: usize, state: &str| {
                (count > 0).then(|| Linked { figure: count.to_string(), href: links.donors(*year, state) })
            };
            let gave: usize = Status::ALL.iter().filter(|status| status.gave()).map(of).sum();
            let mut all = vec![linked(gave, "gave")];
            all.extend(Status::ALL.iter().map(|status| linked(of(status), status.as_str())));
            YearRow { year: *year, here: *year == answer.year, counts: all }
        };
        answer.statuses.iter().rev().map(row).collect()
    }

    fn breakdowns(&self, view: &ListView) -> Vec<Breakdown> {
        let options = view.fields.iter().find(|field| field.name == "fund").map(|field| &*field.options);
        let label = |name: &str, key: &str| match name {
            "fund" => {
                let named = options.unwrap_or_default().iter().find(|(code, _)| code == key);
                named.map_or_else(|| key.to_owned(), |(_, name)| name.clone())
            }
            "donor_kind" => self.l10n.word("donors", key),
            family => self.l10n.word(family, key),
        };
        self.answer.parts.iter().map(|(name, parts)| self.breakdown(name, parts, |key| label(name, key))).collect()
    }

    /// What came in the year by one thing, the largest first.
    fn breakdown(&self, name: &'static str, parts: &Parts, label: impl Fn(&str) -> String) -> Breakdown {
        let Found { answer, links, l10n } = self;
        let (total, largest) = (answer.total, parts.values().max().copied().unwrap_or_default());
        let mut found: Vec<(&String, Decimal)> =
            parts.iter().map(|(key, usd)| (key, *usd)).filter(|(_, usd)| !usd.is_zero()).collect();
        found.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
        let row = |(key, usd): (&String, Decimal)| PartRow {
            label: label(key),
            usd: Linked {
                figure: format::amount(usd, Currency::USD, *l10n),
                href: links.receipts(answer.year, &[(name, key)]),
            },
            share: share(usd, total).map(|share| format::percent(share, *l10n)).unwrap_or_default(),
            width: chart::share_width(usd, largest),
        };
        Breakdown { id: name, title: l10n.word("giving-by", name), rows: found.into_iter().map(row).collect() }
    }
}
