//! Cash received by topmost donor, year, fund and earmarking; who the donors are; the settings. Read once for what was
//! true on a day and known at an instant, and kept: none of it can change afterwards.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use crate::contributions::{EARMARKING, earmarking_from};
use crate::db::Select;
use crate::kernel::{AsOf, KnownAt};
use crate::lists::Scope;

/// The reserved donor of receipts nobody has placed yet: its money counts, it is nobody.
const UNIDENTIFIED: &str = "UNIDENTIFIED";

/// The Member States of the United Nations, where no setting says otherwise.
const MEMBER_STATES: u32 = 193;

/// Cash of one topmost donor in one year, for one fund, with one category of earmarking.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Received {
    /// The topmost donor.
    pub top_id: i64,
    /// The calendar year of the receipts.
    pub year: i32,
    /// The fund.
    pub fund_id: i64,
    /// The category, as the list of contributions says it.
    pub earmarking: String,
    /// The sum of the receipts' rounded US dollars, reversals and refunds with their sign.
    pub usd: Decimal,
    /// How many receipts have no exchange rate and are in no sum.
    pub without_rate: i64,
}

/// A donor that has no parent.
#[derive(Debug, Clone, Deserialize)]
pub struct Donor {
    pub id: i64,
    pub code: String,
    pub kind: String,
    pub country: Option<String>,
    pub member_state: bool,
}

impl Donor {
    /// Whether this is somebody, not the donor that holds what nobody has placed yet.
    pub fn is_somebody(&self) -> bool {
        is_somebody(&self.code)
    }
}

/// Whether a donor's code is that of somebody, not of the donor that holds what nobody has placed yet.
pub fn is_somebody(code: &str) -> bool {
    code != UNIDENTIFIED
}

/// A fund.
#[derive(Debug, Clone, Deserialize)]
pub struct Fund {
    pub id: i64,
    pub code: String,
    /// `core` or `earmarked`, on the day.
    pub kind: Option<String>,
}

/// A setting in force.
#[derive(Debug, Clone, Deserialize)]
struct Setting {
    setting: String,
    fund: Option<i64>,
    value: serde_json::Value,
}

/// Everything there is to know of giving on a day, known at an instant.
#[derive(Debug, Clone)]
pub struct Known {
    /// The receipts.
    pub received: Vec<Received>,
    /// Donors without a parent, by id.
    pub donors: BTreeMap<i64, Donor>,
    /// Funds, by code.
    pub funds: Vec<Fund>,
    /// How many Member States there are.
    pub member_states: u32,
    /// Years without data: of a fund, or of every fund.
    no_data: Vec<(Option<i64>, BTreeSet<i32>)>,
}

impl Known {
    /// Years without data in at least one of these funds: not having given in them is not certain, so no gap.
    pub fn no_data(&self, funds: &[i64]) -> BTreeSet<i32> {
        let of = |(fund, _): &&(Option<i64>, BTreeSet<i32>)| fund.is_none_or(|fund| funds.contains(&fund));
        self.no_data.iter().filter(of).flat_map(|(_, years)| years.iter().copied()).collect()
    }
}

/// The years a setting's value lists.
pub fn no_data_years(value: &serde_json::Value) -> BTreeSet<i32> {
    let years = value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_i64);
    years.filter_map(|year| i32::try_from(year).ok()).collect()
}

/// Appends a statement's rows of cash: `top_id, year, fund_id, earmarking, usd, without_rate`, of receipts from a day on
/// where one is given, up to the day of the scope.
fn received(scope: &Scope, from: Option<NaiveDate>, to: NaiveDate) -> Select {
    let mut select = scope.begin();
    select.sql(
        ", cash as materialized (
            select c.donor_id, c.fund_id, c.pledge_id, c.currency, c.received_on, c.amount
            from scope join contribution_facts c on c.kind = 'cash'
                and was_known(c.recorded_at, c.voided_at, scope.known) and c.received_on <= ",
    );
    select.bind(to);
    if let Some(from) = from {
        select.sql(" and c.received_on >= ").bind(from);
    }
    select.sql(
        "), priced as materialized (
            -- The rate of a day is looked up once, however many receipts came that day.
            select days.currency, days.received_on, case when days.currency = 'USD' then 1 else r.units_per_usd end as units_per_usd
            from (select distinct currency, received_on from cash) days cross join scope
            left join lateral (
                select r.units_per_usd from exchange_rates r
                where r.currency = days.currency and r.valid_from <= days.received_on
                    and was_known(r.recorded_at, r.voided_at, scope.known)
                order by r.valid_from desc limit 1
            ) r on true
         )
         select coalesce(top.top_id, c.donor_id) as top_id, extract(year from c.received_on)::integer as year,
                c.fund_id, ",
    );
    select.sql(EARMARKING).sql(
        " as earmarking, coalesce(sum(usd_of(c.amount, r.units_per_usd)), 0) as usd,
                count(*) filter (where r.units_per_usd is null) as without_rate
         from cash c cross join scope
         join priced r on r.currency = c.currency and r.received_on = c.received_on
         left join topmost_donors(",
    );
    scope.day_and_known(&mut select).sql(") top on top.donor_id = c.donor_id ");
    earmarking_from(&mut select, scope);
    select.sql(" group by 1, 2, 3, 4");
    select
}

