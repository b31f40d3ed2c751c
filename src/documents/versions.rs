//! Another version of a document's file.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::entering::{Pairs, allow, asked, editable, here_already, made_before, seen};
use super::forms::Draft;
use super::model::{Held, Same, Upload};
use super::pages::{lie, refusal, size, upload_page};
use super::{store, work};
use crate::classified::read_as;
use crate::facts::{Claim, WriteTx};
use crate::l10n::L10n;
use crate::web::entry::Wrong;
use crate::web::form::{FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, SignedIn, Typed};

/// Most letters of what is said of a version.
const LONGEST_NOTE: usize = 300;

/// The file that is to be the next version.
struct Next {
    batch: Uuid,
    upload: Upload,
    /// Other documents that hold it.
    same: Vec<Same>,
    /// The number of the version of this document that is the same file.
    before: Option<i32>,
}

impl Next {
    async fn read(connection: &mut PgConnection, batch: Uuid, held: &Held) -> Result<Option<Self>, sqlx::Error> {
        let all = store::uploads(&mut *connection, batch).await?;
        let Some(upload) = all.into_iter().find(|upload| upload.refused.is_none()) else { return Ok(None) };
        let (own, same): (Vec<Same>, Vec<Same>) =
            store::same(connection, batch).await?.into_iter().partition(|one| one.key == held.key);
        let before = own.into_iter().find(|one| one.upload == upload.id && one.latest).map(|one| one.number);
        Ok(Some(Next { batch, same: same.into_iter().filter(|one| one.upload == upload.id).collect(), upload, before }))
    }

    fn form(&self, held: &Held, draft: &Draft, l10n: L10n) -> FormPage {
        let base = format!("/documents/{}", held.key);
        let kicker = (held.title.clone(), base.clone());
        let mut page = FormPage::new(
            format!("{base}/versions/new"),
            kicker,
            l10n.t("document-version-new"),
            l10n.t("document-version-save"),
        );
        let kind = l10n.word("media", super::media::named(&self.upload.media_type).word);
        page.lead = Some(format!("{} · {kind} · {}", self.upload.name, size(self.upload.bytes, l10n)));
        let mut note = draft.field("note", l10n.t("document-note"), Widget::Line);
        note.hint = Some(l10n.t("document-note-hint"));
        note.first = draft.wrong.is_empty();
        page.sections = vec![Section::of(vec![note])];
        page.notes = refusal(&self.upload, l10n).into_iter().chain(lie(&self.upload, l10n)).collect();
        here_already(&mut page, std::slice::from_ref(&self.upload), &self.same, draft, l10n);
        page.hidden.push(("upload".to_owned(), self.batch.to_string()));
        crate::web::entry::leftover(&mut page, &draft.wrong);
        page
    }
}

/// `GET /documents/{id}/versions/new`: a file is chosen; with `?upload=` the one that came is kept as the next version.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(key): Path<Uuid>,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let held = store::read(&mut tx, key).await?.ok_or(Refused::NotFound)?;
    editable(&held, &viewer)?;
    let (mut choosing, upload) = asked(&pairs);
    let next = match upload {
        Some(batch) => Next::read(&mut tx, batch, &held).await?,
        None => None,
    };
    tx.end();
    let frame = Frame::new(&state, viewer, "documents");
    let l10n = frame.l10n;
    match next {
        Some(next) => next.form(&held, &Draft::default(), l10n).page(frame),
        None => {
            choosing.document = Some(held.key);
            choosing.title = Some(held.title);
            Ok(upload_page(frame, &choosing, &[], false)?.into_response())
        }
    }
}

/// `POST /documents/{id}/versions/new`.
pub async fn create(Path(key): Path<Uuid>, posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let (stamp, l10n) = (posting.sent.stamp()?, L10n::of(&posting.viewer.language));
    let sent = &posting.sent;
    let mut reading = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let before = store::read(&mut reading, key).await?.ok_or(Refused::NotFound)?;
    reading.end();
    editable(&before, &posting.viewer)?;
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "document-version", None).await?;
    match tx.claim(&stamp).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return made_before(&posting, change).await,
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let held = store::read(tx.connection(), key).await?.ok_or(Refused::NotFound)?;
    editable(&held, &posting.viewer)?;
    let batch = sent.get("upload").parse().unwrap_or_default();
    let Some(next) = Next::read(tx.connection(), batch, &held).await? else {
        // It waited too long: it is chosen once more.
        tx.rollback().await?;
        return Ok(axum::response::Redirect::to(&format!("/documents/{key}/versions/new")).into_response());
    };
    let mut typed = Typed::new(sent, l10n);
    let note = typed.line("note", LONGEST_NOTE);
    let mut wrong: Wrong = typed.wrong;
    if let Some(number) = next.before {
        let sentence = l10n.with("document-version-same", &[("number", number.into())]);
        wrong.entry("file".to_owned()).or_default().push(sentence);
    }
    if !next.same.is_empty() && sent.get("another") != "yes" {
        wrong.entry("another".to_owned()).or_default().push(l10n.t("document-another-needed"));
    }
    if !wrong.is_empty() {
        tx.rollback().await?;
        let mut page = next.form(&held, &Draft { sent: sent.clone(), wrong }, l10n);
        page.form_id = stamp.id;
        return page.page(Frame::new(&posting.state, posting.viewer.clone(), "documents"));
    }
    store::version(&mut tx, &held, &next.upload, note.as_deref(), next.batch).await?;
    tx.say(serde_json::json!({ "room": "documents", "code": held.key }));
    let recorded = tx.commit().await?;
    work::begin(&posting.state);
    Ok(seen(Some(held.key), recorded.map(|recorded| recorded.change)))
}
