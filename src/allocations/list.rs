//! The list of what waits.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};

/// The list of what waits for a person.
pub struct Allocations;

/// A contribution or a pledge with money that waits. The amount is what waits of it, in its own currency.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingRow {
    contribution: Option<String>,
    pledge_ref: Option<String>,
    donor_code: String,
    donor_name: String,
    received_on: NaiveDate,
    currency: Currency,
    amount: Decimal,
    fund: String,
    note: Option<String>,
    unidentified: bool,
    unmatched: bool,
    remainder: bool,
    no_rate: bool,
    /// The contributions whose allocation by hand no longer fits.
    unfit: Vec<String>,
}

impl WaitingRow {
    /// Why it waits, the gravest first.
    fn states(&self) -> Vec<&'static str> {
        let all = [
            ("unidentified", self.unidentified),
            ("unmatched", self.unmatched),
            ("no_rate", self.no_rate),
            ("unfit", !self.unfit.is_empty()),
            ("remainder", self.remainder),
        ];
        all.into_iter().filter(|(_, is)| *is).map(|(state, _)| state).collect()
    }

    /// Where it is put right.
    fn leads_to(&self) -> Drawn {
        match (&self.contribution, self.unfit.first(), &self.pledge_ref) {
            (Some(contribution), _, None) => act(contribution, "match"),
            (Some(contribution), _, Some(_)) if self.unidentified => act(contribution, "match"),
            (Some(contribution), ..) => Drawn::text(contribution).link("contributions", contribution),
            (None, Some(unfit), _) => act(unfit, "allocate"),
            (None, None, Some(pledge)) => Drawn::text(pledge).link("pledges", pledge),
            (None, None, None) => Drawn::default(),
        }
    }
}

/// Leads to a form about a contribution.
fn act(contribution: &str, word: &str) -> Drawn {
    let href = format!("{}/{word}", crate::web::address::to("contributions", contribution));
    Drawn { text: contribution.to_owned(), href: Some(href), ..Drawn::default() }
}

/// Whether no rate was in force for contribution `c`, whose currency's first rate is `first`.
macro_rules! no_rate {
    () => {
        "(c.currency <> 'USD' and (first.valid_from is null or first.valid_from > c.received_on))"
    };
}

/// Hand allocations of pledge `b` that do not fit: the contributions' references.
macro_rules! unfit {
    () => {
        "select h.key, c.ref from hand_allocations h join contributions c on c.id = h.contribution_id
         where h.pledge_id = b.pledge_id and h.allocated_on <= scope.day
            and was_known(h.recorded_at, h.voided_at, scope.known)
            and h.amount > coalesce((select sum(a.amount) from allocations a
                where a.contribution_id = h.contribution_id and a.pledge_id = h.pledge_id and a.number = h.number
                    and a.by_hand and a.valid @> scope.day and a.known @> scope.known), 0)"
    };
}

