//! The forms of a pledge's terms and schedule: a new one, its terms corrected, and an amendment.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::forms::{self, AMENDMENT, FIRST_TERMS, TERMS, Typed};
use super::store;
use crate::access::Role;
use crate::facts::ChangeId;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::{self, Act, Choices, Columns, Entered, Wrong};
use crate::web::entry_room::Pairs;
use crate::web::form::FormPage;
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address};

/// What a form of terms is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Purpose {
    /// A pledge that is not there yet.
    New,
    /// Terms that were recorded wrong: those of the beginning, or of the amendment of that day.
    Correct(String, Option<NaiveDate>),
    /// Terms agreed anew, from a day on.
    Amend(String),
}

impl Purpose {
    fn columns(&self) -> &'static Columns {
        match self {
            Purpose::New => &TERMS,
            Purpose::Correct(_, None) => &FIRST_TERMS,
            Purpose::Correct(_, Some(_)) | Purpose::Amend(_) => &AMENDMENT,
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Purpose::New => None,
            Purpose::Correct(code, _) | Purpose::Amend(code) => Some(code),
        }
    }

    /// The fields that cannot be changed any more.
    fn fixed(&self) -> &'static [&'static str] {
        match self {
            Purpose::New => &[],
            Purpose::Correct(..) => &["ref", "agreed_on"],
            Purpose::Amend(_) => &["ref", "currency"],
        }
    }

    fn act(&self) -> &'static str {
        match self {
            Purpose::New => "pledge-add",
            Purpose::Correct(..) => "pledge-correct",
            Purpose::Amend(_) => "pledge-amend",
        }
    }

    fn action(&self) -> String {
        match self {
            Purpose::New => "/pledges/new".to_owned(),
            Purpose::Correct(code, _) => format!("{}/edit", address::to("pledges", code)),
            Purpose::Amend(code) => format!("{}/amend", address::to("pledges", code)),
        }
    }
}

/// Everything a form of terms shows.
#[derive(Default)]
struct Draft {
    sent: Sent,
    typed: Typed,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
    drawn: Vec<Drawn>,
    notes: Vec<String>,
    conflict: bool,
}

