//! Everything that is asked of the database about entries, and told to it.

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::model::{Content, Entry, Held, Kind, Outlook, Reliability, Stance};
use super::recurrence::Recurrence;
use crate::classified::{Classification, note_change};
use crate::db::Select;
use crate::facts::WriteTx;
use crate::kernel::ids::{AccountId, DonorId};
use crate::lists::Scope;
use crate::web::thing::Revision;

/// An [`Entry`] as JSON, of `intelligence i` and its `donors d`.
pub const ENTRY: &str = "jsonb_build_object('key', i.key, 'kind', i.kind, 'donor_code', d.code, 'donor_name', d.name,
    'title', i.title, 'text', i.text, 'as_of_on', i.as_of_on, 'source', i.source, 'source_link', i.source_link,
    'reliability', i.reliability, 'expires_on', i.expires_on, 'theme', i.theme, 'region', i.region,
    'subprogramme', i.subprogramme, 'sdgs', i.sdgs, 'decides_on', i.decides_on, 'recurs', i.recurs,
    'person_role', i.person_role, 'year', i.year, 'amount_usd', i.amount_usd::text,
    'percent_gni', trim_scale(i.percent_gni)::text, 'outlook', i.outlook, 'stance', i.stance,
    'classification', i.classification, 'withdrawn', i.withdrawn_why)";

/// The order of kinds, then the latest first.
pub const BY_KIND: &str =
    " order by array_position(array['priority', 'decision', 'key_person', 'budget_outlook', 'position', 'oda'],
    i.kind), i.year desc nulls last, i.as_of_on desc, i.id desc";

/// The columns an entry is written by.
const WRITTEN: &str =
    "kind, donor_id, title, text, as_of_on, source, source_link, reliability, expires_on, theme, region,
    subprogramme, sdgs, decides_on, recurs, person_role, contact_id, year, amount_usd, percent_gni, outlook, stance,
    classification, readers";

/// Most entries a page reads of a donor.
const MOST: i64 = 300;

/// An entry by its key with everything its page shows, for whoever reads in this transaction.
pub(super) async fn read(connection: &mut PgConnection, key: Uuid) -> Result<Option<Held>, sqlx::Error> {
    let mut select = Select::new("select i.id, i.version, ");
    select.sql(ENTRY).sql(
        " as entry, c.name as contact,
        (select to_jsonb(p) from (select a.id, a.email, a.name, a.role from accounts a where a.id = i.author_id) p) as author,
        (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role)
            order by t.nth), '[]')
         from unnest(i.readers) with ordinality t (id, nth) join accounts a on a.id = t.id) as readers,
        (select coalesce(jsonb_agg(jsonb_build_object('version', r.version, 'at', r.recorded_at, 'who', a.name)
            order by r.version desc), '[]')
         from intelligence_revisions r join accounts a on a.id = r.account_id where r.intelligence_id = i.id) as revisions,
        (select coalesce(jsonb_agg(jsonb_build_object('at', c.recorded_at, 'who', a.name, 'was', c.was,
            'became', c.became, 'reason', c.reason) order by c.id desc), '[]')
         from classification_changes c join accounts a on a.id = c.account_id
         where c.entity = 'intelligence' and c.thing_id = i.id) as reclassified
     from intelligence i join donors d on d.id = i.donor_id
     left join donor_contacts c on c.id = i.contact_id and not c.removed where i.key = ",
    );
    select.bind(key);
    select.done().build_query_as().fetch_optional(connection).await
}

/// What an entry said, whenever it was written or corrected.
pub(super) async fn revisions(connection: &mut PgConnection, entry: i64) -> Result<Vec<Revision>, sqlx::Error> {
    sqlx::query_as(
        "select r.version, r.recorded_at, a.name as who, r.content from intelligence_revisions r
         join accounts a on a.id = r.account_id where r.intelligence_id = $1 order by r.version desc limit 200",
    )
    .bind(entry)
    .fetch_all(connection)
    .await
}

