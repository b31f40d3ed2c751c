//! What the page of arrears shows: every figure with where it leads.

use askama::Template;
use rust_decimal::{Decimal, dec};

use super::handlers::{Asked, BUCKETS, Params};
use super::store::{ArrearsRow, Named, Total};
use crate::kernel::Currency;
use crate::kernel::money::STALE_AFTER_DAYS;
use crate::l10n::L10n;
use crate::web::format;
use crate::web::frame::{Frame, filters};

/// The page of arrears.
#[derive(Template)]
#[template(path = "arrears/list.html")]
pub struct ArrearsPage {
    frame: Frame,
    params: Params,
    asked: Asked,
    title: String,
    total: String,
    lead: String,
    without_rate: Option<String>,
    ages: Vec<Age>,
    chart_description: String,
    currencies: Vec<CurrencyTotal>,
    groups: Vec<Group>,
    count: i64,
    next: Option<String>,
    units: Vec<Named>,
    funds: Vec<Named>,
    chips: Vec<Chip>,
    csv: String,
    clear: String,
    begun: bool,
}

/// A filter that is on.
struct Chip {
    label: String,
    value: String,
    without: String,
}

/// An age class with its part of the bar.
struct Age {
    class: String,
    label: String,
    usd: String,
    href: String,
    from: String,
    width: String,
}

struct CurrencyTotal {
    currency: Currency,
    instalments: i64,
    outstanding: String,
    rate: String,
    rate_from: String,
    stale: bool,
    usd: Option<String>,
    href: String,
}

/// The rows of an age class on this page, and the sum of all of them.
struct Group {
    label: String,
    count: String,
    usd: String,
    rows: Vec<Line>,
}

struct Line {
    row: ArrearsRow,
    due_on: String,
    days: String,
    outstanding: String,
    usd: Option<String>,
    rate: String,
    stale: bool,
}

fn bucket_key(bucket: &str) -> String {
    format!("bucket-{}", bucket.replace('+', "plus"))
}

fn stale(asked: &Asked, from: Option<chrono::NaiveDate>) -> bool {
    from.is_some_and(|from| (asked.as_of.0 - from).num_days() > STALE_AFTER_DAYS)
}

impl ArrearsPage {
    /// Puts the page together.
    #[expect(clippy::too_many_arguments, reason = "a page is made of what was read for it, once, here")]
    pub fn new(
        frame: Frame,
        params: Params,
        asked: Asked,
        totals: Vec<Total>,
        rows: Vec<ArrearsRow>,
        next: Option<String>,
        units: Vec<Named>,
        funds: Vec<Named>,
        donor: Option<Named>,
    ) -> Self {
        let l10n = frame.l10n;
        let count: i64 = totals.iter().map(|total| total.instalments).sum();
        let usd: Decimal = totals.iter().filter_map(|total| total.outstanding_usd).sum();
        let without: i64 = totals.iter().filter(|t| t.units_per_usd.is_none()).map(|t| t.instalments).sum();
        let day = format::day(asked.as_of.0, l10n);
        let ages = ages(&totals, usd, &params, l10n);
        let described: Vec<String> = ages.iter().map(|age| format!("{}: {}", age.label, age.usd)).collect();
        ArrearsPage {
            title: l10n.with("arrears-title", &[("day", day.clone().into())]),
            total: format::amount(usd, Currency::USD, l10n),
            lead: l10n.with("arrears-lead", &[("rows", count.into()), ("day", day.into())]),
            without_rate: (without > 0).then(|| l10n.with("arrears-no-rate", &[("rows", without.into())])),
            chart_description: described.join("; "),
            ages,
            currencies: currencies(&totals, &asked, &params, l10n),
            groups: groups(&totals, rows, &asked, l10n),
            count,
            next,
            chips: chips(&asked, &params, &units, &funds, donor, l10n),
            csv: params.address("/arrears.csv", |_| {}),
            clear: params.address("/arrears", |changed| {
                let (as_of, known_at) = (changed.as_of.take(), changed.known_at.take());
                *changed = Params { as_of, known_at, ..Params::default() };
            }),
            begun: params.after.is_some(),
            units,
            funds,
            frame,
            params,
            asked,
        }
    }

    fn known(&self) -> String {
        if self.asked.known_then {
            let instant = self.frame.instant(&self.asked.known_at);
            self.frame.l10n.with("arrears-known-then", &[("instant", instant.into())])
        } else {
            self.frame.t("arrears-known-now")
        }
    }

    fn paper(&self) -> String {
        let args = [
            ("day", self.frame.as_of(&self.asked.as_of).into()),
            ("known", self.known().into()),
            ("name", self.frame.viewer.name.clone().into()),
        ];
        self.frame.l10n.with("arrears-paper", &args)
    }

    fn counted(&self) -> String {
        self.frame.l10n.with("arrears-count", &[("rows", self.count.into())])
    }

    fn beginning(&self) -> String {
        self.params.address("/arrears", |_| {})
    }

    fn day_link(&self, day: &str) -> String {
        self.params.address("/arrears", |changed| changed.as_of = (!day.is_empty()).then(|| day.to_owned()))
    }

    fn chosen(&self, value: &Option<String>, code: &str) -> bool {
        value.as_deref() == Some(code)
    }

    fn text<'a>(&self, value: &'a Option<String>) -> &'a str {
        value.as_deref().unwrap_or_default()
    }

    fn indent(&self, unit: &Named) -> String {
        "\u{2003}".repeat(usize::try_from(unit.depth).unwrap_or_default())
    }
}

