//! The forms of a room whose things are one row of a file each: a new one, and the one there is, corrected.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use sqlx::postgres::PgConnection;

use super::entry::{self, Act, Choices, Columns, Entered, Wrong};
use super::entry_from::{self, From};
use super::errors::{PageError, Refused};
use super::form::FormPage;
use super::frame::Frame;
use super::posting::{Posting, Sent};
use super::session::{SignedIn, Viewer};
use super::state::AppState;
use super::{address, format};
use crate::access::{self, Role};
use crate::facts::ChangeId;
use crate::imports::spec::{Column, Part};
use crate::imports::{Drawn, Held};
use crate::kernel::calendar::parse_day;
use crate::kernel::{Clock, KnownAt};
use crate::l10n::L10n;

/// A room's forms.
pub struct EntryRoom {
    /// Its address, and the first part of its keys in `locales/`.
    pub room: &'static str,
    /// The fields.
    pub columns: Columns,
    /// Who may.
    pub may: access::Act,
    /// The act of a new one, `act-…`.
    pub new: &'static str,
    /// The act of correcting one.
    pub edit: &'static str,
    /// What a new one is filled in with: a query of ours for one text, given today, that suggests a reference.
    pub reference: Option<&'static str>,
    /// What can change from a day on.
    pub from: Option<From>,
}

/// Parameters of an address, as they stand in it.
pub type Pairs = Query<Vec<(String, String)>>;

/// What a form is drawn from.
struct Draft {
    sent: Sent,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
    drawn: Vec<Drawn>,
    conflict: bool,
}

impl EntryRoom {
    pub(super) fn key(&self) -> &'static str {
        entry::keys(self.columns.kind).first().copied().unwrap_or_default()
    }

    /// The parts of the key after the first: they stand in the address of the form that corrects.
    fn rest(&self) -> Vec<&'static str> {
        entry::keys(self.columns.kind).into_iter().skip(1).collect()
    }

    /// Whether a code names one row, or a first one: then the page about it leads to the form that corrects it.
    pub fn has_one_row(&self) -> bool {
        let rest = self.rest();
        self.columns.kind.spec().columns.iter().all(|column| !(column.required && rest.contains(&column.name)))
    }

    /// Whether the form is about a row after the first, whose labels are those of the first.
    fn is_later(&self, sent: &Sent) -> bool {
        self.from.is_some() && self.rest().iter().any(|name| !sent.get(name).is_empty())
    }

    fn labels(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.kind.spec().columns.iter().filter(|column| column.part == Part::Label)
    }

    pub(super) fn allow(&self, role: access::Role) -> Result<(), PageError> {
        if access::may(role, self.may) { Ok(()) } else { Err(Refused::Forbidden.into()) }
    }

    /// The one row a form corrects.
    async fn find(
        &self,
        connection: &mut PgConnection,
        code: &str,
        known_at: KnownAt,
        rest: &Sent,
    ) -> Result<Drawn, PageError> {
        let only = self.rest().into_iter().map(|name| (name.to_owned(), rest.get(name).to_owned())).collect();
        let drawn = Drawn::read(connection, self.columns.kind, code, only, known_at.0).await?;
        if drawn.rows.is_empty() { Err(Refused::NotFound.into()) } else { Ok(drawn) }
    }

    fn new_page(&self, draft: Draft, choices: &Choices, frame: Frame) -> Result<Response, PageError> {
        let l10n = frame.l10n;
        let kicker = (l10n.word(self.room, "kicker"), format!("/{}", self.room));
        let action = format!("/{}/new", self.room);
        let mut page = FormPage::new(action, kicker, l10n.word("new", self.room), l10n.t("form-save"));
        page.sections = self.columns.sections(&draft.sent, &draft.wrong, choices, &[], l10n);
        if draft.wrong.contains_key("reason") || draft.sent.has("reason") {
            page.last.push(entry::reason(&draft.sent, &draft.wrong, l10n));
        }
        self.finish(page, draft, frame)
    }

    fn edit_page(&self, code: &str, draft: Draft, choices: &Choices, frame: Frame) -> Result<Response, PageError> {
        let l10n = frame.l10n;
        let back = address::to(self.room, code);
        let kicker = (format!("{} · {code}", l10n.word(self.room, "kicker")), back.clone());
        let title = l10n.with(&format!("edit-{}", self.room), &[("code", code.into())]);
        let mut page = FormPage::new(format!("{back}/edit"), kicker, title, l10n.t("form-save"));
        let mut fixed = entry::keys(self.columns.kind);
        if self.is_later(&draft.sent) {
            fixed.extend(self.labels().map(|column| column.name));
            let day = self.rest().first().and_then(|name| parse_day(draft.sent.get(name)).ok());
            page.lead = day.map(|day| l10n.with("from-edit-lead", &[("day", format::day(day, l10n).into())]));
        }
        page.sections = self.columns.sections(&draft.sent, &draft.wrong, choices, &fixed, l10n);
        page.last.push(entry::reason(&draft.sent, &draft.wrong, l10n));
        for name in self.rest() {
            page.hidden.push((name.to_owned(), draft.sent.get(name).to_owned()));
        }
        self.finish(page, draft, frame)
    }

    fn finish(&self, mut page: FormPage, draft: Draft, frame: Frame) -> Result<Response, PageError> {
        page.tell(&draft.theirs);
        page.hidden.push(entry::carry(&draft.drawn));
        if draft.conflict {
            page.conflict = Some(frame.l10n.t("form-conflict"));
        }
        entry::leftover(&mut page, &draft.wrong);
        if let (Ok(stamp), false) = (draft.sent.stamp(), draft.conflict) {
            page.form_id = stamp.id;
        }
        page.page(frame)
    }

    /// What the lists offer: staff choose among their own unit and those below it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn choices(
        &self,
        state: &AppState,
        viewer: &Viewer,
        latest: KnownAt,
        sent: &Sent,
    ) -> Result<Choices, PageError> {
        let only = viewer.unit_code.as_deref().filter(|_| viewer.role == Role::UnitStaff);
        let mut tx = state.0.db.read().await?;
        let mut choices = Choices::read(&mut tx, &state.0.clock, latest, only).await?;
        choices.name_donor(&mut tx, sent.get("donor")).await?;
        choices.name_donor(&mut tx, sent.get("parent")).await?;
        tx.end();
        Ok(choices)
    }
}

