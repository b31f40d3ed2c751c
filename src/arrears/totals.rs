//! The sums of arrears, by currency and age.
//!
//! What was true on a day and known at an instant never changes, so sums once worked out are kept: there is nothing to
//! empty. What looks at labels, which are shown as they are now, is kept as of the last change there is.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::list::{Arrears, BUCKET};
use crate::kernel::{AsOf, Currency, KnownAt};
use crate::lists::{Kept, List, Scope};

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
async fn totals(connection: &mut PgConnection, scope: &Scope) -> Result<Vec<Total>, sqlx::Error> {
    let mut select = scope.begin();
    select.sql(" select b.currency, ").sql(BUCKET).sql(
        " as bucket, count(*) as instalments, sum(b.outstanding) as outstanding, r.units_per_usd,
            r.valid_from as rate_valid_from, sum(usd_of(b.outstanding, r.units_per_usd)) as outstanding_usd",
    );
    Arrears::pick(&mut select, scope);
    select.sql(" group by b.currency, r.units_per_usd, r.valid_from, 2");
    select.done().build_query_as().fetch_all(connection).await
}

/// What sums are of: a day, an instant, the filters that look at facts alone, and words sought in labels with the instant
/// of the last change to anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    as_of: AsOf,
    known_at: KnownAt,
    unit: Option<String>,
    donor: Option<String>,
    fund: Option<String>,
    bucket: Option<String>,
    currency: Option<Currency>,
    text: Option<(String, KnownAt)>,
}

/// Sums worked out already, some hundred bytes each.
#[derive(Debug, Default)]
pub struct KnownTotals(Kept<Key, Arc<Vec<Total>>, 512>);

impl KnownTotals {
    /// The sums of a scope, worked out if nobody has asked for them yet. `latest` is when the last change the connection
    /// sees was recorded.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn of(
        &self,
        connection: &mut PgConnection,
        scope: &Scope,
        latest: KnownAt,
    ) -> Result<Arc<Vec<Total>>, sqlx::Error> {
        let filters = &scope.filters;
        let key = Key {
            as_of: scope.as_of,
            known_at: scope.known_at,
            unit: filters.unit.clone(),
            donor: filters.donor.clone(),
            fund: filters.fund.clone(),
            bucket: filters.bucket.clone(),
            currency: filters.currency,
            text: filters.text.clone().map(|text| (text, latest)),
        };
        match self.0.get(&key) {
            Some(known) => Ok(known),
            None => Ok(self.0.put(key, Arc::new(totals(connection, scope).await?))),
        }
    }
}
