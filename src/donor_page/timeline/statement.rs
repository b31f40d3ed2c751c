//! The one statement a page of a timeline is read by.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::super::store::DonorFigures;
use super::sources::{SOURCES, Source};
use crate::db::Select;
use crate::kernel::Currency;
use crate::kernel::calendar::parse_day;
use crate::lists::Scope;

/// How many entries a page has up to the day, and the statement's word for one more.
const MOST: (usize, &str) = (20, " limit 21");
/// How many planned ones stand above them, and the statement's word for one more.
const AHEAD: (usize, &str) = (5, " limit 6");

/// A place in the order of entries: the day, which source, which row of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) day: NaiveDate,
    rank: i32,
    id: i64,
}

impl Place {
    /// As a mark in an address holds it.
    pub(super) fn write(&self) -> Vec<String> {
        vec![self.day.to_string(), self.rank.to_string(), self.id.to_string()]
    }

    /// What a mark holds.
    pub(super) fn read(parts: &[String]) -> Option<Place> {
        let [day, rank, id] = parts else { return None };
        Some(Place { day: parse_day(day).ok()?, rank: rank.parse().ok()?, id: id.parse().ok()? })
    }
}

/// Which part of the timeline is asked for.
#[derive(Debug)]
pub(super) enum Way {
    /// What is planned next, and what happened last.
    FromToday,
    /// What comes before a place.
    Earlier(Place),
    /// What comes after it.
    Later(Place),
}

/// An entry as it was read; what each column holds is the source's to say.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) day: NaiveDate,
    rank: i32,
    id: i64,
    /// Which kind of thing it is.
    pub(super) source: String,
    /// Its code in addresses.
    pub(super) code: String,
    pub(super) title: Option<String>,
    /// A word of ours: what happened, or how it stands.
    pub(super) state: Option<String>,
    pub(super) note: Option<String>,
    /// A second word of ours, or a name.
    pub(super) word: Option<String>,
    pub(super) currency: Option<Currency>,
    pub(super) amount: Option<Decimal>,
    pub(super) other: Option<Decimal>,
    pub(super) number: Option<i32>,
    pub(super) on_day: Option<NaiveDate>,
    pub(super) level: Option<String>,
    /// The donor's name, where it is another than the page is about.
    pub(super) donor: Option<String>,
}

impl Row {
    fn place(&self) -> Place {
        Place { day: self.day, rank: self.rank, id: self.id }
    }
}

/// A page of the timeline.
pub(super) struct Read {
    /// Its entries, newest first.
    pub(super) rows: Vec<Row>,
    /// Where it goes on upwards.
    pub(super) later: Option<Place>,
    /// Where it goes on downwards.
    pub(super) earlier: Option<Place>,
}

impl Read {
    /// Reads a page of it, of one kind or of all.
    pub(super) async fn of(
        connection: &mut PgConnection,
        donor: &DonorFigures,
        kind: Option<&str>,
        way: &Way,
        scope: &Scope,
    ) -> Result<Read, sqlx::Error> {
        let mut rows: Vec<Row> =
            statement(donor, kind, way, scope).done().build_query_as().fetch_all(connection).await?;
        let ahead = rows.iter().filter(|row| row.day > scope.as_of.0).count();
        let (mut later, mut earlier) = (None, None);
        match way {
            Way::FromToday => {
                if ahead > AHEAD.0 {
                    rows.remove(0);
                    later = rows.first().map(Row::place);
                }
                let ahead = ahead.min(AHEAD.0);
                if rows.len() - ahead > MOST.0 {
                    rows.truncate(ahead + MOST.0);
                    earlier = rows.last().map(Row::place);
                }
            }
            Way::Earlier(from) => {
                if rows.len() > MOST.0 {
                    rows.truncate(MOST.0);
                    earlier = rows.last().map(Row::place);
                }
                later = Some(rows.first().map_or_else(|| from.clone(), Row::place));
            }
            Way::Later(from) => {
                if rows.len() > MOST.0 {
                    rows.remove(0);
                    later = rows.first().map(Row::place);
                }
                earlier = Some(rows.last().map_or_else(|| from.clone(), Row::place));
            }
        }
        Ok(Read { rows, later, earlier })
    }

    /// Whether the day itself stands on this page: below what comes after it and above what does not.
    pub(super) fn crosses(&self, day: NaiveDate, way: &Way) -> bool {
        match way {
            Way::FromToday => true,
            Way::Earlier(from) => {
                from.day > day && (self.earlier.is_none() || self.rows.iter().any(|row| row.day <= day))
            }
            Way::Later(from) => from.day <= day && (self.later.is_none() || self.rows.iter().any(|row| row.day > day)),
        }
    }
}

fn kept(kind: Option<&str>) -> impl Iterator<Item = (i32, &'static Source)> {
    (0i32..).zip(SOURCES).filter(move |(_, source)| kind.is_none_or(|kind| source.kind == kind))
}

