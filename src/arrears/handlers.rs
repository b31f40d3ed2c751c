//! The addresses of arrears.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::pages::ArrearsPage;
use super::store::{self, After, Filter, Page};
use crate::export::arrears_csv;
use crate::kernel::{AsOf, KnownAt};
use crate::web::frame::Frame;
use crate::web::params::{self, given};
use crate::web::{AppState, PageError, Refused, SignedIn};

/// What is escaped in a query: everything but what addresses may hold as it is.
const IN_A_QUERY: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b':');

/// Rows of a page.
const PAGE: i64 = 50;
/// The age classes, as addresses say them.
pub const BUCKETS: [&str; 5] = ["1-30", "31-90", "91-180", "181-365", "365+"];

/// The address, as it was given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    /// As of a day.
    pub as_of: Option<String>,
    /// Known at an instant.
    pub known_at: Option<String>,
    /// A unit and those below it.
    pub unit: Option<String>,
    /// A donor and its children.
    pub donor: Option<String>,
    /// A fund.
    pub fund: Option<String>,
    /// An age class.
    pub bucket: Option<String>,
    /// A currency.
    pub currency: Option<String>,
    /// Letters to look for.
    pub q: Option<String>,
    /// The place the page begins after.
    pub after: Option<String>,
}

/// Where a page of the list begins, and what was known when the reader began to leaf.
#[derive(Serialize, Deserialize)]
struct Mark {
    known_at: String,
    after: After,
}

/// What an address asks for, understood.
pub struct Asked {
    /// As of.
    pub as_of: AsOf,
    /// Known at.
    pub known_at: KnownAt,
    /// Whether the address names that instant.
    pub known_then: bool,
    /// The filter.
    pub filter: Filter,
    after: Option<After>,
}

impl Params {
    fn understood(&self, state: &AppState, latest: KnownAt) -> Result<Asked, PageError> {
        let bad = |name: &'static str, value: &str| PageError(Refused::BadParameter(name, value.to_owned()));
        let as_of = params::as_of(self.as_of.as_deref(), state.0.clock.today())?;
        let mark = match given(self.after.as_deref()) {
            Some(text) => Some(read_mark(text).ok_or_else(|| bad("after", text))?),
            None => None,
        };
        let named = given(self.known_at.as_deref()).or(mark.as_ref().map(|mark| mark.known_at.as_str()));
        let known_at = params::known_at(named, latest)?;
        let bucket = given(self.bucket.as_deref());
        // In an address a plus sign arrives as a space.
        let bucket = bucket.map(|bucket| if bucket == "365" { "365+" } else { bucket });
        if let Some(bucket) = bucket.filter(|bucket| !BUCKETS.contains(bucket)) {
            return Err(bad("bucket", bucket));
        }
        let currency = match given(self.currency.as_deref()) {
            Some(code) => Some(code.parse().map_err(|_| bad("currency", code))?),
            None => None,
        };
        let text = |value: &Option<String>| given(value.as_deref()).map(str::to_owned);
        for (name, value) in [("unit", &self.unit), ("donor", &self.donor), ("fund", &self.fund), ("q", &self.q)] {
            if let Some(value) = value.as_deref().filter(|value| value.contains('\0') || value.chars().count() > 200) {
                return Err(bad(name, &value.replace('\0', "")));
            }
        }
        let filter = Filter {
            unit: text(&self.unit),
            donor: text(&self.donor),
            fund: text(&self.fund),
            bucket: bucket.map(str::to_owned),
            currency,
            text: text(&self.q),
        };
        let known_then = given(self.known_at.as_deref()).is_some();
        Ok(Asked { as_of, known_at, known_then, filter, after: mark.map(|mark| mark.after) })
    }

