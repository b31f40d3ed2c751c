//! The demonstration: the files of `demo/`, loaded as anybody would load them, and a sign-in per role.

use std::collections::{BTreeMap, HashMap};

use crate::access::Role;
use crate::db::Db;
use crate::documents::{self, Files};
use crate::donors::focal_points::FocalPoint;
use crate::donors::{contacts, focal_points};
use crate::facts::tables::SETTING_FACTS;
use crate::facts::{Actor, WriteTx};
use crate::imports::{self, Held, Import, ImportError, Kind};
use crate::intelligence;
use crate::kernel::Clock;
use crate::kernel::ids::SYSTEM_ACCOUNT;
use crate::l10n::L10n;
use crate::meetings;
use crate::settings::NO_DATA_YEARS;
use crate::users::{self, NewAccount, UserError};

/// The password of every account of the demonstration. Everybody knows it: it is only served to its own machine.
pub const PASSWORD: &str = "demonstration";

const CONTACTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/contacts.csv"));
const DOCUMENTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/documents.csv"));
const FOCAL_POINTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/focal-points.csv"));
const FOLLOW_UPS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/follow-ups.csv"));
const INTELLIGENCE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/intelligence.csv"));
const MEETINGS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/meetings.csv"));
const ACCOUNTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/accounts.csv"));

