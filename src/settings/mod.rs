//! Settings that move figures: dated facts, of the whole agency or of a fund, with their history.
//!
//! [`ALL`] is the one list of them: forms, readers and tests use it. What is in force is read by [`in_force`], the one
//! place that says how a setting of a fund, one of every fund and the default stand to each other.

mod forms;
pub mod handlers;
mod pages;
mod store;

use std::collections::BTreeSet;

use axum::Router;
use axum::routing::get;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use crate::access::Act;
use crate::db::Select;
use crate::kernel::calendar::{EARLIEST_YEAR, LATEST_YEAR};
use crate::l10n::L10n;
use crate::lists::Scope;
use crate::web::AppState;
use crate::web::format;

/// What kind of value a setting has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// So many percentages: a JSON array of numbers from 0 to 100.
    Percentages(usize),
    /// A whole number of things: a JSON number.
    Count,
    /// Calendar years: a JSON array of them, in order.
    Years,
    /// Points of per cent, from 0 to 100: a JSON number.
    Points,
}

/// Of what a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The whole agency.
    Agency,
    /// Every fund, where a fund has none of its own.
    EveryFund,
    /// One fund each.
    OneFund,
}

/// A setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the facts, and the last part of its keys in `locales/`.
    pub name: &'static str,
    /// Of what it is.
    pub of: Of,
    /// What kind of value it has.
    pub kind: Kind,
    /// Its value where no fact says one, as JSON.
    pub default: &'static str,
}

/// Allowance for doubtful receivables by whole years overdue: under 1, 1-2, 2-3, 3 and more (domain.md, Arrears 3).
pub static ALLOWANCE_PERCENT: Setting =
    Setting { name: "allowance_percent", of: Of::EveryFund, kind: Kind::Percentages(4), default: "[0, 25, 60, 100]" };
/// How many Member States there are.
pub static MEMBER_STATES: Setting =
    Setting { name: "member_states", of: Of::Agency, kind: Kind::Count, default: "193" };
/// Years of a fund without data: no gap in what a donor gave (domain.md, Donors through the years).
pub static NO_DATA_YEARS: Setting =
    Setting { name: "no_data_years", of: Of::OneFund, kind: Kind::Years, default: "[]" };

/// By how many points of per cent time may be ahead of delivery before a project is late (domain.md, Implementation).
pub static LATE_MARGIN: Setting = Setting { name: "late_margin", of: Of::Agency, kind: Kind::Points, default: "20" };

/// Every setting, in the order of their page.
pub static ALL: [&Setting; 4] = [&ALLOWANCE_PERCENT, &MEMBER_STATES, &NO_DATA_YEARS, &LATE_MARGIN];

/// The setting of that name.
pub fn named(name: &str) -> Option<&'static Setting> {
    ALL.into_iter().find(|setting| setting.name == name)
}

/// The years a value lists.
pub fn years(value: &Value) -> BTreeSet<i32> {
    let years = value.as_array().into_iter().flatten().filter_map(Value::as_i64);
    years.filter_map(|year| i32::try_from(year).ok()).collect()
}

/// Appends an expression for the value in force, as `jsonb`: the fund's own, else that of every fund, else the default.
/// `fund`, `day` and `known` are expressions of the statement.
pub fn in_force(
    select: &mut Select,
    setting: &'static Setting,
    fund: &'static str,
    day: &'static str,
    known: &'static str,
) {
    select.sql("coalesce((select s.value from setting_facts s where s.setting = ").bind(setting.name);
    select.sql(" and (s.fund_id is null or s.fund_id = ").sql(fund);
    select.sql(") and (s.in_force_from is null or s.in_force_from <= ").sql(day);
    select.sql(") and was_known(s.recorded_at, s.voided_at, ").sql(known);
    select.sql(") order by s.fund_id nulls last, s.in_force_from desc nulls last limit 1), ");
    select.bind(setting.default).sql("::jsonb)");
}

/// By how many points time may be ahead of delivery on a day, known at an instant.
///
/// # Errors
/// Where the database fails.
pub async fn late_margin(connection: &mut PgConnection, scope: &Scope) -> Result<Decimal, sqlx::Error> {
    let mut select = Select::new("with scope as (select ");
    select.bind(scope.as_of.0).sql("::date as day, ").bind(scope.known_at.0).sql("::timestamptz as known) select (");
    in_force(&mut select, &LATE_MARGIN, "null", "scope.day", "scope.known");
    select.sql(" #>> '{}')::numeric from scope").done().build_query_scalar().fetch_one(connection).await
}

impl Setting {
    /// Whether a fund may have one of its own.
    pub fn per_fund(&self) -> bool {
        self.of != Of::Agency
    }

    /// The value where no fact says one.
    pub fn default_value(&self) -> Value {
        serde_json::from_str(self.default).unwrap_or_default()
    }

