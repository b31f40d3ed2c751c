//! The forms of an entry: a new one, one corrected, one withdrawn or put back.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::forms::{Who, fields, says, understand};
use super::handlers::{find, note};
use super::model::{Held, Kind};
use super::pages::{Draft, NewPage, address_of, form, withdrawing};
use super::store;
use crate::access::{Act, Role, may};
use crate::classified::read_as;
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::l10n::L10n;
use crate::web::entry::merge_fields;
use crate::web::frame::Frame;
use crate::web::params;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

type Pairs = Query<Vec<(String, String)>>;

fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::KeepIntelligence) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

fn keepable(held: &Held, viewer: &Viewer) -> Result<(), PageError> {
    if held.may_be_kept_by(viewer.reader()) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

fn seen(key: Uuid, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address_of(key))).into_response()
}

/// Draws a form; the donor's code in it is called by its name.
async fn page(
    state: &AppState,
    viewer: Viewer,
    kind: Kind,
    held: Option<&Held>,
    mut draft: Draft,
) -> Result<Response, PageError> {
    let named = draft.sent.get("donor").to_owned();
    if !named.is_empty() {
        let mut tx = read_as(&state.0.db, viewer.reader()).await?;
        if let Some((_, code, name)) = store::donor(&mut tx, &named).await?.filter(|(_, code, _)| *code == named) {
            draft.donor = if code == name { String::new() } else { name };
        }
        tx.end();
    }
    form(Frame::new(state, viewer, "intelligence"), kind, held, &draft)
}

/// `GET /intelligence/new`: what it is about is asked first; fields may be filled in by the address.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let given = Sent(pairs);
    let Some(kind) = Kind::of(given.get("kind")) else {
        let named = params::given(Some(given.get("donor"))).filter(|named| !named.contains('\0'));
        let donor = match named {
            Some(named) => store::donor(&mut tx, named).await?.map(|(_, code, name)| (code, name)),
            None => None,
        };
        tx.end();
        return choose(Frame::new(&state, viewer, "intelligence"), donor);
    };
    tx.end();
    let l10n = L10n::of(&viewer.language);
    let mut sent = Sent(vec![
        ("as_of_on".to_owned(), format::day(state.0.clock.today(), l10n)),
        ("classification".to_owned(), "unclassified".to_owned()),
    ]);
    for name in fields(kind) {
        if given.has(name) {
            sent.0.retain(|(there, _)| there != name);
            sent.0.push((name.to_owned(), given.get(name).to_owned()));
        }
    }
    page(&state, viewer, kind, None, Draft { sent, ..Draft::default() }).await
}

/// The page that asks what a new entry is about.
fn choose(frame: Frame, donor: Option<(String, String)>) -> Result<Response, PageError> {
    let rest = donor.as_ref().map(|(code, _)| format!("&donor={}", address::escape(code))).unwrap_or_default();
    let kinds = Kind::ALL.iter().map(|kind| {
        let word = kind.as_str();
        (format!("/intelligence/new?kind={word}{rest}"), frame.word("known", word), frame.word("known-about", word))
    });
    let page = NewPage {
        kinds: kinds.collect(),
        donor: donor.map(|(code, name)| (name, address::to("donors", &code))),
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// The entry a change made or moved: the form was sent twice, and the first one did it.
async fn done_before(posting: &Posting, change: ChangeId) -> Result<Response, PageError> {
    let code = posting.made_by(change).await?;
    let key = code.and_then(|code| code.parse().ok()).ok_or(Refused::NotFound)?;
    Ok(seen(key, Some(change)))
}

async fn done(mut tx: WriteTx, key: Uuid) -> Result<Response, PageError> {
    tx.say(serde_json::json!({ "room": "intelligence", "code": key }));
    let recorded = tx.commit().await?;
    Ok(seen(key, recorded.map(|recorded| recorded.change)))
}

/// Begins to write, or says what the same form did before.
async fn begin(posting: &Posting, act: &'static str) -> Result<Result<WriteTx, ChangeId>, PageError> {
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => Ok(Ok(tx)),
        Claim::Done(change) => Ok(Err(change)),
        Claim::Other => Err(Refused::SentOtherwise.into()),
    }
}

/// `POST /intelligence/new`.
pub async fn create(posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let typed = posting.sent.get("kind");
    let kind = Kind::of(typed).ok_or_else(|| Refused::BadParameter("kind", typed.chars().take(20).collect()))?;
    let mut tx = match begin(&posting, "intelligence-add").await? {
        Ok(tx) => tx,
        Err(before) => return done_before(&posting, before).await,
    };
    let account = posting.viewer.account;
    let (today, l10n) = (posting.state.0.clock.today(), L10n::of(&posting.viewer.language));
    let who = Who { kind, author: account, typing: account, held: None, today, l10n };
    match understand(tx.connection(), &posting.sent, &who).await? {
        Err(wrong) => {
            tx.rollback().await?;
            let draft = Draft { sent: posting.sent, wrong, ..Draft::default() };
            page(&posting.state, posting.viewer, kind, None, draft).await
        }
        Ok(content) => {
            let key = store::record(&mut tx, &content).await?;
            done(tx, key).await
        }
    }
}

/// `GET /intelligence/{id}/edit`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let held = find(&mut tx, &id).await?;
    tx.end();
    keepable(&held, &viewer)?;
    note(&state, &viewer, &held, "form").await?;
    let draft = Draft { sent: says(&held, L10n::of(&viewer.language)), ..Draft::default() };
    page(&state, viewer, held.entry.kind, Some(&held), draft).await
}

