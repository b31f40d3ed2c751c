//! Workbooks made by hand and by a writer of workbooks: read as they should, or refused in a sentence.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Formula, Workbook as Writer};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::imports::file::RowFile;
use crate::imports::spec::Kind;

const RELS: &str =
    r#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELS: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
    <Relationship Id="r2" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"#;
const BOOK: &str =
    r#"<workbook xmlns:r="http://r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn workbook(book: &str, strings: &str, sheet: &str) -> Vec<u8> {
    zipped(&[
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>").as_bytes()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").as_bytes()),
    ])
}

type Read = Vec<(i32, bool, Vec<String>)>;

fn read(content: Vec<u8>, kind: Kind) -> Result<Read, &'static str> {
    let file = RowFile::parse(content, kind.spec()).map_err(|why| why.key)?;
    let mut rows = file.rows().map_err(|why| why.key)?;
    let mut read = Vec::new();
    while let Some(row) = rows.next_row().map_err(|why| why.key)? {
        let cells = (0..kind.spec().columns.len()).filter(|at| row.has(*at));
        let cells = cells.map(|at| match row.wrong(at) {
            Some(wrong) => format!("{}: {}", wrong.key, wrong.arg),
            None => row.cell(at).unwrap_or_default().to_owned(),
        });
        read.push((row.line, row.whole, cells.collect()));
    }
    Ok(read)
}

