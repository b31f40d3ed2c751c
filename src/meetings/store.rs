//! Everything that is asked of the database about meetings, and told to it.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::model::{Action, Content, Held, NewAction};
use crate::classified::note_change;
use crate::db::Select;
use crate::donors::contacts;
use crate::facts::WriteTx;
use crate::imports::Held as Row;
use crate::kernel::ids::AccountId;

/// One meeting with all its page shows, in one statement; to be completed with which.
const READ: &str = "select m.id, m.key, m.ref, m.title, m.held_on, m.place, m.level, m.purpose, m.summary, m.outcomes,
        m.agenda, m.projects, m.classification::text as classification, m.version,
        (select to_jsonb(p) from (select a.id, a.email, a.name, a.role from accounts a where a.id = m.author_id) p) as author,
        (select to_jsonb(p) from (select a.id, a.email, a.name, a.role from accounts a where a.id = m.prepared_by) p)
            as prepared_by,
        (select coalesce(jsonb_agg(jsonb_build_object('code', d.code, 'name', d.name) order by md.nth), '[]')
         from meeting_donors md join donors d on d.id = md.donor_id where md.meeting_id = m.id) as donors,
        (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role)
            order by t.nth), '[]')
         from unnest(m.took_part) with ordinality t (id, nth) join accounts a on a.id = t.id) as took_part,
        (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role)
            order by t.nth), '[]')
         from unnest(m.readers) with ordinality t (id, nth) join accounts a on a.id = t.id) as readers,
        (select coalesce(jsonb_agg(jsonb_build_object('name', g.name, 'title', c.title) order by g.nth), '[]')
         from meeting_guests g left join donor_contacts c on c.id = g.contact_id where g.meeting_id = m.id) as guests,
        (select coalesce(jsonb_agg(jsonb_build_object('reference', p.ref, 'title', p.title) order by p.ref), '[]')
         from meeting_pledges mp join pledges p on p.id = mp.pledge_id where mp.meeting_id = m.id) as pledges,
        (select coalesce(jsonb_agg(jsonb_build_object('key', x.key, 'side', x.side, 'text', x.text,
            'owner', coalesce(o.name, x.owner_name), 'due_on', x.due_on, 'state', x.state, 'closed_on', x.closed_on)
            order by x.nth, x.id), '[]')
         from actions x left join accounts o on o.id = x.owner_id where x.meeting_id = m.id) as actions,
        (select coalesce(jsonb_agg(jsonb_build_object('key', f.key, 'title', f.title, 'kind', f.kind,
            'classification', f.classification, 'file_name', f.file_name) order by f.filed_at, f.id), '[]')
         from documents f where f.meeting_id = m.id) as documents,
        (select coalesce(jsonb_agg(jsonb_build_object('version', r.version, 'at', r.recorded_at, 'who', a.name)
            order by r.version desc), '[]')
         from meeting_revisions r join accounts a on a.id = r.account_id where r.meeting_id = m.id) as revisions,
        (select coalesce(jsonb_agg(jsonb_build_object('at', c.recorded_at, 'who', a.name, 'was', c.was,
            'became', c.became, 'reason', c.reason) order by c.id desc), '[]')
         from classification_changes c join accounts a on a.id = c.account_id
         where c.entity = 'meetings' and c.thing_id = m.id) as reclassified
     from meetings m where ";

/// A meeting by its key or reference, for whoever reads in this transaction.
pub(super) async fn read(connection: &mut PgConnection, named: &str) -> Result<Option<Held>, sqlx::Error> {
    let mut select = Select::new(READ);
    match named.parse::<Uuid>() {
        Ok(key) => select.sql("m.key = ").bind(key),
        Err(_) => select.sql("m.ref = ").bind(named.to_owned()),
    };
    select.done().build_query_as().fetch_optional(connection).await
}

/// A follow-up that is open with a donor.
#[derive(Debug, sqlx::FromRow)]
pub struct OpenAction {
    /// Its key.
    pub key: Uuid,
    /// What is to be done.
    pub text: String,
    /// `we` or `they`.
    pub side: String,
    /// Who is to do it.
    pub owner: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
}

