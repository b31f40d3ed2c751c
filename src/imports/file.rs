//! A file of rows, whatever its format: which columns it has, and its rows one at a time.
//!
//! CSV, a workbook's first sheet and the UN Treasury's rates all come out as the same rows, so that what checks them
//! need not know where they came from. A format's own reader gives [`RawRow`]s; the header is understood here.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use csv::ByteRecord;

use super::cells::{self, Wrong};
use super::csv_file::{Csv, CsvRows};
use super::spec::{Cell, Kind, Spec};
use super::un_rates::{self, UnRates};
use super::xlsx::{Workbook, WorkbookRows};

/// The most a file may hold.
const LARGEST: u64 = 256 << 20;
/// The most a row may hold: a quote that is never closed swallows the rest of the file.
pub const LONGEST_ROW: usize = 1 << 20;

/// The column of reasons in the refused rows the import page gives away; loading the file again passes over it.
pub const REASONS: &str = "refused_because";

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
    /// About the file as a whole.
    pub fn file(key: &'static str, arg: impl Into<String>) -> Self {
        Unreadable { key, arg: arg.into(), line: 1 }
    }
}

/// A row as a format's reader gives it.
#[derive(Default)]
pub struct RawRow {
    /// The line an editor shows, or the row of the sheet.
    pub line: i32,
    /// How many fields it has; a sheet's row may have some beyond those kept in `record`.
    pub width: usize,
    /// Its fields, as text.
    pub record: ByteRecord,
    /// Fields whose text cannot stand for their value, and why.
    pub wrong: Vec<(usize, Wrong)>,
}

enum Content {
    Csv(Csv),
    Workbook(Box<Workbook>),
    UnRates(UnRates),
}

impl Content {
    fn open(content: Vec<u8>) -> Result<Self, Unreadable> {
        if Workbook::looks_like(&content) {
            return Ok(Content::Workbook(Box::new(Workbook::open(content)?)));
        }
        if UnRates::looks_like(&content) {
            return Ok(Content::UnRates(UnRates::open(&content)?));
        }
        Ok(Content::Csv(Csv::open(content)?))
    }

    /// The rows, the header first. `cells` says what the fields of a row hold, for formats that need to know.
    fn rows(&self, cells: Vec<Option<Cell>>) -> Result<RawRows<'_>, Unreadable> {
        Ok(match self {
            Content::Csv(csv) => RawRows::Csv(Box::new(csv.rows())),
            Content::Workbook(workbook) => RawRows::Workbook(Box::new(workbook.rows(cells)?)),
            Content::UnRates(rates) => RawRows::UnRates(rates.rows()),
        })
    }

    /// The names of the columns, blank ones at the end left out, and how many fields the header has with them.
    fn header(&self) -> Result<(Vec<String>, usize), Unreadable> {
        let mut raw = RawRow::default();
        if !self.rows(Vec::new())?.next(&mut raw)? {
            return Err(Unreadable::file("file-empty", ""));
        }
        if raw.record.as_slice().contains(&0) {
            return Err(Unreadable::file("file-not-utf8", "1"));
        }
        let mut names: Vec<String> =
            raw.record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let widest = names.len();
        while names.len() > 1 && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        if names.len() == 1 && names[0].contains([';', '\t']) {
            return Err(Unreadable::file("file-not-comma", ""));
        }
        Ok((names, widest))
    }
}

enum RawRows<'f> {
    Csv(Box<CsvRows<'f>>),
    Workbook(Box<WorkbookRows<'f>>),
    UnRates(un_rates::Rows<'f>),
}

impl RawRows<'_> {
    fn next(&mut self, into: &mut RawRow) -> Result<bool, Unreadable> {
        into.wrong.clear();
        match self {
            RawRows::Csv(rows) => rows.next(into),
            RawRows::Workbook(rows) => rows.next(into),
            RawRows::UnRates(rows) => Ok(rows.next(into)),
        }
    }
}

/// A file read into memory, its header understood.
pub struct RowFile<'s> {
    content: Content,
    /// For each column of the spec, which field of a row it is, if the file has it.
    fields: Vec<Option<usize>>,
    /// How many named fields the header has, and how many with the empty ones a spreadsheet leaves at its end.
    width: usize,
    widest: usize,
    /// Whether it is laid out as the UN Treasury does.
    treasury: bool,
    spec: &'s Spec,
}

