//! What a briefing note needs besides the figures of a donor's page: for all donors asked for at once.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::classified::Classification;
use crate::db::Select;
use crate::donor_page::{self, DonorFigures};
use crate::kernel::Currency;
use crate::lists::{Memory, Scope};

/// Open pledges, reports and meetings shown on a page; of reports as many that are overdue and that come next.
pub(super) const PLEDGES: usize = 6;
pub(super) const REPORTS: i32 = 4;
const MEETINGS: i32 = 3;

/// A pledge on which something is outstanding.
#[derive(Debug, Deserialize)]
pub(super) struct Pledge {
    pub(super) reference: String,
    pub(super) title: Option<String>,
    pub(super) currency: Currency,
    pub(super) amount: Decimal,
    pub(super) outstanding: Decimal,
    pub(super) overdue: Decimal,
    /// `pledged` or `signed`.
    pub(super) state: String,
    /// The next day something falls due.
    pub(super) next_on: Option<NaiveDate>,
}

/// A report we owe.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) reference: String,
    pub(super) title: Option<String>,
    pub(super) kind: String,
    pub(super) due_on: NaiveDate,
    pub(super) late: bool,
}

/// A meeting that was held.
#[derive(Debug, Deserialize)]
pub(super) struct Met {
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    pub(super) classification: String,
    pub(super) said: Option<String>,
}

/// A meeting to come, or the one the notes are for.
#[derive(Debug, Deserialize)]
pub(super) struct Planned {
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    pub(super) place: Option<String>,
    pub(super) level: Option<String>,
    pub(super) classification: String,
    pub(super) purpose: Option<String>,
    pub(super) agenda: Option<String>,
    pub(super) author: String,
    pub(super) prepared_by: Option<String>,
    /// Who comes from their side, with their titles.
    pub(super) guests: Vec<Guest>,
    /// Who goes from ours.
    pub(super) took_part: Vec<String>,
    /// The codes of its donors.
    pub(super) donors: Vec<String>,
}

/// Who comes from a donor.
#[derive(Debug, Deserialize)]
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) title: Option<String>,
}

/// What was found of one donor and those that belong to it.
#[derive(sqlx::FromRow)]
pub(super) struct Found {
    root: i64,
    pub(super) pledges: Json<Vec<Pledge>>,
    pub(super) open_pledges: i64,
    pub(super) reports: Json<Vec<Report>>,
    pub(super) meetings: Json<Vec<Met>>,
    pub(super) planned: Option<Json<Planned>>,
}

/// A meeting `m` with its people, as [`Planned`] holds it.
const MEETING: &str = "json_build_object('key', m.key, 'title', m.title, 'held_on', m.held_on, 'place', m.place,
        'level', m.level, 'classification', m.classification, 'purpose', m.purpose, 'agenda', m.agenda,
        'author', (select a.name from accounts a where a.id = m.author_id),
        'prepared_by', (select a.name from accounts a where a.id = m.prepared_by),
        'guests', (select coalesce(json_agg(json_build_object('name', g.name, 'title', c.title) order by g.nth), '[]')
            from meeting_guests g left join donor_contacts c on c.id = g.contact_id where g.meeting_id = m.id),
        'took_part', (select coalesce(json_agg(a.name order by t.nth), '[]')
            from unnest(m.took_part) with ordinality t (id, nth) join accounts a on a.id = t.id),
        'donors', (select coalesce(json_agg(d.code order by md.nth), '[]')
            from meeting_donors md join donors d on d.id = md.donor_id where md.meeting_id = m.id))";

/// A meeting by its key, for whoever reads in this transaction.
pub(super) async fn meeting(connection: &mut PgConnection, key: Uuid) -> Result<Option<Planned>, sqlx::Error> {
    let mut select = Select::new("select ");
    select.sql(MEETING).sql(" from meetings m where m.key = ").bind(key);
    let found: Option<Json<Planned>> = select.done().build_query_scalar().fetch_optional(connection).await?;
    Ok(found.map(|found| found.0))
}

/// The donors there are of these codes, in their order, each with its figures and what else a note shows.
pub(super) async fn donors(
    memory: &Memory,
    connection: &mut PgConnection,
    codes: &[String],
    scope: &Scope,
) -> Result<Vec<(DonorFigures, Found)>, sqlx::Error> {
    let figures = donor_page::donors(memory, &mut *connection, codes, scope).await?;
    let mut found: Vec<Found> = of(&figures, scope).done().build_query_as().fetch_all(connection).await?;
    let take = |donor: DonorFigures| {
        let at = found.iter().position(|one| one.root == donor.id)?;
        Some((donor, found.swap_remove(at)))
    };
    Ok(figures.into_iter().filter_map(take).collect())
}

