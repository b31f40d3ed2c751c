//! Reads a CSV file row by row: UTF-8, RFC 4180 quoting, a byte-order mark accepted, lines counted as an editor does.

use std::path::Path;

use csv::ByteRecord;

use super::spec::Spec;

/// The most a file may hold.
const LARGEST: u64 = 256 << 20;
/// The most a row may hold: a quote that is never closed swallows the rest of the file.
const LONGEST_ROW: usize = 1 << 20;

/// Why a file cannot be read at all. The key of a sentence in `locales/`, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The sentence.
    pub key: &'static str,
    /// What it names: columns, a line.
    pub arg: String,
    /// The line it is about; 1 where it is the whole file.
    pub line: i32,
}

impl Unreadable {
    fn file(key: &'static str, arg: impl Into<String>) -> Self {
        Unreadable { key, arg: arg.into(), line: 1 }
    }
}

/// A file read into memory, its header understood.
pub struct CsvFile<'s> {
    content: Vec<u8>,
    start: usize,
    /// For each column of the spec, which field of a row it is, if the file has it.
    fields: Vec<Option<usize>>,
    /// How many named fields the header has, and how many with the empty ones a spreadsheet leaves at its end.
    width: usize,
    widest: usize,
    spec: &'s Spec,
}

/// A row: its line, and its cells in the order of the spec's columns; `None` for a column the file does not have.
pub struct Row<'a> {
    /// The line an editor shows.
    pub line: i32,
    /// How many fields it has.
    pub width: usize,
    /// Whether those are the header's.
    pub whole: bool,
    record: &'a ByteRecord,
    fields: &'a [Option<usize>],
}

impl Row<'_> {
    /// The cell of a column, as text as it stands; `None` where the file has no such column or it is no UTF-8.
    pub fn cell(&self, column: usize) -> Option<&str> {
        let field = self.fields[column]?;
        std::str::from_utf8(self.record.get(field).unwrap_or_default()).ok()
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        self.fields[column].is_some()
    }

    /// Whether it has the fields of the header; what stands beyond them is blank where the header has blanks too.
    fn fits(&self, file: &CsvFile<'_>) -> bool {
        (file.width..=file.widest).contains(&self.width) && self.record.iter().skip(file.width).all(is_blank)
    }
}

fn is_blank(field: &[u8]) -> bool {
    field.trim_ascii().is_empty()
}

impl<'s> CsvFile<'s> {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, spec: &'s Spec) -> Result<Self, Unreadable> {
        let name = path.display().to_string();
        let meta = std::fs::metadata(path).map_err(|error| Unreadable::file("file-unreadable", error.to_string()))?;
        if !meta.is_file() {
            return Err(Unreadable::file("file-not-a-file", name));
        }
        if meta.len() > LARGEST {
            return Err(Unreadable::file("file-too-large", (LARGEST >> 20).to_string()));
        }
        let content = std::fs::read(path).map_err(|error| Unreadable::file("file-unreadable", error.to_string()))?;
        Self::parse(content, spec)
    }

    /// Reads the header of what is in memory.
    pub fn parse(content: Vec<u8>, spec: &'s Spec) -> Result<Self, Unreadable> {
        let start = if content.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        refuse_what_is_no_csv(&content)?;
        let mut reader = reader(&content[start..]);
        let mut header = ByteRecord::new();
        let found = reader
            .read_byte_record(&mut header)
            .map_err(|error| Unreadable::file("file-unreadable", error.to_string()))?;
        if !found {
            return Err(Unreadable::file("file-empty", ""));
        }
        if header.as_slice().contains(&0) {
            return Err(Unreadable::file("file-not-utf8", "1"));
        }
        let mut names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let widest = names.len();
        while names.len() > 1 && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if names.len() == 1 && names[0].contains([';', '\t']) {
            return Err(Unreadable::file("file-not-comma", ""));
        }
        let known = |name: &String| spec.columns.iter().any(|column| column.name == name);
        let unknown: Vec<&str> = names.iter().filter(|name| !known(name)).map(String::as_str).collect();
        let twice: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(at, name)| names[..*at].contains(name))
            .map(|(_, name)| name.as_str())
            .collect();
        let fields: Vec<Option<usize>> =
            spec.columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
        let missing: Vec<&str> = spec
            .columns
            .iter()
            .zip(&fields)
            .filter(|(column, field)| column.required && field.is_none())
            .map(|(column, _)| column.name)
            .collect();
        for (key, columns) in [("columns-missing", missing), ("columns-unknown", unknown), ("columns-twice", twice)] {
            if !columns.is_empty() {
                return Err(Unreadable::file(key, columns.join(", ")));
            }
        }
        Ok(CsvFile { width: names.len(), widest, content, start, fields, spec })
    }

    /// Which file columns the spec's columns are.
    pub fn spec(&self) -> &'s Spec {
        self.spec
    }

    /// How many fields every row should have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The rows after the header, one at a time.
    pub fn rows(&self) -> Rows<'_> {
        let bytes = &self.content[self.start..];
        let lines = Lines { bytes, at: 0, line: 1 };
        Rows { file: self, reader: reader(bytes), lines, record: ByteRecord::new(), header: true }
    }
}

