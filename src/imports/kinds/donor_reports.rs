//! `donor-reports`: what we owe donors under a pledge, extensions of it, and what became of it.
//!
//! A row with `agreed_on` says what holds from that day: another due date is an extension, another unit a move. An
//! extension or a waiver counts once it is confirmed: what those who may confirm load is, unless the file says no.

use crate::facts::tables::{REPORT_CONFIRMATIONS, REPORT_DUE_DATES, REPORT_EVENTS, REPORT_TERMS};
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};
use crate::report_states::{KINDS, out_of_order};

/// How reports are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::DonorReports,
    stage: "stage_donor_reports",
    columns: &[
        required("ref", Cell::Code, Part::Key),
        required("pledge", Cell::Code, Part::Fact),
        required("unit", Cell::Code, Part::Fact),
        required("kind", Cell::OneOf(&KINDS), Part::Fact),
        optional("final", Cell::YesNo, Part::Fact),
        optional("period_from", Cell::Day, Part::Fact),
        optional("period_to", Cell::Day, Part::Fact),
        required("due_on", Cell::Day, Part::Fact),
        optional("submitted_on", Cell::Event, Part::Own),
        optional("returned_on", Cell::Event, Part::Own),
        optional("resubmitted_on", Cell::Event, Part::Own),
        optional("waived_on", Cell::Event, Part::Own),
        optional("title", Cell::Text, Part::Label),
        optional("agreed_on", Cell::Event, Part::Key),
        optional("responsible", Cell::Text, Part::Label),
        optional("letter", Cell::Text, Part::Own),
        optional("reason", Cell::Text, Part::Own),
        optional("confirmed", Cell::YesNo, Part::Own),
    ],
    extra: "report_id bigint, pledge_id bigint, unit_id bigint, responsible_id bigint, terms_id bigint, due_id bigint,
        sent_id bigint, returned_id bigint, resent_id bigint, waived_id bigint, moves boolean not null default true,
        extends boolean not null default true, confirms boolean not null default false,
        confirmation_id bigint, waiver_id bigint",
    existing: "select r.ref, p.ref as pledge, u.code as unit, t.kind, t.final, t.period_from, t.period_to, d.due_on,
               e.submitted_on, e.returned_on, e.resubmitted_on, e.waived_on, r.title, k.agreed_on,
               a.email as responsible, case when k.agreed_on is null then e.letter else d.letter end as letter,
               case when k.agreed_on is null then e.reason else d.reason end as reason,
               case when k.agreed_on is null then case when e.waived_on is not null then w.id is not null end
                    when d.agreed_on = k.agreed_on then c.id is not null end as confirmed,
               coalesce(case when t.in_force_from is not distinct from k.agreed_on then t.id end, d.id) as fact_id,
               case when t.in_force_from is not distinct from k.agreed_on then t.id end as terms_id,
               case when d.agreed_on is not distinct from k.agreed_on then d.id end as due_id,
               c.id as confirmation_id, w.id as waiver_id
        from known cross join (
            select f.report_id, f.in_force_from as agreed_on from known cross join report_terms f
            where was_known(f.recorded_at, f.voided_at, known.at)
            union
            select f.report_id, f.agreed_on from known cross join report_due_dates f
            where was_known(f.recorded_at, f.voided_at, known.at)
        ) k join donor_reports r on r.id = k.report_id left join accounts a on a.id = r.responsible_id
        cross join lateral (
            select f.* from report_terms f where f.report_id = k.report_id and was_known(f.recorded_at, f.voided_at, known.at)
                and (f.in_force_from is null or f.in_force_from <= k.agreed_on)
            order by f.in_force_from desc nulls last limit 1
        ) t
        cross join lateral (
            select f.* from report_due_dates f where f.report_id = k.report_id and was_known(f.recorded_at, f.voided_at, known.at)
                and (f.agreed_on is null or f.agreed_on <= k.agreed_on)
            order by f.agreed_on desc nulls last limit 1
        ) d
        join pledges p on p.id = t.pledge_id join units u on u.id = t.unit_id
        left join lateral (
            select max(f.happened_on) filter (where f.event = 'sent' and f.round = 1) as submitted_on,
                   max(f.happened_on) filter (where f.event = 'returned' and f.round = 1) as returned_on,
                   max(f.happened_on) filter (where f.event = 'sent' and f.round = 2) as resubmitted_on,
                   max(f.happened_on) filter (where f.event = 'waived') as waived_on,
                   max(f.letter) filter (where f.event = 'waived') as letter,
                   max(f.reason) filter (where f.event = 'waived') as reason
            from report_events f where f.report_id = k.report_id and was_known(f.recorded_at, f.voided_at, known.at)
        ) e on k.agreed_on is null
        left join report_confirmations c on c.report_id = k.report_id and c.what = 'extension'
            and c.agreed_on = k.agreed_on and was_known(c.recorded_at, c.voided_at, known.at)
        left join report_confirmations w on w.report_id = k.report_id and w.what = 'waiver'
            and w.agreed_on = e.waived_on and was_known(w.recorded_at, w.voided_at, known.at)",
    existing_order: "r.ref, k.agreed_on nulls first",
    existing_extra: &["terms_id", "due_id", "confirmation_id", "waiver_id"],
    identities: &["insert into donor_reports (ref, title, responsible_id)
        select distinct on (s.ref) s.ref, s.title, a.id from stage_donor_reports s
        left join accounts a on lower(a.email) = lower(s.responsible)
        where s.ref is not null order by s.ref, s.agreed_on nulls first on conflict (ref) do nothing"],
    resolve: &["update stage_donor_reports s set report_id = r.report_id, pledge_id = r.pledge_id, unit_id = r.unit_id,
            responsible_id = r.responsible_id
        from (select t.ctid as at, o.id as report_id, p.id as pledge_id, u.id as unit_id, a.id as responsible_id
              from stage_donor_reports t left join donor_reports o on o.ref = t.ref
              left join pledges p on p.ref = t.pledge left join units u on u.code = t.unit
              left join accounts a on lower(a.email) = lower(t.responsible)) r
        where s.ctid = r.at"],
    compare: &[
        // What became of a report is told on any of its rows; empty, only its first row says that nothing did.
        "update stage_donor_reports s set sent_id = e.sent_id, returned_id = e.returned_id, resent_id = e.resent_id,
            waived_id = e.waived_id,
            event_fill = array_remove(array[
                case when s.submitted_on is not null and e.sent_on is null then 'submitted_on' end,
                case when s.returned_on is not null and e.returned_on is null then 'returned_on' end,
                case when s.resubmitted_on is not null and e.resent_on is null then 'resubmitted_on' end,
                case when s.waived_on is not null and e.waived_on is null then 'waived_on' end], null),
            event_diff = array_remove(array[
                case when s.submitted_on <> e.sent_on or (s.submitted_on is null and e.sent_on is not null
                    and s.agreed_on is null and (s.given & 256) <> 0) then 'submitted_on' end,
                case when s.returned_on <> e.returned_on or (s.returned_on is null and e.returned_on is not null
                    and s.agreed_on is null and (s.given & 512) <> 0) then 'returned_on' end,
                case when s.resubmitted_on <> e.resent_on or (s.resubmitted_on is null and e.resent_on is not null
                    and s.agreed_on is null and (s.given & 1024) <> 0) then 'resubmitted_on' end,
                case when s.waived_on <> e.waived_on or (s.waived_on is null and e.waived_on is not null
                    and s.agreed_on is null and (s.given & 2048) <> 0) then 'waived_on' end], null)
         from (
            select r.id,
                   max(e.id) filter (where e.event = 'sent' and e.round = 1) as sent_id,
                   max(e.happened_on) filter (where e.event = 'sent' and e.round = 1) as sent_on,
                   max(e.id) filter (where e.event = 'returned' and e.round = 1) as returned_id,
                   max(e.happened_on) filter (where e.event = 'returned' and e.round = 1) as returned_on,
                   max(e.id) filter (where e.event = 'sent' and e.round = 2) as resent_id,
                   max(e.happened_on) filter (where e.event = 'sent' and e.round = 2) as resent_on,
                   max(e.id) filter (where e.event = 'waived') as waived_id,
                   max(e.happened_on) filter (where e.event = 'waived') as waived_on
            from (select distinct report_id as id from stage_donor_reports) r
            left join report_events e on e.report_id = r.id and e.voided_at is null
            group by r.id
         ) e where e.id = s.report_id",
        // The letter and reason of an extension, or of the waiver where the row is the first.
        "update stage_donor_reports s set fact_diff = s.fact_diff || array_remove(array[
                case when (s.given & 32768) <> 0 and s.letter is distinct from s.old ->> 'letter' then 'letter' end,
                case when (s.given & 65536) <> 0 and s.reason is distinct from s.old ->> 'reason' then 'reason' end], null)
         where s.found and (s.waived_id is not null or (s.agreed_on is not null and s.due_id is not null))
            and not 'waived_on' = any(s.event_fill || s.event_diff)",
        "update stage_donor_reports s set
            letter = case when (s.given & 32768) <> 0 then s.letter else coalesce(s.letter, s.old ->> 'letter') end,
            reason = case when (s.given & 65536) <> 0 then s.reason else coalesce(s.reason, s.old ->> 'reason') end,
            confirms = coalesce(s.confirmed, current_setting('dis.confirms', true) = 'on')",
        // A row from a day on moves the report where its terms are not those before; it extends it where its due date is
        // not, or where it says nothing else.
        "update stage_donor_reports s set moves = b.moves, extends = b.later or not b.moves, final = b.final,
            period_from = b.period_from, period_to = b.period_to
         from (
            select s.ctid as at, coalesce(s.final, t.final) as final, coalesce(s.period_from, t.period_from) as period_from,
                   coalesce(s.period_to, t.period_to) as period_to,
                   (t.pledge_id, t.unit_id, t.kind, t.final, t.period_from, t.period_to)
                    is distinct from (s.pledge_id, s.unit_id, s.kind, coalesce(s.final, t.final),
                        coalesce(s.period_from, t.period_from), coalesce(s.period_to, t.period_to)) as moves,
                   t.due_on is distinct from s.due_on as later
            from stage_donor_reports s left join lateral (
                select agreed_on, pledge_id, unit_id, kind, due_on,
                       -- Of a row that says nothing of these the one before it speaks, and the first row always does.
                       first_value(final) over past as final, first_value(period_from) over past as period_from,
                       first_value(period_to) over past as period_to
                from (
                    select o.agreed_on, o.pledge_id, o.unit_id, o.kind, o.final, o.period_from, o.period_to, o.due_on
                    from stage_donor_reports o where o.ref = s.ref and (o.agreed_on is null or o.agreed_on < s.agreed_on)
                    union all
                    select k.day, f.pledge_id, f.unit_id, f.kind, f.final, f.period_from, f.period_to, d.due_on
                    from (select in_force_from as day from report_terms where report_id = s.report_id and voided_at is null
                          union select agreed_on from report_due_dates where report_id = s.report_id and voided_at is null) k
                    cross join lateral (select * from report_terms f where f.report_id = s.report_id and f.voided_at is null
                        and (f.in_force_from is null or f.in_force_from <= k.day)
                        order by f.in_force_from desc nulls last limit 1) f
                    cross join lateral (select d.due_on from report_due_dates d where d.report_id = s.report_id
                        and d.voided_at is null and (d.agreed_on is null or d.agreed_on <= k.day)
                        order by d.agreed_on desc nulls last limit 1) d
                    where k.day is null or k.day < s.agreed_on
                ) before window past as (order by (final is null), agreed_on desc nulls last)
                order by agreed_on desc nulls last limit 1
            ) t on true
            where s.agreed_on is not null and not s.found
         ) b where s.ctid = b.at",
        // Confirmed now, or no longer.
        "update stage_donor_reports s set
            event_fill = s.event_fill || case when s.confirmed and s.confirmation_id is null and s.waiver_id is null
                and (s.due_id is not null and s.agreed_on is not null or s.waived_id is not null and s.agreed_on is null)
                then array['confirmed'] else '{}' end,
            event_diff = s.event_diff || case when not s.confirmed and coalesce(s.confirmation_id, s.waiver_id) is not null
                then array['confirmed'] else '{}' end
         where s.found",
    ],
    unless_corrected: &[
        "select s.file, s.line, 'ref' as col, s.ref as value, 'taken-out' as key, t.voided_on::text as arg
         from stage_donor_reports s join (
            select report_id, in_force_from, max(voided_at)::date as voided_on from report_terms
            where voided_at is not null group by report_id, in_force_from
         ) t on t.report_id = s.report_id and t.in_force_from is not distinct from s.agreed_on
         where not s.found and not s.bad",
    ],
    checks: &[
        "select file, line, 'pledge' as col, pledge as value, 'pledge-unknown' as key, '' as arg
         from stage_donor_reports where pledge is not null and pledge_id is null",
        "select s.file, s.line, 'pledge' as col, s.pledge as value, 'pledge-unknown' as key, '' as arg
         from stage_donor_reports s where s.pledge_id is not null and not exists (select from pledge_terms t
            where t.pledge_id = s.pledge_id and t.agreed_on is null and t.voided_at is null)",
        "select file, line, 'unit' as col, unit as value, 'unit-unknown' as key, '' as arg
         from stage_donor_reports where unit is not null and unit_id is null",
        "select file, line, 'responsible' as col, responsible as value, 'account-unknown' as key, '' as arg
         from stage_donor_reports where (given & 16384) <> 0 and responsible is not null and responsible_id is null",
        "select file, line, 'period_to' as col, period_to::text as value, 'period-backwards' as key, period_from::text as arg
         from stage_donor_reports where period_to < period_from",
        "select s.file, s.line, 'agreed_on' as col, s.agreed_on::text as value, 'extension-of-nothing' as key, '' as arg
         from stage_donor_reports s where s.agreed_on is not null
            and not exists (select from stage_donor_reports b where b.ref = s.ref and b.agreed_on is null)
            and not exists (select from report_terms t where t.report_id = s.report_id and t.in_force_from is null
                and t.voided_at is null)",
        "select file, line, 'submitted_on' as col, submitted_on::text as value, 'submitted-before-period' as key,
                period_from::text as arg
         from stage_donor_reports where submitted_on < period_from",
        "select s.file, s.line, 'submitted_on' as col, s.submitted_on::text as value, 'report-events-disagree' as key, '' as arg
         from stage_donor_reports s join stage_donor_reports b on b.ref = s.ref and b.agreed_on is null
         where s.agreed_on is not null and (s.submitted_on <> b.submitted_on or s.returned_on <> b.returned_on
            or s.resubmitted_on <> b.resubmitted_on or s.waived_on <> b.waived_on)",
        // What the file says, on whichever row, over what is there.
        "select s.file, s.line, wrong.col, wrong.value, wrong.key, wrong.arg
         from (
            select o.file, o.line, o.returned_on, o.resubmitted_on, o.sent_id, o.returned_id,
                   max(o.submitted_on) over same as said_sent_on, max(o.returned_on) over same as said_returned_on
            from stage_donor_reports o window same as (partition by o.ref)
         ) s cross join lateral (
            select coalesce(s.said_sent_on,
                        (select e.happened_on from report_events e where e.id = s.sent_id)) as sent_on,
                   coalesce(s.said_returned_on,
                        (select e.happened_on from report_events e where e.id = s.returned_id)) as returned_on
         ) said cross join lateral (values
            ('returned_on', s.returned_on::text, 'returned-unsent', '',
                s.returned_on is not null and said.sent_on is null),
            ('returned_on', s.returned_on::text, 'returned-before-sent', said.sent_on::text, s.returned_on < said.sent_on),
            ('resubmitted_on', s.resubmitted_on::text, 'resent-unreturned', '',
                s.resubmitted_on is not null and said.returned_on is null),
            ('resubmitted_on', s.resubmitted_on::text, 'resent-before-returned', said.returned_on::text,
                s.resubmitted_on < said.returned_on)
         ) as wrong (col, value, key, arg, is_wrong)
         where (s.returned_on is not null or s.resubmitted_on is not null) and wrong.is_wrong",
        "select file, line, 'confirmed' as col, 'yes' as value, 'confirmed-by-others' as key, '' as arg
         from stage_donor_reports
         where confirmed and current_setting('dis.confirms', true) is distinct from 'on'
            and confirmation_id is null and waiver_id is null",
        "select s.file, s.line, 'unit' as col, s.unit as value, 'unit-of-others' as key, '' as arg
         from stage_donor_reports s where s.unit_id is not null and current_setting('dis.keeps', true) = 'own'
            and (s.unit_id::text <> all (string_to_array(current_setting('dis.units', true), ',')) or exists (
                select from report_terms t where t.report_id = s.report_id and t.voided_at is null
                    and t.unit_id::text <> all (string_to_array(current_setting('dis.units', true), ','))
                    and not exists (select from report_terms l where l.report_id = t.report_id and l.voided_at is null
                        and l.in_force_from > coalesce(t.in_force_from, '-infinity'))))",
    ],
    audit: Some((
        "donor_reports",
        "select r.id as entity_id,
                case when s.found then jsonb_build_object('title', r.title, 'responsible', a.email) end as before,
                jsonb_build_object('title', s.title, 'responsible', s.responsible) as after
         from stage_donor_reports s join donor_reports r on r.id = s.report_id
         left join accounts a on a.id = r.responsible_id
         where s.agreed_on is null and (not s.found or s.label_diff <> '{}')",
    )),
    edit: &["update donor_reports r set title = s.title, responsible_id = s.responsible_id, version = version + 1
        from stage_donor_reports s where r.id = s.report_id and s.agreed_on is null and s.label_diff <> '{}'"],
    facts: &[
        FactStep {
            table: &REPORT_TERMS,
            void: "select terms_id from stage_donor_reports
                where fact_diff && '{pledge,unit,kind,final,period_from,period_to}'::text[]",
            record: "select ref || coalesce(' ' || agreed_on, '') as key, terms_id as replaces, report_id,
                       agreed_on as in_force_from, pledge_id, unit_id, kind, final, period_from, period_to
                from stage_donor_reports
                where (not found and moves) or fact_diff && '{pledge,unit,kind,final,period_from,period_to}'::text[]",
        },
        FactStep {
            table: &REPORT_DUE_DATES,
            void: "select due_id from stage_donor_reports where 'due_on' = any(fact_diff)
                    or (agreed_on is not null and fact_diff && '{letter,reason}'::text[])",
            record: "select ref || coalesce(' ' || agreed_on, '') || ' due' as key, due_id as replaces, report_id, agreed_on,
                       due_on, case when agreed_on is not null then letter end as letter,
                       case when agreed_on is not null then reason end as reason
                from stage_donor_reports
                where (not found and extends) or 'due_on' = any(fact_diff)
                    or (agreed_on is not null and fact_diff && '{letter,reason}'::text[])",
        },
        FactStep {
            table: &REPORT_EVENTS,
            void: "select case col when 'submitted_on' then sent_id when 'returned_on' then returned_id
                     when 'resubmitted_on' then resent_id when 'waived_on' then waived_id end
                from stage_donor_reports cross join lateral unnest(event_diff) as col
                union
                select waived_id from stage_donor_reports where agreed_on is null and fact_diff && '{letter,reason}'::text[]",
            record: "select distinct on (s.report_id, v.event, v.round)
                       s.ref || ' ' || v.event || case when v.round > 1 then ' ' || v.round else '' end as key,
                       case when v.col = any(s.event_diff || s.fact_diff) then v.old_id end as replaces, s.report_id, v.event,
                       v.round, v.happened_on, null::text as cause,
                       case when v.event = 'waived' and s.agreed_on is null then s.letter end as letter,
                       case when v.event = 'waived' and s.agreed_on is null then s.reason end as reason
                from stage_donor_reports s cross join lateral (values
                    ('submitted_on', 'sent', 1, s.submitted_on, s.sent_id),
                    ('returned_on', 'returned', 1, s.returned_on, s.returned_id),
                    ('resubmitted_on', 'sent', 2, s.resubmitted_on, s.resent_id),
                    ('waived_on', 'waived', 1, s.waived_on, s.waived_id)
                ) as v (col, event, round, happened_on, old_id)
                where v.happened_on is not null and (v.col = any(s.event_fill || s.event_diff)
                    or (v.event = 'waived' and s.agreed_on is null and s.fact_diff && '{letter,reason}'::text[]))
                order by s.report_id, v.event, v.round, s.agreed_on nulls first",
        },
        FactStep {
            table: &REPORT_CONFIRMATIONS,
            void: "select coalesce(confirmation_id, waiver_id) from stage_donor_reports where 'confirmed' = any(event_diff)
                union
                select c.id from stage_donor_reports s join report_confirmations c on c.report_id = s.report_id
                    and c.what = 'waiver' and c.voided_at is null
                where 'waived_on' = any(s.event_diff)",
            record: "select ref || ' ' || what || ' ' || day as key, null::bigint as replaces, report_id, what,
                       day as agreed_on
                from (
                    select ref, report_id, 'extension' as what, agreed_on as day from stage_donor_reports
                    where agreed_on is not null and confirms and confirmation_id is null
                        and ((not found and extends) or 'confirmed' = any(event_fill)
                            or (due_id is null and 'due_on' = any(fact_diff)))
                    union
                    select ref, report_id, 'waiver', waived_on from stage_donor_reports
                    where waived_on is not null and confirms
                        and (event_fill || event_diff && '{waived_on}'::text[]
                            or (agreed_on is null and 'confirmed' = any(event_fill)))
                ) confirmed",
        },
    ],
    final_checks: &[concat!(
        "select distinct on (s.file, s.line, o.key) s.file, s.line,
                case o.event || o.round when 'sent1' then 'submitted_on' when 'returned1' then 'returned_on'
                    when 'sent2' then 'resubmitted_on' else 'ref' end as col,
                o.happened_on::text as value, o.key, o.arg::text as arg
         from stage_donor_reports s join (",
        out_of_order!("select report_id from stage_donor_reports"),
        ") o on o.report_id = s.report_id where not s.found or s.event_fill || s.event_diff <> '{}'"
    )],
    warnings: &[
        "select s.file, s.line, 'due_on' as col, s.due_on::text as value, 'due-before-signature' as key,
                e.happened_on::text as arg
         from stage_donor_reports s join pledge_events e on e.pledge_id = s.pledge_id and e.event = 'signed'
            and e.voided_at is null
         where s.due_on < e.happened_on",
        "select s.file, s.line, 'due_on' as col, s.due_on::text as value, 'final-before-end' as key, t.ends_on::text as arg
         from stage_donor_reports s cross join lateral (
            select t.ends_on from pledge_terms t where t.pledge_id = s.pledge_id and t.voided_at is null
            order by t.agreed_on desc nulls last limit 1
         ) t where s.final and s.due_on < t.ends_on",
    ],
    touched: None,
    touched_reports: Some(
        "select distinct report_id from stage_donor_reports where not found or fact_diff || event_fill || event_diff <> '{}'",
    ),
};
