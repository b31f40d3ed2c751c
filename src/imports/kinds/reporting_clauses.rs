//! `reporting-clauses`: what an agreement says about reports; the rows of one `agreed_on` are all of it from that day.
//! Reports are made from them on the pledge's page; a file of clauses makes none.

use crate::facts::tables::REPORTING_CLAUSES;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};
use crate::report_states::KINDS;

/// How reporting clauses are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::ReportingClauses,
    stage: "stage_reporting_clauses",
    columns: &[
        required("pledge", Cell::Code, Part::Key),
        required("number", Cell::Number, Part::Key),
        required("kind", Cell::OneOf(&KINDS), Part::Fact),
        optional("final", Cell::YesNo, Part::Fact),
        optional("every_months", Cell::Number, Part::Fact),
        optional("first_period_from", Cell::Day, Part::Fact),
        required("grace_days", Cell::Count, Part::Fact),
        optional("agreed_on", Cell::Event, Part::Key),
    ],
    extra: "pledge_id bigint",
    existing: "select p.ref as pledge, c.number, c.kind, c.final, c.every_months, c.first_period_from, c.grace_days,
               c.agreed_on, c.id as fact_id
        from known cross join reporting_clauses c join pledges p on p.id = c.pledge_id
        where was_known(c.recorded_at, c.voided_at, known.at)",
    existing_order: "p.ref, c.agreed_on nulls first, c.number",
    existing_extra: &[],
    identities: &[],
    resolve: &["update stage_reporting_clauses s set pledge_id = p.id from pledges p where p.ref = s.pledge
        and exists (select from pledge_terms t where t.pledge_id = p.id and t.agreed_on is null and t.voided_at is null)"],
    // The rows of the file are all clauses: its first row notes which of those there are it leaves out.
    compare: &["update stage_reporting_clauses s set left_out = gone.ids from (
            select head.file, head.line, array_agg(c.id order by c.number) as ids
            from (select distinct on (pledge_id, agreed_on) pledge_id, agreed_on, file, line from stage_reporting_clauses
                  where pledge_id is not null order by pledge_id, agreed_on, file, line) head
            join reporting_clauses c on c.pledge_id = head.pledge_id and c.agreed_on is not distinct from head.agreed_on
                and c.voided_at is null
            where not exists (select from stage_reporting_clauses same where same.fact_id = c.id)
                and not exists (select from stage_reporting_clauses where bad)
            group by head.file, head.line
        ) gone where s.file = gone.file and s.line = gone.line"],
    unless_corrected: &[
        "select s.file, s.line, 'number' as col, c.number::text as value, 'clause-left-out' as key, s.pledge as arg
         from stage_reporting_clauses s cross join lateral unnest(s.left_out) as gone (id)
         join reporting_clauses c on c.id = gone.id",
    ],
    checks: &[
        "select file, line, 'pledge' as col, pledge as value, 'pledge-unknown' as key, '' as arg
         from stage_reporting_clauses where pledge is not null and pledge_id is null",
        "select file, line, 'every_months' as col, every_months::text as value, 'final-every' as key, '' as arg
         from stage_reporting_clauses where final and every_months is not null",
        "select file, line, 'every_months' as col, '' as value, 'every-needed' as key, '' as arg
         from stage_reporting_clauses where not final and every_months is null and not bad",
        "select file, line, 'every_months' as col, every_months::text as value, 'every-too-long' as key, '120' as arg
         from stage_reporting_clauses where every_months > 120",
        "select file, line, 'grace_days' as col, grace_days::text as value, 'grace-too-long' as key, '3660' as arg
         from stage_reporting_clauses where grace_days > 3660",
        "select s.file, s.line, 'pledge' as col, s.pledge as value, 'pledge-of-others' as key, '' as arg
         from stage_reporting_clauses s where current_setting('dis.keeps', true) = 'own' and exists (
            select from pledge_terms t where t.pledge_id = s.pledge_id and t.voided_at is null
                and t.unit_id::text <> all (string_to_array(current_setting('dis.units', true), ','))
                and not exists (select from pledge_terms l where l.pledge_id = t.pledge_id and l.voided_at is null
                    and l.agreed_on > coalesce(t.agreed_on, '-infinity')))",
    ],
    audit: None,
    edit: &[],
    facts: &[FactStep {
        table: &REPORTING_CLAUSES,
        void: "select fact_id from stage_reporting_clauses where fact_diff <> '{}'
            union select unnest(left_out) from stage_reporting_clauses",
        record: "select pledge || coalesce(' ' || agreed_on, '') || ' clause ' || number as key, fact_id as replaces,
                   pledge_id, agreed_on, number, kind, final, every_months, first_period_from, grace_days
            from stage_reporting_clauses where not found or fact_diff <> '{}'",
    }],
    final_checks: &[],
    warnings: &[],
    touched: None,
    touched_reports: None,
};
