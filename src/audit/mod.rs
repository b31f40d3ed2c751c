//! The audit page: who changed what, when and why; every fact and label a change touched, before and after; who signed
//! in, and who tried to.
//!
//! Only reads. Three lists that stand side by side; each change opens its own page (`changes`).

mod changes;
mod facts;
mod sign_ins;

pub use changes::Changes;
pub use facts::Facts;
pub use sign_ins::SignIns;

use crate::db::Select;
use crate::lists::Scope;

/// Keeps the changes `c` the filters ask for.
fn keep_changes(select: &mut Select, scope: &Scope) {
    let filters = &scope.filters;
    select.sql(" c.recorded_at <= ").bind(scope.known_at.0);
    if let Some(who) = &filters.who {
        select.sql(" and c.account_id = (select w.id from accounts w where w.email = ").bind(who.clone()).sql(")");
    }
    if let Some(act) = &filters.act {
        select.sql(" and c.act = ").bind(act.clone());
    }
    if let Some(room) = &filters.room {
        select.sql(" and c.details ->> 'room' = ").bind(room.clone());
    }
    if let Some(code) = &filters.code {
        select.sql(" and c.details ->> 'code' = ").bind(code.clone());
    }
    scope.keep_between(select, "c.recorded_at");
    scope.keep_letters(select, &["c.reason", "(c.details ->> 'code')"]);
}
