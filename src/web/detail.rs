//! A page about one thing: who or what it is, its figures, the rows behind them, and its history in words.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;

use super::errors::{PageError, Refused};
use super::format;
use super::frame::{Action, Frame, filters};
use super::params;
use crate::facts::{FactTable, HistoryEntry, history, of_change, tables};
use crate::kernel::{Currency, KnownAt};
use crate::l10n::L10n;
use crate::lists::query::{self, Stretch};
use crate::lists::{Drawn, Kept, List, Scope};
use crate::rooms;

/// Rows shown of a list on a page about one thing; its heading leads to all of them.
const SOME: i64 = 12;

/// When a page about one thing is of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct When {
    as_of: Option<String>,
    known_at: Option<String>,
}

/// Understands when a page is of.
///
/// # Errors
/// Names the parameter that cannot be read.
pub fn scope(
    when: Result<Query<When>, QueryRejection>,
    today: NaiveDate,
    latest: KnownAt,
) -> Result<(Scope, bool), PageError> {
    let Query(when) = when.map_err(|_| Refused::BadParameter("?", String::new()))?;
    let as_of = params::as_of(when.as_of.as_deref(), today)?;
    let known_at = params::known_at(when.known_at.as_deref(), latest)?;
    let scope = Scope { today, latest: Some(latest), ..Scope::new(as_of, known_at) };
    Ok((scope, params::given(when.known_at.as_deref()).is_some()))
}

/// A figure with its currency, where it leads, and a line about it.
pub struct Figure {
    /// What it is.
    pub label: String,
    /// Its currency; empty for a count.
    pub unit: String,
    /// The figure.
    pub value: String,
    /// The rows behind it.
    pub href: Option<String>,
    /// What it means.
    pub note: String,
    /// A second figure in the same currency: what it is, it, and the rows behind it.
    pub also: Option<(String, String, String)>,
}

