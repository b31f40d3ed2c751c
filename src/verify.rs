//! `dis verify`: what the ledger promises of itself, checked. Every line it returns is a sentence about something broken.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::balances;
use crate::facts::ChangeId;
use crate::facts::change::{Envelope, chain_hash, digests};
use crate::kernel::ids::{AccountId, PledgeId};

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: i64,
    recorded_at: DateTime<Utc>,
    account_id: AccountId,
    os_user: Option<String>,
    act: String,
    reason: Option<String>,
    form_id: Option<Uuid>,
    details: String,
    digest: Vec<u8>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

/// The last change there is: kept outside the database, it shows whether the tail was cut off later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 where nothing was ever recorded.
    pub change: i64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// What a check found.
#[derive(Debug)]
pub struct Verified {
    /// The last change.
    pub head: Head,
    /// What is broken, a sentence each; empty where nothing is.
    pub broken: Vec<String>,
}

/// Checks the chain of changes against the rows they speak for, the chain against a head noted earlier, and the
/// balances, as known after every change, against the facts known then.
pub async fn verify(connection: &mut PgConnection, noted: Option<&Head>) -> Result<Verified, sqlx::Error> {
    let mut broken = Vec::new();
    let changes: Vec<ChangeRow> = sqlx::query_as(
        "select id, recorded_at, account_id, os_user, act, reason, form_id, details::text as details, digest,
                previous_hash, hash
         from changes order by id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let head = check_chain(connection, &changes, &mut broken).await?;
    if let Some(noted) = noted {
        let still_there =
            changes.iter().any(|change| change.id == noted.change && hex::encode(&change.hash) == noted.hash);
        if !still_there && noted.change != 0 {
            broken.push(format!("change {} as it was noted outside the database is no longer there", noted.change));
        }
    }
    check_rows(connection, &changes, &mut broken).await?;
    check_balances(connection, &changes, &mut broken).await?;
    Ok(Verified { head, broken })
}

async fn check_chain(
    connection: &mut PgConnection,
    changes: &[ChangeRow],
    broken: &mut Vec<String>,
) -> Result<Head, sqlx::Error> {
    let mut previous: Vec<u8> =
        sqlx::query_scalar("select sha256('Donor Information System'::bytea)").fetch_one(&mut *connection).await?;
    for (at, change) in changes.iter().enumerate() {
        if usize::try_from(change.id).ok() != Some(at + 1) {
            broken.push(format!("the chain of changes has a gap before change {}", change.id));
            break;
        }
        let hash = chain_hash(&Envelope {
            change: ChangeId(change.id),
            at: change.recorded_at,
            account: change.account_id,
            os_user: change.os_user.as_deref(),
            act: &change.act,
            reason: change.reason.as_deref(),
            form: change.form_id,
            details: &change.details,
            digest: &change.digest,
            previous_hash: &change.previous_hash,
        });
        if hash != change.hash {
            broken.push(format!("change {} is not what its hash says", change.id));
        }
        if previous != change.previous_hash {
            broken.push(format!("change {} does not follow the change before it", change.id));
        }
        previous.clone_from(&change.hash);
    }
    let (change_id, hash): (i64, Vec<u8>) =
        sqlx::query_as("select change_id, hash from change_head").fetch_one(&mut *connection).await?;
    if (change_id, &hash) != (changes.last().map_or(0, |change| change.id), &previous) {
        broken.push(format!("the head of the chain says change {change_id}, the chain ends elsewhere"));
    }
    Ok(Head { change: change_id, hash: hex::encode(hash) })
}

async fn check_rows(
    connection: &mut PgConnection,
    changes: &[ChangeRow],
    broken: &mut Vec<String>,
) -> Result<(), sqlx::Error> {
    let found = digests(connection).await?;
    let of = |id: i64| found.binary_search_by_key(&id, |(change, _)| *change).ok().map(|at| found[at].1.as_slice());
    let nothing = crate::facts::change::digest_of_nothing();
    for change in changes {
        if of(change.id).unwrap_or(&nothing) != change.digest {
            broken.push(format!("what change {} recorded is not what it recorded then", change.id));
        }
    }
    for (id, _) in &found {
        if !changes.iter().any(|change| change.id == *id) {
            broken.push(format!("rows say they belong to change {id}, which does not exist"));
        }
    }
    Ok(())
}

async fn check_balances(
    connection: &mut PgConnection,
    changes: &[ChangeRow],
    broken: &mut Vec<String>,
) -> Result<(), sqlx::Error> {
    let pledges: Vec<PledgeId> =
        sqlx::query_scalar("select id from pledges order by id").fetch_all(&mut *connection).await?;
    for change in changes {
        let wrong = balances::count_wrong(&mut *connection, &pledges, change.recorded_at).await?;
        if wrong > 0 {
            broken.push(format!("{wrong} balances, as known after change {}, are not what the facts give", change.id));
        }
    }
    Ok(())
}
