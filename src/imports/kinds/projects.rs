//! `projects`: what the money is for; further rows say new dates or a new budget, in force from the day agreed on.

use crate::facts::tables::PROJECT_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How projects are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Projects,
    stage: "stage_projects",
    columns: &[
        required("code", Cell::Code, Part::Key),
        required("title", Cell::Text, Part::Label),
        required("unit", Cell::Code, Part::Fact),
        required("starts_on", Cell::Day, Part::Fact),
        required("ends_on", Cell::Day, Part::Fact),
        required("budget_usd", Cell::NotNegative, Part::Fact),
        optional("countries", Cell::Countries, Part::Fact),
        optional("status", Cell::Text, Part::Label),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "project_id bigint, unit_id bigint",
    existing: "select p.code, p.title, u.code as unit, f.starts_on, f.ends_on, f.budget_usd, f.countries, p.status,
               f.agreed_on, f.id as fact_id
        from known cross join project_facts f join projects p on p.id = f.project_id join units u on u.id = f.unit_id
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "p.code, f.agreed_on nulls first",
    existing_extra: &[],
    identities: &["insert into projects (code, title, status)
        select distinct on (code) code, coalesce(title, code), status from stage_projects where code is not null
        order by code, agreed_on nulls first on conflict (code) do nothing"],
    resolve: &["update stage_projects s set project_id = r.project_id, unit_id = r.unit_id
        from (select t.ctid as at, p.id as project_id, u.id as unit_id from stage_projects t
              left join projects p on p.code = t.code left join units u on u.code = t.unit) r
        where s.ctid = r.at"],
    compare: &[],
    unless_corrected: &[
        "select s.file, s.line, 'code' as col, s.code as value, 'taken-out' as key, t.voided_on::text as arg
         from stage_projects s join (
            select project_id, agreed_on, max(voided_at)::date as voided_on from project_facts where voided_at is not null
            group by project_id, agreed_on
         ) t on t.project_id = s.project_id and t.agreed_on is not distinct from s.agreed_on
         where not s.found and not s.bad",
    ],
    checks: &[
        "select file, line, 'unit' as col, unit as value, 'unit-unknown' as key, '' as arg from stage_projects
         where unit is not null and unit_id is null",
        "select file, line, 'ends_on' as col, ends_on::text as value, 'ends-before-start' as key, starts_on::text as arg
         from stage_projects where ends_on < starts_on",
        "select s.file, s.line, 'agreed_on' as col, s.agreed_on::text as value, 'project-without-beginning' as key,
                '' as arg
         from stage_projects s where s.agreed_on is not null
            and not exists (select from stage_projects b where b.code = s.code and b.agreed_on is null)
            and not exists (select from project_facts f where f.project_id = s.project_id and f.agreed_on is null
                and f.voided_at is null)",
        // What the row does not say would no longer hold from its day on.
        "select file, line, 'agreed_on' as col, agreed_on::text as value, 'says-too-little' as key, 'countries' as arg
         from stage_projects where agreed_on is not null and not found and (given & 64) = 0",
    ],
    audit: Some((
        "projects",
        "select p.id as entity_id,
                case when s.found then jsonb_build_object('title', p.title, 'status', p.status) end as before,
                jsonb_build_object('title', s.title, 'status', s.status) as after
         from stage_projects s join projects p on p.id = s.project_id
         where s.agreed_on is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &["update projects p set title = s.title, status = s.status, version = version + 1 from stage_projects s
        where p.id = s.project_id and s.agreed_on is null
            and (s.label_diff <> '{}' or (not s.found and (p.title, p.status) is distinct from (s.title, s.status)))"],
    facts: &[FactStep {
        table: &PROJECT_FACTS,
        void: "select fact_id from stage_projects where fact_diff <> '{}'",
        record: "select code || coalesce(' ' || agreed_on, '') as key, fact_id as replaces, project_id, agreed_on,
                   unit_id, starts_on, ends_on, budget_usd, countries
            from stage_projects where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[
        "select file, line, 'budget_usd' as col, budget_usd::text as value, 'no-budget' as key, '' as arg
         from stage_projects where budget_usd = 0",
        "select s.file, s.line, label.col, label.said as value, 'label-of-first-row' as key, label.kept as arg
         from stage_projects s join projects p on p.id = s.project_id cross join lateral (values
            ('title', s.title, p.title), ('status', s.status, p.status)
         ) as label (col, said, kept)
         where s.agreed_on is not null and label.said is not null and label.said is distinct from label.kept",
    ],
    touched: None,
    touched_reports: None,
};
