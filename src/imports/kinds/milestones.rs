//! `milestones`: what a project sets out to reach and by when, planned anew from `agreed_on` on, and the day it was reached.

use crate::facts::tables::{MILESTONE_EVENTS, MILESTONES};
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How milestones are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Milestones,
    stage: "stage_milestones",
    columns: &[
        required("project", Cell::Code, Part::Key),
        required("number", Cell::Number, Part::Key),
        required("milestone", Cell::Text, Part::Fact),
        required("planned_on", Cell::Day, Part::Fact),
        optional("reached_on", Cell::Event, Part::Event),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "project_id bigint, reached_id bigint",
    // It was reached whichever plan there is: said beside the first.
    existing:
        "select p.code as project, m.number, m.milestone, m.planned_on, e.reached_on, m.agreed_on, m.id as fact_id,
               e.id as reached_id
        from known cross join milestones m join projects p on p.id = m.project_id
        left join milestone_events e on e.project_id = m.project_id and e.number = m.number and m.agreed_on is null
            and was_known(e.recorded_at, e.voided_at, known.at)
        where was_known(m.recorded_at, m.voided_at, known.at)",
    existing_order: "p.code, m.number, m.agreed_on nulls first",
    existing_extra: &["reached_id"],
    identities: &[],
    resolve: &["update stage_milestones s set project_id = p.id from projects p where p.code = s.project
        and exists (select from project_facts f where f.project_id = p.id and f.voided_at is null)"],
    compare: &[],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'project' as col, project as value, 'project-unknown' as key, '' as arg
         from stage_milestones where project is not null and project_id is null",
        "select file, line, 'reached_on' as col, reached_on::text as value, 'reached-beside-a-later-plan' as key,
                '' as arg
         from stage_milestones where reached_on is not null and agreed_on is not null",
    ],
    audit: None,
    edit: &[],
    facts: &[
        FactStep {
            table: &MILESTONES,
            void: "select fact_id from stage_milestones where fact_diff <> '{}'",
            record: "select project || ' ' || number || coalesce(' ' || agreed_on, '') as key, fact_id as replaces,
                       project_id, number, agreed_on, milestone, planned_on
                from stage_milestones where not found or fact_diff <> '{}'",
        },
        FactStep {
            table: &MILESTONE_EVENTS,
            void: "select reached_id from stage_milestones where event_diff <> '{}'",
            record: "select project || ' ' || number || ' reached' as key,
                       case when event_diff <> '{}' then reached_id end as replaces, project_id, number, reached_on
                from stage_milestones
                where reached_on is not null and (not found or event_fill <> '{}' or event_diff <> '{}')",
        },
    ],
    final_checks: &[],
    warnings: &[],
    touched: None,
    touched_reports: None,
};
