//! What is done about a report that is there: each act has a form at an address below it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::model::Event;
use super::store::{self, Report};
use super::{agreeing, steps};
use crate::access::{self, may};
use crate::facts::ChangeId;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::{AsOf, KnownAt};
use crate::lists::Scope;
use crate::units;
use crate::web::entry::{self, Entered, Wrong};
use crate::web::entry_room::Pairs;
use crate::web::form::FormPage;
use crate::web::frame::{Action, Frame};
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A step was taken, or something delays it.
    Step(Event),
    /// The donor agreed to a later day.
    Extend,
    /// The donor wants no report.
    Waive,
    /// The donor's letter was seen.
    Confirm,
    /// It is another unit's or person's to write.
    Assign,
}

impl Act {
    fn named(word: &str) -> Option<Act> {
        let others = [Act::Extend, Act::Waive, Act::Confirm, Act::Assign];
        Event::named(word).map(Act::Step).or_else(|| others.into_iter().find(|act| act.word() == word))
    }

    /// The last part of its address and of its keys.
    pub fn word(self) -> &'static str {
        match self {
            Act::Step(event) => event.as_str(),
            Act::Extend => "extend",
            Act::Waive => "waive",
            Act::Confirm => "confirm",
            Act::Assign => "assign",
        }
    }

    /// Which rows its form is drawn from.
    fn kind(self) -> Kind {
        if matches!(self, Act::Step(_)) { Kind::ReportEvents } else { Kind::DonorReports }
    }
}

/// A report as it stands today.
pub struct Found {
    /// As it stands.
    pub report: Report,
    /// Whether whoever asks confirms extensions and waivers.
    pub confirms: bool,
}

/// What a form shows.
#[derive(Default)]
pub struct Draft {
    /// What it says.
    pub sent: Sent,
    /// What is wrong with that.
    pub wrong: Wrong,
    /// What it was drawn from.
    pub drawn: Vec<Drawn>,
    /// Whether that changed meanwhile.
    pub conflict: bool,
}

impl Draft {
    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<String> {
        self.wrong.get(name).map(|errors| errors.join(" "))
    }

    /// What a field says: what was sent, else this.
    pub fn says(&self, name: &str, otherwise: &str) -> String {
        if self.sent.has(name) { self.sent.raw(name).to_owned() } else { otherwise.to_owned() }
    }

    /// The rows it was drawn from.
    pub fn rows(&self) -> &[Held] {
        self.drawn.first().map_or(&[], |drawn| &drawn.rows)
    }
}

/// What a page about a report offers.
pub fn offered(report: &Report, code: &str, keeps: bool, frame: &Frame) -> Vec<Action> {
    let at = address::to("donor-reports", code);
    let mut actions = Vec::new();
    let action = |word: &str| Action::new(frame.word("report-act", word), format!("{at}/{word}"));
    let open = report.is_open();
    let next = if open { report.life().next(report.has_figures()) } else { Vec::new() };
    for event in next {
        if keeps || clears(event, &frame.viewer) {
            actions.push(action(event.as_str()));
        }
    }
    // The step that comes next comes first.
    if let Some(first) = actions.first_mut() {
        first.primary = true;
    }
    if keeps {
        if open && report.state != "submitted" {
            actions.extend(["extend", "waive"].map(action));
        }
        actions.push(action("assign"));
        actions.push(Action::new(frame.t("detail-edit"), format!("{at}/edit")));
    }
    actions
}

/// Finance says of any unit's report that its figures were cleared.
fn clears(event: Event, viewer: &Viewer) -> bool {
    event == Event::FinanceCleared && may(viewer.role, access::Act::KeepMoney)
}

