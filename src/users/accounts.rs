//! The administrators' pages: an account, and everything that can be done to it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::forms::{self, Deed, Draft, Told};
use super::password;
use super::second_factor::{self, Standing, readable_secret};
use super::sessions::{self, Session};
use super::store::{self, Account, UserError};
use crate::access::{Act, Role, may};
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::detail::{HistoryLine, told};
use crate::web::frame::{Action, Frame, filters};
use crate::web::session::{Viewer, alive_since};
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// What is shown once and never again: a password, or recovery codes.
#[derive(Template)]
#[template(path = "users/once.html")]
pub struct Once {
    /// The frame.
    pub frame: Frame,
    /// Where one comes from.
    pub kicker: (String, String),
    /// What was done.
    pub title: String,
    /// What to do with it.
    pub lead: String,
    /// It.
    pub secrets: Vec<String>,
}

#[derive(Template)]
#[template(path = "users/page.html")]
struct AccountPage {
    frame: Frame,
    account: Account,
    unit: Option<String>,
    second_factor: Option<Standing>,
    sessions: Vec<Session>,
    actions: Vec<Action>,
    history: Arc<[HistoryLine]>,
}

impl AccountPage {
    fn at(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        format::instant(*at, self.frame.zone, self.frame.l10n)
    }
}

fn allow(viewer: &Viewer, act: Act) -> Result<(), PageError> {
    if may(viewer.role, act) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

async fn find(connection: &mut PgConnection, email: &str) -> Result<Account, PageError> {
    let account = store::account_by_email(connection, email).await?;
    account.filter(|account| account.role != Role::System).ok_or_else(|| Refused::NotFound.into())
}

async fn units(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("select code, name from units order by name, code").fetch_all(connection).await
}

/// What an administrator may do to an account as it is.
fn actions(account: &Account, second_factor: bool, frame: &Frame) -> Vec<Action> {
    if !may(frame.viewer.role, Act::KeepAccounts) {
        return Vec::new();
    }
    let back = address::to("users", &account.email);
    let mut actions = vec![Action::new(frame.t("users-change"), format!("{back}/edit")).first("e")];
    for (deed, part, _) in Deed::ALL {
        let fits = match deed {
            Deed::Disable => !account.disabled,
            Deed::Enable => account.disabled,
            Deed::SecondFactor => second_factor,
            Deed::Password | Deed::Sessions => true,
        };
        if fits {
            actions.push(Action::new(frame.word("users", part), format!("{back}/{part}")));
        }
    }
    actions
}

/// `GET /users/{email}`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(email): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(&viewer, Act::ReadAudit)?;
    let frame = Frame::new(&state, viewer, "users");
    let account = find(&mut tx, &email).await?;
    let second_factor = second_factor::standing(&mut tx, account.id).await?;
    let sessions = sessions::of(&mut tx, account.id, None, alive_since(state.0.clock.now())).await?;
    let unit = match &account.unit {
        None => None,
        Some(code) => {
            sqlx::query_scalar("select name from units where code = $1").bind(code).fetch_optional(&mut *tx).await?
        }
    };
    let history = told(&mut tx, &frame, &[], "accounts", account.id.0, KnownAt(latest.0)).await?;
    tx.end();
    let actions = actions(&account, second_factor.is_some(), &frame);
    Ok(Html(AccountPage { frame, account, unit, second_factor, sessions, actions, history }.render()?).into_response())
}

/// `GET /users/new`.
pub async fn new(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(&viewer, Act::KeepAccounts)?;
    let units = units(&mut tx).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "users");
    let sent = Sent(vec![
        ("role".to_owned(), Role::UnitStaff.to_string()),
        ("language".to_owned(), L10n::ENGLISH.code().to_owned()),
    ]);
    forms::new_page(Draft { sent, ..Draft::default() }, &units, &frame).page(frame)
}