impl List for Allocations {
    type Row = WaitingRow;
    const NAME: &'static str = "allocations";
    const FILTERS: &'static [&'static str] = &["donor", "fund", "currency", "state", "since"];
    const STATES: &'static [&'static str] = &["unidentified", "unmatched", "no_rate", "unfit", "remainder"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "received", keys: &[down("w.day", KeyKind::Day), up("w.id", KeyKind::Text)], indexed: false },
        Sort { name: "amount", keys: &[down("w.amount", KeyKind::Number), up("w.id", KeyKind::Text)], indexed: false },
    ];
    const KEY: &'static [&'static str] = &["contribution", "pledge_ref"];
    const ID: &'static str = "w.id";
    const SUMS_STAND: bool = true;
    const MONEY: Option<(&'static str, &'static str)> = Some(("w.currency", "w.amount"));
    const SELECT: &'static str = concat!(
        "l.ref as contribution, p.ref as pledge_ref, d.code as donor_code, d.name as donor_name,
        page.since as received_on, coalesce(c.currency, b.currency) as currency, page.waits as amount, f.code as fund, l.note,
        d.code = 'UNIDENTIFIED' and c.id is not null as unidentified, c.id is not null and c.pledge_id is null as unmatched,
        b.id is not null and b.advance > 0 as remainder, page.lacks_rate as no_rate,
        array(select u.ref from (",
        unfit!(),
        ") u order by u.key) as unfit"
    );

    fn pick(select: &mut Select, scope: &Scope) {
        // Receipts, each once, for whatever it waits; then pledges with money no instalment took.
        select.sql(concat!(
            ", w.day as since, w.amount as waits, w.no_rate as lacks_rate from scope cross join lateral (
                with first as materialized (
                    select currency, min(valid_from) as valid_from from exchange_rates
                    where was_known(recorded_at, voided_at, scope.known) group by currency
                ), waiting as (
                    select c.id, c.received_on, c.currency, c.donor_id, c.fund_id, c.contribution_id, c.amount,
                           c.pledge_id is null as unmatched, d.code = 'UNIDENTIFIED' as unidentified, ",
            no_rate!(),
            " as no_rate
                    from contribution_facts c join donors d on d.id = c.donor_id
                    left join first on first.currency = c.currency
                    where c.received_on <= scope.day and was_known(c.recorded_at, c.voided_at, scope.known)
                        and c.kind = 'cash' and c.amount > 0 and c.reverses_id is null
                        and (c.pledge_id is null or d.code = 'UNIDENTIFIED' or ",
            no_rate!(),
            ")
                    union all
                    -- Converted to a currency that had no rate yet.
                    select c.id, c.received_on, c.currency, c.donor_id, c.fund_id, c.contribution_id, c.amount,
                           false, false, true
                    from pledge_balances b join contribution_facts c on c.pledge_id = b.pledge_id
                    join donors d on d.id = c.donor_id
                    left join first on first.currency = c.currency
                    left join first owed on owed.currency = b.currency
                    where b.unconverted and stands(b, scope.day, scope.known) and c.currency <> b.currency
                        and c.received_on <= scope.day and was_known(c.recorded_at, c.voided_at, scope.known)
                        and c.kind = 'cash' and c.amount > 0 and c.reverses_id is null and d.code <> 'UNIDENTIFIED'
                        and not ",
            no_rate!(),
            "           and b.currency <> 'USD' and (owed.valid_from is null or owed.valid_from > c.received_on)
                )
                select ('c' || n.id) collate \"C\" as id, n.received_on as day, n.currency, n.donor_id, n.fund_id,
                       n.contribution_id, null::bigint as pledge_id, n.amount + coalesce(back.amount, 0) as amount,
                       n.unidentified, n.unmatched, n.no_rate, false as remainder, false as unfit
                from waiting n left join lateral (
                    select sum(r.amount) as amount from contribution_facts r
                    where r.reverses_id = n.contribution_id and r.received_on <= scope.day
                        and was_known(r.recorded_at, r.voided_at, scope.known)
                ) back on true
                where n.amount + coalesce(back.amount, 0) > 0
                union all
                select ('p' || b.id) collate \"C\", coalesce(last.received_on, b.signed_on, date '1900-01-01'),
                       b.currency, b.donor_id, b.fund_id, null, b.pledge_id, b.advance, false, false, false,
                       b.advance > 0, unfit.is_there
                from pledge_balances b cross join lateral (select exists (",
            unfit!(),
            ") as is_there) unfit
                left join lateral (
                    select max(r.received_on) as received_on from contribution_facts r
                    where r.pledge_id = b.pledge_id and r.received_on <= scope.day
                        and was_known(r.recorded_at, r.voided_at, scope.known)
                ) last on true
                where stands(b, scope.day, scope.known)
                    and (b.advance > 0 or (b.pledge_id in (select pledge_id from hand_allocations) and unfit.is_there))
             ) w where true"
        ));
        match scope.filters.state.as_deref() {
            Some("unidentified") => drop(select.sql(" and w.unidentified")),
            Some("unmatched") => drop(select.sql(" and w.unmatched")),
            Some("no_rate") => drop(select.sql(" and w.no_rate")),
            Some("unfit") => drop(select.sql(" and w.unfit")),
            Some(_) => drop(select.sql(" and w.remainder")),
            None => {}
        }
        if let Some(since) = scope.filters.since {
            select.sql(" and w.day >= ").bind(since);
        }
        scope.keep_donor(select, "w.donor_id");
        scope.keep_fund(select, "w.fund_id");
        scope.keep_currency(select, "w.currency");
        let places = [
            Place::Own(
                "select 'c' || x.id from contributions l join contribution_facts x on x.contribution_id = l.id where",
                "l.sought",
            ),
            Place::Own(
                "select 'p' || x.id from pledges p join pledge_balances x on x.pledge_id = p.id where",
                "p.sought",
            ),
            Place::OfDonor("select 'c' || x.id from contribution_facts x where x.donor_id"),
            Place::OfDonor("select 'p' || x.id from pledge_balances x where x.donor_id"),
        ];
        scope.keep_text(select, "w.id", &places);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope
             left join contribution_facts c on c.id = case when page.id like 'c%' then substr(page.id, 2)::bigint end
             left join contributions l on l.id = c.contribution_id
             left join pledge_balances b on b.id = case when page.id like 'p%' then substr(page.id, 2)::bigint end
             left join pledges p on p.id = coalesce(c.pledge_id, b.pledge_id)
             join donors d on d.id = coalesce(c.donor_id, b.donor_id)
             join funds f on f.id = coalesce(c.fund_id, b.fund_id)",
        );
    }

    fn columns() -> &'static [Column<WaitingRow>] {
        const COLUMNS: &[Column<WaitingRow>] = &[
            Column { name: "waits_for", cell: |row| Cell::Text(row.states().join(";")) },
            Column { name: "contribution", cell: |row| Cell::text(row.contribution.as_deref()) },
            Column { name: "pledge_ref", cell: |row| Cell::text(row.pledge_ref.as_deref()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "donor_name", cell: |row| Cell::Text(row.donor_name.clone()) },
            Column { name: "received_on", cell: |row| Cell::Day(row.received_on) },
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "amount", cell: |row| Cell::Amount(row.amount, row.currency) },
            Column { name: "fund", cell: |row| Cell::Text(row.fund.clone()) },
            Column { name: "does_not_fit", cell: |row| Cell::Text(row.unfit.join(";")) },
            Column { name: "note", cell: |row| Cell::text(row.note.as_deref()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<WaitingRow>] {
        const SCREEN: &[Screen<WaitingRow>] = &[
            Screen {
                label: "col-donor",
                class: "",
                sort: None,
                draw: |row, _| {
                    Drawn::text(&row.donor_name)
                        .link("donors", &row.donor_code)
                        .below(row.note.clone().unwrap_or_default())
                        .phone(row.note.clone().unwrap_or_default())
                },
            },
            Screen { label: "col-put-right", class: "", sort: None, draw: |row, _| row.leads_to() },
            Screen {
                label: "col-waits-for",
                class: "w",
                sort: None,
                draw: |row, l10n| {
                    let words: Vec<String> =
                        row.states().into_iter().map(|state| l10n.word("allocations", state)).collect();
                    let mut drawn = Drawn::text(words.join(" · "));
                    if !row.unfit.is_empty() {
                        drawn = drawn.below(row.unfit.join(", "));
                    }
                    drawn
                },
            },
            Screen {
                label: "col-received",
                class: "w nowrap",
                sort: Some("received"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.received_on), l10n),
            },
            Screen {
                label: "col-amount",
                class: "num",
                sort: Some("amount"),
                draw: |row, l10n| {
                    let why = row.states().first().map(|state| l10n.word("allocations", state)).unwrap_or_default();
                    Drawn::of(&Cell::Amount(row.amount, row.currency), l10n).phone(why)
                },
            },
            Screen { label: "col-fund", class: "w", sort: None, draw: |row, _| Drawn::text(&row.fund) },
        ];
        SCREEN
    }
}
