//! The forms of a project's dates and budget: a new one, what was recorded wrong, and what is agreed on anew.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::forms::{ANEW, FIRST};
use crate::access::{self, Role};
use crate::facts::ChangeId;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::units;
use crate::web::entry::{self, Act, Choices, Columns, Entered, Wrong};
use crate::web::entry_room::Pairs;
use crate::web::form::FormPage;
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address};

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Purpose {
    /// A project that is not there yet.
    New,
    /// What was recorded wrong: of the beginning, or of what was agreed on that day.
    Correct(String, Option<NaiveDate>),
    /// What is agreed on anew, from a day on.
    Anew(String),
}

impl Purpose {
    fn columns(&self) -> &'static Columns {
        match self {
            Purpose::New | Purpose::Correct(_, None) => &FIRST,
            Purpose::Correct(_, Some(_)) | Purpose::Anew(_) => &ANEW,
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Purpose::New => None,
            Purpose::Correct(code, _) | Purpose::Anew(code) => Some(code),
        }
    }

    /// Columns that can no longer be changed.
    fn fixed(&self) -> &'static [&'static str] {
        match self {
            Purpose::New => &[],
            Purpose::Correct(..) => &["code", "agreed_on"],
            Purpose::Anew(_) => &["code"],
        }
    }

    fn act(&self) -> &'static str {
        match self {
            Purpose::New => "project-add",
            Purpose::Correct(..) => "project-correct",
            Purpose::Anew(_) => "project-anew",
        }
    }

    fn action(&self) -> String {
        match self {
            Purpose::New => "/projects/new".to_owned(),
            Purpose::Correct(code, _) => format!("{}/edit", address::to("projects", code)),
            Purpose::Anew(code) => format!("{}/anew", address::to("projects", code)),
        }
    }
}

/// Everything a form shows.
#[derive(Default)]
struct Draft {
    sent: Sent,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
    drawn: Vec<Drawn>,
    conflict: bool,
}

fn page(purpose: &Purpose, draft: Draft, choices: &Choices, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (kicker, title) = match purpose.code() {
        None => ((l10n.word("projects", "kicker"), "/projects".to_owned()), l10n.word("new", "projects")),
        Some(code) => {
            let key = if matches!(purpose, Purpose::Anew(_)) { "anew-projects" } else { "edit-projects" };
            let kicker = (format!("{} · {code}", l10n.word("projects", "kicker")), address::to("projects", code));
            (kicker, l10n.with(key, &[("code", code.into())]))
        }
    };
    let mut page = FormPage::new(purpose.action(), kicker, title, l10n.t("form-save"));
    page.sections = purpose.columns().sections(&draft.sent, &draft.wrong, choices, purpose.fixed(), l10n);
    let why = draft.wrong.contains_key("reason") || draft.sent.has("reason");
    match purpose {
        Purpose::Anew(_) => {
            page.lead = Some(l10n.t("anew-lead"));
            let fields = page.sections.iter_mut().flat_map(|section| &mut section.fields);
            fields.filter(|field| field.name == "agreed_on").for_each(|field| field.required = true);
        }
        Purpose::Correct(_, agreed_on) => {
            let day = agreed_on.map_or_else(String::new, |day| day.to_string());
            page.hidden.push(("agreed_on".to_owned(), day));
        }
        Purpose::New => {}
    }
    if why || matches!(purpose, Purpose::Correct(..)) {
        page.last.push(entry::reason(&draft.sent, &draft.wrong, l10n));
    }
    page.tell(&draft.theirs);
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.t("form-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// Refuses whoever may not keep projects of these units.
pub async fn allow(
    connection: &mut PgConnection,
    viewer: &Viewer,
    today: NaiveDate,
    known_at: KnownAt,
    codes: &[String],
) -> Result<(), PageError> {
    let who = (viewer.role, viewer.unit_code.as_deref());
    let allowed = units::may_keep(connection, who, access::Act::KeepProjects, today, known_at.0, codes).await?;
    if allowed { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The lists of the form: staff choose among their own unit and those below it.
async fn choices(
    connection: &mut PgConnection,
    state: &AppState,
    viewer: &Viewer,
    latest: KnownAt,
) -> Result<Choices, PageError> {
    let only = viewer.unit_code.as_deref().filter(|_| viewer.role == Role::UnitStaff);
    Ok(Choices::read(connection, &state.0.clock, latest, only).await?)
}

/// `GET /projects/new`.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(&mut tx, &viewer, state.0.clock.today(), latest, &[]).await?;
    let mut sent = Sent(pairs);
    if sent.get("unit").is_empty() && viewer.role == Role::UnitStaff {
        sent.0.push(("unit".to_owned(), viewer.unit_code.clone().unwrap_or_default()));
    }
    let choices = choices(&mut tx, &state, &viewer, latest).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "projects");
    page(&Purpose::New, Draft { sent, ..Draft::default() }, &choices, frame)
}

/// The row of a day, the first one where none is given.
async fn drawn_from(
    connection: &mut PgConnection,
    code: &str,
    known_at: KnownAt,
    agreed_on: Option<NaiveDate>,
) -> Result<Drawn, PageError> {
    let only = Held::from([("agreed_on".to_owned(), agreed_on.map_or_else(String::new, |day| day.to_string()))]);
    let drawn = Drawn::read(connection, Kind::Projects, code, only, known_at.0).await?;
    if drawn.rows.is_empty() { Err(Refused::NotFound.into()) } else { Ok(drawn) }
}

fn held_units(drawn: &[Drawn]) -> Vec<String> {
    drawn.iter().flat_map(|one| &one.rows).filter_map(|row| row.get("unit").cloned()).collect()
}

fn draft(purpose: &Purpose, drawn: Vec<Drawn>, held: &Held, l10n: L10n) -> Draft {
    Draft { sent: purpose.columns().says(held, l10n), drawn, ..Draft::default() }
}

/// `GET /projects/{code}/edit?agreed_on=`: what holds from the beginning, or from that day.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let agreed_on = entry::version(&Sent(pairs))?;
    let drawn = vec![drawn_from(&mut tx, &code, latest, agreed_on).await?];
    allow(&mut tx, &viewer, state.0.clock.today(), latest, &held_units(&drawn)).await?;
    let choices = choices(&mut tx, &state, &viewer, latest).await?;
    tx.end();
    let purpose = Purpose::Correct(code, agreed_on);
    let held = drawn.iter().flat_map(|one| &one.rows).next().cloned().unwrap_or_default();
    let draft = draft(&purpose, drawn, &held, L10n::of(&viewer.language));
    page(&purpose, draft, &choices, Frame::new(&state, viewer, "projects"))
}

/// The row in force on a day: rows come in the order of their days, the first one without.
fn in_force<'r>(rows: &'r [Held], day: &str) -> Option<&'r Held> {
    rows.iter().rev().find(|row| row.get("agreed_on").is_none_or(|from| from.as_str() <= day))
}

