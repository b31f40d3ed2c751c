//! The table of reporting rates: a row for each unit with the units below it, and a last one for all of it.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::answer::{Answer, Figured, answer};
use super::figures::Figures;
use super::headline::sentences;
use super::tree::Placed;
use crate::db::Select;
use crate::l10n::L10n;
use crate::lists::query::{KeyKind, Part, Sort, Stretch, down, of_stretch, up};
use crate::lists::{Cell, Column, Drawn, List, Memory, Place, Scope, Screen};
use crate::report_states::rule::percent;
use crate::web::format;

/// The list of reporting rates.
pub struct ReportingRates;

/// What stands for the unit in the last row.
pub const TOTAL: &str = "TOTAL";

/// A unit with those below it, or all of them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RateRow {
    pub(super) as_of: NaiveDate,
    /// None in the last row.
    pub(super) unit_code: Option<String>,
    pub(super) unit_name: Option<String>,
    pub(super) depth: i32,
    /// The kind of the one at the top above it.
    pub(super) top_kind: Option<String>,
    pub(super) due: i64,
    pub(super) submitted: i64,
    pub(super) on_time: i64,
    pub(super) overdue: i64,
    pub(super) waived: i64,
    pub(super) extended: i64,
    /// Of the day compared with.
    pub(super) then_due: i64,
    pub(super) then_submitted: i64,
}

impl RateRow {
    /// The row of a unit, or of all of them.
    pub(super) fn of(answer: &Answer, placed: Option<&Placed<'_>>) -> Self {
        let unit = placed.map_or(answer.unit, |placed| Some(placed.unit.id));
        let (now, then) = (answer.figured.figures(unit, answer.day), answer.figured.figures(unit, answer.compared));
        RateRow {
            as_of: answer.day,
            unit_code: placed.map(|placed| placed.unit.code.clone()),
            unit_name: placed.map(|placed| placed.unit.name.clone()),
            depth: placed.map_or(0, |placed| i32::try_from(placed.depth).unwrap_or(i32::MAX)),
            top_kind: placed.map(|placed| placed.top_kind.to_owned()),
            due: now.due,
            submitted: now.submitted,
            on_time: now.on_time,
            overdue: now.overdue,
            waived: now.waived,
            extended: now.extended,
            then_due: then.due,
            then_submitted: then.submitted,
        }
    }

    pub(super) fn outstanding(&self) -> i64 {
        self.due - self.submitted
    }

    pub(super) fn rate(&self) -> Option<Decimal> {
        percent(self.submitted, self.due)
    }

    /// By how many points the rate changed since the day compared with; none where either has none.
    pub(super) fn change(&self) -> Option<Decimal> {
        Some(self.rate()? - percent(self.then_submitted, self.then_due)?)
    }
}

/// The rows as statements take them, as JSON.
pub(super) fn rows(figured: &Figured, unit: Option<i64>, day: NaiveDate, compared: NaiveDate) -> String {
    let row = |at: usize, id: i64, depth: usize, kind: Option<&str>, now: Figures, then: Figures| {
        json!({
            "id": id, "at": at, "depth": depth, "kind": kind, "due": now.due, "submitted": now.submitted,
            "on_time": now.on_time, "overdue": now.overdue, "waived": now.waived, "extended": now.extended,
            "then_due": then.due, "then_submitted": then.submitted,
            "rate": in_the_order(now.rate()),
        })
    };
    let placed = figured.in_order(unit, day);
    let mut rows: Vec<Value> = placed
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let of = |day| figured.figures(Some(one.unit.id), day);
            row(at, one.unit.id, one.depth, Some(one.top_kind), of(day), of(compared))
        })
        .collect();
    rows.push(row(rows.len(), 0, 0, None, figured.figures(unit, day), figured.figures(unit, compared)));
    Value::Array(rows).to_string()
}

/// What stands for the rate of a row in the order: the lowest first; where none is due there is nothing to put right.
fn in_the_order(rate: Option<Decimal>) -> Decimal {
    rate.unwrap_or(Decimal::from(101))
}

/// The rows of the table, in the order of a sort.
pub(super) fn in_order(answer: &Answer, (sort, reversed): (&Sort, bool)) -> Vec<RateRow> {
    let placed = answer.figured.in_order(answer.unit, answer.day);
    let mut rows: Vec<RateRow> = placed.iter().map(|one| RateRow::of(answer, Some(one))).collect();
    rows.push(RateRow::of(answer, None));
    let place = |(at, row): (usize, &RateRow)| {
        let (at, last) = (Part::Integer(at as i64), Part::Integer(i64::from(row.unit_code.is_none())));
        match sort.name {
            "rate" => vec![Part::Number(in_the_order(row.rate())), last, at],
            "overdue" => vec![Part::Integer(row.overdue), last, at],
            _ => vec![at],
        }
    };
    let all = Stretch { sort, reversed, after: None, most: Some(i64::MAX) };
    let ordered = of_stretch(rows.iter().enumerate(), &all, place).unwrap_or_default();
    ordered.into_iter().map(|(_, row)| row.clone()).collect()
}

const AT: crate::lists::Key = up("(w.value ->> 'at')::integer", KeyKind::Integer);
const LAST: crate::lists::Key = up("((w.value ->> 'id') = '0')::integer", KeyKind::Integer);

