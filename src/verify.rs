//! `dis verify`: what the ledger promises of itself, checked. Every line it returns is a sentence about something broken.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::balances;
use crate::db::Select;
use crate::facts::change::{Envelope, chain_hash, digests};
use crate::facts::{ChangeId, tables};
use crate::kernel::ids::{AccountId, PledgeId, ReportId};
use crate::l10n::L10n;
use crate::ledger;
use crate::published;
use crate::report_states;

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

/// Checks the chain of changes against the rows they speak for and a head noted earlier, the facts against each other,
/// and the balances, as known after every change, against the facts known then.
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
    check_marks(connection, &mut broken).await?;
    check_ledger(connection, &mut broken).await?;
    check_versions(connection, &mut broken).await?;
    check_balances(connection, &changes, &mut broken).await?;
    check_report_states(connection, &changes, &mut broken).await?;
    check_kept(connection, &mut broken).await?;
    broken.extend(published::broken(connection).await?);
    check_revisions(connection, &mut broken).await?;
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
        if changes.binary_search_by_key(id, |change| change.id).is_err() {
            broken.push(format!("rows say they belong to change {id}, which does not exist"));
        }
    }
    Ok(())
}

/// Every balance there ever was: what a change touched, as known after it; everything, as known now; and that no
/// balance begins or ends to be known with a change that did not touch its pledge. Between two changes that touch a
/// pledge nothing can differ then, so that no instant goes unchecked.
async fn check_balances(
    connection: &mut PgConnection,
    changes: &[ChangeRow],
    broken: &mut Vec<String>,
) -> Result<(), sqlx::Error> {
    let Some(last) = changes.last() else { return Ok(()) };
    let touched: Vec<(i64, Vec<PledgeId>)> = sqlx::query_as(concat!(
        "select change, array_agg(pledge_id order by pledge_id) from (",
        balances::touched!(),
        ") touched group by change order by change"
    ))
    .fetch_all(&mut *connection)
    .await?;
    let rates_moved: HashSet<i64> = sqlx::query_scalar(
        "select change_id from exchange_rates
         union select voided_change_id from exchange_rates where voided_change_id is not null",
    )
    .fetch_all(&mut *connection)
    .await?
    .into_iter()
    .collect();
    let all: Vec<PledgeId> =
        sqlx::query_scalar("select id from pledges order by id").fetch_all(&mut *connection).await?;
    let mut comparison = balances::Comparison::default();
    for change in changes {
        if rates_moved.contains(&change.id) {
            comparison.rates_moved();
        }
        let pledges = if change.id == last.id {
            all.as_slice()
        } else {
            touched.binary_search_by_key(&change.id, |(id, _)| *id).map_or(&[][..], |at| touched[at].1.as_slice())
        };
        let wrong = comparison.count_wrong(&mut *connection, pledges, change.recorded_at).await?;
        if wrong > 0 {
            broken.push(format!("{wrong} balances, as known after change {}, are not what the facts give", change.id));
        }
    }
    let loose: i64 = sqlx::query_scalar(concat!(
        "select count(*) from (
            select pledge_id, lower(known) as at from pledge_balances where not isempty(known)
            union select pledge_id, lower(known) from instalment_balances where not isempty(known)
            union select pledge_id, lower(known) from allocations where not isempty(known)
            union select pledge_id, upper(known) from pledge_balances where not isempty(known) and not upper_inf(known)
            union select pledge_id, upper(known) from instalment_balances
                where not isempty(known) and not upper_inf(known)
            union select pledge_id, upper(known) from allocations where not isempty(known) and not upper_inf(known)
         ) bounds left join (select t.pledge_id, c.recorded_at from (",
        balances::touched!(),
        ") t join changes c on c.id = t.change) touched
            on touched.pledge_id = bounds.pledge_id and touched.recorded_at = bounds.at
         where touched.pledge_id is null"
    ))
    .fetch_one(&mut *connection)
    .await?;
    if loose > 0 {
        broken.push(format!("balances of {loose} pledges begin or end to be known with no change that touched them"));
    }
    Ok(())
}

/// Every state of a report there ever was, as [`check_balances`] does for balances.
async fn check_report_states(
    connection: &mut PgConnection,
    changes: &[ChangeRow],
    broken: &mut Vec<String>,
) -> Result<(), sqlx::Error> {
    let Some(last) = changes.last() else { return Ok(()) };
    let touched: Vec<(i64, Vec<ReportId>)> = sqlx::query_as(concat!(
        "select change, array_agg(report_id order by report_id) from (",
        report_states::touched!(),
        ") touched group by change order by change"
    ))
    .fetch_all(&mut *connection)
    .await?;
    let all: Vec<ReportId> =
        sqlx::query_scalar("select id from donor_reports order by id").fetch_all(&mut *connection).await?;
    let by_change = changes.iter().filter(|change| change.id != last.id).filter_map(|change| {
        let at = touched.binary_search_by_key(&change.id, |(id, _)| *id).ok()?;
        Some((change, touched[at].1.as_slice()))
    });
    for (change, reports) in by_change.chain([(last, all.as_slice())]) {
        let wrong = report_states::count_wrong(&mut *connection, reports, change.recorded_at).await?;
        if wrong > 0 {
            broken.push(format!(
                "{wrong} report states, as known after change {}, are not what the facts give",
                change.id
            ));
        }
    }
    let loose: i64 = sqlx::query_scalar(concat!(
        "select count(*) from (
            select report_id, lower(known) as at from report_states where not isempty(known)
            union select report_id, upper(known) from report_states where not isempty(known) and not upper_inf(known)
         ) bounds left join (select t.report_id, c.recorded_at from (",
        report_states::touched!(),
        ") t join changes c on c.id = t.change) touched
            on touched.report_id = bounds.report_id and touched.recorded_at = bounds.at
         where touched.report_id is null"
    ))
    .fetch_one(&mut *connection)
    .await?;
    if loose > 0 {
        broken.push(format!("states of {loose} reports begin or end to be known with no change that touched them"));
    }
    Ok(())
}

/// The rates and the cash that are kept beside their facts are what the facts give.
async fn check_kept(connection: &mut PgConnection, broken: &mut Vec<String>) -> Result<(), sqlx::Error> {
    let wrong: i64 = sqlx::query_scalar("select kept_broken()").fetch_one(connection).await?;
    if wrong > 0 {
        broken.push(format!("{wrong} of the rates and sums of cash that are kept are not what the facts give"));
    }
    Ok(())
}

/// What classified things said is what the audit has the digests of. Only how many are broken is told: nothing of what they
/// say.
async fn check_revisions(connection: &mut PgConnection, broken: &mut Vec<String>) -> Result<(), sqlx::Error> {
    let wrong: i64 = sqlx::query_scalar("select meeting_revisions_broken()").fetch_one(&mut *connection).await?;
    if wrong > 0 {
        broken.push(format!("{wrong} revisions of meetings are not what their changes recorded"));
    }
    let wrong: i64 = sqlx::query_scalar("select document_revisions_broken()").fetch_one(&mut *connection).await?;
    if wrong > 0 {
        broken.push(format!("{wrong} revisions of documents are not what their changes recorded"));
    }
    let wrong: i64 = sqlx::query_scalar("select intelligence_revisions_broken()").fetch_one(connection).await?;
    if wrong > 0 {
        broken.push(format!("{wrong} revisions of intelligence are not what their changes recorded"));
    }
    Ok(())
}

/// Two versions of one thing never speak of the same day and the same instant.
async fn check_versions(connection: &mut PgConnection, broken: &mut Vec<String>) -> Result<(), sqlx::Error> {
    for (what, question) in [
        (
            "pledge balances",
            "select count(*) from pledge_balances a join pledge_balances b on b.pledge_id = a.pledge_id
                and b.id > a.id and b.valid && a.valid and b.known && a.known",
        ),
        (
            "instalment balances",
            "select count(*) from instalment_balances a join instalment_balances b on b.pledge_id = a.pledge_id
                and b.number = a.number and b.id > a.id and b.valid && a.valid and b.known && a.known",
        ),
        (
            "allocations",
            "select count(*) from allocations a join allocations b on b.pledge_id = a.pledge_id
                and b.contribution_id = a.contribution_id and b.number = a.number and b.by_hand = a.by_hand
                and b.id > a.id and b.valid && a.valid and b.known && a.known",
        ),
        (
            "report states",
            "select count(*) from report_states a join report_states b on b.report_id = a.report_id
                and b.id > a.id and b.valid && a.valid and b.known && a.known",
        ),
    ] {
        let overlaps: i64 = sqlx::query_scalar(question).fetch_one(&mut *connection).await?;
        if overlaps > 0 {
            broken.push(format!("{overlaps} {what} speak of the same days and instants as another of the same thing"));
        }
    }
    Ok(())
}

/// Facts that rest on facts no longer there, and schedules that do not add up.
async fn check_ledger(connection: &mut PgConnection, broken: &mut Vec<String>) -> Result<(), sqlx::Error> {
    broken.extend(ledger::broken(connection).await?.iter().map(|one| one.sentence(L10n::ENGLISH)));
    Ok(())
}

/// A fact and its void mark carry the instant of the change they name, and that change is there.
async fn check_marks(connection: &mut PgConnection, broken: &mut Vec<String>) -> Result<(), sqlx::Error> {
    for table in tables::ALL {
        let mut question = Select::new("select count(*) from ");
        question.sql(table.name).sql(
            " f left join changes c on c.id = f.change_id left join changes v on v.id = f.voided_change_id
              where c.recorded_at is distinct from f.recorded_at or v.recorded_at is distinct from f.voided_at
                or (f.voided_change_id is null) <> (f.voided_at is null)",
        );
        let (wrong,): (i64,) = question.done().build_query_as().fetch_one(&mut *connection).await?;
        if wrong > 0 {
            broken.push(format!("{wrong} facts of {} are marked by no change of that instant", table.name));
        }
    }
    Ok(())
}
