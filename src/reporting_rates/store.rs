//! Asks for what figures are made of: how the counts change from day to day, the trees, and what stands beside them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::details::Details;
use super::figures::Figures;
use super::rule::Delta;
use super::tree::{Belongs, Unit};
use crate::db::Select;
use crate::kernel::KnownAt;
use crate::lists::Scope;

/// What figures known at an instant rest on: when the states of reports last moved by then, the last change of the facts
/// they are counted by, and the last of the labels shown. Where nothing of it moved, no figure did.
#[derive(Debug, Clone, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Basis {
    states: Option<DateTime<Utc>>,
    facts: Option<i64>,
    labels: Option<i64>,
}

/// What figures known at an instant rest on.
///
/// # Errors
/// Where the database fails.
pub async fn basis(connection: &mut PgConnection, known_at: KnownAt) -> Result<Basis, sqlx::Error> {
    sqlx::query_as(
        "with last as materialized (
            select coalesce((select c.id from changes c where c.recorded_at <= $1 order by c.recorded_at desc limit 1), 0) as id
         )
         select greatest(
                (select max(lower(known)) from report_states where lower(known) <= $1),
                (select max(upper(known)) from report_states where not upper_inf(known) and upper(known) <= $1)
            ) as states,
            greatest(
                (select max(change_id) from unit_facts where change_id <= last.id),
                (select max(voided_change_id) from unit_facts where voided_change_id <= last.id),
                (select max(change_id) from donor_facts where change_id <= last.id),
                (select max(voided_change_id) from donor_facts where voided_change_id <= last.id),
                (select max(change_id) from report_events where change_id <= last.id),
                (select max(voided_change_id) from report_events where voided_change_id <= last.id)
            ) as facts,
            greatest(
                (select max(change_id) from audit_entries where entity = 'units'),
                (select max(change_id) from audit_entries where entity = 'donors'),
                (select max(change_id) from audit_entries where entity = 'donor_reports')
            ) as labels
         from last",
    )
    .bind(known_at.0)
    .fetch_one(connection)
    .await
}

/// What figures are made of.
#[derive(Debug, Deserialize)]
pub struct Ground {
    /// Every unit, as it is called today.
    #[serde(default)]
    pub units: Vec<Unit>,
    /// What units stand under.
    #[serde(default)]
    pub belongs: Vec<Belongs>,
    /// What donors stand under, where only some are counted.
    pub donors: Option<Vec<Belongs>>,
    /// The donor asked for.
    pub donor: Option<i64>,
    /// How the counts change, point by point.
    #[serde(default, deserialize_with = "deltas")]
    pub deltas: Vec<Delta>,
    /// What stands beside the rate, where it was asked for.
    pub details: Option<Details>,
}

type DeltaRow = (i64, Option<i64>, usize, Figures);

fn deltas<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<Delta>, D::Error> {
    let rows = Vec::<DeltaRow>::deserialize(from)?;
    Ok(rows.into_iter().map(|(unit, donor, point, figures)| Delta { unit, donor, point, figures }).collect())
}

/// Keeps states `s` by the filters that look at nothing but them and the donors of any day.
fn keep(select: &mut Select, scope: &Scope) {
    scope.keep_fund(select, "s.fund_id");
    if let Some(since) = scope.filters.since {
        select.sql(" and s.due_on >= ").bind(since);
    }
}

