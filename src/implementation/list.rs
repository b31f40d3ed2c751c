//! The list of projects as they run: the one with most to worry about first.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::rule::STATES;
use super::store::{Known, Project};
use super::{answer, store};
use crate::db::Select;
use crate::l10n::L10n;
use crate::lists::query::{Key, KeyKind, Part, Sort, Stretch, SumsStand, down, of_stretch, up};
use crate::lists::scope::worked_out;
use crate::lists::{Cell, Column, Drawn, List, Memory, Place, Scope, Screen};
use crate::web::format;

/// The list of projects as they run.
pub struct Implementation;

/// A project as of a day. Amounts are in US dollars.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ImplementationRow {
    as_of: NaiveDate,
    code: String,
    title: String,
    unit_code: String,
    unit_name: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    budget: Decimal,
    spent: Decimal,
    delivery: Option<Decimal>,
    elapsed: Decimal,
    state: String,
    phase: String,
    troubles: Vec<String>,
    received: Decimal,
    last_spent: Option<NaiveDate>,
    countries: String,
    reports_overdue: i64,
}

impl ImplementationRow {
    fn budget(&self) -> Option<Decimal> {
        (!self.budget.is_zero()).then_some(self.budget)
    }

    fn tag(&self) -> Option<(&'static str, &'static str)> {
        self.troubles.first().map(|state| mark(state))
    }

    /// What is amiss besides the gravest.
    fn besides(&self, l10n: L10n) -> String {
        let words = self.troubles.iter().skip(1).map(|state| l10n.word("implementation", state));
        let reports = (self.reports_overdue > 0)
            .then(|| l10n.with("implementation-row-reports", &[("rows", self.reports_overdue.into())]));
        words.chain(reports).collect::<Vec<_>>().join(" · ")
    }
}

/// The mark of a state: its class and key.
pub fn mark(state: &str) -> (&'static str, &'static str) {
    match state {
        "over_budget" => ("bad", "implementation-over_budget"),
        "late" => ("bad", "implementation-late"),
        "silent" => ("warn", "implementation-silent"),
        "ending_soon" => ("info", "implementation-ending_soon"),
        "without_budget" => ("gap", "implementation-without_budget"),
        "active" => ("ok", "implementation-active"),
        "ended" => ("info", "implementation-ended"),
        _ => ("info", "implementation-not_started"),
    }
}

/// The states of the rule, and one more to ask for.
const ASKED: [&str; STATES.len() + 1] = {
    let mut asked = ["reports_overdue"; STATES.len() + 1];
    let mut at = 0;
    while at < STATES.len() {
        asked[at] = STATES[at];
        at += 1;
    }
    asked
};

const CODE: Key = up("p.code", KeyKind::Text);

/// Where a project stands in an order.
fn place<'p>(project: &'p Project, sort: &Sort) -> Vec<Part<'p>> {
    let (standing, answer) = (&project.standing, &project.answer);
    let mut place = match sort.name {
        "worry" => {
            vec![Part::Integer(answer.worry()), Part::Number(answer.behind.unwrap_or_default().round_dp(6))]
        }
        "ends" => vec![Part::Day(standing.ends_on)],
        "budget" => vec![Part::Number(standing.budget)],
        "expenditure" => vec![Part::Number(standing.spent)],
        "received" => vec![Part::Number(project.received())],
        "delivery" => vec![Part::Number(answer.delivery.unwrap_or_else(|| Decimal::from(-1_000_000)))],
        "elapsed" => vec![Part::Number(answer.elapsed)],
        _ => Vec::new(),
    };
    place.push(Part::Text(&project.code));
    place
}

