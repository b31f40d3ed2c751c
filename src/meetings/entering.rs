//! The form of a meeting: a new one, and one edited.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::drafts;
use super::forms::{FIELDS, Line, MOST_ROWS, Who, lines, says, understand};
use super::handlers::beside_of;
use super::model::Held;
use super::pages::{Draft, FormPage, Offer};
use super::store;
use crate::access::{Act, Role, may};
use crate::classified::{note_reading, read_as};
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::kernel::text::parts;
use crate::l10n::L10n;
use crate::web::entry::merge_fields;
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, format};

type Pairs = Query<Vec<(String, String)>>;

fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::LogMeetings) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// What is drawn besides the fields.
struct Shape<'a> {
    held: Option<&'a Held>,
    form_id: Uuid,
    version: i32,
    conflict: bool,
    offers: Vec<Offer>,
    saved: Option<String>,
}

impl<'a> Shape<'a> {
    fn new(held: Option<&'a Held>, form_id: Uuid, version: i32) -> Self {
        Shape { held, form_id, version, conflict: false, offers: Vec::new(), saved: None }
    }
}

/// Draws the form; what stands beside it is read in the transaction of the page.
async fn page(
    connection: &mut PgConnection,
    frame: Frame,
    draft: Draft,
    shape: Shape<'_>,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (action, kicker, title) = match shape.held {
        None => {
            ("/meetings/new".to_owned(), (l10n.t("meetings-kicker"), "/meetings".to_owned()), l10n.t("new-meetings"))
        }
        Some(held) => {
            let base = format!("/meetings/{}", held.key);
            (format!("{base}/edit"), (held.title.clone(), base), l10n.t("meeting-edit"))
        }
    };
    let but = shape.held.map(|held| held.key);
    let ticked = draft.sent.all("settled");
    let beside = beside_of(connection, draft.sent.raw("donors"), but, &ticked, &frame).await?;
    let more = draft.more(shape.held.is_some(), l10n);
    let wanted = |name: &str| !draft.sent.get(name).is_empty();
    let used = ["purpose", "discussion", "agenda", "guests"].into_iter().any(wanted) && shape.held.is_some();
    let amiss = more.iter().any(|field| field.error.is_some() || field.theirs.is_some());
    let class = draft.sent.get("classification");
    let class = if class.is_empty() { "unclassified" } else { class };
    let summary: Vec<String> =
        [draft.sent.get("held_on").to_owned(), draft.sent.get("place").to_owned(), l10n.word("classification", class)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
    let mut hidden = vec![("draft_version", shape.version.to_string())];
    if let Some(held) = shape.held {
        hidden = vec![
            ("version", held.version.to_string()),
            ("was", serde_json::to_string(&says(held, l10n).0).unwrap_or_default()),
        ];
    }
    let known: Vec<String> = FIELDS.iter().map(|name| (*name).to_owned()).collect();
    let beyond = draft.wrong.iter().filter(|(name, _)| !known.contains(name) && !name.contains('-'));
    let page = FormPage {
        first: draft.first(l10n),
        rows: draft.rows(lines(&draft.sent), l10n),
        blank: draft.row("NTH", "NTH", Line::default(), l10n),
        errors: beyond.flat_map(|(_, errors)| errors.clone()).collect(),
        more,
        folded: !(amiss || used),
        summary: summary.join(", "),
        hidden,
        form_id: shape.form_id,
        conflict: shape.conflict,
        beside,
        drafting: shape.held.is_none(),
        offers: shape.offers,
        saved: shape.saved,
        action,
        kicker,
        title,
        frame,
    };
    let status = match (page.conflict, page.faults()) {
        (true, _) => StatusCode::CONFLICT,
        (false, 0) => StatusCode::OK,
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// What a new meeting begins with: today, and whoever logs it. Fields may be filled in by the address.
fn begun(viewer: &Viewer, today: chrono::NaiveDate, pairs: &[(String, String)], l10n: L10n) -> Sent {
    let mut sent = Sent(vec![
        ("held_on".to_owned(), format::day(today, l10n)),
        ("took_part".to_owned(), viewer.name.clone()),
        ("classification".to_owned(), "unclassified".to_owned()),
    ]);
    for (name, value) in pairs {
        let name = if name == "donor" { "donors" } else { name.as_str() };
        if FIELDS.contains(&name) {
            sent.0.retain(|(given, _)| given != name);
            sent.0.push((name.to_owned(), value.clone()));
        }
    }
    sent
}

/// `GET /meetings/new`: empty, filled in by the address, or a draft taken up again.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let frame = Frame::new(&state, viewer, "meetings");
    let l10n = frame.l10n;
    let given = |name: &str| pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    let draft = match given("draft").and_then(|id| id.parse().ok()) {
        Some(id) => Some(drafts::read(&mut tx, id).await?.ok_or(Refused::NotFound)?),
        None => None,
    };
    let mut shape = Shape::new(None, Uuid::now_v7(), 0);
    let sent = match draft {
        Some(draft) => {
            shape.form_id = draft.id;
            shape.version = draft.version;
            shape.saved = Some(frame.instant(&crate::kernel::KnownAt(draft.saved_at)));
            Sent(draft.fields.0)
        }
        None => {
            shape.offers = drafts::latest(&mut tx)
                .await?
                .into_iter()
                .map(|draft| {
                    let title = if draft.title.is_empty() { l10n.t("drafts-untitled") } else { draft.title };
                    let at = frame.instant(&crate::kernel::KnownAt(draft.saved_at));
                    let args = [("title", title.into()), ("donors", draft.donors.into()), ("at", at.into())];
                    Offer { href: format!("/meetings/new?draft={}", draft.id), words: l10n.with("drafts-offer", &args) }
                })
                .collect();
            begun(&frame.viewer, frame.today, &pairs, l10n)
        }
    };
    let response = page(&mut tx, frame, Draft { sent, ..Draft::default() }, shape).await?;
    tx.end();
    Ok(response)
}

/// What was pressed besides the first button: a line more, a line less, or the form drawn again as it was typed.
fn pressed(sent: &mut Sent) -> bool {
    let press = sent.get("press").to_owned();
    let count = lines(sent).len();
    match press.split_once('-').unwrap_or((press.as_str(), "")) {
        ("add", _) if count < MOST_ROWS => {
            let empty = [("text", ""), ("side", "we"), ("owner", ""), ("due", ""), ("action", "")];
            sent.0.extend(empty.map(|(name, value)| (format!("{name}-{count}"), value.to_owned())));
            true
        }
        ("remove", at) => {
            let mut kept = lines(sent);
            if let Some(at) = at.parse::<usize>().ok().filter(|at| *at < kept.len()) {
                kept.remove(at);
            }
            let of_line = |name: &str| {
                let part = name.rsplit_once('-').map(|(part, _)| part);
                part.is_some_and(|part| ["text", "side", "owner", "due", "action"].contains(&part))
            };
            sent.0.retain(|(name, _)| !of_line(name));
            for (at, line) in kept.into_iter().enumerate() {
                let cells = [
                    ("text", line.text),
                    ("side", line.side),
                    ("owner", line.owner),
                    ("due", line.due),
                    ("action", line.key),
                ];
                sent.0.extend(cells.map(|(name, value)| (format!("{name}-{at}"), value)));
            }
            true
        }
        ("add" | "draw", _) => true,
        _ => false,
    }
}

fn seen(key: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("/meetings/{key}?done={done}")).into_response()
}

