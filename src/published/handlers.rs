//! Publishing, and what was published.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use askama::Template;

use super::pages::PublishedPage;
use super::since::{changes, differences};
use super::store::{self, NAME, Outcome};
use crate::access::{Act, may};
use crate::facts::WriteTx;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::lists::{Cell, export};
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, FormPage, Section};
use crate::web::frame::Frame;
use crate::web::frozen::{Ask, Content, Freezing, named};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, format};

/// What is to be published.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Of {
    of: String,
}

/// The longest title.
const LONGEST: usize = 200;

fn allow(viewer: &Viewer) -> Result<(), PageError> {
    if may(viewer.role, Act::PublishFigures) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The parameters of an address.
type Pairs = Vec<(String, String)>;

/// A list that can be published, the parameters of an address of it, and its name.
fn of_a_list(address: &str) -> Result<(Freezing, Pairs, String), PageError> {
    let bad = || PageError::from(Refused::BadParameter("of", address.chars().take(100).collect()));
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let path = uri.path().strip_prefix('/').filter(|_| uri.authority().is_none() && address.starts_with('/'));
    let name = path.ok_or_else(bad)?;
    let Query(pairs) = Query::<Pairs>::try_from_uri(&uri).map_err(|_| bad())?;
    Ok((named(name).ok_or_else(bad)?, pairs, name.to_owned()))
}

fn ask(state: &AppState, pairs: Pairs, title: &str, latest: KnownAt, l10n: L10n) -> Ask {
    Ask {
        pairs,
        title: title.to_owned(),
        today: state.0.clock.today(),
        latest,
        zone: state.0.clock.zone(),
        memory: state.0.memory.clone(),
        l10n,
    }
}

/// `GET /published/new?of=ADDRESS`: the form that asks for a title and why.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { tx, viewer, latest } = signed_in;
    allow(&viewer)?;
    tx.end();
    let Query(Of { of }) = of.map_err(|_| Refused::BadParameter("of", String::new()))?;
    let frame = Frame::new(&state, viewer, NAME);
    let (freezing, pairs, name) = of_a_list(&of)?;
    let asked = ask(&state, pairs, "", latest, frame.l10n);
    let scope = (freezing.scope)(&asked)?;
    let day = format::day(scope.as_of.0, frame.l10n);
    let title =
        frame.l10n.with("published-title-usual", &[("list", frame.word(&name, "kicker").into()), ("day", day.into())]);
    // What is seen is what is published: the instant stands in the form.
    let address = (freezing.address)(&asked)?;
    let sent = Sent(vec![("of".to_owned(), address), ("title".to_owned(), title)]);
    form(frame, latest, &sent, &Wrong::new(), None)
}

fn form(
    frame: Frame,
    latest: KnownAt,
    sent: &Sent,
    wrong: &Wrong,
    error: Option<&'static str>,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (freezing, pairs, name) = of_a_list(sent.get("of"))?;
    let asked = Ask {
        pairs,
        title: String::new(),
        today: frame.today,
        latest,
        zone: frame.zone,
        memory: frame.memory.clone(),
        l10n,
    };
    let scope = (freezing.scope)(&asked)?;
    let kicker = (frame.word(&name, "kicker"), sent.get("of").to_owned());
    let mut page =
        FormPage::new("/published/new".to_owned(), kicker, l10n.t("published-new"), l10n.t("published-submit"));
    let args = [
        ("list", frame.word(&name, "kicker").into()),
        ("day", format::day(scope.as_of.0, l10n).into()),
        ("known", frame.instant(&scope.known_at).into()),
    ];
    page.lead = Some(l10n.with("published-lead", &args));
    let said = |name: &str| wrong.get(name).map(|errors| errors.join(" "));
    let title = Field::new("title", l10n.t("published-title")).says(sent.raw("title")).required();
    page.sections.push(Section::of(vec![title.hint(l10n.t("published-title-hint")).wrong(said("title"))]));
    let mut reason = entry::reason(sent, wrong, l10n).required();
    reason.hint = Some(l10n.t("published-reason-hint"));
    page.last.push(reason);
    page.hidden.push(("of".to_owned(), sent.get("of").to_owned()));
    page.errors.extend(error.map(|key| l10n.t(key)));
    if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    page.page(frame)
}

