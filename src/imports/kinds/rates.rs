//! `rates`: units of a currency per one US dollar, in force from a day until the next.

use crate::facts::tables::EXCHANGE_RATES;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, required};

/// How exchange rates are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Rates,
    stage: "stage_rates",
    columns: &[
        required("currency", Cell::Currency, Part::Key),
        required("valid_from", Cell::Day, Part::Key),
        required("units_per_usd", Cell::Rate, Part::Fact),
    ],
    extra: "",
    existing: "select f.currency, f.valid_from, f.units_per_usd, f.id as fact_id from known cross join exchange_rates f
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "f.currency, f.valid_from",
    existing_extra: &[],
    identities: &[],
    resolve: &[],
    compare: &[],
    unless_corrected: &[],
    checks: &["select file, line, 'units_per_usd' as col, units_per_usd::text as value, 'usd-is-one' as key, '' as arg
        from stage_rates where currency = 'USD' and units_per_usd <> 1"],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &EXCHANGE_RATES,
        void: "select fact_id from stage_rates where fact_diff <> '{}'",
        record: "select currency || ' ' || valid_from as key, fact_id as replaces, currency, valid_from, units_per_usd
            from stage_rates where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[],
    // A rate moves what a payment in another currency pays, from its day on.
    touched: Some(
        "select distinct f.pledge_id from contribution_facts f
         join pledge_terms t on t.pledge_id = f.pledge_id and t.voided_at is null
         join stage_rates s on s.currency in (f.currency, t.currency)
         where f.voided_at is null and f.currency <> t.currency and f.received_on >= s.valid_from
            and (not s.found or s.fact_diff <> '{}')",
    ),
    touched_reports: None,
};
