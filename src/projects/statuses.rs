//! What is said of a project each quarter: one sentence, a fact. Saying it anew takes a reason.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{Datelike, Months, NaiveDate};
use sqlx::postgres::PgConnection;

use super::entering::{allow, seen};
use super::store::{self, Found, Status};
use crate::facts::{Claim, WriteTx};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::entry_room::Pairs;
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// How many quarters can be chosen, this one among them.
const OFFERED: u32 = 12;
/// The longest sentence, in characters.
const LONGEST: usize = 1_000;

/// The first day of the quarter of a day.
pub fn quarter_of(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day)
}

/// `2021-Q3`, as keys and addresses have it.
pub fn quarter_in_files(day: NaiveDate) -> String {
    format!("{}-Q{}", day.year(), day.month0() / 3 + 1)
}

/// The quarters that can be chosen, the last one first.
fn offered(today: NaiveDate) -> Vec<NaiveDate> {
    let last = quarter_of(today);
    (0..OFFERED).filter_map(|back| last.checked_sub_months(Months::new(back * 3))).collect()
}

fn named(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    offered(today).into_iter().find(|quarter| quarter_in_files(*quarter) == text)
}

/// What was said of each quarter, as the form was drawn from it.
type Said = BTreeMap<String, String>;

async fn held(connection: &mut PgConnection, project: i64, today: NaiveDate) -> Result<Said, sqlx::Error> {
    let rows: Vec<Status> = sqlx::query_as(
        "select quarter, sentence from project_statuses
         where project_id = $1 and voided_at is null and quarter = any($2)",
    )
    .bind(project)
    .bind(offered(today))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (quarter_in_files(row.quarter), row.sentence)).collect())
}

/// A project, where the reader may keep it.
pub async fn find(
    connection: &mut PgConnection,
    viewer: &Viewer,
    code: &str,
    today: NaiveDate,
    latest: KnownAt,
) -> Result<Found, PageError> {
    let found = store::find(connection, code, today, latest.0).await?.ok_or(Refused::NotFound)?;
    allow(connection, viewer, today, latest, std::slice::from_ref(&found.unit)).await?;
    Ok(found)
}

struct Draft<'a> {
    code: &'a str,
    title: &'a str,
    sent: &'a Sent,
    said: &'a Said,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
}

