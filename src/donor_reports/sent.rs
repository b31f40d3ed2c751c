//! Several reports marked as sent on a day: those that are ticked, all of them or none.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::model::Event;
use super::steps;
use super::store::{self, Sendable};
use crate::access::{Act, Role, may};
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::{self, Entered, Wrong};
use crate::web::entry_room::Pairs;
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, format};

/// The most reports of one page.
const MOST: i64 = 100;
/// How many references the message names.
const NAMED: usize = 5;

fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::KeepReports) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The reports that are offered: of the unit asked for, else of staff's own, else of all.
async fn offered(
    connection: &mut PgConnection,
    state: &AppState,
    viewer: &Viewer,
    unit: &str,
    latest: KnownAt,
) -> Result<Vec<Sendable>, sqlx::Error> {
    let own = viewer.unit_code.as_deref().filter(|_| viewer.role == Role::UnitStaff);
    let wanted = if unit.is_empty() || own.is_some() { own } else { Some(unit) };
    store::sendable(connection, wanted, state.0.clock.today(), latest.0, MOST).await
}

async fn drawn_of(connection: &mut PgConnection, all: &[Sendable], latest: KnownAt) -> Result<Vec<Drawn>, sqlx::Error> {
    let references: Vec<String> = all.iter().map(|one| one.reference.clone()).collect();
    Drawn::read_each(connection, Kind::ReportEvents, &references, latest.0).await
}

struct Draft {
    sent: Sent,
    wrong: Wrong,
    drawn: Vec<Drawn>,
    conflict: bool,
}

fn page(all: &[Sendable], draft: Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let kicker = (l10n.word("donor-reports", "kicker"), "/donor-reports".to_owned());
    let action = "/donor-reports/sent".to_owned();
    let mut page = FormPage::new(action, kicker, l10n.t("reports-sent-title"), l10n.t("reports-sent-submit"));
    page.lead = Some(l10n.with("reports-sent-lead", &[("count", all.len().into())]));
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let today = format::day(frame.today, l10n);
    let day = if draft.sent.has("happened_on") { draft.sent.raw("happened_on") } else { &today };
    let day = Field::new("happened_on", l10n.t("reports-sent-on")).says(day).typed(Widget::Day(Some(frame.today)));
    page.sections.push(Section::of(vec![day.required().wrong(error("happened_on"))]));
    let ticks = all.iter().enumerate().map(|(at, one)| {
        let name = format!("row-{at}");
        let ticked = draft.sent.all("of").iter().any(|sent| *sent == one.reference);
        let args = [
            ("report", one.reference.as_str().into()),
            ("title", one.title.clone().unwrap_or_else(|| l10n.word("report-kind", &one.kind)).into()),
        ];
        let hint = [
            ("donor", one.donor_name.as_str().into()),
            ("unit", one.unit_name.as_str().into()),
            ("day", format::day(one.due_on, l10n).into()),
            ("state", l10n.word("donor-reports", &one.state).into()),
        ];
        let field = Field::new(&name, l10n.with("reports-sent-row", &args)).typed(Widget::Tick);
        let field = field.says(if ticked { "yes" } else { "" });
        field.hint(l10n.with("reports-sent-row-hint", &hint)).wrong(error(&one.reference))
    });
    let ticks: Vec<Field> = ticks.collect();
    if !ticks.is_empty() {
        page.sections.push(Section::titled(l10n.t("reports-sent-which"), ticks));
    }
    page.hidden = all.iter().enumerate().map(|(at, one)| (format!("of-{at}"), one.reference.clone())).collect();
    page.hidden.push(("unit".to_owned(), draft.sent.get("unit").to_owned()));
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.t("report-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    let shown: Vec<&str> = all.iter().map(|one| one.reference.as_str()).collect();
    let left: Wrong = draft
        .wrong
        .iter()
        .filter(|(name, _)| !shown.contains(&name.as_str()))
        .map(|(n, e)| (n.clone(), e.clone()))
        .collect();
    entry::leftover(&mut page, &left);
    page.page(frame)
}

/// `GET /donor-reports/sent?unit=`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(viewer.role)?;
    let sent = Sent(pairs);
    let all = offered(&mut tx, &state, &viewer, sent.get("unit"), latest).await?;
    let drawn = drawn_of(&mut tx, &all, latest).await?;
    tx.end();
    page(&all, Draft { sent, wrong: Wrong::new(), drawn, conflict: false }, Frame::new(&state, viewer, "donor-reports"))
}

