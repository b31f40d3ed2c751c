//! Everything that is asked of the database about documents, and told to it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::model::{Content, Held, Same, Upload};
use crate::classified::Classification;
use crate::facts::WriteTx;
use crate::kernel::ids::AccountId;

/// One document with all its page shows, in one statement, for whoever reads in this transaction.
pub(super) async fn read(connection: &mut PgConnection, key: Uuid) -> Result<Option<Held>, sqlx::Error> {
    sqlx::query_as(
        "select d.id, d.key, d.title, d.kind, d.language, d.valid_from, d.valid_to,
            d.classification::text as classification, d.version,
            (select to_jsonb(p) from (select a.id, a.email, a.name, a.role from accounts a where a.id = d.author_id) p)
                as author,
            (select coalesce(jsonb_agg(jsonb_build_object('code', o.code, 'name', o.name) order by dd.nth), '[]')
             from document_donors dd join donors o on o.id = dd.donor_id where dd.document_id = d.id) as donors,
            (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role)
                order by t.nth), '[]')
             from unnest(d.took_part) with ordinality t (id, nth) join accounts a on a.id = t.id) as took_part,
            (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role)
                order by t.nth), '[]')
             from unnest(d.readers) with ordinality t (id, nth) join accounts a on a.id = t.id) as readers,
            (select jsonb_build_object('key', m.key, 'title', m.title, 'held_on', m.held_on)
             from meetings m where m.id = d.meeting_id) as meeting,
            (select coalesce(jsonb_agg(jsonb_build_object('number', v.number, 'name', v.name, 'media_type', v.media_type,
                'bytes', v.bytes, 'sha256', encode(v.sha256, 'hex'), 'note', v.note, 'at', v.recorded_at, 'who', a.name,
                'text', coalesce(t.state, 'pending'), 'reason', t.reason) order by v.number desc), '[]')
             from document_versions v join accounts a on a.id = v.account_id
             left join document_texts t on t.version_id = v.id where v.document_id = d.id) as versions,
            (select coalesce(jsonb_agg(jsonb_build_object('at', c.recorded_at, 'who', a.name, 'was', c.was,
                'became', c.became, 'reason', c.reason) order by c.id desc), '[]')
             from classification_changes c join accounts a on a.id = c.account_id
             where c.entity = 'documents' and c.thing_id = d.id) as reclassified
         from documents d where d.key = $1",
    )
    .bind(key)
    .fetch_optional(connection)
    .await
}

/// A file of a version, for whoever reads in this transaction.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct FileOf {
    pub(super) file_id: Uuid,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: i64,
    pub(super) classification: Classification,
}

/// The file of a version.
pub(super) async fn file_of(
    connection: &mut PgConnection,
    key: Uuid,
    number: i32,
) -> Result<Option<FileOf>, sqlx::Error> {
    sqlx::query_as(
        "select v.file_id, v.name, v.media_type, v.bytes, greatest(v.classification, d.classification)::text as classification
         from document_versions v join documents d on d.id = v.document_id where d.key = $1 and v.number = $2",
    )
    .bind(key)
    .bind(number)
    .fetch_optional(connection)
    .await
}

/// A document of a donor, for a page that shows several.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OfDonor {
    /// Its key.
    pub key: Uuid,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Its last day.
    pub valid_to: Option<NaiveDate>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// Its classification.
    pub classification: Classification,
    /// Its latest file.
    pub file_name: String,
}

/// The documents of any of these donors (by number), the latest first, for whoever reads in this transaction.
///
/// # Errors
/// Where the database fails.
pub async fn of_donor(connection: &mut PgConnection, donors: &[i64], most: i64) -> Result<Vec<OfDonor>, sqlx::Error> {
    sqlx::query_as(
        "select d.key, d.title, d.kind, d.valid_to, d.filed_at, d.classification::text as classification, d.file_name
         from documents d where d.id in (select dd.document_id from document_donors dd where dd.donor_id = any($1))
         order by d.filed_at desc, d.id desc limit $2",
    )
    .bind(donors)
    .bind(most)
    .fetch_all(connection)
    .await
}

/// The meeting a document is to belong to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct OfMeeting {
    pub(super) id: i64,
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) classification: Classification,
    pub(super) took_part: Vec<i64>,
    /// Names, `;` between.
    pub(super) donors: Option<String>,
}

/// A meeting by its key, for whoever reads in this transaction.
pub(super) async fn meeting(connection: &mut PgConnection, key: Uuid) -> Result<Option<OfMeeting>, sqlx::Error> {
    sqlx::query_as(
        "select m.id, m.key, m.title, m.classification::text as classification, m.took_part,
            (select string_agg(o.name, '; ' order by md.nth) from meeting_donors md join donors o on o.id = md.donor_id
             where md.meeting_id = m.id) as donors
         from meetings m where m.key = $1",
    )
    .bind(key)
    .fetch_optional(connection)
    .await
}

