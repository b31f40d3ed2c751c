//! The columns of a list of arrears, in the order of contract.md. Every way out of the program reads them here.

use rust_decimal::Decimal;

use super::store::ArrearsRow;
use crate::kernel::{AsOf, Currency};

/// A column: its name, and the text of its cell; whether that is words (guarded in CSV) or a number or date.
pub struct Column {
    /// The header.
    pub name: &'static str,
    /// Whether the cell is words.
    pub words: bool,
    /// The cell.
    pub cell: fn(&ArrearsRow, AsOf) -> String,
}

const fn words(name: &'static str, cell: fn(&ArrearsRow, AsOf) -> String) -> Column {
    Column { name, words: true, cell }
}

const fn figure(name: &'static str, cell: fn(&ArrearsRow, AsOf) -> String) -> Column {
    Column { name, words: false, cell }
}

/// An amount with exactly the decimals of its currency.
fn amount(amount: Decimal, currency: Currency) -> String {
    format!("{amount:.*}", currency.minor_unit() as usize)
}

fn usd(of: Option<Decimal>) -> String {
    of.map(|of| amount(of, Currency::USD)).unwrap_or_default()
}

/// The columns.
pub static COLUMNS: &[Column] = &[
    figure("as_of", |_, as_of| as_of.to_string()),
    words("donor_code", |row, _| row.donor_code.clone()),
    words("donor_name", |row, _| row.donor_name.clone()),
    words("unit_code", |row, _| row.unit_code.clone()),
    words("unit_name", |row, _| row.unit_name.clone()),
    words("fund", |row, _| row.fund.clone()),
    words("pledge_ref", |row, _| row.pledge_ref.clone()),
    words("pledge_title", |row, _| row.pledge_title.clone().unwrap_or_default()),
    figure("instalment_number", |row, _| row.number.to_string()),
    figure("due_on", |row, _| row.due_on.to_string()),
    figure("days_overdue", |row, _| row.days_overdue.to_string()),
    figure("bucket", |row, _| row.bucket().to_owned()),
    figure("currency", |row, _| row.currency.to_string()),
    figure("amount_due", |row, _| amount(row.amount, row.currency)),
    figure("amount_paid", |row, _| amount(row.paid, row.currency)),
    figure("amount_outstanding", |row, _| amount(row.outstanding, row.currency)),
    figure("units_per_usd", |row, _| row.units_per_usd.map(|rate| rate.normalize().to_string()).unwrap_or_default()),
    figure("rate_valid_from", |row, _| row.rate_valid_from.map(|day| day.to_string()).unwrap_or_default()),
    figure("outstanding_usd", |row, _| usd(row.outstanding_usd)),
    figure("allowance_percent", |row, _| row.allowance_percent.normalize().to_string()),
    figure("allowance_usd", |row, _| usd(row.allowance_usd)),
    words("focal_point", |row, _| row.focal_point.clone().unwrap_or_default()),
];
