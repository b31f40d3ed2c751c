//! The reporting obligations of a pledge: its clauses in a table of fields, what they make of its reports, and all of that
//! made in one change once it was seen.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Months, NaiveDate};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;

use super::clauses::{Agreement, Clause, Existing, Plan, Planned, plan, planned, references};
use super::store::{self, Agreed};
use crate::access::Act;
use crate::imports::spec::Cell as FileCell;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::kernel::calendar::{LATEST_YEAR, parse_day};
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn as DrawnCell};
use crate::report_states::KINDS;
use crate::units;
use crate::web::detail::Section;
use crate::web::entry::{self, Entered, Wrong, to_file, to_form};
use crate::web::form::{Field, FormPage, Grid, GridRow, Press, Section as Fields, Widget};
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// The most clauses of an agreement.
const MOST: usize = 20;
/// How often reports come, in months; other numbers are kept where an agreement has them.
const EVERY: [u32; 6] = [1, 3, 4, 6, 12, 24];
/// What stands for the report at the end where a number of months could.
const AT_THE_END: &str = "end";
/// The columns of the table of fields.
const CELLS: [&str; 4] = ["kind", "every_months", "first_period_from", "grace_days"];

/// What the clauses of a pledge rest on.
struct Found {
    agreed: Agreed,
    existing: Vec<Existing>,
    taken: Vec<String>,
    drawn: Vec<Drawn>,
}

async fn find(
    connection: &mut PgConnection,
    state: &AppState,
    viewer: &Viewer,
    code: &str,
    latest: KnownAt,
) -> Result<Found, PageError> {
    let today = state.0.clock.today();
    let agreed = store::agreed(&mut *connection, code, today, latest.0).await?.ok_or(Refused::NotFound)?;
    let who = (viewer.role, viewer.unit_code.as_deref());
    let unit = std::slice::from_ref(&agreed.unit);
    if !units::may_keep(&mut *connection, who, Act::KeepReports, today, latest.0, unit).await? {
        return Err(Refused::Forbidden.into());
    }
    let made = store::made(&mut *connection, agreed.id, today, latest.0).await?;
    let existing: Vec<Existing> = made
        .into_iter()
        .map(|one| Existing {
            reference: one.reference,
            kind: one.kind,
            last: one.last,
            period_from: one.period_from,
            period_to: one.period_to,
            due_on: one.due_on,
            settled: one.settled,
        })
        .collect();
    let named: Vec<String> = existing.iter().map(|one| one.reference.clone()).collect();
    let mut drawn = vec![Drawn::read(&mut *connection, Kind::ReportingClauses, code, Held::new(), latest.0).await?];
    drawn.push(Drawn::read(&mut *connection, Kind::Pledges, code, Held::new(), latest.0).await?);
    drawn.extend(Drawn::read_each(&mut *connection, Kind::DonorReports, &named, latest.0).await?);
    let taken = store::taken(connection, code).await?;
    Ok(Found { agreed, existing, taken, drawn })
}

impl Found {
    fn clauses(&self) -> &[Held] {
        self.drawn.first().map_or(&[], |drawn| &drawn.rows)
    }

    /// From which day the clauses in force are: empty is the beginning.
    fn in_force_from(&self, today: NaiveDate) -> String {
        let days = self.clauses().iter().filter_map(|row| row.get("agreed_on"));
        let today = today.to_string();
        days.filter(|day| **day <= today).max().cloned().unwrap_or_default()
    }

    fn agreement(&self, today: NaiveDate) -> Agreement {
        let horizon = today.checked_add_months(Months::new(12)).unwrap_or(today);
        Agreement { starts_on: self.agreed.starts_on, ends_on: self.agreed.ends_on, horizon }
    }

    /// What these clauses make of the reports there are. What any clause held before asked for, however long the
    /// agreement lasted, is of our making.
    fn plan(&self, typed: &[Clause], today: NaiveDate) -> Plan {
        let ever = NaiveDate::from_ymd_opt(LATEST_YEAR, 12, 31);
        let endless = Agreement { ends_on: ever, ..self.agreement(today) };
        let held = self.clauses().iter().filter_map(clause_of);
        let before: Vec<Planned> = held.flat_map(|clause| planned(&[clause], endless)).collect();
        plan(&planned(typed, self.agreement(today)), &self.existing, &before)
    }
}

