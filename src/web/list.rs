//! A list over HTTP: the page, and the files at the same address with the same rows.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::beside::{self, Tab};
pub use super::choices::Named;
use super::choices::{Choices, Offered};
use super::detail::act_in_words;
use super::errors::{PageError, Refused};
use super::format;
use super::frame::{Action, Frame, filters};
use super::list_files;
pub use super::params::Params;
use super::params::{self, NAMES, given};
use super::session::{SignedIn, Viewer};
use super::state::AppState;
use super::{address, frozen};
use crate::access::{Act, Role, may};
use crate::classified::Classification;
use crate::kernel::calendar::{EARLIEST_YEAR, LATEST_YEAR, parse_day};
use crate::kernel::country::{country, region_keys};
use crate::lists::query::{self, COUNTED, Leaf, Sort, Stretch};
pub use crate::lists::scope::{
    BUCKETS, DONOR_KINDS, EARMARKINGS, FUND_KINDS, LEVELS, NO_REGION, NOBODY, REPORT_COUNTS,
};
use crate::lists::{Drawn, Filters, List, Scope};
use crate::report_states::{CAUSES, NO_CAUSE};
use crate::{documents, rooms};

/// Where a page of a list begins, and what was known when the reader began to leaf.
#[derive(Serialize, Deserialize)]
pub struct Mark {
    /// What was known: an instant.
    pub known_at: String,
    /// The place in the order.
    pub place: Vec<String>,
}

impl Mark {
    /// The mark an address holds; none where it is no mark.
    pub fn read(text: &str) -> Option<Mark> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    /// As an address holds it.
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// What an address asks of a list, understood.
pub struct Asked {
    /// When, known when, of what.
    pub scope: Scope,
    /// In which order.
    pub sort: &'static Sort,
    /// Turned round.
    pub reversed: bool,
    /// Whether the address names the instant.
    pub known_then: bool,
    after: Option<Vec<String>>,
}

pub(super) fn bad(name: &'static str, value: &str) -> PageError {
    Refused::BadParameter(name, value.to_owned()).into()
}

/// Understands an address, or names the part that cannot be read.
///
/// # Errors
/// Names the part.
pub fn understand<L: List>(
    params: &Params,
    today: NaiveDate,
    latest: crate::kernel::KnownAt,
    zone: chrono_tz::Tz,
) -> Result<Asked, PageError> {
    let as_of = params::as_of(params.get("as_of"), today)?;
    let (sort, reversed) = query::sort_named::<L>(params.get("sort"))
        .ok_or_else(|| bad("sort", params.get("sort").unwrap_or_default()))?;
    let mark = match params.get("after") {
        Some(text) => {
            let mark = Mark::read(text).filter(|mark| query::place_fits(sort, &mark.place));
            Some(mark.ok_or_else(|| bad("after", text))?)
        }
        None => None,
    };
    let named = params.get("known_at").or(mark.as_ref().map(|mark| mark.known_at.as_str()));
    let known_at = params::known_at(named, latest)?;
    let takes = |name: &str| L::FILTERS.contains(&name);
    let text = |name: &str| params.get(name).filter(|_| takes(name)).map(str::to_owned);
    let mut filters = Filters {
        unit: text("unit"),
        donor: text("donor"),
        fund: text("fund"),
        focal_point: text("focal_point"),
        pledge: text("pledge"),
        project: text("project"),
        who: text("who"),
        responsible: text("responsible"),
        act: text("act"),
        room: text("room"),
        code: text("code"),
        text: given(params.get("q")).map(str::to_owned),
        ..Filters::default()
    };
    if let Some(bucket) = text("bucket") {
        // In an address a plus sign arrives as a space, and is trimmed.
        let bucket = if bucket == "365" { "365+".to_owned() } else { bucket };
        if !BUCKETS.contains(&bucket.as_str()) {
            return Err(bad("bucket", &bucket));
        }
        filters.bucket = Some(bucket);
    }
    if let Some(code) = text("currency") {
        filters.currency = Some(code.parse().map_err(|_| bad("currency", &code))?);
    }
    if let Some(code) = text("country") {
        let known = country(&code.to_ascii_uppercase()).ok_or_else(|| bad("country", &code))?;
        filters.country = Some(known.alpha3.to_owned());
    }
    if let Some(state) = text("state") {
        if !L::STATES.contains(&state.as_str()) {
            return Err(bad("state", &state));
        }
        filters.state = Some(state);
    }
    if let Some(role) = text("role") {
        filters.role = Some(role.parse::<Role>().map_err(|_| bad("role", &role))?.to_string());
    }
    let day = |name: &'static str| match text(name) {
        Some(day) => parse_day(&day).map(Some).map_err(|_| bad(name, &day)),
        None => Ok(None),
    };
    (filters.since, filters.until) = (day("since")?, day("until")?);
    filters.change_since = day("change_since")?;
    filters.in_force_on = day("in_force_on")?;
    if let Some(later) = filters.change_since.filter(|day| *day > as_of.0) {
        return Err(bad("change_since", &later.to_string()));
    }
    if let Some(year) = text("year") {
        let read = year.parse().ok().filter(|read| (EARLIEST_YEAR..=LATEST_YEAR).contains(read));
        filters.year = Some(read.ok_or_else(|| bad("year", &year))?);
    }
    let one_of = |name: &'static str, known: fn(&str) -> bool| match text(name) {
        Some(word) if known(&word) => Ok(Some(word)),
        Some(word) => Err(bad(name, &word)),
        None => Ok(None),
    };
    filters.donor_kind = one_of("donor_kind", |word| DONOR_KINDS.contains(&word))?;
    filters.region = one_of("region", |word| word == NO_REGION || region_keys().any(|region| region == word))?;
    filters.fund_kind = one_of("fund_kind", |word| FUND_KINDS.contains(&word))?;
    filters.level = one_of("level", |word| LEVELS.contains(&word))?;
    filters.classification =
        one_of("classification", |word| word.parse::<Classification>().is_ok())?.and_then(|word| word.parse().ok());
    filters.document_kind = one_of("document_kind", |word| documents::KINDS.contains(&word))?;
    filters.tongue = one_of("tongue", |word| documents::LANGUAGES.contains(&word))?;
    filters.earmarking = one_of("earmarking", |word| EARMARKINGS.contains(&word))?;
    filters.kind = one_of("kind", |word| L::KINDS.contains(&word))?;
    filters.counted = one_of("counted", |word| REPORT_COUNTS.contains(&word))?;
    filters.cause = one_of("cause", |word| word == NO_CAUSE || CAUSES.contains(&word))?;
    let scope = Scope { filters, today, zone, latest: Some(latest), ..Scope::new(as_of, known_at) };
    let known_then = params.get("known_at").is_some();
    Ok(Asked { scope, sort, reversed, known_then, after: mark.map(|mark| mark.place) })
}

