//! The list of pledges.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of pledges.
pub struct Pledges;

/// A pledge as of a day. Amounts are in its currency unless the name says USD.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PledgeRow {
    #[sqlx(rename = "ref")]
    reference: String,
    donor_code: String,
    donor_name: String,
    unit_code: String,
    unit_name: String,
    fund: String,
    earmarking: String,
    title: Option<String>,
    currency: Currency,
    amount: Decimal,
    amount_usd: Option<Decimal>,
    pledged_on: NaiveDate,
    signed_on: Option<NaiveDate>,
    state: String,
    paid: Decimal,
    outstanding: Decimal,
    advance: Decimal,
    overdue: Decimal,
    scheduled: bool,
}

impl List for Pledges {
    type Row = PledgeRow;
    const NAME: &'static str = "pledges";
    const FILTERS: &'static [&'static str] = &["unit", "donor", "fund", "project", "currency", "state"];
    const STATES: &'static [&'static str] = &[
        "pledged",
        "signed",
        "fully_paid",
        "cancelled",
        "written_off",
        "receivable",
        "without_schedule",
        "unknown_project",
    ];
    const SORTS: &'static [Sort] = &[
        Sort { name: "ref", keys: &[up("b.pledge_ref", KeyKind::Text)], indexed: true },
        Sort {
            name: "signed",
            keys: &[down("coalesce(b.signed_on, date '1900-01-01')", KeyKind::Day), up("b.pledge_ref", KeyKind::Text)],
            indexed: false,
        },
        Sort {
            name: "outstanding",
            keys: &[down("b.outstanding", KeyKind::Number), up("b.pledge_ref", KeyKind::Text)],
            indexed: false,
        },
    ];
    const KEY: &'static [&'static str] = &["ref"];
    const ID: &'static str = "b.id";
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const MONEY: Option<(&'static str, &'static str)> = Some(("b.currency", "b.outstanding"));
    const SELECT: &'static str = "b.pledge_ref as ref, d.code as donor_code, d.name as donor_name,
        u.code as unit_code, u.name as unit_name, f.code as fund, t.earmarking, p.title, b.currency, b.amount,
        usd_of(b.amount, r.units_per_usd) as amount_usd, t.pledged_on, b.signed_on, b.status as state, b.paid,
        b.outstanding, b.advance, coalesce(o.overdue, 0) as overdue, b.instalments > 0 as scheduled";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope join pledge_balances b on stands(b, scope.day, scope.known)
             join pledge_terms t on t.id = b.terms_id
             -- Before it was promised or signed there is no pledge.
             where least(t.pledged_on, b.signed_on) <= scope.day",
        );
        match scope.filters.state.as_deref() {
            Some("unknown_project") => {
                // Few pledges name one nobody knows: which, is worked out first.
                select.sql(" and b.pledge_id = any(array(select nt.pledge_id from pledge_terms nt where true");
                for terms in [" and nt.project", ")) and t.project"] {
                    select.sql(terms).sql(" not in (select np.code from projects np join projects_in_force(");
                    scope.day_and_known(select).sql(") nf on nf.project_id = np.id)");
                }
            }
            // Signed, unconditional and still to come: what the figure of that name is the sum of.
            Some("receivable") => drop(select.sql(" and b.receivable > 0")),
            Some("without_schedule") => drop(select.sql(" and b.instalments = 0 and b.status = 'signed'")),
            Some(state) => drop(select.sql(" and b.status = ").bind(state.to_owned())),
            None => {}
        }
        scope.keep_unit(select, "b.unit_id");
        scope.keep_donor(select, "b.donor_id");
        scope.keep_fund(select, "b.fund_id");
        scope.keep_project(select, "b.pledge_id");
        scope.keep_currency(select, "b.currency");
        let places = [
            Place::Own(
                "select x.id from scope cross join pledges p
                 join pledge_balances x on x.pledge_id = p.id and stands(x, scope.day, scope.known) where",
                "p.sought",
            ),
            Place::OfDonor(
                "select x.id from scope join pledge_balances x on stands(x, scope.day, scope.known) where x.donor_id",
            ),
        ];
        scope.keep_text(select, "b.id", &places);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope
             join pledge_balances b on b.id = page.id
             join pledge_terms t on t.id = b.terms_id
             join pledges p on p.id = b.pledge_id
             join donors d on d.id = b.donor_id
             join units u on u.id = b.unit_id
             join funds f on f.id = b.fund_id
             left join lateral (
                -- At the rate of the day it was signed, else pledged.
                select case when b.currency = 'USD' then 1 else (
                    select r.units_per_usd from exchange_rates r
                    where r.currency = b.currency and r.valid_from <= coalesce(b.signed_on, t.pledged_on)
                        and was_known(r.recorded_at, r.voided_at, scope.known)
                    order by r.valid_from desc limit 1) end as units_per_usd
             ) r on true
             left join lateral (
                select sum(i.outstanding) as overdue from instalment_balances i
                where i.pledge_id = b.pledge_id and is_overdue(i, scope.day, scope.known)
             ) o on true",
        );
    }

    fn columns() -> &'static [Column<PledgeRow>] {
        const COLUMNS: &[Column<PledgeRow>] = &[
            Column { name: "ref", cell: |row| Cell::Text(row.reference.clone()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "fund", cell: |row| Cell::Text(row.fund.clone()) },
            Column { name: "earmarking", cell: |row| Cell::Word(row.earmarking.clone().into()) },
            Column { name: "title", cell: |row| Cell::text(row.title.as_deref()) },
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "amount", cell: |row| Cell::Amount(row.amount, row.currency) },
            Column { name: "amount_usd", cell: |row| Cell::usd(row.amount_usd) },
            Column { name: "pledged_on", cell: |row| Cell::Day(row.pledged_on) },
            Column { name: "signed_on", cell: |row| Cell::day(row.signed_on) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
            Column { name: "paid", cell: |row| Cell::Amount(row.paid, row.currency) },
            Column { name: "outstanding", cell: |row| Cell::Amount(row.outstanding, row.currency) },
            Column { name: "advance", cell: |row| Cell::Amount(row.advance, row.currency) },
            Column { name: "overdue", cell: |row| Cell::Amount(row.overdue, row.currency) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<PledgeRow>] {
        const SCREEN: &[Screen<PledgeRow>] = &[
            Screen {
                label: "col-pledge",
                class: "",
                sort: Some("ref"),
                draw: |row, _| {
                    Drawn::text(&row.reference)
                        .link("pledges", &row.reference)
                        .below(row.title.clone().unwrap_or_default())
                        .phone(&row.donor_name)
                },
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(&row.donor_name).link("donors", &row.donor_code),
            },
            Screen { label: "col-unit", class: "w", sort: None, draw: |row, _| Drawn::text(&row.unit_name) },
            Screen {
                label: "col-state",
                class: "w",
                sort: None,
                draw: |row, l10n| {
                    let gap = (row.state == "signed" && !row.scheduled).then_some(("gap", "pledges-without_schedule"));
                    Drawn::text(l10n.word("pledges", &row.state)).tag(gap)
                },
            },
            Screen {
                label: "col-signed",
                class: "w nowrap x",
                sort: Some("signed"),
                draw: |row, l10n| Drawn::of(&Cell::day(row.signed_on), l10n),
            },
            Screen {
                label: "col-amount",
                class: "num",
                sort: None,
                draw: |row, l10n| {
                    Drawn::of(&Cell::Amount(row.amount, row.currency), l10n).phone(l10n.word("pledges", &row.state))
                },
            },
            Screen {
                label: "col-paid",
                class: "num w x",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.paid, row.currency), l10n).bare(),
            },
            Screen {
                label: "col-outstanding",
                class: "num",
                sort: Some("outstanding"),
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.outstanding, row.currency), l10n).bare(),
            },
            Screen {
                label: "col-overdue",
                class: "num w",
                sort: None,
                draw: |row, l10n| {
                    if row.overdue.is_zero() {
                        return Drawn::default();
                    }
                    Drawn::of(&Cell::Amount(row.overdue, row.currency), l10n).bare().link("pledges", &row.reference)
                },
            },
        ];
        SCREEN
    }
}