async fn suggested(
    connection: &mut PgConnection,
    clock: &Clock,
    question: Option<&'static str>,
) -> Result<Option<String>, sqlx::Error> {
    let Some(question) = question else { return Ok(None) };
    sqlx::query_scalar(question).bind(clock.today()).fetch_optional(connection).await
}

/// `GET /{room}/new`: fields may be filled in by the address.
async fn new(
    room: &'static EntryRoom,
    state: AppState,
    signed_in: SignedIn,
    pairs: Vec<(String, String)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    room.allow(viewer.role)?;
    let mut sent = Sent(pairs);
    if sent.get(room.key()).is_empty()
        && let Some(reference) = suggested(&mut tx, &state.0.clock, room.reference).await?
    {
        sent.0.push((room.key().to_owned(), reference));
    }
    tx.end();
    let choices = room.choices(&state, &viewer, latest, &sent).await?;
    let frame = Frame::new(&state, viewer, room.room);
    let draft = Draft { sent, wrong: Wrong::new(), theirs: BTreeMap::new(), drawn: Vec::new(), conflict: false };
    room.new_page(draft, &choices, frame)
}

/// `POST /{room}/new`.
async fn create(room: &'static EntryRoom, posting: Posting) -> Result<Response, PageError> {
    room.allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let row = room.columns.row(&posting.sent, l10n);
    let code = row.get(room.key()).cloned().unwrap_or_default();
    // A new one takes the place of none: where the code is taken, that is said, not overwritten.
    let kind = room.columns.kind;
    let only = room.rest().into_iter().map(|name| (name.to_owned(), row.get(name).cloned().unwrap_or_default()));
    let drawn_from = vec![Drawn { kind, code: code.clone(), only: only.collect(), rows: Vec::new() }];
    let act = Act {
        act: room.new,
        about: (room.room, &code),
        rows: vec![(kind, vec![row])],
        drawn_from,
        reason: posting.sent.get("reason"),
        corrects: true,
    };
    let mut wrong = Wrong::new();
    match entry::enter(&posting, act).await? {
        Entered::Done(change) => return Ok(seen(room, &code, Some(change))),
        Entered::Same => return Ok(seen(room, &code, None)),
        Entered::Wrong(errors) => wrong = errors,
        Entered::Stale(_) => {
            drop(wrong.insert(room.key().to_owned(), vec![l10n.with("form-taken", &[("code", code.as_str().into())])]))
        }
    }
    let choices = room.choices(&posting.state, &posting.viewer, posting.latest, &posting.sent).await?;
    let frame = Frame::new(&posting.state, posting.viewer, room.room);
    let draft = Draft { sent: posting.sent, wrong, theirs: BTreeMap::new(), drawn: Vec::new(), conflict: false };
    room.new_page(draft, &choices, frame)
}

