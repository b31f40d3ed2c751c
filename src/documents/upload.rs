//! Taking files in: read as they come, by the piece, straight to the disk; never a file in memory whole.
//!
//! They wait there, nobody else's, until the form that names them is sent: so a form with something to put right, or whose
//! session ran out, has its files still.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::files::Files;
use super::media::PROGRAM;
use super::model::Upload;
use super::pages::{Choosing, upload_page};
use super::store;
use crate::access::{Act, may};
use crate::classified::say_reader;
use crate::kernel::text::clean_file_name;
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn};

/// The most a file may hold, in bytes.
pub const LARGEST: u64 = 100 << 20;
/// The most the files of one request may hold, in bytes.
pub const LARGEST_TOGETHER: usize = 512 << 20;
/// The most somebody may have brought and not filed, in bytes.
const MOST_WAITING: i64 = 2 << 30;
/// The most files of one request.
pub(super) const MOST_FILES: usize = 20;

/// What a request that cannot be read is told. One that breaks off is nobody's to tell.
fn cut(error: &MultipartError) -> PageError {
    let too_large = error.status() == StatusCode::PAYLOAD_TOO_LARGE;
    let most = LARGEST_TOGETHER >> 20;
    PageError(if too_large { Refused::TooLarge(most) } else { Refused::BadParameter("files", String::new()) })
}

fn lost(error: std::io::Error) -> PageError {
    tracing::error!(%error, "a file could not be kept");
    PageError(Refused::Fault)
}

/// `POST /documents/uploads`: the form's token and what the files are for, then the files.
pub async fn take(
    State(state): State<AppState>,
    signed_in: SignedIn,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    if !may(viewer.role, Act::FileDocuments) {
        return Err(Refused::Forbidden.into());
    }
    let waiting = store::waiting(&mut tx).await?;
    // A long upload must not hold a connection that reads pages.
    tx.end();
    if waiting > MOST_WAITING {
        return Err(Refused::TooMany.into());
    }
    let mut choosing = Choosing::default();
    let mut token_seen = false;
    let mut came: Vec<Upload> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| cut(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "files" {
            if !token_seen {
                return Err(Refused::Forbidden.into());
            }
            // A form without a chosen file sends an empty one without a name.
            if field.file_name().is_none_or(str::is_empty) {
                continue;
            }
            if came.len() == MOST_FILES {
                return Err(Refused::BadParameter("files", MOST_FILES.to_string()).into());
            }
            came.push(keep(&state.0.files, field).await?);
            continue;
        }
        let text = field.text().await.map_err(|error| cut(&error))?;
        if name == "csrf" {
            token_seen = viewer.owns(&text);
        } else {
            choosing.set(&name, &text);
        }
    }
    if !token_seen {
        return Err(Refused::Forbidden.into());
    }
    if came.iter().all(|upload| upload.refused.is_some()) {
        let too_large = came.iter().any(|upload| upload.refused.as_deref() == Some("too_large"));
        let status = if too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = upload_page(Frame::new(&state, viewer, "documents"), &choosing, &came, came.is_empty());
        return Ok((status, page?).into_response());
    }
    let batch = Uuid::now_v7();
    let mut tx = state.0.db.write().await?;
    say_reader(&mut tx, viewer.reader()).await?;
    for (nth, upload) in (0i32..).zip(&came) {
        store::add_upload(&mut tx, batch, nth, upload, state.0.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&choosing.with_upload(batch)).into_response())
}

/// Keeps a file; of one that is too large, empty or a program nothing stays but why.
async fn keep(files: &Files, mut field: Field<'_>) -> Result<Upload, PageError> {
    let name = clean_file_name(field.file_name().unwrap_or_default());
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let refused = |why: &str, bytes: u64| Upload {
        id: Uuid::now_v7(),
        name: name.clone(),
        media_type: String::new(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        sha256: Vec::new(),
        refused: Some(why.to_owned()),
    };
    let mut coming = files.begin().await.map_err(lost)?;
    let mut bytes = 0;
    while let Some(piece) = field.chunk().await.map_err(|error| cut(&error))? {
        bytes = coming.piece(piece).await.map_err(lost)?;
        if bytes > LARGEST {
            coming.drop_it().await;
            // The rest goes by unread: who is cut off is not always told why.
            while let Some(piece) = field.chunk().await.map_err(|error| cut(&error))? {
                bytes += piece.len() as u64;
            }
            return Ok(refused("too_large", bytes));
        }
    }
    if bytes == 0 {
        coming.drop_it().await;
        return Ok(refused("empty", 0));
    }
    let kept = coming.end().await.map_err(lost)?;
    if kept.media == PROGRAM {
        files.forget(&[kept.id]).await;
        return Ok(refused("program", bytes));
    }
    Ok(Upload {
        id: kept.id,
        name,
        media_type: kept.media.name.to_owned(),
        bytes: kept.bytes,
        sha256: kept.sha256,
        refused: None,
    })
}
