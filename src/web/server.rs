//! The server: the router with what holds for every address, and connections with time-outs and limits.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::Layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::errors::{PageError, Refused};
use super::metrics;
use super::packing;
use super::reader;
use super::session;
use super::state::AppState;
use crate::rooms;

/// How long a client may take to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long a client may pause while it sends a body.
const BODY_PAUSE: Duration = Duration::from_secs(15);
/// How long a page may take before the reader is told that the database is slow.
const PAGE_WITHIN: Duration = Duration::from_millis(1900);
/// How long a file may take to begin.
const FILE_WITHIN: Duration = Duration::from_secs(120);
/// The most a form may send.
const LARGEST_FORM: usize = 1 << 20;
/// How long files may take to arrive, on a slow line.
const UPLOAD_WITHIN: Duration = Duration::from_secs(900);
/// How long connections have to finish when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Everything a browser is told about what a page of ours may do.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The whole site.
pub fn app(state: AppState) -> Router {
    let pages = rooms::router()
        .fallback(not_found)
        .layer(RequestBodyLimitLayer::new(LARGEST_FORM))
        // A file is larger than any form: its address has a limit of its own, and reads it by the piece.
        .merge(rooms::uploads())
        .layer(middleware::from_fn(within_deadline))
        .layer(middleware::from_fn_with_state(state.clone(), same_origin))
        .layer(middleware::from_fn(packing::whole))
        .layer(packing::zstd())
        .layer(packing::gzip());
    let watched = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::page));
    pages
        .merge(watched.layer(RequestBodyLimitLayer::new(LARGEST_FORM)))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(CatchPanicLayer::custom(|_| PageError(Refused::Fault).into_response()))
        .layer(middleware::from_fn(in_our_words))
        .layer(middleware::from_fn_with_state(state.clone(), with_headers))
        .layer(middleware::from_fn(reader::spoken_to))
        .with_state(state)
}

/// No page is there, said in the language of whoever is signed in.
async fn not_found(State(state): State<AppState>, headers: HeaderMap) -> PageError {
    if session::cookie(&headers, state.cookie_name()).is_some() {
        // Loading the session sets the reader's language; where it cannot be loaded, the browser's stays.
        let _ = session::viewer(&state, &headers).await;
    }
    PageError(Refused::NotFound)
}

async fn ready(State(state): State<AppState>) -> Response {
    let answered = sqlx::query_scalar::<_, i32>("select 1").fetch_one(&state.0.db.pages);
    match tokio::time::timeout(PAGE_WITHIN, answered).await {
        Ok(Ok(_)) => "ok".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

/// A page that takes too long is a clear 503; the statement's own deadline ends its work.
async fn within_deadline(request: Request, next: Next) -> Response {
    // A workbook is packed whole before its first byte can go.
    let file = [".xlsx", ".csv"].iter().any(|end| request.uri().path().ends_with(end));
    let upload = request.method() == Method::POST && rooms::UPLOADS.contains(&request.uri().path());
    let deadline = if upload {
        UPLOAD_WITHIN
    } else if file {
        FILE_WITHIN
    } else {
        PAGE_WITHIN
    };
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return match tokio::time::timeout(deadline, next.run(request)).await {
            Ok(response) => response,
            Err(_) => PageError(Refused::Away).into_response(),
        };
    }
    // What writes is never broken off, neither by the deadline nor by somebody who goes away: it ends in its own task, and
    // the same form sent once more is told what came of it. A COPY broken off would leave its answer on the connection,
    // for the next to take as theirs.
    let work = tokio::spawn(reader::speaking(next.run(request)));
    match tokio::time::timeout(deadline, work).await {
        Ok(Ok((response, l10n))) => {
            reader::is(l10n);
            response
        }
        Ok(Err(broken)) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Ok(Err(_)) | Err(_) => PageError(Refused::Away).into_response(),
    }
}

/// A refusal by a part that is not ours (an address that takes no such method, a form that lacks a field or is too
/// large) is told as every other is, and shows nothing of the inside.
async fn in_our_words(request: Request, next: Next) -> Response {
    let watched = ["/healthz", "/readyz", "/metrics"].contains(&request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if watched || !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    PageError(Refused::Told(status)).into_response()
}

/// A change may only come from a page of ours: beside the token, the browser's own word for where it comes from.
async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    if !comes_from_us(&state, &request) {
        return PageError(Refused::Forbidden).into_response();
    }
    next.run(request).await
}

fn comes_from_us(state: &AppState, request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(header::ORIGIN);
    let host = text(header::HOST).unwrap_or_default();
    let ours = match (&state.0.public_url, origin) {
        (Some(url), Some(origin)) => origin == url.trim_end_matches('/'),
        (None, Some(origin)) => origin.strip_prefix("http://") == Some(host),
        (_, None) => true,
    };
    ours && site.is_none_or(|site| ["same-origin", "none"].contains(&site))
}

async fn with_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let cacheable = request.uri().path().starts_with("/static/");
    let pattern = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let took = begun.elapsed();
    let pattern = pattern.as_ref().map_or("none", MatchedPath::as_str);
    metrics::observe(pattern, method.as_str(), response.status().as_u16(), took);
    let headers = response.headers_mut();
    let fixed = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !cacheable {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if state.secure() {
        let hsts = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    let micros = took.as_micros();
    if let Ok(timing) = HeaderValue::from_str(&format!("app;dur={}.{:03}", micros / 1000, micros % 1000)) {
        headers.insert(HeaderName::from_static("server-timing"), timing);
    }
    response
}

/// Serves until `stop` resolves, then lets connections finish.
///
/// # Errors
/// Where the listener fails for good.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(64 << 10);
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles or a client already gone: the next one may be luckier.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Around the whole site, not `Router::layer`: that would make every route of it anew for each connection.
        let service = Extension(ConnectInfo::<SocketAddr>(peer)).layer(app.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    let _ = tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await;
    Ok(())
}
