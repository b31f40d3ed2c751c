//! Parts of a page that are the same until the next change: drawn once, and written again as they are.
//!
//! Only parts made of figures and labels, which are the same for everybody who may read the page; never what is
//! classified, nor a form.

use std::sync::Arc;

use askama::Template;
use axum::response::Html;
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

impl Of {
    fn new((part, address): (&'static str, String), scope: &Scope, l10n: L10n) -> Option<Self> {
        let Scope { as_of, known_at, today, latest, .. } = *scope;
        Some(Of { part, address, language: l10n.code(), as_of, known_at, latest: latest?, today })
    }
}

/// The part of that name of the page at an address, as of a scope: as another reader had it drawn, if nothing was changed
/// since.
///
/// # Errors
/// As any template.
pub fn till_a_change<T: Template>(
    memory: &Memory,
    part: (&'static str, String),
    scope: &Scope,
    l10n: L10n,
    draw: impl FnOnce() -> T,
) -> askama::Result<Arc<str>> {
    let Some(of) = Of::new(part, scope, l10n) else { return Ok(draw().render()?.into()) };
    let parts = memory.of::<Parts>();
    match parts.0.get(&of) {
        Some(drawn) => Ok(drawn),
        None => Ok(parts.0.put(of, draw().render()?.into())),
    }
}

/// The same part where it was drawn already: what else it needs need not be read then.
pub fn already(memory: &Memory, part: (&'static str, String), scope: &Scope, l10n: L10n) -> Option<Arc<str>> {
    memory.of::<Parts>().0.get(&Of::new(part, scope, l10n)?)
}

/// A page with parts drawn already, as long as these: its text is not copied again and again as it grows.
///
/// # Errors
/// As any template.
pub fn page<'p>(page: &impl Template, parts: impl IntoIterator<Item = &'p Arc<str>>) -> askama::Result<Html<String>> {
    let parts: usize = parts.into_iter().map(|part| part.len()).sum();
    let mut written = String::with_capacity(parts + BESIDE);
    page.render_into(&mut written)?;
    Ok(Html(written))
}

/// About as much as a page has beside such parts, in bytes.
const BESIDE: usize = 64 * 1024;
