//! A tile: the sums of a list at an address, and the first of its rows.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::postgres::PgConnection;

use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::lists::query::{self, COUNTED, Stretch};
use crate::lists::{Drawn, List, Memory};
use crate::web::list::{Params, Sum, understand};
use crate::web::{PageError, format};

/// A tile.
pub struct Tile {
    /// Its name: the id of its heading, and the last part of its keys in `locales/`.
    pub name: &'static str,
    /// Its heading.
    pub title: String,
    /// What its figures mean.
    pub note: String,
    /// Where all of its rows are.
    pub href: String,
    /// How many there are.
    pub count: String,
    /// Their sums, by currency.
    pub sums: Vec<Sum>,
    /// The headings of its first rows, with their class.
    pub heads: Vec<(String, &'static str)>,
    /// The first rows.
    pub rows: Vec<Vec<Drawn>>,
    /// What it says where there is nothing.
    pub empty: Option<String>,
}

impl Tile {
    /// The class of a column.
    pub fn class(&self, at: &usize) -> &'static str {
        self.heads.get(*at).map_or("", |(_, class)| class)
    }
}

/// What a tile shows of its list.
pub struct Asks<'a> {
    /// Its name.
    pub name: &'static str,
    /// The parameters of the address it leads to.
    pub params: &'a [(&'static str, String)],
    /// How many of its first rows.
    pub rows: i64,
    /// Which columns of the screen, by their headings.
    pub columns: &'a [&'static str],
    /// How many rows there are, where the page knows already.
    pub counted: Option<i64>,
}

/// When a page is of, and in which language.
#[derive(Clone, Copy)]
pub struct Now<'p> {
    /// Today.
    pub today: NaiveDate,
    /// The latest recorded instant.
    pub latest: KnownAt,
    /// The reader's language.
    pub l10n: L10n,
    /// The agency's time zone.
    pub zone: Tz,
    /// The parameters of the day and instant the page is of, where its address names them.
    pub when: &'p Params,
    /// What was worked out already.
    pub memory: &'p Memory,
}

/// Asks a list at the address the tile leads to.
///
/// # Errors
/// Where the database fails.
pub async fn tile<L: List>(connection: &mut PgConnection, asks: Asks<'_>, now: Now<'_>) -> Result<Tile, PageError> {
    let Now { today, latest, l10n, zone, when, memory } = now;
    let mut params = if L::DATED { when.clone() } else { Params::default() };
    for (name, value) in asks.params {
        params = params.with(name, value);
    }
    let path = format!("/{}", L::NAME);
    let asked = understand::<L>(&params, today, latest, zone)?;
    let stretch = Stretch { sort: asked.sort, reversed: asked.reversed, after: None, most: Some(asks.rows) };
    let (rows, totals): (Vec<L::Row>, Arc<[_]>) = match asks.counted {
        Some(_) => (query::rows::<L>(connection, &asked.scope, &stretch).await?, Arc::default()),
        None if asks.rows == 0 => (Vec::new(), query::totals::<L>(connection, &asked.scope, memory).await?),
        None => {
            let leaf = query::summed::<L>(connection, &asked.scope, &stretch, memory).await?;
            (leaf.rows, leaf.sums)
        }
    };
    let counted = asks.counted.unwrap_or_else(|| totals.iter().map(|total| total.rows).sum());
    let count = if counted > COUNTED {
        l10n.with("list-count-more", &[("rows", format::number(COUNTED.into(), 0, l10n).into())])
    } else {
        l10n.with("list-count", &[("rows", counted.into())])
    };
    let sums = totals.iter().filter(|_| counted <= COUNTED).filter_map(|total| {
        let (currency, amount) = (total.currency?, total.amount?);
        Some(Sum {
            currency: currency.to_string(),
            amount: format::amount(amount, currency, l10n),
            href: L::FILTERS.contains(&"currency").then(|| params.with("currency", currency.code()).address(&path)),
        })
    });
    let screen = |label: &&str| L::screen().iter().find(|column| column.label == *label);
    let columns: Vec<_> = asks.columns.iter().filter_map(screen).collect();
    let drawn = |row: &L::Row| columns.iter().map(|column| (column.draw)(row, l10n)).collect();
    Ok(Tile {
        name: asks.name,
        title: l10n.word("tile", asks.name),
        note: l10n.word("tile-note", asks.name),
        href: params.address(&path),
        count,
        sums: sums.collect(),
        // A tile is narrow: of more than three columns a phone shows all but the second.
        heads: columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let class = match (column.class.contains("num"), at == 1 && columns.len() > 3) {
                    (true, true) => "num w",
                    (true, false) => "num",
                    (false, true) => "w",
                    (false, false) => "",
                };
                (l10n.t(column.label), class)
            })
            .collect(),
        rows: rows.iter().map(drawn).collect(),
        empty: (counted == 0).then(|| l10n.word("tile-empty", asks.name)),
    })
}
