//! Who is signed in: sessions kept in the database, a cookie nobody can guess, and the reading transaction of a page.

use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use subtle::ConstantTimeEq;

use super::errors::{PageError, Refused};
use super::reader;
use super::state::AppState;
use crate::access::{Act, Role, may};
use crate::classified::Reader;
use crate::db::ReadTx;
use crate::facts::Actor;
use crate::imports::Problem;
use crate::kernel::KnownAt;
use crate::kernel::ids::AccountId;
use crate::l10n::L10n;
use crate::saved_views::SavedView;

/// A session nobody used for so long has ended.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// A session this old has ended, used or not.
const ABSOLUTE: TimeDelta = TimeDelta::days(7);
/// How often "last seen" is written.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The person, and the transaction that reads for them: one snapshot for all a page shows.
pub struct SignedIn {
    /// The reading transaction; its first statement was the one that loaded the session.
    pub tx: ReadTx,
    /// Who reads.
    pub viewer: Viewer,
    /// The latest recorded instant the transaction sees.
    pub latest: KnownAt,
}

/// Who reads a page.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Viewer {
    /// The account.
    pub account: AccountId,
    /// Its e-mail.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The unit's code.
    pub unit_code: Option<String>,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// Light, dark, or as the machine is.
    pub theme: String,
    /// The language they read.
    pub language: String,
    /// The token every form of theirs carries.
    pub csrf: String,
    /// Their session's number.
    pub session: i64,
    /// Whether somebody else chose their password: they choose another before anything else.
    pub password_one_time: bool,
    /// Their saved views and those others share, their own first.
    pub views: Json<Vec<SavedView>>,
    /// What they have just done, where the address says so.
    #[sqlx(skip)]
    pub flash: Option<Flash>,
    /// The latest recorded instant there was as the session was loaded.
    pub latest: DateTime<Utc>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
}

/// An act somebody has just done, told on the page they are led to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Flash {
    /// The change; 0 where there was nothing to change.
    pub change: i64,
    /// What kind of act.
    pub act: String,
    /// What it was about: its room.
    pub room: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// What is odd about it: problems of cells, as the import tells them.
    pub warnings: Option<sqlx::types::Json<Vec<Problem>>>,
}

/// What the address says was just done, if whoever reads did it.
async fn flash(tx: &mut ReadTx, viewer: &Viewer, query: &str) -> Result<Option<Flash>, sqlx::Error> {
    let done = query.split('&').find_map(|pair| pair.strip_prefix("done="));
    match done.map(|done| (done, done.parse::<i64>())) {
        None => Ok(None),
        Some(("same", _)) => {
            Ok(Some(Flash { change: 0, act: "same".to_owned(), room: None, code: None, warnings: None }))
        }
        Some((_, Err(_))) => Ok(None),
        Some((_, Ok(change))) => {
            sqlx::query_as(
                "select id as change, act, details ->> 'room' as room, details ->> 'code' as code,
                        details -> 'warnings' as warnings
                 from changes where id = $1 and account_id = $2",
            )
            .bind(change)
            .bind(viewer.account)
            .fetch_optional(&mut **tx)
            .await
        }
    }
}

/// Since when a session that lives must have begun, and been used.
pub fn alive_since(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (now - ABSOLUTE, now - IDLE)
}

/// Where somebody goes who must choose a password of their own first.
pub const CHOOSE_PASSWORD: &str = "/account/password";

/// 32 random bytes as text: unguessable, and fit for a cookie.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is kept of a token: who reads the table cannot sign in with it.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Where a request comes from: the peer, or what a trusted proxy says of it.
pub fn client_address(state: &AppState, headers: &HeaderMap, peer: Option<SocketAddr>) -> IpAddr {
    let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.ip());
    let trusted = |address: &IpAddr| state.0.trusted_proxies.iter().any(|network| network.contains(address));
    if !trusted(&peer) {
        return peer;
    }
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or_default();
    // From the right: the nearest proxy wrote last; the first that is not ours is the client.
    let hops = forwarded.rsplit(',').filter_map(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.into_iter().find(|hop| !trusted(hop)).unwrap_or(peer)
}