/// `POST /published/new`.
pub async fn publish(posting: Posting) -> Result<Response, PageError> {
    let Posting { state, viewer, latest, sent } = &posting;
    allow(viewer)?;
    let l10n = L10n::of(&viewer.language);
    let (freezing, pairs, _) = of_a_list(sent.get("of"))?;
    let (title, reason) = (sent.get("title"), sent.get("reason"));
    let mut wrong = Wrong::new();
    if title.is_empty() || title.chars().count() > LONGEST {
        wrong.insert("title".to_owned(), vec![l10n.t("published-title-wrong")]);
    }
    if reason.is_empty() {
        wrong.insert("reason".to_owned(), vec![l10n.t("published-reason-needed")]);
    }
    let mut error = None;
    if wrong.is_empty() {
        let ask = ask(state, pairs, title, *latest, l10n);
        let mut reading = state.0.db.read_for_export().await?;
        let content = (freezing.whole)(&mut reading, &ask).await?;
        reading.end();
        match content {
            None => error = Some("published-too-long"),
            Some(content) => {
                let tx = WriteTx::begin(&state.0.db, posting.actor(), "publish", Some(reason.to_owned())).await?;
                return match store::publish(tx, &sent.stamp()?, &content).await? {
                    Outcome::Done(id, change) => {
                        Ok(Redirect::to(&format!("/published/{id}?done={}", change.0)).into_response())
                    }
                    Outcome::Otherwise => Err(Refused::SentOtherwise.into()),
                };
            }
        }
    }
    form(Frame::new(state, viewer.clone(), NAME), *latest, sent, &wrong, error)
}

/// `GET /published/{number}`, and its rows as they were at `/published/{number}.csv`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let (plain, as_file) = number.strip_suffix(".csv").map_or((number.as_str(), false), |number| (number, true));
    let id: i64 = plain.parse().map_err(|_| Refused::NotFound)?;
    let figure = store::figure(&mut tx, id).await?.ok_or(Refused::NotFound)?;
    let content: Content = serde_json::from_str(&figure.content).map_err(|_| Refused::Fault)?;
    if as_file {
        return Ok(file(id, &content));
    }
    let frame = Frame::new(&state, viewer, NAME);
    // A list that is no more is shown as it was, and compared with nothing.
    let (mut moved, mut differ, mut now) = (Vec::new(), None, content.address.clone());
    if let Ok((freezing, pairs, list)) = of_a_list(&content.address) {
        let then = ask(&state, pairs.clone(), "", latest, frame.l10n);
        let scope = (freezing.scope)(&then)?;
        moved = changes(&mut tx, &list, &scope, latest.0).await?;
        let pairs: Pairs = pairs.into_iter().filter(|(name, _)| name != "known_at").collect();
        let today = ask(&state, pairs, "", latest, frame.l10n);
        let rows = (freezing.rows)(&mut tx, &today).await?;
        differ = rows.map(|rows| differences(&content.columns, freezing.key, &content.rows, &rows));
        now = (freezing.address)(&today)?;
    }
    tx.end();
    Ok(Html(PublishedPage::new(frame, &figure, content, now, moved, differ).render()?).into_response())
}

/// The rows as they were, as CSV.
fn file(id: i64, content: &Content) -> Response {
    let mut out = content.columns.join(",").into_bytes();
    out.push(b'\n');
    for row in &content.rows {
        export::csv_line(row.iter().map(|cell| text_or_number(cell)), &mut out);
    }
    let name = format!("attachment; filename=\"published-{id}.csv\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], out)
        .into_response()
}

/// A number is never touched; everything else is guarded as words somebody wrote.
fn text_or_number(cell: &str) -> Cell {
    match cell.parse::<rust_decimal::Decimal>() {
        Ok(_) => Cell::Word(cell.to_owned().into()),
        Err(_) => Cell::Text(cell.to_owned()),
    }
}
