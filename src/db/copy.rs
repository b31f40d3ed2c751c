//! Writing rows: many by COPY, in the text format of PostgreSQL, escaped in one place; a few as one bound value of the
//! statement that writes them.

use std::fmt::{Display, Write as _};

use sqlx::postgres::{PgConnection, PgCopyIn};

/// How much is gathered before it is sent.
const CHUNK: usize = 1 << 16;

/// Takes rows cell by cell, in the order of a list of columns.
pub trait Cells {
    /// A value whose text needs no escaping: numbers, dates, identifiers, ranges.
    fn plain(&mut self, value: impl Display) -> &mut Self;

    /// Null.
    fn null(&mut self) -> &mut Self;

    /// Any text.
    fn text(&mut self, value: &str) -> &mut Self;

    /// A value whose text needs no escaping, or null.
    fn plain_or_null(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.plain(value),
            None => self.null(),
        }
    }
}

/// A few rows as JSON, for `jsonb_populate_recordset`: a COPY takes two round trips and is planned anew each time. Every
/// cell is text, which the column's own type reads as COPY would: an amount is never a float.
pub struct JsonRows {
    columns: Vec<&'static str>,
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
    row: Vec<Option<String>>,
}

impl JsonRows {
    /// None yet, of these columns.
    pub fn of(columns: Vec<&'static str>) -> Self {
        JsonRows { columns, rows: Vec::new(), row: Vec::new() }
    }

    /// None yet, of columns separated by commas.
    pub fn of_list(columns: &'static str) -> Self {
        Self::of(columns.split(',').map(str::trim).collect())
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.row).into_iter().map(serde_json::Value::from);
        let names = self.columns.iter().map(|name| (*name).to_owned());
        self.rows.push(names.zip(cells).filter(|(_, cell)| !cell.is_null()).collect());
    }

    /// All of them, to be bound.
    pub fn done(self) -> sqlx::types::Json<Vec<serde_json::Map<String, serde_json::Value>>> {
        sqlx::types::Json(self.rows)
    }
}

impl Cells for JsonRows {
    fn plain(&mut self, value: impl Display) -> &mut Self {
        self.row.push(Some(value.to_string()));
        self
    }

    fn null(&mut self) -> &mut Self {
        self.row.push(None);
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.row.push(Some(value.to_owned()));
        self
    }
}

impl Cells for CopyIn<'_> {
    fn plain(&mut self, value: impl Display) -> &mut Self {
        self.separate();
        // Writing to a String cannot fail.
        let _ = write!(self.buffer, "{value}");
        self
    }

    fn null(&mut self) -> &mut Self {
        self.separate();
        self.buffer.push_str("\\N");
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.separate();
        for c in value.chars() {
            match c {
                '\\' => self.buffer.push_str("\\\\"),
                '\t' => self.buffer.push_str("\\t"),
                '\n' => self.buffer.push_str("\\n"),
                '\r' => self.buffer.push_str("\\r"),
                c => self.buffer.push(c),
            }
        }
        self
    }
}

/// Rows on their way into a table.
pub struct CopyIn<'c> {
    sink: PgCopyIn<&'c mut PgConnection>,
    buffer: String,
    first_field: bool,
}

impl<'c> CopyIn<'c> {
    /// Begins; `statement` is `copy table (columns) from stdin`.
    pub async fn begin(connection: &'c mut PgConnection, statement: &'static str) -> Result<Self, sqlx::Error> {
        Self::begin_with(connection, statement).await
    }

    /// Begins with a statement put together from the program's own text (a column list).
    pub async fn begin_with(connection: &'c mut PgConnection, statement: &str) -> Result<Self, sqlx::Error> {
        let sink = connection.copy_in_raw(statement).await?;
        Ok(CopyIn { sink, buffer: String::with_capacity(CHUNK + 4096), first_field: true })
    }

    fn separate(&mut self) {
        if !self.first_field {
            self.buffer.push('\t');
        }
        self.first_field = false;
    }

    /// Ends a row.
    pub async fn end_row(&mut self) -> Result<(), sqlx::Error> {
        self.buffer.push('\n');
        self.first_field = true;
        if self.buffer.len() >= CHUNK {
            self.sink.send(self.buffer.as_bytes()).await?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Sends the rest. Returns how many rows the table took.
    pub async fn finish(mut self) -> Result<u64, sqlx::Error> {
        if !self.buffer.is_empty() {
            self.sink.send(self.buffer.as_bytes()).await?;
        }
        self.sink.finish().await
    }
}
