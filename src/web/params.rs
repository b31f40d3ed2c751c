//! Parameters of addresses: those of lists, and what several rooms read: as of, known at.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use chrono::NaiveDate;

use super::address;
use super::errors::{PageError, Refused};
use super::format::read_day;
use super::reader;
use crate::kernel::calendar::parse_instant;
use crate::kernel::{AsOf, KnownAt};

/// Text somebody typed to be found, with single spaces, or what of the address is wrong.
///
/// # Errors
/// Where no text can be like that.
pub fn typed(name: &'static str, text: &str) -> Result<String, PageError> {
    let text = text.trim();
    if text.contains('\0') || text.chars().count() > 200 {
        return Err(Refused::BadParameter(name, text.replace('\0', "").chars().take(50).collect()).into());
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

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

/// The parameters of lists, in the order addresses have them.
pub(super) const NAMES: [&str; 37] = [
    "as_of",
    "known_at",
    "year",
    "unit",
    "donor",
    "donor_kind",
    "region",
    "country",
    "focal_point",
    "fund",
    "fund_kind",
    "earmarking",
    "pledge",
    "project",
    "bucket",
    "currency",
    "role",
    "who",
    "act",
    "room",
    "code",
    "kind",
    "state",
    "counted",
    "cause",
    "responsible",
    "level",
    "classification",
    "document_kind",
    "tongue",
    "in_force_on",
    "since",
    "until",
    "change_since",
    "q",
    "sort",
    "after",
];
/// The parameters of an address, as they were given; empty ones are not there.
#[derive(Debug, Clone, Default)]
pub struct Params(pub(super) Vec<(&'static str, String)>);

impl Params {
    pub(super) fn of(pairs: Result<Query<Vec<(String, String)>>, QueryRejection>) -> Result<Self, PageError> {
        let Query(pairs) = pairs.map_err(|_| Refused::BadParameter("?", String::new()))?;
        let mut params = Params::default();
        for name in NAMES {
            let value = pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim());
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                if value.contains('\0') || value.chars().count() > 2000 {
                    return Err(Refused::BadParameter(name, value.replace('\0', "").chars().take(50).collect()).into());
                }
                params.0.push((name, value.to_owned()));
            }
        }
        Ok(params)
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// The same without some parameters; leafing always begins anew.
    pub fn without(&self, names: &[&str]) -> Params {
        Params(self.0.iter().filter(|(name, _)| *name != "after" && !names.contains(name)).cloned().collect())
    }

    /// The same with a parameter set.
    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Params {
        let mut changed = self.without(&[name]);
        changed.0.push((name, value.into()));
        changed
    }

    /// The address with these parameters.
    pub fn address(&self, path: &str) -> String {
        let mut written = String::with_capacity(path.len() + 24 * self.0.len());
        written.push_str(path);
        let (mut before, mut left) = ('?', self.0.len());
        for name in NAMES {
            if left == 0 {
                break;
            }
            if let Some(value) = self.get(name) {
                written.push(before);
                written.extend([name, "="].into_iter().chain(address::escaped(value)));
                (before, left) = ('&', left - 1);
            }
        }
        written
    }
}