/// A row: its line, and its cells in the order of the spec's columns; `None` for a column the file does not have.
pub struct Row<'a> {
    /// The line an editor shows, or the row of the sheet.
    pub line: i32,
    /// How many fields it has.
    pub width: usize,
    /// Whether those are the header's.
    pub whole: bool,
    raw: &'a RawRow,
    fields: &'a [Option<usize>],
}

impl Row<'_> {
    /// The cell of a column, as text as it stands; `None` where the file has no such column or it is no UTF-8.
    pub fn cell(&self, column: usize) -> Option<&str> {
        let field = self.fields[column]?;
        std::str::from_utf8(self.raw.record.get(field).unwrap_or_default()).ok()
    }

    /// What is wrong with a cell before anybody has read its text.
    pub fn wrong(&self, column: usize) -> Option<&Wrong> {
        let field = self.fields[column]?;
        self.raw.wrong.iter().find(|(at, _)| *at == field).map(|(_, wrong)| wrong)
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        self.fields[column].is_some()
    }

    /// Whether it has the fields of the header; what stands beyond them is blank where the header has blanks too.
    fn fits(&self, file: &RowFile<'_>) -> bool {
        (file.width..=file.widest).contains(&self.width) && self.raw.record.iter().skip(file.width).all(is_blank)
    }
}

fn is_blank(field: &[u8]) -> bool {
    field.trim_ascii().is_empty()
}

/// Reads a file into memory, if it is one of a bearable size.
fn content_of(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error: std::io::Error| Unreadable::file("file-unreadable", error.to_string());
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(Unreadable::file("file-not-a-file", path.display().to_string()));
    }
    if meta.len() > LARGEST {
        return Err(Unreadable::file("file-too-large", (LARGEST >> 20).to_string()));
    }
    std::fs::read(path).map_err(unreadable)
}

/// Rows that are looked at to tell kinds with the same columns apart.
const GUESSED_BY: usize = 20;

/// Which kind a file most likely is: by the names in its header, and where two kinds share them by its first rows.
///
/// # Errors
/// Where it cannot be read.
pub fn guess(path: &Path) -> Result<Option<Kind>, Unreadable> {
    let (names, _) = Content::open(content_of(path)?)?.header()?;
    let mut likely = guess_by(&names);
    if likely.len() > 1 {
        likely.sort_by_cached_key(|kind| wrong_cells(path, *kind));
    }
    Ok(likely.first().copied())
}

/// How many cells of the first rows cannot be what that kind has there.
fn wrong_cells(path: &Path, kind: Kind) -> usize {
    let Ok(file) = RowFile::open(path, kind.spec()) else { return usize::MAX };
    let Ok(mut rows) = file.rows() else { return usize::MAX };
    let mut wrong = 0;
    for _ in 0..GUESSED_BY {
        let Ok(Some(row)) = rows.next_row() else { break };
        let is_wrong = |(at, column): &(usize, &super::spec::Column)| {
            cells::read(row.cell(*at).unwrap_or_default(), column.cell, NaiveDate::MAX).is_err()
        };
        wrong += kind.spec().columns.iter().enumerate().filter(is_wrong).count();
    }
    wrong
}

/// The kinds that fit the names best: least missing and least unknown, and more right than wrong in all.
fn guess_by(names: &[String]) -> Vec<Kind> {
    if un_rates::are(names) {
        return vec![Kind::Rates];
    }
    let off = |kind: Kind| {
        let columns = kind.spec().columns;
        let has = |name: &String| name == REASONS || columns.iter().any(|column| column.name == *name);
        let there = |column: &&super::spec::Column| names.iter().any(|name| name == column.name);
        let missing = columns.iter().filter(|column| column.required && !there(column)).count();
        missing + names.iter().filter(|name| !has(name)).count()
    };
    let least = Kind::ALL.into_iter().map(off).min().unwrap_or(usize::MAX);
    Kind::ALL.into_iter().filter(|kind| off(*kind) == least && least < names.len().div_ceil(2)).collect()
}

