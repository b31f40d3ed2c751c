//! What changes from a day on: a unit moves under another, a donor becomes another's child, a fund's earmarking changes.
//! A further row of the same file, with `in_force_from`; before that day the row there is still holds.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;

use super::detail::Section;
use super::entry::{self, Act, Choices, Columns, Entered, Wrong};
use super::entry_room::{EntryRoom, Pairs, seen};
use super::errors::{PageError, Refused};
use super::form::FormPage;
use super::frame::Frame;
use super::posting::{Posting, Sent};
use super::session::SignedIn;
use super::state::AppState;
use super::{address, format};
use crate::access::may;
use crate::imports::spec::{Cell, Part};
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::calendar::parse_day;
use crate::l10n::L10n;
use crate::lists::Drawn as DrawnCell;

/// The column that says from which day on.
const DAY: &str = "in_force_from";

/// What can change from a day on.
pub struct From {
    /// The act, `act-…`.
    pub act: &'static str,
    /// The fields: the day, and what may change on it.
    pub columns: Columns,
}

/// What a form is drawn from.
struct Draft {
    sent: Sent,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
    drawn: Vec<Drawn>,
    conflict: bool,
}

/// The row that holds on a day: rows come in the order of their days, the first one without.
fn in_force<'r>(rows: &'r [Held], day: &str) -> Option<&'r Held> {
    rows.iter().rev().find(|row| row.get(DAY).is_none_or(|from| from.as_str() <= day))
}

fn facts(kind: Kind) -> impl Iterator<Item = &'static str> {
    kind.spec().columns.iter().filter(|column| column.part == Part::Fact).map(|column| column.name)
}

