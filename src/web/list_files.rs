//! The files of a list: the rows and order of its page at the same address, all of them.

use std::io::{Seek, SeekFrom};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::TryStreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::choices::Choices;
use super::errors::{PageError, Refused};
use super::list::{Asked, Params, allow, understand};
use super::session::SignedIn;
use super::state::AppState;
use crate::classified::say_reader;
use crate::lists::query;
use crate::lists::{List, export};

/// What an export is of, checked, with its own connection and one of the few places exports have.
struct Export {
    asked: Asked,
    tx: crate::db::ReadTx,
    place: tokio::sync::OwnedSemaphorePermit,
    about: Vec<(String, String)>,
}

async fn begin_export<L: List>(
    state: &AppState,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Export, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow::<L>(&viewer)?;
    let params = Params::of(pairs)?;
    let mut asked = understand::<L>(&params, state.0.clock.today(), latest, state.0.clock.zone())?;
    let choices = Choices::read::<L>(&mut tx, &asked.scope, &state.0.memory).await?;
    asked.scope.filters.donor = choices.donor.map(|donor| donor.code);
    L::prepare(&mut tx, &mut asked.scope, &state.0.memory).await?;
    tx.end();
    let place = state.0.exports.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
    let mut about = vec![
        ("list".to_owned(), L::NAME.to_owned()),
        ("as_of".to_owned(), asked.scope.as_of.to_string()),
        ("known_at".to_owned(), asked.scope.known_at.to_string()),
        ("by".to_owned(), format!("{} <{}>", viewer.name, viewer.email)),
        ("at".to_owned(), crate::kernel::KnownAt(state.0.clock.now()).to_string()),
    ];
    about.extend(params.without(&["as_of", "known_at"]).0.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let mut tx = state.0.db.read_for_export().await?;
    // Another connection, another transaction: who reads is said in it too.
    say_reader(&mut tx, viewer.reader()).await?;
    Ok(Export { asked, tx, place, about })
}

fn attachment(kind: &'static str, name: &str) -> Result<HeaderMap, PageError> {
    let mut headers = HeaderMap::new();
    let disposition = format!("attachment; filename=\"{name}\"");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, disposition.parse().map_err(|_| Refused::Fault)?);
    Ok(headers)
}

/// How long a reader of an export may pause.
const READER_PAUSE: std::time::Duration = std::time::Duration::from_secs(60);

async fn csv<L: List>(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let Export { asked, mut tx, place, .. } = begin_export::<L>(&state, signed_in, pairs).await?;
    let headers = attachment("text/csv; charset=utf-8", &format!("{}-{}.csv", L::NAME, asked.scope.as_of))?;
    let (send, receive) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(4);
    tokio::spawn(async move {
        let _place = place;
        let end = write_csv::<L>(&mut tx, &asked, &send).await;
        if let Err(error) = end {
            tracing::warn!(%error, "an export broke off");
            // An error in the body ends the connection without its last chunk: visibly broken, never short.
            let _ = send.send(Err(error)).await;
        }
    });
    Ok((headers, Body::from_stream(ReceiverStream::new(receive))).into_response())
}

async fn write_csv<L: List>(
    tx: &mut crate::db::ReadTx,
    asked: &Asked,
    send: &tokio::sync::mpsc::Sender<Result<Bytes, std::io::Error>>,
) -> Result<(), std::io::Error> {
    let mut buffer = Vec::with_capacity(export::CHUNK + 1024);
    export::csv_header::<L>(&mut buffer);
    // The header goes at once: the reader sees that it has begun.
    hand_over(send, &mut buffer).await?;
    let mut select = query::all::<L>(&asked.scope, asked.sort, asked.reversed);
    let mut rows = select.done().build_query_as::<L::Row>().fetch(&mut **tx);
    while let Some(row) = rows.try_next().await.map_err(std::io::Error::other)? {
        export::csv_row::<L>(&row, &mut buffer);
        if buffer.len() >= export::CHUNK {
            hand_over(send, &mut buffer).await?;
        }
    }
    hand_over(send, &mut buffer).await
}

async fn hand_over(
    send: &tokio::sync::mpsc::Sender<Result<Bytes, std::io::Error>>,
    buffer: &mut Vec<u8>,
) -> Result<(), std::io::Error> {
    let chunk = Bytes::copy_from_slice(buffer);
    buffer.clear();
    let gone = |what: &'static str| std::io::Error::other(what);
    match tokio::time::timeout(READER_PAUSE, send.send(Ok(chunk))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(gone("the reader went away")),
        Err(_) => Err(gone("the reader paused for too long")),
    }
}

async fn xlsx<L: List>(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let Export { asked, mut tx, place, about } = begin_export::<L>(&state, signed_in, pairs).await?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = attachment(kind, &format!("{}-{}.xlsx", L::NAME, asked.scope.as_of))?;
    let (send, mut receive) = tokio::sync::mpsc::channel::<L::Row>(256);
    // Packing a workbook is work for a thread of its own; rows come to it as the database gives them.
    let packed = tokio::task::spawn_blocking(move || -> Result<std::fs::File, PageError> {
        let fault = |error: rust_xlsxwriter::XlsxError| {
            tracing::error!(%error, "a workbook could not be written");
            PageError(Refused::Fault)
        };
        let mut book = export::Xlsx::begin::<L>().map_err(fault)?;
        while let Some(row) = receive.blocking_recv() {
            book.row::<L>(&row).map_err(fault)?;
        }
        let mut file = tempfile::tempfile().map_err(|_| Refused::Fault)?;
        book.finish(&about, std::io::BufWriter::new(&mut file)).map_err(fault)?;
        file.seek(SeekFrom::Start(0)).map_err(|_| Refused::Fault)?;
        Ok(file)
    });
    let read = send_rows::<L>(&mut tx, &asked, &send).await;
    drop(send);
    let file = packed.await.map_err(|_| Refused::Fault)?;
    read?;
    drop(place);
    let stream = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file?));
    Ok((headers, Body::from_stream(stream)).into_response())
}

async fn send_rows<L: List>(
    tx: &mut crate::db::ReadTx,
    asked: &Asked,
    send: &tokio::sync::mpsc::Sender<L::Row>,
) -> Result<(), PageError> {
    let mut select = query::all::<L>(&asked.scope, asked.sort, asked.reversed);
    let mut rows = select.done().build_query_as::<L::Row>().fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        send.send(row).await.map_err(|_| PageError(Refused::Fault))?;
    }
    Ok(())
}

/// The addresses of a list's files: whatever draws the page, these are the same.
pub fn files<L: List>() -> Router<AppState> {
    let path = |end: &str| format!("/{}{end}", L::NAME);
    Router::new().route(&path(".csv"), get(csv::<L>)).route(&path(".xlsx"), get(xlsx::<L>))
}
