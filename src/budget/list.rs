//! The list of budgets: a year and fund a row, the latest first, with what came in of it.

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use crate::db::Select;
use crate::giving;
use crate::kernel::Currency;
use crate::lists::query::{self, KeyKind, Sort, Stretch, down, up};
use crate::lists::scope::worked_out;
use crate::lists::{Cell, Column, Drawn, List, Memory, Place, Scope, Screen};
use crate::web::format;

/// The list of budgets.
pub struct Budget;

/// What was approved for a year and fund, in force on the day asked for, and what came in of that year by then.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BudgetRow {
    as_of: NaiveDate,
    /// The calendar year.
    pub year: i32,
    /// The fund's code.
    pub fund: String,
    fund_name: String,
    /// In US dollars.
    pub approved_usd: Decimal,
    agreed_on: Option<NaiveDate>,
    /// Cash received of that year and fund by the day, in US dollars at the rates of the receipts' days.
    pub received_usd: Decimal,
    without_rate: i64,
}

impl BudgetRow {
    /// What is missing of what was approved; negative where more came in.
    pub fn gap(&self) -> Decimal {
        self.approved_usd - self.received_usd
    }

    /// What came in of what was approved, in per cent; none where nothing was approved.
    pub fn percent(&self) -> Option<Decimal> {
        let part = self.received_usd.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(self.approved_usd)?;
        Some(part.round_dp_with_strategy(1, MidpointAwayFromZero))
    }
}

/// The budgets of core funds of the year of the day and the year before, the earlier first.
///
/// # Errors
/// Where the database fails.
pub async fn core(
    connection: &mut PgConnection,
    scope: &Scope,
    memory: &Memory,
) -> Result<Vec<BudgetRow>, sqlx::Error> {
    let (mut scope, year) = (scope.clone(), scope.as_of.0.year());
    scope.filters.fund_kind = Some("core".to_owned());
    Budget::prepare(&mut *connection, &mut scope, memory).await?;
    let stretch = Stretch { sort: &Budget::SORTS[0], reversed: false, after: None, most: Some(20) };
    let rows = query::rows::<Budget>(connection, &scope, &stretch).await?;
    let mut rows: Vec<BudgetRow> = rows.into_iter().filter(|row| (year - 1..=year).contains(&row.year)).collect();
    rows.sort_by(|a, b| (a.year, &a.fund).cmp(&(b.year, &b.fund)));
    Ok(rows)
}

const YEAR: &str = "b.year::bigint";

impl List for Budget {
    type Row = BudgetRow;
    const NAME: &'static str = "budget";
    const FILTERS: &'static [&'static str] = &["year", "fund", "fund_kind"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "year", keys: &[down(YEAR, KeyKind::Integer), up("f.code", KeyKind::Text)], indexed: false },
        Sort { name: "fund", keys: &[up("f.code", KeyKind::Text), down(YEAR, KeyKind::Integer)], indexed: false },
    ];
    const KEY: &'static [&'static str] = &["year", "fund"];
    const ID: &'static str = "b.budget_id";
    const MONEY: Option<(&'static str, &'static str)> = Some(("'USD'::text", "b.approved_usd"));
    const SELECT: &'static str = "scope.day as as_of, b.year, f.code as fund, f.name as fund_name, b.approved_usd,
        b.agreed_on, coalesce((w.value ->> 'usd')::numeric, 0) as received_usd,
        coalesce((w.value ->> 'without_rate')::bigint, 0) as without_rate";

    async fn prepare(connection: &mut PgConnection, scope: &mut Scope, memory: &Memory) -> Result<(), sqlx::Error> {
        let known = giving::known(memory, connection, scope).await?;
        let row = |((year, fund), (usd, without)): (&(i32, i64), &(Decimal, i64))| json!({ "year": year, "fund": fund, "usd": usd, "without_rate": without });
        let rows = Value::Array(known.by_year_and_fund().iter().map(row).collect());
        scope.worked_out = Some(worked_out(move || rows.to_string()));
        Ok(())
    }

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope cross join budgets_in_force(scope.day, scope.known) b join funds f on f.id = b.fund_id where true",
        );
        if let Some(year) = scope.filters.year {
            select.sql(" and b.year = ").bind(year);
        }
        if let Some(fund) = &scope.filters.fund {
            select.sql(" and f.code = ").bind(fund.clone());
        }
        if let Some(kind) = &scope.filters.fund_kind {
            select.sql(
                " and f.id in (select i.fund_id from funds_in_force(scope.day, scope.known) i where i.earmarking = ",
            );
            select.bind(kind.clone()).sql(")");
        }
        scope.keep_text(
            select,
            "b.fund_id",
            &[Place::Own("select x.id from funds x where", "lower(x.code || ' ' || x.name)")],
        );
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join budgets b on b.id = page.id join funds f on f.id = b.fund_id
             left join worked_out w on (w.value ->> 'year')::integer = b.year and (w.value ->> 'fund')::bigint = b.fund_id",
        );
    }

    fn columns() -> &'static [Column<BudgetRow>] {
        const COLUMNS: &[Column<BudgetRow>] = &[
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column { name: "year", cell: |row| Cell::Word(row.year.to_string().into()) },
            Column { name: "fund", cell: |row| Cell::Text(row.fund.clone()) },
            Column { name: "approved_usd", cell: |row| Cell::usd(Some(row.approved_usd)) },
            Column { name: "agreed_on", cell: |row| Cell::day(row.agreed_on) },
            Column { name: "received_usd", cell: |row| Cell::usd(Some(row.received_usd)) },
            Column { name: "gap_usd", cell: |row| Cell::usd(Some(row.gap())) },
            Column { name: "received_percent", cell: |row| Cell::number(row.percent()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<BudgetRow>] {
        const SCREEN: &[Screen<BudgetRow>] = &[
            Screen {
                label: "col-year",
                class: "",
                sort: Some("year"),
                draw: |row, l10n| {
                    let from =
                        row.agreed_on.map(|day| l10n.with("budget-from", &[("day", format::day(day, l10n).into())]));
                    let year = row.year.to_string();
                    Drawn::text(year.clone())
                        .link("budget", &year)
                        .below(from.unwrap_or_default())
                        .phone(row.fund.clone())
                },
            },
            Screen {
                label: "col-fund",
                class: "w",
                sort: Some("fund"),
                draw: |row, _| Drawn::text(&row.fund_name).link("funds", &row.fund),
            },
            Screen {
                label: "col-approved",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::usd(Some(row.approved_usd)), l10n).bare(),
            },
            Screen {
                label: "col-received-usd",
                class: "num",
                sort: None,
                draw: |row, l10n| {
                    let missing = (row.without_rate > 0).then_some(("gap", "rate-missing"));
                    let percent = row.percent().map(|percent| format::percent(percent, l10n));
                    let usd = Drawn::of(&Cell::usd(Some(row.received_usd)), l10n).bare().tag(missing);
                    usd.phone(percent.unwrap_or_default())
                },
            },
            Screen {
                label: "col-received-share",
                class: "num w",
                sort: None,
                draw: |row, l10n| match row.percent() {
                    Some(percent) => Drawn::text(format::percent(percent, l10n)),
                    None => Drawn::default(),
                },
            },
            Screen {
                label: "col-gap",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::text(format::amount(row.gap(), Currency::USD, l10n)),
            },
        ];
        SCREEN
    }
}
