//! `project-statuses`: a sentence a quarter about how a project stands.

use crate::facts::tables::PROJECT_STATUSES;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, required};

/// How sentences about projects are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::ProjectStatuses,
    stage: "stage_project_statuses",
    columns: &[
        required("project", Cell::Code, Part::Key),
        required("quarter", Cell::Quarter, Part::Key),
        required("sentence", Cell::Text, Part::Fact),
    ],
    extra: "project_id bigint",
    existing: "select p.code as project, q.quarter, q.sentence, q.id as fact_id
        from known cross join project_statuses q join projects p on p.id = q.project_id
        where was_known(q.recorded_at, q.voided_at, known.at)",
    existing_order: "p.code, q.quarter",
    existing_extra: &[],
    identities: &[],
    resolve: &["update stage_project_statuses s set project_id = p.id from projects p where p.code = s.project
        and exists (select from project_facts f where f.project_id = p.id and f.voided_at is null)"],
    compare: &[],
    unless_corrected: &[],
    checks: &["select file, line, 'project' as col, project as value, 'project-unknown' as key, '' as arg
        from stage_project_statuses where project is not null and project_id is null"],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &PROJECT_STATUSES,
        void: "select fact_id from stage_project_statuses where fact_diff <> '{}'",
        record:
            "select project || ' ' || to_char(quarter, 'YYYY-\"Q\"Q') as key, fact_id as replaces, project_id, quarter,
                   sentence
            from stage_project_statuses where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[],
    touched: None,
    touched_reports: None,
};
