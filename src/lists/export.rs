//! A list as a file: all rows of the filter, streamed, or a visibly broken file, never a short one.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::cell::Cell;
use super::query::List;

/// How much CSV is gathered before it is sent.
pub const CHUNK: usize = 32 << 10;

/// The header of the CSV.
pub fn csv_header<L: List>(out: &mut Vec<u8>) {
    let names: Vec<&str> = L::columns().iter().map(|column| column.name).collect();
    out.extend_from_slice(names.join(",").as_bytes());
    out.extend_from_slice(b"\n");
}

/// A row of the CSV.
pub fn csv_row<L: List>(row: &L::Row, out: &mut Vec<u8>) {
    csv_line(L::columns().iter().map(|column| (column.cell)(row)), out);
}

/// Cells as a row of CSV.
pub fn csv_line(cells: impl IntoIterator<Item = Cell>, out: &mut Vec<u8>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let text = cell.csv();
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            out.push(b'"');
            out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(b'\n');
}

/// A row as a JSON object, in the order of the columns.
pub fn json_row<L: List>(row: &L::Row) -> serde_json::Value {
    let cells = L::columns().iter().map(|column| (column.name.to_owned(), (column.cell)(row).json()));
    serde_json::Value::Object(cells.collect())
}

/// A workbook being written row by row, with constant memory.
pub struct Xlsx {
    workbook: Workbook,
    day: Format,
    row: u32,
}

impl Xlsx {
    /// Begins with a frozen header.
    ///
    /// # Errors
    /// Where the workbook cannot be written.
    pub fn begin<L: List>() -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(L::NAME)?.set_freeze_panes(1, 0)?;
        for (at, column) in (0u16..).zip(L::columns()) {
            sheet.write_string_with_format(0, at, column.name, &bold)?;
        }
        Ok(Xlsx { workbook, day: Format::new().set_num_format("yyyy-mm-dd"), row: 1 })
    }

    /// Writes a row: numbers and dates as such.
    ///
    /// # Errors
    /// Where the workbook cannot be written, or has more rows than a sheet can hold.
    pub fn row<L: List>(&mut self, row: &L::Row) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (at, column) in (0u16..).zip(L::columns()) {
            match (column.cell)(row) {
                Cell::Empty => {}
                Cell::Text(text) => drop(sheet.write_string(self.row, at, text)?),
                Cell::Word(word) => drop(sheet.write_string(self.row, at, word)?),
                Cell::Integer(number) => drop(sheet.write(self.row, at, rust_decimal::Decimal::from(number))?),
                // The file format knows only binary numbers; up to fifteen digits come out as they went in.
                Cell::Number(number) | Cell::Percent(number) | Cell::Amount(number, _) => {
                    sheet.write(self.row, at, number)?;
                }
                Cell::Day(day) => drop(sheet.write_with_format(self.row, at, &day, &self.day)?),
            }
        }
        self.row += 1;
        Ok(())
    }

    /// Ends with a sheet that says what the first one is: filters, as-of, known-at, who, when, rows.
    ///
    /// # Errors
    /// Where the workbook cannot be written.
    pub fn finish(
        mut self,
        about: &[(String, String)],
        out: impl Write + std::io::Seek + Send,
    ) -> Result<(), XlsxError> {
        let rows = self.row - 1;
        let sheet = self.workbook.add_worksheet();
        sheet.set_name("about")?;
        let rows = ("rows".to_owned(), rows.to_string());
        for (at, (name, value)) in (0u32..).zip(about.iter().chain([&rows])) {
            sheet.write_string(at, 0, name)?;
            sheet.write_string(at, 1, value)?;
        }
        self.workbook.save_to_writer(out)
    }
}
