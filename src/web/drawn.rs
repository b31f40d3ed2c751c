//! Parts of a page that are the same until the next change: drawn once, and written again as they are.
//!
//! Only parts made of figures and labels, which are the same for everybody who may read the page; never what is
//! classified, nor a form.

use std::sync::Arc;

use askama::Template;
use chrono::NaiveDate;

use crate::kernel::{AsOf, KnownAt};
use crate::l10n::L10n;
use crate::lists::{Kept, Memory, Scope};

/// What was drawn, and from what.
#[derive(PartialEq, Eq, Hash)]
struct Of {
    part: &'static str,
    /// Where it stands, with all that was asked for.
    address: String,
    language: &'static str,
    as_of: AsOf,
    known_at: KnownAt,
    /// The last change there was.
    latest: KnownAt,
    today: NaiveDate,
}

/// Parts drawn already: of donors there are many of some kilobytes, of rooms a few of a hundred.
#[derive(Default)]
struct Parts(Kept<Of, Arc<str>, 128>);

/// The part of that name of the page at an address, as of a scope: as another reader had it drawn, if nothing was changed
/// since.
///
/// # Errors
/// As any template.
pub fn till_a_change<T: Template>(
    memory: &Memory,
    (part, address): (&'static str, String),
    scope: &Scope,
    l10n: L10n,
    draw: impl FnOnce() -> T,
) -> askama::Result<Arc<str>> {
    let Some(latest) = scope.latest else { return Ok(draw().render()?.into()) };
    let parts = memory.of::<Parts>();
    let Scope { as_of, known_at, today, .. } = *scope;
    let of = Of { part, address, language: l10n.code(), as_of, known_at, latest, today };
    match parts.0.get(&of) {
        Some(drawn) => Ok(drawn),
        None => Ok(parts.0.put(of, draw().render()?.into())),
    }
}