fn row(line: i32, cells: &[&str]) -> (i32, bool, Vec<String>) {
    (line, true, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

fn inline(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn header(names: &[&str]) -> String {
    let cells: Vec<String> =
        (b'A'..).zip(names).map(|(at, name)| inline(&format!("{}1", char::from(at)), name)).collect();
    format!("<row r=\"1\">{}</row>", cells.concat())
}

#[test]
fn a_workbook_as_a_spreadsheet_writes_it() {
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let columns = Kind::Contributions.spec().columns;
    for (at, column) in (0u16..).zip(columns) {
        sheet.write(0, at, column.name).unwrap();
    }
    sheet.write(2, 0, "R-1").unwrap().write(2, 1, "SWE").unwrap().write(2, 2, "SEK").unwrap();
    sheet.write(2, 3, 1_200_000.55).unwrap();
    sheet.write_with_format(2, 4, &chrono::NaiveDate::from_ymd_opt(2021, 7, 31).unwrap(), &day).unwrap();
    sheet.write(2, 5, "FEM").unwrap().write(2, 8, 1).unwrap();
    sheet.write(2, 12, "<b>\"Åse\" & שלום</b> 日本").unwrap();
    sheet.write(3, 0, 2021001).unwrap().write(3, 1, "SWE").unwrap().write(3, 2, "SEK").unwrap();
    sheet.write_formula(3, 3, Formula::new("=0.1+0.2").set_result("0.30000000000000004")).unwrap();
    sheet.write(3, 4, "2021-08-01").unwrap().write(3, 5, "FEM").unwrap();
    let read = read(book.save_to_buffer().unwrap(), Kind::Contributions).unwrap();
    assert_eq!(
        read,
        [
            row(
                3,
                &[
                    "R-1",
                    "SWE",
                    "SEK",
                    "1200000.55",
                    "2021-07-31",
                    "FEM",
                    "",
                    "",
                    "1",
                    "",
                    "",
                    "",
                    "<b>\"Åse\" & שלום</b> 日本"
                ]
            ),
            row(4, &["2021001", "SWE", "SEK", "0.3", "2021-08-01", "FEM", "", "", "", "", "", "", ""]),
        ]
    );
}

#[test]
fn every_sort_of_cell_is_read_or_named() {
    let names = ["code", "name", "kind", "member_state", "country"];
    let strings = "<si><t>A</t></si><si><r><t>two </t></r><r><t xml:space=\"preserve\">runs</t></r><rPh><t>aloud</t></rPh></si><si/>";
    let sheet = format!(
        "{}<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c><c r=\"C2\" t=\"e\"><f>NA()</f><v>#N/A</v></c>\
         <c r=\"D2\" t=\"b\"><v>1</v></c><c r=\"E2\" t=\"s\"><v>2</v></c></row><row/>\
         <row><c t=\"str\"><v>B&amp;C</v></c><c><v>1E3</v></c><c s=\"4\"/><c t=\"b\"><v>0</v></c></row>",
        header(&names)
    );
    let read = read(workbook(BOOK, strings, &sheet), Kind::Donors).unwrap();
    assert_eq!(
        read,
        [row(2, &["A", "two runs", "cell-is-an-error: #N/A", "", "yes"]), row(4, &["B&C", "1000", "", "", "no"])]
    );
}

#[test]
fn days_count_from_1904_where_the_workbook_says_so() {
    let book = BOOK.replace("<sheets>", "<workbookPr date1904=\"1\"/><sheets>");
    let sheet = format!(
        "{}<row r=\"2\">{}<c r=\"B2\"><v>42946</v></c><c r=\"C2\"><v>0.84150000000000003</v></c></row>\
         <row r=\"3\">{}<c r=\"B3\" t=\"d\"><v>2021-08-01T00:00:00</v></c><c r=\"C3\"><v>1</v></c></row>",
        header(&["currency", "valid_from", "units_per_usd"]),
        inline("A2", "EUR"),
        inline("A3", "USD"),
    );
    let read = read(workbook(&book, "", &sheet), Kind::Rates).unwrap();
    assert_eq!(read, [row(2, &["EUR", "2021-07-31", "0.8415"]), row(3, &["USD", "2021-08-01", "1"])]);
}

#[test]
fn two_cells_in_far_corners_cost_two_cells() {
    let content = workbook(
        BOOK,
        "",
        &format!("{}<row r=\"1048576\">{}</row>", header(&["code", "name", "earmarking"]), inline("XFD1048576", "x")),
    );
    assert!(content.len() < 2048);
    let read = read(content, Kind::Funds).unwrap();
    assert_eq!(read, [(1_048_576, false, vec![String::new(), String::new(), String::new()])]);
    let far = workbook(BOOK, "", &format!("<row r=\"1\">{}{}</row>", inline("A1", "code"), inline("XFD1", "x")));
    assert_eq!(super::tests::read(far, Kind::Funds), Err("file-too-wide"));
}

/// `count` times the piece, deflated; the ZIP file is small however large it unpacks.
fn bomb(part: &str, head: &str, piece: &str, count: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let parts =
        [("_rels/.rels", RELS), ("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", BOOK_RELS), (part, head)];
    for (name, content) in parts {
        writer.start_file(name, options).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    let chunk = piece.repeat(1 + (1 << 20) / piece.len());
    let mut left = piece.len() * count;
    while left > 0 {
        let now = left.min(chunk.len());
        writer.write_all(&chunk.as_bytes()[..now]).unwrap();
        left -= now;
    }
    if part != "xl/worksheets/sheet1.xml" {
        writer.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        writer.write_all(b"<worksheet/>").unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Sets what every header of a part says that it unpacks to.
fn lie_about_sizes(content: &mut [u8], true_size: u32, said: u32) {
    let told = true_size.to_le_bytes();
    for at in 0..content.len() - 4 {
        if content[at..at + 4] == told {
            content[at..at + 4].copy_from_slice(&said.to_le_bytes());
        }
    }
}

#[test]
fn what_unpacks_to_gigabytes_is_refused_before_it_does() {
    let sheet = "xl/worksheets/sheet1.xml";
    // A sheet that says it unpacks to 3 GB: refused by what it says.
    let mut told = bomb(sheet, "<worksheet>", "<row/>", 1 << 20);
    assert!(told.len() < 1 << 16, "{} bytes", told.len());
    lie_about_sizes(&mut told, 6 * (1 << 20) + 11, 3 << 30);
    assert_eq!(read(told, Kind::Funds), Err("xlsx-unpacks-too-large"));
    // Texts of 72 MB that say they are a thousand bytes: refused while they are unpacked.
    let text = format!("<si><t>{}</t></si>", "a".repeat(1 << 20));
    let mut lying = bomb("xl/sharedStrings.xml", "<sst>", &text, 72);
    lie_about_sizes(&mut lying, u32::try_from(text.len()).unwrap() * 72 + 5, 1000);
    assert_eq!(read(lying, Kind::Funds), Err("xlsx-unpacks-too-large"));
    // One endless text, and one endless tag.
    for head in ["<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>", "<worksheet "] {
        assert_eq!(read(bomb(sheet, head, "aaaaaaaa", 2 << 20), Kind::Funds), Err("xlsx-cell-too-long"), "{head}");
    }
    // A row of a million small cells.
    let cells = bomb(sheet, "<worksheet><sheetData><row r=\"1\">", "<c r=\"A1\"><v>1</v></c>", 1 << 20);
    assert_eq!(read(cells, Kind::Funds), Err("row-too-long"));
}

#[test]
fn what_is_no_workbook_is_refused_in_a_sentence() {
    let funds = header(&["code", "name", "earmarking"]);
    let entity = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>&a;</v></c></row></sheetData></worksheet>";
    let old: Vec<u8> = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600]].concat();
    let mut encrypted = old.clone();
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let many: Vec<(String, Vec<u8>)> = (0..2100).map(|at| (format!("p{at}"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let sheet_of = |content: &[u8]| {
        zipped(&[
            ("_rels/.rels", RELS.as_bytes()),
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
            ("xl/worksheets/sheet1.xml", content),
        ])
    };
    for (content, key) in [
        (zipped(&[("readme.txt", b"hello")]), "file-is-zip"),
        (b"PK\x03\x04 and then nothing like it".to_vec(), "file-is-zip"),
        (old, "file-is-xls"),
        (encrypted, "xlsx-encrypted"),
        (zipped(&many), "xlsx-too-many-parts"),
        (workbook("<workbook><sheets/></workbook>", "", &funds), "xlsx-no-sheet"),
        (workbook(BOOK, "", ""), "file-empty"),
        (workbook(BOOK, "", &header(&["code", "name"])), "columns-missing"),
        (sheet_of(entity.as_bytes()), "xlsx-broken"),
        (sheet_of(b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1"), "xlsx-broken"),
        (
            sheet_of(
                b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row></sheetData></worksheet>",
            ),
            "xlsx-broken",
        ),
        (
            sheet_of(b"<worksheet><sheetData><row r=\"9999999\"><c><v>1</v></c></row></sheetData></worksheet>"),
            "xlsx-broken",
        ),
        (sheet_of(b"<html><body>a page that was renamed</body></html>"), "file-empty"),
    ] {
        assert_eq!(
            read(content.clone(), Kind::Funds),
            Err(key),
            "{:?}",
            String::from_utf8_lossy(&content[..60.min(content.len())])
        );
    }
    let mut whole = workbook(BOOK, "", &funds);
    whole.truncate(whole.len() / 2);
    assert_eq!(read(whole, Kind::Funds), Err("file-is-zip"));
}