/// Where the page of a meeting that a change made is: the form was sent twice, and the first one made it.
async fn made_before(posting: &Posting, change: ChangeId) -> Result<Response, PageError> {
    Ok(seen(&posting.made_by(change).await?.unwrap_or_default(), Some(change)))
}

/// The form once more, as it was typed.
async fn again(posting: Posting, draft: Draft, shape: Shape<'_>) -> Result<Response, PageError> {
    let mut tx = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let frame = Frame::new(&posting.state, posting.viewer, "meetings");
    let response = page(&mut tx, frame, draft, shape).await?;
    tx.end();
    Ok(response)
}

/// `POST /meetings/new`.
pub async fn create(mut posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let stamp = posting.sent.stamp()?;
    let version = posting.sent.get("draft_version").parse().unwrap_or_default();
    if posting.sent.get("press") == "draft" {
        drafts::keep(&posting, stamp.id).await?;
        return Ok(Redirect::to(&format!("/meetings/new?draft={}", stamp.id)).into_response());
    }
    if pressed(&mut posting.sent) {
        let draft = Draft { sent: posting.sent.clone(), ..Draft::default() };
        return again(posting, draft, Shape::new(None, stamp.id, version)).await;
    }
    let today = posting.state.0.clock.today();
    let l10n = L10n::of(&posting.viewer.language);
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "meeting-log", None).await?;
    tx.of_few_rows();
    let account = posting.viewer.account;
    let who = Who { author: account, typing: account, held: None, today, l10n };
    // Before everybody else who writes has to wait: what names mean is not what the lock is for.
    let understood = understand(tx.connection(), &posting.sent, &who).await?;
    match tx.claim(&stamp).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return made_before(&posting, change).await,
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    match understood {
        Err(wrong) => {
            tx.rollback().await?;
            let draft = Draft { sent: posting.sent.clone(), wrong, ..Draft::default() };
            again(posting, draft, Shape::new(None, stamp.id, version)).await
        }
        Ok(content) => {
            let key = store::log(&mut tx, &content, today).await?;
            drafts::end(tx.connection(), stamp.id).await?;
            tx.say(serde_json::json!({ "room": "meetings", "code": key }));
            let recorded = tx.commit().await?;
            Ok(seen(&key.to_string(), recorded.map(|recorded| recorded.change)))
        }
    }
}