    /// The same address with some parts changed: empty parts are left out.
    pub fn address(&self, path: &str, change: impl FnOnce(&mut Params)) -> String {
        let mut changed = self.clone();
        changed.after = None;
        change(&mut changed);
        let parts = [
            ("as_of", &changed.as_of),
            ("known_at", &changed.known_at),
            ("unit", &changed.unit),
            ("donor", &changed.donor),
            ("fund", &changed.fund),
            ("bucket", &changed.bucket),
            ("currency", &changed.currency),
            ("q", &changed.q),
            ("after", &changed.after),
        ];
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, IN_A_QUERY).to_string();
        let query: Vec<String> = parts
            .iter()
            .filter_map(|(name, value)| given(value.as_deref()).map(|value| format!("{name}={}", encode(value))))
            .collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

fn read_mark(text: &str) -> Option<Mark> {
    use base64::Engine;
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&json).ok()
}

fn write_mark(mark: &Mark) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(serde_json::to_vec(mark).unwrap_or_default())
}

/// `GET /`: what there is to look at today.
pub async fn home(_: SignedIn) -> Redirect {
    Redirect::to("/arrears")
}

/// `GET /arrears`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    query: Result<Query<Params>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let Query(params) = query.map_err(|_| Refused::BadParameter("?", String::new()))?;
    let asked = params.understood(&state, latest)?;
    // A day as people write it becomes the address that can be saved and sent.
    let canonical = asked.as_of.to_string();
    if given(params.as_of.as_deref()).is_some_and(|text| text != canonical) {
        return Ok(Redirect::to(&params.address("/arrears", |changed| changed.as_of = Some(canonical))).into_response());
    }
    let units = store::units(&mut tx, asked.as_of, asked.known_at).await?;
    let funds = store::funds(&mut tx).await?;
    let unknown = |name, value: &Option<String>| Refused::BadParameter(name, value.clone().unwrap_or_default());
    if asked.filter.unit.as_ref().is_some_and(|code| units.iter().all(|unit| unit.code != *code)) {
        return Err(unknown("unit", &asked.filter.unit).into());
    }
    if asked.filter.fund.as_ref().is_some_and(|code| funds.iter().all(|fund| fund.code != *code)) {
        return Err(unknown("fund", &asked.filter.fund).into());
    }
    let donor = match &asked.filter.donor {
        Some(code) => Some(store::donor(&mut tx, code).await?.ok_or_else(|| unknown("donor", &asked.filter.donor))?),
        None => None,
    };
    let totals = store::totals(&mut tx, asked.as_of, asked.known_at, &asked.filter).await?;
    let stretch = Page { after: asked.after.clone(), most: PAGE + 1 };
    let mut rows =
        store::overdue_instalments(&mut tx, asked.as_of, asked.known_at, &asked.filter, Some(&stretch)).await?;
    tx.commit().await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|last| {
        let after = After {
            falls_due_on: last.falls_due_on,
            donor_code: last.donor_code.clone(),
            pledge_ref: last.pledge_ref.clone(),
            number: last.number,
        };
        let mark = write_mark(&Mark { known_at: asked.known_at.to_string(), after });
        params.address("/arrears", |changed| changed.after = Some(mark))
    });
    let frame = Frame::new(&state, viewer, "/arrears");
    let page = ArrearsPage::new(frame, params, asked, totals, rows, next, units, funds, donor);
    Ok(Html(page.render()?).into_response())
}

/// `GET /arrears.csv`: the rows and order of the page at the same address, all of them.
pub async fn csv(
    State(state): State<AppState>,
    signed_in: SignedIn,
    query: Result<Query<Params>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, latest, .. } = signed_in;
    let Query(params) = query.map_err(|_| Refused::BadParameter("?", String::new()))?;
    let asked = params.understood(&state, latest)?;
    if let Some((name, value)) = store::unknown_in(&mut tx, &asked.filter).await? {
        return Err(Refused::BadParameter(name, value).into());
    }
    let rows = store::overdue_instalments(&mut tx, asked.as_of, asked.known_at, &asked.filter, None).await?;
    tx.commit().await?;
    let mut body = Vec::new();
    arrears_csv(&rows, asked.as_of, &mut body).map_err(|_| Refused::Fault)?;
    let name = format!("attachment; filename=\"arrears-{}.csv\"", asked.as_of);
    let name = HeaderValue::from_str(&name).map_err(|_| Refused::Fault)?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}
