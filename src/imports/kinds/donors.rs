//! `donors`: who gives, from the beginning and from days on.

use super::dated::{in_a_circle, label_not_used, says_too_little, taken_out, without_beginning};
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
        optional("aliases", Cell::Text, Part::Label),
        optional("in_force_from", Cell::Day, Part::Key),
    ],
    extra: "donor_id bigint, parent_id bigint, focal_point_id bigint, focal_points jsonb",
    // The focal point of a file is the one until further notice: who has an end is told on the donor's page only.
    existing: "select d.code, d.name, f.kind, f.country, f.member_state, p.code as parent, a.email as focal_point,
               case when f.in_force_from is null then aliases_told(d.id) end as aliases, f.in_force_from, f.id as fact_id
        from known cross join donor_facts f join donors d on d.id = f.donor_id left join donors p on p.id = f.parent_id
        left join donor_focal_points r on r.donor_id = d.id and r.to_on is null and f.in_force_from is null
        left join accounts a on a.id = r.account_id
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "d.code, f.in_force_from nulls first",
    existing_extra: &[],
    identities: &["insert into donors (code, name)
        select distinct on (code) code, coalesce(name, code) from stage_donors
        where code is not null order by code, in_force_from nulls first on conflict (code) do nothing"],
    resolve: &["update stage_donors s set donor_id = d.id,
            parent_id = (select p.id from donors p where p.code = s.parent),
            focal_point_id = (select a.id from accounts a where lower(a.email) = lower(s.focal_point)
                and a.role <> 'system'),
            aliases = (select string_agg(alias, '; ' order by nth) from (
                select distinct on (lower(btrim(one))) btrim(one) as alias, nth
                from string_to_table(s.aliases, ';') with ordinality as t (one, nth)
                where btrim(one) <> '' order by lower(btrim(one)), nth) named)
        from donors d where d.code = s.code"],
    // From today on, whoever the file names; who was there before was until yesterday.
    compare: &["update stage_donors s set focal_points = coalesce((
            select jsonb_agg(jsonb_build_object('who', who, 'from', from_on, 'to', to_on) order by from_on nulls first)
            from (
                select a.email as who, f.from_on, least(f.to_on, current_setting('dis.today')::date - 1) as to_on
                from donor_focal_points f join accounts a on a.id = f.account_id
                where f.donor_id = s.donor_id and coalesce(f.from_on < current_setting('dis.today')::date, true)
                union all
                select a.email, current_setting('dis.today')::date, null from accounts a where a.id = s.focal_point_id
            ) listed), '[]')
        where s.in_force_from is null and not s.bad
            and ('focal_point' = any(s.label_diff) or (not s.found and s.focal_point_id is not null))"],
    unless_corrected: &[taken_out!("stage_donors", "donor_facts", "donor_id")],
    checks: &[
        "select file, line, 'parent' as col, parent as value, 'donor-unknown' as key, '' as arg from stage_donors
         where parent is not null and parent_id is null",
        "select file, line, 'parent' as col, parent as value, 'parent-itself' as key, '' as arg from stage_donors
         where parent_id = donor_id",
        "select file, line, 'focal_point' as col, focal_point as value, 'account-unknown' as key, '' as arg
         from stage_donors where focal_point is not null and focal_point_id is null",
        "select s.file, s.line, 'aliases' as col, a.alias as value, 'alias-too-long' as key, '200' as arg
         from stage_donors s cross join lateral string_to_table(s.aliases, '; ') as a (alias)
         where length(a.alias) > 200",
        without_beginning!("stage_donors", "donor_facts", "donor_id"),
        says_too_little!("stage_donors", "country", "8"),
        says_too_little!("stage_donors", "parent", "32"),
    ],
    audit: Some((
        "donors",
        "select d.id as entity_id,
                case when s.found then jsonb_build_object('name', d.name, 'aliases', aliases_told(d.id))
                    || case when s.focal_points is null then '{}'
                       else jsonb_build_object('focal_points', focal_points_told(d.id)) end end as before,
                jsonb_build_object('name', s.name, 'aliases', s.aliases)
                    || case when s.focal_points is null then '{}'
                       else jsonb_build_object('focal_points', s.focal_points) end as after
         from stage_donors s join donors d on d.id = s.donor_id
         where s.in_force_from is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &[
        "update donors d set name = s.name, version = version + 1 from stage_donors s
         where d.id = s.donor_id and s.in_force_from is null
            and (s.label_diff <> '{}' or (not s.found and d.name <> s.name))",
        "select set_focal_points(donor_id, focal_points) from stage_donors where focal_points is not null",
        "select set_aliases(donor_id, aliases) from stage_donors where in_force_from is null
            and ('aliases' = any(label_diff) or (not found and aliases is not null))",
    ],
    facts: &[FactStep {
        table: &DONOR_FACTS,
        void: "select fact_id from stage_donors where fact_diff <> '{}'",
        record: "select code || coalesce(' ' || in_force_from, '') as key, fact_id as replaces, donor_id, in_force_from,
                   kind, country, member_state, parent_id
            from stage_donors where not found or fact_diff <> '{}'",
    }],
    final_checks: &[in_a_circle!("stage_donors", "donor_facts", "donor_id")],
    warnings: &[
        "select file, line, 'country' as col, '' as value, 'government-without-country' as key, '' as arg
         from stage_donors where kind = 'C01' and country is null",
        label_not_used!("stage_donors", "donors", "donor_id", "name"),
    ],
    touched: None,
    touched_reports: None,
};
