//! The forms of a contact at a donor: a new one, and one changed or taken out.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use crate::access::{Act, Role, may};
use crate::db::Select;
use crate::facts::tables::SET_CONTACT;
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::imports::Held;
use crate::imports::spec::Cell;
use crate::kernel::calendar::parse_day;
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, FormPage, Press, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address};

/// The fields: name, what they hold, and how many letters at most.
const FIELDS: [(&str, Cell, usize); 8] = [
    ("name", Cell::Text, 200),
    ("title", Cell::Text, 200),
    ("email", Cell::Text, 254),
    ("phone", Cell::Text, 100),
    ("language", Cell::Text, 100),
    ("from_on", Cell::Day, 20),
    ("to_on", Cell::Day, 20),
    ("note", Cell::Text, 5_000),
];
/// The entity of its audit rows.
const ENTITY: &str = "donor_contacts";

/// Refuses whoever may not keep donors.
pub(super) fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::KeepDonors) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The donor of a code that was ever recorded.
pub(super) async fn donor(connection: &mut PgConnection, code: &str) -> Result<(i64, String), PageError> {
    let found: Option<(i64, String)> = sqlx::query_as(
        "select d.id, d.name from donors d where d.code = $1 and exists (select from donor_facts f where f.donor_id = d.id)",
    )
    .bind(code)
    .fetch_optional(connection)
    .await?;
    found.ok_or_else(|| Refused::NotFound.into())
}

/// Where one goes after an act on a donor.
pub(super) fn seen(code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to("donors", code))).into_response()
}

/// A contact of a donor as it is recorded, by field; days as in files.
async fn held(connection: &mut PgConnection, donor: i64, id: i64) -> Result<Option<Held>, sqlx::Error> {
    let row: Option<sqlx::types::Json<Held>> = sqlx::query_scalar(
        "select jsonb_strip_nulls(jsonb_build_object('name', name, 'title', title, 'email', email, 'phone', phone,
                'language', language, 'from_on', from_on, 'to_on', to_on, 'note', note))
         from donor_contacts where id = $1 and donor_id = $2 and not removed",
    )
    .bind(id)
    .bind(donor)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.0))
}

fn says(held: &Held, l10n: L10n) -> Sent {
    let say = |(name, cell, _): &(&str, Cell, usize)| {
        let text = held.get(*name).map_or("", String::as_str);
        ((*name).to_owned(), entry::to_form(*cell, text, None, l10n))
    };
    Sent(FIELDS.iter().map(say).collect())
}

/// What was typed, or what is wrong with it.
fn read(sent: &Sent, l10n: L10n) -> Result<Held, Wrong> {
    let mut wrong = Wrong::new();
    let mut held = Held::new();
    for (name, cell, most) in FIELDS {
        let text = entry::to_file(cell, sent.get(name), l10n);
        if text.chars().count() > most {
            let args = [("arg", most.to_string().into())];
            wrong.insert(name.to_owned(), vec![l10n.with("form-too-long", &args)]);
        } else if cell == Cell::Day && !text.is_empty() && parse_day(&text).is_err() {
            wrong.insert(name.to_owned(), vec![l10n.t("form-not-a-day")]);
        } else if !text.is_empty() {
            held.insert(name.to_owned(), text);
        }
    }
    if !held.contains_key("name") && !wrong.contains_key("name") {
        wrong.insert("name".to_owned(), vec![l10n.t("form-required")]);
    }
    if held.get("email").is_some_and(|email| !looks_like_an_address(email)) {
        wrong.insert("email".to_owned(), vec![l10n.t("contact-email-wrong")]);
    }
    // Days of files sort as text.
    if let (Some(from), Some(to)) = (held.get("from_on"), held.get("to_on"))
        && from > to
    {
        wrong.insert("to_on".to_owned(), vec![l10n.t("stretch-ends-before")]);
    }
    if wrong.is_empty() { Ok(held) } else { Err(wrong) }
}

fn looks_like_an_address(email: &str) -> bool {
    let parts = email.split_once('@');
    parts.is_some_and(|(who, host)| !who.is_empty() && host.contains('.')) && !email.contains(char::is_whitespace)
}

/// What a form is drawn from.
#[derive(Default)]
struct Draft {
    sent: Sent,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
    was: Held,
    conflict: bool,
}

