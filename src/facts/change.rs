//! The envelope of a writing transaction: one change, with who, when, why, a digest of what, chained by hashes.
//!
//! A [`WriteTx`] is the only way to write. The recording lock is the row of `change_head`: whoever holds it knows the
//! number and the instant of the change to come, and writes that change last. So changes commit in the order of their
//! instants, and what was known at an instant never grows afterwards.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::tables::{self, FactTable};
use crate::access::Role;
use crate::db::{Db, Select};
use crate::kernel::ids::AccountId;

/// Number of a change; changes are numbered without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ChangeId(pub i64);

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// Its role.
    pub role: Role,
    /// The user of the operating system, where a command acts.
    pub os_user: Option<String>,
}

/// The change a transaction is about to leave.
#[derive(Debug, Clone, Copy)]
pub struct Recorded {
    /// Its number.
    pub change: ChangeId,
    /// Its instant: the facts' `recorded_at`.
    pub at: DateTime<Utc>,
}

impl Recorded {
    /// Stands for a change where only the text of a statement is asked for.
    pub(super) const NONE: Recorded = Recorded { change: ChangeId(0), at: DateTime::UNIX_EPOCH };
}

/// A transaction that may write, with whoever does it. Dropped without [`WriteTx::commit`] it leaves nothing.
pub struct WriteTx {
    tx: Transaction<'static, Postgres>,
    actor: Actor,
    act: &'static str,
    reason: Option<String>,
    form: Option<Uuid>,
    details: serde_json::Map<String, serde_json::Value>,
    head: Option<Head>,
    /// The fact tables it wrote to.
    wrote: Vec<&'static FactTable>,
    rehearsal: bool,
    few: bool,
}

/// A form as it was sent: its own id, a digest of what it says, and where its result is shown.
#[derive(Debug, Clone)]
pub struct FormStamp {
    /// The id the form was drawn with.
    pub id: Uuid,
    /// SHA-256 of everything typed, as hex.
    pub digest: String,
}

/// What is known of a form that is about to be acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: act.
    Fresh,
    /// The same form was acted on before; the change it made.
    Done(ChangeId),
    /// A form of that id was acted on before, and said something else.
    Other,
}

/// What `begin_recording` tells: the last change, the instant of the next, and the change a form made before.
#[derive(sqlx::FromRow)]
struct Taken {
    last_id: i64,
    instant: DateTime<Utc>,
    last_hash: Vec<u8>,
    form_change: Option<i64>,
    form_digest: Option<String>,
}

struct Head {
    recorded: Recorded,
    previous_hash: Vec<u8>,
}

impl WriteTx {
    /// Begins to write: who, what kind of act (a key of `locales/`, `act-…`), and why.
    pub async fn begin(db: &Db, actor: Actor, act: &'static str, reason: Option<String>) -> Result<Self, sqlx::Error> {
        Ok(Self::within(db.record().await?, actor, act, reason, false))
    }

