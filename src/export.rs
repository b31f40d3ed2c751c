//! Lists as CSV: a header in the contract's order, text cells guarded against spreadsheets, numbers never touched.

use std::io::Write;

use crate::arrears::{ArrearsRow, COLUMNS};
use crate::kernel::AsOf;
use crate::kernel::text::guard_cell;

/// Writes arrears as CSV.
///
/// # Errors
/// When the writer does.
pub fn arrears_csv(rows: &[ArrearsRow], as_of: AsOf, out: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(COLUMNS.iter().map(|column| {
            let cell = (column.cell)(row, as_of);
            if column.words { guard_cell(&cell).into_owned() } else { cell }
        }))?;
    }
    writer.flush()?;
    Ok(())
}