/// What is open with any of these donors, by their codes, but for what one meeting brought up itself.
///
/// # Errors
/// Where the database fails.
pub async fn open_actions(
    connection: &mut PgConnection,
    donors: &[String],
    but: Option<Uuid>,
) -> Result<Vec<OpenAction>, sqlx::Error> {
    sqlx::query_as(
        "select x.key, x.text, x.side, coalesce(o.name, x.owner_name) as owner, x.due_on
         from actions x join meetings m on m.id = x.meeting_id left join accounts o on o.id = x.owner_id
         where x.state = 'open' and ($2::uuid is null or m.key <> $2) and x.meeting_id in (
            select md.meeting_id from meeting_donors md join donors d on d.id = md.donor_id where d.code = any($1))
         order by x.due_on nulls last, x.id limit 20",
    )
    .bind(donors)
    .bind(but)
    .fetch_all(connection)
    .await
}

/// The last meeting held with any of these donors before a day.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct LastTime {
    pub(super) key: Uuid,
    pub(super) title: String,
    pub(super) held_on: NaiveDate,
    /// What came of it, where it is unclassified.
    pub(super) outcomes: Option<String>,
}

pub(super) async fn last_time(
    connection: &mut PgConnection,
    donors: &[String],
    by: NaiveDate,
    but: Option<Uuid>,
) -> Result<Option<LastTime>, sqlx::Error> {
    sqlx::query_as(
        "select m.key, m.title, m.held_on, case when m.classification = 'unclassified' then m.outcomes end as outcomes
         from meetings m where m.held_on <= $2 and ($3::uuid is null or m.key <> $3) and m.id in (
            select md.meeting_id from meeting_donors md join donors d on d.id = md.donor_id where d.code = any($1))
         order by m.held_on desc, m.id desc limit 1",
    )
    .bind(donors)
    .bind(by)
    .bind(but)
    .fetch_optional(connection)
    .await
}

/// A reference nobody can count by: the day, and five letters.
fn reference(held_on: NaiveDate) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let letters = rand::random::<[u8; 5]>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    format!("M-{}-{}", held_on.format("%Y%m%d"), letters.iter().collect::<String>())
}

fn ids(accounts: &[AccountId]) -> Vec<i64> {
    accounts.iter().map(|account| account.0).collect()
}

/// Logs a meeting. Returns its key.
pub(super) async fn log(tx: &mut WriteTx, content: &Content, today: NaiveDate) -> Result<Uuid, sqlx::Error> {
    tx.recorded().await?;
    let author = tx.actor().account;
    let (id, key): (i64, Uuid) = sqlx::query_as(
        "insert into meetings (ref, title, held_on, place, level, purpose, summary, outcomes, agenda, prepared_by, projects,
            classification, author_id, took_part, readers)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::classification, $13, $14, $15) returning id, key",
    )
    .bind(reference(content.held_on))
    .bind(&content.title)
    .bind(content.held_on)
    .bind(&content.place)
    .bind(&content.level)
    .bind(&content.purpose)
    .bind(&content.summary)
    .bind(&content.outcomes)
    .bind(&content.agenda)
    .bind(content.prepared_by)
    .bind(&content.projects)
    .bind(content.classification.as_str())
    .bind(author)
    .bind(ids(&content.took_part))
    .bind(ids(&content.readers))
    .fetch_one(tx.connection())
    .await?;
    parts(tx, id, content, today).await?;
    note(tx, id).await?;
    Ok(key)
}

