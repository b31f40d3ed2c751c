//! `funds`: where the money goes, and whether it is core or earmarked.

use crate::facts::tables::FUND_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, required};

/// How funds are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Funds,
    stage: "stage_funds",
    columns: &[
        required("code", Cell::Code, Part::Key),
        required("name", Cell::Text, Part::Label),
        required("earmarking", Cell::OneOf(&["core", "earmarked"]), Part::Fact),
    ],
    extra: "fund_id bigint",
    existing: "select u.code, u.name, f.earmarking, f.id as fact_id
        from known cross join fund_facts f join funds u on u.id = f.fund_id
        where f.in_force_from is null and was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "u.code",
    existing_extra: &[],
    identities: &["insert into funds (code, name)
        select distinct on (code) code, coalesce(name, code) from stage_funds where code is not null order by code
        on conflict (code) do nothing"],
    resolve: &["update stage_funds s set fund_id = u.id from funds u where u.code = s.code"],
    compare: &[],
    unless_corrected: &[],
    checks: &[],
    audit: Some((
        "funds",
        "select u.id as entity_id, case when s.found then jsonb_build_object('name', u.name) end as before,
                jsonb_build_object('name', s.name) as after
         from stage_funds s join funds u on u.id = s.fund_id where not s.found or s.label_diff <> '{}'",
    )),
    edit: &["update funds u set name = s.name, version = version + 1 from stage_funds s
        where u.id = s.fund_id and s.label_diff <> '{}'"],
    facts: &[FactStep {
        table: &FUND_FACTS,
        void: "select fact_id from stage_funds where fact_diff <> '{}'",
        record: "select code as key, fact_id as replaces, fund_id, null::date as in_force_from, earmarking
            from stage_funds where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[],
    touched: None,
};
