//! `pledges`: promises, their amendments, and what happened to them.

use super::schedules::unequal_schedules;
use crate::facts::tables::{CONDITION_EVENTS, INSTALMENTS, PLEDGE_EVENTS, PLEDGE_TERMS};
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How pledges are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Pledges,
    stage: "stage_pledges",
    columns: &[
        required("ref", Cell::Code, Part::Key),
        required("donor", Cell::Code, Part::Fact),
        required("unit", Cell::Code, Part::Fact),
        required("fund", Cell::Code, Part::Fact),
        required("earmarking", Cell::OneOf(&["unearmarked", "soft", "earmarked", "tight"]), Part::Fact),
        required("currency", Cell::Currency, Part::Fact),
        required("amount", Cell::Positive, Part::Fact),
        required("pledged_on", Cell::Event, Part::Fact),
        optional("signed_on", Cell::Event, Part::Own),
        optional("due_on", Cell::Day, Part::Own),
        optional("title", Cell::Text, Part::Label),
        optional("agreement", Cell::Text, Part::Label),
        optional("donor_reference", Cell::Text, Part::Label),
        optional("subprogramme", Cell::Text, Part::Label),
        optional("project", Cell::Code, Part::Fact),
        optional("starts_on", Cell::Day, Part::Fact),
        optional("ends_on", Cell::Day, Part::Fact),
        optional("psc_percent", Cell::Percent, Part::Fact),
        optional("cancelled_on", Cell::Event, Part::Own),
        optional("written_off_on", Cell::Event, Part::Own),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "pledge_id bigint, donor_id bigint, unit_id bigint, fund_id bigint, single_id bigint, single_due_on date,
        signed_id bigint, cancelled_id bigint, written_off_id bigint, due_diff boolean not null default false",
    existing: "select p.ref, d.code as donor, u.code as unit, f.code as fund, t.earmarking, t.currency, t.amount,
               t.pledged_on, e.signed_on, null::date as due_on, p.title, p.agreement, p.donor_reference,
               p.subprogramme, t.project, t.starts_on, t.ends_on, t.psc_percent, e.cancelled_on, e.written_off_on,
               t.agreed_on, t.id as fact_id
        from known cross join pledge_terms t join pledges p on p.id = t.pledge_id join donors d on d.id = t.donor_id
        join units u on u.id = t.unit_id join funds f on f.id = t.fund_id
        left join lateral (
            select max(e.happened_on) filter (where e.event = 'signed') as signed_on,
                   max(e.happened_on) filter (where e.event = 'cancelled') as cancelled_on,
                   max(e.happened_on) filter (where e.event = 'written_off') as written_off_on
            from pledge_events e
            where e.pledge_id = t.pledge_id and e.amount is null and was_known(e.recorded_at, e.voided_at, known.at)
        ) e on t.agreed_on is null
        where was_known(t.recorded_at, t.voided_at, known.at)",
    existing_order: "p.ref, t.agreed_on nulls first",
    existing_extra: &[],
    identities: &["insert into pledges (ref, title, agreement, donor_reference, subprogramme)
        select distinct on (ref) ref, title, agreement, donor_reference, subprogramme from stage_pledges
        where ref is not null order by ref, agreed_on nulls first on conflict (ref) do nothing"],
    resolve: &["update stage_pledges s set pledge_id = r.pledge_id, donor_id = r.donor_id, unit_id = r.unit_id,
            fund_id = r.fund_id
        from (select t.ctid as at, p.id as pledge_id, d.id as donor_id, u.id as unit_id, f.id as fund_id
              from stage_pledges t left join pledges p on p.ref = t.ref left join donors d on d.code = t.donor
              left join units u on u.code = t.unit left join funds f on f.code = t.fund) r
        where s.ctid = r.at"],
    compare: &[
        // What has happened to the pledge is told on its first row; on an amendment's an empty cell says nothing.
        "update stage_pledges s set signed_id = e.signed_id, cancelled_id = e.cancelled_id,
            written_off_id = e.written_off_id,
            event_fill = array_remove(array[
                case when s.signed_on is not null and e.signed_on is null then 'signed_on' end,
                case when s.cancelled_on is not null and e.cancelled_on is null then 'cancelled_on' end,
                case when s.written_off_on is not null and e.written_off_on is null then 'written_off_on' end], null),
            event_diff = array_remove(array[
                case when s.signed_on <> e.signed_on
                    or (s.signed_on is null and e.signed_on is not null and s.agreed_on is null and (s.given & 256) <> 0)
                    then 'signed_on' end,
                case when s.cancelled_on <> e.cancelled_on
                    or (s.cancelled_on is null and e.cancelled_on is not null and s.agreed_on is null
                        and (s.given & 262144) <> 0) then 'cancelled_on' end,
                case when s.written_off_on <> e.written_off_on
                    or (s.written_off_on is null and e.written_off_on is not null and s.agreed_on is null
                        and (s.given & 524288) <> 0) then 'written_off_on' end], null)
         from (
            select p.id,
                   max(e.id) filter (where e.event = 'signed') as signed_id,
                   max(e.happened_on) filter (where e.event = 'signed') as signed_on,
                   max(e.id) filter (where e.event = 'cancelled') as cancelled_id,
                   max(e.happened_on) filter (where e.event = 'cancelled') as cancelled_on,
                   max(e.id) filter (where e.event = 'written_off') as written_off_id,
                   max(e.happened_on) filter (where e.event = 'written_off') as written_off_on
            from (select distinct pledge_id as id from stage_pledges) p
            left join pledge_events e on e.pledge_id = p.id and e.amount is null and e.voided_at is null
            group by p.id
         ) e where e.id = s.pledge_id",
        // `due_on` stands for a schedule of one instalment; empty, it says nothing.
        "update stage_pledges s set single_id = i.id, fact_diff = s.fact_diff || case
                when i.due_on is distinct from s.due_on or i.amount is distinct from s.amount or i.many
                then array['due_on'] else '{}' end,
            old = s.old || jsonb_build_object('due_on', i.due_on)
         from (select pledge_id, agreed_on, min(id) as id, min(due_on) as due_on, sum(amount) as amount,
                      count(*) > 1 or bool_or(number <> 1 or condition is not null) as many
               from instalments where voided_at is null group by pledge_id, agreed_on) i
         where s.due_on is not null and s.found and i.pledge_id = s.pledge_id
            and i.agreed_on is not distinct from s.agreed_on",
        "update stage_pledges s set fact_diff = s.fact_diff || array['due_on'] where s.due_on is not null and s.found
            and not exists (select from instalments i where i.pledge_id = s.pledge_id and i.voided_at is null
                and i.agreed_on is not distinct from s.agreed_on)",
    ],
    unless_corrected: &[
        "select s.file, s.line, 'ref' as col, s.ref as value, 'taken-out' as key, t.voided_on::text as arg
         from stage_pledges s join (
            select pledge_id, agreed_on, max(voided_at)::date as voided_on from pledge_terms where voided_at is not null
            group by pledge_id, agreed_on
         ) t on t.pledge_id = s.pledge_id and t.agreed_on is not distinct from s.agreed_on
         where not s.found and not s.bad",
    ],
    checks: &[
        "select file, line, 'donor' as col, donor as value, 'donor-unknown' as key, '' as arg from stage_pledges
         where donor is not null and donor_id is null",
        "select file, line, 'unit' as col, unit as value, 'unit-unknown' as key, '' as arg from stage_pledges
         where unit is not null and unit_id is null",
        "select file, line, 'fund' as col, fund as value, 'fund-unknown' as key, '' as arg from stage_pledges
         where fund is not null and fund_id is null",
        "select s.file, s.line, 'agreed_on' as col, s.agreed_on::text as value, 'amendment-of-nothing' as key, '' as arg
         from stage_pledges s where s.agreed_on is not null
            and not exists (select from stage_pledges b where b.ref = s.ref and b.agreed_on is null)
            and not exists (select from pledge_terms t where t.pledge_id = s.pledge_id and t.agreed_on is null
                and t.voided_at is null)",
        "select s.file, s.line, 'currency' as col, s.currency as value, 'currency-amended' as key, b.currency as arg
         from stage_pledges s join (
            select ref, currency from stage_pledges where agreed_on is null
            union
            select p.ref, t.currency from pledge_terms t join pledges p on p.id = t.pledge_id
            where t.agreed_on is null and t.voided_at is null
                and not exists (select from stage_pledges b where b.ref = p.ref and b.agreed_on is null)
         ) b on b.ref = s.ref where s.agreed_on is not null and s.currency <> b.currency",
        "select s.file, s.line, 'signed_on' as col, s.signed_on::text as value, 'events-disagree' as key, '' as arg
         from stage_pledges s join stage_pledges b on b.ref = s.ref and b.agreed_on is null
         where s.agreed_on is not null and (s.signed_on <> b.signed_on or s.cancelled_on <> b.cancelled_on
            or s.written_off_on <> b.written_off_on)",
    ],
    audit: Some((
        "pledges",
        "select p.id as entity_id,
                case when s.found then jsonb_build_object('title', p.title, 'agreement', p.agreement,
                    'donor_reference', p.donor_reference, 'subprogramme', p.subprogramme) end as before,
                jsonb_build_object('title', s.title, 'agreement', s.agreement,
                    'donor_reference', s.donor_reference, 'subprogramme', s.subprogramme) as after
         from stage_pledges s join pledges p on p.id = s.pledge_id
         where s.agreed_on is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &["update pledges p set title = s.title, agreement = s.agreement, donor_reference = s.donor_reference,
            subprogramme = s.subprogramme, version = version + 1
        from stage_pledges s where p.id = s.pledge_id and s.agreed_on is null and s.label_diff <> '{}'"],
    facts: &[
        FactStep {
            table: &PLEDGE_TERMS,
            void: "select fact_id from stage_pledges where array_remove(fact_diff, 'due_on') <> '{}'",
            record: "select ref || coalesce(' ' || agreed_on, '') as key, fact_id as replaces, pledge_id, agreed_on,
                       donor_id, unit_id, fund_id, earmarking, currency, amount, pledged_on, project, starts_on, ends_on,
                       psc_percent
                from stage_pledges where not found or array_remove(fact_diff, 'due_on') <> '{}'",
        },
        FactStep {
            table: &PLEDGE_EVENTS,
            void: "select case col when 'signed_on' then signed_id when 'cancelled_on' then cancelled_id
                     else written_off_id end
                from stage_pledges cross join lateral unnest(event_diff) as col",
            record: "select distinct on (s.pledge_id, v.event) s.ref || ' ' || v.event as key,
                       case when v.col = any(s.event_diff) then v.old_id end as replaces, s.pledge_id, v.event,
                       v.happened_on, null::integer as instalment_number, null::numeric as amount
                from stage_pledges s cross join lateral (values
                    ('signed_on', 'signed', s.signed_on, s.signed_id),
                    ('cancelled_on', 'cancelled', s.cancelled_on, s.cancelled_id),
                    ('written_off_on', 'written_off', s.written_off_on, s.written_off_id)
                ) as v (col, event, happened_on, old_id)
                where v.happened_on is not null and (v.col = any(s.event_fill) or v.col = any(s.event_diff))
                order by s.pledge_id, v.event, s.agreed_on nulls first",
        },
        FactStep {
            table: &INSTALMENTS,
            // A pledge that comes back brings its one instalment; what may have been left of its schedule goes.
            void: "select i.id from instalments i join stage_pledges s on s.pledge_id = i.pledge_id
                    and i.agreed_on is not distinct from s.agreed_on
                where i.voided_at is null and s.due_on is not null and (not s.found or 'due_on' = any(s.fact_diff))",
            record: "select ref || coalesce(' ' || agreed_on, '') || ' 1' as key, single_id as replaces, pledge_id,
                       agreed_on, 1 as number, due_on, amount, null::text as condition
                from stage_pledges where due_on is not null and (not found or 'due_on' = any(fact_diff))",
        },
        FactStep {
            table: &CONDITION_EVENTS,
            void: "select c.id from condition_events c join stage_pledges s on s.pledge_id = c.pledge_id
                    and c.agreed_on is not distinct from s.agreed_on
                where c.voided_at is null and s.due_on is not null and (not s.found or 'due_on' = any(s.fact_diff))",
            record: "select null::text as key, null::bigint as replaces, null::bigint as pledge_id, null::date as agreed_on,
                       null::integer as number, null::date as met_on where false",
        },
    ],
    final_checks: &[unequal_schedules!("stage_pledges", "schedule-does-not-add-up", "promised", "scheduled")],
    warnings: &[
        "select file, line, 'signed_on' as col, signed_on::text as value, 'signed-before-pledged' as key,
                pledged_on::text as arg
         from stage_pledges where signed_on < pledged_on",
        "select s.file, s.line, 'due_on' as col, s.due_on::text as value, 'due-before-signature' as key,
                e.happened_on::text as arg
         from stage_pledges s join pledge_events e on e.pledge_id = s.pledge_id and e.event = 'signed'
            and e.voided_at is null
         where s.due_on < e.happened_on",
        "select s.file, s.line, 'project' as col, s.project as value, 'project-not-known-yet' as key, '' as arg
         from stage_pledges s where s.project is not null and not exists (
            select from projects p join project_facts f on f.project_id = p.id and f.voided_at is null
            where p.code = s.project)",
        "select s.file, s.line, label.col, label.said as value, 'label-of-amendment' as key, label.kept as arg
         from stage_pledges s join pledges p on p.id = s.pledge_id cross join lateral (values
            ('title', s.title, p.title), ('agreement', s.agreement, p.agreement),
            ('donor_reference', s.donor_reference, p.donor_reference), ('subprogramme', s.subprogramme, p.subprogramme)
         ) as label (col, said, kept)
         where s.agreed_on is not null and label.said is not null and label.said is distinct from label.kept",
    ],
    touched: Some(
        "select distinct pledge_id from stage_pledges where not found or fact_diff || event_fill || event_diff <> '{}'",
    ),
    touched_reports: Some(
        "select distinct t.report_id from stage_pledges s join report_terms t on t.pledge_id = s.pledge_id
         where not s.found or s.fact_diff || s.event_fill || s.event_diff <> '{}'",
    ),
};
