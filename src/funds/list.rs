//! The list of funds.

use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of funds.
pub struct Funds;

/// A fund.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FundRow {
    code: String,
    name: String,
    earmarking: String,
}

impl List for Funds {
    type Row = FundRow;
    const NAME: &'static str = "funds";
    const FILTERS: &'static [&'static str] = &["state"];
    const STATES: &'static [&'static str] = &["core", "earmarked"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "code", keys: &[up("u.code", KeyKind::Text)], indexed: true },
        Sort { name: "name", keys: &[up("u.name", KeyKind::Text), up("u.code", KeyKind::Text)], indexed: false },
    ];
    const ID: &'static str = "u.id";
    const SELECT: &'static str = "u.code, u.name, f.earmarking";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from funds u join funds_in_force(");
        scope.day_and_known(select).sql(") f on f.fund_id = u.id where true");
        if let Some(earmarking) = &scope.filters.state {
            select.sql(" and f.earmarking = ").bind(earmarking.clone());
        }
        scope.keep_text(select, "u.id", &[Place::Own("select x.id from funds x where", "x.sought")]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(" from page join funds u on u.id = page.id join funds_in_force(");
        scope.day_and_known(select).sql(") f on f.fund_id = u.id");
    }

    fn columns() -> &'static [Column<FundRow>] {
        const COLUMNS: &[Column<FundRow>] = &[
            Column { name: "code", cell: |row| Cell::Text(row.code.clone()) },
            Column { name: "name", cell: |row| Cell::Text(row.name.clone()) },
            Column { name: "earmarking", cell: |row| Cell::Word(row.earmarking.clone().into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<FundRow>] {
        const SCREEN: &[Screen<FundRow>] = &[
            Screen {
                label: "col-name",
                class: "",
                sort: Some("name"),
                draw: |row, _| Drawn::text(&row.name).link("funds", &row.code),
            },
            Screen { label: "col-code", class: "", sort: Some("code"), draw: |row, _| Drawn::text(&row.code) },
            Screen {
                label: "col-earmarking",
                class: "",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("funds", &row.earmarking)),
            },
        ];
        SCREEN
    }
}
