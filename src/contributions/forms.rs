//! What is typed of contributions: the columns of their file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_room::EntryRoom;

/// The next free reference of the year, counted on from the highest there is.
pub const NEXT: &str = "select 'R-' || extract(year from $1::date) || '-' || lpad((coalesce(max(substring(ref from '[0-9]+$')::bigint), 0) + 1)::text, 4, '0')
    from contributions where ref ~ ('^R-' || extract(year from $1::date) || '-[0-9]{1,9}$')";

/// The forms of contributions.
pub static FORMS: EntryRoom = EntryRoom {
    room: "contributions",
    columns: Columns {
        kind: Kind::Contributions,
        shown: &[
            half("ref"),
            half("received_on"),
            shown("donor"),
            half("amount"),
            half("currency"),
            half("fund"),
            half("pledge"),
            half("instalment"),
            half("kind"),
            half("paid_by").folded(),
            half("unit").folded(),
            shown("reverses").folded(),
            shown("note"),
        ],
    },
    may: access::Act::KeepMoney,
    new: "contribution-add",
    edit: "contribution-correct",
    reference: Some(NEXT),
    from: None,
};
