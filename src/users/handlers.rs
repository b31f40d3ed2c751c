//! Signing in and out.

use std::net::{IpAddr, SocketAddr};

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::attempts::{self, Means};
use super::password;
use super::second_factor::{self, Checked};
use crate::kernel::ids::AccountId;
use crate::l10n::L10n;
use crate::web::frame::filters;
use crate::web::session::{alive_since, client_address, cookie, random_token, token_hash};
use crate::web::{AppState, PageError, Posting, Refused, Sent, posting, reader};

/// How long the token of the sign-in form holds.
const FORM_COOKIE_SECONDS: i64 = 3600;

#[derive(Template)]
#[template(path = "users/login.html")]
struct LoginPage {
    l10n: L10n,
    next: String,
    email: String,
    token: String,
    error: Option<String>,
    demonstration: bool,
    /// What was typed into a form whose session had run out: where it goes, and its fields as JSON.
    resume: Option<(String, String)>,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// What the form says.
#[derive(Deserialize)]
pub struct SignIn {
    email: String,
    password: SecretString,
    next: Option<String>,
    form_token: String,
    #[serde(default)]
    resume_action: String,
    #[serde(default)]
    resume_fields: String,
}

/// What was typed into a form whose session had run out, carried through signing in.
fn carried(action: &str, fields: &str) -> Option<(String, String)> {
    (!action.is_empty()).then(|| (local(Some(action)), fields.to_owned()))
}

/// Only an address of ours, so that a link cannot send people elsewhere after they signed in.
pub(crate) fn local(next: Option<&str>) -> String {
    let next = next.unwrap_or_default();
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if ours { next.to_owned() } else { "/".to_owned() }
}

fn form_cookie_name(state: &AppState) -> &'static str {
    if state.secure() { "__Host-dis_form" } else { "dis_form" }
}

