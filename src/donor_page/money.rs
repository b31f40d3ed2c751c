//! What came in of a donor and those that belong to it, what they promised, and what is overdue of that. It is as of a day
//! and known at an instant and cannot change afterwards: it is read once for each donor and kept under the last instant at
//! which giving moved, for whoever leafs through the timeline, prints the note, or comes next.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use crate::contributions::{EARMARKING, funds_from, terms_from};
use crate::db::Select;
use crate::giving::settled;
use crate::kernel::{AsOf, KnownAt};
use crate::lists::{Kept, Memory, Scope};
use crate::settings::NO_DATA_YEARS;

/// What came in from one of them in one year with one category of earmarking, in US dollars.
#[derive(Debug, Deserialize)]
pub(super) struct Given {
    donor: i64,
    pub(super) year: i32,
    pub(super) earmarking: String,
    pub(super) usd: Decimal,
}

/// What one of them owes, in US dollars.
#[derive(Debug, Deserialize)]
struct Owed {
    donor: i64,
    usd: Decimal,
    /// The day the oldest of it fell due; of what is not overdue, none.
    since: Option<NaiveDate>,
}

/// The money of a donor and those that belong to it.
#[derive(Debug, Default, sqlx::FromRow)]
pub(crate) struct Money {
    root: i64,
    given: Option<Json<Vec<Given>>>,
    overdue: Option<Json<Vec<Owed>>>,
    promised: Option<Json<Vec<Owed>>>,
    /// The next day something falls due.
    pub(crate) next_due_on: Option<NaiveDate>,
    no_data: Option<Json<Vec<serde_json::Value>>>,
}

fn all<T>(rows: &Option<Json<Vec<T>>>) -> impl Iterator<Item = &T> {
    rows.iter().flat_map(|rows| &rows.0)
}

/// The sum of one of them, or of all.
fn owed(rows: &Option<Json<Vec<Owed>>>, donor: Option<i64>) -> Decimal {
    all(rows).filter(|one| donor.is_none_or(|donor| one.donor == donor)).map(|one| one.usd).sum()
}

impl Money {
    /// What came in, by year and category.
    pub(super) fn given(&self) -> impl Iterator<Item = &Given> {
        all(&self.given)
    }

    /// What came in from one of them, or from all.
    pub(crate) fn received(&self, donor: Option<i64>) -> Decimal {
        self.given().filter(|one| donor.is_none_or(|donor| one.donor == donor)).map(|one| one.usd).sum()
    }

    /// The same, in the year of a day.
    pub(crate) fn received_in_year_of(&self, day: NaiveDate, donor: Option<i64>) -> Decimal {
        let of = |one: &&Given| one.year == day.year() && donor.is_none_or(|donor| one.donor == donor);
        self.given().filter(of).map(|one| one.usd).sum()
    }

    /// What one of them, or all, promised and did not pay yet.
    pub(crate) fn receivable(&self, donor: Option<i64>) -> Decimal {
        owed(&self.promised, donor)
    }

    /// What one of them, or all, owes and did not pay in time.
    pub(crate) fn arrears(&self, donor: Option<i64>) -> Decimal {
        owed(&self.overdue, donor)
    }

    /// The day the oldest of what is overdue fell due.
    pub(super) fn arrears_since(&self) -> Option<NaiveDate> {
        all(&self.overdue).filter_map(|one| one.since).min()
    }

    /// The years without data, as settings in force have them.
    pub(super) fn no_data(&self) -> impl Iterator<Item = &serde_json::Value> {
        all(&self.no_data)
    }
}

/// The money of donors, by the day and the last instant at which giving moved. A few kilobytes each.
#[derive(Default)]
struct KnownMoney(Kept<(i64, AsOf, KnownAt), Arc<Money>, 512>);

