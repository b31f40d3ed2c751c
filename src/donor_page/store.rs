//! Reads what a donor's page shows besides its timeline in one statement: of one donor, or of several one after another.
//! Its money is read apart (`money`), and kept.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::money::{self, Money};
use crate::db::Select;
use crate::imports::Held;
use crate::intelligence;
use crate::lists::{Memory, Scope};

/// A donor with its figures in US dollars, its children's among them.
#[derive(sqlx::FromRow)]
pub(crate) struct DonorFigures {
    pub(crate) id: i64,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) member_state: Option<bool>,
    pub(crate) parent: Option<String>,
    pub(crate) parent_name: Option<String>,
    pub(crate) aliases: Option<String>,
    /// What came in and what is owed; [`donors`] puts it there.
    #[sqlx(skip)]
    pub(crate) money: Arc<Money>,
    pub(crate) reports_overdue: i64,
    pub(crate) reports_due: i64,
    /// The day the oldest of the reports overdue was due.
    pub(crate) reports_since: Option<NaiveDate>,
    /// Its row and those of all that belong to it.
    pub(crate) family_ids: Vec<i64>,
    /// It and those that belong to it, where there are such.
    pub(crate) family: Option<Json<Vec<Member>>>,
    pub(crate) focal_points: Option<Json<Vec<FocalPoint>>>,
    pub(crate) contacts: Option<Json<Vec<Contact>>>,
    pub(crate) versions: Option<Json<Vec<Held>>>,
    pub(crate) open_actions: Option<Json<Vec<OpenAction>>>,
    /// What is known of the donor and those that belong to it, of what the reader may read.
    pub(crate) intelligence: Option<Json<Vec<intelligence::Entry>>>,
}

/// A follow-up that is open, of a meeting with the donor or one that belongs to it, of those the reader may read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OpenAction {
    pub(crate) meeting: Uuid,
    /// What may be read of it: what may be read of its meeting.
    pub(crate) classification: String,
    pub(crate) text: String,
    /// `we` or `they`.
    pub(crate) side: String,
    pub(crate) owner: Option<String>,
    pub(crate) due_on: Option<NaiveDate>,
}

/// One of a donor and those that belong to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: i64,
    pub(crate) code: String,
    pub(crate) name: String,
    /// Whether it is the donor itself.
    pub(crate) itself: bool,
    /// Whether others belong to it in their turn.
    pub(crate) has_children: bool,
}

/// Who looks after a donor, from a day through a day.
#[derive(Debug, Deserialize)]
pub(crate) struct FocalPoint {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    /// Whether that is today.
    pub(crate) now: bool,
}

/// A person at a donor.
#[derive(Debug, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) from_on: Option<NaiveDate>,
    pub(crate) to_on: Option<NaiveDate>,
    pub(crate) note: Option<String>,
    /// Whether the person is there today.
    pub(crate) now: bool,
    /// Whether the person left before today.
    pub(crate) gone: bool,
}

/// How many open follow-ups of either side are shown.
pub(crate) const ACTIONS: i32 = 6;

/// The donors there are of these codes, in their order.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn donors(
    memory: &Memory,
    connection: &mut PgConnection,
    codes: &[String],
    scope: &Scope,
) -> Result<Vec<DonorFigures>, sqlx::Error> {
    let mut found: Vec<DonorFigures> =
        statement(codes, scope).done().build_query_as().fetch_all(&mut *connection).await?;
    let families: Vec<(i64, &[i64])> = found.iter().map(|donor| (donor.id, donor.family_ids.as_slice())).collect();
    let money = money::of(memory, connection, &families, scope).await?;
    for (donor, money) in found.iter_mut().zip(money) {
        donor.money = money;
    }
    Ok(found)
}