    /// Begins to write what takes longer than a page may.
    pub async fn begin_long(
        db: &Db,
        actor: Actor,
        act: &'static str,
        reason: Option<String>,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self::within(db.write_long().await?, actor, act, reason, false))
    }

    /// Begins to try out what takes long: nothing of it stays, and nobody waits for it. It takes no recording lock, so
    /// what it sees as the next change may be another's by the time it is done; `commit` is refused.
    pub async fn rehearse(db: &Db, actor: Actor, act: &'static str) -> Result<Self, sqlx::Error> {
        let mut tx = db.write_long().await?;
        // Shorter than PostgreSQL waits before it looks for a deadlock: the one that gives way is the rehearsal.
        sqlx::query("set local lock_timeout = '500ms'").execute(&mut *tx).await?;
        Ok(Self::within(tx, actor, act, None, true))
    }

    fn within(
        tx: Transaction<'static, Postgres>,
        actor: Actor,
        act: &'static str,
        reason: Option<String>,
        rehearsal: bool,
    ) -> Self {
        WriteTx {
            tx,
            actor,
            act,
            reason,
            form: None,
            details: serde_json::Map::new(),
            head: None,
            wrote: Vec::new(),
            rehearsal,
            few: false,
        }
    }

    /// Says, before it takes the recording lock, that this writes the few rows of a form: the plans the connection has
    /// are kept. Planning them anew each time took a quarter of the time of a receipt.
    pub fn of_few_rows(&mut self) {
        self.few = true;
    }

    /// The connection, for reading and for writing what is neither fact nor label (staging, balances).
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Notes that this change has rows in a fact table: its digest looks there, and nowhere else.
    pub(crate) fn wrote(&mut self, table: &'static FactTable) {
        if !self.wrote.iter().any(|one| one.name == table.name) {
            self.wrote.push(table);
        }
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Says that this comes from a form, under the recording lock: sent twice, it makes one change.
    pub async fn claim(&mut self, form: &FormStamp) -> Result<Claim, sqlx::Error> {
        let before = match self.head {
            // With the lock, in one: whoever waits for it waits for this too.
            None => self.take_lock(Some(form.id)).await?,
            Some(_) => {
                sqlx::query_as("select id, details ->> 'form_digest' from changes where form_id = $1")
                    .bind(form.id)
                    .fetch_optional(&mut *self.tx)
                    .await?
            }
        };
        match before {
            Some((change, Some(digest))) if digest == form.digest => Ok(Claim::Done(ChangeId(change))),
            Some(_) => Ok(Claim::Other),
            None => {
                self.form = Some(form.id);
                self.say(serde_json::json!({ "form_digest": form.digest }));
                Ok(Claim::Fresh)
            }
        }
    }

    /// What the change shall say of itself besides: files, counts, what it was about.
    pub fn say(&mut self, details: serde_json::Value) {
        if let serde_json::Value::Object(details) = details {
            self.details.extend(details);
        }
    }

    /// Takes the recording lock, if this transaction has not yet, and says which change it is going to be.
    pub async fn recorded(&mut self) -> Result<Recorded, sqlx::Error> {
        if self.head.is_none() {
            self.take_lock(None).await?;
        }
        self.head.as_ref().map(|head| head.recorded).ok_or(sqlx::Error::RowNotFound)
    }

    /// Takes the lock. The transaction also says who reads in it, and which change it is, to policies and defaults of the
    /// database. Gives the change that a form made before, with the digest of what it said.
    async fn take_lock(&mut self, form: Option<Uuid>) -> Result<Option<(i64, Option<String>)>, sqlx::Error> {
        let taken: Taken = sqlx::query_as("select * from begin_recording($1, $2, $3, $4, $5)")
            .bind(!self.rehearsal)
            .bind(self.actor.account)
            .bind(self.actor.role.as_str())
            .bind(self.few.then_some("force_generic_plan"))
            .bind(form)
            .fetch_one(&mut *self.tx)
            .await?;
        let recorded = Recorded { change: ChangeId(taken.last_id + 1), at: taken.instant };
        self.head = Some(Head { recorded, previous_hash: taken.last_hash });
        Ok(taken.form_change.map(|change| (change, taken.form_digest)))
    }

    /// Writes down labels before and after: `source` gives entity_id, before, after of what this transaction wrote to
    /// the labels of `entity`.
    pub async fn audit(&mut self, entity: &'static str, source: &'static str) -> Result<u64, sqlx::Error> {
        let mut insert = auditing(self.recorded().await?.change, entity, source);
        Ok(insert.done().build().execute(&mut *self.tx).await?.rows_affected())
    }

    /// The statement of [`WriteTx::audit`] as text: `$1` is the change.
    pub fn auditing_text(entity: &'static str, source: &'static str) -> String {
        auditing(Recorded::NONE.change, entity, source).text()
    }

    /// Writes down one thing's labels before and after.
    pub async fn audit_one(
        &mut self,
        entity: &'static str,
        entity_id: i64,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    ) -> Result<(), sqlx::Error> {
        let recorded = self.recorded().await?;
        sqlx::query(
            "insert into audit_entries (change_id, entity, entity_id, before, after) values ($1, $2, $3, $4, $5)",
        )
        .bind(recorded.change.0)
        .bind(entity)
        .bind(entity_id)
        .bind(before)
        .bind(after)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Writes the change, last, and commits. A transaction that recorded nothing leaves no change.
    pub async fn commit(mut self) -> Result<Option<Recorded>, sqlx::Error> {
        if self.rehearsal {
            return Err(sqlx::Error::Protocol("a rehearsal leaves nothing".to_owned()));
        }
        let Some(head) = self.head.take() else {
            self.tx.commit().await?;
            return Ok(None);
        };
        let Recorded { change, at } = head.recorded;
        let digest = digest_of(&mut self.tx, change, &self.wrote).await?;
        // `json`, not `jsonb`: the text is part of what is hashed and must come back as it was.
        let details = serde_json::Value::Object(std::mem::take(&mut self.details)).to_string();
        let hash = chain_hash(&Envelope {
            change,
            at,
            account: self.actor.account,
            os_user: self.actor.os_user.as_deref(),
            act: self.act,
            reason: self.reason.as_deref(),
            form: self.form,
            details: &details,
            digest: &digest,
            previous_hash: &head.previous_hash,
        });
        sqlx::query(
            "with said as (
                insert into changes
                    (id, recorded_at, account_id, os_user, act, reason, form_id, details, digest, previous_hash, hash)
                values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11)
             )
             update change_head set change_id = $1, recorded_at = $2, hash = $11",
        )
        .bind(change.0)
        .bind(at)
        .bind(self.actor.account)
        .bind(&self.actor.os_user)
        .bind(self.act)
        .bind(&self.reason)
        .bind(self.form)
        .bind(&details)
        .bind(&digest)
        .bind(&head.previous_hash)
        .bind(&hash)
        .execute(&mut *self.tx)
        .await?;
        self.tx.commit().await?;
        Ok(Some(head.recorded))
    }

    /// Leaves nothing of what was done, at once rather than when the connection is next used.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.tx.rollback().await
    }
}