/// A password as typed, or one made here; and its digest.
async fn one_time(sent: &Sent) -> Result<(Option<String>, String), UserError> {
    let typed = sent.raw("password");
    let made = typed.is_empty().then(readable_secret);
    let password = made.clone().unwrap_or_else(|| typed.to_owned()).into();
    store::check_password(&password)?;
    Ok((made, password::hash(password).await?))
}

/// Begins to write for a form, or says which change it made before.
pub async fn begin(posting: &Posting, act: &'static str) -> Result<Result<WriteTx, ChangeId>, PageError> {
    let reason = Some(posting.sent.get("reason")).filter(|reason| !reason.is_empty()).map(str::to_owned);
    let stamp = posting.sent.stamp()?;
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, reason).await?;
    match tx.claim(&stamp).await? {
        Claim::Fresh => Ok(Ok(tx)),
        Claim::Done(change) => Ok(Err(change)),
        Claim::Other => Err(Refused::SentOtherwise.into()),
    }
}

/// To a page, with what was just done.
pub fn done(to: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{to}?done={done}")).into_response()
}

/// `POST /users/new`.
pub async fn create(posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer, Act::KeepAccounts)?;
    let l10n = L10n::of(&posting.viewer.language);
    let email = posting.sent.get("email").to_owned();
    let back = address::to("users", &email);
    let error = match forms::labels(&posting.sent) {
        Err(error) => error,
        Ok(labels) => match one_time(&posting.sent).await {
            Err(error) => error,
            Ok((made, hash)) => {
                let mut tx = match begin(&posting, "account-add").await? {
                    Ok(tx) => tx,
                    Err(before) => return Ok(done(&back, Some(before))),
                };
                match store::insert(&mut tx, &email, &labels, &hash, true).await {
                    Err(error) => error,
                    Ok(_) => {
                        let change = tx.commit().await?.map(|recorded| recorded.change);
                        return finish(posting, &email, made, change);
                    }
                }
            }
        },
    };
    let Told::Wrong(field, sentence) = forms::told(error, l10n)? else { return Err(Refused::Fault.into()) };
    let mut tx = posting.state.0.db.read().await?;
    let units = units(&mut tx).await?;
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer, "users");
    let draft = Draft { sent: posting.sent, wrong: vec![(field, sentence)], ..Draft::default() };
    forms::new_page(draft, &units, &frame).page(frame)
}

/// A password that was made here is shown, once; one that was typed is known already.
fn finish(
    posting: Posting,
    email: &str,
    made: Option<String>,
    change: Option<ChangeId>,
) -> Result<Response, PageError> {
    let back = address::to("users", email);
    let Some(made) = made else { return Ok(done(&back, change)) };
    let frame = Frame::new(&posting.state, posting.viewer, "users");
    let page = Once {
        kicker: (email.to_owned(), back),
        title: frame.l10n.with("users-once-title", &[("email", email.into())]),
        lead: frame.t("users-once-lead"),
        secrets: vec![made],
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// `GET /users/{email}/edit`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(email): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(&viewer, Act::KeepAccounts)?;
    let account = find(&mut tx, &email).await?;
    let units = units(&mut tx).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "users");
    let back = address::to("users", &account.email);
    forms::edit_page(&account.email, &back, Draft::of(&account), &units, &frame).page(frame)
}

fn version(sent: &Sent) -> Result<i32, PageError> {
    let version = sent.get("version");
    version.parse().map_err(|_| Refused::BadParameter("version", version.chars().take(50).collect()).into())
}