/// The statement for the pages of donors, by their codes: a row for each there is, in their order.
fn statement(codes: &[String], scope: &Scope) -> Select {
    let mut select = scope.begin_plain();
    select.sql(" select x.* from unnest(").bind(codes.to_vec()).sql(
        "::text[]) with ordinality asked (code, nth) cross join lateral (
         with family as (
            select f.id, i.parent_id from donor_family(asked.code, ",
    );
    scope.day_and_known(&mut select).sql(
        ") f (id) left join lateral (
                select p.parent_id from scope join donor_facts p on p.donor_id = f.id
                    and (p.in_force_from is null or p.in_force_from <= scope.day)
                    and was_known(p.recorded_at, p.voided_at, scope.known)
                order by p.in_force_from desc nulls last limit 1
            ) i on true)
         select d.id, d.code, d.name, i.kind, i.country, i.member_state, p.code as parent, p.name as parent_name,
                aliases_told(d.id) as aliases,
                w.reports_overdue, w.reports_due, w.reports_since,
                array(select id from family) as family_ids,
                case when (select count(*) from family) > 1 then (
                    select json_agg(m order by m.itself desc, m.name, m.code) from (
                        select n.id, n.code, n.name, n.id = d.id as itself,
                               exists (select from family c where c.parent_id = n.id) as has_children
                        from donors n where n.id = any(array(select id from family))) m) end as family,
                (select json_agg(json_strip_nulls(to_json(v)) order by v.in_force_from nulls first) from (
                    select f.in_force_from, f.kind, f.country, case when f.member_state then 'yes' else 'no' end
                               as member_state, o.code as parent
                    from donor_facts f left join donors o on o.id = f.parent_id
                    where f.donor_id = d.id and was_known(f.recorded_at, f.voided_at, scope.known)) v) as versions,
                (select json_agg(json_build_object('email', a.email, 'name', a.name, 'from', f.from_on, 'to', f.to_on,
                        'now', f.during @> ",
    );
    select.bind(scope.today).sql(
        "::date) order by f.during desc)
                 from donor_focal_points f join accounts a on a.id = f.account_id where f.donor_id = d.id
                ) as focal_points,
                (select json_agg(c order by c.now desc, c.name, c.id) from (
                    select c.id, c.name, c.title, c.email, c.phone, c.language, c.from_on, c.to_on, c.note,
                           daterange(c.from_on, c.to_on, '[]') @> ",
    );
    select.bind(scope.today).sql("::date as now, coalesce(c.to_on < ");
    select.bind(scope.today).sql(
        "::date, false) as gone from donor_contacts c where c.donor_id = d.id and not c.removed) c) as contacts,
                (select json_agg(x) from open_actions(array(select id from family), ",
    );
    select.bind(ACTIONS).sql(") x) as open_actions, (select json_agg(k.entry) from (select ");
    select.sql(intelligence::ENTRY).sql(
        " as entry from intelligence i join donors d on d.id = i.donor_id
                    where i.donor_id = any(array(select id from family)) and i.withdrawn_at is null",
    );
    select.sql(intelligence::BY_KIND).sql(
        " limit 60) k) as intelligence
         from scope join donors d on d.code = asked.code
         left join lateral (
            select f.kind, f.country, f.member_state, f.parent_id from donor_facts f
            where f.donor_id = d.id and (f.in_force_from is null or f.in_force_from <= scope.day)
                and was_known(f.recorded_at, f.voided_at, scope.known)
            order by f.in_force_from desc nulls last limit 1
         ) i on true
         left join donors p on p.id = i.parent_id
         cross join lateral (
            select count(*) filter (where not report_is_submitted(s) and s.due_on < scope.day) as reports_overdue,
                count(*) as reports_due,
                min(s.due_on) filter (where not report_is_submitted(s) and s.due_on < scope.day) as reports_since
            from report_states s where s.donor_id in (select id from family)
                and stands(s, scope.day, scope.known) and report_is_due(s, scope.day)
         ) w) x order by asked.nth",
    );
    select
}