/// A file on its way through: holds one row at a time.
pub struct Rows<'f> {
    file: &'f CsvFile<'f>,
    reader: csv::Reader<&'f [u8]>,
    lines: Lines<'f>,
    record: ByteRecord,
    header: bool,
}

impl Rows<'_> {
    /// The next row that has anything in it. Stops at one that is too long to be a row.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, Unreadable> {
        loop {
            let more = self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| Unreadable::file("file-unreadable", error.to_string()))?;
            if !more {
                return Ok(None);
            }
            let begins = self.record.position().map_or(0, csv::Position::byte);
            let line = self.lines.line_of(usize::try_from(begins).unwrap_or(usize::MAX));
            if std::mem::take(&mut self.header) {
                continue;
            }
            if self.record.as_slice().len() > LONGEST_ROW {
                return Err(Unreadable { key: "row-too-long", arg: String::new(), line });
            }
            // What a spreadsheet leaves below its last row: lines of blanks and commas.
            if self.record.iter().all(is_blank) {
                continue;
            }
            let mut row =
                Row { line, width: self.record.len(), whole: false, record: &self.record, fields: &self.file.fields };
            row.whole = row.fits(self.file);
            return Ok(Some(row));
        }
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

/// A file that is not what it claims is refused in a sentence.
fn refuse_what_is_no_csv(content: &[u8]) -> Result<(), Unreadable> {
    let begins = |magic: &[&[u8]]| magic.iter().any(|magic| content.starts_with(magic));
    if begins(&[b"PK\x03\x04"]) {
        return Err(Unreadable::file("file-is-xlsx", ""));
    }
    if begins(&[b"\xD0\xCF\x11\xE0", b"%PDF", b"\x1F\x8B", b"{\\rtf"]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::spec::Kind;

    fn lines_of(content: &str) -> Vec<(i32, String)> {
        let file =
            CsvFile::parse(content.as_bytes().to_vec(), Kind::Funds.spec()).unwrap_or_else(|why| panic!("{why:?}"));
        let mut rows = Vec::new();
        let mut reading = file.rows();
        while let Some(row) = reading.next_row().unwrap_or_else(|why| panic!("{why:?}")) {
            assert!(row.whole);
            rows.push((row.line, row.cell(0).unwrap_or_default().to_owned()));
        }
        rows
    }

    fn refused(content: &[u8]) -> &'static str {
        match CsvFile::parse(content.to_vec(), Kind::Funds.spec()) {
            Ok(_) => "accepted",
            Err(why) => why.key,
        }
    }

    #[test]
    fn lines_are_numbered_as_an_editor_shows_them() {
        let rows =
            lines_of("\u{FEFF}code,name,earmarking\r\n\r\nA,\"two\r\nlines\",core\r\n\r\n\r\nB,b,core\r\nC,c,core");
        assert_eq!(rows, [(3, "A".into()), (7, "B".into()), (8, "C".into())]);
        let two = [(2, "A".to_owned()), (3, "B".to_owned())];
        assert_eq!(lines_of("code,name,earmarking\rA,a,core\rB,b,core"), two);
        assert_eq!(lines_of("code,name,earmarking\rA,a,core\rB,b,core\r\r"), two);
    }

    #[test]
    fn what_a_spreadsheet_leaves_at_the_end_is_nothing() {
        let two = [(2, "A".to_owned()), (3, "B".to_owned())];
        assert_eq!(lines_of("code,name,earmarking,,\nA,a,core,,\nB,b,core, ,\n,,,,\n"), two);
        assert_eq!(lines_of("code,name,earmarking,\nA,a,core\nB,b,core,\n\n   \n\n"), two);
        assert_eq!(refused(b"code,,name,earmarking\n"), "columns-unknown");
        let file = CsvFile::parse(b"code,name,earmarking,\nA,a,core,x\nB,b,core,,\n".to_vec(), Kind::Funds.spec());
        let file = file.unwrap_or_else(|why| panic!("{why:?}"));
        let mut reading = file.rows();
        while let Ok(Some(row)) = reading.next_row() {
            assert!(!row.whole, "line {}", row.line);
        }
    }

    #[test]
    fn what_is_no_csv_is_refused_in_a_sentence() {
        assert_eq!(refused(b""), "file-empty");
        assert_eq!(refused(b"PK\x03\x04rest"), "file-is-xlsx");
        assert_eq!(refused(b"<html><body>code,name</body></html>"), "file-not-csv");
        assert_eq!(refused("code,name,earmarking\nA,Caf\u{e9},core".replace('\u{e9}', "X").as_bytes()), "accepted");
        assert_eq!(refused(b"code,name,earmarking\nA,Caf\xE9,core"), "file-not-utf8");
        assert_eq!(refused(b"c\0o\0d\0e\0,\0n\0a\0m\0e\0\n\0"), "file-not-utf8");
        assert_eq!(refused(b"code;name;earmarking\nA;a;core"), "file-not-comma");
        assert_eq!(refused(b"code,earmarking\n"), "columns-missing");
        assert_eq!(refused(b"code,name,earmarking,colour\n"), "columns-unknown");
        assert_eq!(refused(b"code,name,earmarking,name\n"), "columns-twice");
    }
}