/// A heading of the table.
pub struct Head {
    /// What it says.
    pub label: String,
    /// Its class.
    pub class: &'static str,
    /// Where it leads: the list in this order, or the other way round.
    pub href: Option<String>,
    /// `ascending`, `descending`, or nothing.
    pub sorted: Option<&'static str>,
}

/// Rows under one heading.
pub struct Group {
    /// The heading; none for a list that is not grouped.
    pub label: Option<String>,
    /// Its sum, in US dollars, where the room gives one.
    pub usd: String,
    /// The rows' cells.
    pub rows: Vec<Vec<Drawn>>,
}

/// A filter that is on.
pub struct Chip {
    /// Which.
    pub label: String,
    /// What it keeps.
    pub value: String,
    /// The list without it.
    pub without: String,
}

/// A sum over the rows.
pub struct Sum {
    /// The currency.
    pub currency: String,
    /// The amount.
    pub amount: String,
    /// The rows of that currency.
    pub href: Option<String>,
}

/// A field of the filter sheet.
pub struct Field {
    /// The parameter.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// What it says now.
    pub value: String,
    /// What can be chosen; empty for a text field.
    pub options: Arc<[(String, String)]>,
    /// The kind of thing a text field suggests while one types.
    pub suggest: Option<&'static str>,
    /// The name of what it says now, where that is a code.
    pub shown: Option<String>,
    /// A hint.
    pub hint: Option<String>,
}