fn ages(totals: &[Total], all: Decimal, params: &Params, l10n: L10n) -> Vec<Age> {
    let gap = dec!(0.4);
    let mut from = Decimal::ZERO;
    let mut ages = Vec::new();
    for (at, bucket) in BUCKETS.iter().enumerate() {
        let usd: Decimal = totals.iter().filter(|t| t.bucket == *bucket).filter_map(|t| t.outstanding_usd).sum();
        let share = if all.is_zero() { Decimal::ZERO } else { usd * dec!(100) / all };
        let width = (share - gap).max(Decimal::ZERO);
        ages.push(Age {
            class: format!("a{}", at + 1),
            label: l10n.t(&bucket_key(bucket)),
            usd: format::amount(usd, Currency::USD, l10n),
            href: params.address("/arrears", |changed| changed.bucket = Some((*bucket).to_owned())),
            from: format!("{from:.2}%"),
            width: format!("{width:.2}%"),
        });
        from += share;
    }
    ages
}

fn currencies(totals: &[Total], asked: &Asked, params: &Params, l10n: L10n) -> Vec<CurrencyTotal> {
    let mut codes: Vec<Currency> = totals.iter().map(|total| total.currency).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut sums: Vec<(Decimal, CurrencyTotal)> = codes
        .into_iter()
        .map(|currency| {
            let of: Vec<&Total> = totals.iter().filter(|total| total.currency == currency).collect();
            let (rate, from) = of.first().map_or((None, None), |total| (total.units_per_usd, total.rate_valid_from));
            let usd = rate.map(|_| of.iter().filter_map(|total| total.outstanding_usd).sum::<Decimal>());
            let sum = CurrencyTotal {
                currency,
                instalments: of.iter().map(|total| total.instalments).sum(),
                outstanding: format::amount(of.iter().map(|total| total.outstanding).sum(), currency, l10n),
                rate: rate.map(|rate| rate_text(rate, l10n)).unwrap_or_default(),
                rate_from: from.map(|from| format::day(from, l10n)).unwrap_or_default(),
                stale: stale(asked, from),
                usd: usd.map(|usd| format::amount(usd, Currency::USD, l10n)),
                href: params.address("/arrears", |changed| changed.currency = Some(currency.code().to_owned())),
            };
            (usd.unwrap_or_default(), sum)
        })
        .collect();
    sums.sort_by_key(|(usd, _)| std::cmp::Reverse(*usd));
    sums.into_iter().map(|(_, sum)| sum).collect()
}

fn rate_text(rate: Decimal, l10n: L10n) -> String {
    let rate = rate.normalize();
    format::number(rate, rate.scale(), l10n)
}

fn groups(totals: &[Total], rows: Vec<ArrearsRow>, asked: &Asked, l10n: L10n) -> Vec<Group> {
    let mut groups: Vec<(&'static str, Group)> = Vec::new();
    for row in rows {
        let bucket = row.bucket();
        if groups.last().is_none_or(|(last, _)| *last != bucket) {
            let of: Vec<&Total> = totals.iter().filter(|total| total.bucket == bucket).collect();
            let count: i64 = of.iter().map(|total| total.instalments).sum();
            let usd: Decimal = of.iter().filter_map(|total| total.outstanding_usd).sum();
            let group = Group {
                label: l10n.t(&bucket_key(bucket)),
                count: l10n.with("arrears-count", &[("rows", count.into())]),
                usd: format::amount(usd, Currency::USD, l10n),
                rows: Vec::new(),
            };
            groups.push((bucket, group));
        }
        let line = Line {
            due_on: format::day(row.due_on, l10n),
            days: l10n.with("arrears-days", &[("days", row.days_overdue.into())]),
            outstanding: format::amount(row.outstanding, row.currency, l10n),
            usd: row.outstanding_usd.map(|usd| format::amount(usd, Currency::USD, l10n)),
            rate: match (row.currency == Currency::USD, row.units_per_usd) {
                (false, Some(rate)) => rate_text(rate.round_dp(4), l10n),
                _ => String::new(),
            },
            stale: stale(asked, row.rate_valid_from),
            row,
        };
        if let Some((_, group)) = groups.last_mut() {
            group.rows.push(line);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn chips(
    asked: &Asked,
    params: &Params,
    units: &[Named],
    funds: &[Named],
    donor: Option<Named>,
    l10n: L10n,
) -> Vec<Chip> {
    let name = |all: &[Named], code: &str| all.iter().find(|one| one.code == code).map(|one| one.name.clone());
    let mut chips = Vec::new();
    let mut add = |label: &str, value: String, change: fn(&mut Params)| {
        chips.push(Chip { label: l10n.t(label), value, without: params.address("/arrears", change) });
    };
    if let Some(unit) = asked.filter.unit.as_deref().and_then(|code| name(units, code)) {
        add("arrears-filter-unit", unit, |changed| changed.unit = None);
    }
    if let Some(donor) = donor {
        add("arrears-filter-donor", donor.name, |changed| changed.donor = None);
    }
    if let Some(fund) = asked.filter.fund.as_deref().and_then(|code| name(funds, code)) {
        add("arrears-filter-fund", fund, |changed| changed.fund = None);
    }
    if let Some(bucket) = &asked.filter.bucket {
        add("arrears-filter-age", l10n.t(&bucket_key(bucket)), |changed| changed.bucket = None);
    }
    if let Some(currency) = asked.filter.currency {
        add("arrears-col-currency", currency.code().to_owned(), |changed| changed.currency = None);
    }
    if let Some(text) = &asked.filter.text {
        add("arrears-filter-text", format!("“{text}”"), |changed| changed.q = None);
    }
    chips
}
