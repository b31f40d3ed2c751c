//! The list of entries: those the reader may read, the latest first.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{Kind, called};
use crate::classified::Classification;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::format;

/// The list of entries.
pub struct Intelligence;

/// An entry. Its text, figures and link stand in files only where it is unclassified: else it is read on its page, and that
/// is noted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KnownRow {
    key: Uuid,
    kind: String,
    donor_code: String,
    donor_name: String,
    title: Option<String>,
    text: Option<String>,
    as_of_on: NaiveDate,
    expires_on: NaiveDate,
    stale: bool,
    withdrawn: bool,
    source: String,
    source_link: Option<String>,
    reliability: String,
    year: Option<i16>,
    amount_usd: Option<rust_decimal::Decimal>,
    percent_gni: Option<rust_decimal::Decimal>,
    decides_on: Option<NaiveDate>,
    recurs: Option<String>,
    classification: Classification,
    recorded_by: String,
}

impl KnownRow {
    fn state(&self) -> &'static str {
        match (self.withdrawn, self.stale) {
            (true, _) => "withdrawn",
            (false, true) => "stale",
            (false, false) => "current",
        }
    }

    fn tag(&self) -> Option<(&'static str, &'static str)> {
        match self.state() {
            "withdrawn" => Some(("bad", "intelligence-withdrawn")),
            "stale" => Some(("warn", "intelligence-stale")),
            _ => None,
        }
    }

    fn open<T>(&self, value: Option<T>) -> Option<T> {
        value.filter(|_| self.classification == Classification::Unclassified)
    }
}

impl List for Intelligence {
    type Row = KnownRow;
    const NAME: &'static str = "intelligence";
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["donor", "kind", "region", "state", "classification", "since", "until"];
    const STATES: &'static [&'static str] = &["current", "stale", "withdrawn"];
    const KINDS: &'static [&'static str] = Kind::WORDS;
    const KIND_WORDS: &'static str = "known";
    const KEY: &'static [&'static str] = &["id"];
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "as_of",
            keys: &[down("i.as_of_on", KeyKind::Day), down("i.id", KeyKind::Integer)],
            indexed: true,
        },
        Sort {
            name: "expires",
            keys: &[up("i.expires_on", KeyKind::Day), up("i.id", KeyKind::Integer)],
            indexed: true,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::ForOneReader;
    const ID: &'static str = "i.id";
    const SELECT: &'static str =
        "i.key, i.kind, d.code as donor_code, d.name as donor_name, i.title, i.text, i.as_of_on,
        i.expires_on, n.stale, i.withdrawn_at is not null as withdrawn, i.source, i.source_link, i.reliability, i.year,
        i.amount_usd, i.percent_gni, i.decides_on, i.recurs, i.classification::text as classification,
        a.name as recorded_by";

    fn pick(select: &mut Select, scope: &Scope) {
        let filters = &scope.filters;
        select.sql(" from intelligence i where i.logged_at <= ").bind(scope.known_at.0);
        scope.keep_donor(select, "i.donor_id");
        scope.keep_topmost(select, "i.donor_id");
        if let Some(kind) = &filters.kind {
            select.sql(" and i.kind = ").bind(kind.clone());
        }
        if let Some(level) = filters.classification {
            select.sql(" and i.classification = ").bind(level.as_str()).sql("::classification");
        }
        // What was withdrawn is shown where it is asked for.
        let withdrawn = filters.state.as_deref() == Some("withdrawn");
        select.sql(if withdrawn { " and i.withdrawn_at is not null" } else { " and i.withdrawn_at is null" });
        match filters.state.as_deref() {
            Some("current") => drop(select.sql(" and i.expires_on >= ").bind(scope.today)),
            Some("stale") => drop(select.sql(" and i.expires_on < ").bind(scope.today)),
            _ => {}
        }
        if let Some(since) = filters.since {
            select.sql(" and i.as_of_on >= ").bind(since);
        }
        if let Some(until) = filters.until {
            select.sql(" and i.as_of_on <= ").bind(until);
        }
        if let Some(text) = &filters.text {
            select.sql(" and i.id = any(array(select intelligence_holding(").bind(text.clone()).sql(")))");
        }
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join intelligence i on i.id = page.id join donors d on d.id = i.donor_id
             join accounts a on a.id = i.author_id cross join lateral (select i.expires_on < ",
        );
        select.bind(scope.today).sql(" as stale) n");
    }

    fn columns() -> &'static [Column<KnownRow>] {
        const COLUMNS: &[Column<KnownRow>] = &[
            Column { name: "id", cell: |row| Cell::Word(row.key.to_string().into()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "donor_name", cell: |row| Cell::Text(row.donor_name.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "title", cell: |row| Cell::text(row.title.as_deref()) },
            Column { name: "as_of_on", cell: |row| Cell::Day(row.as_of_on) },
            Column { name: "expires_on", cell: |row| Cell::Day(row.expires_on) },
            Column { name: "state", cell: |row| Cell::Word(row.state().into()) },
            Column { name: "reliability", cell: |row| Cell::Word(row.reliability.clone().into()) },
            Column { name: "source", cell: |row| Cell::Text(row.source.clone()) },
            Column { name: "classification", cell: |row| Cell::Word(row.classification.as_str().into()) },
            Column { name: "recorded_by", cell: |row| Cell::Text(row.recorded_by.clone()) },
            Column { name: "text", cell: |row| Cell::text(row.open(row.text.as_deref())) },
            Column { name: "link", cell: |row| Cell::text(row.open(row.source_link.as_deref())) },
            Column {
                name: "year",
                cell: |row| row.open(row.year).map_or(Cell::Empty, |year| Cell::Integer(year.into())),
            },
            Column { name: "amount_usd", cell: |row| Cell::usd(row.open(row.amount_usd)) },
            Column { name: "percent_gni", cell: |row| row.open(row.percent_gni).map_or(Cell::Empty, Cell::Number) },
            Column { name: "decides_on", cell: |row| Cell::day(row.open(row.decides_on)) },
            Column {
                name: "recurs",
                cell: |row| row.open(row.recurs.clone()).map_or(Cell::Empty, |word| Cell::Word(word.into())),
            },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<KnownRow>] {
        const SCREEN: &[Screen<KnownRow>] = &[
            Screen {
                label: "col-known",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(called(row.title.as_deref(), row.year.map(i32::from), l10n))
                        .link("intelligence", &row.key.to_string())
                        .tag(row.classification.tag())
                        .below(&row.source)
                        .phone(format!("{} · {}", row.donor_name, l10n.word("known", &row.kind)))
                },
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(&row.donor_name).link("donors", &row.donor_code),
            },
            Screen {
                label: "filter-kind",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("known", &row.kind)),
            },
            Screen {
                label: "known-reliability",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("reliability", &row.reliability)),
            },
            Screen {
                label: "known-as_of_on",
                class: "nowrap",
                sort: Some("as_of"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.as_of_on), l10n).tag(row.tag()),
            },
            Screen {
                label: "known-expires_on",
                class: "nowrap w",
                sort: Some("expires"),
                draw: |row, l10n| Drawn::text(format::day(row.expires_on, l10n)),
            },
        ];
        SCREEN
    }
}