fn page(purpose: &Purpose, draft: Draft, choices: &Choices, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (kicker, title) = match purpose {
        Purpose::New => ((l10n.word("pledges", "kicker"), "/pledges".to_owned()), l10n.word("new", "pledges")),
        Purpose::Correct(code, _) | Purpose::Amend(code) => {
            let key = if matches!(purpose, Purpose::Amend(_)) { "amend-pledges" } else { "edit-pledges" };
            let kicker = (format!("{} · {code}", l10n.word("pledges", "kicker")), address::to("pledges", code));
            (kicker, l10n.with(key, &[("code", code.as_str().into())]))
        }
    };
    let mut page = FormPage::new(purpose.action(), kicker, title, l10n.t("form-save"));
    page.sections = purpose.columns().sections(&draft.sent, &draft.wrong, choices, purpose.fixed(), l10n);
    if matches!(purpose, Purpose::Amend(_)) {
        let fields = page.sections.iter_mut().flat_map(|section| &mut section.fields);
        fields.filter(|field| field.name == "agreed_on").for_each(|field| field.required = true);
    }
    page.grid = Some(forms::grid(&draft.typed, &draft.sent, &draft.wrong, l10n));
    if matches!(purpose, Purpose::Amend(_)) {
        page.lead = Some(l10n.t("amend-lead"));
        page.hidden.push(("currency".to_owned(), draft.sent.get("currency").to_owned()));
    } else if *purpose != Purpose::New || draft.wrong.contains_key("reason") || draft.sent.has("reason") {
        page.last.push(entry::reason(&draft.sent, &draft.wrong, l10n));
    }
    if let Purpose::Correct(_, agreed_on) = purpose {
        let day = agreed_on.map_or_else(String::new, |day| day.to_string());
        page.hidden.push(("agreed_on".to_owned(), day));
    }
    page.notes = draft.notes;
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

/// Refuses whoever may not keep pledges of these units.
pub async fn allow(
    connection: &mut PgConnection,
    viewer: &Viewer,
    today: NaiveDate,
    known_at: KnownAt,
    units: &[String],
) -> Result<(), PageError> {
    let who = (viewer.role, viewer.unit_code.as_deref());
    let allowed = store::may_keep(connection, who, today, known_at.0, units).await?;
    if allowed { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The lists of the form: staff choose among their own unit and those below it.
async fn choices(
    connection: &mut PgConnection,
    state: &AppState,
    viewer: &Viewer,
    latest: KnownAt,
    sent: &Sent,
) -> Result<Choices, PageError> {
    let only = viewer.unit_code.as_deref().filter(|_| viewer.role == Role::UnitStaff);
    let mut choices = Choices::read(connection, &state.0.clock, latest, only).await?;
    choices.name_donor(connection, sent.get("donor")).await?;
    Ok(choices)
}

/// `GET /pledges/new`.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let today = state.0.clock.today();
    allow(&mut tx, &viewer, today, latest, &[]).await?;
    let l10n = L10n::of(&viewer.language);
    let mut sent = Sent(pairs);
    let mut fill = |name: &str, value: String| {
        if sent.get(name).is_empty() {
            sent.0.push((name.to_owned(), value));
        }
    };
    fill("ref", store::next_reference(&mut tx, today).await?);
    fill("pledged_on", crate::web::format::day(today, l10n));
    if viewer.role == Role::UnitStaff {
        fill("unit", viewer.unit_code.clone().unwrap_or_default());
    }
    let choices = choices(&mut tx, &state, &viewer, latest, &sent).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "pledges");
    page(&Purpose::New, Draft { sent, ..Draft::default() }, &choices, frame)
}

/// What a form of existing terms is drawn from: the terms of that day, and the schedule of that day.
async fn drawn_from(
    connection: &mut PgConnection,
    code: &str,
    known_at: KnownAt,
    terms_of: Option<NaiveDate>,
    schedule_of: Option<NaiveDate>,
) -> Result<Vec<Drawn>, PageError> {
    let of = |day: Option<NaiveDate>| {
        Held::from([("agreed_on".to_owned(), day.map_or_else(String::new, |day| day.to_string()))])
    };
    let terms = Drawn::read(&mut *connection, Kind::Pledges, code, of(terms_of), known_at.0).await?;
    let schedule = Drawn::read(connection, Kind::Instalments, code, of(schedule_of), known_at.0).await?;
    if terms.rows.is_empty() { Err(Refused::NotFound.into()) } else { Ok(vec![terms, schedule]) }
}

fn held_unit(drawn: &[Drawn]) -> Vec<String> {
    let rows = drawn.iter().filter(|one| one.kind == Kind::Pledges).flat_map(|one| &one.rows);
    rows.filter_map(|row| row.get("unit").cloned()).collect()
}

/// `GET /pledges/{ref}/edit?agreed_on=`: the terms of the beginning, or of the amendment of that day.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let agreed_on = entry::version(&Sent(pairs))?;
    let drawn = drawn_from(&mut tx, &code, latest, agreed_on, agreed_on).await?;
    allow(&mut tx, &viewer, state.0.clock.today(), latest, &held_unit(&drawn)).await?;
    let purpose = Purpose::Correct(code, agreed_on);
    let draft = from_held(&purpose, drawn, L10n::of(&viewer.language));
    let choices = choices(&mut tx, &state, &viewer, latest, &draft.sent).await?;
    tx.end();
    page(&purpose, draft, &choices, Frame::new(&state, viewer, "pledges"))
}

