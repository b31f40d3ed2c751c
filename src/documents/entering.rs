//! The forms of documents: the files that came are named and filed, and what is said of one is edited.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::forms::{Draft, FIELDS, Who, says, understand};
use super::model::{Held, Same, Upload};
use super::pages::{Choosing, refusal, size, upload_page};
use super::store::{self, OfMeeting};
use super::work;
use crate::access::{Act, Role, may};
use crate::classified::{note_reading, read_as};
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::l10n::L10n;
use crate::lists::Drawn;
use crate::web::detail::Section as Table;
use crate::web::entry::{Wrong, merge_fields};
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn};

pub(super) type Pairs = Query<Vec<(String, String)>>;

/// Who files documents.
pub(super) fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::FileDocuments) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// What an address says files are chosen for, and the batch that came.
pub(super) fn asked(pairs: &[(String, String)]) -> (Choosing, Option<Uuid>) {
    let mut choosing = Choosing::default();
    for (name, value) in pairs {
        choosing.set(name, value);
    }
    let upload = pairs.iter().find(|(name, _)| name == "upload").and_then(|(_, value)| value.parse().ok());
    (choosing, upload)
}

/// Files that are here already, with where they are, and the box to tick where they are to be filed all the same.
pub(super) fn here_already(page: &mut FormPage, files: &[Upload], same: &[Same], draft: &Draft, l10n: L10n) {
    if same.is_empty() {
        return;
    }
    let row = |one: &Same| {
        let file = files.iter().find(|file| file.id == one.upload).map(|file| file.name.clone()).unwrap_or_default();
        let version = l10n.with("document-version-nth", &[("number", one.number.into())]);
        vec![Drawn::text(file), Drawn::text(&one.title).link("documents", &one.key.to_string()), Drawn::text(version)]
    };
    page.preview = Some(Table {
        title: l10n.t("document-here-already"),
        heads: [("col-file", ""), ("col-document", ""), ("col-version", "w")]
            .into_iter()
            .map(|(key, class)| (l10n.t(key), class))
            .collect(),
        rows: same.iter().map(row).collect(),
        all: String::new(),
        empty: String::new(),
    });
    page.last.push(draft.field("another", l10n.t("document-another"), Widget::Tick));
}

/// The name of the field of a file's title.
fn title_of(at: usize) -> String {
    format!("title-{at}")
}

/// A file's name without its ending, as a title to begin with.
fn begun(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace('_', " ").trim().to_owned()
}

/// What came of a batch, with what it needs to be filed.
struct Batch {
    id: Uuid,
    files: Vec<Upload>,
    refused: Vec<Upload>,
    same: Vec<Same>,
    meeting: Option<OfMeeting>,
}

impl Batch {
    async fn read(connection: &mut PgConnection, id: Uuid, meeting: Option<Uuid>) -> Result<Self, sqlx::Error> {
        let all = store::uploads(&mut *connection, id).await?;
        let (files, refused) = all.into_iter().partition(|upload| upload.refused.is_none());
        let same = store::same(&mut *connection, id).await?;
        let meeting = match meeting {
            Some(key) => store::meeting(connection, key).await?,
            None => None,
        };
        Ok(Batch { id, files, refused, same, meeting })
    }

    fn titles(&self) -> Vec<String> {
        (0..self.files.len()).map(title_of).collect()
    }

    /// What the form begins with.
    fn says(&self, choosing: &Choosing) -> Sent {
        let mut sent = Sent::default();
        for (at, file) in self.files.iter().enumerate() {
            sent.0.push((title_of(at), begun(&file.name)));
        }
        let of_meeting = self.meeting.as_ref().and_then(|meeting| meeting.donors.clone());
        sent.0.push(("donors".to_owned(), of_meeting.or_else(|| choosing.donor.clone()).unwrap_or_default()));
        sent
    }