/// `POST /users/{email}/edit`.
pub async fn change(Path(email): Path<String>, posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer, Act::KeepAccounts)?;
    let l10n = L10n::of(&posting.viewer.language);
    let (back, version) = (address::to("users", &email), version(&posting.sent)?);
    let error = match forms::labels(&posting.sent) {
        Err(error) => error,
        Ok(labels) => {
            let mut tx = match begin(&posting, "account-edit").await? {
                Ok(tx) => tx,
                Err(before) => return Ok(done(&back, Some(before))),
            };
            match store::edit(&mut tx, &email, version, &labels).await {
                Err(error) => error,
                Ok(false) => {
                    tx.rollback().await?;
                    return Ok(done(&back, None));
                }
                Ok(true) => return Ok(done(&back, tx.commit().await?.map(|recorded| recorded.change))),
            }
        }
    };
    let mut draft = Draft { sent: posting.sent, ..Draft::default() };
    match forms::told(error, l10n)? {
        Told::Wrong(field, sentence) => draft.wrong.push((field, sentence)),
        Told::Stale(now) => draft = draft.merge(&now, l10n),
    }
    let mut tx = posting.state.0.db.read().await?;
    let units = units(&mut tx).await?;
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer, "users");
    forms::edit_page(&email, &back, draft, &units, &frame).page(frame)
}

/// `GET /users/{email}/{deed}`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((email, deed)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(&viewer, Act::KeepAccounts)?;
    let (deed, part, _) = Deed::named(&deed).ok_or(Refused::NotFound)?;
    let account = find(&mut tx, &email).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "users");
    let back = address::to("users", &account.email);
    forms::deed_page(deed, part, &account, &back, Draft::default(), &frame).page(frame)
}

/// Does it; whether there was anything to do.
async fn carry_out(
    tx: &mut WriteTx,
    deed: Deed,
    email: &str,
    version: i32,
    hash: Option<&str>,
) -> Result<bool, UserError> {
    match deed {
        Deed::Disable => store::set_disabled(tx, email, Some(version), true).await,
        Deed::Enable => store::set_disabled(tx, email, Some(version), false).await,
        Deed::Password => store::reset_password(tx, email, version, hash.unwrap_or_default()).await.map(|()| true),
        Deed::Sessions => store::end_sessions(tx, email).await.map(|()| true),
        Deed::SecondFactor => store::take_off_second_factor(tx, email, version).await.map(|()| true),
    }
}

/// `POST /users/{email}/{deed}`.
pub async fn act(Path((email, deed)): Path<(String, String)>, posting: Posting) -> Result<Response, PageError> {
    allow(&posting.viewer, Act::KeepAccounts)?;
    let (deed, part, act) = Deed::named(&deed).ok_or(Refused::NotFound)?;
    let l10n = L10n::of(&posting.viewer.language);
    let (back, version) = (address::to("users", &email), version(&posting.sent)?);
    let mut draft = Draft::default();
    if deed.needs_reason() && posting.sent.get("reason").is_empty() {
        draft.wrong.push(("reason", l10n.t("users-why")));
    } else {
        let password = if deed == Deed::Password { one_time(&posting.sent).await.map(Some) } else { Ok(None) };
        let error = match password {
            Err(error) => error,
            Ok(password) => {
                let mut tx = match begin(&posting, act).await? {
                    Ok(tx) => tx,
                    Err(before) => return Ok(done(&back, Some(before))),
                };
                let hash = password.as_ref().map(|(_, hash)| hash.as_str());
                match carry_out(&mut tx, deed, &email, version, hash).await {
                    Err(error) => error,
                    Ok(false) => {
                        tx.rollback().await?;
                        return Ok(done(&back, None));
                    }
                    Ok(true) => {
                        let change = tx.commit().await?.map(|recorded| recorded.change);
                        return finish(posting, &email, password.and_then(|(made, _)| made), change);
                    }
                }
            }
        };
        match forms::told(error, l10n)? {
            Told::Wrong(field, sentence) => draft.wrong.push((field, sentence)),
            Told::Stale(_) => draft.stale = true,
        }
    }
    draft.sent = posting.sent;
    let mut tx = posting.state.0.db.read().await?;
    let account = find(&mut tx, &email).await?;
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer, "users");
    forms::deed_page(deed, part, &account, &back, draft, &frame).page(frame)
}
