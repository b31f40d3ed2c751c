//! The demonstration's documents: small real files of every kind, made from the sentences of `demo/documents.csv`.

use std::io::Write;

use serde::Deserialize;
use sqlx::postgres::PgConnection;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::files::Files;
use super::model::{Content, Upload};
use super::store;
use crate::classified::Classification;
use crate::db::Db;
use crate::facts::{Actor, WriteTx};
use crate::finding::{Kind, Person, number, person};
use crate::kernel::ids::DonorId;

/// A row of the file.
#[derive(Debug, Deserialize)]
struct Row {
    donors: String,
    title: String,
    kind: String,
    language: String,
    valid_from: Option<chrono::NaiveDate>,
    valid_to: Option<chrono::NaiveDate>,
    classification: String,
    format: String,
    file: String,
    filed_by: String,
    text: String,
    readers: String,
}

/// Why the documents could not be filed.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// A file could not be made or kept.
    #[error("a document's file could not be kept: {0}")]
    Files(#[from] std::io::Error),
    /// A row cannot be read.
    #[error("a row of the documents cannot be read: {0}")]
    Row(#[from] csv::Error),
    /// It names somebody who is not there.
    #[error("the documents name {0}, who is not there")]
    Nobody(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Files the documents of a CSV file, a change for each person who files some. Once only.
///
/// # Errors
/// Where the database or the disk fails.
pub async fn fill(db: &Db, files: &Files, rows: &str) -> Result<(), FillError> {
    let mut tx = db.read().await?;
    let there: bool = sqlx::query_scalar("select exists (select from changes where act = 'document-file')")
        .fetch_one(&mut *tx)
        .await?;
    tx.end();
    if there {
        return Ok(());
    }
    let rows: Vec<Row> = csv::Reader::from_reader(rows.as_bytes()).deserialize().collect::<Result<_, _>>()?;
    let mut filers: Vec<&str> = rows.iter().map(|row| row.filed_by.as_str()).collect();
    filers.sort_unstable();
    filers.dedup();
    for filer in filers {
        let mut tx = db.read().await?;
        let who = named(&mut tx, filer).await?;
        tx.end();
        let reader = who.reader().ok_or_else(|| FillError::Nobody(filer.to_owned()))?;
        let actor = Actor { account: reader.account, role: reader.role, os_user: None };
        let mut tx = WriteTx::begin(db, actor, "document-file", None).await?;
        let mut count = 0;
        for row in rows.iter().filter(|row| row.filed_by == filer) {
            let content = content(tx.connection(), row).await?;
            let kept = files.keep(made(row)?).await?;
            let upload = Upload {
                id: kept.id,
                name: row.file.clone(),
                media_type: kept.media.name.to_owned(),
                bytes: kept.bytes,
                sha256: kept.sha256,
                refused: None,
            };
            store::file(&mut tx, &content, &[(row.title.clone(), upload)], None).await?;
            count += 1;
        }
        tx.say(serde_json::json!({ "room": "documents", "count": count }));
        tx.commit().await?;
    }
    Ok(())
}

async fn named(connection: &mut PgConnection, email: &str) -> Result<Person, FillError> {
    person(connection, email).await?.ok_or_else(|| FillError::Nobody(email.to_owned()))
}

async fn content(connection: &mut PgConnection, row: &Row) -> Result<Content, FillError> {
    let mut donors = Vec::new();
    for code in row.donors.split(';') {
        let donor = number(&mut *connection, Kind::Donor, code).await?;
        donors.push(DonorId(donor.ok_or_else(|| FillError::Nobody(code.to_owned()))?));
    }
    let mut readers = Vec::new();
    for email in row.readers.split(';').filter(|email| !email.is_empty()) {
        readers.push(named(&mut *connection, email).await?.account());
    }
    Ok(Content {
        kind: row.kind.clone(),
        language: Some(row.language.clone()).filter(|code| !code.is_empty()),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        donors,
        classification: row.classification.parse().unwrap_or(Classification::Unclassified),
        readers,
        meeting: None,
        took_part: Vec::new(),
    })
}

/// The file of a row.
fn made(row: &Row) -> std::io::Result<Vec<u8>> {
    let title = row.title.as_str();
    let lines: Vec<&str> = std::iter::once(title).chain(row.text.split('|')).collect();
    match row.format.as_str() {
        "pdf" => Ok(pdf(&lines)),
        "docx" => docx(&lines),
        "xlsx" => xlsx(&lines),
        _ => Ok((lines.join("\n\n") + "\n").into_bytes()),
    }
}

/// A PDF of one page, in the letters of Latin-1.
pub(super) fn pdf(lines: &[&str]) -> Vec<u8> {
    let escaped = |line: &str| {
        let latin = line.chars().map(|c| if u32::from(c) < 256 { c } else { '?' });
        latin.map(|c| if "()\\".contains(c) { format!("\\{c}") } else { c.to_string() }).collect::<String>()
    };
    let shown: String = lines.iter().map(|line| format!("({}) Tj T*\n", escaped(line))).collect();
    let page = format!("BT /F1 12 Tf 16 TL 72 770 Td\n{shown}ET\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}endstream", page.chars().count()),
    ];
    // A character a byte: what is above ASCII is one of Latin-1.
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(out.chars().count());
        out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let begins = out.chars().count();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{begins}\n%%EOF\n", objects.len() + 1));
    out.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

fn in_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A document of Word: a paragraph a line.
pub(super) fn docx(lines: &[&str]) -> std::io::Result<Vec<u8>> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let paragraphs: String = lines
        .iter()
        .map(|line| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", in_xml(line)))
        .collect();
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
             PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.\
             wordprocessingml.document.main+xml\"/></Types>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
             Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
             Target=\"word/document.xml\"/></Relationships>"
                .to_owned(),
        ),
        (
            "word/document.xml",
            format!(
                "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>\
                 {paragraphs}</w:body></w:document>"
            ),
        ),
    ];
    let mut out = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        out.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
        out.write_all(HEAD.as_bytes())?;
        out.write_all(content.as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}

/// A workbook: a row a line, its cells with `;` between.
fn xlsx(lines: &[&str]) -> std::io::Result<Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0u32..).zip(lines) {
        for (column, cell) in (0u16..).zip(line.split(';')) {
            sheet.write_string(row, column, cell).map_err(std::io::Error::other)?;
        }
    }
    book.save_to_buffer().map_err(std::io::Error::other)
}
