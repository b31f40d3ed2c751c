//! `report-events`: each step of a report's life on its day, round by round. `donor-reports` tells the first sending, its
//! return and the second sending too, and alone tells of waivers, whose letter has to be confirmed.

use crate::facts::tables::REPORT_EVENTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};
use crate::report_states::{CAUSES, STEPS, out_of_order};

/// How the steps of reports are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::ReportEvents,
    stage: "stage_report_events",
    columns: &[
        required("report", Cell::Code, Part::Key),
        required("event", Cell::OneOf(&STEPS), Part::Key),
        required("round", Cell::Number, Part::Key),
        required("happened_on", Cell::Event, Part::Fact),
        optional("cause", Cell::OneOf(&CAUSES), Part::Fact),
        // `donor-reports` tells of a sending without its letter: one filled in is news.
        optional("letter", Cell::Text, Part::Event),
        optional("reason", Cell::Text, Part::Event),
    ],
    extra: "report_id bigint",
    existing: "select r.ref as report, e.event, e.round, e.happened_on, e.cause, e.letter, e.reason, e.id as fact_id
        from known cross join report_events e join donor_reports r on r.id = e.report_id
        where e.event <> 'waived' and was_known(e.recorded_at, e.voided_at, known.at)",
    existing_order: "r.ref, e.round, e.happened_on, e.event",
    existing_extra: &[],
    identities: &[],
    resolve: &["update stage_report_events s set report_id = r.id from donor_reports r where r.ref = s.report
        and exists (select from report_terms t where t.report_id = r.id and t.voided_at is null)"],
    compare: &[],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'report' as col, report as value, 'report-unknown' as key, '' as arg
         from stage_report_events where report is not null and report_id is null",
        "select file, line, 'cause' as col, '' as value, 'cause-needed' as key, '' as arg
         from stage_report_events where event = 'delayed' and cause is null and not bad",
        "select file, line, 'cause' as col, cause as value, 'cause-of-no-delay' as key, '' as arg
         from stage_report_events where event <> 'delayed' and cause is not null",
        "select s.file, s.line, 'event' as col, s.event as value, 'finance-of-narrative' as key, '' as arg
         from stage_report_events s where s.event = 'finance_cleared' and not exists (select from report_terms t
            where t.report_id = s.report_id and t.voided_at is null and t.kind <> 'narrative') and s.report_id is not null",
        "select s.file, s.line, 'happened_on' as col, s.happened_on::text as value, 'submitted-before-period' as key,
                t.period_from::text as arg
         from stage_report_events s cross join lateral (
            select t.period_from from report_terms t where t.report_id = s.report_id and t.voided_at is null
                and (t.in_force_from is null or t.in_force_from <= s.happened_on)
            order by t.in_force_from desc nulls last limit 1
         ) t where s.event = 'sent' and s.happened_on < t.period_from",
        "select s.file, s.line, 'report' as col, s.report as value, 'report-of-others' as key, '' as arg
         from stage_report_events s where current_setting('dis.keeps', true) = 'own' and exists (
            select from report_terms t where t.report_id = s.report_id and t.voided_at is null
                and t.unit_id::text <> all (string_to_array(current_setting('dis.units', true), ','))
                and not exists (select from report_terms l where l.report_id = t.report_id and l.voided_at is null
                    and l.in_force_from > coalesce(t.in_force_from, '-infinity')))",
    ],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &REPORT_EVENTS,
        void: "select fact_id from stage_report_events where fact_diff || event_fill || event_diff <> '{}'",
        record: "select report || ' ' || event || case when round > 1 then ' ' || round else '' end as key,
                   fact_id as replaces, report_id, event, round, happened_on, cause, letter, reason
            from stage_report_events where not found or fact_diff || event_fill || event_diff <> '{}'",
    }],
    final_checks: &[concat!(
        "select distinct on (s.file, s.line) s.file, s.line, 'happened_on' as col, s.happened_on::text as value, o.key,
                o.arg::text as arg
         from stage_report_events s join (",
        out_of_order!("select report_id from stage_report_events"),
        ") o on o.report_id = s.report_id where not s.found or s.fact_diff <> '{}'
         order by s.file, s.line, (o.event, o.round) <> (s.event, s.round), o.key"
    )],
    warnings: &[],
    touched: None,
    touched_reports: Some("select distinct report_id from stage_report_events
         where not found or fact_diff || event_fill || event_diff <> '{}'"),
};
