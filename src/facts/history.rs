//! What was recorded about one thing, and what became of it: the same question for every room.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::tables::{self, FactTable};
use crate::db::Select;

/// One fact, or one edit of labels, as history tells it.
#[derive(Debug, sqlx::FromRow)]
pub struct HistoryEntry {
    /// The fact table, or `labels`.
    pub source: String,
    /// The change that recorded it.
    pub change_id: i64,
    /// When that was.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub account: String,
    /// What kind of act it was.
    pub act: String,
    /// What the act was about, as its change says: a code or reference.
    pub code: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it was voided, where it was.
    pub voided_at: Option<DateTime<Utc>>,
    /// Why it was voided.
    pub void_reason: Option<String>,
    /// Whether it took the place of an earlier one.
    pub replaces: Option<i64>,
    /// Whether it is about another thing of the same kind, and belongs to this one's history too.
    pub of_another: bool,
    /// The columns of the fact; for labels what they were and became.
    pub content: serde_json::Value,
}

/// Everything recorded about the subject in the given tables and in its labels, by an instant, newest first.
pub async fn history(
    connection: &mut PgConnection,
    tables: &[&'static FactTable],
    entity: &'static str,
    subject: i64,
    known_at: DateTime<Utc>,
) -> Result<Vec<HistoryEntry>, sqlx::Error> {
    let mut select = Select::new(
        "select source, change_id, c.recorded_at, a.name as account, c.act, c.details ->> 'code' as code, c.reason, voided_at,
                v.reason as void_reason, replaces, of_another, content
         from (select * from (",
    );
    labels(&mut select);
    select.sql("e.entity = ").bind(entity).sql(" and e.entity_id = ").bind(subject);
    for of in tables::PARTS.iter().filter(|of| of.entity == entity) {
        select.sql(" union all ");
        labels(&mut select);
        select
            .sql("e.entity = ")
            .bind(of.part)
            .sql(" and e.entity_id = any(array(")
            .sql(of.ids)
            .bind(subject)
            .sql("))");
    }
    for table in tables {
        select.sql(" union all select '").sql(table.name);
        select.sql("', id, change_id, voided_at, voided_change_id, replaces, ");
        select.sql(table.subject).sql(" <> ").bind(subject).sql(", to_jsonb(f) from ");
        select.sql(table.name).sql(" f where ").sql(table.subject).sql(" = ").bind(subject);
        if let Some(also) = table.also {
            select.sql(" or ").sql(also).sql(" = ").bind(subject);
        }
    }
    // What is shown is picked first, by the last change of the instant: changes are then looked up, not gone through.
    select.sql(") u where u.change_id <= coalesce((select k.id from changes k where k.recorded_at <= ").bind(known_at);
    select.sql(" order by k.recorded_at desc limit 1), 0) order by u.change_id desc, u.source, u.id desc limit 500");
    select.sql(
        ") r join changes c on c.id = r.change_id join accounts a on a.id = c.account_id
         left join changes v on v.id = r.voided_change_id order by r.change_id desc, r.source, r.id desc",
    );
    select.done().build_query_as().fetch_all(connection).await
}

/// Appends what is told of edits of labels, up to their condition.
fn labels(select: &mut Select) {
    select.sql(
        "select 'labels' as source, e.id, e.change_id, null::timestamptz as voided_at, null::bigint as voided_change_id,
            null::bigint as replaces, false as of_another,
            jsonb_build_object('entity', e.entity, 'before', e.before, 'after', e.after) as content
         from audit_entries e where ",
    );
}

/// Everything a change recorded, voided and edited, at most five hundred of it.
pub async fn of_change(connection: &mut PgConnection, change: i64) -> Result<Vec<HistoryEntry>, sqlx::Error> {
    let mut select = Select::new(
        "select source, change_id, r.recorded_at, a.name as account, c.act, c.details ->> 'code' as code, c.reason, voided_at,
                v.reason as void_reason, replaces, false as of_another, content
         from (select 'labels' as source, e.id, e.change_id, ec.recorded_at, null::timestamptz as voided_at,
                      null::bigint as voided_change_id, null::bigint as replaces,
                      jsonb_build_object('entity', e.entity, 'entity_id', e.entity_id, 'before', e.before,
                        'after', e.after) as content
               from audit_entries e join changes ec on ec.id = e.change_id where e.change_id = ",
    );
    select.bind(change);
    for table in super::tables::ALL {
        select.sql(" union all (select '").sql(table.name);
        select.sql("', id, change_id, recorded_at, voided_at, voided_change_id, replaces, to_jsonb(f) from ");
        select.sql(table.name).sql(" f where change_id = ").bind(change).sql(" or voided_change_id = ").bind(change);
        select.sql(" order by id limit 500)");
    }
    select.sql(
        ") as r join changes c on c.id = r.change_id join accounts a on a.id = c.account_id
         left join changes v on v.id = r.voided_change_id
         order by source, r.id limit 500",
    );
    select.done().build_query_as().fetch_all(connection).await
}
