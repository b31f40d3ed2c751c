//! What is typed of projects: the columns of their file, and of that of their expenditure.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_room::EntryRoom;

/// The fields of a new project, and of its first dates and budget corrected.
pub const FIRST: Columns = Columns {
    kind: Kind::Projects,
    shown: &[
        half("code"),
        half("unit"),
        shown("title"),
        half("starts_on"),
        half("ends_on"),
        half("budget_usd"),
        half("countries"),
        shown("status"),
    ],
};

/// The fields of what is agreed on anew, in force from its day.
pub const ANEW: Columns = Columns {
    kind: Kind::Projects,
    shown: &[
        half("code"),
        shown("agreed_on"),
        half("starts_on"),
        half("ends_on"),
        half("budget_usd"),
        half("countries"),
        shown("unit"),
    ],
};

/// The columns every form of projects shows, for the test that each has a label.
pub const COLUMNS: [Columns; 2] = [FIRST, ANEW];

/// The forms of expenditure: a month of a project.
pub static EXPENDITURE_FORMS: EntryRoom = EntryRoom {
    room: "expenditures",
    columns: Columns { kind: Kind::Expenditures, shown: &[shown("project"), half("month"), half("amount_usd")] },
    may: access::Act::KeepMoney,
    new: "expenditure-add",
    edit: "expenditure-correct",
    reference: None,
    from: None,
};
