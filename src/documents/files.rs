//! Where files lie: a folder through `object_store`, under ids of ours, each on the disk before anything speaks of it.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetResult, GetResultPayload, MultipartUpload, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::media::{self, LOOKED_AT, Media};

/// The folder of files, and the program that takes text from them. Cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    store: LocalFileSystem,
    program: PathBuf,
    /// Held by whoever takes text just now: one file at a time.
    reading: Mutex<()>,
}

/// A file that has come whole and is on the disk.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) bytes: i64,
    pub(super) sha256: Vec<u8>,
    pub(super) media: Media,
}

/// Why a file could not be kept or read, for the log.
fn failed(error: impl std::error::Error + Send + Sync + 'static) -> std::io::Error {
    tracing::error!(%error, "a file could not be kept or read");
    std::io::Error::other(error)
}

fn place(id: Uuid) -> Path {
    Path::from(id.to_string())
}

impl Files {
    /// The folder, made where it is not there, and the program that answers to `extract-text`: this one.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(folder: &FilePath, program: PathBuf) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        // A file is on the disk, and the folder knows it there, before a row of ours speaks of it.
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed)?.with_fsync(true);
        Ok(Files(Arc::new(Inner { store, program, reading: Mutex::new(()) })))
    }

    /// The program that takes text from a file.
    pub(super) fn program(&self) -> &FilePath {
        &self.0.program
    }

    /// Waits until nobody else takes text, and keeps others waiting.
    pub(super) async fn reading(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.reading.lock().await
    }

    /// Begins a file.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn begin(&self) -> std::io::Result<Coming> {
        let id = Uuid::now_v7();
        let upload = self.0.store.put_multipart(&place(id)).await.map_err(failed)?;
        Ok(Coming {
            id,
            upload,
            digest: Sha256::new(),
            bytes: 0,
            head: Vec::new(),
            tail: Vec::new(),
            waiting: Vec::new(),
        })
    }

    /// Keeps a file there is in memory: the demonstration's.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn keep(&self, content: Vec<u8>) -> std::io::Result<Kept> {
        let mut coming = self.begin().await?;
        coming.piece(content.into()).await?;
        coming.end().await
    }

    /// A file, to be read; none where it is not there.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn get(&self, id: Uuid) -> std::io::Result<Option<GetResult>> {
        match self.0.store.get(&place(id)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// A file as the system opens it, for another process to read; none where it is not there.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn handle(&self, id: Uuid) -> std::io::Result<Option<std::fs::File>> {
        let Some(found) = self.get(id).await? else { return Ok(None) };
        match found.payload {
            GetResultPayload::File(file, _) => Ok(Some(file)),
            GetResultPayload::Stream(_) => Err(std::io::Error::other("the store keeps no files")),
        }
    }

    /// Lets go of files nothing speaks of. One that is gone already is no fault.
    pub(super) async fn forget(&self, ids: &[Uuid]) {
        for id in ids {
            match self.0.store.delete(&place(*id)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(%error, "a file could not be removed"),
            }
        }
    }
}

/// How much is gathered before it is written.
const PIECE: usize = 256 << 10;

/// A file on its way in: never in memory whole.
pub(super) struct Coming {
    id: Uuid,
    upload: Box<dyn MultipartUpload>,
    digest: Sha256,
    bytes: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    waiting: Vec<u8>,
}

impl Coming {
    /// Takes the next piece. Returns how long the file is so far, in bytes.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn piece(&mut self, piece: Bytes) -> std::io::Result<u64> {
        self.digest.update(&piece);
        self.bytes += piece.len() as u64;
        let missing = LOOKED_AT.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..missing]);
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(LOOKED_AT)..]);
        let beyond = self.tail.len().saturating_sub(LOOKED_AT);
        self.tail.drain(..beyond);
        self.waiting.extend_from_slice(&piece);
        if self.waiting.len() >= PIECE {
            self.write().await?;
        }
        Ok(self.bytes)
    }

    async fn write(&mut self) -> std::io::Result<()> {
        let gathered = Bytes::from(std::mem::take(&mut self.waiting));
        self.upload.put_part(PutPayload::from(gathered)).await.map_err(failed)
    }

    /// Gives it up: nothing of it stays.
    pub(super) async fn drop_it(mut self) {
        if let Err(error) = self.upload.abort().await {
            tracing::warn!(%error, "a file could not be given up");
        }
    }

    /// The file is whole: it is on the disk when this returns.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(super) async fn end(mut self) -> std::io::Result<Kept> {
        if !self.waiting.is_empty() {
            self.write().await?;
        }
        self.upload.complete().await.map_err(failed)?;
        Ok(Kept {
            id: self.id,
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            sha256: self.digest.finalize().to_vec(),
            media: media::of(&self.head, &self.tail),
        })
    }
}

/// What is broken of the files of documents: one that is gone, or is not what it was. A sentence each, by the file's id.
///
/// # Errors
/// Where the database fails.
pub async fn broken(connection: &mut PgConnection, files: &Files) -> Result<Vec<String>, sqlx::Error> {
    let wanted: Vec<(Uuid, i64, Vec<u8>)> =
        sqlx::query_as("select file_id, bytes, sha256 from document_files()").fetch_all(connection).await?;
    let mut broken = Vec::new();
    for (id, bytes, sha256) in wanted {
        match digest(files, id).await {
            Ok(Some(found)) if found == (bytes, sha256) => {}
            Ok(Some(_)) => broken.push(format!("file {id} of a document is not what it was when it came")),
            Ok(None) => broken.push(format!("file {id} of a document is not there")),
            Err(error) => broken.push(format!("file {id} of a document cannot be read: {error}")),
        }
    }
    Ok(broken)
}

async fn digest(files: &Files, id: Uuid) -> std::io::Result<Option<(i64, Vec<u8>)>> {
    let Some(found) = files.get(id).await? else { return Ok(None) };
    let mut stream = found.into_stream();
    let (mut digest, mut bytes) = (Sha256::new(), 0i64);
    while let Some(piece) = stream.try_next().await.map_err(failed)? {
        digest.update(&piece);
        bytes += i64::try_from(piece.len()).unwrap_or(i64::MAX);
    }
    Ok(Some((bytes, digest.finalize().to_vec())))
}
