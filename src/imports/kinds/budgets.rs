//! `budgets`: what the Board approved for a year and fund; a row with `agreed_on` is a revision in force from that day.

use crate::facts::tables::BUDGETS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How budgets are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Budgets,
    stage: "stage_budgets",
    columns: &[
        required("year", Cell::Year, Part::Key),
        required("fund", Cell::Code, Part::Key),
        required("approved_usd", Cell::NotNegative, Part::Fact),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "fund_id bigint",
    existing: "select b.year, f.code as fund, b.approved_usd, b.agreed_on, b.id as fact_id
        from known cross join budgets b join funds f on f.id = b.fund_id
        where was_known(b.recorded_at, b.voided_at, known.at)",
    existing_order: "b.year, f.code, b.agreed_on nulls first",
    existing_extra: &[],
    identities: &[],
    resolve: &["update stage_budgets s set fund_id = f.id from funds f where f.code = s.fund"],
    compare: &[],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'fund' as col, fund as value, 'fund-unknown' as key, '' as arg from stage_budgets
         where fund is not null and fund_id is null",
        "select s.file, s.line, 'agreed_on' as col, s.agreed_on::text as value, 'revision-of-nothing' as key, '' as arg
         from stage_budgets s where s.agreed_on is not null and s.fund_id is not null
            and not exists (select from stage_budgets b where b.year = s.year and b.fund = s.fund and b.agreed_on is null)
            and not exists (select from budgets b where b.year = s.year and b.fund_id = s.fund_id and b.agreed_on is null
                and b.voided_at is null)",
    ],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &BUDGETS,
        void: "select fact_id from stage_budgets where fact_diff <> '{}'",
        record: "select year || ' ' || fund || coalesce(' ' || agreed_on, '') as key, fact_id as replaces, year, fund_id,
                   approved_usd, agreed_on
            from stage_budgets where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[],
    touched: None,
    touched_reports: None,
};