pub(super) fn seen(room: &EntryRoom, code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to(room.room, code))).into_response()
}

/// `GET /{room}/{code}/edit`.
async fn edit(
    room: &'static EntryRoom,
    state: AppState,
    signed_in: SignedIn,
    code: String,
    pairs: Vec<(String, String)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    room.allow(viewer.role)?;
    let rest = Sent(pairs);
    let drawn = room.find(&mut tx, &code, latest, &rest).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, room.room);
    let mut sent = room.columns.says(drawn.rows.first().unwrap_or(&Held::new()), frame.l10n);
    sent.0.retain(|(name, _)| !room.rest().contains(&name.as_str()));
    sent.0.extend(room.rest().into_iter().map(|name| (name.to_owned(), rest.get(name).to_owned())));
    let choices = room.choices(&state, &frame.viewer, latest, &sent).await?;
    let draft = Draft { sent, wrong: Wrong::new(), theirs: BTreeMap::new(), drawn: vec![drawn], conflict: false };
    room.edit_page(&code, draft, &choices, frame)
}

/// `POST /{room}/{code}/edit`.
async fn correct(room: &'static EntryRoom, posting: Posting, code: String) -> Result<Response, PageError> {
    room.allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let was = entry::carried(&posting.sent)?;
    let mut row = room.columns.row(&posting.sent, l10n);
    row.insert(room.key().to_owned(), code.clone());
    for name in room.rest() {
        row.insert(name.to_owned(), posting.sent.get(name).to_owned());
    }
    if room.is_later(&posting.sent) {
        let held = was.first().and_then(|drawn| drawn.rows.first()).cloned().unwrap_or_default();
        for column in room.labels() {
            row.insert(column.name.to_owned(), held.get(column.name).cloned().unwrap_or_default());
        }
    }
    let act = Act {
        act: room.edit,
        about: (room.room, &code),
        rows: vec![(room.columns.kind, vec![row])],
        drawn_from: was.clone(),
        reason: posting.sent.get("reason"),
        corrects: true,
    };
    let mut draft =
        Draft { sent: Sent::default(), wrong: Wrong::new(), theirs: BTreeMap::new(), drawn: was, conflict: false };
    let mut typed = posting.sent.clone();
    match entry::enter(&posting, act).await? {
        Entered::Done(change) => return Ok(seen(room, &code, Some(change))),
        Entered::Same => return Ok(seen(room, &code, None)),
        Entered::Wrong(errors) => draft.wrong = errors,
        Entered::Stale(now) => {
            let (before, after) = (draft.drawn.first(), now.first());
            if let (Some(before), Some(after)) =
                (before.and_then(|one| one.rows.first()), after.and_then(|one| one.rows.first()))
            {
                (typed, draft.theirs) = entry::merge(&room.columns, before, after, &typed, l10n);
            }
            draft.drawn = now;
            draft.conflict = true;
        }
    }
    draft.sent = typed;
    let choices = room.choices(&posting.state, &posting.viewer, posting.latest, &draft.sent).await?;
    let frame = Frame::new(&posting.state, posting.viewer, room.room);
    room.edit_page(&code, draft, &choices, frame)
}

/// The addresses of a room's forms.
pub fn routes(room: &'static EntryRoom) -> Router<AppState> {
    let draw_new = move |State(state): State<AppState>, signed_in: SignedIn, Query(pairs): Pairs| {
        new(room, state, signed_in, pairs)
    };
    let draw_edit = move |State(state): State<AppState>,
                          signed_in: SignedIn,
                          Path(code): Path<String>,
                          Query(pairs): Pairs| { edit(room, state, signed_in, code, pairs) };
    let send_edit = move |Path(code): Path<String>, posting: Posting| correct(room, posting, code);
    Router::new()
        .route(&format!("/{}/new", room.room), get(draw_new).post(move |posting: Posting| create(room, posting)))
        .route(&format!("/{}/{{code}}/edit", room.room), get(draw_edit).post(send_edit))
        .merge(entry_from::routes(room))
}