/// `GET /projects/{code}/anew`: filled in with what is in force today.
pub async fn anew(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let today = state.0.clock.today();
    let drawn = Drawn::read(&mut tx, Kind::Projects, &code, Held::new(), latest.0).await?;
    let held = in_force(&drawn.rows, &today.to_string()).cloned().ok_or(Refused::NotFound)?;
    allow(&mut tx, &viewer, today, latest, held.get("unit").map(std::slice::from_ref).unwrap_or_default()).await?;
    let choices = choices(&mut tx, &state, &viewer, latest).await?;
    tx.end();
    let purpose = Purpose::Anew(code);
    let mut draft = draft(&purpose, vec![drawn], &held, L10n::of(&viewer.language));
    draft.sent.0.retain(|(name, _)| name != "agreed_on");
    page(&purpose, draft, &choices, Frame::new(&state, viewer, "projects"))
}

/// `POST /projects/new`.
pub async fn create(posting: Posting) -> Result<Response, PageError> {
    take(posting, Purpose::New).await
}

/// `POST /projects/{code}/edit`.
pub async fn correct(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let agreed_on = entry::version(&posting.sent)?;
    take(posting, Purpose::Correct(code, agreed_on)).await
}

/// `POST /projects/{code}/anew`.
pub async fn agree(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    take(posting, Purpose::Anew(code)).await
}

async fn take(posting: Posting, purpose: Purpose) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let sent = posting.sent.clone();
    let drawn = if purpose == Purpose::New { Vec::new() } else { entry::carried(&sent)? };
    let mut tx = posting.state.0.db.read().await?;
    // What the form says it was drawn from is checked before it is entered; whose it is, is asked of what there is.
    let mut codes = match purpose.code() {
        Some(code) => {
            let held = Drawn::read(&mut tx, Kind::Projects, code, Held::new(), posting.latest.0).await?;
            held_units(&[held])
        }
        None => Vec::new(),
    };
    codes.push(sent.get("unit").to_owned());
    codes.retain(|unit| !unit.is_empty());
    allow(&mut tx, &posting.viewer, posting.state.0.clock.today(), posting.latest, &codes).await?;
    tx.end();
    let mut draft = Draft { drawn, sent, ..Draft::default() };
    if let Some(seen) = save(&posting, &purpose, &mut draft, l10n).await? {
        return Ok(seen);
    }
    let mut tx = posting.state.0.db.read().await?;
    let choices = choices(&mut tx, &posting.state, &posting.viewer, posting.latest).await?;
    tx.end();
    page(&purpose, draft, &choices, Frame::new(&posting.state, posting.viewer, "projects"))
}