/// Notes a file that has come, or why it was left out.
pub(super) async fn add_upload(
    connection: &mut PgConnection,
    batch: Uuid,
    nth: i32,
    upload: &Upload,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into document_uploads (id, batch, nth, account_id, name, media_type, bytes, sha256, refused, created_at)
         values ($1, $2, $3, reader(), $4, $5, $6, $7, $8, $9)",
    )
    .bind(upload.id)
    .bind(batch)
    .bind(nth)
    .bind(&upload.name)
    .bind(&upload.media_type)
    .bind(upload.bytes)
    .bind(&upload.sha256)
    .bind(&upload.refused)
    .bind(at)
    .execute(connection)
    .await
    .map(drop)
}

/// The files of a batch, for whoever brought them.
pub(super) async fn uploads(connection: &mut PgConnection, batch: Uuid) -> Result<Vec<Upload>, sqlx::Error> {
    sqlx::query_as(
        "select id, name, media_type, bytes, sha256, refused from document_uploads where batch = $1 order by nth",
    )
    .bind(batch)
    .fetch_all(connection)
    .await
}

/// How many bytes somebody has brought and not filed.
pub(super) async fn waiting(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select coalesce(sum(bytes), 0)::bigint from document_uploads").fetch_one(connection).await
}

/// Documents the reader may read that hold the same files.
pub(super) async fn same(connection: &mut PgConnection, batch: Uuid) -> Result<Vec<Same>, sqlx::Error> {
    sqlx::query_as(
        "select distinct on (u.nth, d.id) u.id as upload, d.key, d.title, v.number,
            not exists (select from document_versions l where l.document_id = d.id and l.number > v.number) as latest
         from document_uploads u join document_versions v on v.sha256 = u.sha256 and v.bytes = u.bytes
         join documents d on d.id = v.document_id
         where u.batch = $1 and u.refused is null order by u.nth, d.id, v.number desc limit 50",
    )
    .bind(batch)
    .fetch_all(connection)
    .await
}

/// Lets go of what stands for a batch: its files are filed now.
async fn end_uploads(tx: &mut WriteTx, batch: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from document_uploads where batch = $1").bind(batch).execute(tx.connection()).await.map(drop)
}

fn ids(accounts: &[AccountId]) -> Vec<i64> {
    accounts.iter().map(|account| account.0).collect()
}

/// Files documents, one for each file with its title. Returns their keys.
pub(super) async fn file(
    tx: &mut WriteTx,
    content: &Content,
    files: &[(String, Upload)],
    batch: Option<Uuid>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    tx.recorded().await?;
    let author = tx.actor().account;
    let mut keys = Vec::new();
    for (title, upload) in files {
        let (id, key): (i64, Uuid) = sqlx::query_as(
            "insert into documents (title, kind, language, valid_from, valid_to, meeting_id, file_name, classification,
                author_id, took_part, readers)
             values ($1, $2, $3, $4, $5, $6, $7, $8::classification, $9, $10, $11) returning id, key",
        )
        .bind(title)
        .bind(&content.kind)
        .bind(&content.language)
        .bind(content.valid_from)
        .bind(content.valid_to)
        .bind(content.meeting)
        .bind(&upload.name)
        .bind(content.classification.as_str())
        .bind(author)
        .bind(ids(&content.took_part))
        .bind(ids(&content.readers))
        .fetch_one(tx.connection())
        .await?;
        keep_donors(tx, id, content).await?;
        add_version(tx, id, 1, upload, None, content.classification).await?;
        note(tx, id).await?;
        keys.push(key);
    }
    if let Some(batch) = batch {
        end_uploads(tx, batch).await?;
    }
    Ok(keys)
}

async fn keep_donors(tx: &mut WriteTx, id: i64, content: &Content) -> Result<(), sqlx::Error> {
    let donors: Vec<i64> = content.donors.iter().map(|donor| donor.0).collect();
    sqlx::query("delete from document_donors where document_id = $1").bind(id).execute(tx.connection()).await?;
    sqlx::query(
        "insert into document_donors (document_id, donor_id, nth)
         select $1, d.id, d.nth from unnest($2::bigint[]) with ordinality d (id, nth)",
    )
    .bind(id)
    .bind(&donors)
    .execute(tx.connection())
    .await
    .map(drop)
}