impl List for ReportingRates {
    type Row = RateRow;
    const NAME: &'static str = "reporting-rates";
    const FILTERS: &'static [&'static str] = &["unit", "donor", "fund", "since", "change_since"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "tree", keys: &[AT], indexed: false },
        Sort { name: "rate", keys: &[up("(w.value ->> 'rate')::numeric", KeyKind::Number), LAST, AT], indexed: false },
        Sort {
            name: "overdue",
            keys: &[down("(w.value ->> 'overdue')::integer", KeyKind::Integer), LAST, AT],
            indexed: false,
        },
    ];
    const ID: &'static str = "(w.value ->> 'id')::bigint";
    const KEY: &'static [&'static str] = &["unit_code"];
    const SUMMED: bool = false;
    // A table of units is one answer.
    const ON_A_PAGE: i64 = 5_000;
    const SELECT: &'static str = "scope.day as as_of, u.code as unit_code, u.name as unit_name,
        (w.value ->> 'depth')::integer as depth, w.value ->> 'kind' as top_kind, (w.value ->> 'due')::bigint as due,
        (w.value ->> 'submitted')::bigint as submitted, (w.value ->> 'on_time')::bigint as on_time,
        (w.value ->> 'overdue')::bigint as overdue, (w.value ->> 'waived')::bigint as waived,
        (w.value ->> 'extended')::bigint as extended, (w.value ->> 'then_due')::bigint as then_due,
        (w.value ->> 'then_submitted')::bigint as then_submitted";

    async fn prepare(connection: &mut PgConnection, scope: &mut Scope, memory: &Memory) -> Result<(), sqlx::Error> {
        let answer = answer(memory, connection, scope).await?;
        scope.worked_out = Some(answer.rows.clone());
        scope.answer = Some(Arc::new(answer));
        Ok(())
    }

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from scope cross join worked_out w where true");
        scope.keep_text(
            select,
            "(w.value ->> 'id')::bigint",
            &[Place::Own("select x.id from units x where", "x.sought")],
        );
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join worked_out w on (w.value ->> 'id')::bigint = page.id
             left join units u on u.id = page.id",
        );
    }

    fn columns() -> &'static [Column<RateRow>] {
        const COLUMNS: &[Column<RateRow>] = &[
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column {
                name: "unit_code",
                cell: |row| row.unit_code.clone().map_or(Cell::Word(TOTAL.into()), Cell::Text),
            },
            Column { name: "unit_name", cell: |row| Cell::text(row.unit_name.as_deref()) },
            Column { name: "due", cell: |row| Cell::Integer(row.due) },
            Column { name: "submitted", cell: |row| Cell::Integer(row.submitted) },
            Column { name: "on_time", cell: |row| Cell::Integer(row.on_time) },
            Column { name: "outstanding", cell: |row| Cell::Integer(row.outstanding()) },
            Column { name: "overdue", cell: |row| Cell::Integer(row.overdue) },
            Column { name: "rate_percent", cell: |row| Cell::percent(row.rate()) },
            Column { name: "on_time_percent", cell: |row| Cell::percent(percent(row.on_time, row.due)) },
            Column { name: "waived", cell: |row| Cell::Integer(row.waived) },
            Column { name: "extended", cell: |row| Cell::Integer(row.extended) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<RateRow>] {
        const SCREEN: &[Screen<RateRow>] = &[
            Screen {
                label: "col-unit",
                class: "",
                sort: Some("tree"),
                draw: |row, l10n| match &row.unit_name {
                    Some(name) => {
                        let set_in = "\u{2003}".repeat(usize::try_from(row.depth).unwrap_or_default());
                        Drawn::text(format!("{set_in}{name}"))
                    }
                    None => Drawn::text(l10n.t("rates-all-units")),
                },
            },
            Screen { label: "rates-due", class: "num", sort: None, draw: |row, l10n| count(row.due, l10n) },
            Screen { label: "rates-submitted", class: "num", sort: None, draw: |row, l10n| count(row.submitted, l10n) },
            Screen { label: "rates-on-time", class: "num w", sort: None, draw: |row, l10n| count(row.on_time, l10n) },
            Screen {
                label: "rates-outstanding",
                class: "num w",
                sort: None,
                draw: |row, l10n| count(row.outstanding(), l10n),
            },
            Screen {
                label: "rates-overdue",
                class: "num w",
                sort: Some("overdue"),
                draw: |row, l10n| count(row.overdue, l10n),
            },
            Screen {
                label: "rates-rate",
                class: "num",
                sort: Some("rate"),
                draw: |row, l10n| match row.rate() {
                    Some(rate) => Drawn::text(format::percent(rate, l10n)),
                    None => Drawn::text("–"),
                },
            },
            Screen {
                label: "rates-change",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::text(points_in_words(row.change(), l10n)),
            },
        ];
        SCREEN
    }

    fn sentences(scope: &Scope, l10n: L10n) -> Vec<String> {
        let answer = scope.answer.clone().and_then(|answer| answer.downcast::<Answer>().ok());
        answer.map(|answer| sentences(&answer, l10n)).unwrap_or_default()
    }
}

/// A change in points: a sign where it rose, a word where it fell, a dash where there is none.
pub(super) fn points_in_words(change: Option<Decimal>, l10n: L10n) -> String {
    let Some(points) = change else { return "–".to_owned() };
    let figure = format::number(points.abs(), 1, l10n);
    if points < Decimal::ZERO {
        l10n.with("rates-fell-short", &[("points", figure.into())])
    } else if points.is_zero() {
        figure
    } else {
        format!("+{figure}")
    }
}

fn count(count: i64, l10n: L10n) -> Drawn {
    Drawn::of(&Cell::Integer(count), l10n)
}
