//! Reads the first sheet of a workbook row by row: a stream with limits on everything it unpacks to.
//!
//! `package` finds the parts of the ZIP file and unpacks them by the piece, `number` makes decimals and days of what a
//! cell holds. Cells are sparse: a sheet with one cell in its last corner costs one cell. Nothing here is a float.

mod number;
pub(crate) mod package;
#[cfg(test)]
mod tests;

use csv::ByteRecord;
use quick_xml::events::{BytesRef, BytesStart, Event};

use self::package::{Package, Part, Unpacked};
use super::cells::Wrong;
use super::file::{LONGEST_ROW, RawRow, Unreadable};
use super::spec::Cell;

/// The most a sheet may unpack to, in MB.
const LARGEST_SHEET: u64 = 512;
/// The most the texts that cells share may unpack to, in MB; they are held in memory.
const LARGEST_STRINGS: u64 = 64;
/// The most any other part may unpack to, in MB.
const LARGEST_PART: u64 = 4;
/// The most columns a header may have.
const WIDEST: usize = 1_000;

/// A workbook in memory, as packed as it came; of its parts only the shared texts are unpacked.
pub struct Workbook {
    package: Package,
    sheet: Part,
    strings: Strings,
    from_1904: bool,
}

/// Texts that cells share, one behind the other.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn get(&self, at: usize) -> Option<&str> {
        let from = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.text.get(from..*self.ends.get(at)?)
    }
}

/// A workbook that is none.
fn broken() -> Unreadable {
    Unreadable::file("xlsx-broken", "")
}

/// What a tag says of itself under that name.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found =
        tag.attributes().filter_map(Result::ok).find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let text = std::str::from_utf8(&found.value).ok()?;
    Some(quick_xml::escape::unescape(text).ok()?.into_owned())
}

/// What `&amp;` and the like stand for.
fn resolved(reference: &BytesRef<'_>) -> Result<char, Unreadable> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character);
    }
    Ok(match &**reference {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        // Entities of a document's own can stand for anything of any size.
        _ => return Err(broken()),
    })
}

/// Appends text of an event, if it is one of text.
pub(crate) fn append(event: &Event<'_>, text: &mut String) -> Result<(), Unreadable> {
    match event {
        Event::Text(piece) => text.push_str(std::str::from_utf8(piece).map_err(|_| broken())?),
        Event::CData(piece) => text.push_str(std::str::from_utf8(piece).map_err(|_| broken())?),
        Event::GeneralRef(reference) => text.push(resolved(reference)?),
        _ => {}
    }
    Ok(())
}

impl Workbook {
    /// Whether it is one, or a file that people take for one.
    pub fn looks_like(content: &[u8]) -> bool {
        content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06") || is_ole(content)
    }

    /// Finds the first sheet and reads the shared texts.
    pub fn open(content: Vec<u8>) -> Result<Self, Unreadable> {
        if is_ole(&content) {
            // An old workbook and an encrypted new one wear the same coat; the encrypted one says so inside.
            let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let is_encrypted = content.windows(encrypted.len()).any(|window| window == encrypted);
            return Err(Unreadable::file(if is_encrypted { "xlsx-encrypted" } else { "file-is-xls" }, ""));
        }
        let package = Package::open(content)?;
        let no_workbook = || Unreadable::file("file-is-zip", "");
        let main = package.related("", "/officeDocument")?.ok_or_else(no_workbook)?;
        let described = Book::read(&package, &main)?;
        let id = described.sheet.ok_or_else(|| Unreadable::file("xlsx-no-sheet", ""))?;
        let sheet = package.by_id(&main, &id)?.ok_or_else(broken)?;
        let sheet = package.part(&sheet)?.filter(|_| sheet.ends_with(".xml"));
        let sheet = sheet.ok_or_else(|| Unreadable::file("xlsx-no-sheet", ""))?;
        package::within(&sheet, LARGEST_SHEET)?;
        let strings = match package.related(&main, "/sharedStrings")? {
            Some(name) => match package.part(&name)? {
                Some(part) => shared_strings(&package, &part)?,
                None => Strings::default(),
            },
            None => Strings::default(),
        };
        Ok(Workbook { package, sheet, strings, from_1904: described.from_1904 })
    }

    /// Its rows, the header among them.
    pub fn rows(&self, cells: Vec<Option<Cell>>) -> Result<WorkbookRows<'_>, Unreadable> {
        let xml = self.package.unpack(&self.sheet, LARGEST_SHEET)?;
        Ok(WorkbookRows { workbook: self, xml, cells, row: 0, column: 0, about: None, sparse: Vec::new() })
    }
}