    fn form(&self, draft: &Draft, l10n: L10n) -> FormPage {
        let kicker = match &self.meeting {
            Some(meeting) => (meeting.title.clone(), format!("/meetings/{}", meeting.key)),
            None => (l10n.t("documents-kicker"), "/documents".to_owned()),
        };
        let submit = l10n.with("document-file", &[("count", self.files.len().into())]);
        let mut page = FormPage::new("/documents/new".to_owned(), kicker, l10n.t("new-documents"), submit);
        let several = self.files.len() > 1;
        let title = |(at, file): (usize, &Upload)| {
            let args = [("name", file.name.as_str().into())];
            let label = if several { l10n.with("document-title-of", &args) } else { l10n.t("document-title") };
            let mut field = draft.field(&title_of(at), label, Widget::Line).required();
            let kind = l10n.word("media", super::media::named(&file.media_type).word);
            field.hint = Some(format!("{} · {kind} · {}", file.name, size(file.bytes, l10n)));
            field
        };
        let mut fields: Vec<Field> = self.files.iter().enumerate().map(title).collect();
        if let Some(first) = fields.first_mut().filter(|_| draft.wrong.is_empty()) {
            first.first = true;
        }
        page.sections = vec![Section::of(fields), Section::of(draft.fields(false, l10n))];
        page.notes = self.refused.iter().filter_map(|upload| refusal(upload, l10n)).collect();
        page.notes.extend(self.files.iter().filter_map(|file| super::pages::lie(file, l10n)));
        here_already(&mut page, &self.files, &self.same, draft, l10n);
        page.hidden.push(("upload".to_owned(), self.id.to_string()));
        if let Some(meeting) = &self.meeting {
            page.hidden.push(("meeting".to_owned(), meeting.key.to_string()));
        }
        crate::web::entry::leftover(&mut page, &draft.wrong);
        page
    }
}

/// `GET /documents/new`: files are chosen; with `?upload=` those that came are named.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let (mut choosing, upload) = asked(&pairs);
    let frame = Frame::new(&state, viewer, "documents");
    let l10n = frame.l10n;
    let batch = match upload {
        Some(upload) => Some(Batch::read(&mut tx, upload, choosing.meeting).await?),
        None => None,
    };
    // Files that waited too long, or were filed already, are chosen once more.
    if let Some(batch) = batch.filter(|batch| !batch.files.is_empty()) {
        tx.end();
        let draft = Draft { sent: batch.says(&choosing), wrong: Wrong::new() };
        return batch.form(&draft, l10n).page(frame);
    }
    if let Some(key) = choosing.meeting {
        choosing.title = Some(store::meeting(&mut tx, key).await?.ok_or(Refused::NotFound)?.title);
    }
    tx.end();
    Ok(upload_page(frame, &choosing, &[], false)?.into_response())
}

/// Where a change is seen: the page of its document, or the list where it filed several.
pub(super) fn seen(key: Option<Uuid>, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    let at = key.map_or_else(|| "/documents".to_owned(), |key| format!("/documents/{key}"));
    Redirect::to(&format!("{at}?done={done}")).into_response()
}

/// The form was sent twice: where what the first one made is.
pub(super) async fn made_before(posting: &Posting, change: ChangeId) -> Result<Response, PageError> {
    Ok(seen(posting.made_by(change).await?.and_then(|code| code.parse().ok()), Some(change)))
}

/// `POST /documents/new`.
pub async fn create(posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let (stamp, l10n) = (posting.sent.stamp()?, L10n::of(&posting.viewer.language));
    let sent = &posting.sent;
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), "document-file", None).await?;
    match tx.claim(&stamp).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return made_before(&posting, change).await,
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let batch =
        Batch::read(tx.connection(), sent.get("upload").parse().unwrap_or_default(), sent.get("meeting").parse().ok())
            .await?;
    let who = Who {
        author: posting.viewer.account,
        typing: posting.viewer.account,
        held: None,
        meeting: batch.meeting.as_ref(),
        l10n,
    };
    let mut understood = understand(tx.connection(), sent, &batch.titles(), &who).await?;
    let mut refuse = |name: &str, key: &str| {
        let mut wrong = understood.as_ref().err().cloned().unwrap_or_default();
        wrong.entry(name.to_owned()).or_default().push(l10n.t(key));
        understood = Err(wrong);
    };
    if batch.files.is_empty() {
        refuse("files", "document-files-gone");
    }
    if !batch.same.is_empty() && sent.get("another") != "yes" {
        refuse("another", "document-another-needed");
    }
    match understood {
        Err(wrong) => {
            tx.rollback().await?;
            let mut page = batch.form(&Draft { sent: sent.clone(), wrong }, l10n);
            page.form_id = stamp.id;
            page.page(Frame::new(&posting.state, posting.viewer, "documents"))
        }
        Ok((titles, content)) => {
            let files: Vec<(String, Upload)> = titles.into_iter().zip(batch.files).collect();
            let keys = store::file(&mut tx, &content, &files, Some(batch.id)).await?;
            let one = keys.first().copied().filter(|_| keys.len() == 1);
            tx.say(serde_json::json!({ "room": "documents", "code": one, "count": keys.len() }));
            let recorded = tx.commit().await?;
            work::begin(&posting.state);
            Ok(seen(one, recorded.map(|recorded| recorded.change)))
        }
    }
}

