//! What is typed of reports: the columns of their file. What became of them has forms of its own.

use crate::access;
use crate::imports::Kind;
use crate::web::entry::{Columns, half, shown};
use crate::web::entry_room::EntryRoom;

/// The next free reference of the year, counted on from the highest there is.
const NEXT: &str = "select 'DR-' || extract(year from $1::date) || '-' || lpad((coalesce(max(substring(ref from '[0-9]+$')::bigint), 0) + 1)::text, 3, '0')
    from donor_reports where ref ~ ('^DR-' || extract(year from $1::date) || '-[0-9]{1,9}$')";

/// The forms of reports.
pub static FORMS: EntryRoom = EntryRoom {
    room: "donor-reports",
    columns: Columns {
        kind: Kind::DonorReports,
        shown: &[
            half("ref"),
            half("due_on"),
            shown("pledge"),
            half("kind"),
            half("final"),
            half("period_from"),
            half("period_to"),
            half("unit"),
            half("responsible"),
            shown("title"),
        ],
    },
    may: access::Act::KeepReports,
    new: "report-add",
    edit: "report-correct",
    reference: Some(NEXT),
    from: None,
};
