//! `instalments`: the schedule of a pledge; the rows of one `agreed_on` are the whole of it from that day.

use super::schedules::unequal_schedules;
use crate::facts::tables::{CONDITION_EVENTS, INSTALMENTS};
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How instalments are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Instalments,
    stage: "stage_instalments",
    columns: &[
        required("pledge", Cell::Code, Part::Key),
        required("number", Cell::Number, Part::Key),
        required("due_on", Cell::Day, Part::Fact),
        required("amount", Cell::Positive, Part::Fact),
        optional("condition", Cell::Text, Part::Fact),
        optional("condition_met_on", Cell::Event, Part::Event),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "pledge_id bigint, condition_id bigint",
    existing: "select p.ref as pledge, i.number, i.due_on, i.amount, i.condition, c.met_on as condition_met_on,
               i.agreed_on, i.id as fact_id, c.id as condition_id
        from known cross join instalments i join pledges p on p.id = i.pledge_id
        left join condition_events c on c.pledge_id = i.pledge_id and c.agreed_on is not distinct from i.agreed_on
            and c.number = i.number and was_known(c.recorded_at, c.voided_at, known.at)
        where was_known(i.recorded_at, i.voided_at, known.at)",
    existing_order: "p.ref, i.agreed_on nulls first, i.number",
    existing_extra: &["condition_id"],
    identities: &[],
    resolve: &["update stage_instalments s set pledge_id = p.id from pledges p where p.ref = s.pledge"],
    // The rows of the file are the whole schedule: its first row notes which of the instalments there are it leaves out.
    compare: &["update stage_instalments s set left_out = gone.ids from (
            select head.file, head.line, array_agg(i.id order by i.number) as ids
            from (select distinct on (pledge_id, agreed_on) pledge_id, agreed_on, file, line from stage_instalments
                  where pledge_id is not null order by pledge_id, agreed_on, file, line) head
            join instalments i on i.pledge_id = head.pledge_id and i.agreed_on is not distinct from head.agreed_on
                and i.voided_at is null
            where not exists (select from stage_instalments same where same.fact_id = i.id)
                and not exists (select from stage_instalments where bad and pledge_id is null)
                and head.pledge_id not in (select pledge_id from stage_instalments where bad and pledge_id is not null)
            group by head.file, head.line
        ) gone where s.file = gone.file and s.line = gone.line"],
    unless_corrected: &[
        "select s.file, s.line, 'number' as col, i.number::text as value, 'instalment-left-out' as key, s.pledge as arg
         from stage_instalments s cross join lateral unnest(s.left_out) as gone (id) join instalments i on i.id = gone.id",
    ],
    checks: &[
        "select file, line, 'pledge' as col, pledge as value, 'pledge-unknown' as key, '' as arg from stage_instalments
         where pledge is not null and pledge_id is null",
        "select file, line, 'condition_met_on' as col, condition_met_on::text as value, 'met-without-condition' as key,
                '' as arg
         from stage_instalments where condition_met_on is not null and condition is null",
    ],
    audit: None,
    edit: &[],
    facts: &[
        FactStep {
            table: &INSTALMENTS,
            void: "select fact_id from stage_instalments where fact_diff <> '{}'
                union select unnest(left_out) from stage_instalments",
            record: "select pledge || coalesce(' ' || agreed_on, '') || ' ' || number as key, fact_id as replaces,
                       pledge_id, agreed_on, number, due_on, amount, condition
                from stage_instalments where not found or fact_diff <> '{}'",
        },
        FactStep {
            table: &CONDITION_EVENTS,
            void: "select condition_id from stage_instalments where event_diff <> '{}'
                union
                select c.id from stage_instalments s cross join lateral unnest(s.left_out) as gone (id)
                join instalments i on i.id = gone.id
                join condition_events c on c.pledge_id = i.pledge_id and c.number = i.number
                    and c.agreed_on is not distinct from i.agreed_on",
            record: "select pledge || coalesce(' ' || agreed_on, '') || ' ' || number || ' condition' as key,
                       case when event_diff <> '{}' then condition_id end as replaces, pledge_id, agreed_on, number,
                       condition_met_on as met_on
                from stage_instalments
                where condition_met_on is not null and (not found or event_fill <> '{}' or event_diff <> '{}')",
        },
    ],
    final_checks: &[unequal_schedules!("stage_instalments", "amount-is-not-the-sum", "scheduled", "promised")],
    warnings: &["select s.file, s.line, 'due_on' as col, s.due_on::text as value, 'due-before-signature' as key,
            e.happened_on::text as arg
        from stage_instalments s join pledge_events e on e.pledge_id = s.pledge_id and e.event = 'signed'
            and e.voided_at is null
        where s.due_on < e.happened_on"],
    touched: Some(
        "select distinct pledge_id from stage_instalments
         where not found or left_out <> '{}' or fact_diff || event_fill || event_diff <> '{}'",
    ),
    touched_reports: None,
};