/// A fact of the page's head: what, and where it leads.
pub struct Said {
    /// What.
    pub label: String,
    /// It.
    pub value: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// Some rows of a list.
pub struct Section {
    /// Its heading.
    pub title: String,
    /// The headings of its columns.
    pub heads: Vec<(String, &'static str)>,
    /// Its rows.
    pub rows: Vec<Vec<Drawn>>,
    /// All of them.
    pub all: String,
    /// What it says where it has none.
    pub empty: String,
}

impl Section {
    /// The class of a column.
    pub fn class(&self, at: &usize) -> &'static str {
        self.heads.get(*at).map_or("", |(_, class)| class)
    }
}

/// One act, and what it recorded.
#[derive(Debug)]
pub struct HistoryLine {
    /// The change.
    pub change: i64,
    /// When.
    pub at: String,
    /// What was done, in a sentence.
    pub title: String,
    /// Who did it.
    pub who: String,
    /// What it recorded.
    pub facts: Vec<HistoryFact>,
    /// Why.
    pub reason: Option<String>,
}

/// One thing an act recorded.
#[derive(Debug)]
pub struct HistoryFact {
    /// What it is.
    pub what: String,
    /// In words.
    pub lines: Vec<String>,
    /// When and why it was voided.
    pub voided: Option<String>,
}

/// A page about one thing.
pub struct Detail {
    /// The room, a key.
    pub room: &'static str,
    /// Its code or reference.
    pub code: String,
    /// Its name.
    pub title: String,
    /// Marks: class and words.
    pub tags: Vec<(&'static str, String)>,
    /// What the reader may do with it, besides correcting it.
    pub actions: Vec<Action>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// A chart under the figures, drawn.
    pub chart: Option<Arc<str>>,
    /// What is said of it.
    pub said: Vec<Said>,
    /// Rows that belong to it.
    pub sections: Vec<Section>,
    /// What was recorded of it.
    pub history: Arc<[HistoryLine]>,
}

/// Something in a panel beside the page.
#[derive(Default)]
pub struct Thing {
    /// What or who.
    pub title: String,
    /// Where it leads.
    pub href: Option<String>,
    /// A word at its end.
    pub mark: String,
    /// Whether that word is of something amiss.
    pub bad: bool,
    /// What there is to say of it; empty lines are left out.
    pub lines: Vec<String>,
    /// Whether it is over.
    pub past: bool,
}

/// A list of things beside the page.
pub struct Panel {
    /// Its heading.
    pub title: String,
    /// What one may do about it: words and address.
    pub action: Option<(String, String)>,
    /// Its things.
    pub things: Vec<Thing>,
    /// What it says where it has none.
    pub empty: String,
}

/// What a page about one thing shows besides, where it has more to show.
#[derive(Default)]
pub struct Beside {
    /// What stands after its code, above its name.
    pub kicker: Vec<String>,
    /// A line below its name.
    pub lead: Option<String>,
    /// Lists of things at its side.
    pub panels: Vec<Panel>,
    /// What stands below its chart, drawn.
    pub main: Option<String>,
    /// What the form for another day and instant keeps of the address.
    pub kept: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "detail.html")]
struct DetailPage {
    frame: Frame,
    detail: Detail,
    beside: Beside,
    as_of: String,
    as_of_iso: String,
    known: String,
    known_at: String,
    path: String,
}

/// Draws the page.
///
/// # Errors
/// Where it cannot be drawn.
pub fn page(frame: Frame, detail: Detail, scope: &Scope, known_then: bool) -> Result<Response, PageError> {
    page_with(frame, detail, Beside::default(), scope, known_then)
}

/// Draws the page, and more beside it.
///
/// # Errors
/// Where it cannot be drawn.
pub fn page_with(
    frame: Frame,
    mut detail: Detail,
    beside: Beside,
    scope: &Scope,
    known_then: bool,
) -> Result<Response, PageError> {
    detail.actions.extend(rooms::from_action(detail.room, &detail.code, &frame));
    detail.actions.extend(rooms::edit_action(detail.room, &detail.code, &frame));
    let known = if known_then {
        frame.l10n.with("list-known-then", &[("instant", frame.instant(&scope.known_at).into())])
    } else {
        frame.t("list-known-now")
    };
    let page = DetailPage {
        as_of: frame.as_of(&scope.as_of),
        as_of_iso: scope.as_of.to_string(),
        known,
        known_at: if known_then { scope.known_at.to_string() } else { String::new() },
        path: super::address::to(detail.room, &detail.code),
        frame,
        detail,
        beside,
    };
    Ok(Html(page.render()?).into_response())
}

/// The end of an address that keeps the day and instant of this page.
pub fn when(scope: &Scope, today: NaiveDate, known_then: bool) -> String {
    let mut parts = String::new();
    if scope.as_of.0 != today {
        parts.push_str(&format!("&as_of={}", scope.as_of));
    }
    if known_then {
        parts.push_str(&format!("&known_at={}", super::address::escape(&scope.known_at.to_string())));
    }
    parts
}

/// Some rows of a list in a scope, with the address of all of them.
///
/// # Errors
/// Where the database fails.
pub async fn section<L: List>(
    connection: &mut PgConnection,
    scope: &Scope,
    title: String,
    all: String,
    l10n: L10n,
) -> Result<Section, PageError> {
    let Some((sort, reversed)) = query::sort_named::<L>(None) else { return Err(Refused::Fault.into()) };
    let stretch = Stretch { sort, reversed, after: None, most: Some(SOME) };
    let rows = query::rows::<L>(connection, scope, &stretch).await?;
    let draw = |row: &L::Row| L::screen().iter().map(|column| (column.draw)(row, l10n)).collect();
    Ok(Section {
        title,
        heads: L::screen().iter().map(|column| (l10n.t(column.label), column.class)).collect(),
        rows: rows.iter().map(draw).collect(),
        all,
        empty: l10n.word(L::NAME, "empty"),
    })
}

/// The names behind the numbers of a history.
type Names = HashMap<(&'static str, i64), String>;

/// Which kind of thing a column names, if it names one.
fn names_a(source: &str, column: &str) -> Option<&'static str> {
    match column {
        "parent_id" if source == "unit_facts" => Some("unit"),
        "parent_id" | "donor_id" => Some("donor"),
        "unit_id" => Some("unit"),
        "fund_id" => Some("fund"),
        "pledge_id" => Some("pledge"),
        "project_id" => Some("project"),
        "reverses_id" | "contribution_id" => Some("contribution"),
        "report_id" => Some("report"),
        _ => None,
    }
}

/// Columns that say nothing about the world.
const ENVELOPE: [&str; 9] =
    ["digest", "removed", "id", "key", "change_id", "recorded_at", "voided_at", "voided_change_id", "replaces"];

async fn names(connection: &mut PgConnection, entries: &[HistoryEntry]) -> Result<Names, sqlx::Error> {
    let mut wanted: BTreeMap<&'static str, Vec<i64>> = BTreeMap::new();
    for entry in entries {
        let Value::Object(content) = &entry.content else { continue };
        for (column, value) in content {
            if let (Some(kind), Some(id)) = (names_a(&entry.source, column), value.as_i64()) {
                wanted.entry(kind).or_default().push(id);
            }
        }
    }
    let of = |kind: &str| wanted.get(kind).cloned().unwrap_or_default();
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "select 'unit', id, code from units where id = any($1) union all
         select 'donor', id, code from donors where id = any($2) union all
         select 'fund', id, code from funds where id = any($3) union all
         select 'pledge', id, ref from pledges where id = any($4) union all
         select 'contribution', id, ref from contributions where id = any($5) union all
         select 'project', id, code from projects where id = any($6) union all
         select 'report', id, ref from donor_reports where id = any($7)",
    )
    .bind(of("unit"))
    .bind(of("donor"))
    .bind(of("fund"))
    .bind(of("pledge"))
    .bind(of("contribution"))
    .bind(of("project"))
    .bind(of("report"))
    .fetch_all(connection)
    .await?;
    let kinds = ["unit", "donor", "fund", "pledge", "contribution", "project", "report"];
    let named = rows
        .into_iter()
        .filter_map(|(kind, id, name)| kinds.iter().find(|known| **known == kind).map(|known| ((*known, id), name)));
    Ok(named.collect())
}

