//! What somebody has begun to type: kept on the server every few seconds, seen by nobody else, and offered back.
//!
//! A draft is the fields of the form under the form's own id, so that sending the form ends it. It is no record of the
//! agency and leaves no change. A draft is only overwritten by whoever saw its last state: a second window keeps its own.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::access::{Act, may};
use crate::classified::say_reader;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::{PageError, Posting, Refused, Sent};

/// Fields that are no part of what somebody typed.
const OURS: [&str; 6] = ["csrf", "form_id", "press", "draft_version", "draft_writer", "was"];
/// The most a draft may hold, in letters.
const LARGEST: usize = 200_000;

/// A draft, for the form it was typed in.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Draft {
    pub(super) id: Uuid,
    pub(super) fields: sqlx::types::Json<Vec<(String, String)>>,
    pub(super) title: String,
    pub(super) donors: String,
    pub(super) version: i32,
    pub(super) saved_at: DateTime<Utc>,
}

/// What became of saving one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Saved {
    /// Kept, in this version.
    Kept(i32),
    /// Another window kept something else since.
    Elsewhere,
    /// The form was sent meanwhile.
    Sent,
}

/// A draft of whoever reads.
pub(super) async fn read(connection: &mut PgConnection, id: Uuid) -> Result<Option<Draft>, sqlx::Error> {
    sqlx::query_as("select id, fields, title, donors, version, saved_at from meeting_drafts where id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// The latest drafts of whoever reads.
pub(super) async fn latest(connection: &mut PgConnection) -> Result<Vec<Draft>, sqlx::Error> {
    sqlx::query_as(
        "select id, fields, title, donors, version, saved_at from meeting_drafts order by saved_at desc limit 5",
    )
    .fetch_all(connection)
    .await
}

/// Ends a draft: its form was acted on.
pub(super) async fn end(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("delete from meeting_drafts where id = $1").bind(id).execute(connection).await?;
    Ok(())
}

/// Keeps what was typed under the form's id.
pub(super) async fn keep(posting: &Posting, id: Uuid) -> Result<Saved, PageError> {
    let sent = &posting.sent;
    let fields: Vec<&(String, String)> = sent.0.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).collect();
    if fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LARGEST {
        return Err(Refused::TooLarge(1).into());
    }
    let seen: i32 = sent.get("draft_version").parse().unwrap_or_default();
    let mut tx = posting.state.0.db.write().await?;
    say_reader(&mut tx, posting.viewer.reader()).await?;
    let sent_already: bool = sqlx::query_scalar("select exists (select from changes where form_id = $1)")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    if sent_already {
        return Ok(Saved::Sent);
    }
    let version: Option<i32> = sqlx::query_scalar(
        "insert into meeting_drafts as d (id, account_id, fields, title, donors, saved_at, writer)
         values ($1, $2, $3, $4, $5, $6, $8)
         on conflict (id) do update set fields = excluded.fields, title = excluded.title, donors = excluded.donors,
            saved_at = excluded.saved_at, version = d.version + 1, writer = excluded.writer
         where d.version = $7 or (d.writer = $8 and $8 <> '') returning version",
    )
    .bind(id)
    .bind(posting.viewer.account)
    .bind(sqlx::types::Json(&fields))
    .bind(short(sent, "title"))
    .bind(short(sent, "donors"))
    .bind(posting.state.0.clock.now())
    .bind(seen)
    .bind(short(sent, "draft_writer"))
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(version.map_or(Saved::Elsewhere, Saved::Kept))
}

fn short(sent: &Sent, name: &str) -> String {
    sent.get(name).chars().take(200).collect()
}

/// `POST /meetings/drafts/{id}`: the script keeps what was typed, or somebody throws it away.
pub async fn save(Path(id): Path<Uuid>, posting: Posting) -> Result<Response, PageError> {
    if !may(posting.viewer.role, Act::LogMeetings) {
        return Err(Refused::Forbidden.into());
    }
    if posting.sent.get("press") == "discard" {
        let mut tx = posting.state.0.db.write().await?;
        say_reader(&mut tx, posting.viewer.reader()).await?;
        end(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(Redirect::to("/meetings/new").into_response());
    }
    let answer = match keep(&posting, id).await? {
        Saved::Kept(version) => {
            let at = posting.state.0.clock.now().with_timezone(&posting.state.0.clock.zone());
            serde_json::json!({ "version": version, "at": at.format("%H:%M").to_string() })
        }
        Saved::Elsewhere => serde_json::json!({ "elsewhere": true }),
        Saved::Sent => serde_json::json!({ "sent": true }),
    };
    Ok(Json(answer).into_response())
}

/// The list of one's own drafts.
pub struct Drafts;

/// A draft, as the list shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DraftRow {
    id: Uuid,
    title: String,
    donors: String,
    saved_at: DateTime<Utc>,
    zone: String,
}

/// Microseconds since 1970: an order of instants that can be written in an address.
const AT: &str = "(extract(epoch from d.saved_at) * 1000000)::bigint";

impl List for Drafts {
    type Row = DraftRow;
    const NAME: &'static str = "drafts";
    const ROOM: &'static str = "meetings";
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &[];
    const SORTS: &'static [Sort] =
        &[Sort { name: "saved", keys: &[down(AT, KeyKind::Integer), up("d.id::text", KeyKind::Text)], indexed: false }];
    const ID: &'static str = "d.id";
    const SELECT: &'static str = "d.id, d.title, d.donors, d.saved_at, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        // One's own: the policy of the table lets nobody see another's.
        select.sql(" from meeting_drafts d where true");
        scope.keep_letters(select, &["d.title", "d.donors"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(" from page join meeting_drafts d on d.id = page.id cross join (select ");
        select.bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<DraftRow>] {
        const COLUMNS: &[Column<DraftRow>] = &[
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "donors", cell: |row| Cell::Text(row.donors.clone()) },
            Column { name: "saved_at", cell: |row| Cell::instant(Some(row.saved_at)) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<DraftRow>] {
        const SCREEN: &[Screen<DraftRow>] = &[
            Screen {
                label: "col-meeting",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    let title = if row.title.is_empty() { l10n.t("drafts-untitled") } else { row.title.clone() };
                    let mut drawn = Drawn::text(title).phone(row.donors.clone());
                    drawn.href = Some(format!("/meetings/new?draft={}", row.id));
                    drawn
                },
            },
            Screen { label: "col-donor", class: "w", sort: None, draw: |row, _| Drawn::text(&row.donors) },
            Screen {
                label: "col-saved",
                class: "nowrap",
                sort: Some("saved"),
                draw: |row, l10n| Drawn::instant(Some(row.saved_at), &row.zone, l10n),
            },
        ];
        SCREEN
    }
}
