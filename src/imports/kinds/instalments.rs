//! `instalments`: the schedule of a pledge; the rows of one `agreed_on` are the whole of it from that day.

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
        where was_known(i.recorded_at, i.voided_at, known.at) order by p.ref, i.agreed_on nulls first, i.number",
    existing_extra: &["condition_id"],
    identities: &[],
    resolve: &["update stage_instalments s set pledge_id = p.id from pledges p where p.ref = s.pledge"],
    compare: &[],
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
            // With a correction the rows of the file are the whole schedule: what is not among them goes.
            void: "select fact_id from stage_instalments where fact_diff <> '{}'
                union
                select i.id from instalments i
                where i.voided_at is null and (i.pledge_id, coalesce(i.agreed_on, '-infinity')) in (
                    select pledge_id, coalesce(agreed_on, '-infinity') from stage_instalments where fact_diff <> '{}')
                    and not exists (select from stage_instalments s where s.fact_id = i.id)",
            record: "select pledge || coalesce(' ' || agreed_on, '') || ' ' || number as key, fact_id as replaces,
                       pledge_id, agreed_on, number, due_on, amount, condition
                from stage_instalments where not found or fact_diff <> '{}'",
        },
        FactStep {
            table: &CONDITION_EVENTS,
            void: "select condition_id from stage_instalments where event_diff <> '{}'",
            record: "select pledge || coalesce(' ' || agreed_on, '') || ' ' || number || ' condition' as key,
                       case when event_diff <> '{}' then condition_id end as replaces, pledge_id, agreed_on, number,
                       condition_met_on as met_on
                from stage_instalments
                where condition_met_on is not null and (not found or event_fill <> '{}' or event_diff <> '{}')",
        },
    ],
    final_checks: &["select distinct on (s.file, s.line) s.file, s.line, 'amount' as col, schedule.total::text as value,
            'amount-is-not-the-sum' as key, amount.total::text as arg
        from stage_instalments s
        cross join lateral (
            select coalesce(agreed_on, '-infinity') as day from pledge_terms
            where pledge_id = s.pledge_id and voided_at is null
            union
            select coalesce(agreed_on, '-infinity') from instalments where pledge_id = s.pledge_id and voided_at is null
        ) point
        cross join lateral (
            select t.amount as total from pledge_terms t
            where t.pledge_id = s.pledge_id and t.voided_at is null and coalesce(t.agreed_on, '-infinity') <= point.day
            order by t.agreed_on desc nulls last limit 1
        ) amount
        cross join lateral (
            select sum(i.amount) as total from instalments i
            where i.pledge_id = s.pledge_id and i.voided_at is null and coalesce(i.agreed_on, '-infinity') = (
                select max(coalesce(l.agreed_on, '-infinity')) from instalments l
                where l.pledge_id = s.pledge_id and l.voided_at is null and coalesce(l.agreed_on, '-infinity') <= point.day)
        ) schedule
        where schedule.total <> amount.total"],
    warnings: &["select s.file, s.line, 'due_on' as col, s.due_on::text as value, 'due-before-signature' as key,
            e.happened_on::text as arg
        from stage_instalments s join pledge_events e on e.pledge_id = s.pledge_id and e.event = 'signed'
            and e.voided_at is null
        where s.due_on < e.happened_on"],
    touched: Some("select distinct pledge_id from stage_instalments"),
};