fn is_ole(content: &[u8]) -> bool {
    content.starts_with(b"\xD0\xCF\x11\xE0")
}

/// What the workbook says of itself: its first sheet that is shown, and from when it counts days.
#[derive(Default)]
struct Book {
    sheet: Option<String>,
    from_1904: bool,
}

impl Book {
    fn read(package: &Package, name: &str) -> Result<Self, Unreadable> {
        let part = package.part(name)?.ok_or_else(|| Unreadable::file("file-is-zip", ""))?;
        let mut xml = package.unpack(&part, LARGEST_PART)?;
        let mut book = Book::default();
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"workbookPr" => {
                        let from_1904 = attribute(&tag, b"date1904");
                        book.from_1904 = from_1904.is_some_and(|said| ["1", "true"].contains(&said.as_str()));
                    }
                    b"sheet" if book.sheet.is_none() => {
                        let shown = attribute(&tag, b"state").is_none_or(|state| state == "visible");
                        book.sheet = attribute(&tag, b"id").filter(|_| shown);
                    }
                    _ => {}
                },
                Event::Eof => return Ok(book),
                _ => {}
            }
        }
    }
}

fn shared_strings(package: &Package, part: &Part) -> Result<Strings, Unreadable> {
    package::within(part, LARGEST_STRINGS)?;
    let mut xml = package.unpack(part, LARGEST_STRINGS)?;
    let mut strings = Strings::default();
    let (mut inside, mut reading) = (false, 0u32);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"t" => inside = reading == 0,
                b"rPh" => reading += 1,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == b"si" => strings.ends.push(strings.text.len()),
            Event::End(tag) => match tag.local_name().as_ref() {
                b"t" => inside = false,
                // How a name is read aloud is no part of it.
                b"rPh" => reading = reading.saturating_sub(1),
                b"si" => strings.ends.push(strings.text.len()),
                _ => {}
            },
            Event::Eof => return Ok(strings),
            event if inside => append(event, &mut strings.text)?,
            _ => {}
        }
    }
}

/// What a cell is said to hold.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Number,
    Shared,
    Text,
    Boolean,
    Error,
    IsoDay,
}

impl Holds {
    fn of(tag: &BytesStart<'_>) -> Self {
        match attribute(tag, b"t").as_deref() {
            Some("s") => Holds::Shared,
            Some("str" | "inlineStr") => Holds::Text,
            Some("b") => Holds::Boolean,
            Some("e") => Holds::Error,
            Some("d") => Holds::IsoDay,
            _ => Holds::Number,
        }
    }
}

/// A sheet on its way through: holds one row at a time.
pub struct WorkbookRows<'f> {
    workbook: &'f Workbook,
    xml: Unpacked<'f>,
    /// What the columns hold; empty while the header is read.
    cells: Vec<Option<Cell>>,
    row: u32,
    column: usize,
    /// How many rows the sheet says it has.
    about: Option<u64>,
    /// The cells of the row that have anything in them, as they came.
    sparse: Vec<(usize, String, Option<Wrong>)>,
}