/// What was told of whom, and as of when.
#[derive(PartialEq, Eq, Hash)]
struct ToldOf {
    entity: &'static str,
    subject: i64,
    known_at: KnownAt,
    /// The last change there was: people and things are called what they are called by then.
    latest: KnownAt,
    language: &'static str,
}

/// Histories told already, of some kilobytes each: the same for everybody who may read of the thing.
#[derive(Default)]
struct KnownHistories(Kept<ToldOf, Arc<[HistoryLine]>, 128>);

/// What was recorded of a thing, in words, newest first. None of it is classified; it stands till the next change.
///
/// # Errors
/// Where the database fails.
pub async fn told(
    connection: &mut PgConnection,
    frame: &Frame,
    tables: &[&'static FactTable],
    entity: &'static str,
    subject: i64,
    known_at: KnownAt,
) -> Result<Arc<[HistoryLine]>, sqlx::Error> {
    let (latest, language) = (KnownAt(frame.viewer.latest), frame.l10n.code());
    let (kept, of) = (frame.memory.of::<KnownHistories>(), ToldOf { entity, subject, known_at, latest, language });
    if let Some(told) = kept.0.get(&of) {
        return Ok(told);
    }
    let entries = history(&mut *connection, tables, entity, subject, known_at.0).await?;
    let names = names(connection, &entries).await?;
    let subject_columns: Vec<&str> = tables.iter().map(|table| table.subject).collect();
    Ok(kept.0.put(of, by_change(frame, entries.iter(), &entries, &names, &subject_columns, known_at).into()))
}

/// Entries as acts, one after another: those of one change stand together.
fn by_change<'e>(
    frame: &Frame,
    shown: impl Iterator<Item = &'e HistoryEntry>,
    all: &[HistoryEntry],
    names: &Names,
    subject: &[&str],
    known_at: KnownAt,
) -> Vec<HistoryLine> {
    let mut lines: Vec<HistoryLine> = Vec::new();
    for entry in shown {
        let mut fact = fact(frame, entry, all, names, subject, known_at);
        let plain = entry.source == MANY && fact.voided.is_none();
        if plain {
            fact.lines = vec![fact.lines.join(" · ")];
        }
        match lines.last_mut() {
            Some(line) if line.change == entry.change_id => match line.facts.last_mut() {
                Some(last) if plain && last.what == fact.what && last.voided.is_none() => last.lines.extend(fact.lines),
                _ => line.facts.push(fact),
            },
            _ => lines.push(HistoryLine {
                change: entry.change_id,
                at: format::instant(entry.recorded_at, frame.zone, frame.l10n),
                title: act_in_words(&entry.act, entry.code.as_deref(), frame.l10n),
                who: entry.account.clone(),
                facts: vec![fact],
                reason: entry.reason.clone(),
            }),
        }
    }
    let told = |fact: &mut HistoryFact| {
        let more = fact.lines.len().saturating_sub(MOST);
        if more > 1 {
            fact.lines.truncate(MOST);
            fact.lines.push(frame.l10n.with("history-more", &[("count", more.into())]));
        }
    };
    lines.iter_mut().flat_map(|line| &mut line.facts).for_each(told);
    lines
}

