//! `donors`: who gives.

use crate::facts::tables::DONOR_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How donors are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Donors,
    stage: "stage_donors",
    columns: &[
        required("code", Cell::Code, Part::Key),
        required("name", Cell::Text, Part::Label),
        required(
            "kind",
            Cell::OneOf(&[
                "C01", "C02", "C03", "C04A", "C04B", "C04C", "C04D", "C04E", "C05", "C06", "C07", "C08A", "C08B",
            ]),
            Part::Fact,
        ),
        optional("country", Cell::Country, Part::Fact),
        optional("member_state", Cell::YesNo, Part::Fact),
        optional("parent", Cell::Code, Part::Fact),
        optional("focal_point", Cell::Text, Part::Label),
    ],
    extra: "donor_id bigint, parent_id bigint, focal_point_id bigint",
    existing: "select d.code, d.name, f.kind, f.country, f.member_state, p.code as parent, a.email as focal_point,
               f.id as fact_id
        from known cross join donor_facts f join donors d on d.id = f.donor_id left join donors p on p.id = f.parent_id
        left join accounts a on a.id = d.focal_point_id
        where f.in_force_from is null and was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "d.code",
    existing_extra: &[],
    identities: &["insert into donors (code, name, focal_point_id)
        select distinct on (s.code) s.code, coalesce(s.name, s.code), a.id
        from stage_donors s left join accounts a on lower(a.email) = lower(s.focal_point) and a.role <> 'system'
        where s.code is not null order by s.code on conflict (code) do nothing"],
    resolve: &["update stage_donors s set donor_id = d.id,
            parent_id = (select p.id from donors p where p.code = s.parent),
            focal_point_id = (select a.id from accounts a where lower(a.email) = lower(s.focal_point)
                and a.role <> 'system')
        from donors d where d.code = s.code"],
    compare: &[],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'parent' as col, parent as value, 'donor-unknown' as key, '' as arg from stage_donors
         where parent is not null and parent_id is null",
        "select file, line, 'parent' as col, parent as value, 'parent-itself' as key, '' as arg from stage_donors
         where parent_id = donor_id",
        "select file, line, 'focal_point' as col, focal_point as value, 'account-unknown' as key, '' as arg
         from stage_donors where focal_point is not null and focal_point_id is null",
    ],
    audit: Some((
        "donors",
        "select d.id as entity_id,
                case when s.found then jsonb_build_object('name', d.name, 'focal_point',
                    (select a.email from accounts a where a.id = d.focal_point_id)) end as before,
                jsonb_build_object('name', s.name, 'focal_point', s.focal_point) as after
         from stage_donors s join donors d on d.id = s.donor_id where not s.found or s.label_diff <> '{}'",
    )),
    edit: &["update donors d set name = s.name, focal_point_id = s.focal_point_id, version = version + 1
        from stage_donors s where d.id = s.donor_id and s.label_diff <> '{}'"],
    facts: &[FactStep {
        table: &DONOR_FACTS,
        void: "select fact_id from stage_donors where fact_diff <> '{}'",
        record: "select code as key, fact_id as replaces, donor_id, null::date as in_force_from, kind, country,
                   member_state, parent_id
            from stage_donors where not found or fact_diff <> '{}'",
    }],
    final_checks: &["with recursive up as (
            select s.file, s.line, s.parent, s.donor_id as start, s.parent_id as at, 1 as steps from stage_donors s
            where s.parent_id is not null
            union all
            select up.file, up.line, up.parent, up.start, f.parent_id, up.steps + 1
            from up join donor_facts f on f.donor_id = up.at and f.voided_at is null and f.in_force_from is null
            where f.parent_id is not null and up.at <> up.start and up.steps < 60
        )
        select distinct file, line, 'parent' as col, parent as value, 'parent-loop' as key, '' as arg from up
        where at = start"],
    warnings: &["select file, line, 'country' as col, '' as value, 'government-without-country' as key, '' as arg
        from stage_donors where kind = 'C01' and country is null"],
    touched: None,
};
