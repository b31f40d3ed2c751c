//! In which order the steps of a report come: nothing is returned or accepted that was not sent, another round begins
//! with a return, and what was cleared was cleared before it was sent. Steps may be left out.

/// The query for events out of order: `report_id, event, round, happened_on, key, arg`; `key` is the last part of the
/// key of a sentence (`import-…`), `arg` the day it needs. Of the reports a query of ours gives.
macro_rules! out_of_order {
    ($reports:expr) => {
        concat!(
            "select e.report_id, e.event, e.round, e.happened_on, wrong.key, wrong.arg
             from report_events e
             cross join lateral (
                select max(o.happened_on) filter (where o.round = e.round and o.event = 'drafted') as drafted_on,
                       max(o.happened_on) filter (where o.round = e.round
                            and o.event in ('drafted', 'division_cleared')) as cleared_on,
                       max(o.happened_on) filter (where o.round = e.round
                            and o.event in ('drafted', 'division_cleared', 'finance_cleared')) as ready_on,
                       max(o.happened_on) filter (where o.round = e.round and o.event = 'sent') as sent_on,
                       max(o.happened_on) filter (where o.round = e.round and o.event = 'returned') as returned_on,
                       max(o.happened_on) filter (where o.round = e.round - 1 and o.event = 'returned') as before_on
                from report_events o where o.report_id = e.report_id and o.voided_at is null
             ) s
             cross join lateral (values
                ('resent-unreturned', null, e.round > 1 and s.before_on is null),
                ('resent-before-returned', s.before_on, e.round > 1 and e.happened_on < s.before_on),
                ('returned-unsent', null, e.event = 'returned' and s.sent_on is null),
                ('returned-before-sent', s.sent_on, e.event = 'returned' and e.happened_on < s.sent_on),
                ('accepted-unsent', null, e.event = 'accepted' and s.sent_on is null),
                ('accepted-before-sent', s.sent_on, e.event = 'accepted' and e.happened_on < s.sent_on),
                ('accepted-returned', s.returned_on, e.event = 'accepted' and s.returned_on is not null),
                ('step-too-early', s.drafted_on, e.event = 'division_cleared' and e.happened_on < s.drafted_on),
                ('step-too-early', s.cleared_on, e.event = 'finance_cleared' and e.happened_on < s.cleared_on),
                ('step-too-early', s.ready_on, e.event = 'sent' and e.happened_on < s.ready_on)
             ) as wrong (key, arg, is_wrong)
             where e.voided_at is null and e.event not in ('waived', 'delayed') and wrong.is_wrong and e.report_id in (",
            $reports,
            ")"
        )
    };
}
pub(crate) use out_of_order;
