//! Reads a CSV file row by row: UTF-8, RFC 4180 quoting, a byte-order mark accepted, lines counted as an editor does.

use super::file::{RawRow, Unreadable};

/// A CSV file in memory.
pub struct Csv {
    content: Vec<u8>,
    start: usize,
}

impl Csv {
    /// Takes what is in memory, if it can be CSV.
    pub fn open(content: Vec<u8>) -> Result<Self, Unreadable> {
        refuse_what_is_no_csv(&content)?;
        let start = if content.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Ok(Csv { content, start })
    }

    /// Its rows, the header among them.
    pub fn rows(&self) -> CsvRows<'_> {
        let bytes = &self.content[self.start..];
        CsvRows { reader: reader(bytes), lines: Lines { bytes, at: 0, line: 1 } }
    }

    /// How long it is.
    pub fn len(&self) -> usize {
        self.content.len() - self.start
    }
}

/// A CSV file on its way through.
pub struct CsvRows<'f> {
    reader: csv::Reader<&'f [u8]>,
    lines: Lines<'f>,
}

impl CsvRows<'_> {
    /// Reads the next row; false where there is none.
    pub fn next(&mut self, into: &mut RawRow) -> Result<bool, Unreadable> {
        let more = self
            .reader
            .read_byte_record(&mut into.record)
            .map_err(|error| Unreadable::file("file-unreadable", error.to_string()))?;
        if more {
            let begins = into.record.position().map_or(0, csv::Position::byte);
            into.line = self.lines.line_of(usize::try_from(begins).unwrap_or(usize::MAX));
            into.width = into.record.len();
        }
        Ok(more)
    }

    /// How far it has come, in bytes.
    pub fn read_so_far(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

/// A file that is not what it claims is refused in a sentence.
fn refuse_what_is_no_csv(content: &[u8]) -> Result<(), Unreadable> {
    let begins = |magic: &[&[u8]]| magic.iter().any(|magic| content.starts_with(magic));
    if begins(&[b"%PDF", b"\x1F\x8B", b"{\\rtf"]) {
        return Err(Unreadable::file("file-not-csv", ""));
    }
    if begins(&[b"\xFF\xFE", b"\xFE\xFF"]) {
        return Err(Unreadable::file("file-not-utf8", "1"));
    }
    let text = content.trim_ascii_start();
    if text.first() == Some(&b'<') {
        return Err(Unreadable::file("file-not-csv", ""));
    }
    if let Err(error) = std::str::from_utf8(content) {
        let line = 1 + content[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        return Err(Unreadable {
            key: "file-not-utf8",
            arg: line.to_string(),
            line: i32::try_from(line).unwrap_or(i32::MAX),
        });
    }
    Ok(())
}

/// Counts lines as an editor does. The CSV reader says where a row was looked for; empty lines before it are not it.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn line_of(&mut self, begins: usize) -> i32 {
        let mut begins = begins.min(self.bytes.len());
        while matches!(self.bytes.get(begins), Some(b'\n' | b'\r')) {
            begins += 1;
        }
        let passed = &self.bytes[self.at.min(begins)..begins];
        // A lone carriage return ends a line too; one before a line feed is part of that.
        let ends = passed
            .iter()
            .enumerate()
            .filter(|(at, byte)| **byte == b'\n' || (**byte == b'\r' && passed.get(at + 1) != Some(&b'\n')))
            .count();
        self.line += ends;
        self.at = begins;
        i32::try_from(self.line).unwrap_or(i32::MAX)
    }
}
