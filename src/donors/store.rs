//! Reads a donor's page in one statement.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;

use super::years;
use crate::contributions::{EARMARKING, earmarking_from};
use crate::db::Select;
use crate::imports::Held;
use crate::intelligence;
use crate::lists::Scope;
use crate::settings::NO_DATA_YEARS;

/// A donor with its figures in US dollars, its children's among them.
#[derive(sqlx::FromRow)]
pub(super) struct DonorFigures {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) kind: Option<String>,
    pub(super) country: Option<String>,
    pub(super) member_state: Option<bool>,
    pub(super) parent: Option<String>,
    pub(super) parent_name: Option<String>,
    pub(super) aliases: Option<String>,
    pub(super) received: Decimal,
    pub(super) received_year: Decimal,
    pub(super) arrears: Decimal,
    pub(super) receivable: Decimal,
    pub(super) reports_overdue: i64,
    pub(super) years: Option<Json<Vec<years::Received>>>,
    pub(super) no_data: Option<Json<Vec<serde_json::Value>>>,
    pub(super) family: Option<Json<Vec<Member>>>,
    pub(super) focal_points: Option<Json<Vec<FocalPoint>>>,
    pub(super) contacts: Option<Json<Vec<Contact>>>,
    pub(super) versions: Option<Json<Vec<Held>>>,
    pub(super) meetings: Option<Json<Vec<Meeting>>>,
    pub(super) open_actions: Option<Json<Vec<OpenAction>>>,
    /// What is known of the donor and those that belong to it, of what the reader may read.
    pub(super) intelligence: Option<Json<Vec<intelligence::Entry>>>,
}

/// A meeting with the donor or one that belongs to it, of those the reader may read.
#[derive(Debug, Deserialize)]
pub(super) struct Meeting {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    pub(super) level: Option<String>,
    pub(super) classification: String,
}

/// A follow-up of such a meeting that is open.
#[derive(Debug, Deserialize)]
pub(super) struct OpenAction {
    pub(super) meeting: String,
    pub(super) text: String,
    pub(super) side: String,
    pub(super) owner: Option<String>,
    pub(super) due_on: Option<NaiveDate>,
}

/// One of a donor and those that belong to it, with figures of its own.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) code: String,
    pub(super) name: String,
    /// Whether it is the donor itself.
    pub(super) itself: bool,
    /// Whether others belong to it in their turn.
    pub(super) has_children: bool,
    pub(super) received: Decimal,
    pub(super) received_year: Decimal,
    pub(super) receivable: Decimal,
    pub(super) arrears: Decimal,
}

/// Who looks after a donor, from a day through a day.
#[derive(Debug, Deserialize)]
pub(super) struct FocalPoint {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    /// Whether that is today.
    pub(super) now: bool,
}

/// A person at a donor.
#[derive(Debug, Deserialize)]
pub(super) struct Contact {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) language: Option<String>,
    pub(super) from_on: Option<NaiveDate>,
    pub(super) to_on: Option<NaiveDate>,
    pub(super) note: Option<String>,
    /// Whether the person is there today.
    pub(super) now: bool,
    /// Whether the person left before today.
    pub(super) gone: bool,
}

