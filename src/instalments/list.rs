//! The list of instalments of the schedules in force.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::lists::query::{KeyKind, Sort, SumsStand, up};
use crate::lists::{Cell, Column, Drawn, List, Named, Scope, Screen};

/// The list of instalments.
pub struct Instalments;

/// An instalment, with what is paid and outstanding of it in its pledge's currency.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InstalmentRow {
    pledge_ref: String,
    number: i32,
    due_on: NaiveDate,
    falls_due_on: Option<NaiveDate>,
    condition: Option<String>,
    currency: Currency,
    amount: Decimal,
    paid: Decimal,
    outstanding: Decimal,
    donor_name: String,
    overdue: bool,
}

impl List for Instalments {
    type Row = InstalmentRow;
    const NAME: &'static str = "instalments";
    const FILTERS: &'static [&'static str] =
        &["unit", "donor", "fund", "pledge", "currency", "state", "since", "until"];
    const STATES: &'static [&'static str] = &["outstanding", "paid", "overdue", "to_come", "conditional"];
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "pledge",
            keys: &[up("b.pledge_ref", KeyKind::Text), up("b.number", KeyKind::Integer)],
            indexed: true,
        },
        Sort {
            name: "due",
            keys: &[up("b.due_on", KeyKind::Day), up("b.pledge_ref", KeyKind::Text), up("b.number", KeyKind::Integer)],
            indexed: false,
        },
    ];
    const KEY: &'static [&'static str] = &["pledge_ref", "number"];
    const ID: &'static str = "b.id";
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const MONEY: Option<(&'static str, &'static str)> = Some(("b.currency", "b.outstanding"));
    const SELECT: &'static str = "b.pledge_ref, b.number, b.due_on, b.falls_due_on, i.condition, b.currency, b.amount,
        b.paid, b.outstanding, d.name as donor_name, b.overdue_during @> scope.day as overdue";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from scope join instalment_balances b on stands(b, scope.day, scope.known) where true");
        if let Some(pledge) = &scope.filters.pledge {
            select.sql(" and b.pledge_ref = ").bind(pledge.clone());
        }
        match scope.filters.state.as_deref() {
            Some("outstanding") => drop(select.sql(" and b.outstanding > 0")),
            Some("paid") => drop(select.sql(" and b.paid >= b.amount")),
            Some("overdue") => drop(select.sql(" and is_overdue(b, scope.day, scope.known)")),
            // Owed and not overdue: signed, unconditional, due today or later.
            Some("to_come") => {
                select.sql(
                    " and b.outstanding > 0 and b.falls_due_on >= scope.day and exists (select from pledge_balances pb
                    where pb.pledge_id = b.pledge_id and stands(pb, scope.day, scope.known)
                        and pb.status = 'signed')",
                );
                if let Some(until) = scope.filters.until {
                    // As below, and as the index has it that holds what is owed.
                    select.sql(" and b.falls_due_on <= ").bind(until);
                }
            }
            Some("conditional") => drop(select.sql(" and b.falls_due_on is null")),
            _ => {}
        }
        if let Some(since) = scope.filters.since {
            select.sql(" and coalesce(b.falls_due_on, b.due_on) >= ").bind(since);
        }
        if let Some(until) = scope.filters.until {
            select.sql(" and coalesce(b.falls_due_on, b.due_on) <= ").bind(until);
        }
        scope.keep_unit(select, "b.unit_id");
        scope.keep_donor(select, "b.donor_id");
        scope.keep_fund(select, "b.fund_id");
        scope.keep_currency(select, "b.currency");
        scope.keep_text_of(
            select,
            &[Named::Own("b.pledge_id", "select p.id from pledges p where", "p.sought"), Named::Donor("b.donor_id")],
        );
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope join instalment_balances b on b.id = page.id
             join instalments i on i.id = b.instalment_id join donors d on d.id = b.donor_id",
        );
    }

    fn columns() -> &'static [Column<InstalmentRow>] {
        const COLUMNS: &[Column<InstalmentRow>] = &[
            Column { name: "pledge_ref", cell: |row| Cell::Text(row.pledge_ref.clone()) },
            Column { name: "number", cell: |row| Cell::Integer(row.number.into()) },
            Column { name: "due_on", cell: |row| Cell::Day(row.due_on) },
            Column { name: "falls_due_on", cell: |row| Cell::day(row.falls_due_on) },
            Column { name: "condition", cell: |row| Cell::text(row.condition.as_deref()) },
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "amount", cell: |row| Cell::Amount(row.amount, row.currency) },
            Column { name: "paid", cell: |row| Cell::Amount(row.paid, row.currency) },
            Column { name: "outstanding", cell: |row| Cell::Amount(row.outstanding, row.currency) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<InstalmentRow>] {
        const SCREEN: &[Screen<InstalmentRow>] = &[
            Screen {
                label: "col-pledge-number",
                class: "",
                sort: Some("pledge"),
                draw: |row, _| {
                    Drawn::text(format!("{} · {}", row.pledge_ref, row.number))
                        .link("pledges", &row.pledge_ref)
                        .below(&row.donor_name)
                        .phone(&row.donor_name)
                },
            },
            Screen {
                label: "col-due",
                class: "nowrap",
                sort: Some("due"),
                draw: |row, l10n| {
                    let tag = row.overdue.then_some(("bad", "instalments-overdue"));
                    Drawn::of(&Cell::Day(row.due_on), l10n).tag(tag)
                },
            },
            Screen {
                label: "col-condition",
                class: "w",
                sort: None,
                draw: |row, _| {
                    let waiting = row.condition.is_some() && row.falls_due_on.is_none();
                    Drawn::text(row.condition.clone().unwrap_or_default())
                        .tag(waiting.then_some(("warn", "instalments-conditional")))
                },
            },
            Screen {
                label: "col-amount",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.amount, row.currency), l10n),
            },
            Screen {
                label: "col-paid",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.paid, row.currency), l10n).bare(),
            },
            Screen {
                label: "col-outstanding",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.outstanding, row.currency), l10n),
            },
        ];
        SCREEN
    }
}
