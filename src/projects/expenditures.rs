//! The list of what projects spent: a row a project and month that had ended by the day.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::l10n::L10n;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};
use crate::web::format;

/// The list of expenditure.
pub struct Expenditures;

/// What a project spent in a month.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ExpenditureRow {
    project_code: String,
    title: String,
    unit_code: String,
    unit_name: String,
    month: NaiveDate,
    amount_usd: Decimal,
}

impl List for Expenditures {
    type Row = ExpenditureRow;
    const NAME: &'static str = "expenditures";
    const ROOM: &'static str = "projects";
    const FILTERS: &'static [&'static str] = &["unit", "project", "state", "since", "until"];
    const STATES: &'static [&'static str] = &["negative"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "month", keys: &[down("e.month", KeyKind::Day), up("e.key", KeyKind::Text)], indexed: true },
        Sort {
            name: "amount",
            keys: &[down("e.amount_usd", KeyKind::Number), up("e.key", KeyKind::Text)],
            indexed: false,
        },
        Sort { name: "project", keys: &[up("e.key", KeyKind::Text), up("e.id", KeyKind::Integer)], indexed: false },
    ];
    const KEY: &'static [&'static str] = &["project_code", "month"];
    const ID: &'static str = "e.id";
    const MONEY: Option<(&'static str, &'static str)> = Some(("'USD'::text", "e.amount_usd"));
    const SELECT: &'static str = "p.code as project_code, p.title, u.code as unit_code, u.name as unit_name, e.month,
        e.amount_usd";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope join expenditures e on e.month < months_ended_by(scope.day)
                and was_known(e.recorded_at, e.voided_at, scope.known) where true",
        );
        if scope.filters.unit.is_some() {
            select.sql(" and e.project_id = any(array(select f.project_id from projects_in_force(");
            scope.day_and_known(select).sql(") f where true");
            scope.keep_unit(select, "f.unit_id");
            select.sql("))");
        }
        if let Some(project) = &scope.filters.project {
            select.sql(" and e.project_id = (select id from projects where code = ").bind(project.clone()).sql(")");
        }
        if scope.filters.state.is_some() {
            select.sql(" and e.amount_usd < 0");
        }
        // A month belongs to a stretch of days its first day lies in.
        if let Some(since) = scope.filters.since {
            select.sql(" and e.month >= ").bind(since);
        }
        if let Some(until) = scope.filters.until {
            select.sql(" and e.month <= ").bind(until);
        }
        let places =
            [Place::Own("select x.id from projects n join expenditures x on x.project_id = n.id where", "n.sought")];
        scope.keep_text(select, "e.id", &places);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join expenditures e on e.id = page.id join projects p on p.id = e.project_id
             join projects_in_force(",
        );
        scope.day_and_known(select).sql(") f on f.project_id = p.id join units u on u.id = f.unit_id");
    }

    fn columns() -> &'static [Column<ExpenditureRow>] {
        const COLUMNS: &[Column<ExpenditureRow>] = &[
            Column { name: "project_code", cell: |row| Cell::Text(row.project_code.clone()) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "month", cell: |row| Cell::Word(row.month.format("%Y-%m").to_string().into()) },
            Column { name: "amount_usd", cell: |row| Cell::usd(Some(row.amount_usd)) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ExpenditureRow>] {
        const SCREEN: &[Screen<ExpenditureRow>] = &[
            Screen {
                label: "col-project",
                class: "",
                sort: Some("project"),
                draw: |row, _| {
                    Drawn::text(&row.title)
                        .link("projects", &row.project_code)
                        .below(&row.project_code)
                        .phone(&row.project_code)
                },
            },
            Screen { label: "col-unit", class: "w", sort: None, draw: |row, _| Drawn::text(&row.unit_name) },
            Screen {
                label: "col-month",
                class: "nowrap",
                sort: Some("month"),
                draw: |row, l10n| Drawn::text(format::month(row.month, l10n)),
            },
            Screen { label: "col-usd", class: "num", sort: Some("amount"), draw: |row, l10n| amount(row, l10n) },
        ];
        SCREEN
    }
}

fn amount(row: &ExpenditureRow, l10n: L10n) -> Drawn {
    let below = row.amount_usd < Decimal::ZERO;
    Drawn::of(&Cell::usd(Some(row.amount_usd)), l10n).bare().tag(below.then_some(("info", "expenditures-negative")))
}