    /// The value as people read it.
    pub fn in_words(&self, value: &Value, l10n: L10n) -> String {
        let number = |value: &Value| value.to_string().parse::<Decimal>().unwrap_or_default();
        match (self.kind, value) {
            (Kind::Percentages(_), Value::Array(parts)) => {
                let parts = parts.iter().map(|part| format::number(number(part), number(part).scale(), l10n));
                format!("{} %", parts.collect::<Vec<_>>().join(" / "))
            }
            (Kind::Years, Value::Array(years)) if years.is_empty() => l10n.t("settings-no-years"),
            (Kind::Years, Value::Array(years)) => years.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
            (Kind::Count, value) => format::number(number(value), 0, l10n),
            (Kind::Points, value) => format::number(number(value), number(value).scale(), l10n),
            (_, value) => value.to_string(),
        }
    }

    /// The value in the words of a field: as it is typed.
    pub fn as_typed(&self, value: &Value, l10n: L10n) -> String {
        match self.kind {
            Kind::Percentages(_) => self.in_words(value, l10n).trim_end_matches(" %").to_owned(),
            Kind::Years => {
                let years = value.as_array().map(Vec::as_slice).unwrap_or_default();
                years.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
            }
            Kind::Count => value.to_string(),
            Kind::Points => self.in_words(value, l10n),
        }
    }

    /// Reads a value as it was typed; the key of what is wrong with it where it is none.
    ///
    /// # Errors
    /// A key of `locales/`.
    pub fn read(&self, typed: &str, l10n: L10n) -> Result<Value, &'static str> {
        match self.kind {
            Kind::Percentages(many) => {
                let number = |part: &str| percentage(part, l10n);
                let parts: Option<Vec<String>> =
                    typed.split(['/', ';']).map(number).collect::<Option<Vec<_>>>().filter(|all| all.len() == many);
                let parts = parts.ok_or("settings-wrong-percentages")?;
                serde_json::from_str(&format!("[{}]", parts.join(", "))).map_err(|_| "settings-wrong-percentages")
            }
            Kind::Count => {
                let number = format::read_number(typed, l10n).and_then(|plain| plain.parse::<u32>().ok());
                number
                    .filter(|number| (1..=100_000).contains(number))
                    .map(|number| json!(number))
                    .ok_or("settings-wrong-count")
            }
            Kind::Points => {
                let number = percentage(typed, l10n).ok_or("settings-wrong-points")?;
                serde_json::from_str(&number).map_err(|_| "settings-wrong-points")
            }
            Kind::Years => {
                let parts = typed.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty());
                let year = |part: &str| part.parse().ok().filter(|year| (EARLIEST_YEAR..=LATEST_YEAR).contains(year));
                let years: Option<BTreeSet<i32>> = parts.map(year).collect();
                years.map(|years| json!(years)).ok_or("settings-wrong-years")
            }
        }
    }
}

/// A number from 0 to 100 with at most four decimals, as it was typed; as JSON writes it.
fn percentage(typed: &str, l10n: L10n) -> Option<String> {
    let plain = format::read_number(typed.trim().trim_end_matches('%'), l10n)?;
    let number: Decimal = plain.parse().ok()?;
    let fits = number >= Decimal::ZERO && number <= Decimal::ONE_HUNDRED && number.scale() <= 4;
    fits.then(|| number.normalize().to_string())
}

/// The addresses of the settings.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings", get(handlers::page))
        .route("/settings/{setting}", get(handlers::one))
        .route("/settings/{setting}/new", get(handlers::new).post(handlers::record))
}

/// Addresses that read, and who may: for the tests.
pub fn reading() -> Vec<(String, Act)> {
    let mut addresses = vec![("/settings".to_owned(), Act::ReadAudit)];
    addresses.extend(ALL.map(|setting| (format!("/settings/{}/new", setting.name), Act::KeepSettings)));
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_reads_back_as_it_is_typed() {
        for setting in ALL {
            let value: Value = serde_json::from_str(setting.default).unwrap();
            let typed = setting.as_typed(&value, L10n::ENGLISH);
            assert_eq!(setting.read(&typed, L10n::ENGLISH), Ok(value), "{}", setting.name);
            assert!(named(setting.name).is_some_and(|found| std::ptr::eq(found, setting)));
        }
    }

    #[test]
    fn what_is_typed_is_read_or_refused() {
        let read = |setting: &Setting, typed: &str| setting.read(typed, L10n::ENGLISH);
        assert_eq!(read(&ALLOWANCE_PERCENT, "0 / 12.50% / 60 / 100"), Ok(json!([0, 12.5, 60, 100])));
        for typed in ["", "0 / 25 / 60", "0 / 25 / 60 / 101", "0 / 25 / 60 / -1", "a / b / c / d", "0/25/60/100/100"] {
            assert_eq!(read(&ALLOWANCE_PERCENT, typed), Err("settings-wrong-percentages"), "{typed}");
        }
        assert_eq!(read(&NO_DATA_YEARS, "2016, 2015 2016"), Ok(json!([2015, 2016])));
        assert_eq!(read(&NO_DATA_YEARS, "20211"), Err("settings-wrong-years"));
        assert_eq!(read(&MEMBER_STATES, "0"), Err("settings-wrong-count"));
        assert_eq!(read(&LATE_MARGIN, "12.5 %"), Ok(json!(12.5)));
        assert_eq!(read(&LATE_MARGIN, "101"), Err("settings-wrong-points"));
    }
}
