//! Word, Excel and PowerPoint: the text in the parts of their ZIP file, unpacked by the piece with a limit on each.

use std::fs::File;
use std::io::Read;

use quick_xml::events::Event;

use super::{Text, Unreadable};
use crate::imports::xlsx::package::Package;
use crate::imports::xlsx::{append, attribute};

/// The most a part may unpack to, in MB.
const LARGEST_PART: u64 = 64;

impl From<crate::imports::file::Unreadable> for Unreadable {
    fn from(why: crate::imports::file::Unreadable) -> Self {
        let too_large = ["xlsx-unpacks-too-large", "xlsx-too-many-parts", "xlsx-cell-too-long"];
        if too_large.contains(&why.key) { Unreadable::TooLarge } else { Unreadable::Damaged }
    }
}

fn open(mut file: File) -> Result<Package, Unreadable> {
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|_| Unreadable::Gone)?;
    Ok(Package::open(content)?)
}

/// The parts whose names begin and end like that, in the order of their numbers.
fn parts(package: &Package, begin: &str) -> Vec<String> {
    let fits = |name: &&str| name.strip_prefix(begin).is_some_and(|rest| rest.ends_with(".xml") && !rest.contains('/'));
    let mut names: Vec<String> = package.names().filter(fits).map(str::to_owned).collect();
    names.sort_by_key(|name| {
        let number: String = name.chars().filter(char::is_ascii_digit).take(9).collect();
        (number.parse::<u32>().unwrap_or_default(), name.clone())
    });
    names
}

/// What a tag of a format means.
enum Mark {
    /// Text stands in it.
    Words,
    /// It ends a line.
    Line,
    /// It stands for a tab.
    Tab,
    /// Nothing.
    Nothing,
}

/// Reads a part; false once there is enough text.
fn walk(package: &Package, name: &str, text: &mut Text, mark: fn(&[u8]) -> Mark) -> Result<bool, Unreadable> {
    let Some(part) = package.part(name)? else { return Ok(true) };
    let mut xml = package.unpack(&part, LARGEST_PART)?;
    let mut inside = false;
    let mut words = String::new();
    loop {
        let event = xml.next()?;
        let more = match &event {
            Event::Start(tag) => {
                inside |= matches!(mark(tag.local_name().as_ref()), Mark::Words);
                true
            }
            Event::End(tag) => match mark(tag.local_name().as_ref()) {
                Mark::Words => {
                    inside = false;
                    true
                }
                Mark::Line => text.line(),
                _ => true,
            },
            Event::Empty(tag) => match mark(tag.local_name().as_ref()) {
                Mark::Tab => text.push("\t"),
                Mark::Line => text.line(),
                _ => true,
            },
            Event::Eof => return Ok(text.line()),
            event if inside => {
                words.clear();
                append(event, &mut words)?;
                text.push(&words)
            }
            _ => true,
        };
        if !more {
            return Ok(false);
        }
    }
}

fn in_document(tag: &[u8]) -> Mark {
    match tag {
        b"t" => Mark::Words,
        b"p" | b"br" | b"cr" => Mark::Line,
        b"tab" => Mark::Tab,
        _ => Mark::Nothing,
    }
}

/// The text of a document of Word, then of its notes and what stands above and below its pages.
pub(super) fn document(file: File, text: &mut Text) -> Result<(), Unreadable> {
    let package = open(file)?;
    if package.part("word/document.xml")?.is_none() {
        return Err(Unreadable::Damaged);
    }
    let beside = ["word/footnotes", "word/endnotes", "word/comments", "word/header", "word/footer"];
    let names = beside.iter().flat_map(|begin| parts(&package, begin));
    for name in ["word/document.xml".to_owned()].into_iter().chain(names) {
        if !walk(&package, &name, text, in_document)? {
            break;
        }
    }
    Ok(())
}

/// The text of slides, each followed by nothing but the next; then of the notes to them.
pub(super) fn slides(file: File, text: &mut Text) -> Result<(), Unreadable> {
    let package = open(file)?;
    if package.part("ppt/presentation.xml")?.is_none() {
        return Err(Unreadable::Damaged);
    }
    for name in ["ppt/slides/slide", "ppt/notesslides/notesslide"].iter().flat_map(|begin| parts(&package, begin)) {
        if !walk(&package, &name, text, in_document)? {
            break;
        }
    }
    Ok(())
}

/// The names of a workbook's sheets, the texts its cells share, then those that stand in cells alone. Numbers are no words.
pub(super) fn workbook(file: File, text: &mut Text) -> Result<(), Unreadable> {
    fn shared(tag: &[u8]) -> Mark {
        match tag {
            b"t" => Mark::Words,
            b"si" | b"is" => Mark::Line,
            _ => Mark::Nothing,
        }
    }
    let package = open(file)?;
    let Some(book) = package.part("xl/workbook.xml")? else { return Err(Unreadable::Damaged) };
    let mut xml = package.unpack(&book, LARGEST_PART)?;
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"sheet" => {
                if let Some(name) = attribute(&tag, b"name") {
                    text.push(&name);
                    text.line();
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut names = vec!["xl/sharedstrings.xml".to_owned()];
    names.extend(parts(&package, "xl/worksheets/sheet"));
    names.extend(parts(&package, "xl/comments"));
    for name in names {
        if !walk(&package, &name, text, shared)? {
            break;
        }
    }
    Ok(())
}
