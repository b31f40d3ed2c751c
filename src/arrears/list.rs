//! The list of arrears: one row for each overdue instalment.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::db::Select;
use crate::kernel::Currency;
use crate::kernel::money::STALE_AFTER_DAYS;
use crate::l10n::L10n;
use crate::lists::query::{Key, KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Named, Scope, Screen};
use crate::settings;

/// The list of arrears.
pub struct Arrears;

/// An overdue instalment. Amounts are in its pledge's currency unless the name says USD.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ArrearsRow {
    as_of: NaiveDate,
    donor_code: String,
    donor_name: String,
    unit_code: String,
    unit_name: String,
    fund: String,
    pledge_ref: String,
    pledge_title: Option<String>,
    number: i32,
    due_on: NaiveDate,
    days_overdue: i32,
    currency: Currency,
    amount: Decimal,
    paid: Decimal,
    outstanding: Decimal,
    units_per_usd: Option<Decimal>,
    rate_valid_from: Option<NaiveDate>,
    outstanding_usd: Option<Decimal>,
    allowance_percent: Decimal,
    allowance_usd: Option<Decimal>,
    focal_point: Option<String>,
    focal_point_name: Option<String>,
}

impl ArrearsRow {
    /// The management age class.
    pub fn bucket(&self) -> &'static str {
        match self.days_overdue {
            ..=30 => "1-30",
            31..=90 => "31-90",
            91..=180 => "91-180",
            181..=365 => "181-365",
            _ => "365+",
        }
    }

    fn stale(&self) -> bool {
        self.rate_valid_from.is_some_and(|from| (self.as_of - from).num_days() > STALE_AFTER_DAYS)
    }
}

/// The age class of a row in SQL, as [`ArrearsRow::bucket`] says it.
pub(super) const BUCKET: &str = "(array['1-30', '31-90', '91-180', '181-365', '365+'])[
    width_bucket(scope.day - b.falls_due_on, array[31, 91, 181, 366]) + 1]";

const FELL_DUE: Key = up("b.falls_due_on", KeyKind::Day);
const DONOR: Key = up("d.code", KeyKind::Text);
const PLEDGE: Key = up("b.pledge_ref", KeyKind::Text);
const NUMBER: Key = up("b.number", KeyKind::Integer);