/// What is known about the donor of a scope and those that belong to it, kind by kind, for whoever reads in this
/// transaction; withdrawn entries are not among it. Whoever shows the text of a classified one notes that it was read.
///
/// # Errors
/// Where the database fails.
pub async fn of_donor(connection: &mut PgConnection, scope: &Scope) -> Result<Vec<Entry>, sqlx::Error> {
    let mut select = Select::new("select ");
    select.sql(ENTRY).sql(" from intelligence i join donors d on d.id = i.donor_id where i.withdrawn_at is null");
    scope.keep_donor(&mut select, "i.donor_id");
    select.sql(BY_KIND).sql(" limit ").bind(MOST);
    entries(connection, select).await
}

/// Every decision the reader may read that may be taken from a day through another: of those that come again the program
/// says when. Of the donor of the scope, where it names one.
pub(super) async fn decisions(
    connection: &mut PgConnection,
    scope: &Scope,
    through: NaiveDate,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut select = Select::new("select ");
    select.sql(ENTRY).sql(
        " from intelligence i join donors d on d.id = i.donor_id
         where i.kind = 'decision' and i.withdrawn_at is null and i.decides_on <= ",
    );
    select.bind(through).sql(" and (i.recurs <> 'once' or i.decides_on >= ").bind(scope.today).sql(")");
    scope.keep_donor(&mut select, "i.donor_id");
    scope.keep_topmost(&mut select, "i.donor_id");
    select.sql(" order by i.id");
    entries(connection, select).await
}

async fn entries(connection: &mut PgConnection, mut select: Select) -> Result<Vec<Entry>, sqlx::Error> {
    let rows: Vec<Json<Entry>> = select.done().build_query_scalar().fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The number of a donor by its code, name or alias; with the code, and the name.
pub(super) async fn donor(
    connection: &mut PgConnection,
    named: &str,
) -> Result<Option<(i64, String, String)>, sqlx::Error> {
    let resolved = crate::finding::store::resolve(&mut *connection, crate::finding::Kind::Donor, named).await?;
    let Some((code, _)) = resolved else { return Ok(None) };
    sqlx::query_as("select id, code, name from donors where code = $1").bind(code).fetch_optional(connection).await
}

/// The content as a row of the table. A key person is the donor's contact of that name, where there is one.
async fn row(tx: &mut WriteTx, content: &Content) -> Result<serde_json::Value, sqlx::Error> {
    let contact: Option<i64> = match content.kind {
        Kind::KeyPerson => sqlx::query_scalar(
            "select c.id from donor_contacts c where c.donor_id = $1 and not c.removed and folded(c.name) = folded($2)
                 order by c.id limit 1",
        )
        .bind(content.donor)
        .bind(&content.title)
        .fetch_optional(tx.connection())
        .await?,
        _ => None,
    };
    let readers: Vec<i64> = content.readers.iter().map(|reader| reader.0).collect();
    Ok(serde_json::json!({
        "kind": content.kind.as_str(), "donor_id": content.donor.0, "title": content.title, "text": content.text,
        "as_of_on": content.as_of_on, "source": content.source, "source_link": content.source_link,
        "reliability": content.reliability.as_str(), "expires_on": content.expires_on, "theme": content.theme,
        "region": content.region, "subprogramme": content.subprogramme, "sdgs": content.sdgs,
        "decides_on": content.decides_on, "recurs": content.recurs.map(Recurrence::as_str),
        "person_role": content.person_role, "contact_id": contact, "year": content.year,
        "amount_usd": content.amount_usd, "percent_gni": content.percent_gni,
        "outlook": content.outlook.map(Outlook::as_str), "stance": content.stance.map(Stance::as_str),
        "classification": content.classification.as_str(), "readers": readers,
    }))
}

/// Records an entry. Returns its key.
pub(super) async fn record(tx: &mut WriteTx, content: &Content) -> Result<Uuid, sqlx::Error> {
    tx.recorded().await?;
    let (author, row) = (tx.actor().account, row(tx, content).await?);
    let mut insert = Select::new("insert into intelligence (");
    insert.sql(WRITTEN).sql(", author_id) select ").sql(WRITTEN).sql(", ").bind(author);
    insert.sql(" from jsonb_populate_record(null::intelligence, ").bind(row).sql(") returning id, key");
    let (id, key): (i64, Uuid) = insert.done().build_query_as().fetch_one(tx.connection()).await?;
    note(tx, id).await?;
    Ok(key)
}

/// Corrects one: everything it says becomes what was typed; what it said stays as a revision.
pub(super) async fn correct(tx: &mut WriteTx, held: &Held, content: &Content, reason: &str) -> Result<(), sqlx::Error> {
    let (was, became) = (held.entry.classification, content.classification);
    if was != became {
        note_change(tx.connection(), "intelligence", held.id, was, became, reason).await?;
    }
    let row = row(tx, content).await?;
    let mut update = Select::new("update intelligence i set (");
    update.sql(WRITTEN).sql(", version) = (select ").sql(WRITTEN);
    update.sql(", i.version + 1 from jsonb_populate_record(null::intelligence, ").bind(row).sql(")) where i.id = ");
    update.bind(held.id);
    update.done().build().execute(tx.connection()).await?;
    note(tx, held.id).await
}

/// Withdraws one for a reason, or puts it back where none is given.
pub(super) async fn withdraw(tx: &mut WriteTx, held: &Held, why: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update intelligence set withdrawn_why = $2, withdrawn_at = case when $2 is not null then this_instant() end,
            version = version + 1
         where id = $1",
    )
    .bind(held.id)
    .bind(why)
    .execute(tx.connection())
    .await?;
    note(tx, held.id).await
}