/// All a page shows of a list, drawn.
pub struct ListView {
    pub path: String,
    pub name: &'static str,
    pub params: Params,
    pub as_of: String,
    pub as_of_iso: String,
    pub known: String,
    pub chips: Vec<Chip>,
    pub fields: Vec<Field>,
    pub heads: Vec<Head>,
    pub classes: Vec<&'static str>,
    pub groups: Vec<Group>,
    pub count: String,
    pub counted: i64,
    pub sums: Vec<Sum>,
    pub csv: String,
    pub xlsx: String,
    pub next: Option<String>,
    pub begun: bool,
    pub beginning: String,
    pub clear: String,
    pub today_link: String,
    /// Who reads it.
    reader: String,
    /// Whether the rows are as of a day.
    pub dated: bool,
    /// Lists that belong together, this one among them.
    pub tabs: Vec<Tab>,
    /// What the reader may do here: a new one.
    pub actions: Vec<Action>,
    /// The sum of all rows, in US dollars, where the room gives one.
    pub foot: Option<String>,
    sum_column: Option<usize>,
}

impl ListView {
    /// Says how many rows there are, for a room that counts them itself.
    pub fn count_rows(&mut self, rows: i64, l10n: crate::l10n::L10n) {
        self.counted = rows;
        self.count = l10n.with("list-count", &[("rows", rows.into())]);
    }

    /// What stands under the title on paper: of when it is, how many rows it has, who printed it.
    pub fn paper(&self, l10n: crate::l10n::L10n) -> String {
        let said = [("day", &self.as_of), ("known", &self.known), ("name", &self.reader), ("count", &self.count)];
        l10n.with("list-paper", &said.map(|(name, value)| (name, value.as_str().into())))
    }

    /// For each column after the two a sum's heading spans: its class, and whether the sum stands in it. An empty cell
    /// is there only where its column is.
    pub fn after_heading(&self) -> Vec<(&'static str, bool)> {
        let columns = self.classes.iter().enumerate().skip(2);
        let class = |all: &str| if all.split(' ').any(|one| one == "x") { "w x" } else { "w" };
        columns.map(|(at, all)| if Some(at) == self.sum_column { (*all, true) } else { (class(all), false) }).collect()
    }

    /// What a form keeps of the address: every parameter but those it sets itself.
    pub fn kept(&self, but: &[&str]) -> Vec<(&'static str, String)> {
        self.params.without(but).0
    }

    /// The parameters the filter sheet sets.
    pub fn kept_by_filters(&self) -> Vec<(&'static str, String)> {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        self.kept(&names)
    }

    /// The address that is saved of this page: where one leafed to is not in it.
    pub fn here(&self) -> String {
        self.params.without(&[]).address(&self.path)
    }

    /// Whether the address narrows or orders the list, so that it is worth a name.
    pub fn worth_saving(&self) -> bool {
        !self.params.without(&["as_of", "known_at"]).0.is_empty()
    }

    /// Whether the address asks for a day or an instant.
    pub fn of_a_day(&self) -> bool {
        self.params.get("as_of").is_some() || self.params.get("known_at").is_some()
    }

    /// Whether this page is what a saved view leads to; one of today is the same on every day.
    pub fn is_at(&self, address: &str) -> bool {
        self.here() == address || self.params.without(&["as_of", "known_at"]).address(&self.path) == address
    }

    /// A parameter's value, as it was given.
    pub fn given(&self, name: &str) -> String {
        self.params.get(name).unwrap_or_default().to_owned()
    }
}

/// The address a list itself would write for these parameters, or the part of them it does not take. Without a day
/// unless it is to be kept: a saved view is of today.
///
/// # Errors
/// Names the parameter that cannot be read.
pub fn canonical<L: List>(
    pairs: Vec<(String, String)>,
    today: NaiveDate,
    latest: crate::kernel::KnownAt,
    keep_day: bool,
) -> Result<String, PageError> {
    let given = Params::of(Ok(Query(pairs)))?.without(&[]);
    // Which zone days are read in moves no address.
    let asked = understand::<L>(&given, today, latest, chrono_tz::UTC)?;
    let day = ["as_of", "known_at"];
    let takes =
        |name: &&str| L::FILTERS.contains(name) || ["q", "sort"].contains(name) || keep_day && day.contains(name);
    let dropped: Vec<&'static str> = NAMES.into_iter().filter(|name| !takes(name)).collect();
    let mut params = given.without(&dropped);
    if params.get("as_of").is_some() {
        params = params.with("as_of", asked.scope.as_of.to_string());
    }
    Ok(params.address(&format!("/{}", L::NAME)))
}

