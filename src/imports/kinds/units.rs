//! `units`: the tree of divisions, offices and sections.

use crate::facts::tables::UNIT_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How units are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Units,
    stage: "stage_units",
    columns: &[
        required("code", Cell::Code, Part::Key),
        required("name", Cell::Text, Part::Label),
        required(
            "kind",
            Cell::OneOf(&["division", "regional_office", "country_office", "liaison_office", "section"]),
            Part::Label,
        ),
        optional("parent", Cell::Code, Part::Fact),
    ],
    extra: "unit_id bigint, parent_id bigint",
    existing: "select u.code, u.name, u.kind, p.code as parent, f.id as fact_id
        from known cross join unit_facts f join units u on u.id = f.unit_id left join units p on p.id = f.parent_id
        where f.in_force_from is null and was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "u.code",
    existing_extra: &[],
    identities: &["insert into units (code, name, kind)
        select distinct on (code) code, coalesce(name, code), coalesce(kind, 'section') from stage_units
        where code is not null order by code on conflict (code) do nothing"],
    resolve: &["update stage_units s set unit_id = u.id,
            parent_id = (select p.id from units p where p.code = s.parent)
        from units u where u.code = s.code"],
    compare: &[],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'parent' as col, parent as value, 'unit-unknown' as key, '' as arg from stage_units
         where parent is not null and parent_id is null",
        "select file, line, 'parent' as col, parent as value, 'parent-itself' as key, '' as arg from stage_units
         where parent_id = unit_id",
    ],
    audit: Some((
        "units",
        "select u.id as entity_id,
                case when s.found then jsonb_build_object('name', u.name, 'kind', u.kind) end as before,
                jsonb_build_object('name', s.name, 'kind', s.kind) as after
         from stage_units s join units u on u.id = s.unit_id where not s.found or s.label_diff <> '{}'",
    )),
    edit: &["update units u set name = s.name, kind = s.kind, version = version + 1 from stage_units s
        where u.id = s.unit_id and s.label_diff <> '{}'"],
    facts: &[FactStep {
        table: &UNIT_FACTS,
        void: "select fact_id from stage_units where fact_diff <> '{}'",
        record: "select code as key, fact_id as replaces, unit_id, null::date as in_force_from, parent_id
            from stage_units where not found or fact_diff <> '{}'",
    }],
    final_checks: &["with recursive up as (
            select s.file, s.line, s.parent, s.unit_id as start, s.parent_id as at, 1 as steps from stage_units s
            where s.parent_id is not null
            union all
            select up.file, up.line, up.parent, up.start, f.parent_id, up.steps + 1
            from up join unit_facts f on f.unit_id = up.at and f.voided_at is null and f.in_force_from is null
            where f.parent_id is not null and up.at <> up.start and up.steps < 60
        )
        select distinct file, line, 'parent' as col, parent as value, 'parent-loop' as key, '' as arg from up
        where at = start"],
    warnings: &[],
    touched: None,
};
