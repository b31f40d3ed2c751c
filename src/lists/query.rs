//! One statement for a list: pick the rows asked for, in order, then dress them with what is shown.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use sqlx::{FromRow, Row};

use super::cell::{Column, Screen};
use super::memory::{Kept, Memory};
use super::scope::{Filters, Scope};
use crate::access::Act;
use crate::classified::Reader;
use crate::db::Select;
use crate::kernel::{AsOf, Currency, KnownAt};
use crate::l10n::L10n;

/// The most rows that are counted and summed for a page: more is said to be more.
pub const COUNTED: i64 = 10_000;

/// A list: what a room says of its rows. The screen, every file and the tests read it.
pub trait List: Send + Sync + 'static {
    /// A row.
    type Row: for<'r> FromRow<'r, PgRow> + Send + Sync + Unpin + 'static;
    /// Its name: the address, the file, and the first part of its keys in `locales/`.
    const NAME: &'static str;
    /// The parameters it takes besides `as_of`, `known_at`, `q`, `sort` and `after`.
    const FILTERS: &'static [&'static str];
    /// What `state` may be.
    const STATES: &'static [&'static str] = &[];
    /// What `kind` may be.
    const KINDS: &'static [&'static str] = &[];
    /// The family of the words of kinds in `locales/`.
    const KIND_WORDS: &'static str = Self::NAME;
    /// Its sorts; the first is the one where none is asked for.
    const SORTS: &'static [Sort];
    /// What identifies a row in `pick`.
    const ID: &'static str;
    /// What is selected of the dressed rows.
    const SELECT: &'static str;
    /// Currency and amount of a row in `pick`, where it has them: the page shows their sums.
    const MONEY: Option<(&'static str, &'static str)> = None;
    /// The day of a row in `pick` at whose rate its money is US dollars: the page shows that sum too.
    const USD_OF: Option<&'static str> = None;
    /// Whether the page counts and sums its rows; a room that does so itself says no.
    const SUMMED: bool = true;
    /// How long its sums stand, for the next reader.
    const SUMS_STAND: SumsStand = SumsStand::Never;
    /// How many rows a page has at most; a table that is one answer is shown whole.
    const ON_A_PAGE: i64 = 50;
    /// The columns of its file that say which row a row is.
    const KEY: &'static [&'static str] = &["code"];
    /// Whether its rows are as of a day and known at an instant; what is simply a list of what happened is not.
    const DATED: bool = true;
    /// Who may read it: page and files.
    const MAY: Act = Act::ReadFigures;
    /// The entry of the menu it stands under.
    const ROOM: &'static str = Self::NAME;
    /// Works out what SQL cannot: puts rows of its own into the scope, once the filters are known to be good.
    fn prepare(
        _connection: &mut PgConnection,
        _scope: &mut Scope,
        _memory: &Memory,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        std::future::ready(Ok(()))
    }
    /// Takes note of what was read for a page, of a scope that was prepared: the next reader is spared it.
    fn learn(_scope: &Scope, _rows: &[Self::Row]) {}
    /// Of the rows worked out, those of a stretch as JSON, where the program can tell which they are: the statement then
    /// carries no others.
    fn shown(_scope: &Scope, _stretch: &Stretch<'_>) -> Option<String> {
        None
    }
    /// Appends ` from … where …`: which rows, with as few tables as filters and sorts need.
    fn pick(select: &mut Select, scope: &Scope);
    /// Appends ` from page …`: the rows picked, joined with all that is shown.
    fn dress(select: &mut Select, scope: &Scope);
    /// The columns of files, in the contract's order.
    fn columns() -> &'static [Column<Self::Row>];
    /// The columns of the screen.
    fn screen() -> &'static [Screen<Self::Row>];
    /// What is said of all rows of a scope that was prepared.
    fn sentences(_scope: &Scope, _l10n: L10n) -> Vec<String> {
        Vec::new()
    }
    /// Whether what the sort's column shows goes down the page.
    fn goes_down(sort: &Sort) -> bool {
        sort.keys.first().is_some_and(|key| key.down)
    }
    /// The heading over a row and those after it that have the same, where the list is grouped in its first sort.
    fn group(_row: &Self::Row, _l10n: L10n) -> Option<String> {
        None
    }
}

/// How long the sums of a list stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumsStand {
    /// They are worked out for each page: something in `pick` moves that is part of no change.
    Never,
    /// `pick` looks at nothing but facts, what is derived of them, and codes: what was true on a day and known at an
    /// instant never changes. Where a focal point or words are asked for, until the next change.
    WithFacts,
    /// `pick` looks at labels, shown as they are now: until the next change, of today.
    TillAChange,
    /// `pick` looks at what is classified: until the next change, for one reader. Words are sought in texts that are
    /// taken from files beside any change: their sums are worked out each time.
    ForOneReader,
}