/// A clause as its file tells it.
fn clause_of(row: &Held) -> Option<Clause> {
    let text = |name: &str| row.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let last = text("final") == Some("yes");
    Some(Clause {
        kind: text("kind").filter(|kind| KINDS.contains(kind))?.to_owned(),
        every_months: match text("every_months") {
            Some(months) => Some(months.parse().ok()?),
            None if last => None,
            None => return None,
        },
        first_period_from: match text("first_period_from") {
            Some(day) => Some(parse_day(day).ok()?),
            None => None,
        },
        grace_days: text("grace_days")?.parse().ok().filter(|days| *days <= 3660)?,
    })
}

/// The table of fields as sent; rows with nothing in them are left out.
fn typed_rows(sent: &Sent) -> Vec<[String; 4]> {
    let rows = (0..MOST).map_while(|at| sent.has(&format!("kind-{at}")).then_some(at));
    let cells = rows.map(|at| CELLS.map(|name| sent.get(&format!("{name}-{at}")).to_owned()));
    cells.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()
}

/// What the system holds of the clauses of a day, as the table shows it.
fn held_rows(rows: &[Held], day: &str, l10n: L10n) -> Vec<[String; 4]> {
    let of_day = rows.iter().filter(|row| row.get("agreed_on").map_or("", String::as_str) == day);
    let say = |row: &Held| {
        let text = |name: &str| row.get(name).cloned().unwrap_or_default();
        let every = if text("final") == "yes" { AT_THE_END.to_owned() } else { text("every_months") };
        let first = to_form(FileCell::Day, &text("first_period_from"), None, l10n);
        [text("kind"), every, first, text("grace_days")]
    };
    of_day.map(say).collect()
}

/// The rows of the file.
fn file_rows(code: &str, agreed_on: &str, rows: &[[String; 4]], l10n: L10n) -> Vec<Held> {
    let row = |(at, [kind, every, first, grace]): (usize, &[String; 4])| {
        let last = every == AT_THE_END;
        Held::from([
            ("pledge".to_owned(), code.to_owned()),
            ("number".to_owned(), (at + 1).to_string()),
            ("kind".to_owned(), kind.clone()),
            ("final".to_owned(), if last { "yes" } else { "no" }.to_owned()),
            ("every_months".to_owned(), if last { String::new() } else { every.clone() }),
            ("first_period_from".to_owned(), to_file(FileCell::Day, first, l10n)),
            ("grace_days".to_owned(), to_file(FileCell::Count, grace, l10n)),
            ("agreed_on".to_owned(), agreed_on.to_owned()),
        ])
    };
    rows.iter().enumerate().map(row).collect()
}

/// What a form shows.
#[derive(Default)]
struct Draft {
    sent: Sent,
    rows: Vec<[String; 4]>,
    wrong: Wrong,
    plan: Option<(Plan, Vec<String>)>,
    conflict: bool,
}

