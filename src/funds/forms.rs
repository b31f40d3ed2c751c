//! What is typed of funds: the columns of their file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, shown};
use crate::web::entry_from::From;
use crate::web::entry_room::EntryRoom;

/// The forms of funds.
pub static FORMS: EntryRoom = EntryRoom {
    room: "funds",
    columns: Columns { kind: Kind::Funds, shown: &[shown("code"), shown("name"), shown("earmarking")] },
    may: access::Act::KeepStructure,
    new: "fund-add",
    edit: "fund-correct",
    reference: None,
    from: Some(From {
        act: "fund-from",
        columns: Columns { kind: Kind::Funds, shown: &[shown("in_force_from"), shown("earmarking")] },
    }),
};
