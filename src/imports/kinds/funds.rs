//! `funds`: where the money goes, and whether it is core or earmarked, from the beginning and from days on.

use super::dated::{label_not_used, taken_out, without_beginning};
use crate::facts::tables::FUND_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How funds are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Funds,
    stage: "stage_funds",
    columns: &[
        required("code", Cell::Code, Part::Key),
        required("name", Cell::Text, Part::Label),
        required("earmarking", Cell::OneOf(&["core", "earmarked"]), Part::Fact),
        optional("in_force_from", Cell::Day, Part::Key),
    ],
    extra: "fund_id bigint",
    existing: "select u.code, u.name, f.earmarking, f.in_force_from, f.id as fact_id
        from known cross join fund_facts f join funds u on u.id = f.fund_id
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "u.code, f.in_force_from nulls first",
    existing_extra: &[],
    identities: &["insert into funds (code, name)
        select distinct on (code) code, coalesce(name, code) from stage_funds where code is not null
        order by code, in_force_from nulls first on conflict (code) do nothing"],
    resolve: &["update stage_funds s set fund_id = u.id from funds u where u.code = s.code"],
    compare: &[],
    unless_corrected: &[taken_out!("stage_funds", "fund_facts", "fund_id")],
    checks: &[without_beginning!("stage_funds", "fund_facts", "fund_id")],
    audit: Some((
        "funds",
        "select u.id as entity_id, case when s.found then jsonb_build_object('name', u.name) end as before,
                jsonb_build_object('name', s.name) as after
         from stage_funds s join funds u on u.id = s.fund_id
         where s.in_force_from is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &["update funds u set name = s.name, version = version + 1 from stage_funds s
        where u.id = s.fund_id and s.in_force_from is null
            and (s.label_diff <> '{}' or (not s.found and u.name <> s.name))"],
    facts: &[FactStep {
        table: &FUND_FACTS,
        void: "select fact_id from stage_funds where fact_diff <> '{}'",
        record: "select code || coalesce(' ' || in_force_from, '') as key, fact_id as replaces, fund_id, in_force_from,
                   earmarking
            from stage_funds where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[label_not_used!("stage_funds", "funds", "fund_id", "name")],
    touched: None,
    touched_reports: None,
};
