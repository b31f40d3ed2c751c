//! What donors decide in the twelve months to come, month by month.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, Months, NaiveDate};
use serde::Deserialize;

use super::model::Entry;
use super::recurrence::occurrences;
use super::store;
use crate::kernel::AsOf;
use crate::kernel::country::region_keys;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn, Scope};
use crate::web::frame::{Frame, filters};
use crate::web::params::given;
use crate::web::{AppState, PageError, Refused, SignedIn, format};

/// How far the calendar looks.
const MONTHS: u32 = 12;
/// The most decisions it shows: more than that nobody reads.
const MOST: usize = 400;

/// Of which donors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    donor: Option<String>,
    region: Option<String>,
}

/// A month with what is decided in it.
struct Month {
    name: String,
    rows: Vec<Vec<Drawn>>,
}

#[derive(Template)]
#[template(path = "intelligence/calendar.html")]
struct CalendarPage {
    frame: Frame,
    sentence: String,
    /// Code and name of the donor asked for.
    donor: Option<(String, String)>,
    region: String,
    regions: Vec<(String, String)>,
    heads: Vec<(String, &'static str)>,
    months: Vec<Month>,
    /// How many are left out.
    beyond: Option<String>,
}

impl CalendarPage {
    fn class(&self, at: &usize) -> &'static str {
        self.heads.get(*at).map_or("", |(_, class)| class)
    }
}

fn row(day: NaiveDate, entry: &Entry, today: NaiveDate, l10n: L10n) -> Vec<Drawn> {
    let recurs = entry.recurs.map(|recurs| l10n.word("recurs", recurs.as_str())).unwrap_or_default();
    let stale = entry.is_stale(today);
    let said = [Some(entry.donor_name.clone()), Some(recurs.clone()), stale.then(|| l10n.t("intelligence-stale"))];
    vec![
        Drawn::of(&Cell::Day(day), l10n),
        Drawn::text(entry.called(l10n))
            .link("intelligence", &entry.key.to_string())
            .tag(entry.classification.tag())
            .phone(said.into_iter().flatten().collect::<Vec<_>>().join(" · ")),
        Drawn::text(&entry.donor_name).link("donors", &entry.donor_code),
        Drawn::text(recurs),
        Drawn::of(&Cell::Day(entry.as_of_on), l10n).tag(stale.then_some(("warn", "intelligence-stale"))),
    ]
}

/// The months that have decisions in them, the next first.
fn months(dated: Vec<(NaiveDate, Entry)>, today: NaiveDate, l10n: L10n) -> Vec<Month> {
    let mut months: BTreeMap<(i32, u32), Month> = BTreeMap::new();
    for (day, entry) in dated {
        let month = months
            .entry((day.year(), day.month()))
            .or_insert_with(|| Month { name: format::month(day, l10n), rows: Vec::new() });
        month.rows.push(row(day, &entry, today, l10n));
    }
    months.into_values().collect()
}

/// `GET /intelligence/calendar?donor=SWE&region=northern-europe`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "intelligence");
    let (l10n, today) = (frame.l10n, frame.today);
    let mut scope = Scope { today, ..Scope::new(AsOf(today), latest) };
    let refuse = |name, text: &str| Refused::BadParameter(name, text.chars().take(50).collect());
    let donor = match given(asked.donor.as_deref()) {
        Some(named) if named.contains('\0') => return Err(refuse("donor", "").into()),
        Some(named) => {
            let (_, code, name) = store::donor(&mut tx, named).await?.ok_or_else(|| refuse("donor", named))?;
            Some((code, name))
        }
        None => None,
    };
    scope.filters.donor = donor.as_ref().map(|(code, _)| code.clone());
    if let Some(region) = given(asked.region.as_deref()) {
        let known = region_keys().find(|key| *key == region).ok_or_else(|| refuse("region", region))?;
        scope.filters.region = Some(known.to_owned());
    }
    let through = today.checked_add_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MAX);
    let decisions = store::decisions(&mut tx, &scope, through).await?;
    tx.end();
    let mut dated: Vec<(NaiveDate, Entry)> = decisions
        .into_iter()
        .flat_map(|entry| {
            let times = entry.decides_on.zip(entry.recurs);
            let days = times.into_iter().flat_map(|(first, recurs)| occurrences(first, recurs, today, through));
            days.map(|day| (day, entry.clone())).collect::<Vec<_>>()
        })
        .collect();
    dated.sort_by(|(day, one), (other, two)| (day, &one.donor_name, one.key).cmp(&(other, &two.donor_name, two.key)));
    let beyond = dated.len().saturating_sub(MOST);
    let args = [("count", dated.len().into()), ("day", format::day(through, l10n).into())];
    dated.truncate(MOST);
    let head = |key: &str, class: &'static str| (l10n.t(key), class);
    let page = CalendarPage {
        sentence: l10n.with("decisions-sentence", &args),
        donor,
        region: scope.filters.region.clone().unwrap_or_default(),
        regions: region_keys().map(|key| (key.to_owned(), l10n.word("region", key))).collect(),
        heads: vec![
            head("decisions-day", "nowrap"),
            head("decisions-what", ""),
            head("col-donor", "w"),
            head("known-recurs", "w"),
            head("known-as_of_on", "nowrap w"),
        ],
        months: months(dated, today, l10n),
        beyond: (beyond > 0).then(|| l10n.with("decisions-beyond", &[("count", beyond.into())])),
        frame,
    };
    Ok(Html(page.render()?).into_response())
}