/// Refuses who may not edit it.
pub(super) fn editable(held: &Held, viewer: &Viewer) -> Result<(), PageError> {
    if held.may_be_edited_by(viewer.reader()) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The form of one that is recorded.
fn edit_form(held: &Held, draft: &Draft, l10n: L10n) -> FormPage {
    let base = format!("/documents/{}", held.key);
    let kicker = (held.title.clone(), base.clone());
    let mut page = FormPage::new(format!("{base}/edit"), kicker, l10n.t("document-edit"), l10n.t("form-save"));
    let title = draft.field("title", l10n.t("document-title"), Widget::Line).required();
    page.sections = vec![Section::of([vec![title], draft.fields(true, l10n)].concat())];
    page.hidden = vec![
        ("version".to_owned(), held.version.to_string()),
        ("was".to_owned(), serde_json::to_string(&says(held, l10n).0).unwrap_or_default()),
    ];
    crate::web::entry::leftover(&mut page, &draft.wrong);
    page
}

/// `GET /documents/{id}/edit`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(key): Path<Uuid>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let held = store::read(&mut tx, key).await?.ok_or(Refused::NotFound)?;
    tx.end();
    editable(&held, &viewer)?;
    let now = state.0.clock.now();
    note_reading(&state.0.db, viewer.reader(), "documents", held.key, held.classification, "form", now).await?;
    let frame = Frame::new(&state, viewer, "documents");
    let draft = Draft { sent: says(&held, frame.l10n), wrong: Wrong::new() };
    edit_form(&held, &draft, frame.l10n).page(frame)
}

/// `POST /documents/{id}/edit`.
pub async fn change(Path(key): Path<Uuid>, posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let (stamp, l10n) = (posting.sent.stamp()?, L10n::of(&posting.viewer.language));
    let sent = &posting.sent;
    let mut reading = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let before = store::read(&mut reading, key).await?.ok_or(Refused::NotFound)?;
    reading.end();
    editable(&before, &posting.viewer)?;
    let reclassifies = sent.get("classification") != before.classification.as_str();
    let act = if reclassifies { "document-classify" } else { "document-edit" };
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match tx.claim(&stamp).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return made_before(&posting, change).await,
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    // Under the recording lock: nobody edits it between this reading and the writing.
    let held = store::read(tx.connection(), key).await?.ok_or(Refused::NotFound)?;
    editable(&held, &posting.viewer)?;
    let now = says(&held, l10n);
    let frame = || Frame::new(&posting.state, posting.viewer.clone(), "documents");
    if sent.get("version") != held.version.to_string() {
        tx.rollback().await?;
        let was: Vec<(String, String)> =
            serde_json::from_str(sent.raw("was")).map_err(|_| Refused::BadParameter("was", String::new()))?;
        let (merged, theirs) = merge_fields(FIELDS.into_iter(), &Sent(was), &now, sent, l10n);
        let mut page = edit_form(&held, &Draft { sent: merged, wrong: Wrong::new() }, l10n);
        page.tell(&theirs);
        page.conflict = Some(l10n.t("form-conflict"));
        return page.page(frame());
    }
    if FIELDS.into_iter().filter(|name| *name != "reason").all(|name| sent.get(name) == now.get(name)) {
        tx.rollback().await?;
        return Ok(seen(Some(held.key), None));
    }
    let who = Who { author: held.author(), typing: posting.viewer.account, held: Some(&held), meeting: None, l10n };
    match understand(tx.connection(), sent, &["title".to_owned()], &who).await? {
        Err(wrong) => {
            tx.rollback().await?;
            let mut page = edit_form(&held, &Draft { sent: sent.clone(), wrong }, l10n);
            page.form_id = stamp.id;
            page.page(frame())
        }
        Ok((titles, content)) => {
            let title = titles.into_iter().next().unwrap_or_default();
            store::edit(&mut tx, &held, &title, &content, sent.get("reason")).await?;
            tx.say(serde_json::json!({ "room": "documents", "code": held.key }));
            let recorded = tx.commit().await?;
            Ok(seen(Some(held.key), recorded.map(|recorded| recorded.change)))
        }
    }
}
