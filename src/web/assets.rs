//! Files a page needs, kept in the program, compressed once, cached by the browser for as long as they are the same.

use std::io::Write;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::packing::takes;

struct Asset {
    path: &'static str,
    kind: &'static str,
    content: &'static [u8],
    packed: OnceLock<Vec<u8>>,
    tag: OnceLock<String>,
}

macro_rules! asset {
    ($path:literal, $kind:literal) => {
        Asset {
            path: $path,
            kind: $kind,
            content: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $path)),
            packed: OnceLock::new(),
            tag: OnceLock::new(),
        }
    };
}

static ASSETS: [Asset; 4] = [
    asset!("app.css", "text/css; charset=utf-8"),
    asset!("app.js", "text/javascript; charset=utf-8"),
    asset!("favicon.svg", "image/svg+xml"),
    asset!("vendor/inter/inter-latin-wght-normal.woff2", "font/woff2"),
];

impl Asset {
    fn tag(&self) -> &str {
        self.tag.get_or_init(|| format!("\"{}\"", hex::encode(&Sha256::digest(self.content)[..8])))
    }

    /// Packed as small as it gets; nothing for what is packed already.
    fn packed(&self) -> Option<&[u8]> {
        let packed = self.packed.get_or_init(|| {
            if self.kind == "font/woff2" {
                return Vec::new();
            }
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(self.content).and_then(|()| encoder.finish()).unwrap_or_default()
        });
        (!packed.is_empty()).then_some(packed)
    }
}

/// `GET /static/{path}`.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cached = [(header::ETAG, asset.tag()), (header::CACHE_CONTROL, "public, max-age=3600")];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == asset.tag().as_bytes()) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let kind = [(header::CONTENT_TYPE, asset.kind), (header::VARY, "Accept-Encoding")];
    match asset.packed().filter(|_| takes(&headers, "gzip")) {
        Some(packed) => (cached, kind, [(header::CONTENT_ENCODING, "gzip")], packed).into_response(),
        None => (cached, kind, asset.content).into_response(),
    }
}