/// Edits one: everything it says becomes what was typed; what it said stays as a revision.
pub(super) async fn edit(
    tx: &mut WriteTx,
    held: &Held,
    content: &Content,
    reason: &str,
    today: NaiveDate,
) -> Result<(), sqlx::Error> {
    if content.classification != held.classification {
        let (was, became) = (held.classification, content.classification);
        note_change(tx.connection(), "meetings", held.id, was, became, reason).await?;
    }
    sqlx::query(
        "update meetings set title = $2, held_on = $3, place = $4, level = $5, purpose = $6, summary = $7, outcomes = $8,
            agenda = $9, prepared_by = $10, projects = $11, classification = $12::classification, took_part = $13,
            readers = $14, version = version + 1
         where id = $1",
    )
    .bind(held.id)
    .bind(&content.title)
    .bind(content.held_on)
    .bind(&content.place)
    .bind(&content.level)
    .bind(&content.purpose)
    .bind(&content.summary)
    .bind(&content.outcomes)
    .bind(&content.agenda)
    .bind(content.prepared_by)
    .bind(&content.projects)
    .bind(content.classification.as_str())
    .bind(ids(&content.took_part))
    .bind(ids(&content.readers))
    .execute(tx.connection())
    .await?;
    for table in [
        "delete from meeting_donors where meeting_id = $1",
        "delete from meeting_guests where meeting_id = $1",
        "delete from meeting_pledges where meeting_id = $1",
    ] {
        sqlx::query(table).bind(held.id).execute(tx.connection()).await?;
    }
    // A line that was taken out is dropped, not forgotten.
    let taken_out = |one: &&Action| one.state == "open" && content.actions.iter().all(|kept| kept.key != Some(one.key));
    for gone in held.actions.iter().filter(taken_out) {
        become_of(tx, gone.key, "dropped", today).await?;
    }
    parts(tx, held.id, content, today).await?;
    note(tx, held.id).await
}

