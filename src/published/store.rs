//! The rows of published figures: added in a change of their own, never changed.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;

use crate::facts::{ChangeId, Claim, FormStamp, WriteTx};
use crate::web::frozen::Content;

/// The room, and the table's name in audit rows.
pub const NAME: &str = "published";
const ENTITY: &str = "published_figures";

/// A published figure.
#[derive(Debug, sqlx::FromRow)]
pub struct Figure {
    /// Its number.
    pub id: i64,
    /// The change that published it.
    pub change_id: i64,
    /// When that was.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// The instant it knows up to.
    pub known_at: DateTime<Utc>,
    /// All of it, as text.
    pub content: String,
    /// What was noted of that text.
    pub sha256: Vec<u8>,
}

impl Figure {
    /// Whether the text is what was published, as far as its hash says.
    pub fn is_whole(&self) -> bool {
        hash(&self.content) == self.sha256
    }
}

/// SHA-256 over the text of a figure: JSON without white space, its parts in the order of [`Content`].
fn hash(content: &str) -> Vec<u8> {
    Sha256::digest(content.as_bytes()).to_vec()
}

/// What came of publishing.
pub enum Outcome {
    /// The figure and its change; the same form sent again gives the same.
    Done(i64, ChangeId),
    /// The form came before and said something else.
    Otherwise,
}

/// Publishes what was frozen.
///
/// # Errors
/// Where the database fails.
pub async fn publish(mut tx: WriteTx, form: &FormStamp, content: &Content) -> Result<Outcome, sqlx::Error> {
    match tx.claim(form).await? {
        Claim::Fresh => {}
        Claim::Done(change) => {
            let id = sqlx::query_scalar("select id from published_figures where change_id = $1")
                .bind(change.0)
                .fetch_one(tx.connection())
                .await?;
            return Ok(Outcome::Done(id, change));
        }
        Claim::Other => return Ok(Outcome::Otherwise),
    }
    let text = serde_json::to_string(content).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let known_at = crate::kernel::calendar::parse_instant(&content.known_at)
        .ok_or_else(|| sqlx::Error::Encode("no instant".into()))?;
    let (hash, recorded) = (hash(&text), tx.recorded().await?);
    let id: i64 = sqlx::query_scalar(
        "insert into published_figures (change_id, list, address, as_of, known_at, title, content, sha256)
         values ($1, $2, $3, $4, $5, $6, $7::json, $8) returning id",
    )
    .bind(recorded.change.0)
    .bind(&content.list)
    .bind(&content.address)
    .bind(content.as_of)
    .bind(known_at)
    .bind(&content.title)
    .bind(&text)
    .bind(&hash)
    .fetch_one(tx.connection())
    .await?;
    // The change speaks for the figure by its hash: the chain of changes is the proof that it is what it was.
    let noted = serde_json::json!({ "title": content.title, "sha256": hex::encode(&hash) });
    tx.audit_one(ENTITY, id, None, Some(noted)).await?;
    tx.say(serde_json::json!({ "room": NAME, "code": id.to_string() }));
    tx.commit().await?;
    Ok(Outcome::Done(id, recorded.change))
}

/// A published figure by its number.
///
/// # Errors
/// Where the database fails.
pub async fn figure(connection: &mut PgConnection, id: i64) -> Result<Option<Figure>, sqlx::Error> {
    sqlx::query_as(
        "select p.id, p.change_id, c.recorded_at, a.name as by, c.reason, p.known_at, p.content::text as content, p.sha256
         from published_figures p join changes c on c.id = p.change_id join accounts a on a.id = c.account_id
         where p.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

#[derive(sqlx::FromRow)]
struct Noted {
    id: i64,
    change_id: i64,
    list: Option<String>,
    address: Option<String>,
    title: Option<String>,
    day: Option<String>,
    known: Option<DateTime<Utc>>,
    content: Option<String>,
    sha256: Option<Vec<u8>>,
    noted: Option<String>,
}

/// What is broken about published figures, for `dis verify`: each is what its hash says and what its change noted of
/// it, and none that was published is gone.
///
/// # Errors
/// Where the database fails.
pub async fn broken(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let all: Vec<Noted> = sqlx::query_as(
        "select coalesce(p.id, e.entity_id) as id, coalesce(p.change_id, e.change_id) as change_id, p.list, p.address,
                p.title, p.as_of::text as day, p.known_at as known, p.content::text as content, p.sha256,
                e.after ->> 'sha256' as noted
         from published_figures p
         full join (select * from audit_entries where entity = 'published_figures') e
            on e.entity_id = p.id and e.change_id = p.change_id
         order by 1",
    )
    .fetch_all(connection)
    .await?;
    let mut broken = Vec::new();
    for one in all {
        let (Some(text), Some(kept)) = (&one.content, &one.sha256) else {
            broken.push(format!("published figure {} of change {} is gone", one.id, one.change_id));
            continue;
        };
        let own = hash(text);
        if own != *kept || one.noted.as_deref() != Some(hex::encode(&own).as_str()) {
            broken.push(format!("published figure {} is not what was published by change {}", one.id, one.change_id));
        }
        let content: Option<Content> = serde_json::from_str(text).ok();
        let told = content.is_some_and(|content| {
            Some(&content.list) == one.list.as_ref()
                && Some(&content.address) == one.address.as_ref()
                && Some(&content.title) == one.title.as_ref()
                && Some(content.as_of.to_string()) == one.day
                && crate::kernel::calendar::parse_instant(&content.known_at) == one.known
        });
        if !told {
            broken.push(format!("published figure {} is listed as something else than it is", one.id));
        }
    }
    Ok(broken)
}
