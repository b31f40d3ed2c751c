//! The list of donors through the years: what each gave in a year and a period, and what these make of it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::answer::{Answer, answer};
use super::rule::{InPeriod, Status, share};
use super::slice::{Slice, region};
use super::store::Received;
use crate::db::Select;
use crate::lists::query::{KeyKind, Part, Sort, Stretch, SumsStand, down, of_stretch, up};
use crate::lists::scope::worked_out;
use crate::lists::{Cell, Column, Drawn, Filters, List, Memory, Place, Scope, Screen};
use crate::web::format;

/// The list of donors through the years.
pub struct Giving;

/// A donor with what it and its children gave, in US dollars at the rates of the receipts' days.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GivingRow {
    as_of: NaiveDate,
    year: i32,
    donor_code: String,
    donor_name: String,
    kind: Option<String>,
    country: Option<String>,
    region: Option<String>,
    member_state: bool,
    status: Option<String>,
    received_usd: Decimal,
    share_percent: Option<Decimal>,
    previous_usd: Decimal,
    first_year: Option<i32>,
    last_year: Option<i32>,
    since: NaiveDate,
    since_usd: Decimal,
    new_since: bool,
    returned_since: bool,
}

/// The year asked for: that of the day, where none is.
pub(super) fn year(scope: &Scope) -> i32 {
    scope.filters.year.unwrap_or_else(|| scope.as_of.0.year())
}

/// The day the period begins: the first of January two years before the year asked for, where none is given.
pub(super) fn since(scope: &Scope) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(year(scope) - 2, 1, 1);
    scope.filters.since.or(first).unwrap_or(scope.as_of.0)
}

/// A donor of the slice, before the state asked for is looked at.
pub(super) struct Line {
    id: i64,
    code: String,
    kind: Option<String>,
    country: Option<String>,
    region: Option<&'static str>,
    pub usd: Decimal,
    pub previous: Decimal,
    pub status: Option<Status>,
    pub period: InPeriod,
    pub since_usd: Decimal,
    pub member_state: bool,
    somebody: bool,
    first_year: Option<i32>,
    last_year: Option<i32>,
}

/// Every donor of the slice, the largest of the year first.
pub(super) fn lines(
    slice: &Slice<'_>,
    year: i32,
    since: NaiveDate,
    earlier: &[Received],
    filters: &Filters,
) -> Vec<Line> {
    let statuses = slice.statuses(year);
    let period: BTreeMap<i64, (InPeriod, Decimal)> = slice.period(since, earlier, filters);
    let mut lines: Vec<Line> = slice
        .histories
        .iter()
        .map(|(id, history)| {
            let donor = slice.known.donors.get(id);
            let (in_period, since_usd) = period.get(id).copied().unwrap_or_default();
            Line {
                id: *id,
                code: donor.map(|donor| donor.code.clone()).unwrap_or_default(),
                kind: donor.map(|donor| donor.kind.clone()),
                country: donor.and_then(|donor| donor.country.clone()),
                region: donor.map(region),
                usd: history.of(year),
                previous: history.of(year - 1),
                status: statuses.get(id).copied(),
                period: in_period,
                since_usd,
                member_state: donor.is_some_and(|donor| donor.member_state),
                somebody: slice.is_somebody(*id),
                first_year: history.given().next(),
                last_year: history.given().next_back(),
            }
        })
        .collect();
    lines.sort_by(|a, b| b.usd.cmp(&a.usd).then_with(|| a.code.cmp(&b.code)));
    lines
}

/// Whether the list shows a line where no state is asked for.
fn shown(line: &Line) -> bool {
    line.status.is_some() || !line.usd.is_zero()
}

/// The lines a state keeps; `largest_5` and `largest_15` keep the first of them.
pub(super) fn of_state<'l>(lines: &'l [Line], state: Option<&str>) -> Vec<&'l Line> {
    let gave = |line: &&Line| line.status.is_some_and(Status::gave);
    let largest = |most: usize| lines.iter().filter(gave).take(most).collect();
    match state {
        None => lines.iter().filter(|line| shown(line)).collect(),
        Some("gave") => lines.iter().filter(gave).collect(),
        Some("member_state") => lines.iter().filter(gave).filter(|line| line.member_state).collect(),
        Some("largest_5") => largest(5),
        Some("largest_15") => largest(15),
        Some("new_in_period") => lines.iter().filter(|line| line.period.new).collect(),
        Some("returned_in_period") => lines.iter().filter(|line| line.period.returned).collect(),
        Some(word) => lines.iter().filter(|line| line.status.is_some_and(|status| status.as_str() == word)).collect(),
    }
}

/// The rows of a state as statements take them, as JSON.
pub(super) fn rows(answer: &Answer, state: Option<&str>) -> String {
    written(answer, state, &of_state(&answer.lines, state))
}

