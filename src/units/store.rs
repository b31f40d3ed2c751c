//! Whose unit something is.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use crate::access::{Act, Role, may};

/// Whether a role may do an act on things of these units: staff, where it is theirs at all, on those of their own unit
/// and below it, as the tree is today.
///
/// # Errors
/// Where the database fails.
pub async fn may_keep(
    connection: &mut PgConnection,
    (role, own): (Role, Option<&str>),
    act: Act,
    today: NaiveDate,
    known_at: DateTime<Utc>,
    units: &[String],
) -> Result<bool, sqlx::Error> {
    if !may(role, act) || role != Role::UnitStaff {
        return Ok(may(role, act));
    }
    sqlx::query_scalar(
        "select not exists (select from unnest($3::text[]) as wanted (code)
            where not exists (select from unit_tree($1, $2) t join units u on u.id = t.unit_id
                where u.code = wanted.code and $4 = any(t.path)))",
    )
    .bind(today)
    .bind(known_at)
    .bind(units)
    .bind(own.unwrap_or_default())
    .fetch_one(connection)
    .await
}
