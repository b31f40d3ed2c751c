//! Signing in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{attempts, password};
use crate::l10n::L10n;
use crate::web::frame::filters;
use crate::web::session::{client_address, cookie, random_token, token_hash};
use crate::web::{AppState, PageError, Posting, Refused, Sent, posting};

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

impl SignIn {
    fn resume(&self) -> Option<(String, String)> {
        let carried = !self.resume_action.is_empty();
        carried.then(|| (local(Some(&self.resume_action)), self.resume_fields.clone()))
    }
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
#[derive(Default)]
struct Shown {
    next: String,
    email: String,
    resume: Option<(String, String)>,
    error: Option<&'static str>,
}

fn login_page(state: &AppState, shown: Shown) -> Result<Response, PageError> {
    let (l10n, token) = (L10n::ENGLISH, random_token());
    let cookie = set_cookie(state, form_cookie_name(state), &token, FORM_COOKIE_SECONDS);
    let error = shown.error.map(|key| l10n.t(key));
    let Shown { next, email, resume, .. } = shown;
    let page = LoginPage { l10n, next, email, token, error, demonstration: state.0.demonstration, resume };
    Ok(([(header::SET_COOKIE, cookie)], Html(page.render()?)).into_response())
}

/// The sign-in page for somebody whose session ran out while they typed: it carries along what they typed.
pub(crate) fn sign_in_to_go_on(state: &AppState, action: &str, sent: &Sent) -> Result<Response, PageError> {
    let typed: Vec<&(String, String)> = sent.0.iter().filter(|(name, _)| name != "csrf").collect();
    let fields = serde_json::to_string(&typed).map_err(|_| Refused::Fault)?;
    let resume = Some((action.to_owned(), fields));
    let page = login_page(state, Shown { resume, error: Some("login-resume"), ..Shown::default() })?;
    Ok((StatusCode::UNAUTHORIZED, page).into_response())
}

/// `GET /login`.
pub async fn form(State(state): State<AppState>, Query(next): Query<Next>) -> Result<Response, PageError> {
    login_page(&state, Shown { next: local(next.next.as_deref()), ..Shown::default() })
}

/// `POST /login`.
pub async fn sign_in(
    State(state): State<AppState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response, PageError> {
    let (next, resume) = (local(form.next.as_deref()), form.resume());
    let again = |email: String, error| {
        login_page(&state, Shown { next: next.clone(), email, resume: resume.clone(), error: Some(error) })
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
    let found: Option<(i64, String)> = sqlx::query_as(
        "select id, password_hash from accounts
         where lower(email) = lower($1) and disabled_at is null and password_hash is not null and role <> 'system'",
    )
    .bind(&email)
    .fetch_optional(&state.0.db.pages)
    .await?;
    // An account that is not there takes as long as one that is.
    let hash = found.as_ref().map_or_else(|| attempts::NOBODYS_HASH.to_owned(), |(_, hash)| hash.clone());
    let right = password::matches(form.password, hash).await.map_err(|_| Refused::Fault)?;
    let account = found.filter(|_| right).map(|(id, _)| id);
    attempts::note(&state.0.db.pages, &email, address, now, account.is_some()).await?;
    let Some(account) = account else {
        let page = again(email, "login-wrong")?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let (token, csrf) = (random_token(), random_token());
    let agent: Option<String> = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .map(|agent| agent.chars().take(300).collect());
    sqlx::query(
        "insert into sessions (token_hash, account_id, csrf_token, created_at, last_seen_at, address, user_agent)
         values ($1, $2, $3, $4, $4, $5::text::inet, $6)",
    )
    .bind(token_hash(&token))
    .bind(account)
    .bind(&csrf)
    .bind(now)
    .bind(address.to_string())
    .bind(agent)
    .execute(&state.0.db.pages)
    .await?;
    let session = set_cookie(&state, state.cookie_name(), &token, TimeDelta::days(7).num_seconds());
    let typed = resume.and_then(|(action, fields)| Some((action, Sent(serde_json::from_str(&fields).ok()?))));
    let mut response = match typed {
        Some((action, sent)) => posting::resume(L10n::ENGLISH, action, csrf, sent)?,
        None => Redirect::to(&next).into_response(),
    };
    let headers = response.headers_mut();
    for cookie in [session, set_cookie(&state, form_cookie_name(&state), "", 0)] {
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
