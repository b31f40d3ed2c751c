//! The list of what was published, the latest first.

use chrono::{DateTime, NaiveDate, Utc};

use super::store::NAME;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};

/// The list of published figures.
pub struct Published;

/// A published figure.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PublishedRow {
    id: i64,
    title: String,
    list: String,
    as_of: NaiveDate,
    known_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    by: String,
    reason: Option<String>,
    address: String,
    sha256: Vec<u8>,
    zone: String,
}

impl List for Published {
    type Row = PublishedRow;
    const NAME: &'static str = NAME;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["who", "since", "until"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "at", keys: &[down("p.id", KeyKind::Integer)], indexed: true },
        Sort { name: "as_of", keys: &[down("p.as_of", KeyKind::Day), down("p.id", KeyKind::Integer)], indexed: false },
        Sort {
            name: "title",
            keys: &[up("p.title collate \"C\"", KeyKind::Text), down("p.id", KeyKind::Integer)],
            indexed: false,
        },
    ];
    const ID: &'static str = "p.id";
    const SELECT: &'static str = "p.id, p.title, p.list, p.as_of, p.known_at, c.recorded_at, a.name as by, c.reason,
        p.address, p.sha256, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from published_figures p join changes c on c.id = p.change_id join accounts a on a.id = c.account_id where true",
        );
        scope.keep_between(select, "c.recorded_at");
        if let Some(who) = &scope.filters.who {
            select.sql(" and lower(a.email) = lower(").bind(who.clone()).sql(")");
        }
        scope.keep_letters(select, &["p.title", "p.list", "c.reason", "a.name"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join published_figures p on p.id = page.id join changes c on c.id = p.change_id
             join accounts a on a.id = c.account_id cross join (select ",
        );
        select.bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<PublishedRow>] {
        const COLUMNS: &[Column<PublishedRow>] = &[
            Column { name: "number", cell: |row| Cell::Integer(row.id) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "list", cell: |row| Cell::Word(row.list.clone().into()) },
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column { name: "known_at", cell: |row| Cell::instant(Some(row.known_at)) },
            Column { name: "published_at", cell: |row| Cell::instant(Some(row.recorded_at)) },
            Column { name: "published_by", cell: |row| Cell::Text(row.by.clone()) },
            Column { name: "reason", cell: |row| Cell::text(row.reason.as_deref()) },
            Column { name: "address", cell: |row| Cell::Text(row.address.clone()) },
            Column { name: "sha256", cell: |row| Cell::Word(hex::encode(&row.sha256).into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<PublishedRow>] {
        const SCREEN: &[Screen<PublishedRow>] = &[
            Screen {
                label: "published-title",
                class: "",
                sort: Some("title"),
                draw: |row, l10n| {
                    let list = l10n.word(&row.list, "kicker");
                    Drawn::text(&row.title).link(NAME, &row.id.to_string()).below(&list).phone(list)
                },
            },
            Screen {
                label: "list-as-of",
                class: "nowrap",
                sort: Some("as_of"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.as_of), l10n),
            },
            Screen {
                label: "published-at",
                class: "w nowrap",
                sort: Some("at"),
                draw: |row, l10n| Drawn::instant(Some(row.recorded_at), &row.zone, l10n),
            },
            Screen { label: "published-by", class: "w", sort: None, draw: |row, _| Drawn::text(&row.by) },
            Screen {
                label: "published-why",
                class: "w x",
                sort: None,
                draw: |row, _| Drawn::text(row.reason.clone().unwrap_or_default()),
            },
        ];
        SCREEN
    }
}
