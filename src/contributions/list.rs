//! The list of contributions received by a day.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of contributions.
pub struct Contributions;

/// A contribution. Amounts are in its own currency unless the name says USD.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ContributionRow {
    #[sqlx(rename = "ref")]
    reference: String,
    donor_code: String,
    donor_name: String,
    kind: String,
    received_on: NaiveDate,
    currency: Currency,
    amount: Decimal,
    units_per_usd: Option<Decimal>,
    amount_usd: Option<Decimal>,
    fund: String,
    earmarking: Option<String>,
    unit_code: Option<String>,
    pledge_ref: Option<String>,
    reverses: Option<String>,
    allocated: Decimal,
    unallocated: Decimal,
    note: Option<String>,
}

/// The category of earmarking of a contribution `c`, as a list selects it. Needs [`earmarking_from`].
macro_rules! earmarking {
    () => {
        "earmarking_of(t.earmarking, ff.earmarking)"
    };
}

/// The category of earmarking of a contribution `c`, by the one function that says it. Needs [`earmarking_from`].
pub const EARMARKING: &str = earmarking!();

/// Appends the joins that [`EARMARKING`] reads.
pub fn earmarking_from(select: &mut Select, scope: &Scope) {
    funds_from(select, scope);
    terms_from(select);
}

/// Appends the join of what is in force of the fund of a contribution `c`, as `ff`.
pub fn funds_from(select: &mut Select, scope: &Scope) {
    select.sql(" left join funds_in_force(");
    scope.day_and_known(select).sql(") ff on ff.fund_id = c.fund_id");
}

/// Appends the joins of the terms of the pledge of a contribution `c`, as `t`.
pub fn terms_from(select: &mut Select) {
    select.sql(
        " left join pledge_balances pb on pb.pledge_id = c.pledge_id and stands(pb, scope.day, scope.known)
         left join pledge_terms t on t.id = pb.terms_id",
    );
}

