//! What is typed of units: the columns of their file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_from::From;
use crate::web::entry_room::EntryRoom;

/// The forms of units.
pub static FORMS: EntryRoom = EntryRoom {
    room: "units",
    columns: Columns { kind: Kind::Units, shown: &[shown("code"), shown("name"), half("kind"), half("parent")] },
    may: access::Act::KeepStructure,
    new: "unit-add",
    edit: "unit-correct",
    reference: None,
    from: Some(From {
        act: "unit-from",
        columns: Columns { kind: Kind::Units, shown: &[half("in_force_from"), half("parent")] },
    }),
};
