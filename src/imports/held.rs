//! What the system holds, in the words of the files it is loaded from: for `--for-import`, and for forms that are drawn
//! from it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, ValueRef};

use super::spec::{Cell, Kind, Part, Spec};
use crate::db::Select;

/// A row as its file would have it: the columns that have a value.
pub type Held = BTreeMap<String, String>;

/// The statement for everything of a kind known at an instant, every column as text, in the order of the spec's columns.
/// `of` keeps what has one of those codes or references as the first part of its key; all where it is empty.
pub fn existing(spec: &'static Spec, known_at: DateTime<Utc>, of: &[String]) -> Select {
    let mut select = Select::new("with known as (select ");
    select.bind(known_at).sql("::timestamptz as at) select ");
    for (at, column) in spec.columns.iter().enumerate() {
        let text = match column.cell {
            Cell::YesNo => ["case ", " when true then 'yes' when false then 'no' end"],
            Cell::Positive | Cell::NotNegative | Cell::Amount | Cell::Rate | Cell::Percent => {
                ["trim_scale(", ")::text"]
            }
            Cell::Month => ["to_char(", ", 'YYYY-MM')"],
            Cell::Quarter => ["to_char(", ", 'YYYY-\"Q\"Q')"],
            _ => ["", "::text"],
        };
        select.sql(if at == 0 { "" } else { ", " }).sql(text[0]).sql("existing.").sql(column.name).sql(text[1]);
        select.sql(" as ").sql(column.name);
    }
    select.sql(" from (").sql(spec.existing).sql(") existing");
    if let (false, Some(key)) = (of.is_empty(), spec.columns.iter().find(|column| column.part == Part::Key)) {
        select.sql(" where existing.").sql(key.name);
        match of {
            [one] => select.sql(" = ").bind(one.clone()),
            many => select.sql(" = any(").bind(many.to_vec()).sql(")"),
        };
    }
    select
}

/// One row of [`existing`], cell by cell; empty where there is none.
pub fn cells(spec: &Spec, row: &PgRow) -> Result<Vec<String>, sqlx::Error> {
    let cell = |at| if row.try_get_raw(at)?.is_null() { Ok(String::new()) } else { row.try_get(at) };
    (0..spec.columns.len()).map(cell).collect()
}

/// The rows of a kind under one code or reference, in the order of their keys.
pub async fn held(
    connection: &mut PgConnection,
    kind: Kind,
    code: &str,
    known_at: DateTime<Utc>,
) -> Result<Vec<Held>, sqlx::Error> {
    held_each(connection, kind, &[code.to_owned()], known_at).await
}

/// The rows of a kind under any of these codes or references, in the order of their keys.
pub async fn held_each(
    connection: &mut PgConnection,
    kind: Kind,
    codes: &[String],
    known_at: DateTime<Utc>,
) -> Result<Vec<Held>, sqlx::Error> {
    let spec = kind.spec();
    let rows = existing(spec, known_at, codes).done().build().fetch_all(connection).await?;
    let mut held: Vec<Held> = Vec::new();
    for row in &rows {
        let named = spec.columns.iter().map(|column| column.name.to_owned()).zip(cells(spec, row)?);
        held.push(named.filter(|(_, cell)| !cell.is_empty()).collect());
    }
    let key = |row: &Held| -> Vec<String> {
        let keys = spec.columns.iter().filter(|column| column.part == Part::Key);
        // Whole numbers in the order of numbers.
        keys.map(|column| format!("{:>12}", row.get(column.name).map_or("", String::as_str))).collect()
    };
    held.sort_by_key(key);
    Ok(held)
}
