//! The ZIP file a workbook is: its directory, the links between its parts, and each part unpacked by the piece.

use std::io::{BufReader, Cursor, Error, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::read::DeflateDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use zip::{CompressionMethod, ZipArchive};

use super::{LARGEST_PART, attribute, broken};
use crate::imports::file::Unreadable;

/// The most files a workbook may be packed of.
const MOST_PARTS: usize = 2_000;
/// The most one tag or text of a part may hold: what it is longer than is no cell.
const LONGEST_EVENT: u64 = LONGEST_CELL << 20;
/// The same in megabytes, for people.
const LONGEST_CELL: u64 = 4;

/// A part as it lies packed.
pub struct Part {
    from: usize,
    to: usize,
    packed: bool,
    /// What it says it unpacks to.
    size: u64,
}

/// A workbook's ZIP file, in memory, with its directory.
pub struct Package {
    content: Vec<u8>,
    parts: Vec<(String, Option<Part>)>,
}

/// Refuses a part that says itself that it unpacks to more.
pub fn within(part: &Part, megabytes: u64) -> Result<(), Unreadable> {
    if part.size > megabytes << 20 { Err(too_large(megabytes)) } else { Ok(()) }
}

fn too_large(megabytes: u64) -> Unreadable {
    Unreadable::file("xlsx-unpacks-too-large", megabytes.to_string())
}

/// How many files the end of the ZIP file says it has: the most any reading of it says.
fn parts_said(content: &[u8]) -> usize {
    let tail = &content[content.len().saturating_sub(70_000)..];
    let ends = tail.windows(22).filter(|window| window.starts_with(b"PK\x05\x06"));
    let said = ends.map(|end| usize::from(u16::from_le_bytes([end[10], end[11]])));
    // The larger format of ZIP says it elsewhere, and a workbook has no need of it.
    let larger = tail.windows(4).any(|window| window == b"PK\x06\x07");
    if larger { usize::MAX } else { said.max().unwrap_or(0) }
}

impl Package {
    /// Reads the directory.
    pub fn open(content: Vec<u8>) -> Result<Self, Unreadable> {
        if parts_said(&content) > MOST_PARTS {
            return Err(Unreadable::file("xlsx-too-many-parts", MOST_PARTS.to_string()));
        }
        let no_zip = |_| Unreadable::file("file-is-zip", "");
        let mut archive = ZipArchive::new(Cursor::new(content.as_slice())).map_err(no_zip)?;
        let mut parts = Vec::new();
        for at in 0..archive.len() {
            let file = archive.by_index_raw(at).map_err(|_| broken())?;
            let from = file.data_start().and_then(|from| usize::try_from(from).ok());
            let packed = match file.compression() {
                CompressionMethod::Stored => Some(false),
                CompressionMethod::Deflated => Some(true),
                _ => None,
            };
            let length = usize::try_from(file.compressed_size()).ok();
            let to = from.zip(length).and_then(|(from, length)| from.checked_add(length));
            let part = match (from, to, packed) {
                (Some(from), Some(to), Some(packed)) if to <= content.len() && !file.encrypted() => {
                    Some(Part { from, to, packed, size: file.size() })
                }
                _ => None,
            };
            let name = file.name().map_err(|_| broken())?.trim_start_matches('/').to_lowercase();
            parts.push((name, part));
        }
        drop(archive);
        Ok(Package { content, parts })
    }

    /// The names of its parts, in small letters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|(name, _)| name.as_str())
    }

    /// The part of that name, if there is one; names differ by more than case.
    pub fn part(&self, name: &str) -> Result<Option<Part>, Unreadable> {
        let name = name.to_lowercase();
        match self.parts.iter().find(|(known, _)| *known == name) {
            Some((_, Some(part))) => Ok(Some(Part { ..*part })),
            Some((_, None)) => Err(broken()),
            None => Ok(None),
        }
    }

    /// The part that `of` (the package itself where empty) names as its relation of a type with that ending.
    pub fn related(&self, of: &str, ending: &str) -> Result<Option<String>, Unreadable> {
        self.relation(of, |tag| attribute(tag, b"Type").is_some_and(|kind| kind.ends_with(ending)))
    }

    /// The part that `of` names by that id.
    pub fn by_id(&self, of: &str, id: &str) -> Result<Option<String>, Unreadable> {
        self.relation(of, |tag| attribute(tag, b"Id").is_some_and(|said| said == id))
    }

    fn relation(
        &self,
        of: &str,
        wanted: impl Fn(&quick_xml::events::BytesStart<'_>) -> bool,
    ) -> Result<Option<String>, Unreadable> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let folder_slash = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let Some(part) = self.part(&format!("{folder_slash}_rels/{file}.rels"))? else { return Ok(None) };
        let mut xml = self.unpack(&part, LARGEST_PART)?;
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag)
                    if tag.local_name().as_ref() == b"Relationship" && wanted(&tag) =>
                {
                    let target = attribute(&tag, b"Target").ok_or_else(broken)?;
                    // From the root, or from where the one that names it lies.
                    let name = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None => format!("{folder_slash}{target}"),
                    };
                    return Ok(Some(name));
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Unpacks a part by the piece, and never more than so many megabytes of it.
    pub fn unpack(&self, part: &Part, megabytes: u64) -> Result<Unpacked<'_>, Unreadable> {
        within(part, megabytes)?;
        let packed = self.content.get(part.from..part.to).ok_or_else(broken)?;
        let inner: Box<dyn Read + Send + '_> =
            if part.packed { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        let meter = Arc::new(Meter::default());
        let metered = Metered { inner, left: megabytes << 20, meter: meter.clone() };
        let mut reader = Reader::from_reader(BufReader::with_capacity(32 << 10, metered));
        reader.config_mut().check_end_names = false;
        Ok(Unpacked { reader, buffer: Vec::new(), meter, megabytes })
    }
}

/// What is counted while a part is unpacked: where it says is not to be believed.
#[derive(Default)]
struct Meter {
    since_event: AtomicU64,
    exceeded: AtomicBool,
    cell_exceeded: AtomicBool,
}

struct Metered<'f> {
    inner: Box<dyn Read + Send + 'f>,
    left: u64,
    meter: Arc<Meter>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let read = self.inner.read(buffer)?;
        let bytes = read as u64;
        let event = self.meter.since_event.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if bytes > self.left || event > LONGEST_EVENT {
            let exceeded = if bytes > self.left { &self.meter.exceeded } else { &self.meter.cell_exceeded };
            exceeded.store(true, Ordering::Relaxed);
            return Err(Error::other("unpacks to too much"));
        }
        self.left -= bytes;
        Ok(read)
    }
}

/// A part on its way through.
pub struct Unpacked<'f> {
    reader: Reader<BufReader<Metered<'f>>>,
    buffer: Vec<u8>,
    meter: Arc<Meter>,
    megabytes: u64,
}

impl Unpacked<'_> {
    /// The next tag or text.
    pub fn next(&mut self) -> Result<Event<'_>, Unreadable> {
        self.buffer.clear();
        self.meter.since_event.store(0, Ordering::Relaxed);
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            Err(_) if self.meter.exceeded.load(Ordering::Relaxed) => Err(too_large(self.megabytes)),
            Err(_) if self.meter.cell_exceeded.load(Ordering::Relaxed) => {
                Err(Unreadable::file("xlsx-cell-too-long", LONGEST_CELL.to_string()))
            }
            Err(_) => Err(broken()),
        }
    }
}