/// A page of a list, read and drawn.
pub struct Read<L: List> {
    /// What was asked.
    pub asked: Asked,
    /// The parameters.
    pub params: Params,
    /// The rows of the page.
    pub rows: Vec<L::Row>,
    /// The view, its groups without sums.
    pub view: ListView,
}

/// What a request for a page of a list came to.
pub enum Turned<L: List> {
    /// The page.
    Page(Box<Read<L>>),
    /// The address that can be saved and sent: a day as people write it is in it as ISO, a donor's name as its code.
    Elsewhere(Redirect),
}

/// A page of a list that was understood, before any row is read.
pub struct Begun {
    /// What was asked.
    pub asked: Asked,
    /// The parameters.
    pub params: Params,
    choices: Choices,
}

/// What a request for a page of a list asks for.
pub enum Asks {
    /// The page.
    Page(Box<Begun>),
    /// The address that can be saved and sent.
    Elsewhere(Redirect),
}

/// Reads a page of a list.
pub async fn read<L: List>(
    frame: &Frame,
    signed_in_tx: &mut PgConnection,
    latest: crate::kernel::KnownAt,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Turned<L>, PageError> {
    match begin::<L>(frame, &mut *signed_in_tx, latest, pairs).await? {
        Asks::Elsewhere(redirect) => Ok(Turned::Elsewhere(redirect)),
        Asks::Page(begun) => Ok(Turned::Page(Box::new(begun.read::<L>(frame, signed_in_tx).await?))),
    }
}

/// Understands what is asked of a list, and works out what its rows come from.
pub async fn begin<L: List>(
    frame: &Frame,
    signed_in_tx: &mut PgConnection,
    latest: crate::kernel::KnownAt,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Asks, PageError> {
    let params = Params::of(pairs)?;
    let mut asked = understand::<L>(&params, frame.today, latest, frame.zone)?;
    asked.scope.reader = Some(frame.viewer.reader());
    let path = format!("/{}", L::NAME);
    let iso = asked.scope.as_of.to_string();
    if params.get("as_of").is_some_and(|text| text != iso) {
        return Ok(Asks::Elsewhere(Redirect::to(&params.with("as_of", iso).address(&path))));
    }
    let choices = Choices::read::<L>(&mut *signed_in_tx, &asked.scope, &frame.memory).await?;
    if let Some(donor) = choices.donor.as_ref().filter(|donor| Some(&donor.code) != asked.scope.filters.donor.as_ref())
    {
        return Ok(Asks::Elsewhere(Redirect::to(&params.with("donor", &donor.code).address(&path))));
    }
    L::prepare(&mut *signed_in_tx, &mut asked.scope, &frame.memory).await?;
    Ok(Asks::Page(Box::new(Begun { asked, params, choices })))
}

impl Begun {
    /// Its order, and where in it the page stands.
    pub fn stretch<L: List>(&self) -> Stretch<'_> {
        let Asked { sort, reversed, after, .. } = &self.asked;
        Stretch { sort, reversed: *reversed, after: after.as_deref(), most: Some(L::ON_A_PAGE + 1) }
    }

    /// The page with its rows.
    pub async fn read<L: List>(self, frame: &Frame, connection: &mut PgConnection) -> Result<Read<L>, PageError> {
        let leaf = if L::SUMMED {
            query::summed::<L>(connection, &self.asked.scope, &self.stretch::<L>(), &frame.memory).await?
        } else {
            query::leaf::<L>(connection, &self.asked.scope, &self.stretch::<L>(), Arc::default()).await?
        };
        Ok(self.with(frame, leaf))
    }

    /// The page with rows somebody has already.
    pub fn with<L: List>(self, frame: &Frame, leaf: Leaf<L::Row>) -> Read<L> {
        let Begun { asked, params, choices } = self;
        let Leaf { rows, onward, sums } = leaf;
        let next = onward.map(|place| {
            let mark = Mark { known_at: asked.scope.known_at.to_string(), place };
            let mut onward = params.without(&[]);
            onward.0.push(("after", mark.write()));
            onward.address(&format!("/{}", L::NAME))
        });
        let view = draw::<L>(frame, &params, &asked, choices, &sums, &rows, next);
        Read { asked, params, rows, view }
    }
}

fn draw<L: List>(
    frame: &Frame,
    params: &Params,
    asked: &Asked,
    choices: Choices,
    totals: &[query::Total],
    rows: &[L::Row],
    next: Option<String>,
) -> ListView {
    let l10n = frame.l10n;
    let path = format!("/{}", L::NAME);
    let counted: i64 = totals.iter().map(|total| total.rows).sum();
    let count = if counted > COUNTED {
        l10n.with("list-count-more", &[("rows", format::number(COUNTED.into(), 0, l10n).into())])
    } else {
        l10n.with("list-count", &[("rows", counted.into())])
    };
    let mut sums: Vec<Sum> = totals
        .iter()
        .filter(|_| counted <= COUNTED)
        .filter_map(|total| Some((total.currency?, total.amount?)))
        .map(|(currency, amount)| Sum {
            currency: currency.to_string(),
            amount: format::amount(amount, currency, l10n),
            href: L::FILTERS.contains(&"currency").then(|| params.with("currency", currency.code()).address(&path)),
        })
        .collect();
    if L::USD_OF.is_some() && !sums.is_empty() {
        let usd = totals.iter().filter_map(|total| total.usd).sum();
        let without: i64 = totals.iter().map(|total| total.without_rate).sum();
        let amount = format::amount(usd, crate::kernel::Currency::USD, l10n);
        sums.push(Sum { currency: l10n.t("list-in-usd"), amount, href: None });
        if without > 0 {
            let amount = l10n.with("list-without-rate", &[("rows", without.into())]);
            sums.push(Sum { currency: String::new(), amount, href: None });
        }
    }
    let known = if asked.known_then {
        l10n.with("list-known-then", &[("instant", frame.instant(&asked.scope.known_at).into())])
    } else {
        l10n.t("list-known-now")
    };
    let as_of = frame.as_of(&asked.scope.as_of);
    let chips = chips::<L>(params, &asked.scope.filters, &choices, &path, l10n);
    ListView {
        heads: heads::<L>(params, asked, &path, l10n),
        classes: L::screen().iter().map(|column| column.class).collect(),
        groups: groups::<L>(rows, asked, l10n),
        fields: fields::<L>(params, &choices, l10n),
        chips,
        count,
        counted,
        sums,
        csv: params.without(&[]).address(&format!("{path}.csv")),
        xlsx: params.without(&[]).address(&format!("{path}.xlsx")),
        next,
        begun: asked.after.is_some(),
        beginning: params.without(&[]).address(&path),
        clear: params.without(&NAMES[2..]).address(&path),
        today_link: params.without(&["as_of"]).address(&path),
        as_of,
        as_of_iso: asked.scope.as_of.to_string(),
        known,
        reader: frame.viewer.name.clone(),
        dated: L::DATED,
        tabs: beside::tabs::<L>(params, l10n),
        actions: rooms::new_action(L::NAME, frame)
            .into_iter()
            .chain(rooms::more_actions(L::NAME, params, frame))
            .chain(publish::<L>(frame, params, &path))
            .collect(),
        foot: None,
        sum_column: L::screen().iter().position(|column| column.label == "col-usd"),
        params: params.clone(),
        name: L::NAME,
        path,
    }
}

/// What publishes the list as it is filtered, for those who may.
fn publish<L: List>(frame: &Frame, params: &Params, path: &str) -> Option<Action> {
    let can = frozen::can_be_published::<L>() && may(frame.viewer.role, Act::PublishFigures);
    let here = params.without(&[]).address(path);
    can.then(|| Action::new(frame.t("published-open"), format!("/published/new?of={}", address::escape(&here))))
}

fn heads<L: List>(params: &Params, asked: &Asked, path: &str, l10n: crate::l10n::L10n) -> Vec<Head> {
    let screen = L::screen().iter();
    screen
        .map(|column| {
            let sort = column.sort.and_then(|name| L::SORTS.iter().find(|sort| sort.name == name));
            let current = sort.is_some_and(|sort| sort.name == asked.sort.name);
            let goes_down = sort.is_some_and(L::goes_down) != asked.reversed;
            let href = sort.map(|sort| {
                let turn = current && !asked.reversed;
                params.with("sort", format!("{}{}", if turn { "-" } else { "" }, sort.name)).address(path)
            });
            Head {
                label: l10n.t(column.label),
                class: column.class,
                href,
                sorted: current.then_some(if goes_down { "descending" } else { "ascending" }),
            }
        })
        .collect()
}

fn groups<L: List>(rows: &[L::Row], asked: &Asked, l10n: crate::l10n::L10n) -> Vec<Group> {
    // By name: a constant may stand at several addresses.
    let by_group = asked.sort.name == L::SORTS[0].name && !asked.reversed;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let label = if by_group { L::group(row, l10n) } else { None };
        if groups.last().is_none_or(|group| group.label != label) {
            groups.push(Group { label, usd: String::new(), rows: Vec::new() });
        }
        let cells = L::screen().iter().map(|column| (column.draw)(row, l10n)).collect();
        if let Some(group) = groups.last_mut() {
            group.rows.push(cells);
        }
    }
    groups
}

