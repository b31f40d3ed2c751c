//! The list of what classified things were read, by whom, when and how. It knows no title and no text.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rule::Classification;
use crate::access::Act;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, down};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};

/// The list of readings.
pub struct Readings;

/// Somebody read something.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReadingRow {
    id: i64,
    read_at: DateTime<Utc>,
    email: String,
    name: String,
    entity: String,
    thing: Uuid,
    classification: Classification,
    how: String,
    zone: String,
}

impl List for Readings {
    type Row = ReadingRow;
    const NAME: &'static str = "readings";
    const ROOM: &'static str = "audit";
    const MAY: Act = Act::ReadAudit;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["who", "classification", "since", "until"];
    const SORTS: &'static [Sort] = &[Sort { name: "at", keys: &[down("r.id", KeyKind::Integer)], indexed: true }];
    const ID: &'static str = "r.id";
    const SELECT: &'static str = "r.id, r.read_at, a.email, a.name, r.entity, r.thing,
        r.classification::text as classification, r.how, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from classified_readings r where true");
        if let Some(who) = &scope.filters.who {
            select.sql(" and r.account_id = (select w.id from accounts w where w.email = ");
            select.bind(who.clone()).sql(")");
        }
        if let Some(level) = scope.filters.classification {
            select.sql(" and r.classification = ").bind(level.as_str()).sql("::classification");
        }
        scope.keep_between(select, "r.read_at");
        scope.keep_letters(select, &["r.thing::text"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(" from page join classified_readings r on r.id = page.id join accounts a on a.id = r.account_id");
        select.sql(" cross join (select ").bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<ReadingRow>] {
        const COLUMNS: &[Column<ReadingRow>] = &[
            Column { name: "number", cell: |row| Cell::Integer(row.id) },
            Column { name: "at", cell: |row| Cell::instant(Some(row.read_at)) },
            Column { name: "who", cell: |row| Cell::Text(row.email.clone()) },
            Column { name: "what", cell: |row| Cell::Word(row.entity.clone().into()) },
            Column { name: "id", cell: |row| Cell::Word(row.thing.to_string().into()) },
            Column { name: "classification", cell: |row| Cell::Word(row.classification.as_str().into()) },
            Column { name: "how", cell: |row| Cell::Word(row.how.clone().into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ReadingRow>] {
        const SCREEN: &[Screen<ReadingRow>] = &[
            Screen {
                label: "filter-who",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(&row.name).below(&row.email).phone(format!(
                        "{} · {}",
                        l10n.word("reading", &row.entity),
                        l10n.word("reading", &row.how)
                    ))
                },
            },
            Screen {
                label: "col-what",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("reading", &row.entity)).below(row.thing.to_string()),
            },
            Screen {
                label: "col-classification",
                class: "",
                sort: None,
                draw: |row, _| Drawn::default().tag(row.classification.tag()),
            },
            Screen {
                label: "col-how",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("reading", &row.how)),
            },
            Screen {
                label: "col-when",
                class: "nowrap",
                sort: Some("at"),
                draw: |row, l10n| Drawn::instant(Some(row.read_at), &row.zone, l10n),
            },
        ];
        SCREEN
    }
}
