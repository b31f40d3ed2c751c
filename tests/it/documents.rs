//! Documents, through HTTP: filed, versioned, found by their readers alone; whatever file comes, the server stays up.

use std::io::Write;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dis::documents::work;
use sqlx::Row;
use tower::ServiceExt;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::entering::{enter, fill, send};
use crate::hunt::{AMINA, CONFIDENTIAL, Planted, SHARED, TEVITA};
use crate::meetings::{JOHAN, LUCIA, sign_in};
use crate::pages::{Answer, Site};

async fn csrf(site: &Site, cookie: &str) -> String {
    let page = site.get("/documents", cookie).await;
    page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

const BOUNDARY: &str = "dis-boundary";

fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, content) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: application/pdf\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn upload_with(site: &Site, cookie: &str, body: Body) -> Answer {
    let request = Request::post("/documents/uploads")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    site.send(request.body(body).unwrap()).await
}

/// Brings files; the address of the form that names them.
async fn upload(site: &Site, cookie: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> String {
    let token = csrf(site, cookie).await;
    let fields: Vec<(&str, &str)> = [("csrf", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
    let answer = upload_with(site, cookie, Body::from(multipart(&fields, files))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{:?}", answer.texts(".notice"));
    answer.location().to_owned()
}

/// Files a document; its address.
async fn file(site: &Site, cookie: &str, name: &str, content: &[u8], said: &[(&str, &str)]) -> String {
    let form = upload(site, cookie, &[], &[(name, content)]).await;
    let mut fields = vec![("donors", "Sweden"), ("kind", "other")];
    fields.extend_from_slice(said);
    let done = enter(site, &form, cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    done.location().split('?').next().unwrap().to_owned()
}

/// Waits until no text is pending.
async fn read_all(site: &Site) {
    work::take_all(&site.ground.db, &site.files, Duration::from_secs(60)).await.unwrap();
}

/// A packed file of these parts.
fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut out = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        out.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        out.write_all(content.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn docx(text: &str) -> Vec<u8> {
    let body =
        format!("<w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>");
    packed(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &body)])
}

fn pptx(text: &str) -> Vec<u8> {
    let slide = format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    packed(&[
        ("[Content_Types].xml", "<Types/>"),
        ("ppt/presentation.xml", "<p:presentation xmlns:p=\"p\"/>"),
        ("ppt/slides/slide1.xml", &slide),
    ])
}

fn xlsx(text: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Outcomes").unwrap();
    sheet.write_string(0, 0, text).unwrap();
    sheet.write_number(1, 0, 7.0).unwrap();
    book.save_to_buffer().unwrap()
}

/// A PDF of these objects, the first its catalogue.
fn pdf_of(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(out.len());
        out.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let begins = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let size = objects.len() + 1;
    let end = format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{begins}\n%%EOF\n");
    out.extend_from_slice(end.as_bytes());
    out
}

fn pdf_with(page: &str, trailer: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];
    pdf_of(&objects, trailer)
}

fn pdf(text: &str) -> Vec<u8> {
    pdf_with(&format!("BT /F1 12 Tf 72 770 Td ({text}) Tj ET"), "")
}

/// The text kept of the latest version of a document, and what became of it.
async fn text_of(site: &Site, address: &str) -> (String, Option<String>, String) {
    let mut owner = site.ground.owner().await;
    let key: uuid::Uuid = address.rsplit('/').next().unwrap().parse().unwrap();
    let row = sqlx::query(
        "select t.state, t.reason, t.text from documents d join document_versions v on v.document_id = d.id
         join document_texts t on t.version_id = v.id where d.key = $1 order by v.number desc limit 1",
    )
    .bind(key)
    .fetch_one(&mut owner)
    .await
    .unwrap();
    (row.get(0), row.get(1), row.get(2))
}

#[tokio::test]
async fn the_text_of_every_kind_of_file_is_taken() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let html = "<!doctype html><html><head><title>Outlook</title><script>var zwielicht = 1;</script>\
        <style>p{}</style></head><body><h1>Budget</h1><p>zwielicht &amp; more</p></body></html>";
    let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode("Стратегия устойчивого развития городов и жилья");
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("a.pdf", pdf("zwielicht in PDF"), "zwielicht in PDF"),
        ("a.docx", docx("zwielicht in Word &amp; so on"), "zwielicht in Word & so on"),
        ("a.xlsx", xlsx("zwielicht in Excel"), "Outcomes\nzwielicht in Excel"),
        ("a.pptx", pptx("zwielicht on a slide"), "zwielicht on a slide"),
        ("a.html", html.as_bytes().to_vec(), "Outlook\nBudget\nzwielicht & more"),
        ("a.txt", "zwielicht\0 в тексте".as_bytes().to_vec(), "zwielicht в тексте"),
        ("b.txt", cyrillic.into_owned(), "Стратегия устойчивого развития городов и жилья"),
        ("c.txt", "\u{feff}النص العربي\r\nsecond line".as_bytes().to_vec(), "النص العربي\nsecond line"),
    ];
    let mut filed = Vec::new();
    for (name, content, expected) in &cases {
        filed.push((*name, *expected, file(&site, &cookie, name, content, &[]).await));
    }
    read_all(&site).await;
    for (name, expected, address) in filed {
        let zero = name == "a.txt";
        let (state, reason, text) = text_of(&site, &address).await;
        // A zero byte makes it no text for whoever looks at its bytes: it is kept, and nothing is read from it.
        let expected_state = if zero { ("none", Some("kind".to_owned()), "") } else { ("taken", None, expected) };
        assert_eq!((state.as_str(), reason, text.as_str()), expected_state, "{name}");
        let page = site.get(&address, &cookie).await;
        assert!(zero || page.body.contains("Its text can be searched"), "{name}: {}", page.body);
    }
    // The demonstration's own files are read too.
    let mut owner = site.ground.owner().await;
    let states: Vec<(String, i64)> = sqlx::query_as("select state, count(*) from document_texts group by 1 order by 1")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(states, [("none".to_owned(), 1), ("taken".to_owned(), 37)]);
    let french: i64 = sqlx::query_scalar(
        "select count(*) from document_texts where text like '%n’a écrit%' or text like '%ça%' or text like '%écrit%'",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!(french >= 1, "accents survive");
    site.close().await;
}

#[tokio::test]
async fn a_document_is_filed_once_edited_versioned_and_nothing_typed_is_lost() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let form =
        upload(&site, &cookie, &[("donor", "SWE")], &[("plan_2026.pdf", &pdf("first")), ("b.txt", b"second")]).await;
    let page = site.get(&form, &cookie).await;
    let fields = fill(&page, &[]);
    for (name, value) in [("title-0", "plan 2026"), ("title-1", "b"), ("donors", "SWE")] {
        assert!(fields.contains(&(name.to_owned(), value.to_owned())), "{fields:?}");
    }
    let wrong = [("donors", "Atlantis"), ("title-1", ""), ("valid_from", "2 Jan 2026"), ("valid_to", "1 Jan 2026")];
    let refused = send(&site, "/documents/new", &cookie, &fill(&page, &wrong)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = refused.texts("#summary li");
    for sentence in
        ["Title of b.txt: Please fill this in", "Kind: Choose one of these.", "Valid to: It ends before it begins."]
    {
        assert!(told.iter().any(|one| one == sentence), "{told:?}");
    }
    let kept = fill(&refused, &[]);
    assert!(kept.contains(&("valid_to".into(), "1 Jan 2026".into())), "{kept:?}");
    let right = [("donors", "Sweden; NOR"), ("title-1", "Second"), ("valid_to", "31 Dec 2026"), ("kind", "letter")];
    let right = fill(&refused, &right);
    let done = send(&site, "/documents/new", &cookie, &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    // The same form again makes nothing more; with other content it is refused.
    let again = send(&site, "/documents/new", &cookie, &right).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, done.location()));
    let other = fill(&refused, &[("donors", "Sweden"), ("title-1", "Third"), ("kind", "letter"), ("valid_to", "")]);
    assert_eq!(send(&site, "/documents/new", &cookie, &other).await.status, StatusCode::CONFLICT);
    let list = site.get("/documents?q=plan+2026", &cookie).await;
    assert_eq!(list.texts("table.list tbody th a"), ["plan 2026"]);
    // A letter is proposed as confidential; it expires within the year.
    assert_eq!(list.texts("table.list tbody .tag"), ["Confidential", "Expires this year"]);
    let address = list.body.split("href=\"/documents/0").nth(1).unwrap().split('"').next().unwrap();
    let address = format!("/documents/0{address}");

    // The same file is recognized, with a link, unless they insist.
    let form = upload(&site, &cookie, &[], &[("copy.pdf", &pdf("first"))]).await;
    let page = site.get(&form, &cookie).await;
    assert_eq!(page.texts(".preview a"), ["plan 2026"]);
    let twice = [("donors", "Sweden"), ("kind", "other")];
    let refused = send(&site, "/documents/new", &cookie, &fill(&page, &twice)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.texts("#another-e").len(), 1);
    let insists = fill(&refused, &[("another", "yes")]);
    assert_eq!(send(&site, "/documents/new", &cookie, &insists).await.status, StatusCode::SEE_OTHER);
    // Whoever may not read the first is not told of it.
    let finance = sign_in(&site, "hoa.nguyen@demo.example").await;
    let form = upload(&site, &finance, &[], &[("b.txt", b"second")]).await;
    assert!(site.get(&form, &finance).await.texts(".preview a").is_empty());

    // Another version; the same file is none.
    let key = address.rsplit('/').next().unwrap();
    let form = upload(&site, &cookie, &[("document", key)], &[("plan.pdf", &pdf("first"))]).await;
    let same = enter(&site, &form, &cookie, &[]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(same.body.contains("This is the same file as version 1."), "{}", same.body);
    let form = upload(&site, &cookie, &[("document", key)], &[("plan-signed.pdf", &pdf("signed"))]).await;
    let done = enter(&site, &form, &cookie, &[("note", "Signed by both sides")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let page = site.get(&address, &cookie).await;
    assert_eq!(page.texts(".files li a"), ["plan-signed.pdf", "plan_2026.pdf"]);
    assert!(page.body.contains("Signed by both sides"));

    // Edited meanwhile: told field by field, and why is asked where the classification changes.
    let edit = format!("{address}/edit");
    let drawn = site.get(&edit, &cookie).await;
    assert_eq!(enter(&site, &edit, &cookie, &[("title", "Plan, final")]).await.status, StatusCode::SEE_OTHER);
    let late = send(&site, &edit, &cookie, &fill(&drawn, &[("valid_to", "30 Nov 2026")])).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.texts("#title-t")[0].contains("Plan, final"), "{:?}", late.texts("#title-t"));
    let done = send(&site, &edit, &cookie, &fill(&late, &[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let silent = enter(&site, &edit, &cookie, &[("classification", "unclassified")]).await;
    assert_eq!(silent.texts("#reason-e"), ["Say why the classification changes."]);
    let said = fill(&silent, &[("reason", "it was published")]);
    assert_eq!(send(&site, &edit, &cookie, &said).await.status, StatusCode::SEE_OTHER);

    // What it is now is everybody's; what it was stays under what it was.
    let staff = sign_in(&site, LUCIA).await;
    let page = site.get(&address, &staff).await;
    assert_eq!(page.texts(".files li a"), ["plan-signed.pdf"]);
    assert!(!page.body.contains("it was published"));
    assert_eq!(site.get_bytes(&format!("{address}/versions/2/file"), &staff).await, StatusCode::OK);
    assert_eq!(site.get_bytes(&format!("{address}/versions/1/file"), &staff).await, StatusCode::NOT_FOUND);
    assert_eq!(site.get_bytes(&format!("{address}/versions/1/file"), &cookie).await, StatusCode::OK);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    let mut tx = site.ground.db.read().await.unwrap();
    assert_eq!(dis::documents::broken(&mut tx, &site.files).await.unwrap(), Vec::<String>::new());
    tx.end();
    site.close().await;
}

/// Documents and the words of their files for the hunt.
pub(crate) async fn plant(site: &Site, johan: &str) -> Planted {
    let level =
        |level: &'static str, word: &'static str| [("classification", level), ("kind", "letter"), ("title-0", word)];
    let said = level("confidential", "zwielicht konf-7731");
    let confidential = file(site, johan, "zwielicht-konf-7731.txt", b"zwielicht text konf-7731", &said).await;
    let mut said = level("strictly_confidential", "zwielicht streng-9953").to_vec();
    said.push(("readers", "Ngozi Eze"));
    let strict = file(site, johan, "zwielicht-streng-9953.docx", &docx("zwielicht text streng-9953"), &said).await;
    read_all(site).await;
    assert!(text_of(site, &strict).await.2.contains(SHARED));
    // Why it was lowered and raised may say as much.
    for level in ["confidential", "strictly_confidential"] {
        let change = [("classification", level), ("reason", "zwielicht reason streng-9953")];
        let done = enter(site, &format!("{strict}/edit"), johan, &change).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    }
    // And what was brought, but not filed, is nobody else's.
    let waiting =
        upload(site, johan, &[], &[("zwielicht-streng-8842-draft.txt", b"zwielicht streng-8842 draft")]).await;

    let ends = ["", "/edit", "/versions/new", "/versions/1/file"];
    let mut addresses: Vec<String> =
        [&confidential, &strict].iter().flat_map(|document| ends.map(|end| format!("{document}{end}"))).collect();
    let others = [
        "/documents?q=zwielicht",
        "/documents.csv?q=zwielicht",
        "/documents?donor=SWE",
        "/documents?classification=strictly_confidential",
        "/documents?document_kind=letter",
        "/documents/new?donor=SWE",
        waiting.as_str(),
    ];
    addresses.extend(others.map(str::to_owned));
    let file_of = |document: &str| format!("{document}/versions/1/file");
    let files = [(file_of(&confidential), CONFIDENTIAL), (file_of(&strict), SHARED)];
    Planted {
        things: [(confidential, CONFIDENTIAL), (strict, SHARED)].into_iter().chain(files).collect(),
        addresses,
        readings: vec![(AMINA, "page", "documents"), (AMINA, "download", "documents"), (JOHAN, "form", "documents")],
    }
}

#[tokio::test]
async fn two_administrators_together_add_a_reader_of_a_document() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    let said = [("classification", "strictly_confidential"), ("title-0", "Told to one")];
    let document = file(&site, &johan, "one.txt", b"told to one", &said).await;
    let key = document.rsplit('/').next().unwrap();
    let (one, other) =
        (sign_in(&site, "dilnoza.yusupova@demo.example").await, sign_in(&site, "tomasz.zielinski@demo.example").await);
    let amina = sign_in(&site, AMINA).await;
    let asked = enter(&site, "/readers", &one, &[("thing", key), ("reader", AMINA), ("reason", "she decides")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{:?}", asked.texts("#summary li"));
    assert_eq!(site.get(&document, &amina).await.status, StatusCode::NOT_FOUND);
    let page = site.get("/readers", &other).await;
    let part = |before: &str| page.body.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (request, token) = (part("action=\"/readers/"), part("name=\"csrf\" value=\""));
    let id = uuid::Uuid::now_v7().to_string();
    let form = [("csrf", token.as_str()), ("form_id", id.as_str()), ("press", "grant")];
    assert_eq!(site.post(&format!("/readers/{request}"), &other, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.get(&document, &amina).await.status, StatusCode::OK);
    assert_eq!(site.get(&document, &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_document_hangs_from_a_meeting_and_is_proposed_as_it_is() {
    let site = Site::new().await;
    let (johan, lucia) = (sign_in(&site, JOHAN).await, sign_in(&site, LUCIA).await);
    let fields = [
        ("donors", "Norway"),
        ("title", "A quiet word"),
        ("classification", "confidential"),
        ("took_part", "Lucía Ferrer; Johan Lindqvist"),
    ];
    let done = enter(&site, "/meetings/new", &johan, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let meeting = done.location().split('?').next().unwrap().to_owned();
    let key = meeting.rsplit('/').next().unwrap();
    let page = site.get(&meeting, &johan).await;
    assert!(page.body.contains(&format!("href=\"/documents/new?meeting={key}\"")));
    assert_eq!(site.get(&format!("/documents/new?meeting={key}"), &johan).await.status, StatusCode::OK);
    let form = upload(&site, &johan, &[("meeting", key)], &[("slides.pptx", &pptx("What we showed"))]).await;
    assert!(fill(&site.get(&form, &johan).await, &[]).contains(&("donors".into(), "Norway".into())));
    // A report is proposed as unclassified; of this meeting, as the meeting is.
    let done = enter(&site, &form, &johan, &[("kind", "report"), ("title-0", "What we showed")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let document = done.location().split('?').next().unwrap().to_owned();
    assert!(site.get(&document, &johan).await.texts("h1 .tag").contains(&"Confidential".to_owned()));
    assert!(site.get(&meeting, &johan).await.texts("section a").contains(&"What we showed".to_owned()));
    // Who took part reads it; who did not finds neither.
    assert_eq!(site.get(&document, &lucia).await.status, StatusCode::OK);
    let finance = sign_in(&site, "hoa.nguyen@demo.example").await;
    assert_eq!(site.get(&document, &finance).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&format!("/documents/new?meeting={key}"), &finance).await.status, StatusCode::NOT_FOUND);
    site.close().await;
}

/// Kilobytes resident of this process, the server in it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_file_of_300_megabytes_is_refused_in_a_sentence_and_never_in_memory() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let token = csrf(&site, &cookie).await;
    let head = multipart(&[("csrf", &token)], &[("huge.pdf", b"")]);
    let end = head.len() - format!("\r\n--{BOUNDARY}--\r\n").len();
    let (head, tail) = (head[..end].to_vec(), head[end..].to_vec());
    let piece = bytes::Bytes::from(vec![b'x'; 1 << 20]);
    let parts = std::iter::once(bytes::Bytes::from(head))
        .chain(std::iter::repeat_n(piece, 300))
        .chain([bytes::Bytes::from(tail)]);
    let before = resident();
    let stream = futures_util::stream::iter(parts.map(Ok::<_, std::io::Error>));
    let answer = upload_with(&site, &cookie, Body::from_stream(stream)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.texts(".notice.bad p"), ["huge.pdf is larger than 100 MB: it was left out."]);
    assert!(resident() < before + (60 << 10), "{} KB before, {} KB after", before, resident());
    // Nothing of it stays.
    let kept: Vec<_> = std::fs::read_dir(site.ground.folder().join("documents")).unwrap().collect();
    assert_eq!(kept.len(), 30, "the demonstration's files alone");
    site.close().await;
}

#[tokio::test]
async fn whatever_file_comes_is_kept_or_refused_in_a_sentence_and_the_server_stays_up() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let token = csrf(&site, &cookie).await;
    for (name, content, sentence) in [
        ("nothing.pdf", b"".as_slice(), "nothing.pdf is empty (0 bytes): it was left out."),
        ("setup.pdf", b"MZ\x90\0\x03\0\0\0", "setup.pdf is a program, not a document: it was left out."),
    ] {
        let answer = upload_with(&site, &cookie, Body::from(multipart(&[("csrf", &token)], &[(name, content)]))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(answer.texts(".notice.bad p"), [sentence]);
    }
    let none = upload_with(&site, &cookie, Body::from(multipart(&[("csrf", &token)], &[]))).await;
    assert_eq!(none.texts(".notice.bad p"), ["Choose a file first."]);
    let forged = upload_with(&site, &cookie, Body::from(multipart(&[("csrf", "x")], &[("a.txt", b"a")]))).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);

    let auditor = sign_in(&site, TEVITA).await;
    let token = csrf(&site, &auditor).await;
    let not_theirs = upload_with(&site, &auditor, Body::from(multipart(&[("csrf", &token)], &[("a.txt", b"a")]))).await;
    assert_eq!(not_theirs.status, StatusCode::FORBIDDEN);

    // Names.
    let long = format!("{}.txt", "é".repeat(300));
    for (name, kept) in [
        ("..\\..\\etc/passwd.txt", "passwd.txt"),
        ("invoice\u{202e}txt.fdp", "invoicetxt.fdp"),
        ("%0D%0Atwo lines.txt", "%0D%0Atwo lines.txt"),
        (long.as_str(), &format!("{}.txt", "é".repeat(196))),
    ] {
        let document = file(&site, &cookie, name, format!("a file called {name}").as_bytes(), &[]).await;
        let page = site.get(&document, &cookie).await;
        assert_eq!(page.texts(".files li a"), [kept], "{name:?}");
        let request = Request::get(format!("{document}/versions/1/file")).header(header::COOKIE, &cookie);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        let said = |name: header::HeaderName| answer.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert!(said(header::CONTENT_DISPOSITION).starts_with("attachment; filename=\""), "{name}");
        assert_eq!(said(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(said(header::CONTENT_TYPE), "application/octet-stream");
    }

    // What is inside.
    let deep = format!("{}zwielicht", "<div>".repeat(200_000));
    let cases: [(&str, Vec<u8>, &str, Option<&str>); 9] = [
        ("page.pdf", b"<html><script>alert(1)</script><p>zwielicht</p>".to_vec(), "taken", None),
        (
            "drawing.pdf",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".to_vec(),
            "none",
            Some("kind"),
        ),
        (
            "locked.pdf",
            pdf_with(
                "BT (x) Tj ET",
                "/Encrypt << /Filter /Standard /V 1 /R 2 /O (0123456789abcdef0123456789abcdef) /U (fedcba9876543210fedcba9876543210) /P -4 >> /ID [(0123456789abcdef) (0123456789abcdef)]",
            ),
            "unreadable",
            Some("encrypted"),
        ),
        ("bomb.docx", packed_bomb(), "unreadable", Some("too_large")),
        (
            "garbage.pdf",
            [
                b"%PDF-1.7\n".to_vec(),
                (0..100_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect(),
            ]
            .concat(),
            "unreadable",
            Some("damaged"),
        ),
        ("cut.docx", docx("zwielicht")[..60].to_vec(), "none", Some("kind")),
        ("deep.html", format!("<!doctype html>{deep}").into_bytes(), "taken", None),
        ("scan.pdf", pdf_with("q Q", ""), "none", Some("nothing")),
        ("noise.bin", (0..5000u32).flat_map(|n| n.wrapping_mul(40_503).to_le_bytes()).collect(), "none", Some("kind")),
    ];
    for (name, content, expected, why) in cases {
        let document = file(&site, &cookie, name, &content, &[]).await;
        read_all(&site).await;
        let (state, reason, text) = text_of(&site, &document).await;
        assert_eq!((state.as_str(), reason.as_deref()), (expected, why), "{name}: {text}");
        let page = site.get(&document, &cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        if name == "page.pdf" {
            assert!(
                page.texts(".files .tag").contains(&"Web page (HTML)".to_owned()),
                "{:?}",
                page.texts(".files .tag")
            );
            assert_eq!(text, "zwielicht");
        }
        let request = Request::get(format!("{document}/versions/1/file")).header(header::COOKIE, &cookie);
        let response = site.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let back = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(back == content, "{name} comes back as it came");
    }
    assert_eq!(site.get("/documents", &cookie).await.status, StatusCode::OK);
    site.close().await;
}

/// A document of Word whose one part says it is small and unpacks to 400 MB.
fn packed_bomb() -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(b"<w:document>").unwrap();
    let piece = format!("<!--{}-->", "x".repeat(1 << 20)).into_bytes();
    for _ in 0..400 {
        packer.write_all(&piece).unwrap();
    }
    let packed = packer.finish().unwrap();
    let name = b"word/document.xml";
    let mut out = Vec::new();
    let (length, size) = (u32::try_from(packed.len()).unwrap(), 1000u32);
    let common = |out: &mut Vec<u8>| {
        out.extend_from_slice(&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        out.extend_from_slice(&0u32.to_le_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[0, 0]);
    };
    out.extend_from_slice(b"PK\x03\x04");
    common(&mut out);
    out.extend_from_slice(name);
    out.extend_from_slice(&packed);
    let directory = u32::try_from(out.len()).unwrap();
    out.extend_from_slice(b"PK\x01\x02\x14\x00");
    common(&mut out);
    out.extend_from_slice(&[0; 10]);
    out.extend_from_slice(&0u32.to_le_bytes());
    out.extend_from_slice(name);
    let end = u32::try_from(out.len()).unwrap();
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&(end - directory).to_le_bytes());
    out.extend_from_slice(&directory.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

#[tokio::test]
async fn a_file_that_keeps_its_reader_busy_is_given_up_and_no_process_stays_behind() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    read_all(&site).await;
    // Two million lines of one page: work without end for whoever sets the page.
    let page = format!("BT /F1 12 Tf {} ET", "(zwielicht) Tj T* ".repeat(2_000_000));
    let document = file(&site, &cookie, "busy.pdf", &pdf_with(&page, ""), &[]).await;
    // The task the form began has it in hand: the next to ask waits for that.
    let begun = Instant::now();
    while text_of(&site, &document).await.0 == "pending" && begun.elapsed() < Duration::from_secs(90) {
        assert_eq!(site.get("/documents", &cookie).await.status, StatusCode::OK, "the server answers meanwhile");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let (state, reason, _) = text_of(&site, &document).await;
    assert!(state != "pending", "it is given up: {state} {reason:?}");

    // The clock alone ends a reader, whatever it does.
    let mut owner = site.ground.owner().await;
    sqlx::query("update document_texts set state = 'pending', tries = 0, reason = null")
        .execute(&mut owner)
        .await
        .unwrap();
    work::take_all(&site.ground.db, &site.files, Duration::from_millis(1)).await.unwrap();
    let too_long: i64 = sqlx::query_scalar("select count(*) from document_texts where reason = 'too_long'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert!(too_long >= 25, "{too_long} of them were given up");
    let children = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).filter(|entry| {
        let of = |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let ours = format!("PPid:\t{}\n", std::process::id());
        of("status").contains(&ours) && of("cmdline").contains("extract-text")
    });
    assert_eq!(children.count(), 0, "no reader stays behind");
    site.close().await;
}

#[tokio::test]
async fn a_file_that_is_gone_or_altered_is_found_out_and_a_lost_lease_is_taken_up() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let document = file(&site, &cookie, "a.txt", b"as it came", &[]).await;
    read_all(&site).await;
    let broken = async || {
        let mut tx = site.ground.db.read().await.unwrap();
        dis::documents::broken(&mut tx, &site.files).await.unwrap()
    };
    assert_eq!(broken().await, Vec::<String>::new());
    let folder = site.ground.folder().join("documents");
    let path = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| std::fs::read(path).unwrap() == b"as it came")
        .unwrap();
    std::fs::write(&path, b"as it went").unwrap();
    assert!(broken().await[0].ends_with("is not what it was when it came"));
    std::fs::remove_file(&path).unwrap();
    assert!(broken().await[0].ends_with("is not there"));
    let fault = site.get_bytes(&format!("{document}/versions/1/file"), &cookie).await;
    assert_eq!(fault, StatusCode::INTERNAL_SERVER_ERROR);
    // A server died over it: its lease runs out, and the next takes it up.
    let mut owner = site.ground.owner().await;
    let key: uuid::Uuid = document.rsplit('/').next().unwrap().parse().unwrap();
    let held = |lease: &'static str| sqlx::query(lease).bind(key);
    held("update document_texts t set state = 'pending', task = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 hour'
          from document_versions v join documents d on d.id = v.document_id where v.id = t.version_id and d.key = $1")
        .execute(&mut owner)
        .await
        .unwrap();
    read_all(&site).await;
    assert_eq!(text_of(&site, &document).await.0, "pending", "somebody holds it");
    held(
        "update document_texts t set lease_until = clock_timestamp() - interval '1 second'
          from document_versions v join documents d on d.id = v.document_id where v.id = t.version_id and d.key = $1",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    read_all(&site).await;
    assert_eq!(text_of(&site, &document).await.1.as_deref(), Some("gone"));
    // What was brought and never filed goes after a day, and its file with it.
    upload(&site, &cookie, &[], &[("never.txt", b"never filed")]).await;
    let count = || std::fs::read_dir(&folder).unwrap().count();
    let before = count();
    sqlx::query("update document_uploads set created_at = created_at - interval '2 days'")
        .execute(&mut owner)
        .await
        .unwrap();
    work::sweep(&site.state).await.unwrap();
    assert_eq!(count(), before - 1);
    site.close().await;
}
