//! The last instants at which figures moved: what was known at one of them is known till the next, whatever else is
//! recorded meanwhile.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::memory::{Kept, Memory};
use crate::db::Select;
use crate::facts::FactTable;
use crate::kernel::KnownAt;

/// What some figures rest on.
pub trait RestsOn: Send + Sync + 'static {
    /// Facts of these tables, and nothing else.
    fn tables() -> &'static [&'static FactTable];
}

/// The last instants at which they moved, by the instants asked for.
struct KnownSettled<G>(Kept<KnownAt, KnownAt, 64>, PhantomData<G>);

impl<G> Default for KnownSettled<G> {
    fn default() -> Self {
        KnownSettled(Kept::default(), PhantomData)
    }
}

/// The last instant by then at which anything moved that such figures rest on.
///
/// # Errors
/// Where the database fails.
pub async fn settled<G: RestsOn>(
    memory: &Memory,
    connection: &mut PgConnection,
    known_at: KnownAt,
) -> Result<KnownAt, sqlx::Error> {
    let kept = memory.of::<KnownSettled<G>>();
    if let Some(settled) = kept.0.get(&known_at) {
        return Ok(settled);
    }
    let mut select = Select::new(
        "with last as materialized (
            select coalesce((select c.id from changes c where c.recorded_at <= ",
    );
    select.bind(known_at.0).sql(
        " order by c.recorded_at desc limit 1), 0) as id
         )
         select c.recorded_at from changes c where c.id = (select greatest(0",
    );
    for table in G::tables() {
        for column in ["change_id", "voided_change_id"] {
            select.sql(", (select max(").sql(column).sql(") from ").sql(table.name);
            select.sql(" where ").sql(column).sql(" <= last.id)");
        }
    }
    select.sql(") from last)");
    let found: Option<DateTime<Utc>> = select.done().build_query_scalar().fetch_optional(connection).await?;
    Ok(kept.0.put(known_at, found.map_or(known_at, KnownAt)))
}