fn auditing(change: ChangeId, entity: &'static str, source: &'static str) -> Select {
    let mut insert = Select::new("insert into audit_entries (change_id, entity, entity_id, before, after) select ");
    insert.bind(change.0).sql(", '").sql(entity).sql("', entity_id, before, after from (").sql(source);
    insert.sql(") as source");
    insert
}

/// Everything a change's hash speaks for.
pub struct Envelope<'a> {
    /// Its number.
    pub change: ChangeId,
    /// Its instant.
    pub at: DateTime<Utc>,
    /// Who.
    pub account: AccountId,
    /// The user of the operating system, of a command.
    pub os_user: Option<&'a str>,
    /// What kind of act.
    pub act: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
    /// From which form.
    pub form: Option<Uuid>,
    /// What it says of itself, as text.
    pub details: &'a str,
    /// What it did.
    pub digest: &'a [u8],
    /// The change before it.
    pub previous_hash: &'a [u8],
}

/// SHA-256 over the envelope, written as a JSON array so that no two envelopes read the same.
pub fn chain_hash(envelope: &Envelope<'_>) -> Vec<u8> {
    let text = serde_json::json!([
        envelope.change.0,
        envelope.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        envelope.account.0,
        envelope.os_user,
        envelope.act,
        envelope.reason,
        envelope.form.map(|form| form.to_string()),
        envelope.details,
        hex::encode(envelope.digest),
        hex::encode(envelope.previous_hash),
    ]);
    Sha256::digest(text.to_string().as_bytes()).to_vec()
}

/// SHA-256 of every audit row, fact and void mark of a change that wrote to these tables, in a stated order.
async fn digest_of(
    connection: &mut PgConnection,
    change: ChangeId,
    wrote: &[&'static FactTable],
) -> Result<Vec<u8>, sqlx::Error> {
    let mut select = rows_of_changes(Some(change), wrote);
    Ok(select.done().build_query_as::<(i64, Vec<u8>)>().fetch_optional(connection).await?.map(|(_, digest)| digest))
        .map(|digest| digest.unwrap_or_else(digest_of_nothing))
}

/// The digest of every change there is, for `dis verify`.
pub async fn digests(connection: &mut PgConnection) -> Result<Vec<(i64, Vec<u8>)>, sqlx::Error> {
    rows_of_changes(None, tables::ALL).done().build_query_as().fetch_all(connection).await
}

/// Empty columns are left out of a row's digest, so that a column added later does not change what was digested.
fn rows_of_changes(only: Option<ChangeId>, tables: &[&'static FactTable]) -> Select {
    let mut select = Select::new(
        "select change_id, sha256(string_agg(digest, ''::bytea order by source, id)) from (
            select change_id, 'audit_entries' as source, id,
                   sha256(convert_to(jsonb_strip_nulls(to_jsonb(row))::text, 'UTF8')) as digest
            from audit_entries row",
    );
    // Between it and itself: to a plan made for any change, the rows of one look as many as an import's, and it would read
    // the whole table for every receipt.
    let the_one = |select: &mut Select, change: ChangeId| {
        select.sql(" between ").bind(change.0).sql(" and ").bind(change.0);
    };
    if let Some(change) = only {
        select.sql(" where change_id");
        the_one(&mut select, change);
    }
    for table in tables {
        select.sql(" union all select change_id, '").sql(table.name);
        select.sql("', id, sha256(convert_to(jsonb_strip_nulls(to_jsonb(row) - '{voided_at,voided_change_id}'::text[])::text, 'UTF8')) from ");
        select.sql(table.name).sql(" row");
        if let Some(change) = only {
            select.sql(" where change_id");
            the_one(&mut select, change);
        }
        select.sql(" union all select voided_change_id, 'void ").sql(table.name);
        select.sql("', id, sha256(convert_to(to_jsonb(voided_at)::text, 'UTF8')) from ");
        select.sql(table.name).sql(" row where voided_change_id");
        match only {
            Some(change) => the_one(&mut select, change),
            None => {
                select.sql(" is not null");
            }
        }
    }
    select.sql(") as rows group by change_id order by change_id");
    select
}

/// The digest of a change that wrote no row.
pub fn digest_of_nothing() -> Vec<u8> {
    Sha256::digest(b"").to_vec()
}
