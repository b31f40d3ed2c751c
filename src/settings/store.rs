//! The facts of settings.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;

use super::{ALL, Setting, in_force};
use crate::db::Select;
use crate::facts::WriteTx;
use crate::facts::tables::SETTING_FACTS;
use crate::kernel::{AsOf, KnownAt};

/// What was said of a setting, and what became of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Said {
    /// The setting.
    pub setting: String,
    /// The fund it is of; of every one where none.
    pub fund: Option<String>,
    /// From which day; from the beginning where none.
    pub in_force_from: Option<NaiveDate>,
    /// The value.
    pub value: Value,
    /// The change that recorded it.
    pub change_id: i64,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Who.
    pub account: String,
    /// Why.
    pub reason: Option<String>,
    /// The change that voided it, where one did.
    pub voided_change_id: Option<i64>,
}

/// Everything ever said of settings, known at an instant: by setting, fund and day, the latest first.
pub async fn all(connection: &mut PgConnection, known_at: KnownAt) -> Result<Vec<Said>, sqlx::Error> {
    sqlx::query_as(
        "select s.setting, f.code as fund, s.in_force_from, s.value, s.change_id, s.recorded_at, a.name as account,
                c.reason, case when s.voided_at <= $1 then s.voided_change_id end as voided_change_id
         from setting_facts s join changes c on c.id = s.change_id join accounts a on a.id = c.account_id
         left join funds f on f.id = s.fund_id
         where s.recorded_at <= $1
         order by s.setting, f.code nulls first, s.in_force_from desc nulls last, s.id desc",
    )
    .bind(known_at.0)
    .fetch_all(connection)
    .await
}

/// The values in force on a day, known at an instant: of every fund, and of each fund that has its own.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InForce {
    /// The setting.
    pub setting: String,
    /// The fund, where the value is its own.
    pub fund: Option<String>,
    /// Its name.
    pub fund_name: Option<String>,
    /// The value.
    pub value: Value,
}

/// What is in force on a day, known at an instant.
pub async fn values(
    connection: &mut PgConnection,
    as_of: AsOf,
    known_at: KnownAt,
) -> Result<Vec<InForce>, sqlx::Error> {
    let mut select = Select::new("with scope as (select ");
    select.bind(as_of.0).sql("::date as day, ").bind(known_at.0).sql("::timestamptz as known) select * from (");
    for (at, setting) in ALL.into_iter().enumerate() {
        select.sql(if at == 0 { "select " } else { " union all select " }).bind(i32::try_from(at).unwrap_or(i32::MAX));
        select
            .sql("::integer as at, ")
            .bind(setting.name)
            .sql("::text as setting, f.code as fund, f.name as fund_name, ");
        in_force(&mut select, setting, "f.id", "scope.day", "scope.known");
        select.sql(
            " as value from scope cross join (select null::bigint as id, null::text as code, null::text as name
              union all select f.id, f.code, f.name from funds f where exists (
                select from setting_facts o where o.fund_id = f.id and o.setting = ",
        );
        select.bind(setting.name).sql(" and o.voided_at is null)) f");
    }
    select.sql(") v order by at, fund nulls first");
    select.done().build_query_as().fetch_all(connection).await
}

/// What somebody says of a setting.
#[derive(Debug)]
pub struct NewValue {
    /// Of which setting.
    pub setting: &'static Setting,
    /// Of which fund; of every one where none.
    pub fund: Option<String>,
    /// From which day; from the beginning where none.
    pub in_force_from: Option<NaiveDate>,
    /// The value.
    pub value: Value,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Recorded; where there was one of that day, it was corrected.
    Recorded,
    /// It says that already.
    Same,
    /// There is no such fund.
    NoFund,
}

/// Records a value from a day on; one of that very day is voided and replaced.
pub async fn record(tx: &mut WriteTx, new: NewValue) -> Result<Outcome, sqlx::Error> {
    tx.recorded().await?;
    let fund: Option<i64> = match &new.fund {
        None => None,
        Some(code) => {
            let found: Option<i64> = sqlx::query_scalar("select id from funds where code = $1")
                .bind(code)
                .fetch_optional(tx.connection())
                .await?;
            let Some(found) = found else { return Ok(Outcome::NoFund) };
            Some(found)
        }
    };
    let before: Option<(i64, Value)> = sqlx::query_as(
        "select id, value from setting_facts where voided_at is null and setting = $1
            and fund_id is not distinct from $2 and in_force_from is not distinct from $3",
    )
    .bind(new.setting.name)
    .bind(fund)
    .bind(new.in_force_from)
    .fetch_optional(tx.connection())
    .await?;
    if before.as_ref().is_some_and(|(_, value)| *value == new.value) {
        return Ok(Outcome::Same);
    }
    let replaces = before.map(|(id, _)| id);
    if let Some(id) = replaces {
        SETTING_FACTS.void_one(tx, id).await?;
    }
    let key = new.fund.map_or_else(|| new.setting.name.to_owned(), |fund| format!("{} {fund}", new.setting.name));
    SETTING_FACTS
        .record_bound(tx, |source| {
            source.sql("select ").bind(key).sql("::text as key, ").bind(replaces).sql("::bigint as replaces, ");
            source.bind(new.setting.name).sql("::text as setting, ").bind(fund).sql("::bigint as fund_id, ");
            source.bind(new.in_force_from).sql("::date as in_force_from, ").bind(new.value).sql("::jsonb as value");
        })
        .await?;
    Ok(Outcome::Recorded)
}
