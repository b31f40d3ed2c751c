//! What a file is, read from what stands in it; its name is not believed.

/// How much of a file's beginning and end is looked at.
pub(super) const LOOKED_AT: usize = 64 << 10;

/// A type of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Media {
    /// As the web calls it.
    pub(super) name: &'static str,
    /// The last part of the key of its name for people.
    pub(super) word: &'static str,
    /// Endings a file of this type goes by.
    pub(super) endings: &'static [&'static str],
    /// Whether text is taken from it.
    pub(super) has_text: bool,
}

const fn media(name: &'static str, word: &'static str, endings: &'static [&'static str], has_text: bool) -> Media {
    Media { name, word, endings, has_text }
}

const PDF: Media = media("application/pdf", "pdf", &["pdf"], true);
const DOCX: Media =
    media("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", &["docx", "docm"], true);
const XLSX: Media =
    media("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", &["xlsx", "xlsm"], true);
const PPTX: Media =
    media("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx", &["pptx", "pptm"], true);
const HTML: Media = media("text/html", "html", &["html", "htm", "xhtml", "mht"], true);
const TEXT: Media = media("text/plain", "txt", &["txt", "csv", "md", "text", "log", "eml", "json", "xml"], true);
const OLE: Media = media("application/x-ole-storage", "ole", &["doc", "xls", "ppt", "msg"], false);
const OTHER: Media = media("application/octet-stream", "unknown", &[], false);
/// What is no document but runs.
pub(super) const PROGRAM: Media =
    media("application/x-executable", "program", &["exe", "dll", "so", "bin", "elf"], false);

/// Every type there is.
const ALL: [Media; 19] = [
    PDF,
    DOCX,
    XLSX,
    PPTX,
    HTML,
    TEXT,
    OLE,
    PROGRAM,
    media("image/svg+xml", "svg", &["svg"], false),
    media("application/rtf", "rtf", &["rtf", "doc"], false),
    media("application/zip", "zip", &["zip"], false),
    media("application/vnd.oasis.opendocument.text", "odf", &["odt", "ods", "odp"], false),
    media("image/png", "image", &["png"], false),
    media("image/jpeg", "image", &["jpg", "jpeg"], false),
    media("image/gif", "image", &["gif"], false),
    media("image/tiff", "image", &["tif", "tiff"], false),
    media("image/webp", "image", &["webp"], false),
    media("application/gzip", "zip", &["gz", "tgz"], false),
    OTHER,
];

/// The type of that name; one nobody knows is any file.
pub(super) fn named(name: &str) -> Media {
    ALL.into_iter().find(|media| media.name == name).unwrap_or(OTHER)
}

/// What files begin with.
const BEGINNINGS: [(&[u8], &str); 14] = [
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", OLE.name),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", PROGRAM.name),
    (b"\x7fELF", PROGRAM.name),
    (b"\xCF\xFA\xED\xFE", PROGRAM.name),
    (b"\xCA\xFE\xBA\xBE", PROGRAM.name),
    (b"#!", PROGRAM.name),
];

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What a file is by its first and last bytes: `head` the first 64 KB, `tail` the last.
pub(super) fn of(head: &[u8], tail: &[u8]) -> Media {
    // Readers of PDF take one that begins somewhere in the first kilobyte.
    let begins_late = head.windows(5).take(1024).position(|window| window == b"%PDF-");
    if begins_late.is_some_and(|at| at == 0 || markup(head).is_none()) {
        return PDF;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return packed(head, tail);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return named("image/webp");
    }
    // A text may well begin with MZ.
    let fits = |(begin, name): &&(&[u8], &str)| {
        head.starts_with(begin) && (*name != PROGRAM.name || *begin == b"#!" || !is_text(head))
    };
    if let Some((_, name)) = BEGINNINGS.iter().find(fits) {
        return named(name);
    }
    match markup(head) {
        Some(media) => media,
        None if is_text(head) => TEXT,
        None => OTHER,
    }
}

/// What a ZIP file packs: its parts are named in plain bytes before each and at the end.
fn packed(head: &[u8], tail: &[u8]) -> Media {
    let names = |part: &[u8]| holds(head, part) || holds(tail, part);
    if names(b"mimetypeapplication/vnd.oasis.opendocument.") {
        return named("application/vnd.oasis.opendocument.text");
    }
    let kinds = [(b"word/document".as_slice(), DOCX), (b"xl/workbook", XLSX), (b"ppt/presentation", PPTX)];
    kinds.into_iter().find(|(part, _)| names(part)).map_or_else(|| named("application/zip"), |(_, media)| media)
}

