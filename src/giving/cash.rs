//! Cash received, by donor: all of it is read once, and then carried from one change to the next. A receipt moves the cash
//! of one donor; the others' stands as it was.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use crate::db::Select;
use crate::facts::FactTable;
use crate::facts::tables::{
    CONDITION_EVENTS, CONTRIBUTION_FACTS, EXCHANGE_RATES, FUND_FACTS, HAND_ALLOCATIONS, INSTALMENTS, PLEDGE_EVENTS,
    PLEDGE_TERMS,
};
use crate::kernel::{AsOf, KnownAt};
use crate::lists::scope::EARMARKINGS;
use crate::lists::{Kept, Memory, Scope};

/// Cash of a donor in one year, for one fund, with one category of earmarking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The calendar year of the receipts.
    pub year: i32,
    /// The fund.
    pub fund_id: i64,
    /// The category, one of [`EARMARKINGS`].
    pub earmarking: &'static str,
    /// The sum of the receipts' rounded US dollars, reversals and refunds with their sign.
    pub usd: Decimal,
    /// How many receipts have no exchange rate and are in no sum.
    pub without_rate: i64,
}

/// The parts of each donor's own cash.
pub type Cash = HashMap<i64, Arc<[Part]>>;

/// The first and last day of some receipts.
pub type Days = (NaiveDate, NaiveDate);

/// Cash of the days of a day's readings, as it was last known.
#[derive(Default)]
struct KnownCash(Kept<(AsOf, Days), (KnownAt, Arc<Cash>), 4>);

/// Of more donors than these, all are read anew: one pass over everything is less work then.
const FEW: usize = 100;

/// Cash received on some days, as of the day and instant of a scope; the instant is one at which giving moved.
///
/// # Errors
/// Where the database fails.
pub async fn cash(
    memory: &Memory,
    connection: &mut PgConnection,
    scope: &Scope,
    days: Days,
) -> Result<Arc<Cash>, sqlx::Error> {
    let kept = memory.of::<KnownCash>();
    let key = (scope.as_of, days);
    let before = kept.0.get(&key);
    if let Some((known_at, cash)) = &before
        && *known_at == scope.known_at
    {
        return Ok(cash.clone());
    }
    let carried = match before {
        Some((then, cash)) if then < scope.known_at => match moved(&mut *connection, then, scope.known_at).await? {
            Some(donors) => {
                let mut carried = Cash::clone(&cash);
                carried.retain(|donor, _| !donors.contains(donor));
                carried.extend(read(&mut *connection, scope, days, Some(donors)).await?);
                Some(carried)
            }
            None => None,
        },
        // What was known before: whoever looks back leaves what is known now where it is.
        Some(_) => return Ok(Arc::new(read(connection, scope, days, None).await?)),
        None => None,
    };
    let cash = match carried {
        Some(cash) => cash,
        None => read(connection, scope, days, None).await?,
    };
    Ok(kept.0.put(key, (scope.known_at, Arc::new(cash))).1)
}

/// A row of `cash_received`: donor, year, fund, category, sum, receipts without a rate.
type Row = (i64, i32, i64, String, Decimal, i64);

async fn read(
    connection: &mut PgConnection,
    scope: &Scope,
    (from, to): Days,
    donors: Option<Vec<i64>>,
) -> Result<Cash, sqlx::Error> {
    let mut select = Select::new("select donor_id, year, fund_id, earmarking, usd, without_rate from ");
    match donors {
        Some(donors) => select.sql("cash_received_of(").bind(donors).sql(", "),
        None => select.sql("cash_received("),
    };
    select.bind(from).sql(", ").bind(to).sql(", ");
    scope.day_and_known(&mut select).sql(")");
    let mut rows = select.done().build_query_as::<Row>().fetch(connection);
    let mut found: HashMap<i64, Vec<Part>> = HashMap::new();
    while let Some((donor, year, fund_id, earmarking, usd, without_rate)) = rows.try_next().await? {
        let known = EARMARKINGS.into_iter().find(|category| *category == earmarking);
        let earmarking = known.ok_or_else(|| sqlx::Error::Decode(format!("no category: {earmarking}").into()))?;
        found.entry(donor).or_default().push(Part { year, fund_id, earmarking, usd, without_rate });
    }
    Ok(found.into_iter().map(|(donor, parts)| (donor, parts.into())).collect())
}

/// What moves everybody's cash: rates, and what funds are for.
pub static OF_ALL: [&FactTable; 2] = [&EXCHANGE_RATES, &FUND_FACTS];
/// What moves the cash of those who paid for a pledge: what it is earmarked for.
pub static OF_A_PLEDGE: [&FactTable; 5] =
    [&CONDITION_EVENTS, &HAND_ALLOCATIONS, &INSTALMENTS, &PLEDGE_EVENTS, &PLEDGE_TERMS];

/// What moves the cash of the donor it is about.
pub static OF_A_DONOR: [&FactTable; 1] = [&CONTRIBUTION_FACTS];

/// The donors whose cash moved after one instant and by another; nothing where everybody's may have, or that of many.
async fn moved(connection: &mut PgConnection, then: KnownAt, now: KnownAt) -> Result<Option<Vec<i64>>, sqlx::Error> {
    let mut select = Select::new(
        "with since as materialized (
            select coalesce((select c.id from changes c where c.recorded_at <= ",
    );
    select.bind(then.0).sql(
        " order by c.recorded_at desc limit 1), 0) as first, coalesce((select c.id from changes c where c.recorded_at <= ",
    );
    select.bind(now.0).sql(
        " order by c.recorded_at desc limit 1), 0) as last
         ), moved as materialized (select pledge_id from (",
    );
    each(&mut select, "pledge_id", &OF_A_PLEDGE);
    select.sql(") f) select exists (select from (");
    each(&mut select, "id", &OF_ALL);
    select.sql(") f), array(select distinct donor_id from (");
    each(&mut select, "donor_id", &OF_A_DONOR);
    select.sql(
        " union all select c.donor_id from contribution_facts c where c.pledge_id in (select pledge_id from moved)
         ) f limit ",
    );
    select.bind(i64::try_from(FEW + 1).unwrap_or(i64::MAX)).sql(")");
    let (all, donors): (bool, Vec<i64>) = select.done().build_query_as().fetch_one(connection).await?;
    Ok((!all && donors.len() <= FEW).then_some(donors))
}

/// A column of what was recorded or taken back after the `first` and up to the `last` change in `since`, table by table.
fn each(select: &mut Select, column: &'static str, tables: &[&'static FactTable]) {
    let mut joined = "";
    for table in tables {
        for change in ["change_id", "voided_change_id"] {
            select.sql(joined).sql("select f.").sql(column).sql(" from since join ").sql(table.name).sql(" f on f.");
            select.sql(change).sql(" > since.first and f.").sql(change).sql(" <= since.last");
            joined = " union all ";
        }
    }
}