/// Every state that counts on some day, and the first of the days asked for on which each of its counts begins and ends:
/// `days` days after which nothing begins any more.
fn spans(select: &mut Select, scope: &Scope, days: &[NaiveDate]) {
    let by_donor = scope.filters.donor.is_some();
    select
        .sql(", points as materialized (select ")
        .bind(days.to_vec())
        .sql("::date[] as days), some_donors as materialized (");
    match &scope.filters.donor {
        // Whoever was below it on any day; on which, the rule says.
        Some(donor) => {
            select.sql("with recursive below as (select c.id from donors c where c.code = ").bind(donor.clone()).sql(
                " union select f.donor_id from below join donor_facts f on f.parent_id = below.id cross join scope
                    where was_known(f.recorded_at, f.voided_at, scope.known)) select id from below",
            );
        }
        None => drop(select.sql("select null::bigint as id where false")),
    }
    // A day's number is how many of the days asked for lie before it.
    select.sql(
        "), spans as (
            select s.unit_id, ",
    );
    select.sql(if by_donor { "s.donor_id" } else { "null::bigint" });
    select.sql(
        " as donor_id, s.waived_on is not null as waived, report_is_submitted(s) as submitted,
                report_is_submitted(s) and coalesce(s.on_time, false) as on_time,
                width_bucket(lower(s.due_during) - 1, p.days) as due_from,
                coalesce(width_bucket(upper(s.due_during) - 1, p.days), cardinality(p.days)) as due_until,
                width_bucket(greatest(lower(s.due_during), s.due_on + 1) - 1, p.days) as overdue_from,
                width_bucket(twelve_months_after(s.due_on) - 1, p.days) as year_until,
                case when s.due_on <> s.first_due_on and s.waived_on is null
                    then width_bucket(greatest(lower(s.valid), s.first_due_on) - 1, p.days) end as extended_from,
                coalesce(width_bucket(upper(s.valid) - 1, p.days), cardinality(p.days)) as extended_until,
                count(*) as reports
            from scope cross join points p join report_states s on s.known @> scope.known
            where s.owed and (not isempty(s.due_during) or s.due_on <> s.first_due_on)",
    );
    keep(select, scope);
    if by_donor {
        select.sql(" and s.donor_id in (select id from some_donors)");
    }
    select.sql(" group by s.unit_id, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)");
}

/// The counts of spans, where they begin and, with the sign turned round, where they end.
const DELTAS: &str = ", deltas as (
    select g.unit_id, g.donor_id, d.point, sum(d.due) as due, sum(d.submitted) as submitted, sum(d.on_time) as on_time,
        sum(d.overdue) as overdue, sum(d.waived) as waived, sum(d.extended) as extended, sum(d.due_year) as due_year,
        sum(d.submitted_year) as submitted_year, sum(d.on_time_year) as on_time_year
    from (
        select unit_id, donor_id, due_from, due_until, extended_from, extended_until,
            least(overdue_from, due_until) as overdue_from, greatest(due_from, least(year_until, due_until)) as year_until,
            case when waived then 0 else reports end as due,
            case when submitted and not waived then reports else 0 end as submitted,
            case when on_time and not waived then reports else 0 end as on_time,
            case when submitted or waived then 0 else reports end as overdue,
            case when waived then reports else 0 end as waived, 0 as extended
        from spans where due_from is not null
        union all
        select unit_id, donor_id, null, null, least(extended_from, extended_until), extended_until, null, null, 0, 0, 0, 0, 0, reports
        from spans where extended_from is not null
    ) g cross join lateral (values
        (g.due_from, g.due, g.submitted, g.on_time, 0, g.waived, 0, g.due, g.submitted, g.on_time),
        (g.due_until, -g.due, -g.submitted, -g.on_time, -g.overdue, -g.waived, 0, 0, 0, 0),
        (g.overdue_from, 0, 0, 0, g.overdue, 0, 0, 0, 0, 0),
        (g.year_until, 0, 0, 0, 0, 0, 0, -g.due, -g.submitted, -g.on_time),
        (g.extended_from, 0, 0, 0, 0, 0, g.extended, 0, 0, 0),
        (g.extended_until, 0, 0, 0, 0, 0, -g.extended, 0, 0, 0)
    ) d(point, due, submitted, on_time, overdue, waived, extended, due_year, submitted_year, on_time_year)
    cross join points p
    where d.point < cardinality(p.days)
    group by g.unit_id, g.donor_id, d.point
)";