impl<'s> RowFile<'s> {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, spec: &'s Spec) -> Result<Self, Unreadable> {
        Self::parse(content_of(path)?, spec)
    }

    /// Reads the header of what is in memory.
    pub fn parse(content: Vec<u8>, spec: &'s Spec) -> Result<Self, Unreadable> {
        let content = Content::open(content)?;
        let (names, widest) = content.header()?;
        let treasury = spec.kind == Kind::Rates && un_rates::are(&names);
        let called = |name: &'static str| if treasury { un_rates::called(name) } else { name };
        // Of the Treasury's columns those that name the country are of no use here.
        // The reasons in a file of refused rows are for whoever puts them right.
        let known =
            |name: &String| treasury || name == REASONS || spec.columns.iter().any(|column| column.name == name);
        let unknown: Vec<&str> = names.iter().filter(|name| !known(name)).map(String::as_str).collect();
        let twice: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(at, name)| names[..*at].contains(name))
            .map(|(_, name)| name.as_str())
            .collect();
        let fields: Vec<Option<usize>> =
            spec.columns.iter().map(|column| names.iter().position(|name| name == called(column.name))).collect();
        let missing: Vec<&str> = spec
            .columns
            .iter()
            .zip(&fields)
            .filter(|(column, field)| column.required && field.is_none())
            .map(|(column, _)| called(column.name))
            .collect();
        for (key, columns) in [("columns-missing", missing), ("columns-unknown", unknown), ("columns-twice", twice)] {
            if !columns.is_empty() {
                return Err(Unreadable::file(key, columns.join(", ")));
            }
        }
        Ok(RowFile { width: names.len(), widest, content, fields, treasury, spec })
    }

    /// What the file's columns mean.
    pub fn spec(&self) -> &'s Spec {
        self.spec
    }

    /// How many fields every row should have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The names of the spec's columns that the file has, in the order of the spec.
    pub fn columns(&self) -> Vec<&'static str> {
        self.spec.columns.iter().zip(&self.fields).filter(|(_, f)| f.is_some()).map(|(c, _)| c.name).collect()
    }

    /// The rows after the header, one at a time.
    pub fn rows(&self) -> Result<Rows<'_>, Unreadable> {
        let mut cells = vec![None; self.width];
        for (column, field) in self.spec.columns.iter().zip(&self.fields) {
            if let Some(field) = field {
                cells[*field] = Some(column.cell);
            }
        }
        let mut rows = self.content.rows(cells)?;
        let mut raw = RawRow::default();
        rows.next(&mut raw)?;
        Ok(Rows { file: self, rows, raw, seen: HashMap::new() })
    }
}

/// A file on its way through: holds one row at a time.
pub struct Rows<'f> {
    file: &'f RowFile<'f>,
    rows: RawRows<'f>,
    raw: RawRow,
    /// Of the Treasury's layout: the rate and line of each currency and day so far.
    seen: HashMap<(String, NaiveDate), (String, i32)>,
}

