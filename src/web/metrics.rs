//! What the server says of itself in Prometheus' format: requests by address, how long they took, connections. For this
//! machine, or whoever has the token.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use subtle::ConstantTimeEq;

use super::errors::{PageError, Refused};
use super::state::AppState;

/// Upper bounds of the classes of how long a request took, in seconds.
const SECONDS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
/// How often what was measured is put together, so that it takes no room where nobody asks for it.
const UPKEEP: Duration = Duration::from_secs(5);

/// The one recorder of the process; none where something else records already.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let made = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS).ok()?;
        let handle = builder.install_recorder().ok()?;
        let kept = handle.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                kept.run_upkeep();
            }
        });
        Some(handle)
    });
    made.as_ref()
}

/// Notes a request: by the pattern of its address, never by what stands in it.
pub fn observe(pattern: &str, method: &str, status: u16, took: Duration) {
    if recorder().is_none() {
        return;
    }
    let labels = [("path", pattern.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels[..2]).record(took.as_secs_f64());
}

fn note_connections(pool: &'static str, connections: &PgPool) {
    let idle = u32::try_from(connections.num_idle()).unwrap_or(u32::MAX);
    metrics::gauge!("database_connections", "pool" => pool, "state" => "idle").set(idle);
    let busy = connections.size().saturating_sub(idle);
    metrics::gauge!("database_connections", "pool" => pool, "state" => "busy").set(busy);
}

/// Whether the asker is this machine itself, not somebody a proxy on it speaks for, or has the token.
fn may_ask(state: &AppState, headers: &HeaderMap, peer: Option<SocketAddr>) -> bool {
    let passed_on = [HeaderName::from_static("x-forwarded-for"), header::FORWARDED];
    let own =
        peer.is_some_and(|peer| peer.ip().is_loopback()) && !passed_on.iter().any(|name| headers.contains_key(name));
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let token = state.0.metrics_token.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
    own || (!token.is_empty() && bool::from(given.as_bytes().ct_eq(token.as_bytes())))
}

/// `GET /metrics`.
pub async fn page(
    State(state): State<AppState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    if !may_ask(&state, &headers, peer.map(|Extension(ConnectInfo(peer))| peer)) {
        return PageError(Refused::Forbidden).into_response();
    }
    let Some(handle) = recorder() else { return PageError(Refused::Fault).into_response() };
    note_connections("pages", &state.0.db.pages);
    note_connections("exports", &state.0.db.exports);
    note_connections("imports", &state.0.db.imports);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}
