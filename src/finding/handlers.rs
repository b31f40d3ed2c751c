//! Suggestions, and the note of what was opened.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::model::Kind;
use super::pages::{Item, WITH_A_PAGE, groups, items, ours};
use super::store;
use crate::search::{Turn, while_typing};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, SignedIn, address, params};

/// Most things of a kind in the palette.
const IN_PALETTE: i32 = 5;
/// Letters from which on texts are searched for what begins with them: fewer begin everything.
const TEXTS_FROM: usize = 2;
/// The most one may ask for.
const MOST: i32 = 50;

/// What is asked for while typing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    q: String,
    most: String,
}

/// The answer to somebody who types.
#[derive(Serialize)]
struct Suggestions {
    items: Vec<Item>,
}

fn bad(name: &'static str, value: &str) -> PageError {
    Refused::BadParameter(name, value.replace('\0', "").chars().take(50).collect()).into()
}

fn read<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, PageError> {
    asked.map(|Query(asked)| asked).map_err(|_| bad("?", ""))
}

/// What the palette looks for is a search, and comes in its turn; names of a kind are found at once.
pub struct InTurn {
    _turn: Option<Turn>,
}

impl FromRequestParts<AppState> for InTurn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let asked: Result<Query<Asked>, _> = Query::try_from_uri(&parts.uri);
        let palette = asked.is_ok_and(|asked| asked.kind.is_empty() && !asked.q.is_empty());
        Ok(InTurn { _turn: if palette { Some(Turn::come(state).await?) } else { None } })
    }
}

/// `GET /suggest?kind=…&q=…&most=…`: without a kind, what the palette shows.
pub async fn suggest(
    State(state): State<AppState>,
    _turn: InTurn,
    signed_in: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageError> {
    let asked = read(asked)?;
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let frame = Frame::new(&state, viewer, "find");
    let text = params::typed("q", &asked.q)?;
    let most = match asked.most.trim() {
        "" => None,
        most => {
            Some(most.parse::<i32>().ok().filter(|most| (1..=MOST).contains(most)).ok_or_else(|| bad("most", most))?)
        }
    };
    let found = match asked.kind.as_str() {
        "" if text.is_empty() => store::recent(&mut tx, frame.viewer.account).await?,
        "" => {
            let most = most.unwrap_or(IN_PALETTE);
            let texts = text.chars().count() >= TEXTS_FROM;
            let mut found = store::near(&mut tx, &text, &WITH_A_PAGE, ours(&frame, &WITH_A_PAGE), most, !texts).await?;
            if texts {
                let typed = while_typing(&mut tx, &text, most).await?;
                if !typed.as_typed {
                    let kinds: Vec<&str> = found.iter().map(|one| one.kind.as_str()).collect();
                    let resembling = store::resembling(&mut tx, &text, &kinds, most).await?;
                    found.extend(resembling);
                }
                found.extend(typed.found);
            }
            found
        }
        kind => {
            let kind: Kind = kind.parse().map_err(|_| bad("kind", kind))?;
            store::near(&mut tx, &text, &[kind], ours(&frame, &[kind]), most.unwrap_or(8), true).await?
        }
    };
    tx.end();
    let mut items = items(&frame, found);
    if asked.kind.is_empty() && !text.is_empty() {
        items = groups(&frame, items).into_iter().flat_map(|group| group.items).collect();
    }
    Ok(Json(Suggestions { items }).into_response())
}

/// Whom somebody is about to enter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct About {
    name: String,
    country: String,
    but: String,
}

/// A donor that may be the same.
#[derive(Serialize)]
struct Duplicate {
    code: String,
    name: String,
    href: String,
    why: String,
}

/// The donors that may be the same.
#[derive(Serialize)]
struct Duplicates {
    items: Vec<Duplicate>,
}

/// `GET /suggest/duplicates?name=…&country=…&but=…`: donors that may be the one somebody is about to enter again.
pub async fn duplicates(
    State(state): State<AppState>,
    signed_in: SignedIn,
    about: Result<Query<About>, QueryRejection>,
) -> Result<Response, PageError> {
    let about = read(about)?;
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let frame = Frame::new(&state, viewer, "find");
    let (name, country, but) = (
        params::typed("name", &about.name)?,
        params::typed("country", &about.country)?,
        params::typed("but", &about.but)?,
    );
    let given = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
    let country = given(&country).map(|country| country.to_uppercase());
    let found = store::lookalikes(&mut tx, &name, country.as_deref(), given(&but).as_deref()).await?;
    tx.end();
    let items = found
        .into_iter()
        .map(|donor| Duplicate {
            href: address::to("donors", &donor.code),
            why: frame.t(if donor.by_country { "duplicates-country" } else { "duplicates-name" }),
            code: donor.code,
            name: donor.name,
        })
        .collect();
    Ok(Json(Duplicates { items }).into_response())
}

/// `GET /find?q=…`: where the search was before it was one of everything.
pub async fn find(asked: Result<Query<Asked>, QueryRejection>) -> Result<Redirect, PageError> {
    let typed = params::typed("q", &read(asked)?.q)?;
    Ok(Redirect::permanent(&if typed.is_empty() {
        "/search".to_owned()
    } else {
        format!("/search?q={}", address::escape(&typed))
    }))
}

/// `POST /recent`: the script says that a page about one thing was opened.
pub async fn opened(posting: Posting) -> Result<Response, PageError> {
    let code = params::typed("code", posting.sent.get("code"))?;
    let room = posting.sent.get("room");
    let room = Kind::of_room(room).and_then(Kind::room).ok_or_else(|| bad("room", room))?;
    if code.is_empty() {
        return Err(bad("code", ""));
    }
    let state = &posting.state.0;
    store::opened(&state.db.pages, posting.viewer.account, room, &code, state.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
