//! Parameters of addresses that several rooms read: as of, known at.

use chrono::NaiveDate;

use super::errors::{PageError, Refused};
use super::format::read_day;
use super::reader;
use crate::kernel::calendar::parse_instant;
use crate::kernel::{AsOf, KnownAt};

/// The text of a parameter; empty is not given.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The day a page is as of: today where not given, never after it.
pub fn as_of(text: Option<&str>, today: NaiveDate) -> Result<AsOf, PageError> {
    let Some(text) = given(text) else { return Ok(AsOf(today)) };
    let day = read_day(text, reader::l10n()).ok_or_else(|| Refused::BadParameter("as_of", text.to_owned()))?;
    if day > today { Err(Refused::AfterToday(text.to_owned()).into()) } else { Ok(AsOf(day)) }
}

/// The instant a page knows up to: the latest recorded one it can see where not given.
pub fn known_at(text: Option<&str>, latest: KnownAt) -> Result<KnownAt, PageError> {
    let Some(text) = given(text) else { return Ok(latest) };
    let at = parse_instant(text).ok_or_else(|| Refused::BadParameter("known_at", text.to_owned()))?;
    // An instant beyond what is recorded means the latest: the reading must not grow when somebody records more.
    Ok(KnownAt(at).min(latest))
}