impl WorkbookRows<'_> {
    /// How many rows of how many have been read.
    pub fn so_far(&self) -> (u64, u64) {
        (u64::from(self.row), self.about.unwrap_or(0).max(u64::from(self.row)))
    }

    /// Reads the next row that has a cell with anything in it; false where there is none.
    pub fn next(&mut self, into: &mut RawRow) -> Result<bool, Unreadable> {
        loop {
            match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    self.row = row_number(&tag, self.row)?;
                    self.column = 0;
                    self.read_cells()?;
                    if !self.sparse.is_empty() {
                        return self.lay_out(into).map(|()| true);
                    }
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"row" => self.row = row_number(&tag, self.row)?,
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"dimension" => {
                    let corner = attribute(&tag, b"ref").and_then(|area| number::place(area.rsplit(':').next()?));
                    self.about = corner.map(|(_, row)| u64::from(row));
                }
                Event::Eof => return Ok(false),
                _ => {}
            }
        }
    }

    fn read_cells(&mut self) -> Result<(), Unreadable> {
        self.sparse.clear();
        let mut held = 0;
        loop {
            match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == b"c" => {
                    let (name, holds) = (attribute(&tag, b"r"), Holds::of(&tag));
                    let at = self.place(name)?;
                    let text = self.read_cell()?;
                    if let Some((text, wrong)) = self.value(at, holds, text)? {
                        held += text.len() + 64;
                        if held > LONGEST_ROW {
                            let line = i32::try_from(self.row).unwrap_or(i32::MAX);
                            return Err(Unreadable { key: "row-too-long", arg: String::new(), line });
                        }
                        self.sparse.push((at, text, wrong));
                    }
                }
                Event::Empty(tag) if tag.local_name().as_ref() == b"c" => {
                    let name = attribute(&tag, b"r");
                    self.place(name)?;
                }
                Event::End(tag) if tag.local_name().as_ref() == b"row" => return Ok(()),
                Event::Eof => return Err(broken()),
                _ => {}
            }
        }
    }

    /// Which column a cell stands in: what it says, or the one after the last.
    fn place(&mut self, name: Option<String>) -> Result<usize, Unreadable> {
        let said = match name {
            Some(name) => number::place(&name).ok_or_else(broken)?.0,
            None => self.column,
        };
        self.column = said + 1;
        Ok(said)
    }

    /// The text between a cell's tags: its value, or the words written into it. A formula is passed over.
    fn read_cell(&mut self) -> Result<String, Unreadable> {
        let mut text = String::new();
        let (mut inside, mut reading) = (false, 0u32);
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"v" | b"t" => inside = reading == 0,
                    b"rPh" => reading += 1,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"v" | b"t" => inside = false,
                    b"rPh" => reading = reading.saturating_sub(1),
                    b"c" => return Ok(text),
                    _ => {}
                },
                Event::Eof => return Err(broken()),
                event if inside => {
                    append(event, &mut text)?;
                    if text.len() > LONGEST_ROW {
                        let line = i32::try_from(self.row).unwrap_or(i32::MAX);
                        return Err(Unreadable { key: "row-too-long", arg: String::new(), line });
                    }
                }
                _ => {}
            }
        }
    }

    /// What the checks are to read: nothing for an empty cell.
    fn value(&self, at: usize, holds: Holds, text: String) -> Result<Option<(String, Option<Wrong>)>, Unreadable> {
        let cell = self.cells.get(at).copied().flatten();
        let is_day = matches!(cell, Some(Cell::Day | Cell::Event));
        let text = match holds {
            Holds::Shared => {
                let at = text.trim().parse().map_err(|_| broken())?;
                number::without_escapes(self.workbook.strings.get(at).ok_or_else(broken)?)
            }
            Holds::Text => number::without_escapes(&text),
            _ => text,
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        let read = match holds {
            Holds::Error => {
                let wrong = Wrong { key: "cell-is-an-error", arg: text.trim().to_owned() };
                return Ok(Some((text, Some(wrong))));
            }
            Holds::Boolean => match (cell, text.trim() == "1") {
                (Some(Cell::YesNo), true) => "yes".to_owned(),
                (Some(Cell::YesNo), false) => "no".to_owned(),
                (_, true) => "TRUE".to_owned(),
                (_, false) => "FALSE".to_owned(),
            },
            Holds::IsoDay => text.trim_end_matches("Z").trim_end_matches("T00:00:00").to_owned(),
            Holds::Number if is_day => number::day(text.trim(), self.workbook.from_1904).unwrap_or(text),
            Holds::Number => number::decimal(text.trim()).unwrap_or(text),
            Holds::Shared | Holds::Text => text,
        };
        Ok(Some((read, None)))
    }

    /// The row as the header has it; what stands beyond it is counted, not laid out.
    fn lay_out(&mut self, into: &mut RawRow) -> Result<(), Unreadable> {
        self.sparse.sort_by_key(|(at, ..)| *at);
        let last = self.sparse.last().map_or(0, |(at, ..)| at + 1);
        let is_header = self.cells.is_empty();
        if is_header && last > WIDEST {
            return Err(Unreadable::file("file-too-wide", WIDEST.to_string()));
        }
        let width = if is_header { last } else { self.cells.len() };
        into.line = i32::try_from(self.row).map_err(|_| broken())?;
        into.width = last.max(width);
        into.record = ByteRecord::new();
        let mut cells = self.sparse.drain(..).peekable();
        for at in 0..width {
            let mut field = String::new();
            // Of a cell that comes twice the last one counts.
            while let Some((_, text, wrong)) = cells.next_if(|(place, ..)| *place == at) {
                into.wrong.retain(|(place, _)| *place != at);
                into.wrong.extend(wrong.map(|wrong| (at, wrong)));
                field = text;
            }
            into.record.push_field(field.as_bytes());
        }
        if is_header {
            self.cells = vec![None; width];
        }
        Ok(())
    }
}

fn row_number(tag: &BytesStart<'_>, last: u32) -> Result<u32, Unreadable> {
    match attribute(tag, b"r") {
        Some(said) => said.parse().ok().filter(|row| *row > 0 && *row <= number::ROWS).ok_or_else(broken),
        None => last.checked_add(1).filter(|row| *row <= number::ROWS).ok_or_else(broken),
    }
}
