//! The page of a document, and its files on their way out.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::media;
use super::model::Held;
use super::pages::{DocumentPage, ShownVersion, mark, said};
use super::store;
use crate::classified::note_reading;
use crate::kernel::KnownAt;
use crate::web::frame::{Action, Frame};
use crate::web::packing::AsItIs;
use crate::web::{AppState, PageError, Refused, SignedIn};

fn buttons(held: &Held, frame: &Frame) -> Vec<Action> {
    let base = format!("/documents/{}", held.key);
    let latest = held.versions.first().map(|latest| latest.number);
    let download = latest
        .map(|number| Action::new(frame.t("document-download"), format!("{base}/versions/{number}/file")).first(""));
    let mut buttons: Vec<Action> = download.into_iter().collect();
    if held.may_be_edited_by(frame.viewer.reader()) {
        buttons.push(Action::new(frame.t("document-version-new"), format!("{base}/versions/new")));
        let mut edit = Action::new(frame.t("document-edit"), format!("{base}/edit"));
        edit.key = "e";
        buttons.push(edit);
    }
    buttons
}

/// `GET /documents/{id}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let key: Uuid = id.parse().map_err(|_| Refused::NotFound)?;
    let held = store::read(&mut tx, key).await?.ok_or(Refused::NotFound)?;
    tx.end();
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "documents", held.key, held.classification, "page", now).await?;
    let frame = Frame::new(&state, viewer, "documents");
    let l10n = frame.l10n;
    let reclassified = held.reclassified.iter().map(|one| {
        let level = |word: &str| l10n.word("classification", word).to_lowercase();
        let args = [("was", level(&one.was).into()), ("became", level(&one.became).into())];
        let at = frame.instant(&KnownAt(one.at));
        (at, l10n.with("meeting-reclassified", &args), format!("{} · {}", one.who, one.reason))
    });
    let page = DocumentPage {
        kind: l10n.word("documents", &held.kind),
        validity: mark(held.valid_to, frame.today).map(|(class, key)| (class, l10n.t(key))),
        said: said(&held, l10n),
        versions: held.versions.iter().map(|version| ShownVersion::of(version, held.key, &frame)).collect(),
        buttons: buttons(&held, &frame),
        reclassified: reclassified.collect(),
        held,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// What may stand in the extended form of a parameter: RFC 8187, `attr-char`.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// How a file is sent: to be kept, never shown, under its name; for what reads no more than ASCII another beside it.
pub(super) fn disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " .-_()+,".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

/// `GET /documents/{id}/versions/{number}/file`.
pub async fn file(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let (Ok(key), Ok(number)) = (id.parse::<Uuid>(), number.parse::<i32>()) else {
        return Err(Refused::NotFound.into());
    };
    let found = store::file_of(&mut tx, key, number).await?.ok_or(Refused::NotFound)?;
    tx.end();
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "documents", key, found.classification, "download", now).await?;
    let content = state.0.files.get(found.file_id).await.map_err(|_| Refused::Fault)?.ok_or_else(|| {
        tracing::error!(file = %found.file_id, "a file of a document is not there");
        Refused::Fault
    })?;
    // What a browser would run is only ever bytes.
    let media = media::named(&found.media_type);
    let runs = ["html", "svg", "txt"].contains(&media.word);
    let kind = if runs { "application/octet-stream" } else { media.name };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.bytes.unsigned_abs()));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&found.name).parse().map_err(|_| Refused::Fault)?);
    let mut response = (headers, Body::from_stream(content.into_stream())).into_response();
    response.extensions_mut().insert(AsItIs);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_of_any_letters_is_one_header() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        let odd = disposition("Стратегия \"x\"; y=z\\.pdf");
        assert!(odd.starts_with("attachment; filename=\"_________ _x__ y_z_.pdf\"; filename*=UTF-8''%D0%A1"), "{odd}");
        assert!(odd.is_ascii() && odd.parse::<axum::http::HeaderValue>().is_ok());
    }
}
