//! Tiles of what is one's own: follow-ups and drafts, and strategies for those who follow them, in one statement. Their figures are those of the lists they open.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::tiles::{Now, Tile};
use crate::access::{Act, Role, may};
use crate::lists::{Cell, Drawn};
use crate::web::list::Params;
use crate::web::session::Viewer;

#[derive(Deserialize)]
struct Action {
    meeting: String,
    text: String,
    due_on: Option<NaiveDate>,
    late: bool,
}

#[derive(Deserialize)]
struct Draft {
    id: String,
    title: String,
    saved_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Strategy {
    key: String,
    title: String,
    valid_to: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct Mine {
    actions: i64,
    first_actions: Json<Vec<Action>>,
    drafts: i64,
    first_drafts: Json<Vec<Draft>>,
    strategies: i64,
    first_strategies: Json<Vec<Strategy>>,
}

/// How many follow-ups and drafts are shown.
const SHOWN: i64 = 6;

/// The tiles of whoever reads.
///
/// # Errors
/// Where the database fails.
pub async fn tiles(connection: &mut PgConnection, viewer: &Viewer, now: Now<'_>) -> Result<Vec<Tile>, sqlx::Error> {
    let Now { today, l10n, zone, .. } = now;
    let follows_strategies = viewer.role == Role::ResourceMobilization;
    let mine: Mine = sqlx::query_as(
        "with ends as materialized (
            select d.id, d.key, d.title, d.valid_to from documents d
            where $4 and d.kind = 'development_strategy' and d.valid_to >= $2
                and date_trunc('year', d.valid_to) = date_trunc('year', $2::date)
         )
         select (select count(*) from actions x where x.owner_id = $1 and x.state = 'open') as actions,
            (select coalesce(json_agg(f), '[]') from (
                select m.key as meeting, x.text, x.due_on, coalesce(x.due_on < $2, false) as late
                from actions x join meetings m on m.id = x.meeting_id where x.owner_id = $1 and x.state = 'open'
                order by coalesce(x.due_on, '2199-12-31'::date), x.id limit $3) f) as first_actions,
            (select count(*) from meeting_drafts) as drafts,
            (select coalesce(json_agg(d), '[]') from (
                select d.id, d.title, d.saved_at from meeting_drafts d order by d.saved_at desc, d.id limit $3) d)
                as first_drafts,
            (select count(*) from ends) as strategies,
            (select coalesce(json_agg(e), '[]') from (
                select d.key, d.title, d.valid_to from ends d order by d.valid_to, d.id limit $3) e) as first_strategies",
    )
    .bind(viewer.account)
    .bind(today)
    .bind(SHOWN)
    .bind(follows_strategies)
    .fetch_one(connection)
    .await?;
    let tile = |name: &'static str, href: String, count: i64, heads: [(&str, &'static str); 2], rows| Tile {
        name,
        title: l10n.word("tile", name),
        note: l10n.word("tile-note", name),
        href,
        count: l10n.with("list-count", &[("rows", count.into())]),
        sums: Vec::new(),
        heads: heads.into_iter().map(|(key, class)| (l10n.t(key), class)).collect(),
        rows,
        empty: (count == 0).then(|| l10n.word("tile-empty", name)),
    };
    let actions = mine.first_actions.0.iter().map(|one| {
        let mut what = Drawn::text(&one.text).tag(one.late.then_some(("bad", "actions-overdue")));
        what.href = Some(format!("/meetings/{}#follow-ups", one.meeting));
        vec![what, Drawn::of(&Cell::day(one.due_on), l10n)]
    });
    let drafts = mine.first_drafts.0.iter().map(|one| {
        let title = if one.title.is_empty() { l10n.t("drafts-untitled") } else { one.title.clone() };
        let mut what = Drawn::text(title);
        what.href = Some(format!("/meetings/new?draft={}", one.id));
        vec![what, Drawn::instant(Some(one.saved_at), zone.name(), l10n)]
    });
    let own = Params::default().with("who", &viewer.email).with("state", "open");
    let heads = [("col-action", ""), ("col-due", "nowrap")];
    let mut tiles = vec![tile("follow-ups", own.address("/actions"), mine.actions, heads, actions.collect())];
    if may(viewer.role, Act::LogMeetings) {
        let heads = [("col-meeting", ""), ("col-saved", "nowrap")];
        tiles.push(tile("drafts", "/drafts".to_owned(), mine.drafts, heads, drafts.collect()));
    }
    if follows_strategies {
        let strategies = mine.first_strategies.0.iter().map(|one| {
            vec![Drawn::text(&one.title).link("documents", &one.key), Drawn::of(&Cell::day(Some(one.valid_to)), l10n)]
        });
        let these = Params::default().with("document_kind", "development_strategy").with("state", "expires_this_year");
        let (href, heads) = (these.address("/documents"), [("col-document", ""), ("document-valid-to", "nowrap")]);
        tiles.push(tile("strategies", href, mine.strategies, heads, strategies.collect()));
    }
    Ok(tiles)
}
