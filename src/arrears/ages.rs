//! Arrears by age, as a bar: each class with its sum and its rows. The page of arrears and the dashboard show the same.

use askama::Template;
use rust_decimal::{Decimal, dec};

use super::totals::Total;
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::scope::BUCKETS;
use crate::web::format;
use crate::web::list::Params;

/// The bar and its legend.
#[derive(Template)]
#[template(path = "arrears/ages.html")]
pub struct Ages {
    l10n: L10n,
    ages: Vec<Age>,
    described: String,
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

impl Ages {
    /// Draws sums in US dollars; `params` are the filters of the list each class leads to.
    pub fn new(totals: &[Total], params: &Params, l10n: L10n) -> Self {
        let usd_of = |bucket: &str| -> Decimal {
            totals.iter().filter(|total| total.bucket == bucket).filter_map(|total| total.outstanding_usd).sum()
        };
        let all: Decimal = BUCKETS.iter().map(|bucket| usd_of(bucket)).sum();
        let gap = dec!(0.4);
        let mut from = Decimal::ZERO;
        let mut ages = Vec::new();
        for (at, bucket) in BUCKETS.iter().enumerate() {
            let usd = usd_of(bucket);
            let share = if all.is_zero() { Decimal::ZERO } else { usd * dec!(100) / all };
            let width = (share - gap).max(Decimal::ZERO);
            ages.push(Age {
                class: format!("a{}", at + 1),
                label: l10n.word("bucket", bucket),
                usd: format::amount(usd, Currency::USD, l10n),
                href: params.with("bucket", *bucket).address("/arrears"),
                from: format!("{from:.2}%"),
                width: format!("{width:.2}%"),
            });
            from += share;
        }
        let described: Vec<String> = ages.iter().map(|age| format!("{}: {}", age.label, age.usd)).collect();
        Ages { l10n, ages, described: described.join("; ") }
    }
}
