//! `units`: the tree of divisions, offices and sections, from the beginning and from days on.

use super::dated::{in_a_circle, label_not_used, says_too_little, taken_out, without_beginning};
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
        optional("in_force_from", Cell::Day, Part::Key),
    ],
    extra: "unit_id bigint, parent_id bigint",
    existing: "select u.code, u.name, u.kind, p.code as parent, f.in_force_from, f.id as fact_id
        from known cross join unit_facts f join units u on u.id = f.unit_id left join units p on p.id = f.parent_id
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "u.code, f.in_force_from nulls first",
    existing_extra: &[],
    identities: &["insert into units (code, name, kind)
        select distinct on (code) code, coalesce(name, code), coalesce(kind, 'section') from stage_units
        where code is not null order by code, in_force_from nulls first on conflict (code) do nothing"],
    resolve: &["update stage_units s set unit_id = u.id,
            parent_id = (select p.id from units p where p.code = s.parent)
        from units u where u.code = s.code"],
    compare: &[],
    unless_corrected: &[taken_out!("stage_units", "unit_facts", "unit_id")],
    checks: &[
        "select file, line, 'parent' as col, parent as value, 'unit-unknown' as key, '' as arg from stage_units
         where parent is not null and parent_id is null",
        "select file, line, 'parent' as col, parent as value, 'parent-itself' as key, '' as arg from stage_units
         where parent_id = unit_id",
        without_beginning!("stage_units", "unit_facts", "unit_id"),
        says_too_little!("stage_units", "parent", "8"),
    ],
    audit: Some((
        "units",
        "select u.id as entity_id,
                case when s.found then jsonb_build_object('name', u.name, 'kind', u.kind) end as before,
                jsonb_build_object('name', s.name, 'kind', s.kind) as after
         from stage_units s join units u on u.id = s.unit_id
         where s.in_force_from is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &["update units u set name = s.name, kind = s.kind, version = version + 1 from stage_units s
        where u.id = s.unit_id and s.in_force_from is null
            and (s.label_diff <> '{}' or (not s.found and (u.name, u.kind) <> (s.name, s.kind)))"],
    facts: &[FactStep {
        table: &UNIT_FACTS,
        void: "select fact_id from stage_units where fact_diff <> '{}'",
        record: "select code || coalesce(' ' || in_force_from, '') as key, fact_id as replaces, unit_id, in_force_from,
                   parent_id
            from stage_units where not found or fact_diff <> '{}'",
    }],
    final_checks: &[in_a_circle!("stage_units", "unit_facts", "unit_id")],
    warnings: &[
        label_not_used!("stage_units", "units", "unit_id", "name"),
        label_not_used!("stage_units", "units", "unit_id", "kind"),
    ],
    touched: None,
    touched_reports: None,
};
