//! The list of changes, the latest first.

use chrono::{DateTime, Utc};

use super::keep_changes;
use crate::access::Act;
use crate::db::Select;
use crate::facts::tables;
use crate::lists::query::{KeyKind, Sort, down};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::detail::act_in_words;

/// The list of changes.
pub struct Changes;

/// A change.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChangeRow {
    id: i64,
    recorded_at: DateTime<Utc>,
    email: String,
    name: String,
    os_user: Option<String>,
    act: String,
    room: Option<String>,
    code: Option<String>,
    reason: Option<String>,
    facts: i64,
    zone: String,
}

impl List for Changes {
    type Row = ChangeRow;
    const NAME: &'static str = "audit";
    const MAY: Act = Act::ReadAudit;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["who", "act", "room", "code", "since", "until"];
    const SORTS: &'static [Sort] = &[Sort { name: "at", keys: &[down("c.id", KeyKind::Integer)], indexed: true }];
    const ID: &'static str = "c.id";
    const SELECT: &'static str = "c.id, c.recorded_at, a.email, a.name, c.os_user, c.act, c.details ->> 'room' as room,
        c.details ->> 'code' as code, c.reason, n.facts, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from changes c where");
        keep_changes(select, scope);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join changes c on c.id = page.id join accounts a on a.id = c.account_id
             cross join lateral (select (select count(*) from audit_entries e where e.change_id = c.id)",
        );
        for table in tables::ALL {
            select.sql(" + (select count(*) from ").sql(table.name).sql(" f where f.change_id = c.id)");
            select.sql(" + (select count(*) from ").sql(table.name).sql(" f where f.voided_change_id = c.id)");
        }
        select.sql(" as facts) n cross join (select ").bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<ChangeRow>] {
        const COLUMNS: &[Column<ChangeRow>] = &[
            Column { name: "change", cell: |row| Cell::Integer(row.id) },
            Column { name: "at", cell: |row| Cell::instant(Some(row.recorded_at)) },
            Column { name: "who", cell: |row| Cell::Text(row.email.clone()) },
            Column { name: "os_user", cell: |row| Cell::text(row.os_user.as_deref()) },
            Column { name: "act", cell: |row| Cell::Word(row.act.clone().into()) },
            Column { name: "room", cell: |row| Cell::text(row.room.as_deref()) },
            Column { name: "code", cell: |row| Cell::text(row.code.as_deref()) },
            Column { name: "reason", cell: |row| Cell::text(row.reason.as_deref()) },
            Column { name: "facts", cell: |row| Cell::Integer(row.facts) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ChangeRow>] {
        const SCREEN: &[Screen<ChangeRow>] = &[
            Screen {
                label: "col-what",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(act_in_words(&row.act, row.code.as_deref(), l10n))
                        .link("changes", &row.id.to_string())
                        .below(row.reason.clone().unwrap_or_default())
                        .phone(format!("{} · {}", row.name, row.reason.clone().unwrap_or_default()))
                },
            },
            Screen {
                label: "filter-who",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(&row.name).below(row.os_user.clone().unwrap_or_default()),
            },
            Screen {
                label: "col-when",
                class: "nowrap",
                sort: Some("at"),
                draw: |row, l10n| Drawn::instant(Some(row.recorded_at), &row.zone, l10n),
            },
            Screen {
                label: "col-facts",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.facts), l10n),
            },
        ];
        SCREEN
    }
}
