//! `expenditures`: what a project spent in a month, from the ledger's extract.

use crate::facts::tables::EXPENDITURES;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, required};

/// How expenditure is loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Expenditures,
    stage: "stage_expenditures",
    columns: &[
        required("project", Cell::Code, Part::Key),
        required("month", Cell::Month, Part::Key),
        required("amount_usd", Cell::Amount, Part::Fact),
    ],
    extra: "project_id bigint",
    existing: "select p.code as project, e.month, e.amount_usd, e.id as fact_id
        from known cross join expenditures e join projects p on p.id = e.project_id
        where was_known(e.recorded_at, e.voided_at, known.at)",
    existing_order: "p.code, e.month",
    existing_extra: &[],
    identities: &[],
    resolve: &["update stage_expenditures s set project_id = p.id from projects p where p.code = s.project
        and exists (select from project_facts f where f.project_id = p.id and f.voided_at is null)"],
    compare: &[],
    unless_corrected: &[
        "select s.file, s.line, 'month' as col, to_char(s.month, 'YYYY-MM') as value, 'taken-out' as key,
            t.voided_on::text as arg
        from stage_expenditures s join (
            select project_id, month, max(voided_at)::date as voided_on from expenditures where voided_at is not null
            group by project_id, month
        ) t on t.project_id = s.project_id and t.month = s.month
        where not s.found and not s.bad",
    ],
    checks: &["select file, line, 'project' as col, project as value, 'project-unknown' as key, '' as arg
        from stage_expenditures where project is not null and project_id is null"],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &EXPENDITURES,
        void: "select fact_id from stage_expenditures where fact_diff <> '{}'",
        record: "select project || ' ' || to_char(month, 'YYYY-MM') as key, fact_id as replaces, project_id, month,
                   amount_usd
            from stage_expenditures where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    // Of the dates that came into force last: months before the start or after the end, and what goes back.
    warnings: &[
        "select s.file, s.line, 'month' as col, to_char(s.month, 'YYYY-MM') as value,
                case when s.month > f.ends_on then 'spent-after-end' else 'spent-before-start' end as key,
                (case when s.month > f.ends_on then f.ends_on else f.starts_on end)::text as arg
         from stage_expenditures s join lateral (
            select f.starts_on, f.ends_on from project_facts f where f.project_id = s.project_id and f.voided_at is null
            order by f.agreed_on desc nulls last limit 1
         ) f on s.month > f.ends_on or s.month + interval '1 month' <= f.starts_on",
        "select file, line, 'amount_usd' as col, amount_usd::text as value, 'spent-below-nought' as key, '' as arg
         from stage_expenditures where amount_usd < 0",
    ],
    touched: None,
    touched_reports: None,
};
