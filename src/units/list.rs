//! The list of units, in the order of the tree as it stood.

use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of units.
pub struct Units;

/// A unit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnitRow {
    code: String,
    name: String,
    kind: String,
    parent: Option<String>,
    depth: i32,
}

impl List for Units {
    type Row = UnitRow;
    const NAME: &'static str = "units";
    const FILTERS: &'static [&'static str] = &["unit", "state"];
    const STATES: &'static [&'static str] =
        &["division", "regional_office", "country_office", "liaison_office", "section"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "tree", keys: &[up("array_to_string(t.path, ' ')", KeyKind::Text)], indexed: false },
        Sort { name: "code", keys: &[up("u.code", KeyKind::Text)], indexed: false },
        Sort { name: "name", keys: &[up("u.name", KeyKind::Text), up("u.code", KeyKind::Text)], indexed: false },
    ];
    const ID: &'static str = "u.id";
    const SELECT: &'static str = "u.code, u.name, u.kind, p.code as parent, t.depth";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from unit_tree(");
        scope.day_and_known(select).sql(") t join units u on u.id = t.unit_id where true");
        scope.keep_unit(select, "u.id");
        if let Some(kind) = &scope.filters.state {
            select.sql(" and u.kind = ").bind(kind.clone());
        }
        scope.keep_text(select, "u.id", &[Place::Own("select x.id from units x where", "x.sought")]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(" from page join units u on u.id = page.id join unit_tree(");
        scope.day_and_known(select).sql(") t on t.unit_id = u.id left join units p on p.id = t.parent_id");
    }

    fn columns() -> &'static [Column<UnitRow>] {
        const COLUMNS: &[Column<UnitRow>] = &[
            Column { name: "code", cell: |row| Cell::Text(row.code.clone()) },
            Column { name: "name", cell: |row| Cell::Text(row.name.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "parent", cell: |row| Cell::text(row.parent.as_deref()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<UnitRow>] {
        const SCREEN: &[Screen<UnitRow>] = &[
            Screen {
                label: "col-name",
                class: "",
                sort: Some("name"),
                draw: |row, _| {
                    let indent = "\u{2003}".repeat(usize::try_from(row.depth).unwrap_or_default());
                    Drawn::text(format!("{indent}{}", row.name)).link("units", &row.code)
                },
            },
            Screen { label: "col-code", class: "", sort: Some("code"), draw: |row, _| Drawn::text(&row.code) },
            Screen {
                label: "col-kind",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("units", &row.kind)),
            },
            Screen {
                label: "col-parent",
                class: "w",
                sort: Some("tree"),
                draw: |row, _| match &row.parent {
                    Some(parent) => Drawn::text(parent).link("units", parent),
                    None => Drawn::default(),
                },
            },
        ];
        SCREEN
    }
}