fn page(
    room: &EntryRoom,
    from: &From,
    code: &str,
    draft: Draft,
    choices: &Choices,
    frame: Frame,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to(room.room, code);
    let kicker = (format!("{} · {code}", l10n.word(room.room, "kicker")), back.clone());
    let title = l10n.with(&format!("from-{}", room.room), &[("code", code.into())]);
    let mut page = FormPage::new(format!("{back}/from"), kicker, title, l10n.t("form-save"));
    page.lead = Some(l10n.t("from-lead"));
    page.sections = from.columns.sections(&draft.sent, &draft.wrong, choices, &[], l10n);
    let fields = page.sections.iter_mut().flat_map(|section| &mut section.fields);
    fields.filter(|field| field.name == DAY).for_each(|field| field.required = true);
    if draft.wrong.contains_key("reason") || draft.sent.has("reason") {
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

/// `GET /{room}/{code}/from`: filled in with what holds today.
async fn ask(
    room: &'static EntryRoom,
    from: &'static From,
    state: AppState,
    signed_in: SignedIn,
    code: String,
    pairs: Vec<(String, String)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    room.allow(viewer.role)?;
    let drawn = Drawn::read(&mut tx, room.columns.kind, &code, Held::new(), latest.0).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, room.room);
    let today = frame.today.to_string();
    let mut sent = from.columns.says(in_force(&drawn.rows, &today).ok_or(Refused::NotFound)?, frame.l10n);
    for (name, value) in &mut sent.0 {
        let given = pairs.iter().find(|(given, _)| given == name);
        match given {
            Some((_, given)) => value.clone_from(given),
            None if name == DAY => value.clear(),
            None => {}
        }
    }
    let choices = room.choices(&state, &frame.viewer, latest, &sent).await?;
    let draft = Draft { sent, wrong: Wrong::new(), theirs: BTreeMap::new(), drawn: vec![drawn], conflict: false };
    page(room, from, &code, draft, &choices, frame)
}

/// What is wrong with a row as such: its day, and that nothing changes on it.
fn amiss(kind: Kind, row: &Held, rows: &[Held], l10n: L10n) -> Wrong {
    let typed = row.get(DAY).map_or("", String::as_str);
    let error = |key: &str| Wrong::from([(DAY.to_owned(), vec![l10n.t(key)])]);
    if typed.is_empty() {
        return error("form-required");
    }
    if parse_day(typed).is_err() {
        return Wrong::new();
    }
    if rows.iter().any(|held| held.get(DAY).is_some_and(|day| day == typed)) {
        return error("from-taken");
    }
    let says = |row: &Held, name: &str| row.get(name).cloned().unwrap_or_default();
    let same = |held: &Held| facts(kind).all(|name| says(held, name) == says(row, name));
    if in_force(rows, typed).is_some_and(same) { error("from-same") } else { Wrong::new() }
}

/// `POST /{room}/{code}/from`.
async fn hold(
    room: &'static EntryRoom,
    from: &'static From,
    posting: Posting,
    code: String,
) -> Result<Response, PageError> {
    room.allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let kind = room.columns.kind;
    let was = entry::carried(&posting.sent)?;
    let rows = was.first().map(|drawn| drawn.rows.as_slice()).unwrap_or_default();
    let first = rows.first().ok_or(Refused::NotFound)?;
    let mut row = from.columns.row(&posting.sent, l10n);
    row.insert(room.key().to_owned(), code.clone());
    for column in kind.spec().columns.iter().filter(|column| column.required && column.part == Part::Label) {
        row.insert(column.name.to_owned(), first.get(column.name).cloned().unwrap_or_default());
    }
    let mut draft = Draft {
        sent: posting.sent.clone(),
        wrong: amiss(kind, &row, rows, l10n),
        theirs: BTreeMap::new(),
        drawn: was.clone(),
        conflict: false,
    };
    // The same form may have been acted on before: then the day is taken, and by this very form.
    let taken = draft.wrong.get(DAY).is_some_and(|errors| errors.contains(&l10n.t("from-taken")));
    if draft.wrong.is_empty() || taken {
        let act = Act {
            act: from.act,
            about: (room.room, &code),
            rows: vec![(kind, vec![row])],
            drawn_from: was,
            reason: posting.sent.get("reason"),
            corrects: true,
        };
        match entry::enter(&posting, act).await? {
            Entered::Done(change) => return Ok(seen(room, &code, Some(change))),
            Entered::Same => return Ok(seen(room, &code, None)),
            Entered::Wrong(errors) if !taken => draft.wrong = errors,
            Entered::Wrong(_) => {}
            Entered::Stale(now) => {
                let held = |drawn: &[Drawn]| {
                    let rows = drawn.first().map(|drawn| drawn.rows.clone()).unwrap_or_default();
                    in_force(&rows, &posting.state.0.clock.today().to_string()).cloned().unwrap_or_default()
                };
                let (before, after) = (held(&draft.drawn), held(&now));
                let day = draft.sent.raw(DAY).to_owned();
                (draft.sent, draft.theirs) = entry::merge(&from.columns, &before, &after, &draft.sent, l10n);
                draft.theirs.remove(DAY);
                if let Some(field) = draft.sent.0.iter_mut().find(|(name, _)| name == DAY) {
                    field.1 = day;
                }
                draft.wrong = Wrong::new();
                draft.drawn = now;
                draft.conflict = true;
            }
        }
    }
    let choices = room.choices(&posting.state, &posting.viewer, posting.latest, &draft.sent).await?;
    let frame = Frame::new(&posting.state, posting.viewer, room.room);
    page(room, from, &code, draft, &choices, frame)
}

/// The address of a room's form.
pub fn routes(room: &'static EntryRoom) -> Router<AppState> {
    let Some(from) = &room.from else { return Router::new() };
    let draw = move |State(state): State<AppState>,
                     signed_in: SignedIn,
                     Path(code): Path<String>,
                     axum::extract::Query(pairs): Pairs| ask(room, from, state, signed_in, code, pairs);
    let send = move |Path(code): Path<String>, posting: Posting| hold(room, from, posting, code);
    Router::new().route(&format!("/{}/{{code}}/from", room.room), get(draw).post(send))
}

/// What held from when: a row for each day something changed on, the newest first, each leading to the form that corrects
/// it. Nothing where nothing ever changed.
pub fn versions(room: &EntryRoom, code: &str, rows: &[Held], frame: &Frame) -> Option<Section> {
    let l10n = frame.l10n;
    let columns = room.columns.kind.spec().columns;
    let facts: Vec<_> = columns.iter().filter(|column| column.part == Part::Fact).collect();
    let says = |column: &crate::imports::spec::Column, row: &Held| {
        let text = row.get(column.name).map_or("", String::as_str);
        match column.cell {
            _ if text.is_empty() => DrawnCell::text("—"),
            Cell::OneOf(_) => DrawnCell::text(l10n.word(room.room, text)),
            Cell::YesNo => DrawnCell::text(l10n.t(if text == "yes" { "yes" } else { "no" })),
            Cell::Code => DrawnCell::text(text).link(room.room, text),
            _ => DrawnCell::text(text),
        }
    };
    let drawn = |row: &Held| {
        let day = row.get(DAY).and_then(|day| parse_day(day).ok());
        let mut first = DrawnCell::text(day.map_or_else(|| l10n.t("from-the-beginning"), |day| format::day(day, l10n)));
        if may(frame.viewer.role, room.may) {
            let which = row.get(DAY).map(|day| format!("?{DAY}={day}")).unwrap_or_default();
            first.href = Some(format!("{}/edit{which}", address::to(room.room, code)));
        }
        [first].into_iter().chain(facts.iter().map(|column| says(column, row))).collect()
    };
    let label = |name: &str| l10n.first(&[&format!("field-{name}")], &[]);
    (rows.len() > 1).then(|| Section {
        title: l10n.t("from-section"),
        heads: [(label(DAY), "nowrap")]
            .into_iter()
            .chain(facts.iter().map(|column| (label(column.name), "")))
            .collect(),
        rows: rows.iter().rev().map(drawn).collect(),
        all: String::new(),
        empty: String::new(),
    })
}