impl List for Contributions {
    type Row = ContributionRow;
    const NAME: &'static str = "contributions";
    const FILTERS: &'static [&'static str] = &[
        "unit",
        "donor",
        "donor_kind",
        "region",
        "fund",
        "fund_kind",
        "earmarking",
        "pledge",
        "project",
        "currency",
        "state",
        "since",
        "until",
    ];
    const STATES: &'static [&'static str] = &["cash", "in_kind", "negative", "without_pledge"];
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "received",
            keys: &[down("c.received_on", KeyKind::Day), down("c.key", KeyKind::Text)],
            indexed: true,
        },
        Sort { name: "ref", keys: &[up("c.key", KeyKind::Text)], indexed: true },
        Sort { name: "amount", keys: &[down("c.amount", KeyKind::Number), up("c.key", KeyKind::Text)], indexed: false },
    ];
    const KEY: &'static [&'static str] = &["ref"];
    const ID: &'static str = "c.id";
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const MONEY: Option<(&'static str, &'static str)> = Some(("c.currency", "c.amount"));
    const USD_OF: Option<&'static str> = Some("c.received_on");
    const SELECT: &'static str = concat!(
        "c.key as ref, d.code as donor_code, d.name as donor_name, c.kind, c.received_on,
        c.currency, c.amount, r.units_per_usd, usd_of(c.amount, r.units_per_usd) as amount_usd, f.code as fund, ",
        earmarking!(),
        " as earmarking,
        coalesce(own.code, u.code) as unit_code, p.ref as pledge_ref, rv.ref as reverses,
        coalesce(al.allocated, 0) as allocated,
        -- A reversal has taken its amount off the one it names; it has none of its own to allocate.
        case when c.reverses_id is not null then 0
            else c.amount + coalesce(back.amount, 0) - coalesce(al.allocated, 0) end as unallocated,
        l.note"
    );

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope join contribution_facts c on c.received_on <= scope.day
                and was_known(c.recorded_at, c.voided_at, scope.known)",
        );
        if scope.filters.earmarking.is_some() {
            earmarking_from(select, scope);
        }
        select.sql(" where true");
        if let Some(earmarking) = &scope.filters.earmarking {
            select.sql(" and ").sql(EARMARKING).sql(" = ").bind(earmarking.clone());
        }
        match scope.filters.state.as_deref() {
            Some("negative") => drop(select.sql(" and c.amount < 0")),
            Some("without_pledge") => drop(select.sql(" and c.pledge_id is null")),
            // As the index has it that holds the few there are.
            Some("in_kind") => drop(select.sql(" and c.kind = 'in_kind'")),
            Some(kind) => drop(select.sql(" and c.kind = ").bind(kind.to_owned())),
            None => {}
        }
        if let Some(pledge) = &scope.filters.pledge {
            select.sql(" and c.pledge_id = (select id from pledges where ref = ").bind(pledge.clone()).sql(")");
        }
        if let Some(since) = scope.filters.since {
            select.sql(" and c.received_on >= ").bind(since);
        }
        if let Some(until) = scope.filters.until {
            select.sql(" and c.received_on <= ").bind(until);
        }
        scope.keep_project(select, "c.pledge_id");
        scope.keep_topmost(select, "c.donor_id");
        scope.keep_fund_kind(select, "c.fund_id");
        if scope.filters.unit.is_some() {
            // Its own, or else its pledge's: the pledges of the unit are looked up in a table made once.
            select.sql(" and (c.unit_id is not null");
            scope.keep_unit(select, "c.unit_id");
            select.sql(
                " or c.unit_id is null and c.pledge_id in (select pu.pledge_id from scope
                    join pledge_balances pu on stands(pu, scope.day, scope.known) where true",
            );
            scope.keep_unit(select, "pu.unit_id");
            select.sql("))");
        }
        scope.keep_donor(select, "c.donor_id");
        scope.keep_fund(select, "c.fund_id");
        scope.keep_currency(select, "c.currency");
        let places = [
            Place::Own(
                "select x.id from contributions l join contribution_facts x on x.contribution_id = l.id where",
                "l.sought",
            ),
            Place::Own("select x.id from contribution_facts x where x.paid_by is not null and", "folded(x.paid_by)"),
            Place::OfDonor("select x.id from contribution_facts x where x.donor_id"),
        ];
        scope.keep_text(select, "c.id", &places);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page cross join scope
             join contribution_facts c on c.id = page.id
             join contributions l on l.id = c.contribution_id
             join donors d on d.id = c.donor_id
             join funds f on f.id = c.fund_id",
        );
        earmarking_from(select, scope);
        select.sql(
            " left join pledges p on p.id = c.pledge_id
             left join units u on u.id = pb.unit_id
             left join units own on own.id = c.unit_id
             left join contributions rv on rv.id = c.reverses_id
             left join lateral (
                select case when c.currency = 'USD' then 1 else (
                    select r.units_per_usd from exchange_rates r
                    where r.currency = c.currency and r.valid_from <= c.received_on
                        and was_known(r.recorded_at, r.voided_at, scope.known)
                    order by r.valid_from desc limit 1) end as units_per_usd
             ) r on true
             left join lateral (
                select sum(a.own_amount) as allocated from allocations a
                where a.contribution_id = c.contribution_id and a.valid @> scope.day and a.known @> scope.known
             ) al on true
             left join lateral (
                select sum(b.amount) as amount from contribution_facts b
                where b.reverses_id = c.contribution_id and b.received_on <= scope.day
                    and was_known(b.recorded_at, b.voided_at, scope.known)
             ) back on true",
        );
    }

    fn columns() -> &'static [Column<ContributionRow>] {
        const COLUMNS: &[Column<ContributionRow>] = &[
            Column { name: "ref", cell: |row| Cell::Text(row.reference.clone()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "donor_name", cell: |row| Cell::Text(row.donor_name.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "received_on", cell: |row| Cell::Day(row.received_on) },
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "amount", cell: |row| Cell::Amount(row.amount, row.currency) },
            Column { name: "units_per_usd", cell: |row| Cell::number(row.units_per_usd) },
            Column { name: "amount_usd", cell: |row| Cell::usd(row.amount_usd) },
            Column { name: "fund", cell: |row| Cell::Text(row.fund.clone()) },
            Column { name: "earmarking", cell: |row| Cell::text(row.earmarking.as_deref()) },
            Column { name: "unit_code", cell: |row| Cell::text(row.unit_code.as_deref()) },
            Column { name: "pledge_ref", cell: |row| Cell::text(row.pledge_ref.as_deref()) },
            Column { name: "reverses", cell: |row| Cell::text(row.reverses.as_deref()) },
            Column { name: "allocated", cell: |row| Cell::Amount(row.allocated, row.currency) },
            Column { name: "unallocated", cell: |row| Cell::Amount(row.unallocated, row.currency) },
            Column { name: "note", cell: |row| Cell::text(row.note.as_deref()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ContributionRow>] {
        const SCREEN: &[Screen<ContributionRow>] = &[
            Screen {
                label: "col-donor",
                class: "",
                sort: None,
                draw: |row, _| {
                    Drawn::text(&row.donor_name)
                        .link("donors", &row.donor_code)
                        .below(row.note.clone().unwrap_or_default())
                        .phone(&row.reference)
                },
            },
            Screen {
                label: "col-reference",
                class: "w ref",
                sort: Some("ref"),
                draw: |row, _| Drawn::text(&row.reference).link("contributions", &row.reference),
            },
            Screen {
                label: "col-received",
                class: "nowrap",
                sort: Some("received"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.received_on), l10n),
            },
            Screen {
                label: "col-amount",
                class: "num",
                sort: Some("amount"),
                draw: |row, l10n| {
                    let tag = match (row.reverses.is_some(), row.amount.is_sign_negative() && !row.amount.is_zero()) {
                        (true, _) => Some(("warn", "contributions-reversal")),
                        (false, true) => Some(("info", "contributions-negative")),
                        (false, false) => None,
                    };
                    Drawn::of(&Cell::Amount(row.amount, row.currency), l10n).tag(tag)
                },
            },
            Screen {
                label: "col-usd",
                class: "num w",
                sort: None,
                draw: |row, l10n| {
                    let missing = row.amount_usd.is_none().then_some(("gap", "rate-missing"));
                    Drawn::of(&Cell::usd(row.amount_usd), l10n).bare().tag(missing)
                },
            },
            Screen { label: "col-fund", class: "w x", sort: None, draw: |row, _| Drawn::text(&row.fund) },
            Screen {
                label: "col-pledge",
                class: "w nowrap",
                sort: None,
                draw: |row, _| match &row.pledge_ref {
                    Some(pledge) => Drawn::text(pledge).link("pledges", pledge),
                    None => Drawn::default(),
                },
            },
            Screen {
                label: "col-unallocated",
                class: "num w x",
                sort: None,
                draw: |row, l10n| {
                    if row.unallocated.is_zero() {
                        return Drawn::default();
                    }
                    Drawn::of(&Cell::Amount(row.unallocated, row.currency), l10n).bare()
                },
            },
        ];
        SCREEN
    }
}
