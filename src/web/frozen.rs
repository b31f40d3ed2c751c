//! A list as it stands at an address, whole: what is published, and what it is compared with later.

use std::sync::Arc;

use axum::extract::Query;
use chrono::NaiveDate;
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::choices::Choices;
use super::errors::PageError;
use super::list::{canonical, chips, understand};
use super::params::Params;
use crate::access::Act;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::lists::query::{self, COUNTED, Stretch};
use crate::lists::{Drawn, List, Memory, Scope};
use crate::rooms::{EachList, each_list};
use crate::web::format;

/// What a list shows at an address, frozen. Texts are in the language of whoever froze it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The list.
    pub list: String,
    /// Its address, with the day and the instant.
    pub address: String,
    /// The day.
    pub as_of: NaiveDate,
    /// The instant, as addresses have it.
    pub known_at: String,
    /// What it was published as.
    pub title: String,
    /// The list's question.
    pub question: String,
    /// The language it is in.
    pub language: String,
    /// The filters that are on: name and value.
    pub filters: Vec<(String, String)>,
    /// What is said of all of it.
    pub sentences: Vec<String>,
    /// Sums by currency.
    pub sums: Vec<(String, String)>,
    /// The columns of the file.
    pub columns: Vec<String>,
    /// The rows of the file.
    pub rows: Vec<Vec<String>>,
    /// The headings of the page: what they say, and their class.
    pub heads: Vec<(String, String)>,
    /// The rows of the page.
    pub shown: Vec<ShownRow>,
}

/// A row as the page showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRow {
    /// The heading it stood under.
    pub group: Option<String>,
    /// Its cells.
    pub cells: Vec<ShownCell>,
}

/// A cell as the page showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownCell {
    /// What it said.
    pub text: String,
    /// In front of that: its currency.
    pub unit: String,
    /// A second line.
    pub sub: String,
    /// A mark: its class and words.
    pub tag: Option<(String, String)>,
}

impl ShownCell {
    fn new(drawn: Drawn, l10n: L10n) -> Self {
        let tag = drawn.tag.map(|(class, key)| (class.to_owned(), l10n.t(key)));
        ShownCell { text: drawn.text, unit: drawn.unit, sub: drawn.sub, tag }
    }
}

/// What is asked of a list that is to be frozen.
pub struct Ask {
    /// The parameters of its address.
    pub pairs: Vec<(String, String)>,
    /// What it is published as.
    pub title: String,
    /// Today.
    pub today: NaiveDate,
    /// The latest recorded instant.
    pub latest: KnownAt,
    /// The agency's time zone.
    pub zone: Tz,
    /// What was worked out already.
    pub memory: Memory,
    /// The language of whoever asks.
    pub l10n: L10n,
}

/// Something read of a list; nothing where there is too much of it.
pub type Read<'a, T> = BoxFuture<'a, Result<Option<T>, PageError>>;
/// The rows of a file.
pub type Rows = Vec<Vec<String>>;

/// What can be done with a list whose name alone is known.
#[derive(Clone, Copy)]
pub struct Freezing {
    /// Its address as it would write it itself, with the day and the instant.
    pub address: fn(&Ask) -> Result<String, PageError>,
    /// All of it; nothing where it has more rows than can be published.
    pub whole: for<'a> fn(&'a mut PgConnection, &'a Ask) -> Read<'a, Content>,
    /// The rows of its file alone; nothing where there are more than can be compared.
    pub rows: for<'a> fn(&'a mut PgConnection, &'a Ask) -> Read<'a, Rows>,
    /// The columns that say which row a row is.
    pub key: &'static [&'static str],
    /// What it is asked, understood.
    pub scope: fn(&Ask) -> Result<Scope, PageError>,
}

/// Whether a list can be published: its rows are figures as of a day, and everybody may read them. What is classified is
/// never such a list: whoever reads what was published would read what the publisher may.
pub fn can_be_published<L: List>() -> bool {
    L::DATED && L::MAY == Act::ReadFigures
}

struct Named<'n>(&'n str);

impl EachList for Named<'_> {
    type Output = Option<Freezing>;

    fn list<L: List>(&mut self) -> Self::Output {
        (L::NAME == self.0 && can_be_published::<L>()).then_some(Freezing {
            address: address::<L>,
            whole: |connection, ask| Box::pin(whole::<L>(connection, ask)),
            rows: |connection, ask| Box::pin(rows::<L>(connection, ask)),
            key: L::KEY,
            scope: |ask| Ok(understand::<L>(&params(ask)?, ask.today, ask.latest, ask.zone)?.scope),
        })
    }
}