impl Rows<'_> {
    /// The next row that has anything in it. Stops at one that is too long to be a row.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, Unreadable> {
        loop {
            if !self.rows.next(&mut self.raw)? {
                return Ok(None);
            }
            if self.raw.record.as_slice().len() > LONGEST_ROW {
                return Err(Unreadable { key: "row-too-long", arg: String::new(), line: self.raw.line });
            }
            // What a spreadsheet leaves below its last row: lines of blanks and commas.
            if self.raw.wrong.is_empty() && self.raw.record.iter().all(is_blank) && self.raw.width <= self.file.widest {
                continue;
            }
            if self.file.treasury && !un_rates::keep(&mut self.raw, &self.file.fields, &mut self.seen) {
                continue;
            }
            let mut row = Row {
                line: self.raw.line,
                width: self.raw.width,
                whole: false,
                raw: &self.raw,
                fields: &self.file.fields,
            };
            row.whole = row.fits(self.file);
            return Ok(Some(row));
        }
    }

    /// How many bytes of how many have been read, for a reader's patience.
    pub fn so_far(&self) -> (u64, u64) {
        match (&self.rows, &self.file.content) {
            (RawRows::Csv(rows), Content::Csv(csv)) => (rows.read_so_far(), csv.len() as u64),
            (RawRows::Workbook(rows), _) => rows.so_far(),
            _ => (1, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::spec::Kind;

    fn lines_of(content: &str) -> Vec<(i32, String)> {
        let file =
            RowFile::parse(content.as_bytes().to_vec(), Kind::Funds.spec()).unwrap_or_else(|why| panic!("{why:?}"));
        let mut rows = Vec::new();
        let mut reading = file.rows().unwrap_or_else(|why| panic!("{why:?}"));
        while let Some(row) = reading.next_row().unwrap_or_else(|why| panic!("{why:?}")) {
            assert!(row.whole);
            rows.push((row.line, row.cell(0).unwrap_or_default().to_owned()));
        }
        rows
    }

    fn refused(content: &[u8]) -> &'static str {
        match RowFile::parse(content.to_vec(), Kind::Funds.spec()) {
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
        let file = RowFile::parse(b"code,name,earmarking,\nA,a,core,x\nB,b,core,,\n".to_vec(), Kind::Funds.spec());
        let file = file.unwrap_or_else(|why| panic!("{why:?}"));
        let mut reading = file.rows().unwrap_or_else(|why| panic!("{why:?}"));
        while let Ok(Some(row)) = reading.next_row() {
            assert!(!row.whole, "line {}", row.line);
        }
    }

    #[test]
    fn what_is_no_csv_is_refused_in_a_sentence() {
        assert_eq!(refused(b""), "file-empty");
        assert_eq!(refused(b"PK\x03\x04rest"), "file-is-zip");
        assert_eq!(refused(b"<html><body>code,name</body></html>"), "file-not-csv");
        assert_eq!(refused("code,name,earmarking\nA,Caf\u{e9},core".replace('\u{e9}', "X").as_bytes()), "accepted");
        assert_eq!(refused(b"code,name,earmarking\nA,Caf\xE9,core"), "file-not-utf8");
        assert_eq!(refused(b"c\0o\0d\0e\0,\0n\0a\0m\0e\0\n\0"), "file-not-utf8");
        assert_eq!(refused(b"code;name;earmarking\nA;a;core"), "file-not-comma");
        assert_eq!(refused(b"code,earmarking\n"), "columns-missing");
        assert_eq!(refused(b"code,name,earmarking,colour\n"), "columns-unknown");
        assert_eq!(refused(b"code,name,earmarking,name\n"), "columns-twice");
    }

    #[test]
    fn the_kind_is_guessed_by_the_names_of_the_columns() {
        let guessed = |header: &str| guess_by(&header.split(',').map(str::to_owned).collect::<Vec<_>>());
        for kind in Kind::ALL {
            let all: Vec<&str> = kind.spec().columns.iter().map(|column| column.name).collect();
            assert!(guessed(&all.join(",")).contains(&kind));
            let needed = kind.spec().columns.iter().filter(|column| column.required);
            let needed: Vec<&str> = needed.map(|column| column.name).collect();
            assert!(guessed(&needed.join(",")).contains(&kind), "{needed:?}");
        }
        assert_eq!(guessed("ref,donor,currency,amount,received_on,fund,colour"), [Kind::Contributions]);
        assert_eq!(guessed("f_country_name,f_curr_code,rate,eff_date"), [Kind::Rates]);
        assert_eq!(guessed("first,second,third"), []);
    }

    #[test]
    fn kinds_with_the_same_columns_are_told_apart_by_their_rows() {
        let folder = tempfile::tempdir().unwrap();
        for (kind, rows) in [
            (Kind::Units, "code,name,kind\nROAF,Africa,regional_office\n"),
            (Kind::Donors, "code,name,kind\nSWE,Sweden,C01\n"),
        ] {
            let path = folder.path().join("file");
            std::fs::write(&path, rows).unwrap();
            assert_eq!(guess(&path), Ok(Some(kind)));
        }
    }
}