/// The references that are ticked.
fn ticked(sent: &Sent) -> Vec<String> {
    let rows = sent.0.iter().filter_map(|(name, _)| name.strip_prefix("row-"));
    rows.map(|at| sent.get(&format!("of-{at}")).to_owned()).filter(|reference| !reference.is_empty()).collect()
}

/// `POST /donor-reports/sent`: all of those that are ticked, or none.
pub async fn mark(posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let was = entry::carried(&posting.sent)?;
    let chosen = ticked(&posting.sent);
    let drawn_from: Vec<Drawn> = was.iter().filter(|drawn| chosen.contains(&drawn.code)).cloned().collect();
    let mut draft = Draft { sent: kept(&posting.sent), wrong: Wrong::new(), drawn: was, conflict: false };
    if chosen.is_empty() || drawn_from.len() != chosen.len() {
        draft.wrong.insert(String::new(), vec![l10n.t("reports-sent-nothing")]);
    } else {
        let row = |drawn: &Drawn| {
            let life = steps::life(&drawn.rows);
            steps::row(&drawn.code, Event::Sent, None, &life, &posting.sent, l10n)
        };
        let rows: Vec<Held> = drawn_from.iter().map(row).collect();
        let mut named: Vec<&str> = chosen.iter().take(NAMED).map(String::as_str).collect();
        if chosen.len() > NAMED {
            named.push("…");
        }
        let about = named.join(", ");
        let act = entry::Act {
            act: "reports-sent",
            about: ("", &about),
            rows: vec![(Kind::ReportEvents, rows)],
            drawn_from,
            reason: "",
            corrects: false,
        };
        match entry::enter(&posting, act).await? {
            Entered::Done(change) => {
                return Ok(Redirect::to(&format!("/donor-reports?done={}", change.0)).into_response());
            }
            Entered::Same => return Ok(Redirect::to("/donor-reports?done=same").into_response()),
            Entered::Wrong(errors) => draft.wrong = by_report(errors, &chosen),
            Entered::Stale(_) => draft.conflict = true,
        }
    }
    let mut tx = posting.state.0.db.read().await?;
    let all = offered(&mut tx, &posting.state, &posting.viewer, posting.sent.get("unit"), posting.latest).await?;
    if draft.conflict {
        draft.drawn = drawn_of(&mut tx, &all, posting.latest).await?;
    }
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer.clone(), "donor-reports");
    page(&all, draft, frame)
}

/// What is wrong with a report stands at it; what is wrong with all of them stands at the day.
fn by_report(errors: Wrong, chosen: &[String]) -> Wrong {
    let of_row = |name: &str| name.rsplit_once('-').and_then(|(_, at)| chosen.get(at.parse::<usize>().ok()?));
    let same = |sentences: &Vec<String>| errors.values().filter(|other| *other == sentences).count();
    let mut wrong = Wrong::new();
    for (name, sentences) in &errors {
        let place = match of_row(name) {
            Some(report) if same(sentences) < chosen.len() || chosen.len() == 1 => report.clone(),
            Some(_) => "happened_on".to_owned(),
            None => name.clone(),
        };
        let told: &mut Vec<String> = wrong.entry(place).or_default();
        told.extend(sentences.iter().filter(|sentence| !told.contains(sentence)).cloned().collect::<Vec<_>>());
    }
    wrong
}

/// What was sent, each ticked row by its reference, so that it stays ticked wherever it stands now.
fn kept(sent: &Sent) -> Sent {
    let mut kept = sent.clone();
    kept.0.extend(ticked(sent).into_iter().map(|reference| ("of".to_owned(), reference)));
    kept
}