/// The reports due on the day, and of them what stands beside the rate.
fn due_now(select: &mut Select, scope: &Scope) {
    select.sql(
        ", due_now as materialized (
            select s.report_id, s.report_ref, s.kind, s.final as last, s.due_on, s.donor_id, s.unit_id, s.terms_id,
                s.returned_on is not null as returned, report_is_submitted(s) as submitted,
                coalesce(s.sent_on, scope.day) - s.due_on as days
            from scope join report_states s on s.due_during @> ",
    );
    select.bind(scope.as_of.0).sql("::date and not isempty(s.due_during) and s.known @> ").bind(scope.known_at.0);
    select.sql("::timestamptz where s.waived_on is null");
    keep(select, scope);
    scope.keep_unit(select, "s.unit_id");
    scope.keep_donor(select, "s.donor_id");
    select.sql(
        "), noted as (
            select n.report_id, (select e.cause from report_events e
                where e.report_id = n.report_id and e.event = 'delayed' and e.happened_on <= scope.day
                    and was_known(e.recorded_at, e.voided_at, scope.known)
                order by e.happened_on desc, e.round desc limit 1) as cause
            from due_now n cross join scope where n.days > 0
        ), steps as (
            select e.event, e.happened_on, lead(e.happened_on) over (partition by e.report_id order by e.round,
                    array_position(array['drafted', 'division_cleared', 'finance_cleared', 'sent', 'returned', 'accepted'], e.event)
                ) as until
            from due_now n join report_events e on e.report_id = n.report_id cross join scope
            where e.event not in ('waived', 'delayed') and e.happened_on <= scope.day
                and was_known(e.recorded_at, e.voided_at, scope.known)
        ), longest as (
            select n.report_ref as reference, r.title, n.kind, n.last, n.due_on, scope.day - n.due_on as days, n.returned,
                d.name as donor, u.name as unit
            from (select * from due_now, scope where not submitted and due_on < scope.day order by due_on, report_ref limit 15) n
            cross join scope join donor_reports r on r.id = n.report_id join donors d on d.id = n.donor_id
            join units u on u.id = n.unit_id
        )",
    );
}

const DETAILS: &str = "json_build_object(
    'late', (select json_build_object('count', count(*), 'median', percentile_disc(0.5) within group (order by days),
        'ninth', percentile_disc(0.9) within group (order by days)) from due_now where days > 0),
    'causes', coalesce((select json_agg(json_build_object('cause', c.cause, 'count', c.reports) order by c.reports desc, c.cause)
        from (select coalesce(cause, 'none') as cause, count(*) as reports from noted group by 1) c), '[]'),
    'steps', coalesce((select json_agg(to_json(s)) from (
        select event as after, count(*) as count, percentile_disc(0.5) within group (order by days) as median,
            percentile_disc(0.9) within group (order by days) as ninth, count(*) filter (where until is null) as open
        from (select event, until, coalesce(until, scope.day) - happened_on as days from steps cross join scope
            -- Accepted is the end of it; whether a donor will ever say so is not known.
            where event <> 'accepted' and (event <> 'sent' or until is not null)) t
        group by event
    ) s), '[]'),
    'longest', coalesce((select json_agg(to_json(l) order by l.due_on, l.reference) from longest l), '[]'))";

/// Reads what the figures of a scope are made of at every one of `days`, whatever its unit; and what stands beside the
/// rate of its own day, for its unit, where `with_details`.
///
/// One statement, however many days there are.
///
/// # Errors
/// Where the database fails.
pub async fn ground(
    connection: &mut PgConnection,
    scope: &Scope,
    days: Option<&[NaiveDate]>,
    with_details: bool,
) -> Result<Ground, sqlx::Error> {
    let mut select = scope.begin();
    if let Some(days) = days {
        spans(&mut select, scope, days);
        select.sql(DELTAS);
    }
    if with_details {
        due_now(&mut select, scope);
    }
    select.sql(" select json_build_object('details', ").sql(if with_details { DETAILS } else { "null" });
    if days.is_some() {
        select.sql(
            ", 'units', coalesce((select json_agg(json_build_object('id', id, 'code', code, 'name', name, 'kind', kind))
                from units), '[]'),
            'belongs', coalesce((select json_agg(json_build_array(f.unit_id, f.in_force_from, f.parent_id))
                from unit_facts f cross join scope where was_known(f.recorded_at, f.voided_at, scope.known)), '[]'),
            'deltas', coalesce((select json_agg(json_build_array(unit_id, donor_id, point, json_build_array(due, submitted,
                on_time, overdue, waived, extended, due_year, submitted_year, on_time_year))) from deltas), '[]')",
        );
    }
    if let Some(donor) = scope.filters.donor.as_ref().filter(|_| days.is_some()) {
        select.sql(", 'donor', (select id from donors where code = ").bind(donor.clone()).sql(
            "), 'donors', (select json_agg(json_build_array(f.donor_id, f.in_force_from, f.parent_id))
                from donor_facts f cross join scope
                where f.donor_id in (select id from some_donors) and was_known(f.recorded_at, f.voided_at, scope.known))",
        );
    }
    select.sql(")");
    let Json(ground) = select.done().build_query_scalar::<Json<Ground>>().fetch_one(connection).await?;
    Ok(ground)
}
