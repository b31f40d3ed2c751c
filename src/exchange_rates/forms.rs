//! What is typed of rates: the columns of their file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_room::EntryRoom;

/// The forms of rates.
pub static FORMS: EntryRoom = EntryRoom {
    room: "rates",
    columns: Columns { kind: Kind::Rates, shown: &[half("currency"), half("valid_from"), shown("units_per_usd")] },
    may: access::Act::KeepMoney,
    new: "rate-add",
    edit: "rate-correct",
    reference: None,
    from: None,
};