/// An order of a list.
pub struct Sort {
    /// Its name in addresses.
    pub name: &'static str,
    /// What it goes by; the last parts make it unique.
    pub keys: &'static [Key],
    /// Whether an index serves it, so that a page costs the same however long the list is.
    pub indexed: bool,
}

/// A part of an order.
pub struct Key {
    /// An expression of `pick`, never null.
    pub sql: &'static str,
    /// Its type.
    pub kind: KeyKind,
    /// Whether it goes down.
    pub down: bool,
}

/// The type of a part of an order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Text, in the order of its bytes.
    Text,
    /// A day.
    Day,
    /// A whole number.
    Integer,
    /// A number.
    Number,
}

impl KeyKind {
    fn cast(self) -> &'static str {
        match self {
            KeyKind::Text => "::text collate \"C\"",
            KeyKind::Day => "::text::date",
            KeyKind::Integer => "::text::bigint",
            KeyKind::Number => "::text::numeric",
        }
    }
}

/// The value of a part of an order, as the program compares it: like the database does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part<'p> {
    /// Text, by its bytes.
    Text(&'p str),
    /// A day.
    Day(NaiveDate),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(Decimal),
}

impl<'p> Part<'p> {
    fn read(kind: KeyKind, text: &'p str) -> Option<Self> {
        Some(match kind {
            KeyKind::Text => Part::Text(text),
            KeyKind::Day => Part::Day(crate::kernel::calendar::parse_day(text).ok()?),
            KeyKind::Integer => Part::Integer(text.parse().ok()?),
            KeyKind::Number => Part::Number(text.parse().ok()?),
        })
    }
}

/// Those of some rows that are in a stretch, in order; nothing where it has no end. `place` says where a row stands.
pub fn of_stretch<'r, R: Copy>(
    rows: impl IntoIterator<Item = R>,
    stretch: &Stretch<'_>,
    place: impl Fn(R) -> Vec<Part<'r>>,
) -> Option<Vec<R>> {
    let most = usize::try_from(stretch.most?).ok()?;
    let keys = stretch.sort.keys.iter();
    let after: Option<Vec<Part<'_>>> = match stretch.after {
        Some(after) => Some(keys.zip(after).map(|(key, text)| Part::read(key.kind, text)).collect::<Option<_>>()?),
        None => None,
    };
    let order = |one: &[Part<'_>], other: &[Part<'_>]| {
        let parts = one.iter().zip(other).enumerate();
        let by_part =
            parts.map(|(at, (one, other))| if stretch.goes_down(at) { other.cmp(one) } else { one.cmp(other) });
        by_part.fold(Ordering::Equal, Ordering::then)
    };
    let mut placed: Vec<(Vec<Part<'_>>, R)> = rows
        .into_iter()
        .map(|row| (place(row), row))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| order(place, after).is_gt()))
        .collect();
    placed.sort_by(|one, other| order(&one.0, &other.0));
    Some(placed.into_iter().take(most).map(|(_, row)| row).collect())
}

/// What rows are of: filters, order, the place they begin after, how many.
type OfRows = (Filters, &'static str, bool, Option<Vec<String>>, Option<i64>);

/// Rows of stretches as statements take them, written already from an answer that stands.
#[derive(Debug, Default)]
pub struct KnownRows(Kept<OfRows, Arc<str>, 32>);

impl KnownRows {
    /// The rows of a stretch, written by `write` if nobody has asked for them yet.
    pub fn of(&self, scope: &Scope, stretch: &Stretch<'_>, write: impl FnOnce() -> Option<String>) -> Option<String> {
        let after = stretch.after.map(<[String]>::to_vec);
        let of = (scope.filters.clone(), stretch.sort.name, stretch.reversed, after, stretch.most);
        let rows = match self.0.get(&of) {
            Some(rows) => rows,
            None => self.0.put(of, write()?.into()),
        };
        Some(String::from(&*rows))
    }
}

/// A part that goes up.
pub const fn up(sql: &'static str, kind: KeyKind) -> Key {
    Key { sql, kind, down: false }
}

/// A part that goes down.
pub const fn down(sql: &'static str, kind: KeyKind) -> Key {
    Key { sql, kind, down: true }
}

/// A stretch of a list.
pub struct Stretch<'a> {
    /// The order.
    pub sort: &'a Sort,
    /// Whether the first part of it goes the other way.
    pub reversed: bool,
    /// The place it begins after: the values of the order's parts.
    pub after: Option<&'a [String]>,
    /// How many rows at most; all where not given.
    pub most: Option<i64>,
}