/// Finds the report, and refuses whoever may not do that to it.
async fn find(
    connection: &mut PgConnection,
    state: &AppState,
    viewer: &Viewer,
    (code, act): (&str, Act),
    latest: KnownAt,
) -> Result<Found, PageError> {
    let today = state.0.clock.today();
    let scope = Scope::new(AsOf(today), latest);
    let report = store::report(&mut *connection, code, &scope).await?.ok_or(Refused::NotFound)?;
    let needed = if act == Act::Confirm { access::Act::ConfirmReports } else { access::Act::KeepReports };
    let who = (viewer.role, viewer.unit_code.as_deref());
    let unit = std::slice::from_ref(&report.unit_code);
    let allowed = units::may_keep(connection, who, needed, today, latest.0, unit).await?;
    if !allowed && !matches!(act, Act::Step(event) if clears(event, viewer)) {
        return Err(Refused::Forbidden.into());
    }
    Ok(Found { report, confirms: may(viewer.role, access::Act::ConfirmReports) })
}

/// A form about a report, its frame the same for every act.
pub fn form(code: &str, act: Act, frame: &Frame) -> FormPage {
    let back = address::to("donor-reports", code);
    let kicker = (format!("{} · {code}", frame.word("donor-reports", "kicker")), back.clone());
    let title = frame.word("report-title", act.word());
    let mut page = FormPage::new(format!("{back}/{}", act.word()), kicker, title, frame.word("report-act", act.word()));
    let lead = format!("report-lead-{}", act.word());
    page.lead = frame.l10n.has(&lead).then(|| frame.t(&lead));
    page
}

/// Draws a form with its fields.
pub fn finish(mut page: FormPage, draft: &Draft, frame: Frame) -> Result<Response, PageError> {
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(frame.t("report-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// Back to the report, told what was done.
pub fn seen(code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to("donor-reports", code))).into_response()
}

/// `GET /donor-reports/{ref}/{act}`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((code, word)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let act = Act::named(&word).ok_or(Refused::NotFound)?;
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let found = find(&mut tx, &state, &viewer, (&code, act), latest).await?;
    let drawn = Drawn::read(&mut tx, act.kind(), &code, Held::new(), latest.0).await?;
    tx.end();
    let draft = Draft { sent: Sent(pairs), drawn: vec![drawn], ..Draft::default() };
    page(act, &code, &found, &draft, &state, Frame::new(&state, viewer, "donor-reports"), latest).await
}

async fn page(
    act: Act,
    code: &str,
    found: &Found,
    draft: &Draft,
    state: &AppState,
    frame: Frame,
    latest: KnownAt,
) -> Result<Response, PageError> {
    match act {
        Act::Step(event) => steps::page(event, code, found, draft, frame),
        Act::Assign => {
            let choices = super::FORMS.choices(state, &frame.viewer, latest, &draft.sent).await?;
            agreeing::assign_page(code, found, draft, &choices, frame)
        }
        _ => agreeing::page(act, code, found, draft, frame),
    }
}

/// `POST /donor-reports/{ref}/{act}`.
pub async fn happen(Path((code, word)): Path<(String, String)>, posting: Posting) -> Result<Response, PageError> {
    let act = Act::named(&word).ok_or(Refused::NotFound)?;
    let mut tx = posting.state.0.db.read().await?;
    let found = find(&mut tx, &posting.state, &posting.viewer, (&code, act), posting.latest).await?;
    tx.end();
    let drawn = entry::carried(&posting.sent)?;
    let mut draft = Draft { sent: posting.sent.clone(), drawn, ..Draft::default() };
    let done = match act {
        Act::Step(event) => steps::record(&posting, event, &code, &found, &draft).await?,
        _ => agreeing::record(&posting, act, &code, &found, &draft).await?,
    };
    match done {
        Entered::Done(change) => return Ok(seen(&code, Some(change))),
        Entered::Same => return Ok(seen(&code, None)),
        Entered::Wrong(wrong) => draft.wrong = wrong,
        Entered::Stale(now) => (draft.drawn, draft.conflict) = (now, true),
    }
    let frame = Frame::new(&posting.state, posting.viewer.clone(), "donor-reports");
    page(act, &code, &found, &draft, &posting.state, frame, posting.latest).await
}
