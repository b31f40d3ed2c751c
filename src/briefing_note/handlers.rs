//! `GET /donors/{code}/brief` and `GET /meetings/{id}/brief`.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use uuid::Uuid;

use super::note::{Of, Things, known, note, things};
use super::pages::{Agenda, BriefPage, Sheet};
use super::sections::{printed, whereabouts};
use super::store::{self, Found, Planned, level};
use crate::classified::note_readings;
use crate::donor_page::DonorFigures;
use crate::kernel::{AsOf, KnownAt};
use crate::lists::Scope;
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address};

/// `GET /donors/{code}/brief`: a donor, today, on one page.
pub async fn of_donor(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "donors");
    let scope = today(&frame, latest);
    let found = store::donors(&state.0.memory, &mut tx, std::slice::from_ref(&code), &scope).await?;
    tx.end();
    let (donor, _) = found.first().ok_or(Refused::NotFound)?;
    let title = donor.name.clone();
    let back = (title.clone(), address::to("donors", &code));
    drawn(&state, frame, &scope, Given { title, back, found, meeting: None }).await
}

/// `GET /meetings/{id}/brief`: a meeting's agenda and people, then a page for each of its donors.
pub async fn of_meeting(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(key): Path<Uuid>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "meetings");
    let scope = today(&frame, latest);
    let meeting = store::meeting(&mut tx, key).await?.ok_or(Refused::NotFound)?;
    let found = store::donors(&state.0.memory, &mut tx, &meeting.donors, &scope).await?;
    tx.end();
    let title = meeting.title.clone();
    let back = (title.clone(), format!("/meetings/{key}"));
    drawn(&state, frame, &scope, Given { title, back, found, meeting: Some(meeting) }).await
}

/// Of today, with everything recorded so far.
fn today(frame: &Frame, latest: KnownAt) -> Scope {
    Scope { zone: frame.zone, ..Scope::new(AsOf(frame.today), latest) }
}

/// What a note is made of.
struct Given {
    title: String,
    back: (String, String),
    found: Vec<(DonorFigures, Found)>,
    meeting: Option<Planned>,
}

/// Notes what is read, then draws it.
async fn drawn(state: &AppState, frame: Frame, scope: &Scope, given: Given) -> Result<Response, PageError> {
    let Given { title, back, found, meeting } = given;
    let now = state.0.clock.now();
    let mut read: Things = found.iter().flat_map(|(donor, found)| things(donor, found)).collect();
    read.extend(meeting.iter().map(|meeting| (meeting.key, level(&meeting.classification))));
    let reader = frame.viewer.reader();
    note_readings(&state.0.db, reader, "meetings", &read, "brief", now).await?;
    let known: Things = found.iter().flat_map(|(donor, _)| known(donor, frame.today)).collect();
    note_readings(&state.0.db, reader, "intelligence", &known, "brief", now).await?;
    let of = Of { scope, frame: &frame, of_meeting: meeting.as_ref() };
    let mut sheets = Vec::new();
    for (nth, (donor, found)) in found.iter().enumerate() {
        let note = note(nth, donor, found, &of)?;
        sheets.push(Sheet { level: printed(note.level, &of), note });
    }
    let agenda = meeting.as_ref().map(|meeting| agenda(meeting, &sheets, &of));
    let args = [
        ("name", frame.viewer.name.as_str().into()),
        ("at", frame.instant(&KnownAt(now)).into()),
        ("known", frame.instant(&scope.known_at).into()),
    ];
    let page = BriefPage {
        foot: frame.l10n.with("brief-foot", &args),
        as_of: frame.as_of(&scope.as_of),
        as_of_iso: scope.as_of.to_string(),
        title,
        back,
        agenda,
        sheets,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// The first page of the notes for a meeting.
fn agenda(meeting: &Planned, sheets: &[Sheet], of: &Of<'_>) -> Agenda {
    let l10n = of.frame.l10n;
    let guest = |one: &store::Guest| match &one.title {
        Some(title) => format!("{} ({title})", one.name),
        None => one.name.clone(),
    };
    let said = [
        ("filter-level", meeting.level.as_ref().map(|level| l10n.word("level", level)).unwrap_or_default()),
        ("meeting-guests", meeting.guests.iter().map(guest).collect::<Vec<_>>().join(", ")),
        ("meeting-us", meeting.took_part.join(", ")),
        ("meeting-prepared", meeting.prepared_by.clone().unwrap_or_default()),
        ("col-logged-by", meeting.author.clone()),
    ];
    let texts = [("meeting-purpose", &meeting.purpose), ("meeting-agenda", &meeting.agenda)];
    Agenda {
        title: meeting.title.clone(),
        kicker: l10n.with("brief-kicker-meeting", &[("meeting", whereabouts(meeting, of).into())]),
        said: said
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(key, words)| (l10n.t(key), words))
            .collect(),
        texts: texts.into_iter().filter_map(|(key, text)| Some((l10n.t(key), text.clone()?))).collect(),
        donors: sheets.iter().map(|sheet| (sheet.note.name.clone(), format!("#{}", sheet.note.id))).collect(),
        level: printed(level(&meeting.classification), of),
    }
}
