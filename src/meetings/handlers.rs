//! The page of a meeting, its aide-memoire, and what stands beside the form.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::entering::codes;
use super::model::Held;
use super::pages::{AideMemoire, BesideForm, BesidePage, MeetingPage, Shown, open, said, texts};
use super::store::{self, last_time, open_actions};
use crate::access::{Act, may};
use crate::classified::note_reading;
use crate::web::frame::{Action, Frame};
use crate::web::thing::Told;
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// What is open with the donors a text names, and what was said last; nothing where it names none.
pub(super) async fn beside_of(
    connection: &mut PgConnection,
    donors: &str,
    but: Option<Uuid>,
    ticked: &[&str],
    frame: &Frame,
) -> Result<Option<BesideForm>, PageError> {
    let l10n = frame.l10n;
    let named = codes(&mut *connection, donors).await?;
    let Some((code, _)) = named.first() else { return Ok(None) };
    let donor = (named.len() == 1).then(|| address::to("donors", code));
    let names: Vec<String> = named.iter().map(|(_, name)| name.clone()).collect();
    let codes: Vec<String> = named.into_iter().map(|(code, _)| code).collect();
    let actions = open_actions(&mut *connection, &codes, but).await?;
    let last = last_time(connection, &codes, frame.today, but).await?;
    Ok(Some(BesideForm {
        title: l10n.with("meeting-open-with", &[("donor", names.join(", ").into())]),
        donor,
        open: open(actions, ticked, frame.today, l10n),
        last: last.map(|last| {
            let day = format::day(last.held_on, l10n);
            let words = l10n.with("meeting-last-time", &[("day", day.into())]);
            (last, words)
        }),
    }))
}

/// What the script asks for beside the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Beside {
    donors: String,
    but: String,
}

/// `GET /meetings/beside?donors=…`: the panel beside the form, by itself.
pub async fn beside(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<Beside>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    if !may(viewer.role, Act::LogMeetings) {
        return Err(Refused::Forbidden.into());
    }
    if asked.donors.contains('\0') || asked.donors.chars().count() > 2000 {
        return Err(Refused::BadParameter("donors", String::new()).into());
    }
    let frame = Frame::new(&state, viewer, "meetings");
    let beside = beside_of(&mut tx, &asked.donors, asked.but.parse().ok(), &[], &frame).await?;
    tx.end();
    Ok(Html(BesidePage { frame, beside }.render()?).into_response())
}

/// What is open from earlier meetings: on the page of a meeting that is to come or is the last.
async fn earlier(connection: &mut PgConnection, held: &Held) -> Result<Vec<store::OpenAction>, sqlx::Error> {
    let codes: Vec<String> = held.donors.iter().map(|donor| donor.code.clone()).collect();
    open_actions(connection, &codes, Some(held.key)).await
}

fn buttons(held: &Held, frame: &Frame) -> Vec<Action> {
    let base = format!("/meetings/{}", held.key);
    let mut buttons = vec![Action::new(frame.t("meeting-print"), format!("{base}/aide-memoire"))];
    if held.held_on > frame.today {
        buttons.push(Action::new(frame.t("brief-title"), format!("{base}/brief")));
    }
    if held.may_be_edited_by(frame.viewer.reader()) {
        buttons.push(Action::new(frame.t("meeting-edit"), format!("{base}/edit")).first("e"));
    }
    buttons
}

/// `GET /meetings/{id}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let held = store::read(&mut tx, &id).await?.ok_or(Refused::NotFound)?;
    let earlier = earlier(&mut tx, &held).await?;
    tx.end();
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "meetings", held.key, held.classification, "page", now).await?;
    let frame = Frame::new(&state, viewer, "meetings");
    let (l10n, today) = (frame.l10n, frame.today);
    let told = Told::of(&format!("/meetings/{}", held.key), &held.revisions, &held.reclassified, &frame);
    let page = MeetingPage {
        day: format::day(held.held_on, l10n),
        planned: held.held_on > today,
        said: said(&held, l10n),
        texts: texts(&held, l10n),
        actions: held.actions.iter().map(|action| Shown::of(action, today, l10n)).collect(),
        earlier: open(earlier, &[], today, l10n),
        buttons: buttons(&held, &frame),
        may_act: may(frame.viewer.role, Act::LogMeetings),
        may_attach: may(frame.viewer.role, Act::FileDocuments),
        told,
        held,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// `GET /meetings/{id}/aide-memoire`: the meeting on paper, with its classification on it.
pub async fn aide_memoire(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let held = store::read(&mut tx, &id).await?.ok_or(Refused::NotFound)?;
    tx.end();
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "meetings", held.key, held.classification, "print", now).await?;
    let frame = Frame::new(&state, viewer, "meetings");
    let (l10n, today) = (frame.l10n, frame.today);
    let args = [
        ("day", format::day(today, l10n).into()),
        ("name", frame.viewer.name.as_str().into()),
        ("ref", held.reference.as_str().into()),
    ];
    let page = AideMemoire {
        base: format!("/meetings/{}", held.key),
        day: format::day(held.held_on, l10n),
        said: said(&held, l10n),
        texts: texts(&held, l10n),
        actions: held.actions.iter().map(|action| Shown::of(action, today, l10n)).collect(),
        printed: l10n.with("aide-printed", &args),
        held,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}
