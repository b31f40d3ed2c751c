//! The address of a search, understood.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{ON_PAGE, PAGES};
use crate::finding::Kind;
use crate::web::format::read_day;
use crate::web::params::{given, typed};
use crate::web::{PageError, Refused, address, reader};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    kind: String,
    donor: String,
    since: String,
    until: String,
    page: String,
}

/// What it asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What was typed.
    pub typed: String,
    /// That kind of thing alone.
    pub kind: Option<Kind>,
    /// What has to do with that donor: its code, or a name before it is resolved.
    pub donor: Option<String>,
    /// From that day on.
    pub since: Option<NaiveDate>,
    /// Up to that day.
    pub until: Option<NaiveDate>,
    /// The page, the first is 1.
    pub page: i32,
}

fn bad(name: &'static str, value: &str) -> PageError {
    Refused::BadParameter(name, value.replace('\0', "").chars().take(50).collect()).into()
}

fn day(name: &'static str, text: &str) -> Result<Option<NaiveDate>, PageError> {
    let read = |text| read_day(text, reader::l10n()).ok_or_else(|| bad(name, text));
    given(Some(text)).map(read).transpose()
}

/// Understands an address, or names the part that cannot be read.
///
/// # Errors
/// Names the part.
pub fn understand(asked: Result<Query<Asked>, QueryRejection>) -> Result<Wanted, PageError> {
    let Query(asked) = asked.map_err(|_| bad("?", ""))?;
    let kind = |word: &str| word.parse::<Kind>().ok().filter(|kind| kind.is_a_thing()).ok_or_else(|| bad("kind", word));
    let page =
        |text: &str| text.parse().ok().filter(|page| (1..=PAGES).contains(page)).ok_or_else(|| bad("page", text));
    Ok(Wanted {
        typed: typed("q", &asked.q)?,
        kind: given(Some(&asked.kind)).map(kind).transpose()?,
        donor: given(Some(&typed("donor", &asked.donor)?)).map(str::to_owned),
        since: day("since", &asked.since)?,
        until: day("until", &asked.until)?,
        page: given(Some(&asked.page)).map_or(Ok(1), page)?,
    })
}

impl Wanted {
    /// Whether only some of what is found is asked for, by what a name alone does not say.
    pub fn is_narrowed(&self) -> bool {
        self.donor.is_some() || self.since.is_some() || self.until.is_some()
    }

    /// How many things are on the pages before.
    pub fn passed_over(&self) -> i32 {
        (self.page - 1) * ON_PAGE
    }

    /// The parameters of the filters, in their order.
    pub fn filters(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let all = [("donor", self.donor.clone()), ("since", day(self.since)), ("until", day(self.until))];
        all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }

    /// The address that asks for it.
    pub fn address(&self) -> String {
        let mut said = vec![("q", self.typed.clone())];
        said.extend(self.kind.map(|kind| ("kind", kind.as_str().to_owned())));
        said.extend(self.filters());
        if self.page > 1 {
            said.push(("page", self.page.to_string()));
        }
        let pairs: Vec<String> =
            said.iter().map(|(name, value)| format!("{name}={}", address::escape(value))).collect();
        format!("/search?{}", pairs.join("&"))
    }

    /// The same, otherwise; from its first page on.
    pub fn but(&self, change: impl FnOnce(&mut Wanted)) -> Wanted {
        let mut changed = Wanted { page: 1, ..self.clone() };
        change(&mut changed);
        changed
    }
}
