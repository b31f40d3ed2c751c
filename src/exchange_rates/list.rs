//! The list of exchange rates, the latest first.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::kernel::money::STALE_AFTER_DAYS;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of exchange rates.
pub struct Rates;

/// A rate.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RateRow {
    currency: Currency,
    valid_from: NaiveDate,
    units_per_usd: Decimal,
    days: i32,
    latest: bool,
}

impl List for Rates {
    type Row = RateRow;
    const NAME: &'static str = "rates";
    const FILTERS: &'static [&'static str] = &["currency", "state", "since"];
    const STATES: &'static [&'static str] = &["in_force", "stale"];
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "from",
            keys: &[down("r.valid_from", KeyKind::Day), up("r.currency", KeyKind::Text)],
            indexed: false,
        },
        Sort {
            name: "currency",
            keys: &[up("r.currency", KeyKind::Text), down("r.valid_from", KeyKind::Day)],
            indexed: true,
        },
    ];
    const KEY: &'static [&'static str] = &["currency", "valid_from"];
    const ID: &'static str = "r.id";
    const SELECT: &'static str = "r.currency, r.valid_from, r.units_per_usd, scope.day - r.valid_from as days,
        not exists (select from exchange_rates n where n.currency = r.currency and n.valid_from > r.valid_from
            and n.valid_from <= scope.day and was_known(n.recorded_at, n.voided_at, scope.known)) as latest";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope join exchange_rates r on was_known(r.recorded_at, r.voided_at, scope.known)
                and r.valid_from <= scope.day where true",
        );
        // The one in force of each currency: the latest there is by that day.
        let in_force = " and (r.currency, r.valid_from) in (select n.currency, n.valid_from from rates n)";
        match scope.filters.state.as_deref() {
            Some("in_force") => {
                select.sql(in_force);
            }
            Some("stale") => {
                select.sql(in_force).sql(" and scope.day - r.valid_from > ");
                select.bind(i32::try_from(STALE_AFTER_DAYS).unwrap_or(i32::MAX));
            }
            _ => {}
        }
        scope.keep_currency(select, "r.currency");
        if let Some(since) = scope.filters.since {
            select.sql(" and r.valid_from >= ").bind(since);
        }
        let currency = Place::Own("select x.id from exchange_rates x where", "lower(x.currency)");
        scope.keep_text(select, "r.id", &[currency]);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(" from page cross join scope join exchange_rates r on r.id = page.id");
    }

    fn columns() -> &'static [Column<RateRow>] {
        const COLUMNS: &[Column<RateRow>] = &[
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "valid_from", cell: |row| Cell::Day(row.valid_from) },
            Column { name: "units_per_usd", cell: |row| Cell::Number(row.units_per_usd) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<RateRow>] {
        const SCREEN: &[Screen<RateRow>] = &[
            Screen {
                label: "col-currency",
                class: "",
                sort: Some("currency"),
                draw: |row, _| Drawn::text(row.currency.code()).link("rates", row.currency.code()),
            },
            Screen {
                label: "col-rate-from",
                class: "nowrap",
                sort: Some("from"),
                draw: |row, l10n| {
                    let stale = row.latest && i64::from(row.days) > STALE_AFTER_DAYS;
                    Drawn::of(&Cell::Day(row.valid_from), l10n).tag(stale.then_some(("stale", "rate-stale")))
                },
            },
            Screen {
                label: "col-rate",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Number(row.units_per_usd), l10n),
            },
        ];
        SCREEN
    }
}