/// Everything a form says of the entry, but for why.
fn said(sent: &Sent, kind: Kind) -> Vec<String> {
    fields(kind).filter(|name| *name != "reason").map(|name| sent.get(name).to_owned()).collect()
}

/// The entry as it is before anything is written: what somebody may not read or keep is refused at once.
async fn before(posting: &Posting, id: &str) -> Result<Held, PageError> {
    allow(posting.viewer.role)?;
    let mut reading = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let held = find(&mut reading, id).await?;
    reading.end();
    keepable(&held, &posting.viewer)?;
    Ok(held)
}

/// `POST /intelligence/{id}/edit`.
pub async fn change(Path(id): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let was = before(&posting, &id).await?;
    let (kind, l10n) = (was.entry.kind, L10n::of(&posting.viewer.language));
    let reclassifies = posting.sent.get("classification") != was.entry.classification.as_str();
    let act = if reclassifies { "intelligence-classify" } else { "intelligence-correct" };
    let mut tx = match begin(&posting, act).await? {
        Ok(tx) => tx,
        Err(change) => return done_before(&posting, change).await,
    };
    // Under the recording lock: nobody corrects it between this reading and the writing.
    let held = find(tx.connection(), &id).await?;
    keepable(&held, &posting.viewer)?;
    if posting.sent.get("version") != held.version.to_string() {
        tx.rollback().await?;
        let drawn: Vec<(String, String)> =
            serde_json::from_str(posting.sent.raw("was")).map_err(|_| Refused::BadParameter("was", String::new()))?;
        let (sent, theirs) = merge_fields(fields(kind), &Sent(drawn), &says(&held, l10n), &posting.sent, l10n);
        let draft = Draft { sent, theirs, conflict: true, ..Draft::default() };
        return page(&posting.state, posting.viewer, kind, Some(&held), draft).await;
    }
    if said(&posting.sent, kind) == said(&says(&held, l10n), kind) {
        tx.rollback().await?;
        return Ok(seen(held.entry.key, None));
    }
    let (author, today) = (held.author.account(), posting.state.0.clock.today());
    let who = Who { kind, author, typing: posting.viewer.account, held: Some(&held), today, l10n };
    match understand(tx.connection(), &posting.sent, &who).await? {
        Err(wrong) => {
            tx.rollback().await?;
            let draft = Draft { sent: posting.sent, wrong, ..Draft::default() };
            page(&posting.state, posting.viewer, kind, Some(&held), draft).await
        }
        Ok(content) => {
            store::correct(&mut tx, &held, &content, posting.sent.get("reason")).await?;
            done(tx, held.entry.key).await
        }
    }
}

/// `GET /intelligence/{id}/withdraw`.
pub async fn ask_why(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let held = find(&mut tx, &id).await?;
    tx.end();
    keepable(&held, &viewer)?;
    note(&state, &viewer, &held, "form").await?;
    withdrawing(Frame::new(&state, viewer, "intelligence"), &held, &Draft::default())
}

/// `POST /intelligence/{id}/withdraw`: withdrawn for a reason, or put back where it was.
pub async fn withdraw(Path(id): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let was = before(&posting, &id).await?;
    let act = if was.entry.withdrawn.is_some() { "intelligence-restore" } else { "intelligence-withdraw" };
    let mut tx = match begin(&posting, act).await? {
        Ok(tx) => tx,
        Err(change) => return done_before(&posting, change).await,
    };
    let held = find(tx.connection(), &id).await?;
    keepable(&held, &posting.viewer)?;
    let reason: String = posting.sent.get("reason").chars().take(2000).collect();
    let back = held.entry.withdrawn.is_some();
    let stale = posting.sent.get("version") != held.version.to_string() || back != was.entry.withdrawn.is_some();
    if stale || (!back && reason.is_empty()) {
        tx.rollback().await?;
        let l10n = L10n::of(&posting.viewer.language);
        let mut draft = Draft { sent: posting.sent, conflict: stale, ..Draft::default() };
        if !stale {
            draft.wrong.insert("reason".to_owned(), vec![l10n.t("form-required")]);
        }
        return withdrawing(Frame::new(&posting.state, posting.viewer, "intelligence"), &held, &draft);
    }
    store::withdraw(&mut tx, &held, Some(reason.as_str()).filter(|_| !back)).await?;
    done(tx, held.entry.key).await
}
