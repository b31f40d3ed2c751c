//! Taking files in: read as they come, by the piece, straight into their table; never a file in memory whole.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{store, work};
use crate::access::may;
use crate::imports::Kind;
use crate::kernel::text::clean_file_name;
use crate::web::{AppState, PageError, Refused, SignedIn};

/// The most the files of one import may hold, in bytes.
pub const LARGEST: usize = 64 << 20;
/// How much of a file is kept in a row of its table.
const CHUNK: usize = 256 << 10;
/// The most files of one import.
const MOST_FILES: i32 = 20;

/// What a request that cannot be read is told. One that breaks off is nobody's to tell.
fn cut(error: &MultipartError) -> PageError {
    let too_large = error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
    PageError(if too_large { Refused::TooLarge(LARGEST >> 20) } else { Refused::BadParameter("files", String::new()) })
}

/// `POST /imports`: the form's token first, then the files.
pub async fn take(
    State(state): State<AppState>,
    signed_in: SignedIn,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let viewer = signed_in.viewer.clone();
    // A long upload must not hold a connection that reads pages.
    drop(signed_in);
    if !Kind::ALL.into_iter().any(|kind| may(viewer.role, kind.act())) {
        return Err(Refused::Forbidden.into());
    }
    let db = &state.0.db.pages;
    store::sweep(db).await?;
    let id = Uuid::now_v7();
    let mut token_seen = false;
    let mut files = 0;
    while let Some(field) = form.next_field().await.map_err(|error| cut(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "csrf" {
            let token = field.text().await.map_err(|error| cut(&error))?;
            if !viewer.owns(&token) {
                return Err(Refused::Forbidden.into());
            }
            token_seen = true;
            store::begin(db, id, viewer.account).await?;
        } else if name == "files" {
            if !token_seen {
                return Err(Refused::Forbidden.into());
            }
            let called = clean_file_name(field.file_name().unwrap_or_default());
            // A form without a chosen file sends an empty one without a name.
            if called.is_empty() {
                continue;
            }
            if files == MOST_FILES {
                return Err(Refused::BadParameter("files", called).into());
            }
            store::add_file(db, id, files, &called).await?;
            keep(&state, id, files, field).await?;
            files += 1;
        }
    }
    if !token_seen {
        return Err(Refused::Forbidden.into());
    }
    if files == 0 {
        store::discard(db, id).await?;
        return Ok(Redirect::to("/imports?nothing=1").into_response());
    }
    work::check(&state, id, viewer.account, viewer.role, None, None).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// Keeps a file, a piece a row.
async fn keep(state: &AppState, id: Uuid, number: i32, mut field: Field<'_>) -> Result<(), PageError> {
    let db = &state.0.db.pages;
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK);
    let (mut chunks, mut bytes) = (0, 0usize);
    let mut digest = Sha256::new();
    while let Some(mut piece) = field.chunk().await.map_err(|error| cut(&error))? {
        bytes += piece.len();
        digest.update(&piece);
        while !piece.is_empty() {
            let now = piece.split_to(piece.len().min(CHUNK - buffer.len()));
            buffer.extend_from_slice(&now);
            if buffer.len() == CHUNK {
                store::add_chunk(db, id, number, chunks, &buffer).await?;
                buffer.clear();
                chunks += 1;
            }
        }
    }
    if !buffer.is_empty() {
        store::add_chunk(db, id, number, chunks, &buffer).await?;
    }
    store::end_file(db, id, number, i64::try_from(bytes).unwrap_or(i64::MAX), &digest.finalize()).await?;
    Ok(())
}
