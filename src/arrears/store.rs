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
    /// That age class.
    pub bucket: Option<String>,
    /// That currency.
    pub currency: Option<Currency>,
    /// These letters, in a donor's name or code, a pledge's reference or title.
    pub text: Option<String>,
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
    /// The day it fell due.
    pub falls_due_on: NaiveDate,
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
    /// And name.
    pub focal_point_name: Option<String>,
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

/// Overdue instalments, most days overdue first, then donor code, pledge reference, instalment number; at most `most`
/// of them, those after a place in that order.
pub async fn overdue_instalments(
    connection: &mut PgConnection,
    as_of: AsOf,
    known_at: KnownAt,
    filter: &Filter,
    page: Option<&Page>,
) -> Result<Vec<ArrearsRow>, sqlx::Error> {
    let mut select = dressed(as_of, known_at);
    if let Some(page) = page {
        // Which rows first, by what the balances themselves hold, and with all of the last day: so little is sorted
        // and so few rows are dressed, however many are overdue.
        select.sql(" b.id = any(array(select b.id from instalment_balances b where ");
        overdue(&mut select, as_of, known_at, filter);
        if let Some(after) = &page.after {
            // Of the day the page before ended on, only what comes after its last row.
            select.sql(" and b.falls_due_on >= ").bind(after.falls_due_on);
            select.sql(" and (b.falls_due_on > ").bind(after.falls_due_on);
            select.sql(" or ((select d.code from donors d where d.id = b.donor_id), b.pledge_ref, b.number) > (");
            select.bind(after.donor_code.clone()).sql(" collate \"C\", ").bind(after.pledge_ref.clone());
            select.sql(" collate \"C\", ").bind(after.number).sql("))");
        }
        select.sql(" order by b.falls_due_on fetch first ").bind(page.most).sql(" rows with ties))");
    } else {
        overdue(&mut select, as_of, known_at, filter);
    }
    select.sql(" order by b.falls_due_on, d.code, b.pledge_ref, b.number");
    if let Some(page) = page {
        select.sql(" limit ").bind(page.most);
    }
    // All rows are worth a plan made for their number; a page has the same plan however many there are.
    select.done().build_query_as().persistent(page.is_some()).fetch_all(connection).await
}

/// A stretch of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The row before it; none for the beginning.
    pub after: Option<After>,
    /// How many rows at most.
    pub most: i64,
}

/// A place in the order of arrears.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct After {
    /// The day the row fell due.
    pub falls_due_on: NaiveDate,
    /// Its donor.
    pub donor_code: String,
    /// Its pledge.
    pub pledge_ref: String,
    /// Its instalment.
    pub number: i32,
}

/// The sum of the rows of one currency and age.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// The age class.
    pub bucket: String,
    /// How many instalments.
    pub instalments: i64,
    /// What is outstanding, in the currency.
    pub outstanding: Decimal,
    /// The rate in force on the day, if there is one.
    pub units_per_usd: Option<Decimal>,
    /// Since when.
    pub rate_valid_from: Option<NaiveDate>,
    /// The sum of the rows' rounded USD; none without a rate.
    pub outstanding_usd: Option<Decimal>,
}

/// The sums of all rows the filter keeps, by currency and age.
pub async fn totals(
    connection: &mut PgConnection,
    as_of: AsOf,
    known_at: KnownAt,
    filter: &Filter,
) -> Result<Vec<Total>, sqlx::Error> {
    let mut select = Select::new("with");
    rates(&mut select, as_of, known_at);
    select.sql(" select b.currency, ").sql(BUCKET_OF).bind(as_of.0).sql(BUCKET).sql(
        " as bucket, count(*) as instalments, sum(b.outstanding) as outstanding, r.units_per_usd,
            r.valid_from as rate_valid_from, sum(usd_of(b.outstanding, r.units_per_usd)) as outstanding_usd
         from instalment_balances b left join rates r on r.currency = b.currency where ",
    );
    overdue(&mut select, as_of, known_at, filter);
    select.sql(" group by b.currency, r.units_per_usd, r.valid_from, 2");
    select.done().build_query_as().fetch_all(connection).await
}

/// The age class of a row, as [`ArrearsRow::bucket`] says it; the day as of which stands between the two parts.
const BUCKET_OF: &str = "(array['1-30', '31-90', '91-180', '181-365', '365+'])[width_bucket(";
const BUCKET: &str = "::date - b.falls_due_on, array[31, 91, 181, 366]) + 1]";

/// The rates of the day, read once and not once a row.
fn rates(select: &mut Select, as_of: AsOf, known_at: KnownAt) {
    select.sql(" rates as materialized (select * from rates_in_force(").bind(as_of.0).sql(", ").bind(known_at.0);
    select.sql("))");
}