async fn add_version(
    tx: &mut WriteTx,
    document: i64,
    number: i32,
    upload: &Upload,
    note: Option<&str>,
    level: Classification,
) -> Result<(), sqlx::Error> {
    let id: i64 = sqlx::query_scalar(
        "insert into document_versions (document_id, number, file_id, name, media_type, bytes, sha256, note, classification)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::classification) returning id",
    )
    .bind(document)
    .bind(number)
    .bind(upload.id)
    .bind(&upload.name)
    .bind(&upload.media_type)
    .bind(upload.bytes)
    .bind(&upload.sha256)
    .bind(note)
    .bind(level.as_str())
    .fetch_one(tx.connection())
    .await?;
    let has_text = super::media::named(&upload.media_type).has_text;
    sqlx::query("insert into document_texts (version_id, state, reason) values ($1, $2, $3)")
        .bind(id)
        .bind(if has_text { "pending" } else { "none" })
        .bind((!has_text).then_some("kind"))
        .execute(tx.connection())
        .await
        .map(drop)
}

/// Gives a document another version of its file.
pub(super) async fn version(
    tx: &mut WriteTx,
    held: &Held,
    upload: &Upload,
    said: Option<&str>,
    batch: Uuid,
) -> Result<(), sqlx::Error> {
    // Counted here and not by what the reader sees: an earlier version may be classified higher than they read.
    let number: i32 =
        sqlx::query_scalar("select next_document_version($1)").bind(held.id).fetch_one(tx.connection()).await?;
    add_version(tx, held.id, number, upload, said, held.classification).await?;
    sqlx::query("update documents set file_name = $2, version = version + 1 where id = $1")
        .bind(held.id)
        .bind(&upload.name)
        .execute(tx.connection())
        .await?;
    note(tx, held.id).await?;
    end_uploads(tx, batch).await
}

/// Edits what is said of one: it becomes what was typed; what was said stays as a revision.
pub(super) async fn edit(
    tx: &mut WriteTx,
    held: &Held,
    title: &str,
    content: &Content,
    reason: &str,
) -> Result<(), sqlx::Error> {
    if content.classification != held.classification {
        sqlx::query(
            "insert into classification_changes (entity, thing_id, was, became, reason)
             values ('documents', $1, $2::classification, $3::classification, $4)",
        )
        .bind(held.id)
        .bind(held.classification.as_str())
        .bind(content.classification.as_str())
        .bind(reason)
        .execute(tx.connection())
        .await?;
        // The latest file goes with the document; earlier ones stay as they were.
        sqlx::query(
            "update document_versions set classification = $2::classification
             where document_id = $1 and number = (select max(l.number) from document_versions l where l.document_id = $1)",
        )
        .bind(held.id)
        .bind(content.classification.as_str())
        .execute(tx.connection())
        .await?;
    }
    sqlx::query(
        "update documents set title = $2, kind = $3, language = $4, valid_from = $5, valid_to = $6,
            classification = $7::classification, readers = $8, version = version + 1
         where id = $1",
    )
    .bind(held.id)
    .bind(title)
    .bind(&content.kind)
    .bind(&content.language)
    .bind(content.valid_from)
    .bind(content.valid_to)
    .bind(content.classification.as_str())
    .bind(ids(&content.readers))
    .execute(tx.connection())
    .await?;
    keep_donors(tx, held.id, content).await?;
    note(tx, held.id).await
}

/// Keeps what is said of the document now as its next revision; the audit has its digest.
async fn note(tx: &mut WriteTx, id: i64) -> Result<(), sqlx::Error> {
    let told: serde_json::Value =
        sqlx::query_scalar("select note_document_revision($1)").bind(id).fetch_one(tx.connection()).await?;
    let part = |name: &str| told.get(name).filter(|part| !part.is_null()).cloned();
    tx.audit_one("documents", id, part("before"), part("after")).await
}

/// A version whose text waits, taken under a lease.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Pending {
    pub(super) version_id: i64,
    pub(super) file_id: Uuid,
    pub(super) media_type: String,
    /// How often it was taken, this time counted.
    pub(super) tries: i32,
}

/// Takes the next version whose text waits, for so many seconds.
pub(super) async fn take_text(
    connection: &mut PgConnection,
    task: Uuid,
    seconds: u64,
) -> Result<Option<Pending>, sqlx::Error> {
    sqlx::query_as("select version_id, file_id, media_type, tries from take_document_text($1, $2::bigint::float8)")
        .bind(task)
        .bind(i64::try_from(seconds).unwrap_or(i64::MAX))
        .fetch_optional(connection)
        .await
}

/// Keeps what came of it: the state, why there is no text, the text.
pub(super) async fn keep_text(
    connection: &mut PgConnection,
    (version, task): (i64, Uuid),
    state: &'static str,
    reason: Option<&str>,
    text: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("select keep_document_text($1, $2, $3, $4, $5)")
        .bind(version)
        .bind(task)
        .bind(state)
        .bind(reason)
        .bind(text)
        .execute(connection)
        .await
        .map(drop)
}

/// Lets go of files that were brought before an instant and never filed.
pub(super) async fn sweep(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar("select sweep_document_uploads($1)").bind(before).fetch_all(connection).await
}
