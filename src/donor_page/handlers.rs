//! The page of a donor.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::pages::{beside, family, figures};
use super::store::donors;
use super::timeline::{self, timeline};
use super::years::Years;
use crate::access::{Act, may};
use crate::documents;
use crate::donors::{Donors, FORMS};
use crate::facts::tables::DONOR_FACTS;
use crate::giving::Room;
use crate::intelligence;
use crate::lists::List;
use crate::web::detail::{self, Detail, When};
use crate::web::entry_from;
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address, params};

/// Documents shown beside the timeline; their list has all.
const DOCUMENTS: i64 = 5;

/// What the address of the page asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(flatten)]
    when: When,
    #[serde(flatten)]
    timeline: timeline::Asked,
}

/// `GET /donors/{code}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Donors::NAME);
    let Query(asked) = asked.map_err(|_| Refused::BadParameter("?", String::new()))?;
    let wanted = asked.timeline.understood()?;
    let (mut scope, known_then) = detail::scope(Ok(Query(asked.when)), frame.today, latest)?;
    scope.zone = frame.zone;
    if let Some(known_at) = wanted.known_at.as_deref().filter(|_| !known_then) {
        scope.known_at = params::known_at(Some(known_at), latest)?;
    }
    let donor = donors(&state.0.memory, &mut tx, std::slice::from_ref(&code), &scope).await?.pop();
    let donor = donor.ok_or(Refused::NotFound)?;
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let line = timeline(&mut tx, &donor, &wanted, &scope, (&frame, &same)).await?;
    let documents = documents::of_donor(&mut tx, &donor.family_ids, DOCUMENTS).await?;
    let history = detail::told(&mut tx, &frame, &[&DONOR_FACTS], "donors", donor.id, scope.known_at).await?;
    tx.end();
    let all = |room: &str| format!("/{room}?donor={}{same}", address::escape(&code));
    let versions = donor.versions.as_ref().map(|rows| rows.0.as_slice()).unwrap_or_default();
    let known = donor.intelligence.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    let mut sections = intelligence::sections(known, &code, frame.today, l10n);
    sections.extend(family(&donor, &all("donors"), &same, &scope, l10n));
    sections.extend(entry_from::versions(&FORMS, &code, versions, &frame));
    let years = Years::of(&donor, scope.as_of.0);
    let part = ("donor-years", all("contributions"));
    let chart = years.chart((&frame, &scope), part, Room::WHOLE, std::convert::identity)?;
    let mut beside = beside(&donor, &documents, &frame);
    beside.main = Some(line.render()?);
    beside.kept = wanted.kept();
    let base = address::to("donors", &code);
    let mut actions = Vec::new();
    if may(frame.viewer.role, Act::LogMeetings) {
        let log = format!("/meetings/new?donor={}", address::escape(&code));
        actions.push(Action::new(frame.t("new-meetings"), log));
    }
    if may(frame.viewer.role, Act::KeepIntelligence) {
        let know = format!("/intelligence/new?donor={}", address::escape(&code));
        actions.push(Action::new(frame.t("known-add"), know));
    }
    actions.push(Action::new(frame.t("brief-title"), format!("{base}/brief")).first("b"));
    let detail = Detail {
        room: Donors::NAME,
        title: donor.name.clone(),
        tags: years.status(&donor, l10n),
        actions,
        figures: figures(&donor, &years, &all, &scope, l10n),
        chart,
        said: Vec::new(),
        sections,
        history,
        code,
    };
    detail::page_with(frame, detail, beside, &scope, known_then)
}