impl Stretch<'_> {
    fn goes_down(&self, at: usize) -> bool {
        self.sort.keys[at].down != (self.reversed && at == 0)
    }
}

/// The order of a list by its name; a minus sign in front turns its first part round.
pub fn sort_named<L: List>(name: Option<&str>) -> Option<(&'static Sort, bool)> {
    let Some(name) = name else { return L::SORTS.first().map(|sort| (sort, false)) };
    let (name, reversed) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
    L::SORTS.iter().find(|sort| sort.name == name).map(|sort| (sort, reversed))
}

/// Names for the parts of an order in the picked rows.
const PARTS: [&str; 6] = ["k1", "k2", "k3", "k4", "k5", "k6"];

/// The statement for a stretch of a list.
fn statement<L: List>(scope: &Scope, stretch: &Stretch<'_>, beside: Beside) -> Select {
    let mut select = scope.begin_with(L::shown(scope, stretch));
    page::<L>(&mut select, scope, stretch);
    dressed::<L>(&mut select, scope, stretch, beside);
    select
}

/// The same, with the sums of all rows beside each of the stretch.
fn with_sums<L: List>(scope: &Scope, stretch: &Stretch<'_>) -> Select {
    let mut select = scope.begin();
    page::<L>(&mut select, scope, stretch);
    counted::<L>(&mut select, scope);
    select.sql(", sums as (");
    sums::<L>(&mut select);
    select.sql(")");
    dressed::<L>(&mut select, scope, stretch, Beside::PlaceAndSums);
    select
}

/// Appends `page`, the rows picked.
fn page<L: List>(select: &mut Select, scope: &Scope, stretch: &Stretch<'_>) {
    let keys = stretch.sort.keys;
    select.sql(", page as (select ").sql(L::ID).sql(" as id");
    for (key, part) in keys.iter().zip(PARTS) {
        select.sql(", ").sql(key.sql).sql(" as ").sql(part);
    }
    L::pick(select, scope);
    if let Some(after) = stretch.after {
        begin_after(select, stretch, after);
    }
    select.sql(" order by ");
    for (at, key) in keys.iter().enumerate() {
        select.sql(if at == 0 { "" } else { ", " }).sql(key.sql);
        select.sql(if stretch.goes_down(at) { " desc" } else { "" });
    }
    if let Some(most) = stretch.most {
        select.sql(" limit ").bind(most);
    }
    select.sql(")");
}

/// What a statement selects beside the rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Nothing: the rows are all there are.
    Nothing,
    /// Where each stands in the order.
    Place,
    /// That, and the sums of all.
    PlaceAndSums,
}

/// Ends with the rows of `page` and all that is shown of them.
fn dressed<L: List>(select: &mut Select, scope: &Scope, stretch: &Stretch<'_>, beside: Beside) {
    let parts = || PARTS.iter().take(stretch.sort.keys.len()).enumerate();
    select.sql(" select ").sql(L::SELECT);
    if beside != Beside::Nothing {
        select.sql(", array[");
        for (at, part) in parts() {
            select.sql(if at == 0 { "page." } else { ", page." }).sql(part).sql("::text");
        }
        select.sql("] as place");
    }
    if beside == Beside::PlaceAndSums {
        select.sql(
            ", (select json_agg(json_build_object('currency', sums.currency, 'rows', sums.rows,
                'amount', sums.amount::text, 'usd', sums.usd::text, 'without_rate', sums.without_rate)) from sums) as sums",
        );
    }
    L::dress(select, scope);
    select.sql(" order by ");
    for (at, part) in parts() {
        select.sql(if at == 0 { "page." } else { ", page." }).sql(part);
        select.sql(if stretch.goes_down(at) { " desc" } else { "" });
    }
}

/// `k1 >= v1 and (k1 > v1 or (k1 = v1 and (k2 > v2 or …)))`, each part in its own direction. The first says again what
/// the rest does: by it an index begins there, and nothing before it is looked at.
fn begin_after(select: &mut Select, stretch: &Stretch<'_>, after: &[String]) {
    let keys = stretch.sort.keys;
    if let (Some(key), Some(value)) = (keys.first(), after.first()) {
        select.sql(" and ").sql(key.sql).sql(if stretch.goes_down(0) { " <= " } else { " >= " });
        select.bind(value.clone()).sql(key.kind.cast());
    }
    select.sql(" and (");
    for (at, (key, value)) in keys.iter().zip(after).enumerate() {
        select.sql(key.sql).sql(if stretch.goes_down(at) { " < " } else { " > " });
        select.bind(value.clone()).sql(key.kind.cast());
        if at + 1 < keys.len() {
            select.sql(" or (").sql(key.sql).sql(" = ").bind(value.clone()).sql(key.kind.cast()).sql(" and (");
        }
    }
    for _ in 1..keys.len() {
        select.sql("))");
    }
    select.sql(")");
}