fn page(frame: Frame, code: &str, name: &str, id: Option<i64>, draft: Draft) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to("donors", code);
    let kicker = (format!("{} · {code}", l10n.word("donors", "kicker")), back.clone());
    let which = id.map_or_else(|| "new".to_owned(), |id| id.to_string());
    let key = if id.is_some() { "contact-edit" } else { "contact-new" };
    let title = l10n.with(key, &[("donor", name.into())]);
    let mut page = FormPage::new(format!("{back}/contacts/{which}"), kicker, title, l10n.t("form-save"));
    let field = |(name, cell, _): &(&str, Cell, usize)| {
        let widget = match (*name, *cell) {
            (_, Cell::Day) => Widget::Day(None),
            ("email", _) => Widget::Email,
            ("note", _) => Widget::Area,
            _ => Widget::Line,
        };
        let label = l10n.first(&[&format!("contact-field-{name}"), &format!("field-{name}")], &[]);
        let mut field = Field::new(name, label).says(draft.sent.raw(name)).typed(widget);
        field.required = *name == "name";
        field.half = !matches!(*name, "name" | "title" | "note" | "language");
        field.error = draft.wrong.get(*name).map(|errors| errors.join(" "));
        field
    };
    page.sections.push(Section::of(FIELDS.iter().map(field).collect()));
    page.tell(&draft.theirs);
    if id.is_some() {
        page.hidden.push(("was".to_owned(), serde_json::to_string(&draft.was).unwrap_or_default()));
        page.presses.push(Press { name: "press", value: "remove".to_owned(), label: l10n.t("contact-remove") });
    }
    if draft.conflict {
        page.conflict = Some(l10n.t("form-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// `GET /donors/{code}/contacts/new`.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let (_, name) = donor(&mut tx, &code).await?;
    tx.end();
    page(Frame::new(&state, viewer, "donors"), &code, &name, None, Draft::default())
}

/// `GET /donors/{code}/contacts/{id}`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((code, id)): Path<(String, i64)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let (donor, name) = donor(&mut tx, &code).await?;
    let was = held(&mut tx, donor, id).await?.ok_or(Refused::NotFound)?;
    tx.end();
    let frame = Frame::new(&state, viewer, "donors");
    let draft = Draft { sent: says(&was, frame.l10n), was, ..Draft::default() };
    page(frame, &code, &name, Some(id), draft)
}

/// The labels of a contact as an audit row tells them.
fn told(held: &Held, removed: bool) -> serde_json::Value {
    let mut told: serde_json::Map<String, serde_json::Value> =
        held.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    told.insert("removed".to_owned(), removed.into());
    told.into()
}

async fn set(
    tx: &mut WriteTx,
    id: i64,
    before: serde_json::Value,
    after: serde_json::Value,
) -> Result<(), sqlx::Error> {
    let mut update = Select::new(SET_CONTACT);
    update.bind(after.clone()).sql("::jsonb) as s (b) where t.id = ").bind(id);
    update.done().build().execute(tx.connection()).await?;
    tx.audit_one(ENTITY, id, Some(before), Some(after)).await
}

/// Begins to write, or says what the same form did before.
pub(super) async fn begin(posting: &Posting, act: &'static str) -> Result<Result<WriteTx, ChangeId>, PageError> {
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => Ok(Ok(tx)),
        Claim::Done(before) => Ok(Err(before)),
        Claim::Other => Err(Refused::SentOtherwise.into()),
    }
}

/// Commits what was done to a donor.
pub(super) async fn done(mut tx: WriteTx, code: &str) -> Result<Response, PageError> {
    tx.say(serde_json::json!({ "room": "donors", "code": code }));
    let recorded = tx.commit().await?;
    Ok(seen(code, recorded.map(|recorded| recorded.change)))
}

/// `POST /donors/{code}/contacts/new`.
pub async fn create(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let held = match read(&posting.sent, l10n) {
        Ok(held) => held,
        Err(wrong) => return again(&code, None, posting, Draft { wrong, ..Draft::default() }).await,
    };
    let mut tx = match begin(&posting, "contact-add").await? {
        Ok(tx) => tx,
        Err(before) => return Ok(seen(&code, Some(before))),
    };
    let (donor, _) = donor(tx.connection(), &code).await?;
    add(&mut tx, donor, &held).await?;
    done(tx, &code).await
}

/// Records a contact: its fields as in files, a name among them. Returns its number.
///
/// # Errors
/// Where the database fails.
pub async fn add(tx: &mut WriteTx, donor: i64, held: &Held) -> Result<i64, sqlx::Error> {
    let id: i64 = sqlx::query_scalar("insert into donor_contacts (donor_id, name) values ($1, $2) returning id")
        .bind(donor)
        .bind(held.get("name"))
        .fetch_one(tx.connection())
        .await?;
    set(tx, id, told(held, true), told(held, false)).await?;
    Ok(id)
}

/// `POST /donors/{code}/contacts/{id}`: changed, or taken out.
pub async fn change(Path((code, id)): Path<(String, i64)>, posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let was: Held =
        serde_json::from_str(posting.sent.raw("was")).map_err(|_| Refused::BadParameter("was", String::new()))?;
    let removes = posting.sent.get("press") == "remove";
    let typed = match (removes, read(&posting.sent, l10n)) {
        (true, _) => was.clone(),
        (false, Ok(typed)) => typed,
        (false, Err(wrong)) => return again(&code, Some(id), posting, Draft { wrong, was, ..Draft::default() }).await,
    };
    let mut tx = match begin(&posting, if removes { "contact-remove" } else { "contact-change" }).await? {
        Ok(tx) => tx,
        Err(before) => return Ok(seen(&code, Some(before))),
    };
    let (donor, _) = donor(tx.connection(), &code).await?;
    let now = held(tx.connection(), donor, id).await?.ok_or(Refused::NotFound)?;
    if now != was {
        tx.rollback().await?;
        let names = FIELDS.iter().map(|(name, ..)| *name);
        let (sent, theirs) = entry::merge_fields(names, &says(&was, l10n), &says(&now, l10n), &posting.sent, l10n);
        let draft = Draft { sent, theirs, was: now, conflict: true, ..Draft::default() };
        return again(&code, Some(id), posting, draft).await;
    }
    if typed == now && !removes {
        tx.rollback().await?;
        return Ok(seen(&code, None));
    }
    set(&mut tx, id, told(&now, false), told(&typed, removes)).await?;
    done(tx, &code).await
}

/// The form once more, with everything that was typed.
async fn again(code: &str, id: Option<i64>, posting: Posting, mut draft: Draft) -> Result<Response, PageError> {
    let mut tx = posting.state.0.db.read().await?;
    let (_, name) = donor(&mut tx, code).await?;
    tx.end();
    if draft.sent.0.is_empty() {
        draft.sent = posting.sent;
    }
    page(Frame::new(&posting.state, posting.viewer, "donors"), code, &name, id, draft)
}