async fn ground(connection: &mut PgConnection, scope: &Scope) -> Result<serde_json::Value, sqlx::Error> {
    let mut select = Select::new(
        "select json_build_object(
            'donors', (select json_agg(json_build_object('id', d.id, 'code', d.code, 'kind', t.kind,
                    'country', t.country, 'member_state', t.member_state))
                from topmost_donors(",
    );
    scope.day_and_known(&mut select).sql(
        ") t join donors d on d.id = t.donor_id where t.donor_id = t.top_id),
            'funds', (select json_agg(json_build_object('id', f.id, 'code', f.code, 'kind', ff.earmarking) order by f.code)
                from funds f left join funds_in_force(",
    );
    scope.day_and_known(&mut select).sql(
        ") ff on ff.fund_id = f.id),
            'settings', (select json_agg(json_build_object('setting', s.setting, 'fund', s.fund_id, 'value', s.value))
                from (select distinct on (s.setting, s.fund_id) s.setting, s.fund_id, s.value from setting_facts s
                    where s.setting in ('no_data_years', 'member_states')
                        and (s.in_force_from is null or s.in_force_from <= ",
    );
    select.bind(scope.as_of.0).sql(") and was_known(s.recorded_at, s.voided_at, ").bind(scope.known_at.0);
    select.sql(") order by s.setting, s.fund_id, s.in_force_from desc nulls last) s))");
    select.done().build_query_scalar().fetch_one(connection).await
}

#[derive(Deserialize)]
struct GroundRow {
    donors: Option<Vec<Donor>>,
    funds: Option<Vec<Fund>>,
    settings: Option<Vec<Setting>>,
}

async fn read(connection: &mut PgConnection, scope: &Scope) -> Result<Known, sqlx::Error> {
    let plain = Scope::new(scope.as_of, scope.known_at);
    let received = received(&plain, None, scope.as_of.0).done().build_query_as().fetch_all(&mut *connection).await?;
    let ground = ground(connection, &plain).await?;
    let ground: GroundRow = serde_json::from_value(ground).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let settings = ground.settings.unwrap_or_default();
    let member_states = settings.iter().find(|setting| setting.setting == "member_states");
    let member_states = member_states.and_then(|setting| setting.value.as_u64()?.try_into().ok());
    let no_data = settings.iter().filter(|setting| setting.setting == "no_data_years");
    Ok(Known {
        received,
        donors: ground.donors.unwrap_or_default().into_iter().map(|donor| (donor.id, donor)).collect(),
        funds: ground.funds.unwrap_or_default(),
        member_states: member_states.unwrap_or(MEMBER_STATES),
        no_data: no_data.map(|setting| (setting.fund, no_data_years(&setting.value))).collect(),
    })
}

/// How many days and instants are kept: a few megabytes each with a hundred thousand receipts.
const KEPT: usize = 6;

/// What came in a year before a day, as of a day and known at an instant.
type Earlier = HashMap<(AsOf, KnownAt, NaiveDate), Arc<Vec<Received>>>;

/// What was read already.
#[derive(Default)]
pub struct KnownGiving {
    known: Mutex<HashMap<(AsOf, KnownAt), Arc<Known>>>,
    earlier: Mutex<Earlier>,
}

/// Takes what is kept under a key.
fn kept<K: Eq + Hash, V>(of: &Mutex<HashMap<K, Arc<V>>>, key: &K) -> Option<Arc<V>> {
    of.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

/// Keeps something; where there is too much already, it alone.
fn keep<K: Eq + Hash, V>(of: &Mutex<HashMap<K, Arc<V>>>, key: K, value: V) -> Arc<V> {
    let value = Arc::new(value);
    let mut of = of.lock().unwrap_or_else(PoisonError::into_inner);
    if of.len() >= KEPT {
        of.clear();
    }
    of.insert(key, value.clone());
    value
}

impl KnownGiving {
    /// What there is to know in a scope, whatever its filters; read if nobody has asked for it yet.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn of(&self, connection: &mut PgConnection, scope: &Scope) -> Result<Arc<Known>, sqlx::Error> {
        let key = (scope.as_of, scope.known_at);
        match kept(&self.known, &key) {
            Some(known) => Ok(known),
            None => Ok(keep(&self.known, key, read(connection, scope).await?)),
        }
    }

    /// What came in the year of `day` before it: nothing where the year begins with it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn before(
        &self,
        connection: &mut PgConnection,
        scope: &Scope,
        day: NaiveDate,
    ) -> Result<Arc<Vec<Received>>, sqlx::Error> {
        let (Some(first), Some(last)) = (day.with_ordinal(1), day.pred_opt()) else { return Ok(Arc::default()) };
        if day == first || first > scope.as_of.0 {
            return Ok(Arc::default());
        }
        let key = (scope.as_of, scope.known_at, day);
        if let Some(earlier) = kept(&self.earlier, &key) {
            return Ok(earlier);
        }
        let plain = Scope::new(scope.as_of, scope.known_at);
        let mut select = received(&plain, Some(first), last.min(scope.as_of.0));
        let earlier = select.done().build_query_as().fetch_all(connection).await?;
        Ok(keep(&self.earlier, key, earlier))
    }
}
