//! The UN Treasury's operational rates of exchange, as they come: one row a country, the currency repeated.
//!
//! XML: elements `UN_OPERATIONAL_RATES`, each with `f_curr_code` (sometimes with a tab behind it), `rate` and
//! `eff_date` like `1 Feb 2026`; other elements are passed over. CSV and workbooks: columns of the same names. A
//! currency that comes again with the same rate is the same row; with another rate it is an error.

use std::collections::HashMap;

use chrono::NaiveDate;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::cells::Wrong;
use super::file::{RawRow, Unreadable};
use crate::kernel::calendar;

/// The columns, in the Treasury's words; the order of the rows made here.
const COLUMNS: [&str; 3] = ["f_curr_code", "eff_date", "rate"];
/// The element of a row.
const ROW: &[u8] = b"UN_OPERATIONAL_RATES";
/// The most rows such a file may have: the Treasury's has some 230 a month.
const MOST_ROWS: usize = 200_000;
/// The most a cell of it may hold.
const LONGEST: usize = 100;

/// Whether a header is the Treasury's.
pub fn are(names: &[String]) -> bool {
    COLUMNS.iter().all(|column| names.iter().any(|name| name == column))
}

/// What the Treasury calls a column of ours.
pub fn called(column: &'static str) -> &'static str {
    match column {
        "currency" => COLUMNS[0],
        "valid_from" => COLUMNS[1],
        _ => COLUMNS[2],
    }
}

/// `1 Feb 2026`, `01-Feb-2026` or ISO.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if let Ok(day) = calendar::parse_day(text) {
        return Some(day);
    }
    let day = ["%d %b %Y", "%d-%b-%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
    calendar::parse_day(&day.to_string()).ok()
}

/// Puts a row of the Treasury's into our words; false where it says again what an earlier one said.
pub fn keep(
    raw: &mut RawRow,
    fields: &[Option<usize>],
    seen: &mut HashMap<(String, NaiveDate), (String, i32)>,
) -> bool {
    let [Some(code_at), Some(day_at), Some(rate_at)] = fields else { return true };
    let text = |at: usize| String::from_utf8_lossy(raw.record.get(at).unwrap_or_default()).trim().to_owned();
    let (code, day_text, rate) = (text(*code_at), text(*day_at), text(*rate_at));
    let Some(day) = day(&day_text) else { return true };
    let mut record: csv::ByteRecord = raw
        .record
        .iter()
        .enumerate()
        .map(|(at, field)| if at == *day_at { day.to_string().into_bytes() } else { field.trim_ascii().to_vec() })
        .collect();
    record.set_position(raw.record.position().cloned());
    raw.record = record;
    if code.is_empty() || code.len() > LONGEST {
        return true;
    }
    let same = |a: &str, b: &str| {
        a == b || matches!((super::cells::number(a), super::cells::number(b)), (Ok(a), Ok(b)) if a == b)
    };
    match seen.get(&(code.clone(), day)) {
        Some((earlier, _)) if same(earlier, &rate) => false,
        Some((earlier, line)) => {
            raw.wrong.push((*rate_at, Wrong { key: "rates-disagree", arg: format!("{earlier} ({line})") }));
            true
        }
        None => {
            if seen.len() < MOST_ROWS {
                seen.insert((code, day), (rate, raw.line));
            }
            true
        }
    }
}

/// The XML of the rates, its rows in memory: there are few.
pub struct UnRates {
    rows: Vec<(i32, [String; 3])>,
}

impl UnRates {
    /// Whether it says that it is.
    pub fn looks_like(content: &[u8]) -> bool {
        let start = content.get(..4096).unwrap_or(content);
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
        text.starts_with(b"<") && start.windows(ROW.len()).any(|window| window == ROW)
    }

    /// Reads it.
    pub fn open(content: &[u8]) -> Result<Self, Unreadable> {
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let mut reader = Reader::from_reader(content);
        let mut rows: Vec<(i32, [String; 3])> = Vec::new();
        let mut row: Option<(i32, [String; 3])> = None;
        let mut column: Option<usize> = None;
        let (mut counted, mut line) = (0, 1);
        loop {
            let before = usize::try_from(reader.buffer_position()).unwrap_or(content.len());
            let event = reader.read_event().map_err(|_| Unreadable { key: "xml-broken", arg: String::new(), line })?;
            let newlines = content[counted..before].iter().filter(|byte| **byte == b'\n').count();
            line = line.saturating_add(i32::try_from(newlines).unwrap_or(i32::MAX));
            counted = before;
            let append = |row: &mut Option<(i32, [String; 3])>, text: &str| {
                if let (Some((_, cells)), Some(at)) = (row.as_mut(), column)
                    && cells[at].len() + text.len() <= 10 * LONGEST
                {
                    cells[at].push_str(text);
                }
            };
            match event {
                Event::Start(tag) if tag.local_name().as_ref() == ROW => row = Some((line, Default::default())),
                Event::Start(tag) => {
                    column = COLUMNS.iter().position(|name| tag.local_name().as_ref() == name.as_bytes());
                }
                Event::Text(text) => append(&mut row, &String::from_utf8_lossy(&text)),
                Event::CData(text) => append(&mut row, &String::from_utf8_lossy(&text)),
                Event::End(tag) if tag.local_name().as_ref() == ROW => {
                    if rows.len() >= MOST_ROWS {
                        return Err(Unreadable { key: "too-many-rows", arg: MOST_ROWS.to_string(), line });
                    }
                    rows.extend(row.take());
                }
                Event::End(_) => column = None,
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(UnRates { rows })
    }

    /// Its rows, a header first.
    pub fn rows(&self) -> Rows<'_> {
        Rows { rows: self.rows.iter(), header: true }
    }
}

/// The rates on their way through.
pub struct Rows<'f> {
    rows: std::slice::Iter<'f, (i32, [String; 3])>,
    header: bool,
}

