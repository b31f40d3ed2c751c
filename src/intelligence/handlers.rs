//! The page of an entry, and its revisions.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use sqlx::postgres::PgConnection;

use super::model::{Held, Outlook, Stance};
use super::pages::{address_of, entry_page};
use super::recurrence::Recurrence;
use super::store;
use crate::classified::note_reading;
use crate::kernel::calendar::parse_day;
use crate::l10n::L10n;
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::thing::{Revisions, Which};
use crate::web::{AppState, PageError, Refused, SignedIn, format};

/// The entry of an address, for whoever reads in this transaction.
pub(super) async fn find(connection: &mut PgConnection, id: &str) -> Result<Held, PageError> {
    let key = id.parse().map_err(|_| Refused::NotFound)?;
    store::read(connection, key).await?.ok_or_else(|| Refused::NotFound.into())
}

/// Notes that somebody reads it, where it is classified.
pub(super) async fn note(state: &AppState, viewer: &Viewer, held: &Held, how: &'static str) -> Result<(), sqlx::Error> {
    let (key, level, now) = (held.entry.key, held.entry.classification, state.0.clock.now());
    note_reading(&state.0.db, viewer.reader(), "intelligence", key, level, how, now).await
}

/// `GET /intelligence/{id}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let held = find(&mut tx, &id).await?;
    tx.end();
    note(&state, &viewer, &held, "page").await?;
    let keeps = held.may_be_kept_by(viewer.reader());
    let page = entry_page(&held, keeps, Frame::new(&state, viewer, "intelligence"));
    Ok(Html(page.render()?).into_response())
}

/// The fields of a revision in the order of the page, with the keys of their labels.
const FIELDS: [(&str, &str); 24] = [
    ("kind", "filter-kind"),
    ("donor", "known-donor"),
    ("title", "known-title"),
    ("text", "known-text"),
    ("person_role", "known-person_role"),
    ("theme", "known-theme"),
    ("region", "known-region"),
    ("subprogramme", "known-subprogramme"),
    ("sdgs", "known-sdgs"),
    ("decides_on", "known-decides_on"),
    ("recurs", "known-recurs"),
    ("outlook", "known-outlook"),
    ("year", "known-year"),
    ("amount_usd", "known-amount_usd"),
    ("percent_gni", "known-percent_gni"),
    ("stance", "known-stance"),
    ("source", "known-source"),
    ("source_link", "known-source_link"),
    ("reliability", "known-reliability"),
    ("as_of_on", "known-as_of_on"),
    ("expires_on", "known-expires_on"),
    ("classification", "filter-classification"),
    ("readers", "meeting-readers"),
    ("withdrawn", "known-withdrawn-why"),
];

fn in_words(name: &str, text: &str, l10n: L10n) -> String {
    let known = |is: bool, family: &str| if is { l10n.word(family, text) } else { text.to_owned() };
    match name {
        "as_of_on" | "expires_on" | "decides_on" => {
            parse_day(text).map_or_else(|_| text.to_owned(), |day| format::day(day, l10n))
        }
        "amount_usd" | "percent_gni" => text.parse().map_or_else(
            |_| text.to_owned(),
            |number: rust_decimal::Decimal| format::number(number, number.scale(), l10n),
        ),
        "kind" => l10n.word("known", text),
        "region" => l10n.word("region", text),
        "recurs" => known(Recurrence::of(text).is_some(), "recurs"),
        "outlook" => known(Outlook::of(text).is_some(), "outlook"),
        "stance" => known(Stance::of(text).is_some(), "stance"),
        "reliability" => l10n.word("reliability", text),
        "classification" => l10n.word("classification", text),
        _ => text.to_owned(),
    }
}

/// `GET /intelligence/{id}/revisions?from=1&to=2`.
pub async fn revisions(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let held = find(&mut tx, &id).await?;
    let all = store::revisions(&mut tx, held.id).await?;
    tx.end();
    note(&state, &viewer, &held, "revisions").await?;
    let frame = Frame::new(&state, viewer, "intelligence");
    let (base, title) = (address_of(held.entry.key), held.entry.called(frame.l10n));
    Revisions { base, title, all, fields: &FIELDS, in_words }.page(&which, frame)
}
