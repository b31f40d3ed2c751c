//! What is typed of donors: the columns of their file.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_from::From;
use crate::web::entry_room::EntryRoom;

/// The forms of donors.
pub static FORMS: EntryRoom = EntryRoom {
    room: "donors",
    columns: Columns {
        kind: Kind::Donors,
        shown: &[
            half("code"),
            half("kind"),
            shown("name"),
            half("country"),
            half("parent"),
            shown("aliases"),
            shown("focal_point"),
            shown("member_state").folded(),
        ],
    },
    may: access::Act::KeepDonors,
    new: "donor-add",
    edit: "donor-correct",
    reference: None,
    from: Some(From {
        act: "donor-from",
        columns: Columns {
            kind: Kind::Donors,
            shown: &[half("in_force_from"), half("parent"), half("kind"), half("country"), half("member_state")],
        },
    }),
};