fn statement(donor: &DonorFigures, kind: Option<&str>, way: &Way, scope: &Scope) -> Select {
    // Not materialized: as values, they are written into the rules of what stands, which are called for each row else.
    let mut select = Select::new("with scope as not materialized (select ");
    select.bind(scope.as_of.0).sql("::date as day, ").bind(scope.known_at.0);
    select.sql("::timestamptz as known, ").bind(scope.zone.name()).sql("::text as zone), picked as materialized (");
    match way {
        Way::FromToday => {
            picks(&mut select, donor, kind, &Part::Ahead);
            select.sql(" union all ");
            picks(&mut select, donor, kind, &Part::Until);
        }
        Way::Earlier(place) => picks(&mut select, donor, kind, &Part::Before(place)),
        Way::Later(place) => picks(&mut select, donor, kind, &Part::After(place)),
    }
    select.sql(") select x.*, d.name as donor from (");
    for (at, (rank, source)) in kept(kind).enumerate() {
        select.sql(if at == 0 { "select p.day, p.rank, p.id, " } else { " union all select p.day, p.rank, p.id, " });
        select.sql(source.dress).sql(" where p.rank = ").bind(rank);
    }
    select.sql(") x (day, rank, id, source, code, title, state, note, word, currency, amount, other, number, on_day,");
    select.sql(" donor_id, level) left join donors d on d.id = x.donor_id and d.id <> ").bind(donor.id);
    select.sql(" order by x.day desc, x.rank desc, x.id desc");
    select
}

/// A part of the order that is read from one end.
enum Part<'p> {
    /// After the day, the nearest first.
    Ahead,
    /// Up to the day, the newest first.
    Until,
    Before(&'p Place),
    After(&'p Place),
}

impl Part<'_> {
    fn goes_up(&self) -> bool {
        matches!(self, Part::Ahead | Part::After(_))
    }

    fn limit(&self) -> &'static str {
        if matches!(self, Part::Ahead) { AHEAD.1 } else { MOST.1 }
    }
}

fn picks(select: &mut Select, donor: &DonorFigures, kind: Option<&str>, part: &Part<'_>) {
    select.sql("(select distinct e.day, e.rank, e.id from (");
    let mut first = true;
    for (rank, source) in kept(kind).filter(|(_, source)| source.ahead || !matches!(part, Part::Ahead)) {
        select.sql(if first { "" } else { " union all " });
        first = false;
        pick(select, donor, rank, source, part);
    }
    if first {
        select.sql("select null::date as day, null::integer as rank, null::bigint as id where false");
    }
    select.sql(") e order by ").sql(if part.goes_up() {
        "e.day, e.rank, e.id"
    } else {
        "e.day desc, e.rank desc, e.id desc"
    });
    select.sql(part.limit()).sql(")");
}

/// The rows of one source: of each donor no more than the page can show.
fn pick(select: &mut Select, donor: &DonorFigures, rank: i32, source: &Source, part: &Part<'_>) {
    let Source { day, id, .. } = source;
    select.sql("select x.day, ").bind(rank).sql("::integer as rank, x.id from unnest(");
    select.bind(donor.family_ids.clone()).sql("::bigint[]) f (donor) cross join lateral (select ");
    select.sql(day).sql(" as day, ").sql(id).sql(" as id from scope cross join ").sql(source.pick);
    if !source.ahead || matches!(part, Part::Until) {
        select.sql(" and ").sql(day).sql(" <= scope.day");
    }
    match part {
        Part::Ahead => drop(select.sql(" and ").sql(day).sql(" > scope.day")),
        Part::Until => {}
        Part::Before(place) | Part::After(place) => beyond(select, source, rank, place, part.goes_up()),
    }
    select.sql(" order by ").sql(day).sql(if part.goes_up() { ", " } else { " desc, " }).sql(id);
    select.sql(if part.goes_up() { "" } else { " desc" }).sql(part.limit()).sql(") x");
}

/// Keeps what comes after a place in the order, or before it: by the day alone where the source decides within it.
fn beyond(select: &mut Select, source: &Source, rank: i32, place: &Place, goes_up: bool) {
    if rank == place.rank {
        select.sql(" and (").sql(source.day).sql(", ").sql(source.id).sql(if goes_up { ") > (" } else { ") < (" });
        select.bind(place.day).sql("::date, ").bind(place.id).sql("::bigint)");
        return;
    }
    let with_the_day = (rank > place.rank) == goes_up;
    let comparison = match (goes_up, with_the_day) {
        (true, true) => " >= ",
        (true, false) => " > ",
        (false, true) => " <= ",
        (false, false) => " < ",
    };
    select.sql(" and ").sql(source.day).sql(comparison).bind(place.day).sql("::date");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_asks_for_one_more_than_a_page_shows() {
        for (most, limit) in [MOST, AHEAD] {
            assert_eq!(limit, format!(" limit {}", most + 1));
        }
    }

    #[test]
    fn a_place_reads_back_from_its_mark() {
        let place = Place { day: NaiveDate::from_ymd_opt(2021, 7, 31).unwrap_or_default(), rank: 3, id: 77 };
        assert_eq!(Place::read(&place.write()), Some(place));
        assert_eq!(Place::read(&["2021-07-31".to_owned()]), None);
        assert_eq!(Place::read(&["today".to_owned(), "1".to_owned(), "1".to_owned()]), None);
    }
}
