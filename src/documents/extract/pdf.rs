//! PDF, by `pdf-extract`, a page at a time: one page nobody can read does not take the others with it.

use std::fs::File;
use std::io::{Error, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, PlainTextOutput, output_doc_page};

use super::{Text, Unreadable};

/// Text as the reader of PDF writes it: pieces of UTF-8.
struct Out<'t> {
    text: &'t mut Text,
    full: bool,
}

impl Write for Out<'_> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if !self.text.push(&String::from_utf8_lossy(piece)) {
            self.full = true;
            return Err(Error::other("there is enough"));
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The text of a PDF.
pub(super) fn read(mut file: File, text: &mut Text) -> Result<(), Unreadable> {
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|_| Unreadable::Gone)?;
    // Where it falls over what it reads, that is told by how this process ends, not on its way out.
    std::panic::set_hook(Box::new(|_| {}));
    let locked = says_it_is_encrypted(&content);
    let loaded = catch_unwind(AssertUnwindSafe(|| Document::load_mem(&content)));
    let document = match loaded {
        Ok(Ok(document)) => document,
        Ok(Err(_)) | Err(_) if locked => return Err(Unreadable::Encrypted),
        Ok(Err(_)) | Err(_) => return Err(Unreadable::Damaged),
    };
    drop(content);
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let (mut read, mut failed) = (0, 0);
    for page in &pages {
        let mut out = Out { text, full: false };
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut output = PlainTextOutput::new(&mut out as &mut dyn Write);
            output_doc_page(&document, &mut output, *page)
        }));
        if out.full {
            return Ok(());
        }
        match done {
            Ok(Ok(())) => read += 1,
            Ok(Err(_)) | Err(_) => failed += 1,
        }
        text.line();
    }
    // One that opens without a password was opened so, and its pages were read.
    match (read, failed) {
        _ if locked && text.0.trim().is_empty() => Err(Unreadable::Encrypted),
        (0, failed) if failed > 0 || pages.is_empty() => Err(Unreadable::Damaged),
        _ => Ok(()),
    }
}

/// Whether the end of the file names how it is encrypted: a reader that cannot open it may say anything.
fn says_it_is_encrypted(content: &[u8]) -> bool {
    let tail = &content[content.len().saturating_sub(8 << 10)..];
    tail.windows(8).any(|window| window == b"/Encrypt")
}