/// The files, in the order they refer to each other, kept in the program so that it needs none beside it.
const FILES: [(Kind, &str, &str); 16] = [
    (Kind::Units, "units.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/units.csv"))),
    (Kind::Funds, "funds.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/funds.csv"))),
    (Kind::Donors, "donors.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/donors.csv"))),
    (Kind::Rates, "rates.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/rates.csv"))),
    (Kind::Projects, "projects.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/projects.csv"))),
    (Kind::Pledges, "pledges.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/pledges.csv"))),
    (Kind::Instalments, "instalments.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/instalments.csv"))),
    (
        Kind::Contributions,
        "contributions-real.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/contributions-real.csv")),
    ),
    (
        Kind::Contributions,
        "contributions-adjusted.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/contributions-adjusted.csv")),
    ),
    (
        Kind::Contributions,
        "contributions-invented.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/contributions-invented.csv")),
    ),
    (Kind::Budgets, "budgets.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/budgets.csv"))),
    (
        Kind::Expenditures,
        "expenditures.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/expenditures.csv")),
    ),
    (Kind::Milestones, "milestones.csv", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/milestones.csv"))),
    (
        Kind::ProjectStatuses,
        "project-statuses.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/project-statuses.csv")),
    ),
    (
        Kind::DonorReports,
        "donor-reports.csv",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/donor-reports.csv")),
    ),
    (Kind::Meetings, "meetings.csv", MEETINGS),
];

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its files could not be written out.
    #[error("the demonstration's files could not be written: {0}")]
    Files(#[from] std::io::Error),
    /// Its files were refused, which a test prevents.
    #[error("the demonstration's files were refused: {0}")]
    Refused(String),
    /// An account was refused.
    #[error(transparent)]
    Account(#[from] UserError),
    /// The documents were refused.
    #[error(transparent)]
    Documents(#[from] documents::FillError),
    /// The import failed.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

fn accounts() -> Vec<[&'static str; 4]> {
    let rows = ACCOUNTS.lines().skip(1).map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    rows.filter_map(|cells| cells.try_into().ok()).collect()
}

/// A sign-in per role, in lines for a terminal.
pub fn sign_ins() -> Vec<String> {
    let accounts = accounts();
    let first = |role: &Role| accounts.iter().find(|[_, _, of, _]| *of == role.as_str());
    let lines = Role::OF_PEOPLE.iter().filter_map(first);
    lines.map(|[email, _, role, _]| format!("{role:<22} {email:<36} {PASSWORD}")).collect()
}

/// Loads what is not there yet. Run again it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn fill(db: &Db, clock: &Clock, documents: &Files) -> Result<(), DemoError> {
    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for (kind, name, content) in FILES {
        let path = folder.path().join(name);
        std::fs::write(&path, content)?;
        files.push((kind, path));
    }
    // Accounts belong to units, and donors have focal points: units first, then accounts, then the rest.
    load(db, clock, files.iter().filter(|(kind, _)| *kind == Kind::Units).cloned().collect()).await?;
    let mut tx = db.read().await?;
    let there = users::list(&mut tx).await?;
    tx.end();
    for [email, name, role, unit] in accounts() {
        if there.iter().any(|account| account.email == email) {
            continue;
        }
        let role = role.parse().map_err(|_| DemoError::Refused(role.to_owned()))?;
        let unit = (!unit.is_empty()).then(|| unit.to_owned());
        let (email, name) = (email.to_owned(), name.to_owned());
        let account = NewAccount { email, name, role, unit, password: PASSWORD.to_owned().into() };
        users::add(db, actor(), account).await?;
    }
    load(db, clock, files).await?;
    mark_year_without_data(db).await?;
    name_people(db).await?;
    promise(db).await?;
    know(db).await?;
    Ok(documents::fill(db, documents, DOCUMENTS).await?)
}

/// Follow-ups of the meetings, entered by whoever logged each of them. Once only.
async fn promise(db: &Db) -> Result<(), DemoError> {
    let mut tx = db.read().await?;
    let there: bool =
        sqlx::query_scalar("select exists (select from changes where act = 'action-add')").fetch_one(&mut *tx).await?;
    let accounts = users::list(&mut tx).await?;
    tx.end();
    if there {
        return Ok(());
    }
    let rows = by_first::<meetings::Promised>(FOLLOW_UPS)?;
    for line in csv::Reader::from_reader(MEETINGS.as_bytes()).deserialize() {
        let LoggedBy { reference, logged_by } =
            line.map_err(|error: csv::Error| DemoError::Refused(error.to_string()))?;
        let Some(promised) = rows.get(&reference) else { continue };
        let account = accounts.iter().find(|account| account.email == logged_by);
        let account = account.ok_or_else(|| DemoError::Refused(logged_by.clone()))?;
        let actor = Actor { account: account.id, role: account.role, os_user: None };
        let mut tx = WriteTx::begin(db, actor, "action-add", None).await?;
        meetings::promise(&mut tx, &reference, promised).await?;
        tx.say(serde_json::json!({ "room": "meetings" }));
        tx.commit().await?;
    }
    Ok(())
}

/// What is known about donors, a change by each who wrote of it. Once only.
async fn know(db: &Db) -> Result<(), DemoError> {
    let mut tx = db.read().await?;
    let there: bool = sqlx::query_scalar("select exists (select from changes where act = 'intelligence-add')")
        .fetch_one(&mut *tx)
        .await?;
    let accounts = users::list(&mut tx).await?;
    tx.end();
    if there {
        return Ok(());
    }
    for (email, entries) in by_first::<intelligence::DemoEntry>(INTELLIGENCE)? {
        let account = accounts.iter().find(|account| account.email == email);
        let account = account.ok_or_else(|| DemoError::Refused(email.clone()))?;
        let actor = Actor { account: account.id, role: account.role, os_user: None };
        let mut tx = WriteTx::begin(db, actor, "intelligence-add", None).await?;
        intelligence::record_demo(&mut tx, entries).await?;
        tx.say(serde_json::json!({ "room": "intelligence" }));
        tx.commit().await?;
    }
    Ok(())
}

/// Who logged a meeting of the file.
#[derive(serde::Deserialize)]
struct LoggedBy {
    #[serde(rename = "ref")]
    reference: String,
    logged_by: String,
}

/// Contacts at donors, and who looked after them when: a change a donor. Once only.
async fn name_people(db: &Db) -> Result<(), DemoError> {
    let mut tx = db.read().await?;
    let there: bool = sqlx::query_scalar("select exists (select from donor_contacts)").fetch_one(&mut *tx).await?;
    let donors: HashMap<String, (i64, String)> = sqlx::query_as("select code, id, name from donors")
        .fetch_all(&mut *tx)
        .await?
        .into_iter()
        .map(|(code, id, name): (String, i64, String)| (code, (id, name)))
        .collect();
    tx.end();
    if there {
        return Ok(());
    }
    for (code, people) in by_first::<Held>(CONTACTS)? {
        let (id, _) = donors.get(&code).ok_or_else(|| DemoError::Refused(code.clone()))?;
        let mut tx = WriteTx::begin(db, actor(), "contact-add", None).await?;
        for held in people {
            contacts::add(&mut tx, *id, &held.into_iter().filter(|(_, text)| !text.is_empty()).collect()).await?;
        }
        tx.say(serde_json::json!({ "room": "donors", "code": code }));
        tx.commit().await?;
    }
    for (code, list) in by_first::<FocalPoint>(FOCAL_POINTS)? {
        let (id, name) = donors.get(&code).ok_or_else(|| DemoError::Refused(code.clone()))?;
        let mut tx = WriteTx::begin(db, actor(), "focal-points", None).await?;
        focal_points::replace(&mut tx, *id, name, &list).await?;
        tx.say(serde_json::json!({ "room": "donors", "code": code }));
        tx.commit().await?;
    }
    Ok(())
}

/// The rows of a file of this folder's own, by the donor or person in their first column.
fn by_first<T: serde::de::DeserializeOwned>(file: &str) -> Result<BTreeMap<String, Vec<T>>, DemoError> {
    let refused = |error: csv::Error| DemoError::Refused(error.to_string());
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut rows: BTreeMap<String, Vec<T>> = BTreeMap::new();
    let headers = reader.headers().map_err(refused)?.clone();
    let rest: csv::StringRecord = headers.iter().skip(1).collect();
    for record in reader.records() {
        let record = record.map_err(refused)?;
        let cells: csv::StringRecord = record.iter().skip(1).collect();
        let row = cells.deserialize(Some(&rest)).map_err(refused)?;
        rows.entry(record.get(0).unwrap_or_default().to_owned()).or_default().push(row);
    }
    Ok(rows)
}

/// The statistics have no non-earmarked rows for 2015: that is no gap in anybody's giving.
async fn mark_year_without_data(db: &Db) -> Result<(), DemoError> {
    let mut tx = WriteTx::begin(db, actor(), "setting", None).await?;
    let marked = "select 'no_data_years FNE' as key, null::bigint as replaces, 'no_data_years' as setting,
            f.id as fund_id, null::date as in_force_from, '[2015]'::jsonb as value
        from funds f where f.code = 'FNE' and not exists (select from setting_facts s
            where s.setting = 'no_data_years' and s.fund_id = f.id and s.voided_at is null)";
    tx.say(serde_json::json!({ "room": "settings", "code": NO_DATA_YEARS.name }));
    if SETTING_FACTS.record(&mut tx, marked).await? > 0 {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

fn actor() -> Actor {
    Actor { account: SYSTEM_ACCOUNT, role: Role::System, os_user: None }
}

async fn load(db: &Db, clock: &Clock, files: Vec<(Kind, std::path::PathBuf)>) -> Result<(), DemoError> {
    let outcome = imports::run(db, actor(), clock, &Import { files, ..Import::default() }).await?;
    if outcome.accepted() {
        return Ok(());
    }
    Err(DemoError::Refused(outcome.lines(&outcome.errors, L10n::ENGLISH).join("\n")))
}