/// Keeps what the entry says now as its next revision; the audit has its digest.
async fn note(tx: &mut WriteTx, id: i64) -> Result<(), sqlx::Error> {
    let told: serde_json::Value =
        sqlx::query_scalar("select note_intelligence_revision($1)").bind(id).fetch_one(tx.connection()).await?;
    let part = |name: &str| told.get(name).filter(|part| !part.is_null()).cloned();
    tx.audit_one("intelligence", id, part("before"), part("after")).await
}

/// An entry as the demonstration's file has it.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoEntry {
    donor: String,
    kind: Kind,
    title: Option<String>,
    text: Option<String>,
    as_of_on: NaiveDate,
    expires_on: Option<NaiveDate>,
    source: String,
    source_link: Option<String>,
    reliability: Reliability,
    theme: Option<String>,
    region: Option<String>,
    subprogramme: Option<String>,
    sdgs: Option<String>,
    decides_on: Option<NaiveDate>,
    recurs: Option<Recurrence>,
    person_role: Option<String>,
    year: Option<i16>,
    amount_usd: Option<String>,
    percent_gni: Option<String>,
    outlook: Option<Outlook>,
    stance: Option<Stance>,
    classification: Option<Classification>,
    readers: Option<String>,
}

/// Records the entries of the demonstration that one person wrote.
///
/// # Errors
/// Where the database fails.
pub async fn record_demo(tx: &mut WriteTx, entries: Vec<DemoEntry>) -> Result<(), sqlx::Error> {
    for one in entries {
        let donor: i64 = sqlx::query_scalar("select id from donors where code = $1")
            .bind(&one.donor)
            .fetch_one(tx.connection())
            .await?;
        let readers: Vec<i64> =
            sqlx::query_scalar("select id from accounts where email = any(string_to_array($1, '; '))")
                .bind(one.readers.unwrap_or_default())
                .fetch_all(tx.connection())
                .await?;
        let goals = one.sdgs.unwrap_or_default();
        let content = Content {
            kind: one.kind,
            donor: DonorId(donor),
            title: one.title,
            text: one.text,
            as_of_on: one.as_of_on,
            source: one.source,
            source_link: one.source_link,
            reliability: one.reliability,
            expires_on: one.expires_on.unwrap_or_else(|| one.kind.expires_on(one.as_of_on)),
            theme: one.theme,
            region: one.region,
            subprogramme: one.subprogramme,
            sdgs: goals.split(';').filter_map(|goal| goal.trim().parse().ok()).collect(),
            decides_on: one.decides_on,
            recurs: one.recurs,
            person_role: one.person_role,
            year: one.year,
            // As text: a reader of CSV would make a float of it on the way.
            amount_usd: one.amount_usd.and_then(|text| text.parse().ok()),
            percent_gni: one.percent_gni.and_then(|text| text.parse().ok()),
            outlook: one.outlook,
            stance: one.stance,
            classification: one.classification.unwrap_or_default(),
            readers: readers.into_iter().map(AccountId).collect(),
        };
        record(tx, &content).await?;
    }
    Ok(())
}
