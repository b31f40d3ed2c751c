//! The one query behind every list of arrears.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use crate::db::Select;
use crate::kernel::{AsOf, Currency, KnownAt};

/// Which arrears.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// That unit and all below it.
    pub unit: Option<String>,
    /// That donor and its children.
    pub donor: Option<String>,
    /// That fund.
    pub fund: Option<String>,
}

/// An overdue instalment. Amounts are in its pledge's currency unless the name says USD.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ArrearsRow {
    /// The donor's code.
    pub donor_code: String,
    /// The donor's name today.
    pub donor_name: String,
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name today.
    pub unit_name: String,
    /// The fund's code.
    pub fund: String,
    /// The pledge.
    pub pledge_ref: String,
    /// The pledge's title today.
    pub pledge_title: Option<String>,
    /// The instalment's number.
    pub number: i32,
    /// The day its schedule says.
    pub due_on: NaiveDate,
    /// As of the day less the day it fell due.
    pub days_overdue: i32,
    /// The pledge's currency.
    pub currency: Currency,
    /// What is scheduled.
    pub amount: Decimal,
    /// What receipts paid of it.
    pub paid: Decimal,
    /// What is still owed.
    pub outstanding: Decimal,
    /// Units per USD in force on the day; none, no figure in USD.
    pub units_per_usd: Option<Decimal>,
    /// Since when that rate is in force; none for USD.
    pub rate_valid_from: Option<NaiveDate>,
    /// Outstanding at that rate.
    pub outstanding_usd: Option<Decimal>,
    /// Allowance for doubtful receivables, per cent of the class.
    pub allowance_percent: Decimal,
    /// That share of the outstanding USD, rounded to the cent.
    pub allowance_usd: Option<Decimal>,
    /// E-mail of the donor's focal point.
    pub focal_point: Option<String>,
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
}

/// The latest recorded instant the transaction can see: what a reading means that names none.
pub async fn latest_recorded(connection: &mut PgConnection) -> Result<KnownAt, sqlx::Error> {
    let at: DateTime<Utc> = sqlx::query_scalar("select recorded_at from change_head").fetch_one(connection).await?;
    Ok(KnownAt(at))
}

/// Overdue instalments, most days overdue first, then donor code, pledge reference, instalment number.
pub async fn overdue_instalments(
    connection: &mut PgConnection,
    as_of: AsOf,
    known_at: KnownAt,
    filter: &Filter,
) -> Result<Vec<ArrearsRow>, sqlx::Error> {
    let mut select = Select::new("with scope as (select ");
    select.bind(as_of.0).sql("::date as day, ").bind(known_at.0);
    select.sql(
        "::timestamptz as known)
         select d.code as donor_code, d.name as donor_name, u.code as unit_code, u.name as unit_name, f.code as fund,
                b.pledge_ref, p.title as pledge_title, b.number, b.due_on, scope.day - b.falls_due_on as days_overdue,
                b.currency, b.amount, b.paid, b.outstanding, r.units_per_usd, r.valid_from as rate_valid_from,
                usd_of(b.outstanding, r.units_per_usd) as outstanding_usd, a.percent as allowance_percent,
                round(usd_of(b.outstanding, r.units_per_usd) * a.percent / 100, 2) as allowance_usd,
                fp.email as focal_point
         from scope
         join instalment_balances b on b.overdue_during @> scope.day and b.known @> scope.known
         join donors d on d.id = b.donor_id
         join units u on u.id = b.unit_id
         join funds f on f.id = b.fund_id
         join pledges p on p.id = b.pledge_id
         left join accounts fp on fp.id = d.focal_point_id
         left join rates_in_force(scope.day, scope.known) r on r.currency = b.currency
         cross join lateral (
            -- Percentages by whole years overdue: those of the fund, else of every fund, else the labelled default.
            select coalesce((
                select (s.value ->> years_overdue(b.falls_due_on, scope.day))::numeric from setting_facts s
                where s.setting = 'allowance_percent' and (s.fund_id is null or s.fund_id = b.fund_id)
                    and (s.in_force_from is null or s.in_force_from <= scope.day)
                    and was_known(s.recorded_at, s.voided_at, scope.known)
                order by s.fund_id nulls last, s.in_force_from desc nulls last limit 1
            ), (array[0, 25, 60, 100])[years_overdue(b.falls_due_on, scope.day) + 1]::numeric) as percent
         ) a
         where true",
    );
    if let Some(unit) = &filter.unit {
        select.sql(" and b.unit_id in (select t.unit_id from unit_tree(scope.day, scope.known) t where ");
        select.bind(unit.clone()).sql(" = any(t.path))");
    }
    if let Some(donor) = &filter.donor {
        select.sql(
            " and b.donor_id in (
                with recursive below as (
                    select c.id from donors c where c.code = ",
        );
        select.bind(donor.clone()).sql(
            "
                    union select i.donor_id from below join donors_in_force(",
        );
        select.bind(as_of.0).sql(", ").bind(known_at.0).sql(") i on i.parent_id = below.id) select id from below)");
    }
    if let Some(fund) = &filter.fund {
        select.sql(" and f.code = ").bind(fund.clone());
    }
    select.sql(" order by b.falls_due_on, d.code, b.pledge_ref, b.number");
    select.done().build_query_as().fetch_all(connection).await
}
