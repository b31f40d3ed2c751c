//! Throttling of sign-ins: per account and address, per address, and per account without locking its owner out.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// A hash no password matches: spent on accounts that are not there.
pub const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Failures of one account from one address in a quarter of an hour.
const PER_ACCOUNT_AND_ADDRESS: i64 = 5;
/// Failures from one address in a quarter of an hour, whatever the account.
const PER_ADDRESS: i64 = 50;
/// Failures of one account in an hour, from anywhere. Beyond it, only addresses it was signed in from before may try.
const PER_ACCOUNT: i64 = 50;

/// Whether this account may be tried from this address now.
pub async fn allowed(pool: &PgPool, email: &str, address: IpAddr, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let (pair, from_address, of_account, known): (i64, i64, i64, bool) = sqlx::query_as(
        "select
            (select count(*) from sign_in_attempts
             where lower(email) = lower($1) and address = $2::text::inet and not succeeded and at > $3
                and at > coalesce((select max(at) from sign_in_attempts
                    where lower(email) = lower($1) and address = $2::text::inet and succeeded), '-infinity')),
            (select count(*) from sign_in_attempts where address = $2::text::inet and not succeeded and at > $3),
            (select count(*) from sign_in_attempts where lower(email) = lower($1) and not succeeded and at > $4),
            exists (select from sign_in_attempts
                    where lower(email) = lower($1) and address = $2::text::inet and succeeded)",
    )
    .bind(email)
    .bind(address.to_string())
    .bind(now - TimeDelta::minutes(15))
    .bind(now - TimeDelta::hours(1))
    .fetch_one(pool)
    .await?;
    Ok(pair < PER_ACCOUNT_AND_ADDRESS && from_address < PER_ADDRESS && (of_account < PER_ACCOUNT || known))
}

/// With what somebody tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// A password.
    Password,
    /// A code of the second factor.
    Code,
    /// A recovery code.
    RecoveryCode,
}

impl Means {
    fn as_str(self) -> &'static str {
        match self {
            Means::Password => "password",
            Means::Code => "code",
            Means::RecoveryCode => "recovery_code",
        }
    }
}

/// How long tries are kept, for the audit.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Notes a try, and forgets those that are too old.
pub async fn note(
    pool: &PgPool,
    email: &str,
    address: IpAddr,
    now: DateTime<Utc>,
    (means, succeeded): (Means, bool),
) -> Result<(), sqlx::Error> {
    let email: String = email.chars().take(254).collect();
    sqlx::query(
        "insert into sign_in_attempts (email, address, at, succeeded, means) values ($1, $2::text::inet, $3, $4, $5)",
    )
    .bind(email)
    .bind(address.to_string())
    .bind(now)
    .bind(succeeded)
    .bind(means.as_str())
    .execute(pool)
    .await?;
    sqlx::query("delete from sign_in_attempts where at < $1").bind(now - KEPT).execute(pool).await?;
    Ok(())
}
