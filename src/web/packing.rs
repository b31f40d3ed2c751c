//! Answers packed on their way out: a page in one piece, what comes by the piece as it comes.

use std::cell::RefCell;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use zstd::bulk::Compressor;

use super::errors::{PageError, Refused};

/// On an answer: a file as somebody brought it, packed already or not worth it.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

/// How hard zstd packs: a page is a fifth larger so than at its level 1, and packed in two thirds of the time.
const ZSTD: i32 = -1;
/// An answer of more bytes goes by the piece, so that nobody waits for all of it.
const WHOLE: u64 = 4 << 20;

/// Packs what comes by the piece.
pub fn zstd() -> CompressionLayer<impl Predicate> {
    layer(CompressionLayer::new().no_gzip().quality(CompressionLevel::Precise(ZSTD)))
}

/// For whoever does not take zstd.
pub fn gzip() -> CompressionLayer<impl Predicate> {
    layer(CompressionLayer::new().no_zstd().quality(CompressionLevel::Fastest))
}

fn layer(layer: CompressionLayer) -> CompressionLayer<impl Predicate> {
    layer.compress_when(DefaultPredicate::new().and(made_by_us))
}

/// Whether an answer may be packed on its way out.
fn made_by_us(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<AsItIs>().is_none()
}

/// Packs a page that is there as a whole, for whoever takes zstd: at once and with what packed the page before it, which is
/// less work than making a packer for each and passing it on by the piece.
pub async fn whole(request: Request, next: Next) -> Response {
    let takes = takes(request.headers(), "zstd");
    let response = next.run(request).await;
    if !takes || !is_worth_it(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, usize::MAX).await else { return PageError(Refused::Fault).into_response() };
    let Some(packed) = packed(&page) else { return Response::from_parts(parts, Body::from(page)) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(packed.len()));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// Whether an answer is a page that is there as a whole, and not packed already.
fn is_worth_it(response: &Response) -> bool {
    let there = response.body().size_hint().exact().is_some_and(|bytes| bytes <= WHOLE);
    let packed_already = response.headers().contains_key(header::CONTENT_ENCODING);
    there && !packed_already && DefaultPredicate::new().and(made_by_us).should_compress(response)
}

fn packed(page: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        static PACKER: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(ZSTD).ok());
    }
    PACKER.with(|packer| packer.borrow_mut().as_mut()?.compress(page).ok())
}

/// Whether the reader's browser says that it takes what is packed so.
pub(super) fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut offered = named.flat_map(|value| value.split(','));
    offered.any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let refused = |weight: &str| weight.strip_prefix("q=").and_then(|weight| weight.parse().ok()) == Some(0.0);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding)) && !parts.any(refused)
    })
}
