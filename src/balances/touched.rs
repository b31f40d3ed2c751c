//! Which pledges a change touches: those whose balances have to be worked out anew.

use sqlx::postgres::PgConnection;

use crate::facts::ChangeId;
use crate::kernel::ids::PledgeId;

/// The query for it: `change, pledge_id`. By facts it recorded or voided, by what it took back of a
/// receipt, and by rates of a currency in which a pledge was paid though it is another's.
macro_rules! touched {
    () => {
        "select change, pledge_id from (
            with named as (
                select change_id, voided_change_id, pledge_id from pledge_terms
                union all select change_id, voided_change_id, pledge_id from pledge_events
                union all select change_id, voided_change_id, pledge_id from instalments
                union all select change_id, voided_change_id, pledge_id from condition_events
                union all select change_id, voided_change_id, pledge_id from hand_allocations
                union all
                select change_id, voided_change_id, pledge_id from contribution_facts where pledge_id is not null
                union all
                select r.change_id, r.voided_change_id, o.pledge_id
                from contribution_facts r join contribution_facts o on o.contribution_id = r.reverses_id
                where o.pledge_id is not null
                union all
                select r.change_id, r.voided_change_id, paid.pledge_id
                from (select change_id, voided_change_id, currency, min(valid_from) as valid_from
                      from exchange_rates group by change_id, voided_change_id, currency) r
                join (select f.pledge_id, f.received_on, f.currency, t.currency as owed
                      from contribution_facts f
                      join (select distinct pledge_id, currency from pledge_terms) t on t.pledge_id = f.pledge_id
                      where t.currency <> f.currency) paid
                    on paid.received_on >= r.valid_from and r.currency in (paid.currency, paid.owed)
            )
            select change_id as change, pledge_id from named
            union
            select voided_change_id, pledge_id from named where voided_change_id is not null
         ) by_change"
    };
}
pub(crate) use touched;

/// The pledges a change touches, before it is committed too.
pub async fn touched_by(connection: &mut PgConnection, change: ChangeId) -> Result<Vec<PledgeId>, sqlx::Error> {
    sqlx::query_scalar(concat!("select pledge_id from (", touched!(), ") touched where change = $1 order by pledge_id"))
        .bind(change.0)
        .fetch_all(connection)
        .await
}