fn fields<L: List>(params: &Params, choices: &Choices, l10n: crate::l10n::L10n) -> Vec<Field> {
    let words = |all: &[&str], family: &str| {
        all.iter().map(|word| ((*word).to_owned(), l10n.word(family, word))).collect::<Arc<[_]>>()
    };
    L::FILTERS
        .iter()
        .map(|name| {
            let options = match *name {
                "unit" => choices.units.options.clone(),
                "fund" => choices.funds.options.clone(),
                "bucket" => words(&BUCKETS, "bucket"),
                "state" => words(L::STATES, L::NAME),
                "who" => choices.people.options.clone(),
                "responsible" => {
                    let nobody = (NOBODY.to_owned(), l10n.word("responsible", NOBODY));
                    std::iter::once(nobody).chain(choices.people.options.iter().cloned()).collect()
                }
                "act" => choices
                    .acts
                    .options
                    .iter()
                    .map(|(act, _)| (act.clone(), act_in_words(act, Some("…"), l10n)))
                    .collect(),
                "role" => words(&Role::OF_PEOPLE.map(Role::as_str), "role"),
                "room" => words(&rooms::ROOMS.iter().map(|room| room.name).collect::<Vec<_>>(), "menu"),
                "donor_kind" => words(&DONOR_KINDS, "donors"),
                "fund_kind" => words(&FUND_KINDS, "funds"),
                "earmarking" => words(&EARMARKINGS, "earmarking"),
                "kind" => words(L::KINDS, L::KIND_WORDS),
                "counted" => words(&REPORT_COUNTS, "counted"),
                "cause" => words(&CAUSES.into_iter().chain([NO_CAUSE]).collect::<Vec<_>>(), "cause"),
                "level" => words(&LEVELS, "level"),
                "classification" => words(&Classification::ALL.map(Classification::as_str), "classification"),
                "document_kind" => words(&documents::KINDS, L::NAME),
                "tongue" => words(&documents::LANGUAGES, "tongue"),
                "region" => words(&region_keys().chain([NO_REGION]).collect::<Vec<_>>(), "region"),
                _ => Arc::default(),
            };
            let hint = [
                "unit",
                "donor",
                "since",
                "until",
                "in_force_on",
                "change_since",
                "donor_kind",
                "focal_point",
                "country",
            ]
            .contains(name)
            .then(|| l10n.word("filter-hint", name));
            let label = if *name == "state" { l10n.word("filter-state", L::NAME) } else { l10n.word("filter", name) };
            let suggest = ["donor", "pledge", "project", "currency"].contains(name).then_some(*name);
            let shown = choices.donor.as_ref().filter(|_| *name == "donor").map(|donor| donor.name.clone());
            Field { name, label, value: params.get(name).unwrap_or_default().to_owned(), options, suggest, shown, hint }
        })
        .collect()
}