/// `GET /pledges/{ref}/amend`: drawn from the terms and the schedule in force today.
pub async fn amend(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let today = state.0.clock.today();
    let standing = store::standing(&mut tx, &code, today, latest.0).await?.ok_or(Refused::NotFound)?;
    allow(&mut tx, &viewer, today, latest, std::slice::from_ref(&standing.unit)).await?;
    let drawn = drawn_from(&mut tx, &code, latest, standing.terms_from, standing.schedule_from).await?;
    let purpose = Purpose::Amend(code);
    let mut draft = from_held(&purpose, drawn, L10n::of(&viewer.language));
    draft.sent.0.retain(|(name, _)| name != "agreed_on");
    for row in &mut draft.typed.0 {
        row.met_on.clear();
    }
    let choices = choices(&mut tx, &state, &viewer, latest, &draft.sent).await?;
    tx.end();
    page(&purpose, draft, &choices, Frame::new(&state, viewer, "pledges"))
}

fn from_held(purpose: &Purpose, drawn: Vec<Drawn>, l10n: L10n) -> Draft {
    let none = Held::new();
    let terms = drawn.first().and_then(|one| one.rows.first()).unwrap_or(&none);
    let sent = purpose.columns().says(terms, l10n);
    let schedule = drawn.get(1).map_or(&[][..], |one| &one.rows);
    let typed = Typed::held(schedule, forms::currency(&sent), l10n);
    Draft { sent, typed, drawn, ..Draft::default() }
}

/// `POST /pledges/new`.
pub async fn create(posting: Posting) -> Result<Response, PageError> {
    take(posting, Purpose::New).await
}

/// `POST /pledges/{ref}/edit`.
pub async fn correct(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let agreed_on = entry::version(&posting.sent)?;
    take(posting, Purpose::Correct(code, agreed_on)).await
}

/// `POST /pledges/{ref}/amend`.
pub async fn agree(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    take(posting, Purpose::Amend(code)).await
}

/// A button that changes the table, or the one that saves.
async fn take(posting: Posting, purpose: Purpose) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let sent = posting.sent.clone();
    let drawn = if purpose == Purpose::New { Vec::new() } else { entry::carried(&sent)? };
    let mut units = held_unit(&drawn);
    units.push(sent.get("unit").to_owned());
    units.retain(|unit| !unit.is_empty());
    {
        let mut tx = posting.state.0.db.read().await?;
        allow(&mut tx, &posting.viewer, posting.state.0.clock.today(), posting.latest, &units).await?;
    }
    let mut draft = Draft { typed: Typed::of(&sent), drawn, sent, ..Draft::default() };
    let press = draft.sent.get("press").to_owned();
    if !press.is_empty() {
        pressed(&press, &mut draft, l10n);
    } else if let Some(seen) = save(&posting, &purpose, &mut draft, l10n).await? {
        return Ok(seen);
    }
    let mut tx = posting.state.0.db.read().await?;
    let choices = choices(&mut tx, &posting.state, &posting.viewer, posting.latest, &draft.sent).await?;
    tx.end();
    page(&purpose, draft, &choices, Frame::new(&posting.state, posting.viewer, "pledges"))
}

fn pressed(press: &str, draft: &mut Draft, l10n: L10n) {
    match press.strip_prefix("remove-").map(str::parse::<usize>) {
        Some(Ok(at)) if at < draft.typed.0.len() => drop(draft.typed.0.remove(at)),
        Some(_) => {}
        // As it is: the script brings back rows that were typed before.
        None if press == "draw" => {}
        None if press == "make" => match forms::make(&draft.sent, l10n) {
            Ok(made) => draft.typed = made,
            Err(wrong) => draft.wrong = wrong,
        },
        None => {
            draft.typed = std::mem::take(&mut draft.typed).resolved(&draft.sent, l10n);
            draft.typed.0.push(forms::TypedInstalment::default());
        }
    }
}

