//! What came in by year as bars by earmarking, with the table of its figures: on the page of giving and on a donor's.

use std::collections::BTreeMap;

use askama::Template;
use rust_decimal::Decimal;

use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::scope::EARMARKINGS;
use crate::web::chart::{Bar, Bars, Part};
use crate::web::format;

/// How a chart of years is drawn on its page.
#[derive(Debug, Clone, Copy)]
pub struct Room<'r> {
    /// Its name, unique on the page.
    pub id: &'r str,
    /// Pixels.
    pub height: u32,
    /// Years drawn as bars; those before stand in the table.
    pub years: usize,
}

impl Room<'static> {
    /// As a page of its own gives it.
    pub const WHOLE: Self = Room { id: "years", height: 176, years: 10 };
}

/// The class of a category: its colour, the same everywhere.
pub fn class(earmarking: &str) -> &'static str {
    match earmarking {
        "unearmarked" => "core",
        "soft" => "soft",
        "earmarked" => "ear",
        "tight" => "tight",
        _ => "unk",
    }
}

/// A figure of the table and the rows behind it.
pub struct Linked {
    /// The figure.
    pub figure: String,
    /// The rows.
    pub href: String,
}

struct YearRow {
    year: String,
    no_data: bool,
    parts: Vec<Option<Linked>>,
    total: Linked,
}

/// What came in by year and category.
#[derive(Template)]
#[template(path = "giving/years.html")]
pub struct ByYear {
    l10n: L10n,
    chart: Bars,
    legend: Vec<(&'static str, String)>,
    rows: Vec<YearRow>,
}

/// Its bars alone, and what their colours mean.
#[derive(Template)]
#[template(path = "giving/bars.html")]
pub struct BarsByYear {
    chart: Bars,
    legend: Vec<(&'static str, String)>,
}

/// What came in, by year and category of earmarking, in US dollars.
pub type Sums = BTreeMap<i32, BTreeMap<String, Decimal>>;

impl ByYear {
    /// Its bars alone: for a page with a table of its own, or none.
    pub fn bars(self) -> BarsByYear {
        BarsByYear { chart: self.chart, legend: self.legend }
    }

    /// Draws the sums of the years from the first with a receipt to `last`. `href` says where the rows of a year, of one
    /// category or of all, are; `no_data` whether a year has none.
    pub fn new(
        room: Room<'_>,
        sums: &Sums,
        last: i32,
        no_data: impl Fn(i32) -> bool,
        href: impl Fn(i32, Option<&str>) -> String,
        l10n: L10n,
    ) -> Self {
        let first = sums.keys().next().copied().unwrap_or(last);
        let used: Vec<&'static str> = EARMARKINGS
            .into_iter()
            .filter(|category| sums.values().any(|of| of.get(*category).is_some_and(|usd| !usd.is_zero())))
            .collect();
        let usd = |amount| format::amount(amount, Currency::USD, l10n);
        let of =
            |year: i32, category: &str| sums.get(&year).and_then(|of| of.get(category)).copied().unwrap_or_default();
        let total = |year: i32| sums.get(&year).map(|of| of.values().sum::<Decimal>()).unwrap_or_default();
        let bar = |year: i32| Bar {
            label: year.to_string(),
            said: format!("{year}: USD {}", usd(total(year))),
            unknown: no_data(year) && !sums.contains_key(&year),
            href: Some(href(year, None)),
            // What binds least stands on top, as in the legend it stands first.
            parts: used
                .iter()
                .rev()
                .map(|category| Part {
                    class: class(category),
                    value: of(year, category),
                    said: format!("{year}, {}: USD {}", l10n.word("earmarking", category), usd(of(year, category))),
                })
                .collect(),
        };
        let years: Vec<i32> = (first..=last).collect();
        let drawn = years.iter().skip(years.len().saturating_sub(room.years)).map(|year| bar(*year)).collect();
        let row = |year: &i32| YearRow {
            year: year.to_string(),
            no_data: no_data(*year),
            parts: used
                .iter()
                .map(|category| {
                    let amount = of(*year, category);
                    let href = href(*year, Some(category));
                    (!amount.is_zero()).then(|| Linked { figure: usd(amount), href })
                })
                .collect(),
            total: Linked { figure: usd(total(*year)), href: href(*year, None) },
        };
        ByYear {
            chart: Bars::new(room.id, l10n.t("giving-chart"), drawn, room.height, l10n),
            legend: used.iter().map(|category| (class(category), l10n.word("earmarking", category))).collect(),
            rows: years.iter().rev().map(row).collect(),
            l10n,
        }
    }

    fn t(&self, key: &str) -> String {
        self.l10n.t(key)
    }
}
