//! Writing many rows by COPY: the text format of PostgreSQL, escaped in one place.

use std::fmt::{Display, Write as _};

use sqlx::postgres::{PgConnection, PgCopyIn};

/// How much is gathered before it is sent.
const CHUNK: usize = 1 << 16;

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

    /// A value whose text needs no escaping: numbers, dates, identifiers, ranges.
    pub fn plain(&mut self, value: impl Display) -> &mut Self {
        self.separate();
        // Writing to a String cannot fail.
        let _ = write!(self.buffer, "{value}");
        self
    }

    /// The same, or null.
    pub fn plain_or_null(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.plain(value),
            None => self.null(),
        }
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.separate();
        self.buffer.push_str("\\N");
        self
    }

    /// Any text.
    pub fn text(&mut self, value: &str) -> &mut Self {
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

    /// Any text, or null.
    pub fn text_or_null(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
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
