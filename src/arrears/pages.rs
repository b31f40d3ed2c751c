//! What the page of arrears shows above its rows: every figure with where it leads.

use askama::Template;
use rust_decimal::Decimal;

use super::ages::Ages;
use super::list::Arrears;
use super::totals::Total;
use crate::kernel::Currency;
use crate::kernel::money::STALE_AFTER_DAYS;
use crate::l10n::L10n;
use crate::web::format;
use crate::web::frame::{Frame, filters};
use crate::web::list::{Asked, BUCKETS, ListView, Params, Read};

/// The page of arrears.
#[derive(Template)]
#[template(path = "arrears/page.html")]
pub struct ArrearsPage {
    frame: Frame,
    list: ListView,
    total: String,
    lead: String,
    without_rate: Option<String>,
    ages: Ages,
    currencies: Vec<CurrencyTotal>,
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

impl ArrearsPage {
    /// Puts the page together.
    pub fn new(frame: Frame, read: Read<Arrears>, totals: &[Total]) -> Self {
        let l10n = frame.l10n;
        let Read { asked, params, view: mut list, .. } = read;
        let count: i64 = totals.iter().map(|total| total.instalments).sum();
        let usd: Decimal = totals.iter().filter_map(|total| total.outstanding_usd).sum();
        let without: i64 = totals.iter().filter(|t| t.units_per_usd.is_none()).map(|t| t.instalments).sum();
        let day = format::day(asked.scope.as_of.0, l10n);
        list.count_rows(count, l10n);
        list.foot = Some(format::amount(usd, Currency::USD, l10n));
        for group in &mut list.groups {
            let of = |bucket: &&&str| group.label == Some(l10n.word("bucket", bucket));
            if let Some(bucket) = BUCKETS.iter().find(of) {
                let of: Vec<&Total> = totals.iter().filter(|total| total.bucket == *bucket).collect();
                let rows: i64 = of.iter().map(|total| total.instalments).sum();
                let usd: Decimal = of.iter().filter_map(|total| total.outstanding_usd).sum();
                let label = l10n.word("bucket", bucket);
                group.label = Some(l10n.with("arrears-group", &[("class", label.into()), ("rows", rows.into())]));
                group.usd = format::amount(usd, Currency::USD, l10n);
            }
        }
        let ages = Ages::new(totals, &params, l10n);
        ArrearsPage {
            total: format::amount(usd, Currency::USD, l10n),
            lead: l10n.with("arrears-lead", &[("rows", count.into()), ("day", day.into())]),
            without_rate: (without > 0).then(|| l10n.with("arrears-no-rate", &[("rows", without.into())])),
            currencies: currencies(totals, &asked, &params, l10n),
            ages,
            list,
            frame,
        }
    }
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
            let age = from.map(|from| (asked.scope.as_of.0 - from).num_days());
            let sum = CurrencyTotal {
                currency,
                instalments: of.iter().map(|total| total.instalments).sum(),
                outstanding: format::amount(of.iter().map(|total| total.outstanding).sum(), currency, l10n),
                rate: rate.map(|rate| rate.normalize()).map_or(String::new(), |r| format::number(r, r.scale(), l10n)),
                rate_from: from.map(|from| format::day(from, l10n)).unwrap_or_default(),
                stale: age.is_some_and(|age| age > STALE_AFTER_DAYS),
                usd: usd.map(|usd| format::amount(usd, Currency::USD, l10n)),
                href: params.with("currency", currency.code()).address("/arrears"),
            };
            (usd.unwrap_or_default(), sum)
        })
        .collect();
    sums.sort_by_key(|(usd, _)| std::cmp::Reverse(*usd));
    sums.into_iter().map(|(_, sum)| sum).collect()
}