impl Rows<'_> {
    /// Reads the next row; false where there is none.
    pub fn next(&mut self, into: &mut RawRow) -> bool {
        into.width = COLUMNS.len();
        if std::mem::take(&mut self.header) {
            into.line = 1;
            into.record = COLUMNS.as_slice().into();
            return true;
        }
        let Some((line, cells)) = self.rows.next() else { return false };
        into.line = *line;
        into.record = cells.iter().map(String::as_str).collect::<Vec<_>>().into();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::file::RowFile;
    use crate::imports::spec::Kind;

    type Read = Vec<(i32, Vec<String>, Option<String>)>;

    fn read(content: &str) -> Read {
        let file = RowFile::parse(content.as_bytes().to_vec(), Kind::Rates.spec()).unwrap_or_else(|w| panic!("{w:?}"));
        let mut rows = file.rows().unwrap_or_else(|why| panic!("{why:?}"));
        let mut read = Vec::new();
        while let Some(row) = rows.next_row().unwrap_or_else(|why| panic!("{why:?}")) {
            let cells = (0..3).map(|at| row.cell(at).unwrap_or_default().to_owned()).collect();
            assert!(row.whole);
            read.push((row.line, cells, row.wrong(2).map(|wrong| wrong.arg.clone())));
        }
        read
    }

    fn row(line: i32, cells: [&str; 3]) -> (i32, Vec<String>, Option<String>) {
        (line, cells.map(str::to_owned).to_vec(), None)
    }

    #[test]
    fn the_treasurys_xml_is_taken_as_it_comes() {
        let xml = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<UN_OPERATIONAL_RATES_DATASET>\r\n\
            \t<UN_OPERATIONAL_RATES>\r\n\t\t<f_country_name>FRANCE &amp; isles</f_country_name><f_curr_code>EUR\t</f_curr_code>\
            <eff_date>1 Feb 2026</eff_date><rate>0.838</rate>\r\n\t</UN_OPERATIONAL_RATES>\r\n\
            \t<UN_OPERATIONAL_RATES>\r\n<f_curr_code>EUR</f_curr_code><eff_date>01 Feb 2026</eff_date><rate>0.8380</rate></UN_OPERATIONAL_RATES>\r\n\
            <UN_OPERATIONAL_RATES><f_curr_code>KZT\t</f_curr_code><eff_date>15 Feb 2026</eff_date><rate>505.13</rate></UN_OPERATIONAL_RATES>\r\n\
            <UN_OPERATIONAL_RATES><f_curr_code>KZT</f_curr_code><eff_date>15 Feb 2026</eff_date><rate>506</rate></UN_OPERATIONAL_RATES>\r\n\
            </UN_OPERATIONAL_RATES_DATASET>\r\n";
        let mut expected = vec![
            row(3, ["EUR", "2026-02-01", "0.838"]),
            row(8, ["KZT", "2026-02-15", "505.13"]),
            row(9, ["KZT", "2026-02-15", "506"]),
        ];
        expected[2].2 = Some("505.13 (8)".to_owned());
        assert_eq!(read(xml), expected);
    }

    #[test]
    fn so_is_its_csv() {
        let csv = "f_country_name,f_curr_code,rate,eff_date\nFRANCE,EUR ,0.838,1 Feb 2026\nGERMANY,EUR,0.838,1 Feb 2026\n\
            JAPAN,JPY,155,1 Foo 2026\n";
        assert_eq!(read(csv), [row(2, ["EUR", "2026-02-01", "0.838"]), row(4, ["JPY", "1 Foo 2026", "155"])]);
    }

    #[test]
    fn xml_that_is_something_else_is_refused() {
        for (content, key) in [
            ("<html><body>UN rates</body></html>", "file-not-csv"),
            ("<UN_OPERATIONAL_RATES><rate></f_curr_code>", "xml-broken"),
        ] {
            let why = RowFile::parse(content.as_bytes().to_vec(), Kind::Rates.spec()).err().map(|why| why.key);
            assert_eq!(why, Some(key), "{content}");
        }
        assert_eq!(day("1 Feb 20261"), None);
        assert_eq!(day("30 Feb 2026"), None);
    }
}