/// The statement for everything else: a row a donor.
fn of(donors: &[DonorFigures], scope: &Scope) -> Select {
    let pairs = donors.iter().flat_map(|donor| donor.family_ids.iter().map(|id| (donor.id, *id)));
    let (roots, members): (Vec<i64>, Vec<i64>) = pairs.unzip();
    let mut select = scope.begin_plain();
    select.sql(", member as materialized (select * from unnest(").bind(roots).sql("::bigint[], ").bind(members);
    select.sql(
        "::bigint[]) m (root, id)) select r.root, p.pledges, p.open_pledges, w.reports, t.meetings, n.planned from ",
    );
    select.sql("(select distinct root from member) r cross join lateral (");
    pledges(&mut select);
    select.sql(") p cross join lateral (");
    reports(&mut select);
    select.sql(") w cross join lateral (");
    meetings(&mut select, scope);
    select.sql(") t left join lateral (");
    planned(&mut select, scope);
    select.sql(") n on true");
    select
}

/// What is outstanding, overdue first, then what falls due next.
fn pledges(select: &mut Select) {
    select.sql("select coalesce(json_agg(p order by p.nth) filter (where p.nth <= ");
    select.bind(i64::try_from(PLEDGES).unwrap_or(i64::MAX)).sql(
        "), '[]') as pledges, count(*) as open_pledges from (
            select b.pledge_ref as reference, l.title, b.currency, b.amount::text as amount,
                b.outstanding::text as outstanding, coalesce(i.overdue, 0)::text as overdue, b.status as state, i.next_on,
                row_number() over (order by coalesce(i.overdue, 0) = 0, b.status <> 'signed', i.next_on nulls last,
                    b.pledge_ref) as nth
            from scope cross join member f
            join pledge_balances b on b.donor_id = f.id and stands(b, scope.day, scope.known)
            join pledge_terms t on t.id = b.terms_id and least(t.pledged_on, b.signed_on) <= scope.day
            join pledges l on l.id = b.pledge_id
            left join lateral (
                select sum(i.outstanding) filter (where is_overdue(i, scope.day, scope.known)) as overdue,
                    min(i.falls_due_on) filter (where i.falls_due_on >= scope.day and i.outstanding > 0) as next_on
                from instalment_balances i where i.pledge_id = b.pledge_id and stands(i, scope.day, scope.known)
            ) i on true
            where f.root = r.root and b.outstanding > 0 and b.status in ('pledged', 'signed')) p",
    );
}

/// Reports not with them: the oldest of those overdue, and those that are due next.
fn reports(select: &mut Select) {
    select.sql(
        "select coalesce(json_agg(s order by s.due_on, s.reference), '[]') as reports from (
            select s.report_ref as reference, o.title, s.kind, s.due_on, s.due_on < scope.day as late,
                row_number() over (partition by s.due_on < scope.day order by s.due_on, s.report_ref) as nth
            from scope cross join member f
            join report_states s on s.donor_id = f.id and stands(s, scope.day, scope.known)
            join donor_reports o on o.id = s.report_id
            where f.root = r.root and s.owed and s.waived_on is null and not report_is_submitted(s)) s
         where s.nth <= ",
    );
    select.bind(REPORTS);
}

/// The last times, of those the reader may read: what came of it, else what was said.
fn meetings(select: &mut Select, scope: &Scope) {
    select.sql(
        "select coalesce(json_agg(t order by t.held_on desc, t.id desc), '[]') as meetings from (
            select distinct m.id, m.key, m.title, m.held_on, m.classification,
                left(coalesce(m.outcomes, m.summary, m.purpose), 1000) as said
            from member f cross join lateral (
                select md.meeting_id, md.held_on from meeting_donors md where md.donor_id = f.id and md.held_on <= ",
    );
    select.bind(scope.today).sql(
        "::date order by md.held_on desc, md.meeting_id desc limit 3) md join meetings m on m.id = md.meeting_id
            where f.root = r.root order by m.held_on desc, m.id desc limit ",
    );
    select.bind(MEETINGS).sql(") t");
}

/// The next time.
fn planned(select: &mut Select, scope: &Scope) {
    select.sql("select ").sql(MEETING).sql(
        " as planned from member f cross join lateral (
            select md.meeting_id, md.held_on from meeting_donors md where md.donor_id = f.id and md.held_on > ",
    );
    select.bind(scope.today).sql(
        "::date order by md.held_on, md.meeting_id limit 1) md join meetings m on m.id = md.meeting_id
         where f.root = r.root order by md.held_on, md.meeting_id limit 1",
    );
}

/// The level a word names; the highest where it names none.
pub(super) fn level(word: &str) -> Classification {
    word.parse().unwrap_or(Classification::StrictlyConfidential)
}