/// The list of that name, where it can be published.
pub fn named(name: &str) -> Option<Freezing> {
    each_list(&mut Named(name)).into_iter().find_map(|(_, found)| found)
}

/// The parameters with the day and the instant, whether or not the address names them.
fn params(ask: &Ask) -> Result<Params, PageError> {
    let given = Params::of(Ok(Query(ask.pairs.clone())))?.without(&[]);
    let as_of = super::params::as_of(given.get("as_of"), ask.today)?;
    let known_at = super::params::known_at(given.get("known_at"), ask.latest)?;
    Ok(given.with("as_of", as_of.to_string()).with("known_at", known_at.to_string()))
}

fn address<L: List>(ask: &Ask) -> Result<String, PageError> {
    let pairs = params(ask)?.0.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    canonical::<L>(pairs, ask.today, ask.latest, true)
}

async fn rows<L: List>(connection: &mut PgConnection, ask: &Ask) -> Result<Option<Rows>, PageError> {
    let mut asked = understand::<L>(&params(ask)?, ask.today, ask.latest, ask.zone)?;
    L::prepare(&mut *connection, &mut asked.scope, &ask.memory).await?;
    let stretch = Stretch { sort: asked.sort, reversed: asked.reversed, after: None, most: Some(COUNTED + 1) };
    let rows = query::rows::<L>(connection, &asked.scope, &stretch).await?;
    let few = i64::try_from(rows.len()).is_ok_and(|rows| rows <= COUNTED);
    Ok(few.then(|| rows.iter().map(cells::<L>).collect()))
}

fn cells<L: List>(row: &L::Row) -> Vec<String> {
    L::columns().iter().map(|column| (column.cell)(row).plain().into_owned()).collect()
}

async fn whole<L: List>(connection: &mut PgConnection, ask: &Ask) -> Result<Option<Content>, PageError> {
    let (l10n, mut params) = (ask.l10n, params(ask)?);
    let mut asked = understand::<L>(&params, ask.today, ask.latest, ask.zone)?;
    let choices = Choices::read::<L>(&mut *connection, &asked.scope, &ask.memory).await?;
    if let Some(donor) = &choices.donor {
        params = params.with("donor", &donor.code);
        asked.scope.filters.donor = Some(donor.code.clone());
    }
    L::prepare(&mut *connection, &mut asked.scope, &ask.memory).await?;
    let totals =
        if L::SUMMED { query::totals::<L>(&mut *connection, &asked.scope, &ask.memory).await? } else { Arc::default() };
    let stretch = Stretch { sort: asked.sort, reversed: asked.reversed, after: None, most: Some(COUNTED + 1) };
    let rows = query::rows::<L>(connection, &asked.scope, &stretch).await?;
    if i64::try_from(rows.len()).map_or(true, |rows| rows > COUNTED) {
        return Ok(None);
    }
    let path = format!("/{}", L::NAME);
    let chips = chips::<L>(&params, &asked.scope.filters, &choices, &path, l10n);
    let by_group = asked.sort.name == L::SORTS[0].name && !asked.reversed;
    let pairs = params.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let sums = totals.iter().filter_map(|total| {
        let (currency, amount) = (total.currency?, total.amount?);
        Some((currency.to_string(), format::amount(amount, currency, l10n)))
    });
    Ok(Some(Content {
        list: L::NAME.to_owned(),
        address: canonical::<L>(pairs, ask.today, ask.latest, true)?,
        as_of: asked.scope.as_of.0,
        known_at: asked.scope.known_at.to_string(),
        title: ask.title.clone(),
        question: l10n.word(L::NAME, "question"),
        language: l10n.code().to_owned(),
        filters: chips.into_iter().map(|chip| (chip.label, chip.value)).collect(),
        sentences: L::sentences(&asked.scope, l10n),
        sums: sums.collect(),
        columns: L::columns().iter().map(|column| column.name.to_owned()).collect(),
        rows: rows.iter().map(cells::<L>).collect(),
        heads: L::screen().iter().map(|column| (l10n.t(column.label), column.class.to_owned())).collect(),
        shown: rows
            .iter()
            .map(|row| ShownRow {
                group: if by_group { L::group(row, l10n) } else { None },
                cells: L::screen().iter().map(|column| ShownCell::new((column.draw)(row, l10n), l10n)).collect(),
            })
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_classified_cannot_be_published() {
        for name in ["meetings", "actions", "drafts", "documents", "intelligence", "readings"] {
            assert!(named(name).is_none(), "{name}");
        }
        assert!(named("arrears").is_some());
    }
}