pub(super) fn chips<L: List>(
    params: &Params,
    filters: &Filters,
    choices: &Choices,
    path: &str,
    l10n: crate::l10n::L10n,
) -> Vec<Chip> {
    let name = |all: &Offered, code: &Option<String>| {
        code.as_ref().and_then(|code| all.named(code)).map(|one| one.name.clone())
    };
    let state_label = l10n.word("filter-state", L::NAME);
    let word = |family: &str, word: &Option<String>| word.as_ref().map(|word| l10n.word(family, word));
    let responsible = match filters.responsible.as_deref() {
        Some(NOBODY) => Some(l10n.word("responsible", NOBODY)),
        _ => name(&choices.people, &filters.responsible),
    };
    let on: [(&'static str, String, Option<String>); 33] = [
        ("year", l10n.word("filter", "year"), filters.year.map(|year| year.to_string())),
        ("unit", l10n.word("filter", "unit"), name(&choices.units, &filters.unit)),
        ("donor", l10n.word("filter", "donor"), choices.donor.as_ref().map(|donor| donor.name.clone())),
        ("donor_kind", l10n.word("filter", "donor_kind"), word("donors", &filters.donor_kind)),
        ("region", l10n.word("filter", "region"), word("region", &filters.region)),
        ("fund_kind", l10n.word("filter", "fund_kind"), word("funds", &filters.fund_kind)),
        ("earmarking", l10n.word("filter", "earmarking"), word("earmarking", &filters.earmarking)),
        ("fund", l10n.word("filter", "fund"), name(&choices.funds, &filters.fund)),
        ("focal_point", l10n.word("filter", "focal_point"), filters.focal_point.clone()),
        ("country", l10n.word("filter", "country"), filters.country.clone()),
        ("pledge", l10n.word("filter", "pledge"), filters.pledge.clone()),
        ("project", l10n.word("filter", "project"), filters.project.clone()),
        ("bucket", l10n.word("filter", "bucket"), filters.bucket.as_ref().map(|bucket| l10n.word("bucket", bucket))),
        ("currency", l10n.word("filter", "currency"), filters.currency.map(|currency| currency.to_string())),
        ("role", l10n.word("filter", "role"), filters.role.as_ref().map(|role| l10n.word("role", role))),
        ("who", l10n.word("filter", "who"), name(&choices.people, &filters.who)),
        ("act", l10n.word("filter", "act"), filters.act.as_ref().map(|act| act_in_words(act, Some("…"), l10n))),
        ("room", l10n.word("filter", "room"), filters.room.as_ref().map(|room| l10n.word("menu", room))),
        ("code", l10n.word("filter", "code"), filters.code.clone()),
        ("level", l10n.word("filter", "level"), word("level", &filters.level)),
        (
            "classification",
            l10n.word("filter", "classification"),
            filters.classification.map(|level| l10n.word("classification", level.as_str())),
        ),
        ("document_kind", l10n.word("filter", "document_kind"), word(L::NAME, &filters.document_kind)),
        ("tongue", l10n.word("filter", "tongue"), word("tongue", &filters.tongue)),
        ("in_force_on", l10n.word("filter", "in_force_on"), filters.in_force_on.map(|day| format::day(day, l10n))),
        ("state", state_label, filters.state.as_ref().map(|state| l10n.word(L::NAME, state))),
        ("kind", l10n.word("filter", "kind"), word(L::KIND_WORDS, &filters.kind)),
        ("counted", l10n.word("filter", "counted"), word("counted", &filters.counted)),
        ("cause", l10n.word("filter", "cause"), word("cause", &filters.cause)),
        ("responsible", l10n.word("filter", "responsible"), responsible),
        ("since", l10n.word("filter", "since"), filters.since.map(|since| format::day(since, l10n))),
        ("until", l10n.word("filter", "until"), filters.until.map(|until| format::day(until, l10n))),
        ("change_since", l10n.word("filter", "change_since"), filters.change_since.map(|day| format::day(day, l10n))),
        ("q", l10n.word("filter", "text"), filters.text.as_ref().map(|text| format!("“{text}”"))),
    ];
    on.into_iter()
        .filter_map(|(name, label, value)| {
            Some(Chip { label, value: value?, without: params.without(&[name]).address(path) })
        })
        .collect()
}

/// A list's page that shows nothing besides the list.
#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    list: ListView,
}

pub(super) fn allow<L: List>(viewer: &Viewer) -> Result<(), PageError> {
    if may(viewer.role, L::MAY) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

async fn page<L: List>(
    State(state): State<AppState>,
    signed_in: SignedIn,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow::<L>(&viewer)?;
    let frame = Frame::new(&state, viewer, L::ROOM);
    match read::<L>(&frame, &mut tx, latest, pairs).await? {
        Turned::Elsewhere(redirect) => Ok(redirect.into_response()),
        Turned::Page(read) => {
            tx.end();
            Ok(Html(ListPage { frame, list: read.view }.render()?).into_response())
        }
    }
}

/// The addresses of a list whose page shows nothing besides it.
pub fn routes<L: List>() -> Router<AppState> {
    list_files::files::<L>().route(&format!("/{}", L::NAME), get(page::<L>))
}
