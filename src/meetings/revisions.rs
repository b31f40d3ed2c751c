//! What a meeting said before, beside what it says now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;

use super::store;
use crate::classified::note_reading;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::frame::{Frame, filters};
use crate::web::{AppState, PageError, Refused, SignedIn, format};

/// Which two to compare: the last and the one before it where not said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    from: Option<String>,
    to: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Revision {
    version: i32,
    recorded_at: DateTime<Utc>,
    who: String,
    content: Value,
}

/// What differs of a field.
struct Differing {
    label: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "meetings/revisions.html")]
struct RevisionsPage {
    frame: Frame,
    base: String,
    title: String,
    all: Vec<(i32, String)>,
    from: i32,
    to: i32,
    sentence: String,
    differing: Vec<Differing>,
}

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

fn in_words(name: &str, value: &Value, l10n: L10n) -> String {
    let text = value.as_str().unwrap_or_default();
    match name {
        _ if text.is_empty() => String::new(),
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
    tx.commit().await?;
    let number = |name: &'static str, said: &Option<String>, else_at: usize| match said {
        Some(text) => {
            let found = text.parse().ok().and_then(|version: i32| all.iter().find(|one| one.version == version));
            found.ok_or_else(|| PageError(Refused::BadParameter(name, text.chars().take(20).collect())))
        }
        None => all.get(else_at).or(all.first()).ok_or(PageError(Refused::NotFound)),
    };
    let (to, from) = (number("to", &which.to, 0)?, number("from", &which.from, 1)?);
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "meetings", held.key, held.classification, "revisions", now).await?;
    let frame = Frame::new(&state, viewer, "meetings");
    let l10n = frame.l10n;
    let differing = FIELDS.iter().filter_map(|(name, label)| {
        let (before, after) = (in_words(name, &from.content[*name], l10n), in_words(name, &to.content[*name], l10n));
        (before != after).then(|| Differing { label: l10n.t(label), before, after })
    });
    let told = |one: &Revision| {
        let args = [
            ("version", one.version.into()),
            ("at", frame.instant(&KnownAt(one.recorded_at)).into()),
            ("who", one.who.as_str().into()),
        ];
        l10n.with("revision-told", &args)
    };
    let args = [("from", told(from).into()), ("to", told(to).into())];
    let page = RevisionsPage {
        base: format!("/meetings/{}", held.key),
        title: held.title.clone(),
        differing: differing.collect(),
        sentence: l10n.with("revision-compared", &args),
        from: from.version,
        to: to.version,
        all: all.iter().map(|one| (one.version, told(one))).collect(),
        frame,
    };
    Ok(Html(page.render()?).into_response())
}