/// Facts of which a change may record one a month: they stand together.
const MANY: &str = "expenditures";
/// The most lines a fact has.
const MOST: usize = 20;

/// What was done, in a sentence.
pub fn act_in_words(act: &str, code: Option<&str>, l10n: L10n) -> String {
    l10n.with(&format!("act-{act}"), &[("code", code.unwrap_or_default().into())])
}

/// What a change recorded and voided, in words. What it replaced stands in the line of what took its place.
///
/// # Errors
/// Where the database fails.
pub async fn told_of_change(
    connection: &mut PgConnection,
    frame: &Frame,
    change: i64,
) -> Result<Vec<HistoryFact>, sqlx::Error> {
    let entries = of_change(&mut *connection, change).await?;
    let names = names(connection, &entries).await?;
    let at = entries.iter().map(|entry| entry.recorded_at.max(entry.voided_at.unwrap_or(entry.recorded_at))).max();
    let known_at = KnownAt(at.unwrap_or_default());
    let replaced: Vec<i64> =
        entries.iter().filter(|entry| entry.change_id == change).filter_map(|entry| entry.replaces).collect();
    let own = entries.iter().filter(|entry| {
        let taken_over = entry.content["id"].as_i64().is_some_and(|id| replaced.contains(&id));
        entry.change_id == change || !taken_over
    });
    Ok(own.map(|entry| fact(frame, entry, &entries, &names, &[], known_at)).collect())
}

fn fact(
    frame: &Frame,
    entry: &HistoryEntry,
    all: &[HistoryEntry],
    names: &Names,
    subject: &[&str],
    known_at: KnownAt,
) -> HistoryFact {
    let l10n = frame.l10n;
    let replaced = entry.replaces.and_then(|id| {
        all.iter().find(|other| other.source == entry.source && other.content["id"].as_i64() == Some(id))
    });
    if entry.source == "labels" {
        return labels(entry, names, l10n);
    }
    let from = FROM_A_DAY.contains(&entry.source.as_str()).then(|| day_of(entry)).flatten();
    // What holds from a day on is told by what it changes.
    let earlier = || from.and_then(|day| held_before(entry, day, all));
    let before = replaced.or_else(earlier).map_or(&Value::Null, |before| &before.content);
    let mut untold = if entry.of_another { also(&entry.source).into_iter().collect() } else { subject.to_vec() };
    untold.extend(from.map(|_| "in_force_from"));
    let lines = differences(before, &entry.content, entry, names, &untold, l10n);
    let what = match (entry.content["event"].as_str(), from) {
        _ if entry.of_another => l10n.word("history-also", &entry.source),
        (Some(event), _) => l10n.word("history-event", event),
        (None, Some(day)) => {
            let args = [("what", l10n.word("history", &entry.source).into()), ("day", format::day(day, l10n).into())];
            l10n.with("history-from", &args)
        }
        (None, None) => l10n.word("history", &entry.source),
    };
    let key = if entry.replaces.is_some() { "history-corrected" } else { "history-recorded" };
    let voided = entry.voided_at.filter(|at| *at <= known_at.0).map(|at| {
        let reason = entry.void_reason.clone().unwrap_or_default();
        let at = format::instant(at, frame.zone, l10n);
        l10n.with("history-voided", &[("at", at.into()), ("reason", reason.into())])
    });
    HistoryFact { what: l10n.with(key, &[("what", what.into())]), lines, voided }
}