impl List for Arrears {
    type Row = ArrearsRow;
    const NAME: &'static str = "arrears";
    const FILTERS: &'static [&'static str] = &["unit", "donor", "fund", "bucket", "currency"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "days", keys: &[FELL_DUE, DONOR, PLEDGE, NUMBER], indexed: false },
        Sort { name: "donor", keys: &[DONOR, FELL_DUE, PLEDGE, NUMBER], indexed: false },
        Sort { name: "pledge", keys: &[PLEDGE, NUMBER, FELL_DUE, DONOR], indexed: false },
        Sort { name: "due", keys: &[up("b.due_on", KeyKind::Day), DONOR, PLEDGE, NUMBER], indexed: false },
        Sort {
            name: "usd",
            keys: &[
                down("coalesce(usd_of(b.outstanding, r.units_per_usd), -1)", KeyKind::Number),
                DONOR,
                PLEDGE,
                NUMBER,
            ],
            indexed: false,
        },
    ];
    const KEY: &'static [&'static str] = &["pledge_ref", "instalment_number"];
    const ID: &'static str = "b.id";
    const SUMS_STAND: SumsStand = SumsStand::WithFacts;
    const SUMMED: bool = false;
    const SELECT: &'static str = "scope.day as as_of, d.code as donor_code, d.name as donor_name, u.code as unit_code,
        u.name as unit_name, f.code as fund, b.pledge_ref, p.title as pledge_title, b.number, b.due_on,
        scope.day - b.falls_due_on as days_overdue, b.currency, b.amount, b.paid, b.outstanding, r.units_per_usd,
        r.valid_from as rate_valid_from, usd_of(b.outstanding, r.units_per_usd) as outstanding_usd,
        a.percent as allowance_percent,
        round(usd_of(b.outstanding, r.units_per_usd) * a.percent / 100, 2) as allowance_usd,
        fp.email as focal_point, fp.name as focal_point_name";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope cross join instalment_balances b join donors d on d.id = b.donor_id
             left join rates r on r.currency = b.currency where is_overdue(b, scope.day, scope.known)",
        );
        scope.keep_unit(select, "b.unit_id");
        scope.keep_donor(select, "b.donor_id");
        scope.keep_fund(select, "b.fund_id");
        scope.keep_currency(select, "b.currency");
        if let Some(bucket) = &scope.filters.bucket {
            select.sql(" and ").sql(BUCKET).sql(" = ").bind(bucket.clone());
        }
        scope.keep_text_of(
            select,
            &[Named::Own("b.pledge_id", "select p.id from pledges p where", "p.sought"), Named::Donor("b.donor_id")],
        );
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page cross join scope
             join instalment_balances b on b.id = page.id
             join donors d on d.id = b.donor_id
             join units u on u.id = b.unit_id
             join funds f on f.id = b.fund_id
             join pledges p on p.id = b.pledge_id
             left join focal_points_on(",
        );
        select.bind(scope.today).sql(
            ") fr on fr.donor_id = d.id left join accounts fp on fp.id = fr.account_id
             left join rates r on r.currency = b.currency
             cross join lateral (select (",
        );
        // Percentages by whole years overdue.
        settings::in_force(select, &settings::ALLOWANCE_PERCENT, "b.fund_id", "scope.day", "scope.known");
        select.sql(" ->> years_overdue(b.falls_due_on, scope.day))::numeric as percent) a");
    }

    fn columns() -> &'static [Column<ArrearsRow>] {
        const COLUMNS: &[Column<ArrearsRow>] = &[
            Column { name: "as_of", cell: |row| Cell::Day(row.as_of) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "donor_name", cell: |row| Cell::Text(row.donor_name.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "unit_name", cell: |row| Cell::Text(row.unit_name.clone()) },
            Column { name: "fund", cell: |row| Cell::Text(row.fund.clone()) },
            Column { name: "pledge_ref", cell: |row| Cell::Text(row.pledge_ref.clone()) },
            Column { name: "pledge_title", cell: |row| Cell::text(row.pledge_title.as_deref()) },
            Column { name: "instalment_number", cell: |row| Cell::Integer(row.number.into()) },
            Column { name: "due_on", cell: |row| Cell::Day(row.due_on) },
            Column { name: "days_overdue", cell: |row| Cell::Integer(row.days_overdue.into()) },
            Column { name: "bucket", cell: |row| Cell::Word(row.bucket().into()) },
            Column { name: "currency", cell: |row| Cell::Word(row.currency.to_string().into()) },
            Column { name: "amount_due", cell: |row| Cell::Amount(row.amount, row.currency) },
            Column { name: "amount_paid", cell: |row| Cell::Amount(row.paid, row.currency) },
            Column { name: "amount_outstanding", cell: |row| Cell::Amount(row.outstanding, row.currency) },
            Column { name: "units_per_usd", cell: |row| Cell::number(row.units_per_usd) },
            Column { name: "rate_valid_from", cell: |row| Cell::day(row.rate_valid_from) },
            Column { name: "outstanding_usd", cell: |row| Cell::usd(row.outstanding_usd) },
            Column { name: "allowance_percent", cell: |row| Cell::Number(row.allowance_percent) },
            Column { name: "allowance_usd", cell: |row| Cell::usd(row.allowance_usd) },
            Column { name: "focal_point", cell: |row| Cell::text(row.focal_point.as_deref()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ArrearsRow>] {
        const SCREEN: &[Screen<ArrearsRow>] = &[
            Screen {
                label: "col-donor",
                class: "",
                sort: Some("donor"),
                draw: |row, _| {
                    Drawn::text(&row.donor_name)
                        .link("donors", &row.donor_code)
                        .below(row.pledge_title.clone().unwrap_or_default())
                        .phone(format!("{} · {}", row.pledge_ref, row.number))
                },
            },
            Screen {
                label: "col-pledge-number",
                class: "w nowrap",
                sort: Some("pledge"),
                draw: |row, _| {
                    Drawn::text(format!("{} · {}", row.pledge_ref, row.number)).link("pledges", &row.pledge_ref)
                },
            },
            Screen { label: "col-unit", class: "w", sort: None, draw: |row, _| Drawn::text(&row.unit_name) },
            Screen {
                label: "col-due",
                class: "nowrap",
                sort: Some("due"),
                draw: |row, l10n| {
                    let days = l10n.with("arrears-days", &[("days", row.days_overdue.into())]);
                    Drawn::of(&Cell::Day(row.due_on), l10n).phone(days)
                },
            },
            Screen {
                label: "col-days",
                class: "num w",
                sort: Some("days"),
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.days_overdue.into()), l10n),
            },
            Screen {
                label: "col-outstanding",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Amount(row.outstanding, row.currency), l10n),
            },
            Screen {
                label: "col-usd",
                class: "num",
                sort: Some("usd"),
                draw: |row, l10n| {
                    let own = Cell::Amount(row.outstanding, row.currency).shown(l10n);
                    let missing = row.outstanding_usd.is_none().then_some(("gap", "rate-missing"));
                    let usd = Drawn::of(&Cell::usd(row.outstanding_usd), l10n).bare().tag(missing);
                    usd.phone(format!("{} {own}", row.currency))
                },
            },
            Screen {
                label: "col-rate",
                class: "num w x",
                sort: None,
                draw: |row, l10n| {
                    if row.currency == Currency::USD {
                        return Drawn::default();
                    }
                    let rate = Cell::number(row.units_per_usd.map(|rate| rate.round_dp(4)));
                    Drawn::of(&rate, l10n).tag(row.stale().then_some(("stale", "rate-stale")))
                },
            },
            Screen {
                label: "col-focal-point",
                class: "w x",
                sort: None,
                draw: |row, _| Drawn::text(row.focal_point_name.clone().unwrap_or_default()),
            },
        ];
        SCREEN
    }

    fn goes_down(sort: &Sort) -> bool {
        // The column shows days, the order goes by the day each began: the earliest has the most.
        sort.name == "days" || sort.keys.first().is_some_and(|key| key.down)
    }

    fn group(row: &ArrearsRow, l10n: L10n) -> Option<String> {
        Some(l10n.word("bucket", row.bucket()))
    }
}
