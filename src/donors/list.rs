//! The list of donors. Figures are each donor's own; a donor's page adds up its children.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::owing::{self, Owing};
use crate::db::Select;
use crate::kernel::country::country;
use crate::lists::query::{KeyKind, Sort, SumsStand, up};
use crate::lists::scope::{DONOR_KINDS, worked_out};
use crate::lists::{Cell, Column, Drawn, List, Memory, Place, Scope, Screen};

/// The list of donors.
pub struct Donors;

/// A donor, with figures in US dollars: receipts at the rate of their day, arrears at the rate of the day asked for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DonorRow {
    id: i64,
    code: String,
    name: String,
    kind: String,
    country: Option<String>,
    focal_point: Option<String>,
    focal_point_name: Option<String>,
    first_contribution_on: Option<NaiveDate>,
    last_contribution_on: Option<NaiveDate>,
    received_usd: Option<Decimal>,
    arrears_usd: Option<Decimal>,
    reports_overdue: i64,
}

impl List for Donors {
    type Row = DonorRow;
    const NAME: &'static str = "donors";
    const FILTERS: &'static [&'static str] = &["donor", "focal_point", "state"];
    const STATES: &'static [&'static str] = &DONOR_KINDS;
    const SORTS: &'static [Sort] = &[
        Sort { name: "code", keys: &[up("d.code", KeyKind::Text)], indexed: true },
        Sort {
            name: "name",
            keys: &[up("d.name collate \"C\"", KeyKind::Text), up("d.code", KeyKind::Text)],
            indexed: true,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::TillAChange;
    const ID: &'static str = "d.id";
    const SELECT: &'static str = "d.id, d.code, d.name, i.kind, i.country, a.email as focal_point,
        a.name as focal_point_name, c.first_contribution_on, c.last_contribution_on, c.received_usd,
        o.arrears_usd, w.reports_overdue";

    async fn prepare(connection: &mut PgConnection, scope: &mut Scope, memory: &Memory) -> Result<(), sqlx::Error> {
        let known = owing::known(memory, connection, scope).await?;
        scope.answer = Some(known.clone());
        scope.worked_out = Some(worked_out(move || known.written()));
        Ok(())
    }

    fn learn(scope: &Scope, rows: &[DonorRow]) {
        if let Some(known) = scope.answer.as_ref().and_then(|answer| answer.downcast_ref::<Owing>()) {
            known.keep(rows.iter().map(|row| (row.id, row.arrears_usd.unwrap_or_default())));
        }
    }

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(
            " from scope join donors d on exists (select from donor_facts f
                where f.donor_id = d.id and was_known(f.recorded_at, f.voided_at, scope.known)) where true",
        );
        scope.keep_donor(select, "d.id");
        if let Some(kind) = &scope.filters.state {
            select.sql(" and d.id in (select donor_id from donors_in_force(");
            scope.day_and_known(select).sql(") where kind = ").bind(kind.clone()).sql(")");
        }
        if let Some(email) = &scope.filters.focal_point {
            select.sql(" and d.id in (select r.donor_id from focal_points_on(").bind(scope.today);
            select.sql(") r join accounts a on a.id = r.account_id where lower(a.email) = lower(");
            select.bind(email.clone()).sql("))");
        }
        scope.keep_text(select, "d.id", &[Place::OfDonor("select x.id from donors x where x.id")]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page cross join scope join donors d on d.id = page.id
             cross join lateral (
                select f.kind, f.country from donor_facts f
                where f.donor_id = d.id and (f.in_force_from is null or f.in_force_from <= scope.day)
                    and was_known(f.recorded_at, f.voided_at, scope.known)
                order by f.in_force_from desc nulls last limit 1
             ) i
             left join focal_points_on(",
        );
        select.bind(scope.today).sql(") r on r.donor_id = d.id left join accounts a on a.id = r.account_id");
        // What is overdue, as it was added up for the last reader where that stands.
        select.sql(if scope.worked_out.is_some() {
            " left join (select (w.value ->> 0)::bigint as donor_id, (w.value ->> 1)::numeric as usd from worked_out w) n
                on n.donor_id = d.id"
        } else {
            " cross join (select null::bigint as donor_id, null::numeric as usd) n"
        });
        select.sql(
            "
             -- Cash only; a receipt without a rate is in no sum. As it is kept, where that was known and received by then.
             left join kept_cash k on k.donor_id = d.id and k.known_from <= scope.known and k.last_on <= scope.day
             cross join lateral (
                select k.first_on as first_contribution_on, k.last_on as last_contribution_on, k.usd as received_usd
                where k.donor_id is not null
                union all
                select min(f.received_on), max(f.received_on),
                       coalesce(sum(usd_of(f.amount, rate_on(t.days, t.rates, f.received_on))), 0)
                from contribution_facts f left join through t on t.currency = f.currency
                where f.donor_id = d.id and f.kind = 'cash' and f.received_on <= scope.day
                    and was_known(f.recorded_at, f.voided_at, scope.known)
                having k.donor_id is null
             ) c
             cross join lateral (
                select n.usd as arrears_usd where n.donor_id is not null
                union all
                select coalesce(sum(usd_of(b.outstanding, r.units_per_usd)), 0)
                from instalment_balances b left join rates r on r.currency = b.currency
                where b.donor_id = d.id and is_overdue(b, scope.day, scope.known)
                having n.donor_id is null
             ) o
             cross join lateral (
                select count(*) as reports_overdue from report_states s
                where s.donor_id = d.id and stands(s, scope.day, scope.known) and report_is_due(s, scope.day)
                    and not report_is_submitted(s) and s.due_on < scope.day
             ) w",
        );
    }

    fn columns() -> &'static [Column<DonorRow>] {
        const COLUMNS: &[Column<DonorRow>] = &[
            Column { name: "code", cell: |row| Cell::Text(row.code.clone()) },
            Column { name: "name", cell: |row| Cell::Text(row.name.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "country", cell: |row| Cell::text(row.country.as_deref()) },
            Column { name: "region", cell: |row| Cell::text(region(row)) },
            Column { name: "focal_point", cell: |row| Cell::text(row.focal_point.as_deref()) },
            Column { name: "first_contribution_on", cell: |row| Cell::day(row.first_contribution_on) },
            Column { name: "last_contribution_on", cell: |row| Cell::day(row.last_contribution_on) },
            Column { name: "received_usd", cell: |row| Cell::usd(row.received_usd) },
            Column { name: "arrears_usd", cell: |row| Cell::usd(row.arrears_usd) },
            Column { name: "reports_overdue", cell: |row| Cell::Integer(row.reports_overdue) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<DonorRow>] {
        const SCREEN: &[Screen<DonorRow>] = &[
            Screen {
                label: "col-name",
                class: "",
                sort: Some("name"),
                draw: |row, l10n| {
                    Drawn::text(&row.name).link("donors", &row.code).phone(l10n.word("donors", &row.kind))
                },
            },
            Screen { label: "col-code", class: "w", sort: Some("code"), draw: |row, _| Drawn::text(&row.code) },
            Screen {
                label: "col-kind",
                class: "w x",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("donors", &row.kind)),
            },
            Screen {
                label: "col-region",
                class: "w x",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(region(row).map(|region| l10n.word("region", region)).unwrap_or_default())
                },
            },
            Screen {
                label: "col-last",
                class: "w nowrap",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::day(row.last_contribution_on), l10n),
            },
            Screen {
                label: "col-received-usd",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::usd(row.received_usd), l10n).bare(),
            },
            Screen {
                label: "col-arrears-usd",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::usd(row.arrears_usd), l10n).bare(),
            },
            Screen {
                label: "col-reports-overdue",
                class: "num w x",
                sort: None,
                draw: |row, l10n| {
                    if row.reports_overdue == 0 {
                        return Drawn::default();
                    }
                    Drawn::of(&Cell::Integer(row.reports_overdue), l10n)
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
}

/// The key of the donor's region, by its country.
fn region(row: &DonorRow) -> Option<&'static str> {
    row.country.as_deref().and_then(country).map(|country| country.region)
}
