//! What is typed of a budget: the columns of its file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_room::EntryRoom;

/// The forms of budgets.
pub static FORMS: EntryRoom = EntryRoom {
    room: "budget",
    columns: Columns {
        kind: Kind::Budgets,
        shown: &[half("year"), half("fund"), shown("approved_usd"), shown("agreed_on")],
    },
    may: access::Act::KeepBudgets,
    new: "budget-add",
    edit: "budget-correct",
    reference: None,
    from: None,
};
