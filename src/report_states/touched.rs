//! Which reports a change touches: those that have to be worked out anew.

use sqlx::postgres::PgConnection;

use crate::facts::ChangeId;
use crate::kernel::ids::ReportId;

/// The query for it: `change, report_id`. By facts of its own that were recorded or voided, and by terms, signature and
/// cancellation of a pledge it is or was owed under.
macro_rules! touched {
    () => {
        "select change, report_id from (
            with named as (
                select change_id, voided_change_id, report_id from report_terms
                union all select change_id, voided_change_id, report_id from report_due_dates
                union all
                select change_id, voided_change_id, report_id from report_events
                where event in ('sent', 'returned', 'waived')
                union all select change_id, voided_change_id, report_id from report_confirmations
                union all
                select p.change_id, p.voided_change_id, t.report_id
                from (select change_id, voided_change_id, pledge_id from pledge_terms
                      union all
                      select change_id, voided_change_id, pledge_id from pledge_events
                      where event in ('signed', 'cancelled')) p
                join (select distinct report_id, pledge_id from report_terms) t on t.pledge_id = p.pledge_id
            )
            select change_id as change, report_id from named
            union
            select voided_change_id, report_id from named where voided_change_id is not null
         ) by_change"
    };
}
pub(crate) use touched;

/// The reports a change touches, before it is committed too.
///
/// # Errors
/// Where the database fails.
pub async fn touched_by(connection: &mut PgConnection, change: ChangeId) -> Result<Vec<ReportId>, sqlx::Error> {
    sqlx::query_scalar(concat!("select report_id from (", touched!(), ") touched where change = $1 order by report_id"))
        .bind(change.0)
        .fetch_all(connection)
        .await
}