/// The statement for a donor's page.
pub(super) fn statement(code: &str, scope: &Scope) -> Select {
    let mut select = scope.begin();
    select.sql(
        ", family as (with recursive below as (select c.id, null::bigint as parent_id from donors c where c.code = ",
    );
    select.bind(code.to_owned()).sql(" union select i.donor_id, i.parent_id from below join donors_in_force(");
    scope.day_and_known(&mut select).sql(
        ") i on i.parent_id = below.id) select distinct on (id) id, parent_id from below order by id, parent_id nulls first),
         receipts as (
            select c.donor_id, c.received_on, usd_of(c.amount, rate_on(h.days, h.rates, c.received_on)) as usd, ",
    );
    select.sql(EARMARKING).sql(
        " as earmarking
            from scope join contribution_facts c on c.donor_id = any(array(select id from family))
                and c.kind = 'cash' and c.received_on <= scope.day
                and was_known(c.recorded_at, c.voided_at, scope.known)
            left join through h on h.currency = c.currency",
    );
    earmarking_from(&mut select, scope);
    select.sql(
        "), owed as (
            select b.donor_id, sum(usd_of(b.outstanding, r.units_per_usd)) as usd
            from scope join instalment_balances b on b.donor_id = any(array(select id from family))
                and is_overdue(b, scope.day, scope.known)
            join rates r on r.currency = b.currency group by b.donor_id
         ), promised as (
            select b.donor_id, sum(usd_of(b.receivable, r.units_per_usd)) as usd
            from scope join pledge_balances b on b.donor_id = any(array(select id from family))
                and stands(b, scope.day, scope.known)
            join rates r on r.currency = b.currency group by b.donor_id
         )
         select d.id, d.name, i.kind, i.country, i.member_state, p.code as parent, p.name as parent_name,
                aliases_told(d.id) as aliases,
                (select coalesce(sum(usd), 0) from receipts) as received,
                (select coalesce(sum(usd), 0) from receipts
                 where extract(year from received_on) = extract(year from scope.day)) as received_year,
                (select coalesce(sum(usd), 0) from owed) as arrears,
                (select coalesce(sum(usd), 0) from promised) as receivable,
                (select count(*) from report_states s where s.donor_id in (select id from family)
                    and s.due_during @> scope.day and not isempty(s.due_during) and s.known @> scope.known
                    and report_is_due(s, scope.day) and not report_is_submitted(s) and s.due_on < scope.day
                ) as reports_overdue,
                (select json_agg(y) from (
                    select extract(year from received_on)::integer as year, earmarking,
                           coalesce(sum(usd), 0)::text as usd
                    from receipts group by 1, 2) y) as years,
                (select json_agg(s.value) from (
                    select distinct on (s.fund_id) s.value from setting_facts s
                    where s.setting = ",
    );
    select.bind(NO_DATA_YEARS.name).sql(
        " and (s.in_force_from is null or s.in_force_from <= scope.day)
                        and was_known(s.recorded_at, s.voided_at, scope.known)
                    order by s.fund_id, s.in_force_from desc nulls last) s) as no_data,
                case when (select count(*) from family) > 1 then (
                    select json_agg(m order by m.itself desc, m.name, m.code) from (
                        select n.code, n.name, n.id = d.id as itself,
                               exists (select from family c where c.parent_id = n.id) as has_children,
                               coalesce(sum(g.usd), 0)::text as received,
                               coalesce(sum(g.usd) filter (where extract(year from g.received_on)
                                    = extract(year from scope.day)), 0)::text as received_year,
                               coalesce((select usd from promised where donor_id = n.id), 0)::text as receivable,
                               coalesce((select usd from owed where donor_id = n.id), 0)::text as arrears
                        from family join donors n on n.id = family.id left join receipts g on g.donor_id = n.id
                        group by n.id) m) end as family,
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
                (select json_agg(m) from (
                    select m.key, m.title, m.held_on, m.level, m.classification::text as classification
                    from meetings m where m.id in (select md.meeting_id from meeting_donors md
                        where md.donor_id in (select id from family))
                    order by m.held_on desc, m.id desc limit 12) m) as meetings,
                (select json_agg(x) from (
                    select m.key as meeting, x.text, x.side, coalesce(o.name, x.owner_name) as owner, x.due_on
                    from actions x join meetings m on m.id = x.meeting_id left join accounts o on o.id = x.owner_id
                    where x.state = 'open' and x.meeting_id in (select md.meeting_id from meeting_donors md
                        where md.donor_id in (select id from family))
                    order by x.due_on nulls last, x.id limit 12) x) as open_actions,
                (select json_agg(k.entry) from (select ",
    );
    select.sql(intelligence::ENTRY).sql(
        " as entry from intelligence i join donors d on d.id = i.donor_id
                    where i.donor_id in (select id from family) and i.withdrawn_at is null",
    );
    select.sql(intelligence::BY_KIND).sql(" limit 60) k) as intelligence from scope join donors d on d.code = ");
    select.bind(code.to_owned()).sql(
        " left join lateral (
            select f.kind, f.country, f.member_state, f.parent_id from donor_facts f
            where f.donor_id = d.id and (f.in_force_from is null or f.in_force_from <= scope.day)
                and was_known(f.recorded_at, f.voided_at, scope.known)
            order by f.in_force_from desc nulls last limit 1
         ) i on true
         left join donors p on p.id = i.parent_id",
    );
    select
}