/// Some rows of a state, as JSON.
fn written(answer: &Answer, state: Option<&str>, lines: &[&Line]) -> String {
    let whole = answer.total;
    let of_period = matches!(state, Some("new_in_period" | "returned_in_period"));
    let row = |line: &&Line| {
        json!({
            "id": line.id,
            "year": answer.year,
            "kind": line.kind,
            "country": line.country,
            "region": line.region,
            "member_state": line.member_state,
            "status": line.status.map(Status::as_str),
            "usd": line.usd,
            "share": share(line.usd, whole).filter(|_| line.somebody),
            "previous": line.previous,
            "first_year": line.first_year,
            "last_year": line.last_year,
            "since": answer.since,
            "since_usd": line.since_usd,
            "new_since": line.period.new,
            "returned_since": line.period.returned,
            "summed": if of_period { line.since_usd } else { line.usd },
        })
    };
    Value::Array(lines.iter().map(row).collect()).to_string()
}

const USD: &str = "(w.value ->> 'usd')::numeric";
const CODE: &str = "d.code";

impl List for Giving {
    type Row = GivingRow;
    const NAME: &'static str = "giving";
    const FILTERS: &'static [&'static str] =
        &["year", "fund", "fund_kind", "earmarking", "donor_kind", "region", "state", "since"];
    const STATES: &'static [&'static str] = &[
        "gave",
        "new",
        "retained",
        "returning",
        "lapsed",
        "not_yet",
        "member_state",
        "largest_5",
        "largest_15",
        "new_in_period",
        "returned_in_period",
    ];
    const SORTS: &'static [Sort] = &[
        Sort { name: "received", keys: &[down(USD, KeyKind::Number), up(CODE, KeyKind::Text)], indexed: false },
        Sort {
            name: "name",
            keys: &[up("d.name collate \"C\"", KeyKind::Text), up(CODE, KeyKind::Text)],
            indexed: false,
        },
        Sort {
            name: "previous",
            keys: &[down("(w.value ->> 'previous')::numeric", KeyKind::Number), up(CODE, KeyKind::Text)],
            indexed: false,
        },
        Sort {
            name: "period",
            keys: &[down("(w.value ->> 'since_usd')::numeric", KeyKind::Number), up(CODE, KeyKind::Text)],
            indexed: false,
        },
    ];
    const KEY: &'static [&'static str] = &["donor_code"];
    const ID: &'static str = "d.id";
    const MONEY: Option<(&'static str, &'static str)> = Some(("'USD'::text", "(w.value ->> 'summed')::numeric"));
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const SELECT: &'static str = "scope.day as as_of, (w.value ->> 'year')::integer as year, d.code as donor_code,
        d.name as donor_name, w.value ->> 'kind' as kind, w.value ->> 'country' as country,
        nullif(w.value ->> 'region', 'none') as region, (w.value ->> 'member_state')::boolean as member_state,
        w.value ->> 'status' as status, (w.value ->> 'usd')::numeric as received_usd,
        (w.value ->> 'share')::numeric as share_percent, (w.value ->> 'previous')::numeric as previous_usd,
        (w.value ->> 'first_year')::integer as first_year, (w.value ->> 'last_year')::integer as last_year,
        (w.value ->> 'since')::date as since, (w.value ->> 'since_usd')::numeric as since_usd,
        (w.value ->> 'new_since')::boolean as new_since, (w.value ->> 'returned_since')::boolean as returned_since";

    async fn prepare(connection: &mut PgConnection, scope: &mut Scope, memory: &Memory) -> Result<(), sqlx::Error> {
        let answer = answer(memory, connection, scope).await?;
        scope.answer = Some(answer.clone());
        let state = scope.filters.state.clone();
        scope.worked_out = Some(worked_out(move || answer.rows(state.as_deref()).to_string()));
        Ok(())
    }

    fn shown(scope: &Scope, stretch: &Stretch<'_>) -> Option<String> {
        let answer = scope.answer.as_ref()?.downcast_ref::<Answer>()?;
        let key = |line: &Line| match stretch.sort.name {
            "received" => Some(line.usd),
            "previous" => Some(line.previous),
            "period" => Some(line.since_usd),
            // What a donor is called only the database knows.
            _ => None,
        };
        answer.shown.of(scope, stretch, || {
            let lines = of_state(&answer.lines, scope.filters.state.as_deref());
            if scope.filters.text.is_some() || lines.first().is_some_and(|line| key(line).is_none()) {
                return None;
            }
            let shown = of_stretch(lines, stretch, |line: &Line| {
                vec![Part::Number(key(line).unwrap_or_default()), Part::Text(&line.code)]
            })?;
            Some(written(answer, scope.filters.state.as_deref(), &shown))
        })
    }

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from scope cross join worked_out w join donors d on d.id = (w.value ->> 'id')::bigint where true");
        scope.keep_text(select, "d.id", &[Place::OfDonor("select x.id from donors x where x.id")]);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join donors d on d.id = page.id
             join worked_out w on (w.value ->> 'id')::bigint = page.id",
        );
    }

    fn columns() -> &'static [Column<GivingRow>] {
        const COLUMNS: &[Column<GivingRow>] = &[
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column { name: "year", cell: |row| Cell::Word(row.year.to_string().into()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "donor_name", cell: |row| Cell::Text(row.donor_name.clone()) },
            Column { name: "kind", cell: |row| Cell::text(row.kind.as_deref()) },
            Column { name: "country", cell: |row| Cell::text(row.country.as_deref()) },
            Column { name: "region", cell: |row| Cell::text(row.region.as_deref()) },
            Column { name: "member_state", cell: |row| yes_no(row.member_state) },
            Column { name: "status", cell: |row| Cell::text(row.status.as_deref()) },
            Column { name: "received_usd", cell: |row| Cell::usd(Some(row.received_usd)) },
            Column { name: "share_percent", cell: |row| Cell::number(row.share_percent) },
            Column { name: "previous_year_usd", cell: |row| Cell::usd(Some(row.previous_usd)) },
            Column { name: "first_year", cell: |row| year_cell(row.first_year) },
            Column { name: "last_year", cell: |row| year_cell(row.last_year) },
            Column { name: "since", cell: |row| Cell::Day(row.since) },
            Column { name: "received_since_usd", cell: |row| Cell::usd(Some(row.since_usd)) },
            Column { name: "new_since", cell: |row| yes_no(row.new_since) },
            Column { name: "returned_since", cell: |row| yes_no(row.returned_since) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<GivingRow>] {
        const SCREEN: &[Screen<GivingRow>] = &[
            Screen {
                label: "col-donor",
                class: "",
                sort: Some("name"),
                draw: |row, l10n| {
                    let kind = row.kind.as_deref().map(|kind| l10n.word("donors", kind));
                    let region = row.region.as_deref().map(|region| l10n.word("region", region));
                    let words = kind.into_iter().chain(region).collect::<Vec<_>>().join(" · ");
                    Drawn::text(&row.donor_name).link("donors", &row.donor_code).below(&words).phone(words)
                },
            },
            Screen {
                label: "col-status",
                class: "",
                sort: None,
                draw: |row, _| Drawn { tag: row.status.as_deref().map(mark), ..Drawn::default() },
            },
            Screen {
                label: "col-received-usd",
                class: "num",
                sort: Some("received"),
                draw: |row, l10n| Drawn::of(&Cell::usd(Some(row.received_usd)), l10n).bare(),
            },
            Screen {
                label: "col-share",
                class: "num w",
                sort: None,
                draw: |row, l10n| match row.share_percent {
                    Some(share) => Drawn::text(format::percent(share, l10n)),
                    None => Drawn::default(),
                },
            },
            Screen {
                label: "col-previous",
                class: "num w",
                sort: Some("previous"),
                draw: |row, l10n| Drawn::of(&Cell::usd(Some(row.previous_usd)), l10n).bare(),
            },
            Screen {
                label: "col-period",
                class: "num w",
                sort: Some("period"),
                draw: |row, l10n| Drawn::of(&Cell::usd(Some(row.since_usd)), l10n).bare(),
            },
            Screen {
                label: "col-in-period",
                class: "w",
                sort: None,
                draw: |row, _| {
                    let tag = match (row.new_since, row.returned_since) {
                        (_, true) => Some(("ok", "giving-returned")),
                        (true, false) => Some(("info", "giving-new")),
                        (false, false) => None,
                    };
                    Drawn { tag, ..Drawn::default() }
                },
            },
            Screen {
                label: "col-years",
                class: "w nowrap",
                sort: None,
                draw: |row, _| match (row.first_year, row.last_year) {
                    (Some(first), Some(last)) if first != last => Drawn::text(format!("{first}–{last}")),
                    (Some(only), _) => Drawn::text(only.to_string()),
                    (None, _) => Drawn::default(),
                },
            },
        ];
        SCREEN
    }
}

/// The mark of a status: its class and key.
pub fn mark(status: &str) -> (&'static str, &'static str) {
    match status {
        "new" => ("info", "giving-new"),
        "retained" => ("ok", "giving-retained"),
        "returning" => ("ok", "giving-returning"),
        "lapsed" => ("warn", "giving-lapsed"),
        _ => ("gap", "giving-not_yet"),
    }
}

fn yes_no(yes: bool) -> Cell {
    Cell::Word(if yes { "yes" } else { "no" }.into())
}

/// A year is no quantity: it has no thousands.
fn year_cell(year: Option<i32>) -> Cell {
    year.map_or(Cell::Empty, |year| Cell::Word(year.to_string().into()))
}