/// Enters what was typed. Returns where it is seen, or nothing where the form is to be shown again.
async fn save(
    posting: &Posting,
    purpose: &Purpose,
    draft: &mut Draft,
    l10n: L10n,
) -> Result<Option<Response>, PageError> {
    let mut row = purpose.columns().row(&draft.sent, l10n);
    let code = purpose.code().map_or_else(|| row.get("code").cloned().unwrap_or_default(), str::to_owned);
    row.insert("code".to_owned(), code.clone());
    let rows = draft.drawn.first().map(|one| one.rows.clone()).unwrap_or_default();
    if let Purpose::Correct(_, agreed_on) = purpose {
        row.insert("agreed_on".to_owned(), agreed_on.map_or_else(String::new, |day| day.to_string()));
    }
    let day = row.get("agreed_on").cloned().unwrap_or_default();
    let anew = matches!(purpose, Purpose::Anew(_));
    // The same form may have been acted on before: then the day is taken by this very form, and entering it says so.
    let taken = anew && rows.iter().any(|held| held.get("agreed_on").is_some_and(|other| *other == day));
    if anew && day.is_empty() {
        draft.wrong.insert("agreed_on".to_owned(), vec![l10n.t("form-required")]);
        return Ok(None);
    }
    if purpose.columns().shown.iter().all(|one| one.name != "title") {
        // Titles are those of the first row, whatever day a row is of.
        let title = rows.first().and_then(|held| held.get("title")).cloned().unwrap_or_else(|| code.clone());
        row.insert("title".to_owned(), title);
    }
    let fresh = Drawn { kind: Kind::Projects, code: code.clone(), only: Held::new(), rows: Vec::new() };
    let act = Act {
        act: purpose.act(),
        about: ("projects", &code),
        rows: vec![(Kind::Projects, vec![row])],
        drawn_from: if *purpose == Purpose::New { vec![fresh] } else { draft.drawn.clone() },
        reason: posting.sent.get("reason"),
        corrects: !taken,
    };
    match entry::enter(posting, act).await? {
        Entered::Done(change) => return Ok(Some(seen(&code, Some(change)))),
        Entered::Same | Entered::Wrong(_) if taken => {
            draft.wrong.insert("agreed_on".to_owned(), vec![l10n.t("from-taken")]);
        }
        Entered::Same => return Ok(Some(seen(&code, None))),
        Entered::Wrong(wrong) => draft.wrong = wrong,
        Entered::Stale(_) if *purpose == Purpose::New => {
            let taken = l10n.with("form-taken", &[("code", code.as_str().into())]);
            draft.wrong.insert("code".to_owned(), vec![taken]);
        }
        Entered::Stale(now) => stale(posting, purpose, draft, now, l10n),
    }
    Ok(None)
}

/// Somebody else was quicker: theirs is merged into the fields, and told.
fn stale(posting: &Posting, purpose: &Purpose, draft: &mut Draft, now: Vec<Drawn>, l10n: L10n) {
    let today = posting.state.0.clock.today().to_string();
    let held = |drawn: &[Drawn]| {
        let rows = drawn.first().map(|one| one.rows.as_slice()).unwrap_or_default();
        let row = if matches!(purpose, Purpose::Anew(_)) { in_force(rows, &today) } else { rows.first() };
        row.cloned().unwrap_or_default()
    };
    let day = draft.sent.raw("agreed_on").to_owned();
    let (before, after) = (held(&draft.drawn), held(&now));
    (draft.sent, draft.theirs) = entry::merge(purpose.columns(), &before, &after, &draft.sent, l10n);
    if matches!(purpose, Purpose::Anew(_)) {
        // The day is the form's own, not one of what is in force.
        draft.theirs.remove("agreed_on");
        if let Some(field) = draft.sent.0.iter_mut().find(|(name, _)| name == "agreed_on") {
            field.1 = day;
        }
    }
    draft.drawn = now;
    draft.conflict = true;
}

/// The page of the project, saying what was done.
pub fn seen(code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to("projects", code))).into_response()
}