fn page(code: &str, found: &Found, draft: &Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to("pledges", code);
    let kicker = (format!("{} · {code}", l10n.word("pledges", "kicker")), back.clone());
    let seen = draft.plan.is_some() && !draft.conflict;
    let submit = if seen { l10n.t("obligations-make") } else { l10n.t("obligations-preview") };
    let mut page = FormPage::new(format!("{back}/obligations"), kicker, l10n.t("obligations-title"), submit);
    let end = match found.agreed.ends_on {
        Some(end) => format::day(end, l10n),
        None => l10n.t("obligations-no-end"),
    };
    let args = [("start", format::day(found.agreed.starts_on, l10n).into()), ("end", end.into())];
    page.lead = Some(l10n.with("obligations-lead", &args));
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let day = to_form(FileCell::Event, &found.in_force_from(frame.today), None, l10n);
    let day = if draft.sent.has("agreed_on") { draft.sent.raw("agreed_on").to_owned() } else { day };
    let since = Field::new("agreed_on", l10n.t("obligations-since")).says(day).typed(Widget::Day(Some(frame.today)));
    page.sections.push(Fields::of(vec![since.hint(l10n.t("obligations-since-hint")).wrong(error("agreed_on"))]));
    page.grid = Some(grid(&draft.rows, &draft.wrong, l10n));
    if let Some((plan, names)) = &draft.plan {
        page.preview = Some(preview(plan, names, l10n));
        page.hidden.push(("seen".to_owned(), digest(plan)));
        page.presses.push(Press { name: "press", value: "preview".to_owned(), label: l10n.t("obligations-again") });
        if !plan.moved.is_empty() || !plan.taken_out.is_empty() || draft.wrong.contains_key("reason") {
            page.last.push(entry::reason(&draft.sent, &draft.wrong, l10n));
        }
    }
    page.hidden.push(entry::carry(&found.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.t("report-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

fn grid(rows: &[[String; 4]], wrong: &Wrong, l10n: L10n) -> Grid {
    let choose = (String::new(), l10n.t("form-choose"));
    let row = |(at, cells): (usize, &[String; 4])| {
        let fields = CELLS.iter().zip(cells).map(|(name, value)| {
            let widget = match *name {
                "kind" => {
                    let kinds = KINDS.map(|kind| (kind.to_owned(), l10n.word("report-kind", kind)));
                    Widget::Choice(std::iter::once(choose.clone()).chain(kinds).collect())
                }
                "every_months" => Widget::Choice(spans(value, l10n)),
                "first_period_from" => Widget::Day(None),
                _ => Widget::Number,
            };
            let field = Field::new(&format!("{name}-{at}"), l10n.word("obligations", name)).says(value).typed(widget);
            let error = wrong.get(&field.name).map(|errors| errors.join(" "));
            field.wrong(error)
        });
        let name = l10n.with("obligations-row", &[("number", (at + 1).into())]);
        GridRow { cells: fields.collect(), hidden: Vec::new(), name }
    };
    Grid {
        title: l10n.t("obligations-clauses"),
        hint: l10n.t("obligations-hint"),
        heads: CELLS.map(|name| (l10n.word("obligations", name), if name == "grace_days" { "num" } else { "" })).into(),
        rows: rows.iter().enumerate().map(row).collect(),
        foot: String::new(),
        more: l10n.t("obligations-add"),
        helper: None,
    }
}

fn spans(value: &str, l10n: L10n) -> Vec<(String, String)> {
    let months = |months: u32| (months.to_string(), l10n.with("obligations-every", &[("months", months.into())]));
    let mut spans = vec![(String::new(), l10n.t("form-choose")), (AT_THE_END.to_owned(), l10n.t("obligations-at-end"))];
    spans.extend(EVERY.map(months));
    // What an agreement has stays, however odd.
    if let Ok(other) = value.parse::<u32>()
        && !EVERY.contains(&other)
    {
        spans.push(months(other));
    }
    spans
}

/// What would be done, row by row.
fn preview(plan: &Plan, names: &[String], l10n: L10n) -> Section {
    let row = |tag: (&'static str, &'static str), name: &str, planned: (&str, bool), period: String, due: DrawnCell| {
        let (kind, last) = planned;
        let last = if last { l10n.t("donor-reports-final") } else { String::new() };
        vec![
            DrawnCell::text(name).tag(Some(tag)).phone(period.clone()),
            DrawnCell::text(l10n.word("report-kind", kind)).below(last),
            DrawnCell::text(period),
            due,
        ]
    };
    let day = |day: NaiveDate| DrawnCell::of(&Cell::Day(day), l10n);
    let period = |from: Option<NaiveDate>, to: Option<NaiveDate>| format::stretch(from, to, l10n);
    let mut rows = Vec::new();
    for (one, name) in plan.added.iter().zip(names) {
        let period = period(Some(one.period_from), Some(one.period_to));
        rows.push(row(("ok", "obligations-added"), name, (&one.kind, one.last), period, day(one.due_on)));
    }
    for (have, to) in &plan.moved {
        let moved = format!("{} → {}", format::day(have.due_on, l10n), format::day(to.due_on, l10n));
        let period = period(Some(to.period_from), Some(to.period_to));
        let due = DrawnCell::text(moved);
        rows.push(row(("info", "obligations-moved"), &have.reference, (&to.kind, to.last), period, due));
    }
    for (all, tag) in [(&plan.taken_out, ("bad", "obligations-taken-out")), (&plan.left, ("gap", "obligations-left"))] {
        for have in all {
            let period = period(have.period_from, have.period_to);
            rows.push(row(tag, &have.reference, (&have.kind, have.last), period, day(have.due_on)));
        }
    }
    Section {
        title: l10n.with("obligations-would", &[("same", plan.same.into())]),
        heads: vec![
            (l10n.t("col-report"), ""),
            (l10n.t("col-kind"), "w"),
            (l10n.t("report-period"), "w"),
            (l10n.t("col-due"), "nowrap"),
        ],
        rows,
        all: String::new(),
        empty: l10n.t("obligations-nothing"),
    }
}

/// What was seen, so that nothing else is made than what was.
fn digest(plan: &Plan) -> String {
    hex::encode(Sha256::digest(format!("{plan:?}")))
}

/// `GET /pledges/{ref}/obligations`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let found = find(&mut tx, &state, &viewer, &code, latest).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "pledges");
    let mut rows = held_rows(found.clauses(), &found.in_force_from(frame.today), frame.l10n);
    if rows.is_empty() {
        rows.push(Default::default());
    }
    page(&code, &found, &Draft { rows, ..Draft::default() }, frame)
}

/// `POST /pledges/{ref}/obligations`: a button of the table, the preview, or the making of what was seen.
pub async fn make(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let mut tx = posting.state.0.db.read().await?;
    let found = find(&mut tx, &posting.state, &posting.viewer, &code, posting.latest).await?;
    tx.end();
    let sent = posting.sent.clone();
    let mut draft = Draft { rows: typed_rows(&sent), sent, ..Draft::default() };
    let press = draft.sent.get("press").to_owned();
    match (press.as_str(), press.strip_prefix("remove-").and_then(|at| at.parse::<usize>().ok())) {
        (_, Some(at)) if at < draft.rows.len() => drop(draft.rows.remove(at)),
        ("add", _) if draft.rows.len() < MOST => draft.rows.push(Default::default()),
        ("" | "preview", _) => {
            if let Some(done) = save(&posting, &code, &found, &mut draft, press.is_empty(), l10n).await? {
                return Ok(done);
            }
        }
        _ => {}
    }
    page(&code, &found, &draft, Frame::new(&posting.state, posting.viewer, "pledges"))
}

/// Works out what the clauses make, and makes it where it is what was seen.
async fn save(
    posting: &Posting,
    code: &str,
    found: &Found,
    draft: &mut Draft,
    wanted: bool,
    l10n: L10n,
) -> Result<Option<Response>, PageError> {
    let today = posting.state.0.clock.today();
    let agreed_on = to_file(FileCell::Event, draft.sent.get("agreed_on"), l10n);
    let rows = file_rows(code, &agreed_on, &draft.rows, l10n);
    if rows.is_empty() {
        draft.wrong.insert(String::new(), vec![l10n.t("obligations-none")]);
        return Ok(None);
    }
    let clauses: Vec<Option<Clause>> = rows.iter().map(clause_of).collect();
    let Some(clauses) = clauses.into_iter().collect::<Option<Vec<Clause>>>() else {
        draft.wrong = unread(&draft.rows, &rows, l10n);
        return Ok(None);
    };
    let plan = found.plan(&clauses, today);
    let names = references(code, &plan.added, &found.taken);
    if !wanted || draft.sent.get("seen") != digest(&plan) {
        draft.plan = Some((plan, names));
        return Ok(None);
    }
    let reports = report_rows(code, found, &plan, &names);
    let takes_out: Vec<String> = plan.taken_out.iter().map(|one| one.reference.clone()).collect();
    let reason = posting.sent.get("reason");
    if reason.is_empty() && !takes_out.is_empty() {
        draft.wrong.insert("reason".to_owned(), vec![l10n.t("event-reason-needed")]);
        draft.plan = Some((plan, names));
        return Ok(None);
    }
    let mut all = vec![(Kind::ReportingClauses, rows)];
    if !reports.is_empty() {
        all.push((Kind::DonorReports, reports));
    }
    let act = entry::Act {
        act: "obligations-make",
        about: ("pledges", code),
        rows: all,
        drawn_from: entry::carried(&posting.sent)?,
        reason,
        corrects: true,
    };
    match entry::enter_and_take_out(posting, act, takes_out).await? {
        Entered::Done(change) => return Ok(Some(seen(code, &change.0.to_string()))),
        Entered::Same => return Ok(Some(seen(code, "same"))),
        Entered::Wrong(mut wrong) => {
            // One day for all clauses.
            if let Some(errors) = wrong.remove("agreed_on-0") {
                wrong.retain(|name, _| !name.starts_with("agreed_on-"));
                wrong.insert("agreed_on".to_owned(), errors);
            }
            draft.wrong = wrong;
        }
        Entered::Stale(_) => draft.conflict = true,
    }
    draft.plan = Some((plan, names));
    Ok(None)
}

fn seen(code: &str, done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", address::to("pledges", code))).into_response()
}

/// What is wrong with clauses that cannot be read, beside each field.
fn unread(typed: &[[String; 4]], rows: &[Held], l10n: L10n) -> Wrong {
    let mut wrong = Wrong::new();
    for (at, ([kind, every, _, _], row)) in typed.iter().zip(rows).enumerate() {
        let held = |name: &str| row.get(name).map_or("", String::as_str);
        let mut tell = |name: &str, key: &str| drop(wrong.insert(format!("{name}-{at}"), vec![l10n.t(key)]));
        if kind.is_empty() {
            tell("kind", "obligations-kind-needed");
        }
        if every.is_empty() {
            tell("every_months", "obligations-every-needed");
        }
        if !held("first_period_from").is_empty() && parse_day(held("first_period_from")).is_err() {
            tell("first_period_from", "form-not-a-day");
        }
        if held("grace_days").parse::<u32>().ok().is_none_or(|days| days > 3660) {
            tell("grace_days", "obligations-grace-wrong");
        }
    }
    wrong
}

/// The rows of new reports and of those that move.
fn report_rows(code: &str, found: &Found, plan: &Plan, names: &[String]) -> Vec<Held> {
    let new = plan.added.iter().zip(names).map(|(one, name)| {
        Held::from([
            ("ref".to_owned(), name.clone()),
            ("pledge".to_owned(), code.to_owned()),
            ("unit".to_owned(), found.agreed.unit.clone()),
            ("kind".to_owned(), one.kind.clone()),
            ("final".to_owned(), if one.last { "yes" } else { "no" }.to_owned()),
            ("period_from".to_owned(), one.period_from.to_string()),
            ("period_to".to_owned(), one.period_to.to_string()),
            ("due_on".to_owned(), one.due_on.to_string()),
        ])
    });
    let moved = plan.moved.iter().filter_map(|(have, to)| {
        let of = found.drawn.iter().filter(|drawn| drawn.kind == Kind::DonorReports);
        let held = of.flat_map(|drawn| &drawn.rows).find(|row| row.get("ref") == Some(&have.reference))?;
        let mut row: Held = ["ref", "pledge", "unit", "kind", "final", "title", "responsible"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), held.get(name)?.clone())))
            .collect();
        row.insert("period_from".to_owned(), to.period_from.to_string());
        row.insert("period_to".to_owned(), to.period_to.to_string());
        row.insert("due_on".to_owned(), to.due_on.to_string());
        Some(row)
    });
    new.chain(moved).collect()
}