impl List for Implementation {
    type Row = ImplementationRow;
    const NAME: &'static str = "implementation";
    const FILTERS: &'static [&'static str] = &["unit", "country", "donor", "state"];
    const STATES: &'static [&'static str] = &ASKED;
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "worry",
            keys: &[
                down("(w.value ->> 'worry')::bigint", KeyKind::Integer),
                down("(w.value ->> 'behind')::numeric", KeyKind::Number),
                CODE,
            ],
            indexed: false,
        },
        Sort { name: "code", keys: &[CODE], indexed: false },
        Sort { name: "ends", keys: &[up("(w.value ->> 'ends_on')::date", KeyKind::Day), CODE], indexed: false },
        Sort {
            name: "budget",
            keys: &[down("(w.value ->> 'budget')::numeric", KeyKind::Number), CODE],
            indexed: false,
        },
        Sort {
            name: "expenditure",
            keys: &[down("(w.value ->> 'spent')::numeric", KeyKind::Number), CODE],
            indexed: false,
        },
        Sort {
            name: "received",
            keys: &[down("(w.value ->> 'received')::numeric", KeyKind::Number), CODE],
            indexed: false,
        },
        Sort {
            name: "delivery",
            keys: &[up("coalesce((w.value ->> 'delivery')::numeric, -1000000)", KeyKind::Number), CODE],
            indexed: false,
        },
        Sort {
            name: "elapsed",
            keys: &[down("(w.value ->> 'elapsed')::numeric", KeyKind::Number), CODE],
            indexed: false,
        },
    ];
    const KEY: &'static [&'static str] = &["project_code"];
    const ID: &'static str = "p.id";
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const SELECT: &'static str = "scope.day as as_of, p.code, p.title, u.code as unit_code, u.name as unit_name,
        (w.value ->> 'starts_on')::date as starts_on, (w.value ->> 'ends_on')::date as ends_on,
        (w.value ->> 'budget')::numeric as budget, (w.value ->> 'spent')::numeric as spent,
        (w.value ->> 'delivery')::numeric as delivery, (w.value ->> 'elapsed')::numeric as elapsed,
        w.value ->> 'state' as state, w.value ->> 'phase' as phase,
        array(select jsonb_array_elements_text(w.value -> 'troubles')) as troubles,
        (w.value ->> 'received')::numeric as received, (w.value ->> 'last_spent')::date as last_spent,
        w.value ->> 'countries' as countries, (w.value ->> 'reports_overdue')::bigint as reports_overdue";

    async fn prepare(connection: &mut PgConnection, scope: &mut Scope, memory: &Memory) -> Result<(), sqlx::Error> {
        let known = store::known(memory, connection, scope).await?;
        scope.answer = Some(known.clone());
        let filters = scope.filters.clone();
        scope.worked_out = Some(worked_out(move || answer::rows(&answer::listed(&known, &filters))));
        Ok(())
    }

    fn shown(scope: &Scope, stretch: &Stretch<'_>) -> Option<String> {
        let known = scope.answer.as_ref()?.downcast_ref::<Known>()?;
        if scope.filters.text.is_some() {
            return None;
        }
        known.rows.of(scope, stretch, || {
            let listed = answer::listed(known, &scope.filters);
            Some(answer::rows(&of_stretch(listed, stretch, |project| place(project, stretch.sort))?))
        })
    }

    fn pick(select: &mut Select, scope: &Scope) {
        select
            .sql(" from scope cross join worked_out w join projects p on p.id = (w.value ->> 'id')::bigint where true");
        scope.keep_text(select, "p.id", &[Place::Own("select x.id from projects x where", "x.sought")]);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join projects p on p.id = page.id
             join worked_out w on (w.value ->> 'id')::bigint = page.id join units u on u.code = w.value ->> 'unit'",
        );
    }

    fn columns() -> &'static [Column<ImplementationRow>] {
        const COLUMNS: &[Column<ImplementationRow>] = &[
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column { name: "project_code", cell: |row| Cell::Text(row.code.clone()) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "starts_on", cell: |row| Cell::Day(row.starts_on) },
            Column { name: "ends_on", cell: |row| Cell::Day(row.ends_on) },
            Column { name: "budget_usd", cell: |row| Cell::usd(Some(row.budget)) },
            Column { name: "expenditure_usd", cell: |row| Cell::usd(Some(row.spent)) },
            Column { name: "delivery_percent", cell: |row| Cell::number(row.delivery) },
            Column { name: "time_elapsed_percent", cell: |row| Cell::Number(row.elapsed) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
            Column { name: "phase", cell: |row| Cell::Word(row.phase.clone().into()) },
            Column { name: "funding_received_usd", cell: |row| Cell::usd(Some(row.received)) },
            Column { name: "last_expenditure_in", cell: |row| month(row.last_spent) },
            Column { name: "countries", cell: |row| words(row.countries.clone()) },
            Column { name: "reports_overdue", cell: |row| Cell::Integer(row.reports_overdue) },
            Column { name: "all_states", cell: |row| words(row.troubles.join(";")) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ImplementationRow>] {
        const SCREEN: &[Screen<ImplementationRow>] = &[
            Screen {
                label: "col-project",
                class: "",
                sort: Some("code"),
                draw: |row, _| {
                    Drawn::text(&row.title)
                        .link("projects", &row.code)
                        .below(format!("{} · {}", row.code, row.unit_name))
                        .phone(format!("{} · {}", row.code, row.unit_code))
                },
            },
            Screen {
                label: "col-state",
                class: "",
                sort: Some("worry"),
                draw: |row, l10n| {
                    let besides = row.besides(l10n);
                    let phase = l10n.word("implementation", &row.phase);
                    let text = if row.phase == "active" && row.tag().is_some() { String::new() } else { phase };
                    Drawn::text(text).tag(row.tag()).below(&besides).phone(besides)
                },
            },
            Screen {
                label: "col-ends",
                class: "w nowrap",
                sort: Some("ends"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.ends_on), l10n),
            },
            Screen {
                label: "col-delivery",
                class: "num",
                sort: Some("delivery"),
                draw: |row, l10n| match row.delivery {
                    Some(delivery) => {
                        let elapsed = format::percent(row.elapsed, l10n);
                        let elapsed = l10n.with("implementation-of-time", &[("elapsed", elapsed.into())]);
                        Drawn::text(format::percent(delivery, l10n)).below(&elapsed).phone(elapsed)
                    }
                    None => Drawn::text("–"),
                },
            },
            Screen {
                label: "col-budget-usd",
                class: "num w",
                sort: Some("budget"),
                draw: |row, l10n| Drawn::of(&Cell::usd(row.budget()), l10n).bare(),
            },
            Screen {
                label: "col-expenditure-usd",
                class: "num w",
                sort: Some("expenditure"),
                draw: |row, l10n| {
                    let href = format!("/expenditures?project={}", crate::web::address::escape(&row.code));
                    let href = format!("{href}&as_of={}", row.as_of);
                    Drawn { href: Some(href), ..Drawn::of(&Cell::usd(Some(row.spent)), l10n).bare() }
                },
            },
            Screen {
                label: "col-received-usd",
                class: "num w x",
                sort: Some("received"),
                draw: |row, l10n| {
                    let code = crate::web::address::escape(&row.code);
                    let href = format!("/contributions?project={code}&state=cash&as_of={}", row.as_of);
                    Drawn { href: Some(href), ..Drawn::of(&Cell::usd(Some(row.received)), l10n).bare() }
                },
            },
        ];
        SCREEN
    }
}

/// Words of ours, where there are any.
fn words(words: String) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Word(words.into()) }
}

/// A month, `2021-07`.
fn month(first_day: Option<NaiveDate>) -> Cell {
    first_day.map_or(Cell::Empty, |day| Cell::Word(day.format("%Y-%m").to_string().into()))
}
