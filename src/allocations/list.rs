//! The list of what waits.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Named, Scope, Screen};

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

/// Whether receipt `c` came before there was a rate of its currency. Asked of the row, not joined: joined, the order in
/// which an index gives the receipts would be lost.
const NO_RATE: &str = "coalesce((select t.days[1] > c.received_on from through t where t.currency = c.currency), true)";

/// Whether receipt `c` is booked to the donor that stands for whoever is not known; null where there is no such donor.
const UNIDENTIFIED: &str = "c.donor_id = (select id from donors where code = 'UNIDENTIFIED')";

/// Receipts `c` of `from` that are known, not wholly taken back and kept by `which`, as rows that wait.
fn receipts(select: &mut Select, scope: &Scope, no_rate: &'static str, from: &'static str, which: &[&'static str]) {
    select
        .sql(
            "select ('c' || c.id) collate \"C\" as id, c.received_on as day, c.currency, c.donor_id, c.fund_id,
                c.amount + coalesce(back.amount, 0) as amount, c.pledge_id is null as unmatched, ",
        )
        .sql("coalesce(")
        .sql(UNIDENTIFIED)
        .sql(", false) as unidentified, ")
        .sql(no_rate)
        .sql(" as no_rate, false as remainder, false as unfit from ")
        .sql(from)
        .sql(
            " left join lateral (
                select sum(r.amount) as amount from contribution_facts r
                where r.reverses_id = c.contribution_id and r.received_on <= scope.day
                    and was_known(r.recorded_at, r.voided_at, scope.known)
             ) back on true
             where c.kind = 'cash' and c.amount > 0 and c.reverses_id is null and c.received_on <= scope.day
                and was_known(c.recorded_at, c.voided_at, scope.known) and c.amount + coalesce(back.amount, 0) > 0",
        );
    // Here, and not of all that waits: what of a receipt was taken back is asked of those alone that are found.
    scope.keep_text_of(
        select,
        &[
            Named::Own("c.contribution_id", "select l.id from contributions l where", "l.sought"),
            Named::Donor("c.donor_id"),
        ],
    );
    for part in which {
        select.sql(part);
    }
}

/// Pledges `b` kept by `which`, as rows that wait.
fn pledges(select: &mut Select, scope: &Scope, which: &'static str) {
    select
        .sql(
            "select ('p' || b.id) collate \"C\", coalesce((
                    select max(r.received_on) from contribution_facts r
                    where r.pledge_id = b.pledge_id and r.received_on <= scope.day
                        and was_known(r.recorded_at, r.voided_at, scope.known)
                ), b.signed_on, date '1900-01-01'), b.currency, b.donor_id, b.fund_id, b.advance, false, false, false,
                b.advance > 0, unfit.is_there
             from pledge_balances b cross join lateral (select exists (",
        )
        .sql(unfit!())
        .sql(") as is_there) unfit where stands(b, scope.day, scope.known) and ")
        .sql(which);
    scope.keep_text_of(
        select,
        &[Named::Own("b.pledge_id", "select p.id from pledges p where", "p.sought"), Named::Donor("b.donor_id")],
    );
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
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
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
        select.sql(", w.day as since, w.amount as waits, w.no_rate as lacks_rate from scope cross join lateral ((");
        // Receipts, each once, for whatever it waits; those without a pledge come as an index has them, the last first.
        receipts(
            select,
            scope,
            NO_RATE,
            "contribution_facts c",
            &[" and c.pledge_id is null order by c.received_on desc"],
        );
        select.sql(") union all ");
        receipts(select, scope, NO_RATE, "contribution_facts c", &[" and c.pledge_id is not null and ", UNIDENTIFIED]);
        select.sql(" union all ");
        let before_any = "currencies_received() k (currency) left join through t on t.currency = k.currency
            cross join lateral (select * from contribution_facts x where x.currency = k.currency and x.currency <> 'USD'
                and x.received_on < coalesce(t.days[1], 'infinity') offset 0) c";
        receipts(
            select,
            scope,
            "true",
            before_any,
            &[" and c.pledge_id is not null and (", UNIDENTIFIED, ") is not true"],
        );
        select.sql(" union all ");
        // Converted to a currency that had no rate yet.
        let converted =
            "pledge_balances b join contribution_facts c on c.pledge_id = b.pledge_id and c.currency <> b.currency
            left join through owed on owed.currency = b.currency";
        let to = " and b.unconverted and stands(b, scope.day, scope.known)
            and (owed.currency is null or owed.days[1] > c.received_on) and not ";
        receipts(select, scope, "true", converted, &[to, NO_RATE, " and (", UNIDENTIFIED, ") is not true"]);
        // Then pledges: with money no instalment took, and with an allocation by hand that does not fit.
        select.sql(" union all ");
        pledges(select, scope, "b.advance > 0");
        select.sql(" union all ");
        pledges(
            select,
            scope,
            "b.advance <= 0 and b.pledge_id in (select pledge_id from hand_allocations) and unfit.is_there",
        );
        select.sql(") w where true");
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