fn set_cookie(state: &AppState, name: &str, value: &str, seconds: i64) -> String {
    let secure = if state.secure() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// What the sign-in page shows besides its fields.
struct Shown {
    l10n: L10n,
    next: String,
    email: String,
    resume: Option<(String, String)>,
    error: Option<&'static str>,
}

impl Default for Shown {
    fn default() -> Self {
        Shown { l10n: reader::l10n(), next: String::new(), email: String::new(), resume: None, error: None }
    }
}

fn login_page(state: &AppState, shown: Shown) -> Result<Response, PageError> {
    let (l10n, token) = (shown.l10n, random_token());
    let cookie = set_cookie(state, form_cookie_name(state), &token, FORM_COOKIE_SECONDS);
    let error = shown.error.map(|key| l10n.t(key));
    let Shown { next, email, resume, .. } = shown;
    let page = LoginPage { l10n, next, email, token, error, demonstration: state.0.demonstration, resume };
    Ok(([(header::SET_COOKIE, cookie)], Html(page.render()?)).into_response())
}

/// The sign-in page for somebody whose session ran out while they typed: it carries along what they typed.
pub(crate) fn sign_in_to_go_on(state: &AppState, l10n: L10n, action: &str, sent: &Sent) -> Result<Response, PageError> {
    let typed: Vec<&(String, String)> = sent.0.iter().filter(|(name, _)| name != "csrf").collect();
    let fields = serde_json::to_string(&typed).map_err(|_| Refused::Fault)?;
    let resume = Some((action.to_owned(), fields));
    let page = login_page(state, Shown { l10n, resume, error: Some("login-resume"), ..Shown::default() })?;
    Ok((StatusCode::UNAUTHORIZED, page).into_response())
}

/// `GET /login`.
pub async fn form(
    State(state): State<AppState>,
    Query(next): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let l10n = L10n::asked(&headers);
    login_page(&state, Shown { l10n, next: local(next.next.as_deref()), ..Shown::default() })
}

/// `POST /login`.
pub async fn sign_in(
    State(state): State<AppState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response, PageError> {
    let l10n = L10n::asked(&headers);
    let (next, resume) = (local(form.next.as_deref()), carried(&form.resume_action, &form.resume_fields));
    let again = |email: String, error| {
        login_page(&state, Shown { l10n, next: next.clone(), email, resume: resume.clone(), error: Some(error) })
    };
    let kept = cookie(&headers, form_cookie_name(&state)).unwrap_or_default();
    if kept.is_empty() || !bool::from(kept.as_bytes().ct_eq(form.form_token.as_bytes())) {
        let page = again(form.email, "login-again")?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let now = state.0.clock.now();
    let address = client_address(&state, &headers, peer.map(|Extension(ConnectInfo(peer))| peer));
    let email = form.email.trim().to_owned();
    if !attempts::allowed(&state.0.db.pages, &email, address, now).await? {
        let page = again(email, "login-throttled")?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    let found: Option<(AccountId, String, bool)> = sqlx::query_as(
        "select a.id, a.password_hash, exists (select from second_factors f where f.account_id = a.id) from accounts a
         where lower(a.email) = lower($1) and a.disabled_at is null and a.password_hash is not null
            and a.role <> 'system'",
    )
    .bind(&email)
    .fetch_optional(&state.0.db.pages)
    .await?;
    // An account that is not there takes as long as one that is.
    let hash = found.as_ref().map_or_else(|| attempts::NOBODYS_HASH.to_owned(), |(_, hash, _)| hash.clone());
    let right = password::matches(form.password, hash).await.map_err(|_| Refused::Fault)?;
    let found = found.filter(|_| right).map(|(id, _, second)| (id, second));
    if let Some((account, true)) = found {
        // Neither a success nor a failure yet: the code decides.
        return half_way(&state, account, Shown { l10n, next, email, resume, error: None }).await;
    }
    attempts::note(&state.0.db.pages, &email, address, now, (Means::Password, found.is_some())).await?;
    let Some((account, _)) = found else {
        let page = again(email, "login-wrong")?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    enter(&state, &headers, address, account, next, resume).await
}

/// How long somebody has for the code.
const CODE_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// The second step: the page that asks for a code.
#[derive(Template)]
#[template(path = "users/code.html")]
struct CodePage {
    l10n: L10n,
    next: String,
    token: String,
    error: Option<String>,
    resume: Option<(String, String)>,
}

fn code_page(l10n: L10n, token: String, shown: Shown) -> Result<Response, PageError> {
    let error = shown.error.map(|key| l10n.t(key));
    Ok(Html(CodePage { l10n, next: shown.next, token, error, resume: shown.resume }.render()?).into_response())
}

/// The password was right: a step is kept, and its token is in a cookie and in the form.
async fn half_way(state: &AppState, account: AccountId, shown: Shown) -> Result<Response, PageError> {
    let (token, now) = (random_token(), state.0.clock.now());
    sqlx::query("delete from sign_in_steps where created_at < $1")
        .bind(now - CODE_WITHIN)
        .execute(&state.0.db.pages)
        .await?;
    sqlx::query("insert into sign_in_steps (token_hash, account_id, created_at) values ($1, $2, $3)")
        .bind(token_hash(&token))
        .bind(account)
        .bind(now)
        .execute(&state.0.db.pages)
        .await?;
    let cookie = set_cookie(state, form_cookie_name(state), &token, CODE_WITHIN.num_seconds());
    Ok(([(header::SET_COOKIE, cookie)], code_page(shown.l10n, token, shown)?).into_response())
}

/// What the second step says.
#[derive(Deserialize)]
pub struct SecondStep {
    code: String,
    next: Option<String>,
    form_token: String,
    #[serde(default)]
    resume_action: String,
    #[serde(default)]
    resume_fields: String,
}

/// `POST /login/code`.
pub async fn second_step(
    State(state): State<AppState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(form): Form<SecondStep>,
) -> Result<Response, PageError> {
    let (l10n, next) = (L10n::asked(&headers), local(form.next.as_deref()));
    let resume = carried(&form.resume_action, &form.resume_fields);
    let shown =
        |error| Shown { l10n, next: next.clone(), resume: resume.clone(), error: Some(error), ..Shown::default() };
    let (token, now) = (cookie(&headers, form_cookie_name(&state)).unwrap_or_default(), state.0.clock.now());
    let ours = !token.is_empty() && bool::from(token.as_bytes().ct_eq(form.form_token.as_bytes()));
    let step: Option<(AccountId, String)> = sqlx::query_as(
        "select a.id, a.email from sign_in_steps s join accounts a on a.id = s.account_id
         where s.token_hash = $1 and s.created_at > $2 and a.disabled_at is null",
    )
    .bind(token_hash(&token))
    .bind(now - CODE_WITHIN)
    .fetch_optional(&state.0.db.pages)
    .await?;
    let Some((account, email)) = step.filter(|_| ours) else {
        let page = login_page(&state, shown("login-again"))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let address = client_address(&state, &headers, peer.map(|Extension(ConnectInfo(peer))| peer));
    if !attempts::allowed(&state.0.db.pages, &email, address, now).await? {
        return Ok((StatusCode::TOO_MANY_REQUESTS, code_page(l10n, token, shown("login-throttled"))?).into_response());
    }
    let mut connection = state.0.db.pages.acquire().await?;
    let checked = second_factor::spend(&mut connection, &state.0.seal, account, &form.code, now).await?;
    drop(connection);
    let recovery = second_factor::looks_like_recovery(&form.code);
    let means = if recovery { Means::RecoveryCode } else { Means::Code };
    if checked != Checked::Unreadable {
        attempts::note(&state.0.db.pages, &email, address, now, (means, checked == Checked::Right)).await?;
    }
    let error = match checked {
        Checked::Right => {
            sqlx::query("delete from sign_in_steps where token_hash = $1")
                .bind(token_hash(&token))
                .execute(&state.0.db.pages)
                .await?;
            return enter(&state, &headers, address, account, next, resume).await;
        }
        Checked::Wrong => "login-code-wrong",
        Checked::Unreadable => "login-code-unreadable",
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, code_page(l10n, token, shown(error))?).into_response())
}

/// Opens a session and goes on to where somebody wanted to go.
async fn enter(
    state: &AppState,
    headers: &HeaderMap,
    address: IpAddr,
    account: AccountId,
    next: String,
    resume: Option<(String, String)>,
) -> Result<Response, PageError> {
    let (token, csrf, now) = (random_token(), random_token(), state.0.clock.now());
    let agent: Option<String> = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .map(|agent| agent.chars().take(300).collect());
    let (created_since, seen_since) = alive_since(now);
    // Only into an account that is still in use, whatever became of it since the password was checked.
    let language: Option<String> = sqlx::query_scalar(
        "with seen as (
            update accounts set last_signed_in_at = $4 where id = $2 and disabled_at is null returning id, language
         ), over as (
            delete from sessions where account_id = $2 and (created_at <= $7 or last_seen_at <= $8)
         ), opened as (
            insert into sessions (token_hash, account_id, csrf_token, created_at, last_seen_at, address, user_agent)
            select $1, id, $3, $4, $4, $5::text::inet, $6 from seen
         ) select language from seen",
    )
    .bind(token_hash(&token))
    .bind(account)
    .bind(&csrf)
    .bind(now)
    .bind(address.to_string())
    .bind(agent)
    .bind(created_since)
    .bind(seen_since)
    .fetch_optional(&state.0.db.pages)
    .await?;
    let l10n = L10n::of(&language.ok_or(Refused::SignIn(Some(next.clone())))?);
    let session = set_cookie(state, state.cookie_name(), &token, TimeDelta::days(7).num_seconds());
    let typed = resume.and_then(|(action, fields)| Some((action, Sent(serde_json::from_str(&fields).ok()?))));
    let mut response = match typed {
        Some((action, sent)) => posting::resume(l10n, action, csrf, sent)?,
        None => Redirect::to(&next).into_response(),
    };
    let headers = response.headers_mut();
    for cookie in [session, set_cookie(state, form_cookie_name(state), "", 0)] {
        headers.append(header::SET_COOKIE, cookie.parse().map_err(|_| Refused::Fault)?);
    }
    Ok(response)
}

/// `POST /logout`.
pub async fn sign_out(headers: HeaderMap, posting: Posting) -> Result<Response, PageError> {
    let state = posting.state;
    if let Some(token) = cookie(&headers, state.cookie_name()) {
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(token_hash(&token))
            .execute(&state.0.db.pages)
            .await?;
    }
    let gone = set_cookie(&state, state.cookie_name(), "", 0);
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/login")).into_response())
}

/// `POST /theme`: light, dark, or as the machine is.
pub async fn theme(posting: Posting) -> Result<Response, PageError> {
    let theme = posting.sent.get("theme");
    if !["auto", "light", "dark"].contains(&theme) {
        return Err(Refused::BadParameter("theme", theme.to_owned()).into());
    }
    sqlx::query("update accounts set theme = $2 where id = $1")
        .bind(posting.viewer.account)
        .bind(theme)
        .execute(&posting.state.0.db.pages)
        .await?;
    Ok(Redirect::to(&local(Some(posting.sent.get("back")))).into_response())
}