/// Whether a file is HTML or SVG, whatever comes before: a byte-order mark, space, comments, an XML declaration.
fn markup(head: &[u8]) -> Option<Media> {
    let text = String::from_utf8_lossy(&head[..head.len().min(8 << 10)]).to_lowercase();
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!doctype") && !rest.starts_with("<!doctype html") {
            ">"
        } else {
            break;
        };
        let at = rest.find(end)?;
        rest = rest[at + end.len()..].trim_start();
    }
    let begins = |tag: &str| {
        rest.strip_prefix(tag)
            .is_some_and(|after| after.is_empty() || !after.starts_with(|c: char| c.is_alphanumeric()))
    };
    let html = ["<!doctype html", "<html", "<head", "<body", "<script", "<title", "<iframe", "<table", "<div", "<p"];
    if begins("<svg") {
        Some(named("image/svg+xml"))
    } else if html.into_iter().any(begins) {
        Some(HTML)
    } else {
        None
    }
}

/// Whether it reads as text: marked as one of the forms of Unicode, or without the control characters no text has.
fn is_text(head: &[u8]) -> bool {
    if [b"\xEF\xBB\xBF".as_slice(), b"\xFF\xFE", b"\xFE\xFF"].into_iter().any(|mark| head.starts_with(mark)) {
        return true;
    }
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    !head.iter().any(control)
}

/// Whether the file goes by an ending that is another type's.
pub(super) fn calls_itself_something_else(name: &str, media: Media) -> bool {
    let Some((_, ending)) = name.rsplit_once('.') else { return false };
    let ending = ending.to_lowercase();
    // A password puts a new document into the old one's coat.
    if media == OLE && [DOCX, XLSX, PPTX].iter().any(|new| new.endings.contains(&ending.as_str())) {
        return false;
    }
    let known = ALL.iter().any(|one| one.endings.contains(&ending.as_str()));
    known && !media.endings.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(content: &[u8]) -> &'static str {
        of(content, content).word
    }

    #[test]
    fn a_file_is_what_stands_in_it() {
        for (content, expected) in [
            (b"%PDF-1.7\n".as_slice(), "pdf"),
            (b"\xEF\xBB\xBF%PDF-1.4", "pdf"),
            (b"PK\x03\x04....[Content_Types].xml....word/document.xml", "docx"),
            (b"PK\x03\x04....xl/workbook.xml", "xlsx"),
            (b"PK\x03\x04....ppt/presentation.xml", "pptx"),
            (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.text", "odf"),
            (b"PK\x03\x04....photos/1.jpg", "zip"),
            (b"<!DOCTYPE html><p>%PDF-1.4 is what I say I am", "html"),
            (b"\xEF\xBB\xBF \n<!-- x --><HTML>", "html"),
            (b"<script>alert(1)</script>", "html"),
            (b"<?xml version=\"1.0\"?><!-- x --><svg xmlns=\"\">", "svg"),
            (b"<!DOCTYPE svg PUBLIC \"x\"><svg>", "svg"),
            (b"<?xml version=\"1.0\"?><note/>", "txt"),
            ("Осло: письмо".as_bytes(), "txt"),
            (b"\xFF\xFEa\0", "txt"),
            (b"caf\xE9 in an old coat", "txt"),
            (b"{\\rtf1 x}", "rtf"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "ole"),
            (b"MZ\x90\0", "program"),
            (b"\x7fELF\x02", "program"),
            (b"MZUZU: a letter", "txt"),
            (b"\0\x01\x02", "unknown"),
        ] {
            assert_eq!(word(content), expected, "{}", String::from_utf8_lossy(content));
        }
    }

    #[test]
    fn what_calls_itself_something_else_is_found_out() {
        for (name, content, lies) in [
            ("report.pdf", b"<html>".as_slice(), true),
            ("report.pdf", b"%PDF-1.4", false),
            ("report.PDF", b"%PDF-1.4", false),
            ("report", b"%PDF-1.4", false),
            ("report.v2", b"%PDF-1.4", false),
            ("report.docx", b"%PDF-1.4", true),
            ("report.docx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", false),
            ("logo.png", b"<svg>", true),
        ] {
            assert_eq!(calls_itself_something_else(name, of(content, content)), lies, "{name}");
        }
    }

    #[test]
    fn every_type_is_found_by_its_name() {
        for media in ALL {
            assert_eq!(named(media.name), media);
        }
        assert_eq!(named("video/x-unheard-of"), OTHER);
    }
}