fn editable(held: &Held, viewer: &Viewer) -> Result<(), PageError> {
    if held.may_be_edited_by(viewer.reader()) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// `GET /meetings/{id}/edit`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let held = store::read(&mut tx, &id).await?.ok_or(Refused::NotFound)?;
    editable(&held, &viewer)?;
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "meetings", held.key, held.classification, "form", now).await?;
    let frame = Frame::new(&state, viewer, "meetings");
    let draft = Draft { sent: says(&held, frame.l10n), ..Draft::default() };
    let response = page(&mut tx, frame, draft, Shape::new(Some(&held), Uuid::now_v7(), 0)).await?;
    tx.end();
    Ok(response)
}

/// Everything a form says, but for what is ours.
fn said(sent: &Sent) -> Vec<(&str, &str)> {
    let ours = ["csrf", "form_id", "version", "was", "press", "reason", "draft_version", "draft_writer"];
    let mut said: Vec<(&str, &str)> = sent
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.trim()))
        .filter(|(name, value)| !ours.contains(name) && !value.is_empty() && !name.starts_with("side-"))
        .collect();
    said.sort_unstable();
    said
}

/// `POST /meetings/{id}/edit`.
pub async fn change(Path(id): Path<String>, mut posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let stamp = posting.sent.stamp()?;
    let l10n = L10n::of(&posting.viewer.language);
    let mut reading = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let before = store::read(&mut reading, &id).await?.ok_or(Refused::NotFound)?;
    reading.end();
    editable(&before, &posting.viewer)?;
    if pressed(&mut posting.sent) {
        let draft = Draft { sent: posting.sent.clone(), ..Draft::default() };
        return again(posting, draft, Shape::new(Some(&before), stamp.id, 0)).await;
    }
    let reclassifies = posting.sent.get("classification") != before.classification.as_str();
    let act = if reclassifies { "meeting-classify" } else { "meeting-edit" };
    let today = posting.state.0.clock.today();
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    tx.of_few_rows();
    match tx.claim(&stamp).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return made_before(&posting, change).await,
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    // Under the recording lock: nobody edits it between this reading and the writing.
    let held = store::read(tx.connection(), &id).await?.ok_or(Refused::NotFound)?;
    editable(&held, &posting.viewer)?;
    if posting.sent.get("version") != held.version.to_string() {
        tx.rollback().await?;
        let was: Vec<(String, String)> =
            serde_json::from_str(posting.sent.raw("was")).map_err(|_| Refused::BadParameter("was", String::new()))?;
        let now = says(&held, l10n);
        let (sent, theirs) = merge_fields(FIELDS.into_iter(), &Sent(was), &now, &posting.sent, l10n);
        let mut shape = Shape::new(Some(&held), Uuid::now_v7(), 0);
        shape.conflict = true;
        return again(posting, Draft { sent, theirs, ..Draft::default() }, shape).await;
    }
    if said(&posting.sent) == said(&says(&held, l10n)) {
        tx.rollback().await?;
        return Ok(seen(&held.key.to_string(), None));
    }
    let who = Who { author: held.author(), typing: posting.viewer.account, held: Some(&held), today, l10n };
    match understand(tx.connection(), &posting.sent, &who).await? {
        Err(wrong) => {
            tx.rollback().await?;
            let draft = Draft { sent: posting.sent.clone(), wrong, ..Draft::default() };
            again(posting, draft, Shape::new(Some(&held), stamp.id, 0)).await
        }
        Ok(content) => {
            store::edit(&mut tx, &held, &content, posting.sent.get("reason"), today).await?;
            tx.say(serde_json::json!({ "room": "meetings", "code": held.key }));
            let recorded = tx.commit().await?;
            Ok(seen(&held.key.to_string(), recorded.map(|recorded| recorded.change)))
        }
    }
}

/// The donors a text names, by their codes; what names none is left to the form's own check.
pub(super) async fn codes(connection: &mut PgConnection, text: &str) -> Result<Vec<(String, String)>, sqlx::Error> {
    let mut found = Vec::new();
    for named in parts(text).into_iter().take(10) {
        found.extend(crate::finding::store::resolve(&mut *connection, crate::finding::Kind::Donor, &named).await?);
    }
    Ok(found)
}
