//! Every fact and label the changes touched, before and after: a row each.

use chrono::{DateTime, Utc};

use super::keep_changes;
use crate::access::Act;
use crate::db::Select;
use crate::facts::tables;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};

/// The list of facts and labels by change.
pub struct Facts;

/// What a change made of one fact or label. Before and after are JSON objects in the codes people know.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FactRow {
    change_id: i64,
    recorded_at: DateTime<Utc>,
    email: String,
    name: String,
    act: String,
    reason: Option<String>,
    source: String,
    key: Option<String>,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    zone: String,
}

fn as_text(content: Option<&serde_json::Value>) -> Cell {
    content.map_or(Cell::Empty, |content| Cell::Text(content.to_string()))
}

impl List for Facts {
    type Row = FactRow;
    const NAME: &'static str = "audit-facts";
    const ROOM: &'static str = "audit";
    const MAY: Act = Act::ReadAudit;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["who", "act", "room", "code", "since", "until"];
    const SORTS: &'static [Sort] = &[Sort {
        name: "at",
        keys: &[down("r.change_id", KeyKind::Integer), up("r.source", KeyKind::Text), up("r.id", KeyKind::Integer)],
        indexed: true,
    }];
    const ID: &'static str = "r.id";
    const SELECT: &'static str = "c.id as change_id, c.recorded_at, a.email, a.name, c.act, c.reason,
        page.k2 as source, r.key, r.before, r.after, z.zone";

    /// A fact stands with the change that recorded it, and with the one that voided it unless another took its place
    /// there: then it is the `before` of that one. The tables are merged by their indexes on changes, so that a page
    /// reads no more of them than it shows and the change it ends in.
    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from (select e.change_id, 'labels'::text collate \"C\" as source, e.id from audit_entries e");
        for table in tables::ALL {
            select.sql(" union all select f.change_id, '").sql(table.name).sql("', f.id from ").sql(table.name);
            select.sql(" f union all select f.voided_change_id, '").sql(table.name).sql("', f.id from ");
            select.sql(table.name).sql(" f where f.voided_change_id is not null and not exists (select from ");
            select.sql(table.name).sql(" n where n.replaces = f.id and n.change_id = f.voided_change_id)");
        }
        select.sql(") r join changes c on c.id = r.change_id where");
        keep_changes(select, scope);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join changes c on c.id = page.k1 join accounts a on a.id = c.account_id
             cross join lateral (
                select e.entity || ' ' || e.entity_id as key, e.before, e.after from audit_entries e
                where page.k2 = 'labels' and e.id = page.id",
        );
        for table in tables::ALL {
            // What it voided without a successor has no after; what took a place has that one's content before.
            select.sql(
                " union all select f.key,
                    case when f.change_id = page.k1 then (select fact_in_codes(to_jsonb(b)) from ",
            );
            select.sql(table.name).sql(" b where b.id = f.replaces) else fact_in_codes(to_jsonb(f)) end,");
            select.sql(" case when f.change_id = page.k1 then fact_in_codes(to_jsonb(f)) end from ").sql(table.name);
            select.sql(" f where page.k2 = '").sql(table.name).sql("' and f.id = page.id");
        }
        select.sql(") r cross join (select ").bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<FactRow>] {
        const COLUMNS: &[Column<FactRow>] = &[
            Column { name: "change", cell: |row| Cell::Integer(row.change_id) },
            Column { name: "at", cell: |row| Cell::instant(Some(row.recorded_at)) },
            Column { name: "who", cell: |row| Cell::Text(row.email.clone()) },
            Column { name: "act", cell: |row| Cell::Word(row.act.clone().into()) },
            Column { name: "reason", cell: |row| Cell::text(row.reason.as_deref()) },
            Column { name: "kind", cell: |row| Cell::Word(row.source.clone().into()) },
            Column { name: "key", cell: |row| Cell::text(row.key.as_deref()) },
            Column { name: "before", cell: |row| as_text(row.before.as_ref()) },
            Column { name: "after", cell: |row| as_text(row.after.as_ref()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<FactRow>] {
        const SCREEN: &[Screen<FactRow>] = &[
            Screen {
                label: "col-what",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(l10n.word("history", &row.source))
                        .link("changes", &row.change_id.to_string())
                        .below(row.key.clone().unwrap_or_default())
                        .phone(format!(
                            "{} · {} · {}",
                            row.key.clone().unwrap_or_default(),
                            row.name,
                            differing(&row.after, &row.before, l10n).text
                        ))
                },
            },
            Screen {
                label: "col-before",
                class: "w wraps",
                sort: None,
                draw: |row, l10n| differing(&row.before, &row.after, l10n),
            },
            Screen {
                label: "col-after",
                class: "w wraps",
                sort: None,
                draw: |row, l10n| differing(&row.after, &row.before, l10n),
            },
            Screen { label: "filter-who", class: "w", sort: None, draw: |row, _| Drawn::text(&row.name) },
            Screen {
                label: "col-when",
                class: "nowrap",
                sort: Some("at"),
                draw: |row, l10n| Drawn::instant(Some(row.recorded_at), &row.zone, l10n),
            },
        ];
        SCREEN
    }
}

/// What differs from the other side, in short: the page of the change tells all of it.
fn differing(content: &Option<serde_json::Value>, other: &Option<serde_json::Value>, l10n: crate::l10n::L10n) -> Drawn {
    let Some(serde_json::Value::Object(content)) = content else { return Drawn::default() };
    let differs = |name: &str, value: &serde_json::Value| {
        other.as_ref().is_none_or(|other| other.get(name).unwrap_or(&serde_json::Value::Null) != value)
    };
    let parts = content.iter().filter(|(name, value)| !value.is_null() && differs(name, value)).map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let label = [format!("field-{name}"), format!("field-{name}_id")];
        format!("{} {text}", l10n.first(&[&label[0], &label[1]], &[]))
    });
    Drawn::text(parts.collect::<Vec<_>>().join(" · "))
}