/// Donors, guests, pledges and follow-ups.
async fn parts(tx: &mut WriteTx, id: i64, content: &Content, today: NaiveDate) -> Result<(), sqlx::Error> {
    let donors: Vec<i64> = content.donors.iter().map(|donor| donor.0).collect();
    sqlx::query(
        "insert into meeting_donors (meeting_id, donor_id, nth)
         select $1, d.id, d.nth from unnest($2::bigint[]) with ordinality d (id, nth) on conflict do nothing",
    )
    .bind(id)
    .bind(&donors)
    .execute(tx.connection())
    .await?;
    let pledges: Vec<i64> = content.pledges.iter().map(|pledge| pledge.0).collect();
    sqlx::query(
        "insert into meeting_pledges (meeting_id, pledge_id) select $1, unnest($2::bigint[]) on conflict do nothing",
    )
    .bind(id)
    .bind(&pledges)
    .execute(tx.connection())
    .await?;
    for (nth, name) in (1i32..).zip(&content.guests) {
        let contact = contact(tx, &donors, name, content).await?;
        sqlx::query("insert into meeting_guests (meeting_id, nth, name, contact_id) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(nth)
            .bind(name)
            .bind(contact)
            .execute(tx.connection())
            .await?;
    }
    for (nth, action) in (1i32..).zip(&content.actions) {
        keep_action(tx, id, nth, action).await?;
    }
    for settled in &content.settled {
        become_of(tx, *settled, "done", today).await?;
    }
    Ok(())
}

/// The contact of that name at one of the donors; made where there is none, but not of a classified meeting: that
/// somebody was there is then not everybody's to know.
async fn contact(tx: &mut WriteTx, donors: &[i64], name: &str, content: &Content) -> Result<Option<i64>, sqlx::Error> {
    let found: Option<i64> = sqlx::query_scalar(
        "select c.id from donor_contacts c where c.donor_id = any($1) and not c.removed and folded(c.name) = folded($2)
         order by array_position($1, c.donor_id), c.id limit 1",
    )
    .bind(donors)
    .bind(name)
    .fetch_optional(tx.connection())
    .await?;
    let unclassified = content.classification == crate::classified::Classification::Unclassified;
    match (found, donors.first()) {
        (None, Some(donor)) if unclassified => {
            let row = Row::from([("name".to_owned(), name.to_owned())]);
            contacts::add(tx, *donor, &row).await.map(Some)
        }
        (found, _) => Ok(found),
    }
}

async fn keep_action(tx: &mut WriteTx, meeting: i64, nth: i32, action: &NewAction) -> Result<(), sqlx::Error> {
    let owner = action.owner.as_ref().map(|owner| owner.id);
    let Some(key) = action.key else {
        let (id, key): (i64, Uuid) = sqlx::query_as(
            "insert into actions (meeting_id, nth, side, text, owner_id, owner_name, due_on)
             values ($1, $2, $3, $4, $5, $6, $7) returning id, key",
        )
        .bind(meeting)
        .bind(nth)
        .bind(action.side)
        .bind(&action.text)
        .bind(owner)
        .bind(&action.owner_name)
        .bind(action.due_on)
        .fetch_one(tx.connection())
        .await?;
        let after = serde_json::json!({ "id": key, "state": "open", "version": 1 });
        return tx.audit_one("actions", id, None, Some(after)).await;
    };
    let changed: Option<(i64, i32, String)> = sqlx::query_as(
        "update actions set nth = $3, side = $4, text = $5, owner_id = $6, owner_name = $7, due_on = $8,
            version = version + 1
         where key = $1 and meeting_id = $2
            and (nth, side, text, owner_id, owner_name, due_on) is distinct from ($3, $4, $5, $6, $7, $8)
         returning id, version, state",
    )
    .bind(key)
    .bind(meeting)
    .bind(nth)
    .bind(action.side)
    .bind(&action.text)
    .bind(owner)
    .bind(&action.owner_name)
    .bind(action.due_on)
    .fetch_optional(tx.connection())
    .await?;
    if let Some((id, version, state)) = changed {
        let told = |version: i32| serde_json::json!({ "id": key, "state": state, "version": version });
        tx.audit_one("actions", id, Some(told(version - 1)), Some(told(version))).await?;
    }
    Ok(())
}

/// Says what became of a follow-up the reader may read. Returns whether that is news.
pub(crate) async fn become_of(
    tx: &mut WriteTx,
    key: Uuid,
    state: &'static str,
    today: NaiveDate,
) -> Result<bool, sqlx::Error> {
    tx.recorded().await?;
    let moved: Option<(i64, i32, String)> = sqlx::query_as(
        "update actions x set state = $2, closed_on = case when $2 <> 'open' then $3::date end, version = x.version + 1
         from actions was where was.id = x.id and x.key = $1 and x.state <> $2 returning x.id, x.version, was.state",
    )
    .bind(key)
    .bind(state)
    .bind(today)
    .fetch_optional(tx.connection())
    .await?;
    let Some((id, version, was)) = moved else { return Ok(false) };
    let told = |state: &str, version: i32| serde_json::json!({ "id": key, "state": state, "version": version });
    tx.audit_one("actions", id, Some(told(&was, version - 1)), Some(told(state, version))).await?;
    Ok(true)
}

/// Keeps what the meeting says now as its next revision; the audit has its digest.
async fn note(tx: &mut WriteTx, id: i64) -> Result<(), sqlx::Error> {
    let told: serde_json::Value =
        sqlx::query_scalar("select note_meeting_revision($1)").bind(id).fetch_one(tx.connection()).await?;
    let part = |name: &str| told.get(name).filter(|part| !part.is_null()).cloned();
    tx.audit_one("meetings", id, part("before"), part("after")).await
}

/// A follow-up as the demonstration's file has it.
#[derive(Debug, serde::Deserialize)]
pub struct Promised {
    side: String,
    text: String,
    owner: String,
    due_on: Option<NaiveDate>,
    state: String,
    closed_on: Option<NaiveDate>,
}

/// Adds follow-ups to a meeting there is, for whoever acts; those of an owner with an account are theirs.
///
/// # Errors
/// Where the database fails.
pub async fn promise(tx: &mut WriteTx, reference: &str, promised: &[Promised]) -> Result<(), sqlx::Error> {
    tx.recorded().await?;
    let id: i64 = sqlx::query_scalar("update meetings set version = version + 1 where ref = $1 returning id")
        .bind(reference)
        .fetch_one(tx.connection())
        .await?;
    for (nth, one) in (1i32..).zip(promised) {
        let (action, key): (i64, Uuid) = sqlx::query_as(
            "insert into actions (meeting_id, nth, side, text, owner_id, owner_name, due_on, state, closed_on)
             select $1, $2, $3, $4, a.id, case when a.id is null then $5 end, $6, $7, $8
             from (select) one left join accounts a on a.email = $5 returning id, key",
        )
        .bind(id)
        .bind(nth)
        .bind(&one.side)
        .bind(&one.text)
        .bind(&one.owner)
        .bind(one.due_on)
        .bind(&one.state)
        .bind(one.closed_on)
        .fetch_one(tx.connection())
        .await?;
        let after = serde_json::json!({ "id": key, "state": one.state, "version": 1 });
        tx.audit_one("actions", action, None, Some(after)).await?;
    }
    note(tx, id).await
}
