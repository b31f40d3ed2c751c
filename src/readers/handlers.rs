//! The page where administrators ask for a reader, and answer each other.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::access::{Act, may};
use crate::classified::read_as;
use crate::facts::{Claim, WriteTx};
use crate::finding::{Kind, store::resolve};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::Wrong;
use crate::web::form::{Field, Widget};
use crate::web::frame::{Frame, filters};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn};

/// Somebody asked for a reader.
#[derive(sqlx::FromRow)]
struct Request {
    key: Uuid,
    thing: Uuid,
    reader: String,
    reason: String,
    asked_by: i64,
    asked_by_name: String,
    asked_at: DateTime<Utc>,
    granted: Option<bool>,
    answered_by_name: Option<String>,
}

/// The same, drawn.
struct Shown {
    request: Request,
    at: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "readers/page.html")]
struct ReadersPage {
    frame: Frame,
    fields: Vec<Field>,
    form_id: Uuid,
    waiting: Vec<Shown>,
    answered: Vec<Shown>,
}

impl ReadersPage {
    fn wrong(&self) -> Vec<(&str, &str, &str)> {
        let wrong = self
            .fields
            .iter()
            .filter_map(|field| field.error.as_deref().map(|error| (field.name.as_str(), field.label.as_str(), error)));
        wrong.collect()
    }
}

fn allow(viewer: &Viewer) -> Result<(), PageError> {
    if may(viewer.role, Act::KeepReaders) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

async fn requests(connection: &mut PgConnection) -> Result<Vec<Request>, sqlx::Error> {
    sqlx::query_as(
        "select r.key, r.thing, w.name as reader, r.reason, r.asked_by, a.name as asked_by_name, r.asked_at, r.granted,
                b.name as answered_by_name
         from reader_requests r join accounts w on w.id = r.account_id join accounts a on a.id = r.asked_by
         left join accounts b on b.id = r.answered_by order by r.id desc limit 100",
    )
    .fetch_all(connection)
    .await
}

async fn draw(connection: &mut PgConnection, frame: Frame, sent: &Sent, wrong: &Wrong) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let field = |name: &str, label: &str, hint: &str, widget: Widget| {
        let mut field = Field::new(name, l10n.t(label)).says(sent.raw(name)).typed(widget).required();
        field.hint = (!hint.is_empty()).then(|| l10n.t(hint));
        field.error = wrong.get(name).map(|errors| errors.join(" "));
        field
    };
    let fields = vec![
        field("thing", "readers-thing", "readers-thing-hint", Widget::Line),
        field("reader", "readers-who", "", Widget::Suggest("person")),
        field("reason", "form-reason", "readers-reason-hint", Widget::Line),
    ];
    let account = frame.viewer.account.0;
    let (waiting, answered) = requests(connection)
        .await?
        .into_iter()
        .map(|request| Shown {
            at: frame.instant(&KnownAt(request.asked_at)),
            own: request.asked_by == account,
            request,
        })
        .partition(|one: &Shown| one.request.granted.is_none());
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ReadersPage { frame, fields, form_id: Uuid::now_v7(), waiting, answered };
    Ok((status, Html(page.render()?)).into_response())
}

/// `GET /readers`.
pub async fn page(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(&viewer)?;
    let frame = Frame::new(&state, viewer, "readers");
    let response = draw(&mut tx, frame, &Sent::default(), &Wrong::new()).await?;
    tx.end();
    Ok(response)
}

fn done(change: i64) -> Response {
    Redirect::to(&format!("/readers?done={change}")).into_response()
}

/// `POST /readers`: one administrator asks.
pub async fn ask(posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer)?;
    let l10n = L10n::of(&posting.viewer.language);
    let sent = &posting.sent;
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "reader-ask", None).await?;
    match tx.claim(&sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return Ok(done(change.0)),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let thing: Option<(String, i64, Uuid)> =
        sqlx::query_as("select entity, id, key from strictly_confidential_thing($1)")
            .bind(sent.get("thing"))
            .fetch_optional(tx.connection())
            .await?;
    let reader = resolve(tx.connection(), Kind::Person, sent.get("reader")).await?;
    let reason: String = sent.get("reason").chars().take(2000).collect();
    let mut wrong = Wrong::new();
    let mut refuse = |name: &str, key: &str| drop(wrong.insert(name.to_owned(), vec![l10n.t(key)]));
    if thing.is_none() {
        refuse("thing", "readers-no-such-thing");
    }
    if reader.is_none() {
        refuse("reader", "import-account-unknown");
    }
    if reason.is_empty() {
        refuse("reason", "form-required");
    }
    let (Some((entity, id, key)), Some((email, _)), false) = (thing, reader, reason.is_empty()) else {
        tx.rollback().await?;
        let mut tx = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
        let frame = Frame::new(&posting.state, posting.viewer.clone(), "readers");
        let response = draw(&mut tx, frame, sent, &wrong).await?;
        tx.end();
        return Ok(response);
    };
    let (request, named): (i64, Uuid) = sqlx::query_as(
        "insert into reader_requests (entity, thing_id, thing, account_id, reason)
         select $5, $1, $2, a.id, $4 from accounts a where a.email = $3 returning id, key",
    )
    .bind(id)
    .bind(key)
    .bind(&email)
    .bind(&reason)
    .bind(&entity)
    .fetch_one(tx.connection())
    .await?;
    let after = serde_json::json!({ "id": named, "thing": key, "reader": email, "reason": reason });
    tx.audit_one("reader_requests", request, None, Some(after)).await?;
    tx.say(serde_json::json!({ "room": "readers", "code": key }));
    let recorded = tx.commit().await?;
    Ok(done(recorded.map_or(0, |recorded| recorded.change.0)))
}

/// `POST /readers/{key}`: another administrator grants it, or does not.
pub async fn answer(Path(key): Path<Uuid>, posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer)?;
    let grants = posting.sent.get("press") == "grant";
    let act = if grants { "reader-grant" } else { "reader-refuse" };
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return Ok(done(change.0)),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let told: Option<serde_json::Value> = sqlx::query_scalar("select answer_reader_request($1, $2)")
        .bind(key)
        .bind(grants)
        .fetch_one(tx.connection())
        .await?;
    // Nobody answers themselves, whatever they send.
    let told = told.ok_or(Refused::Forbidden)?;
    if let Some(id) = told["thing_id"].as_i64() {
        let kinds = ["meetings", "documents", "intelligence"];
        let entity = kinds.into_iter().find(|kind| told["entity"] == *kind).ok_or(Refused::Fault)?;
        tx.audit_one(entity, id, Some(told["before"].clone()), Some(told["after"].clone())).await?;
    }
    let request: i64 = sqlx::query_scalar("select id from reader_requests where key = $1")
        .bind(key)
        .fetch_one(tx.connection())
        .await?;
    let before = serde_json::json!({ "id": key });
    let after = serde_json::json!({ "id": key, "granted": grants });
    tx.audit_one("reader_requests", request, Some(before), Some(after)).await?;
    tx.say(serde_json::json!({ "room": "readers", "code": told["thing"] }));
    let recorded = tx.commit().await?;
    Ok(done(recorded.map_or(0, |recorded| recorded.change.0)))
}