/// Whether a place in the order can be one: as many values as the order has parts, each of its type.
pub fn place_fits(sort: &Sort, place: &[String]) -> bool {
    let fits = |(key, value): (&Key, &String)| match key.kind {
        KeyKind::Text => !value.contains('\0') && value.len() <= 1000,
        KeyKind::Day => crate::kernel::calendar::parse_day(value).is_ok(),
        KeyKind::Integer => value.parse::<i64>().is_ok(),
        KeyKind::Number => value.len() <= 40 && value.parse::<Decimal>().is_ok(),
    };
    place.len() == sort.keys.len() && sort.keys.iter().zip(place).all(fits)
}

/// A page of a list, read; or one whose rows are drawn elsewhere.
pub struct Leaf<R> {
    /// Its rows, at most as many as a page has.
    pub rows: Vec<R>,
    /// Where the rows after them begin, where there are more: the values of the order's parts in the last of these.
    pub onward: Option<Vec<String>>,
    /// The sums of all rows of the scope.
    pub sums: Arc<[Total]>,
}

impl<R> Default for Leaf<R> {
    fn default() -> Self {
        Leaf { rows: Vec::new(), onward: None, sums: Arc::default() }
    }
}

impl<R: for<'r> FromRow<'r, PgRow>> Leaf<R> {
    /// Of the rows a statement gave, which asked for one more than a page has; only the last one's place is read.
    fn of<L: List<Row = R>>(scope: &Scope, found: &[PgRow], sums: Arc<[Total]>) -> Result<Self, sqlx::Error> {
        let most = usize::try_from(L::ON_A_PAGE).unwrap_or(usize::MAX);
        let last = found.get(most).and_then(|_| found.get(most - 1));
        let rows: Vec<R> = found.iter().take(most).map(R::from_row).collect::<Result<_, _>>()?;
        L::learn(scope, &rows);
        Ok(Leaf { rows, onward: last.map(|row| row.try_get("place")).transpose()?, sums })
    }
}

/// Reads the rows of a stretch.
///
/// # Errors
/// Where the database fails.
pub async fn rows<L: List>(
    connection: &mut PgConnection,
    scope: &Scope,
    stretch: &Stretch<'_>,
) -> Result<Vec<L::Row>, sqlx::Error> {
    statement::<L>(scope, stretch, Beside::Nothing).done().build_query_as().fetch_all(connection).await
}

/// Reads a page without its sums: of a list whose room has them from elsewhere.
///
/// # Errors
/// Where the database fails.
pub async fn leaf<L: List>(
    connection: &mut PgConnection,
    scope: &Scope,
    stretch: &Stretch<'_>,
    sums: Arc<[Total]>,
) -> Result<Leaf<L::Row>, sqlx::Error> {
    let found = statement::<L>(scope, stretch, Beside::Place).done().build().fetch_all(connection).await?;
    Leaf::of::<L>(scope, &found, sums)
}

/// The statement for all rows of a list, in order: fetched, they come as the database gives them.
pub fn all<L: List>(scope: &Scope, sort: &Sort, reversed: bool) -> Select {
    statement::<L>(scope, &Stretch { sort, reversed, after: None, most: None }, Beside::Nothing)
}

/// The sum of one currency, over the rows that were counted.
#[derive(Debug, Clone, FromRow, Deserialize)]
pub struct Total {
    /// The currency; none for a list without money.
    pub currency: Option<Currency>,
    /// How many rows.
    pub rows: i64,
    /// Their sum.
    pub amount: Option<Decimal>,
    /// The sum of their rounded US dollars, where the list has them.
    pub usd: Option<Decimal>,
    /// How many have no exchange rate and are not in it.
    pub without_rate: i64,
}

/// What sums are of.
#[derive(Debug, PartialEq, Eq, Hash)]
struct SumsOf {
    list: &'static str,
    as_of: AsOf,
    known_at: KnownAt,
    filters: Filters,
    /// The last change there is and the reader's day, where they may move the sums.
    till: Option<(KnownAt, NaiveDate)>,
    reader: Option<Reader>,
}

