//! The list of projects, as they were agreed on by a day.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of projects.
pub struct Projects;

/// A project as of a day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProjectRow {
    code: String,
    title: String,
    unit_code: String,
    unit_name: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    budget_usd: Decimal,
    countries: Option<String>,
    status: Option<String>,
    state: String,
}

/// Where in its time a project `f` is on the day.
const STATE: &str =
    "case when scope.day < f.starts_on then 'not_started' when scope.day > f.ends_on then 'ended' else 'active' end";

/// Pledges `b` with their terms `t` of the day, once they are promised or signed.
const NAMING: &str = " from scope join pledge_balances b on stands(b, scope.day, scope.known)
    join pledge_terms t on t.id = b.terms_id and t.pledge_id = b.pledge_id where least(t.pledged_on, b.signed_on) <= scope.day";

impl List for Projects {
    type Row = ProjectRow;
    const NAME: &'static str = "projects";
    const FILTERS: &'static [&'static str] = &["unit", "country", "donor", "state"];
    const STATES: &'static [&'static str] = &["active", "not_started", "ended", "without_budget", "without_pledge"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "code", keys: &[up("p.code", KeyKind::Text)], indexed: false },
        Sort {
            name: "title",
            keys: &[up("p.title collate \"C\"", KeyKind::Text), up("p.code", KeyKind::Text)],
            indexed: false,
        },
        Sort {
            name: "starts",
            keys: &[down("f.starts_on", KeyKind::Day), up("p.code", KeyKind::Text)],
            indexed: false,
        },
        Sort { name: "ends", keys: &[up("f.ends_on", KeyKind::Day), up("p.code", KeyKind::Text)], indexed: false },
        Sort {
            name: "budget",
            keys: &[down("f.budget_usd", KeyKind::Number), up("p.code", KeyKind::Text)],
            indexed: false,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::TillAChange;
    const ID: &'static str = "f.fact_id";
    const MONEY: Option<(&'static str, &'static str)> = Some(("'USD'::text", "f.budget_usd"));
    const SELECT: &'static str = "p.code, p.title, u.code as unit_code, u.name as unit_name, f.starts_on, f.ends_on,
        f.budget_usd, f.countries, p.status,
        case when scope.day < f.starts_on then 'not_started' when scope.day > f.ends_on then 'ended' else 'active' end as state";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from scope cross join projects_in_force(");
        scope.day_and_known(select).sql(") f join projects p on p.id = f.project_id where true");
        match scope.filters.state.as_deref() {
            Some("without_budget") => drop(select.sql(" and f.budget_usd = 0")),
            Some("without_pledge") => {
                select.sql(" and not exists (select").sql(NAMING).sql(" and t.project = p.code)");
            }
            Some(state) => drop(select.sql(" and ").sql(STATE).sql(" = ").bind(state.to_owned())),
            None => {}
        }
        scope.keep_unit(select, "f.unit_id");
        if let Some(country) = &scope.filters.country {
            select.sql(" and ").bind(country.clone()).sql(" = any(string_to_array(f.countries, ';'))");
        }
        if scope.filters.donor.is_some() {
            // As an array it is worked out first, once, from the few pledges of a donor.
            select.sql(" and p.code = any(array(select t.project").sql(NAMING).sql(" and t.project is not null");
            scope.keep_donor(select, "b.donor_id");
            select.sql("))");
        }
        scope.keep_text(select, "p.id", &[Place::Own("select x.id from projects x where", "x.sought")]);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join project_facts f on f.id = page.id
             join projects p on p.id = f.project_id join units u on u.id = f.unit_id",
        );
    }

    fn columns() -> &'static [Column<ProjectRow>] {
        const COLUMNS: &[Column<ProjectRow>] = &[
            Column { name: "code", cell: |row| Cell::Text(row.code.clone()) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "starts_on", cell: |row| Cell::Day(row.starts_on) },
            Column { name: "ends_on", cell: |row| Cell::Day(row.ends_on) },
            Column { name: "budget_usd", cell: |row| Cell::usd(Some(row.budget_usd)) },
            Column { name: "countries", cell: |row| Cell::text(row.countries.as_deref()) },
            Column { name: "status", cell: |row| Cell::text(row.status.as_deref()) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ProjectRow>] {
        const SCREEN: &[Screen<ProjectRow>] = &[
            Screen {
                label: "col-project",
                class: "",
                sort: Some("title"),
                draw: |row, l10n| {
                    Drawn::text(&row.title)
                        .link("projects", &row.code)
                        .below(row.status.clone().unwrap_or_default())
                        .phone(format!("{} · {}", row.code, l10n.word("projects", &row.state)))
                },
            },
            Screen { label: "col-code", class: "w nowrap", sort: Some("code"), draw: |row, _| Drawn::text(&row.code) },
            Screen {
                label: "col-unit",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(&row.unit_name).link("units", &row.unit_code),
            },
            Screen {
                label: "col-countries",
                class: "w x",
                sort: None,
                draw: |row, _| Drawn::text(row.countries.clone().unwrap_or_default().replace(';', " ")),
            },
            Screen {
                label: "col-state",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("projects", &row.state)),
            },
            Screen {
                label: "col-starts",
                class: "w nowrap x",
                sort: Some("starts"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.starts_on), l10n),
            },
            Screen {
                label: "col-ends",
                class: "w nowrap",
                sort: Some("ends"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.ends_on), l10n),
            },
            Screen {
                label: "col-budget-usd",
                class: "num",
                sort: Some("budget"),
                draw: |row, l10n| {
                    let none = row.budget_usd.is_zero();
                    let budget = Cell::usd((!none).then_some(row.budget_usd));
                    Drawn::of(&budget, l10n).bare().tag(none.then_some(("gap", "projects-without_budget")))
                },
            },
        ];
        SCREEN
    }
}