/// Enters what was typed. Returns where it is seen, or nothing where the form is to be shown again.
async fn save(
    posting: &Posting,
    purpose: &Purpose,
    draft: &mut Draft,
    l10n: L10n,
) -> Result<Option<Response>, PageError> {
    draft.typed = std::mem::take(&mut draft.typed).resolved(&draft.sent, l10n).numbered();
    let mut row = purpose.columns().row(&draft.sent, l10n);
    let code = purpose.code().map_or_else(|| row.get("ref").cloned().unwrap_or_default(), str::to_owned);
    row.insert("ref".to_owned(), code.clone());
    if let Purpose::Correct(_, agreed_on) = purpose {
        row.insert("agreed_on".to_owned(), agreed_on.map_or_else(String::new, |day| day.to_string()));
    }
    let agreed_on = row.get("agreed_on").cloned().unwrap_or_default();
    if matches!(purpose, Purpose::Amend(_)) && agreed_on.is_empty() {
        draft.wrong.insert("agreed_on".to_owned(), vec![l10n.t("amend-needs-day")]);
        return Ok(None);
    }
    let had_schedule = draft.drawn.get(1).is_some_and(|one| !one.rows.is_empty());
    if draft.typed.0.is_empty() && had_schedule {
        draft.wrong.insert(String::new(), vec![l10n.t("schedule-stays")]);
        return Ok(None);
    }
    let mut rows = vec![(Kind::Pledges, vec![row])];
    if !draft.typed.0.is_empty() {
        rows.push((Kind::Instalments, draft.typed.rows(&code, &agreed_on, l10n)));
    }
    let fresh = Drawn { kind: Kind::Pledges, code: code.clone(), only: Held::new(), rows: Vec::new() };
    let act = Act {
        act: purpose.act(),
        about: ("pledges", &code),
        rows,
        drawn_from: if *purpose == Purpose::New { vec![fresh] } else { draft.drawn.clone() },
        reason: posting.sent.get("reason"),
        corrects: !matches!(purpose, Purpose::Amend(_)),
    };
    match entry::enter(posting, act).await? {
        Entered::Done(change) => return Ok(Some(seen(&code, Some(change)))),
        Entered::Same => return Ok(Some(seen(&code, None))),
        Entered::Wrong(wrong) => draft.wrong = wrong,
        Entered::Stale(_) if *purpose == Purpose::New => {
            let taken = l10n.with("form-taken", &[("code", code.as_str().into())]);
            draft.wrong.insert("ref".to_owned(), vec![taken]);
        }
        Entered::Stale(now) => stale(purpose, draft, now, l10n),
    }
    Ok(None)
}

/// Somebody else was quicker: theirs is merged into the fields, and told; the schedule typed stays, theirs is told.
fn stale(purpose: &Purpose, draft: &mut Draft, now: Vec<Drawn>, l10n: L10n) {
    let first = |drawn: &[Drawn]| drawn.first().and_then(|one| one.rows.first().cloned());
    if let (Some(before), Some(after)) = (first(&draft.drawn), first(&now)) {
        (draft.sent, draft.theirs) = entry::merge(purpose.columns(), &before, &after, &draft.sent, l10n);
    }
    let schedule = |drawn: &[Drawn]| drawn.get(1).map(|one| one.rows.clone()).unwrap_or_default();
    let (before, after) = (schedule(&draft.drawn), schedule(&now));
    if before != after {
        let typed = Typed::held(&after, forms::currency(&draft.sent), l10n);
        draft.notes.push(l10n.t("schedule-theirs"));
        draft.notes.extend(typed.0.iter().map(|row| {
            let [due_on, amount, _] = &row.cells;
            l10n.with(
                "schedule-their-row",
                &[
                    ("number", row.number.as_str().into()),
                    ("due_on", due_on.as_str().into()),
                    ("amount", amount.as_str().into()),
                ],
            )
        }));
        if draft.typed == Typed::held(&before, forms::currency(&draft.sent), l10n) {
            draft.typed = typed;
        }
    }
    draft.drawn = now;
    draft.conflict = true;
}

/// The page of the pledge, saying what was done.
pub fn seen(code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to("pledges", code))).into_response()
}