/// The column of a fact that names the thing whose history it belongs to besides that of its own.
fn also(source: &str) -> Option<&'static str> {
    tables::ALL.iter().find(|table| table.name == source)?.also
}

/// The tables whose facts hold from a day on.
const FROM_A_DAY: [&str; 3] = ["unit_facts", "donor_facts", "fund_facts"];

fn day_of(entry: &HistoryEntry) -> Option<NaiveDate> {
    entry.content["in_force_from"].as_str().and_then(|day| crate::kernel::calendar::parse_day(day).ok())
}

/// What held of the same thing before a day, as known when the entry was recorded.
fn held_before<'e>(entry: &HistoryEntry, day: NaiveDate, all: &'e [HistoryEntry]) -> Option<&'e HistoryEntry> {
    let subject = tables::ALL.iter().find(|table| table.name == entry.source)?.subject;
    let held = all.iter().filter(|other| {
        other.source == entry.source
            && other.content[subject] == entry.content[subject]
            && day_of(other).is_none_or(|from| from < day)
            && other.recorded_at <= entry.recorded_at
            && other.voided_at.is_none_or(|at| at > entry.recorded_at)
    });
    held.max_by_key(|other| day_of(other))
}

/// What an edit of labels changed; of things that belong to the one the page is about, which of them.
fn labels(entry: &HistoryEntry, names: &Names, l10n: L10n) -> HistoryFact {
    let (before, after) = (&entry.content["before"], &entry.content["after"]);
    let part = tables::PARTS.iter().find(|part| entry.content["entity"] == part.part);
    let what = match (part, entry.content["entity"].as_str()) {
        (Some(part), _) => l10n.word("history", part.part),
        (None, entity) => {
            l10n.first(&[&format!("history-labels-{}", entity.unwrap_or_default()), "history-labels"], &[])
        }
    };
    let is_removed = |labels: &Value| labels["removed"].as_bool().unwrap_or_default();
    let (key, lines) = if is_removed(after) {
        let name = serde_json::json!({ "name": after["name"] });
        ("history-removed", differences(&Value::Null, &name, entry, names, &[], l10n))
    } else if is_removed(before) {
        ("history-recorded", differences(&Value::Null, after, entry, names, &[], l10n))
    } else {
        let mut lines = differences(before, after, entry, names, &[], l10n);
        if part.is_some() && before["name"] == after["name"] {
            lines.insert(0, after["name"].as_str().unwrap_or_default().to_owned());
        }
        ("history-recorded", lines)
    };
    HistoryFact { what: l10n.with(key, &[("what", what.into())]), lines, voided: None }
}

