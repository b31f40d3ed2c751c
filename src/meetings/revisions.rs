//! What a meeting said before, beside what it says now.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use sqlx::postgres::PgConnection;

use super::store;
use crate::classified::note_reading;
use crate::l10n::L10n;
use crate::web::frame::Frame;
use crate::web::thing::{Revision, Revisions, Which};
use crate::web::{AppState, PageError, Refused, SignedIn, format};

/// The fields of a revision in the order of the page, with the keys of their labels.
const FIELDS: [(&str, &str); 17] = [
    ("title", "meeting-title"),
    ("held_on", "meeting-held"),
    ("donors", "meeting-donors"),
    ("place", "meeting-place"),
    ("level", "filter-level"),
    ("guests", "meeting-guests"),
    ("took_part", "meeting-us"),
    ("purpose", "meeting-purpose"),
    ("agenda", "meeting-agenda"),
    ("summary", "meeting-summary"),
    ("outcomes", "meeting-outcomes"),
    ("follow_ups", "meeting-actions"),
    ("prepared_by", "meeting-prepared"),
    ("pledges", "meeting-pledges"),
    ("projects", "meeting-projects"),
    ("classification", "filter-classification"),
    ("readers", "meeting-readers"),
];

fn in_words(name: &str, text: &str, l10n: L10n) -> String {
    match name {
        "held_on" => {
            crate::kernel::calendar::parse_day(text).map_or_else(|_| text.to_owned(), |day| format::day(day, l10n))
        }
        "level" => l10n.word("level", text),
        "classification" => l10n.word("classification", text),
        "follow_ups" => {
            let line = |line: &str| match line.split_once(": ") {
                Some((side, rest)) => format!("{}: {rest}", l10n.word("side", side)),
                None => line.to_owned(),
            };
            text.lines().map(line).collect::<Vec<_>>().join("\n")
        }
        _ => text.to_owned(),
    }
}

async fn revisions(connection: &mut PgConnection, meeting: i64) -> Result<Vec<Revision>, sqlx::Error> {
    sqlx::query_as(
        "select r.version, r.recorded_at, a.name as who, r.content from meeting_revisions r
         join accounts a on a.id = r.account_id where r.meeting_id = $1 order by r.version desc limit 200",
    )
    .bind(meeting)
    .fetch_all(connection)
    .await
}

/// `GET /meetings/{id}/revisions?from=1&to=2`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let held = store::read(&mut tx, &id).await?.ok_or(Refused::NotFound)?;
    let all = revisions(&mut tx, held.id).await?;
    tx.end();
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "meetings", held.key, held.classification, "revisions", now).await?;
    let base = format!("/meetings/{}", held.key);
    let revisions = Revisions { base, title: held.title, all, fields: &FIELDS, in_words };
    revisions.page(&which, Frame::new(&state, viewer, "meetings"))
}
