//! What the forms of pledges ask of the database besides the import's own questions.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use crate::access::{Act, Role};
use crate::kernel::Currency;
use crate::units;

/// Whether a role may keep pledges of these units: staff keep those of their own unit and below it, as it is today.
pub async fn may_keep(
    connection: &mut PgConnection,
    (role, own): (Role, Option<&str>),
    today: NaiveDate,
    known_at: DateTime<Utc>,
    codes: &[String],
) -> Result<bool, sqlx::Error> {
    units::may_keep(connection, (role, own), Act::KeepPledges, today, known_at, codes).await
}

/// The next free reference of the year, counted on from the highest there is.
pub async fn next_reference(connection: &mut PgConnection, today: NaiveDate) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(
        "select 'P-' || y || '-' || lpad((coalesce(max(substring(p.ref from '[0-9]+$')::bigint), 0) + 1)::text, 3, '0')
         from (select extract(year from $1::date)::text as y) year
         left join pledges p on p.ref ~ ('^P-' || y || '-[0-9]{1,9}$') group by y",
    )
    .bind(today)
    .fetch_one(connection)
    .await
}

/// How a pledge stands today, for the forms of what may happen to it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Standing {
    /// Its row.
    pub id: i64,
    /// The code of its unit.
    pub unit: String,
    /// Its currency.
    pub currency: Currency,
    /// What is still to come.
    pub outstanding: Decimal,
    /// From when the schedule in force is; none where it is from the beginning or there is none.
    pub schedule_from: Option<NaiveDate>,
    /// From when the terms in force are.
    pub terms_from: Option<NaiveDate>,
}

/// How a pledge stands on a day.
pub async fn standing(
    connection: &mut PgConnection,
    code: &str,
    day: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Option<Standing>, sqlx::Error> {
    sqlx::query_as(
        "select p.id, u.code as unit, b.currency, b.outstanding, t.agreed_on as terms_from,
                (select max(i.agreed_on) from instalments i where i.pledge_id = p.id and i.agreed_on <= $2
                    and was_known(i.recorded_at, i.voided_at, $3)) as schedule_from
         from pledges p join pledge_balances b on b.pledge_id = p.id and stands(b, $2, $3)
         join pledge_terms t on t.id = b.terms_id join units u on u.id = b.unit_id where p.ref = $1",
    )
    .bind(code)
    .bind(day)
    .bind(known_at)
    .fetch_optional(connection)
    .await
}

/// An instalment of the schedule in force, as it stands on a day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StandingInstalment {
    /// Its number.
    pub number: i32,
    /// The day its schedule says.
    pub due_on: NaiveDate,
    /// What is still to come of it.
    pub outstanding: Decimal,
    /// What it waits for.
    pub condition: Option<String>,
    /// Whether that is still to be met.
    pub waits: bool,
}

/// The instalments of a pledge as they stand on a day, by number.
pub async fn standing_instalments(
    connection: &mut PgConnection,
    pledge: i64,
    day: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<StandingInstalment>, sqlx::Error> {
    sqlx::query_as(
        "select b.number, b.due_on, b.outstanding, i.condition, b.falls_due_on is null as waits
         from instalment_balances b join instalments i on i.id = b.instalment_id
         where b.pledge_id = $1 and stands(b, $2, $3) order by b.number",
    )
    .bind(pledge)
    .bind(day)
    .bind(known_at)
    .fetch_all(connection)
    .await
}