/// Sums worked out already, some hundred bytes each.
#[derive(Default)]
struct KnownSums(Kept<SumsOf, Arc<[Total]>, 512>);

impl KnownSums {
    /// What the sums of a scope are kept under; nothing where they may not be kept.
    fn key<L: List>(scope: &Scope) -> Option<SumsOf> {
        let Scope { as_of, known_at, latest, reader, today, .. } = *scope;
        let labels = scope.filters.text.is_some() || scope.filters.focal_point.is_some();
        let (till, reader) = match L::SUMS_STAND {
            SumsStand::Never => return None,
            SumsStand::WithFacts if !labels => (None, None),
            SumsStand::WithFacts | SumsStand::TillAChange => (Some((latest?, today)), None),
            SumsStand::ForOneReader if scope.filters.text.is_some() => return None,
            SumsStand::ForOneReader => (Some((latest?, today)), Some(reader?)),
        };
        Some(SumsOf { list: L::NAME, as_of, known_at, filters: scope.filters.clone(), till, reader })
    }

    fn get(&self, key: Option<&SumsOf>) -> Option<Arc<[Total]>> {
        self.0.get(key?)
    }

    fn keep(&self, key: Option<SumsOf>, sums: &Arc<[Total]>) {
        if let Some(key) = key {
            self.0.put(key, sums.clone());
        }
    }
}

/// The sums of a scope: those another reader had worked out, where the list's sums stand.
///
/// # Errors
/// Where the database fails.
pub async fn totals<L: List>(
    connection: &mut PgConnection,
    scope: &Scope,
    memory: &Memory,
) -> Result<Arc<[Total]>, sqlx::Error> {
    let (known, key) = (memory.of::<KnownSums>(), KnownSums::key::<L>(scope));
    if let Some(sums) = known.get(key.as_ref()) {
        return Ok(sums);
    }
    let mut select = scope.begin();
    counted::<L>(&mut select, scope);
    sums::<L>(&mut select);
    let sums: Arc<[Total]> = select.done().build_query_as().fetch_all(connection).await?.into();
    known.keep(key, &sums);
    Ok(sums)
}

/// Reads a page with the sums of all rows of its scope, in one statement where they are not known yet.
///
/// # Errors
/// Where the database fails.
pub async fn summed<L: List>(
    connection: &mut PgConnection,
    scope: &Scope,
    stretch: &Stretch<'_>,
    memory: &Memory,
) -> Result<Leaf<L::Row>, sqlx::Error> {
    let (known, key) = (memory.of::<KnownSums>(), KnownSums::key::<L>(scope));
    if let Some(sums) = known.get(key.as_ref()) {
        return leaf::<L>(connection, scope, stretch, sums).await;
    }
    let found = with_sums::<L>(scope, stretch).done().build().fetch_all(&mut *connection).await?;
    let sums: Arc<[Total]> = match found.first() {
        Some(row) => row.try_get::<Json<Vec<Total>>, _>("sums")?.0.into(),
        // Behind the last row: what is before it was in no row that came.
        None if stretch.after.is_some() => {
            return Leaf::of::<L>(scope, &[], totals::<L>(connection, scope, memory).await?);
        }
        None => Arc::default(),
    };
    known.keep(key, &sums);
    Leaf::of::<L>(scope, &found, sums)
}

/// Appends `counted`, the money of all rows: of more than [`COUNTED`], that many and one.
fn counted<L: List>(select: &mut Select, scope: &Scope) {
    let (currency, amount) = L::MONEY.unwrap_or(("null::text", "null::numeric"));
    select.sql(", counted as materialized (select ");
    select.sql(currency).sql(" as currency, ").sql(amount).sql(" as amount, ");
    select.sql(L::USD_OF.unwrap_or("null::date")).sql(" as day");
    L::pick(select, scope);
    select.sql(" limit ").bind(COUNTED + 1).sql(")");
}

/// Appends the sums of `counted` by currency.
fn sums<L: List>(select: &mut Select) {
    select.sql(" select counted.currency, count(*) as rows, sum(amount) as amount, ");
    if L::USD_OF.is_some() {
        // Where there are too many rows to sum, no rate is looked up either.
        select.sql(
            "sum(usd_of(amount, rate_on(days, rates, day))) as usd,
                count(*) filter (where rate_on(days, rates, day) is null) as without_rate
             from counted left join through on through.currency = counted.currency and (select count(*) from counted) <= ",
        );
        select.bind(COUNTED);
    } else {
        select.sql("null::numeric as usd, 0::bigint as without_rate from counted");
    }
    select.sql(" group by counted.currency order by counted.currency");
}