impl Viewer {
    /// Whether a form carries the token of this person's session.
    pub fn owns(&self, token: &str) -> bool {
        self.csrf.as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// The person as somebody who reads.
    pub fn reader(&self) -> Reader {
        Reader { account: self.account, role: self.role }
    }

    /// The person as somebody who acts.
    pub fn actor(&self) -> Actor {
        Actor { account: self.account, role: self.role, os_user: None }
    }
}

/// Loads the session a cookie names, and says in the transaction who reads.
const VIEWER: &str =
    "select a.id as account, a.email, a.name, a.role, u.code as unit_code, u.name as unit_name, a.theme,
        a.language, s.csrf_token as csrf, s.id as session, a.password_one_time, s.created_at, s.last_seen_at, h.recorded_at as latest,
        (select coalesce(json_agg(json_build_object('key', v.key, 'name', v.name, 'list', v.list, 'address', v.address,
                'shared', v.shared, 'own', v.account_id = a.id, 'by', o.name, 'version', v.version)
            order by v.account_id <> a.id, lower(v.name), v.id), '[]')
         from saved_views v join accounts o on o.id = v.account_id
         where v.removed_at is null and (v.account_id = a.id or v.shared)) as views
     from sessions s join accounts a on a.id = s.account_id left join units u on u.id = a.unit_id
     cross join change_head h
     cross join lateral (select set_config('dis.reader', a.id::text, true), set_config('dis.reader_role', a.role, true)) who
     where s.token_hash = $1 and a.disabled_at is null";

/// Whoever's session the cookie names, if it is alive.
async fn load(
    connection: &mut PgConnection,
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<Viewer>, sqlx::Error> {
    let Some(token) = cookie(headers, state.cookie_name()) else { return Ok(None) };
    let viewer: Option<Viewer> = sqlx::query_as(VIEWER).bind(token_hash(&token)).fetch_optional(connection).await?;
    let now = state.0.clock.now();
    let alive = |viewer: &Viewer| now - viewer.last_seen_at < IDLE && now - viewer.created_at < ABSOLUTE;
    let viewer = viewer.filter(alive);
    if let Some(viewer) = &viewer {
        reader::is(L10n::of(&viewer.language));
    }
    if viewer.as_ref().is_some_and(|viewer| now - viewer.last_seen_at > SEEN_EVERY) {
        let (state, hash) = (state.clone(), token_hash(&token));
        tokio::spawn(async move {
            let seen = sqlx::query("update sessions set last_seen_at = $2 where token_hash = $1")
                .bind(hash)
                .bind(now)
                .execute(&state.0.db.pages)
                .await;
            if let Err(error) = seen {
                tracing::warn!(%error, "when a session was last seen could not be kept");
            }
        });
    }
    Ok(viewer)
}

/// Who sent a form, and the latest recorded instant then; no transaction is held.
///
/// # Errors
/// Where the database fails.
pub async fn viewer(state: &AppState, headers: &HeaderMap) -> Result<Option<(Viewer, KnownAt)>, PageError> {
    let mut connection = state.0.db.pages.acquire().await?;
    let viewer = load(&mut connection, state, headers).await?;
    Ok(viewer.map(|viewer| {
        let latest = KnownAt(viewer.latest);
        (viewer, latest)
    }))
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let html = parts
            .headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        let next = (html && parts.method == Method::GET).then(|| parts.uri.to_string());
        let sign_in = || PageError(Refused::SignIn(next.clone()));
        if cookie(&parts.headers, state.cookie_name()).is_none() {
            return Err(sign_in());
        }
        let mut tx = state.0.db.read().await?;
        let mut viewer = load(&mut tx, state, &parts.headers).await?.ok_or_else(sign_in)?;
        viewer.flash = flash(&mut tx, &viewer, parts.uri.query().unwrap_or_default()).await?;
        if !may(viewer.role, Act::ReadFigures) {
            return Err(Refused::Forbidden.into());
        }
        if viewer.password_one_time && parts.uri.path() != CHOOSE_PASSWORD {
            return Err(Refused::ChoosePassword.into());
        }
        let latest = KnownAt(viewer.latest);
        Ok(SignedIn { tx, viewer, latest })
    }
}