/// All that is shown of balances `b`; what follows says which.
fn dressed(as_of: AsOf, known_at: KnownAt) -> Select {
    let mut select = Select::new("with");
    rates(&mut select, as_of, known_at);
    // Percentages by whole years overdue: those of the fund, else of every fund, else the labelled default.
    select.sql(
        ", allowances as materialized (
            select distinct on (s.fund_id) s.fund_id, s.value from setting_facts s
            where s.setting = 'allowance_percent' and (s.in_force_from is null or s.in_force_from <= ",
    );
    select.bind(as_of.0).sql(") and was_known(s.recorded_at, s.voided_at, ").bind(known_at.0).sql(
        ") order by s.fund_id, s.in_force_from desc nulls last
         )
         select d.code as donor_code, d.name as donor_name, u.code as unit_code, u.name as unit_name, f.code as fund,
                b.pledge_ref, p.title as pledge_title, b.number, b.due_on, b.falls_due_on,
                age.days as days_overdue, b.currency, b.amount, b.paid, b.outstanding, r.units_per_usd,
                r.valid_from as rate_valid_from, usd_of(b.outstanding, r.units_per_usd) as outstanding_usd,
                a.percent as allowance_percent,
                round(usd_of(b.outstanding, r.units_per_usd) * a.percent / 100, 2) as allowance_usd,
                fp.email as focal_point, fp.name as focal_point_name
         from instalment_balances b
         join donors d on d.id = b.donor_id
         join units u on u.id = b.unit_id
         join funds f on f.id = b.fund_id
         join pledges p on p.id = b.pledge_id
         left join accounts fp on fp.id = d.focal_point_id
         left join rates r on r.currency = b.currency
         left join allowances own on own.fund_id = b.fund_id
         left join allowances common on common.fund_id is null
         cross join lateral (select ",
    );
    select.bind(as_of.0).sql("::date - b.falls_due_on as days, years_overdue(b.falls_due_on, ").bind(as_of.0).sql(
        ") as years) age
         cross join lateral (
            select coalesce((coalesce(own.value, common.value) ->> age.years)::numeric,
                            (array[0, 25, 60, 100])[age.years + 1]::numeric) as percent
         ) a
         where",
    );
    select
}

/// Which balances `b` are overdue, and kept by the filter. It asks the balances alone, so that what else is to be known
/// of a row is only looked up for those that are shown.
fn overdue(select: &mut Select, as_of: AsOf, known_at: KnownAt, filter: &Filter) {
    // Nothing overdue is empty: said again because PostgreSQL cannot see that, and its index holds no others.
    select.sql(" b.overdue_during @> ").bind(as_of.0).sql("::date and not isempty(b.overdue_during) and b.known @> ");
    select.bind(known_at.0).sql("::timestamptz");
    if let Some(unit) = &filter.unit {
        select.sql(" and b.unit_id = any(array(select t.unit_id from unit_tree(").bind(as_of.0).sql(", ");
        select.bind(known_at.0).sql(") t where ").bind(unit.clone()).sql(" = any(t.path)))");
    }
    if let Some(donor) = &filter.donor {
        select.sql(" and b.donor_id = any(array(with recursive below as (select c.id from donors c where c.code = ");
        select.bind(donor.clone()).sql(" union select i.donor_id from below join donors_in_force(");
        select.bind(as_of.0).sql(", ").bind(known_at.0).sql(") i on i.parent_id = below.id) select id from below))");
    }
    if let Some(fund) = &filter.fund {
        select.sql(" and b.fund_id = (select c.id from funds c where c.code = ").bind(fund.clone()).sql(")");
    }
    if let Some(bucket) = &filter.bucket {
        select.sql(" and ").sql(BUCKET_OF).bind(as_of.0).sql(BUCKET).sql(" = ").bind(bucket.clone());
    }
    if let Some(currency) = filter.currency {
        select.sql(" and b.currency = ").bind(currency.code().to_owned());
    }
    if let Some(text) = &filter.text {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = format!("%{escaped}%");
        select.sql(" and (b.pledge_ref ilike ").bind(like.clone());
        select.sql(" or b.donor_id in (select c.id from donors c where c.name ilike ").bind(like.clone());
        select.sql(" or c.code ilike ").bind(like.clone());
        select
            .sql(") or exists (select from pledges t where t.id = b.pledge_id and t.title ilike ")
            .bind(like)
            .sql("))");
    }
}

/// A code and its name.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Named {
    /// The code.
    pub code: String,
    /// The name today.
    pub name: String,
    /// How deep it stands in its tree; 0 at the top.
    pub depth: i32,
}

/// The units a list can be filtered by, as the tree stood.
pub async fn units(connection: &mut PgConnection, as_of: AsOf, known_at: KnownAt) -> Result<Vec<Named>, sqlx::Error> {
    sqlx::query_as(
        "select u.code, u.name, t.depth from unit_tree($1, $2) t join units u on u.id = t.unit_id order by t.path",
    )
    .bind(as_of.0)
    .bind(known_at.0)
    .fetch_all(connection)
    .await
}

/// The funds a list can be filtered by.
pub async fn funds(connection: &mut PgConnection) -> Result<Vec<Named>, sqlx::Error> {
    sqlx::query_as("select code, name, 0 as depth from funds order by name").fetch_all(connection).await
}

/// A donor by its code.
pub async fn donor(connection: &mut PgConnection, code: &str) -> Result<Option<Named>, sqlx::Error> {
    sqlx::query_as("select code, name, 0 as depth from donors where code = $1")
        .bind(code)
        .fetch_optional(connection)
        .await
}

/// The first part of the filter that names nothing there is: its parameter, and what it says.
pub async fn unknown_in(
    connection: &mut PgConnection,
    filter: &Filter,
) -> Result<Option<(&'static str, String)>, sqlx::Error> {
    let (unit, donor, fund): (bool, bool, bool) = sqlx::query_as(
        "select $1::text is null or exists (select from units where code = $1),
                $2::text is null or exists (select from donors where code = $2),
                $3::text is null or exists (select from funds where code = $3)",
    )
    .bind(&filter.unit)
    .bind(&filter.donor)
    .bind(&filter.fund)
    .fetch_one(connection)
    .await?;
    let parts = [("unit", unit, &filter.unit), ("donor", donor, &filter.donor), ("fund", fund, &filter.fund)];
    let unknown = parts.into_iter().find(|(_, known, _)| !known);
    Ok(unknown.map(|(name, _, value)| (name, value.clone().unwrap_or_default())))
}