/// What is new, or what became what.
fn differences(
    before: &Value,
    after: &Value,
    entry: &HistoryEntry,
    names: &Names,
    subject: &[&str],
    l10n: L10n,
) -> Vec<String> {
    let Value::Object(after) = after else { return Vec::new() };
    let currency: Option<Currency> = after.get("currency").and_then(Value::as_str).and_then(|code| code.parse().ok());
    let say = |column: &str, value: &Value| value_in_words(&entry.source, column, value, currency, names, l10n);
    let mut lines = Vec::new();
    let gone = before.as_object().into_iter().flatten().map(|(column, _)| column);
    let gone = gone.filter(|column| !after.contains_key(*column)).map(|column| (column, &Value::Null));
    for (column, value) in after.iter().chain(gone) {
        let old = before.get(column).unwrap_or(&Value::Null);
        // What happened is the name of the fact itself.
        if column == "event"
            || ENVELOPE.contains(&column.as_str())
            || subject.contains(&column.as_str())
            || old == value
        {
            continue;
        }
        let label = l10n.word("field", column);
        let args = [
            ("label", label.into()),
            ("old", say(column, old).unwrap_or_default().into()),
            ("new", say(column, value).unwrap_or_default().into()),
        ];
        let key = match (old.is_null(), value.is_null()) {
            (true, true) => continue,
            (true, false) => "history-is",
            (false, true) => "history-was",
            (false, false) => "history-became",
        };
        lines.push(l10n.with(key, &args));
    }
    lines
}

/// A focal point with its days.
fn focal_point(one: &Value, l10n: L10n) -> String {
    let day = |name: &str| one[name].as_str().and_then(|day| crate::kernel::calendar::parse_day(day).ok());
    let who = one["who"].as_str().unwrap_or_default();
    let stretch = format::stretch(day("from"), day("to"), l10n);
    if stretch.is_empty() { who.to_owned() } else { format!("{who} ({stretch})") }
}

/// A word of ours in the reader's language; whatever somebody wrote, as it is.
fn word_of(source: &str, column: &str, text: &str, l10n: L10n) -> String {
    let family = match (source, column) {
        ("fund_facts", "earmarking") => "funds",
        (_, "earmarking") => "earmarking",
        ("donor_facts", "kind") => "donors",
        ("report_terms" | "reporting_clauses", "kind") => "report-kind",
        ("report_events", "cause") => "cause",
        ("report_confirmations", "what") => "agreement",
        ("contribution_facts", "kind") => "contributions",
        _ => return text.to_owned(),
    };
    l10n.word(family, text)
}

fn value_in_words(
    source: &str,
    column: &str,
    value: &Value,
    currency: Option<Currency>,
    names: &Names,
    l10n: L10n,
) -> Option<String> {
    if let (Some(kind), Some(id)) = (names_a(source, column), value.as_i64()) {
        return Some(names.get(&(kind, id)).cloned().unwrap_or_else(|| id.to_string()));
    }
    // A word of ours, where it has one: the role and language of an account.
    if let (Value::String(word), "labels", "role" | "language") = (value, source, column) {
        return Some(l10n.word(column, word));
    }
    if let (Value::Array(parts), "value") = (value, column) {
        return Some(parts.iter().map(Value::to_string).collect::<Vec<_>>().join(" / "));
    }
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(l10n.t(if *yes { "yes" } else { "no" })),
        Value::String(text) => match crate::kernel::calendar::parse_day(text) {
            Ok(day) if column == "month" => Some(format::month(day, l10n)),
            Ok(day) if column == "quarter" => Some(format::quarter(day, l10n)),
            Ok(day) => Some(format::day(day, l10n)),
            Err(_) => Some(word_of(source, column, text, l10n)),
        },
        // A number of JSON keeps its digits as text: no float is made of it.
        Value::Number(number) => match (number.to_string().parse::<Decimal>(), column, currency) {
            (Ok(amount), "amount", Some(currency)) => {
                Some(format!("{currency} {}", format::amount(amount, currency, l10n)))
            }
            (Ok(amount), "budget_usd" | "amount_usd", _) => Some(format::amount(amount, Currency::USD, l10n)),
            (Ok(number), _, _) => Some(format::number(number, number.scale(), l10n)),
            (Err(_), _, _) => Some(number.to_string()),
        },
        Value::Array(all) if column == "focal_points" => {
            let told: Vec<String> = all.iter().map(|one| focal_point(one, l10n)).collect();
            (!told.is_empty()).then(|| told.join("; "))
        }
        other => Some(other.to_string()),
    }
}