fn page(draft: Draft<'_>, frame: Frame) -> Result<Response, PageError> {
    let (l10n, today) = (frame.l10n, frame.today);
    let back = address::to("projects", draft.code);
    let kicker = (format!("{} · {}", l10n.word("projects", "kicker"), draft.code), back.clone());
    let mut page = FormPage::new(format!("{back}/status"), kicker, l10n.t("status-title"), l10n.t("form-save"));
    page.lead = Some(draft.title.to_owned());
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let option = |quarter: NaiveDate| {
        let key = quarter_in_files(quarter);
        let words = format::quarter(quarter, l10n);
        let there = draft.said.contains_key(&key);
        let words = if there { l10n.with("status-said", &[("quarter", words.into())]) } else { words };
        (key, words)
    };
    let quarter = Field::new("quarter", l10n.word("field", "quarter")).says(draft.sent.raw("quarter"));
    let quarter = quarter.typed(Widget::Choice(offered(today).into_iter().map(option).collect()));
    let sentence = Field::new("sentence", l10n.word("field", "sentence")).says(draft.sent.raw("sentence"));
    let sentence = sentence.typed(Widget::Area).hint(l10n.t("status-hint")).required().wrong(error("sentence"));
    page.sections.push(Section::of(vec![quarter.required().wrong(error("quarter")), sentence]));
    if draft.said.contains_key(draft.sent.get("quarter")) || error("reason").is_some() {
        page.last.push(entry::reason(draft.sent, &draft.wrong, l10n));
    }
    page.hidden.push(("was".to_owned(), serde_json::to_string(draft.said).unwrap_or_default()));
    page.tell(&draft.theirs);
    if !draft.theirs.is_empty() {
        page.conflict = Some(l10n.t("form-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// `GET /projects/{code}/status?quarter=`: of this quarter where none is named, saying what was said of it.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let today = state.0.clock.today();
    let found = find(&mut tx, &viewer, &code, today, latest).await?;
    let said = held(&mut tx, found.id, today).await?;
    tx.end();
    let asked = Sent(pairs);
    let quarter = match asked.get("quarter") {
        "" => quarter_of(today),
        text => named(text, today).ok_or_else(|| Refused::BadParameter("quarter", text.to_owned()))?,
    };
    let quarter = quarter_in_files(quarter);
    let sentence = said.get(&quarter).cloned().unwrap_or_default();
    let sent = Sent(vec![("quarter".to_owned(), quarter), ("sentence".to_owned(), sentence)]);
    let draft = Draft {
        code: &code,
        title: &found.title,
        sent: &sent,
        said: &said,
        wrong: Wrong::new(),
        theirs: BTreeMap::new(),
    };
    page(draft, Frame::new(&state, viewer, "projects"))
}

/// `POST /projects/{code}/status`.
pub async fn say(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let today = posting.state.0.clock.today();
    let mut tx = posting.state.0.db.read().await?;
    let found = find(&mut tx, &posting.viewer, &code, today, posting.latest).await?;
    tx.end();
    let mut sent = posting.sent.clone();
    let mut said: Said =
        serde_json::from_str(sent.raw("was")).map_err(|_| PageError(Refused::BadParameter("was", String::new())))?;
    let mut wrong = Wrong::new();
    let quarter = named(sent.get("quarter"), today);
    if quarter.is_none() {
        wrong.insert("quarter".to_owned(), vec![l10n.t("form-required")]);
    }
    match sent.get("sentence").chars().count() {
        0 => drop(wrong.insert("sentence".to_owned(), vec![l10n.t("form-required")])),
        1..=LONGEST => {}
        _ => drop(wrong.insert("sentence".to_owned(), vec![l10n.with("status-too-long", &[("most", LONGEST.into())])])),
    }
    let mut theirs = BTreeMap::new();
    if let (Some(quarter), true) = (quarter, wrong.is_empty()) {
        match record(&posting, &found, &code, quarter, &said).await? {
            Recorded::Done(seen) => return Ok(seen),
            Recorded::NeedsReason => drop(wrong.insert("reason".to_owned(), vec![l10n.t("form-reason-needed")])),
            Recorded::Stale(now) => {
                let of = |text: String| Sent(vec![("sentence".to_owned(), text)]);
                let key = quarter_in_files(quarter);
                let before = of(said.get(&key).cloned().unwrap_or_default());
                (sent, theirs) = entry::merge_fields(["sentence"].into_iter(), &before, &of(now.clone()), &sent, l10n);
                if now.is_empty() {
                    said.remove(&key)
                } else {
                    said.insert(key, now)
                };
            }
        }
    }
    let draft = Draft { code: &code, title: &found.title, sent: &sent, said: &said, wrong, theirs };
    page(draft, Frame::new(&posting.state, posting.viewer, "projects"))
}

/// What came of it.
enum Recorded {
    Done(Response),
    NeedsReason,
    /// Somebody else said something meanwhile; that.
    Stale(String),
}

async fn record(
    posting: &Posting,
    found: &Found,
    code: &str,
    quarter: NaiveDate,
    said: &Said,
) -> Result<Recorded, PageError> {
    let sentence = posting.sent.get("sentence").to_owned();
    let reason = Some(posting.sent.get("reason")).filter(|reason| !reason.is_empty()).map(str::to_owned);
    let given = reason.is_some();
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "project-status", reason).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(before) => return Ok(Recorded::Done(seen(code, Some(before)))),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let there = store::said(tx.connection(), found.id, quarter).await?;
    let now = there.as_ref().map_or("", |(_, sentence)| sentence.as_str());
    if now != said.get(&quarter_in_files(quarter)).map_or("", String::as_str) {
        return Ok(Recorded::Stale(now.to_owned()));
    }
    if now == sentence {
        return Ok(Recorded::Done(seen(code, None)));
    }
    if there.is_some() && !given {
        return Ok(Recorded::NeedsReason);
    }
    store::say(&mut tx, (found.id, code), there.map(|(id, _)| id), &Status { quarter, sentence }).await?;
    tx.say(serde_json::json!({ "room": "projects", "code": code }));
    let recorded = tx.commit().await?;
    Ok(Recorded::Done(seen(code, recorded.map(|recorded| recorded.change))))
}