/// The money of each of some donors, given with the ids of all that belong to it and its own.
///
/// # Errors
/// Where the database fails.
pub(super) async fn of(
    memory: &Memory,
    connection: &mut PgConnection,
    families: &[(i64, &[i64])],
    scope: &Scope,
) -> Result<Vec<Arc<Money>>, sqlx::Error> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let known = memory.of::<KnownMoney>();
    let settled = settled(memory, &mut *connection, scope.known_at).await?;
    let key = |donor| (donor, scope.as_of, settled);
    let kept: Vec<Option<Arc<Money>>> = families.iter().map(|(donor, _)| known.0.get(&key(*donor))).collect();
    let missing: Vec<(i64, &[i64])> =
        families.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(family, _)| *family).collect();
    let mut read: Vec<Arc<Money>> = Vec::new();
    if !missing.is_empty() {
        let found: Vec<Money> = statement(&missing, scope).done().build_query_as().fetch_all(connection).await?;
        read.extend(found.into_iter().map(Arc::new));
    }
    let of = |((donor, _), kept): (&(i64, &[i64]), Option<Arc<Money>>)| {
        let read = || read.iter().find(|one| one.root == *donor).map(|one| known.0.put(key(*donor), one.clone()));
        kept.or_else(read).ok_or(sqlx::Error::RowNotFound)
    };
    families.iter().zip(kept).map(of).collect()
}

/// A row for each of some donors.
fn statement(families: &[(i64, &[i64])], scope: &Scope) -> Select {
    let pairs = families.iter().flat_map(|(root, family)| family.iter().map(|id| (*root, *id)));
    let (roots, members): (Vec<i64>, Vec<i64>) = pairs.unzip();
    let mut select = scope.begin();
    select.sql(", member as materialized (select m.root, array_agg(m.id) as ids from unnest(").bind(roots);
    select.sql("::bigint[], ").bind(members).sql(
        "::bigint[]) m (root, id) group by m.root)
         select r.root, g.given, o.overdue, p.promised, n.next_due_on, (select json_agg(s.value) from (
                select distinct on (s.fund_id) s.value from scope join setting_facts s on s.setting = ",
    );
    select.bind(NO_DATA_YEARS.name).sql(
        " and (s.in_force_from is null or s.in_force_from <= scope.day)
                    and was_known(s.recorded_at, s.voided_at, scope.known)
                order by s.fund_id, s.in_force_from desc nulls last) s) as no_data
         from member r cross join lateral (",
    );
    given(&mut select, scope);
    select.sql(
        ") g cross join lateral (select json_agg(o) as overdue from (
            select b.donor_id as donor, sum(usd_of(b.outstanding, r.units_per_usd))::text as usd,
                min(b.falls_due_on) as since
            from scope join instalment_balances b on b.donor_id = any(r.ids) and is_overdue(b, scope.day, scope.known)
            join rates r on r.currency = b.currency group by b.donor_id) o
         ) o cross join lateral (select json_agg(p) as promised from (
            select b.donor_id as donor, sum(usd_of(b.receivable, r.units_per_usd))::text as usd
            from scope join pledge_balances b on b.donor_id = any(r.ids) and stands(b, scope.day, scope.known)
            join rates r on r.currency = b.currency group by b.donor_id) p
         ) p cross join lateral (
            select min(b.falls_due_on) as next_due_on from scope join instalment_balances b on b.donor_id = any(r.ids)
                and b.outstanding > 0 and b.falls_due_on >= scope.day and stands(b, scope.day, scope.known)
                and exists (select from pledge_balances pb where pb.pledge_id = b.pledge_id
                    and stands(pb, scope.day, scope.known) and pb.status = 'signed')
         ) n",
    );
    select
}

/// What came in. Summed before anything is looked up for it: a pledge is paid in many parts, over years.
fn given(select: &mut Select, scope: &Scope) {
    select.sql(
        "with cash as materialized (
            select c.donor_id, extract(year from c.received_on)::integer as year, c.fund_id, c.pledge_id,
                   sum(usd_of(c.amount, rate_on(h.days, h.rates, c.received_on))) as usd
            from scope join contribution_facts c on c.donor_id = any(r.ids)
                and c.kind = 'cash' and c.received_on <= scope.day
                and was_known(c.recorded_at, c.voided_at, scope.known)
            left join through h on h.currency = c.currency
            group by 1, 2, 3, 4),
         marked as materialized (
            select c.pledge_id, t.earmarking from scope cross join (select distinct pledge_id from cash) c",
    );
    terms_from(select);
    select.sql(
        ")
         select json_agg(y) as given from (
            select c.donor_id as donor, c.year, ",
    );
    select.sql(EARMARKING).sql(
        " as earmarking, coalesce(sum(c.usd), 0)::text as usd
            from cash c left join marked t on t.pledge_id = c.pledge_id",
    );
    funds_from(select, scope);
    select.sql(" group by 1, 2, 3) y");
}
