//! Milestones of a project: what is to be reached and by when, planned anew from a day on, and the day it was reached.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::entering::seen;
use super::statuses::find;
use super::store::{self, Found, Plan};
use crate::facts::{Claim, WriteTx};
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// The longest description, in characters.
const LONGEST: usize = 300;

/// What the form says of a milestone, in the order of its fields; `agreed_on` is the form's own.
const SAID: [&str; 3] = ["milestone", "planned_on", "reached_on"];

/// A milestone as it stands: the plan agreed on last, and the fact that it was reached.
#[derive(Debug, Default)]
struct Standing {
    plan: Option<Plan>,
    reached: Option<(i64, NaiveDate)>,
}

impl Standing {
    async fn read(connection: &mut PgConnection, project: i64, number: i32) -> Result<Self, sqlx::Error> {
        let plan = store::plans(&mut *connection, project, number).await?.pop();
        Ok(Standing { plan, reached: store::reached(connection, project, number).await? })
    }

    /// In the words of the form.
    fn says(&self, l10n: L10n) -> Sent {
        let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| format::day(day, l10n));
        let plan = self.plan.as_ref();
        let texts = [
            plan.map_or_else(String::new, |plan| plan.milestone.clone()),
            day(plan.map(|plan| plan.planned_on)),
            day(self.reached.map(|(_, day)| day)),
        ];
        Sent(SAID.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), text)).collect())
    }
}

/// What was typed, understood.
struct Typed {
    milestone: String,
    planned_on: NaiveDate,
    agreed_on: Option<NaiveDate>,
    reached_on: Option<NaiveDate>,
}

fn understand(sent: &Sent, today: NaiveDate, l10n: L10n) -> Result<Typed, Wrong> {
    let mut wrong = Wrong::new();
    let mut refuse = |name: &str, sentence: String| drop(wrong.insert(name.to_owned(), vec![sentence]));
    let milestone = sent.get("milestone");
    match milestone.chars().count() {
        0 => refuse("milestone", l10n.t("form-required")),
        1..=LONGEST => {}
        _ => refuse("milestone", l10n.with("status-too-long", &[("most", LONGEST.into())])),
    }
    let planned_on = format::read_day(sent.get("planned_on"), l10n);
    if planned_on.is_none() {
        refuse("planned_on", l10n.t("form-not-a-day"));
    }
    let mut past = |name: &str| {
        let typed = sent.get(name);
        let day = format::read_day(typed, l10n);
        match day {
            None if !typed.is_empty() => refuse(name, l10n.t("form-not-a-day")),
            Some(day) if day > today => refuse(name, l10n.t("event-after-today")),
            _ => {}
        }
        day
    };
    let (agreed_on, reached_on) = (past("agreed_on"), past("reached_on"));
    match planned_on {
        Some(planned_on) if wrong.is_empty() => {
            Ok(Typed { milestone: milestone.to_owned(), planned_on, agreed_on, reached_on })
        }
        _ => Err(wrong),
    }
}

struct Draft<'a> {
    code: &'a str,
    title: &'a str,
    number: Option<i32>,
    sent: &'a Sent,
    was: String,
    wrong: Wrong,
    theirs: BTreeMap<String, String>,
}

fn page(draft: Draft<'_>, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to("projects", draft.code);
    let kicker = (format!("{} · {}", l10n.word("projects", "kicker"), draft.code), back.clone());
    let last = draft.number.map_or_else(|| "new".to_owned(), |number| number.to_string());
    let title = l10n.t(if draft.number.is_some() { "milestone-edit" } else { "milestone-new" });
    let mut page = FormPage::new(format!("{back}/milestones/{last}"), kicker, title, l10n.t("form-save"));
    page.lead = Some(draft.title.to_owned());
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let field = |name: &str, widget: Widget| {
        Field::new(name, l10n.word("field", name)).says(draft.sent.raw(name)).typed(widget).wrong(error(name))
    };
    let mut fields =
        vec![field("milestone", Widget::Line).required(), field("planned_on", Widget::Day(None)).required().half()];
    fields.push(field("reached_on", Widget::Day(Some(frame.today))).hint(l10n.t("milestone-reached-hint")).half());
    if draft.number.is_some() {
        let label = l10n.t("milestone-anew");
        let anew = Field::new("agreed_on", label).says(draft.sent.raw("agreed_on"));
        let anew = anew.typed(Widget::Day(Some(frame.today))).hint(l10n.t("milestone-anew-hint"));
        fields.push(anew.wrong(error("agreed_on")));
        page.last.push(entry::reason(draft.sent, &draft.wrong, l10n));
    }
    page.sections.push(Section::of(fields));
    page.hidden.push(("was".to_owned(), draft.was));
    page.tell(&draft.theirs);
    if !draft.theirs.is_empty() {
        page.conflict = Some(l10n.t("form-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// What a form was drawn from, carried along in it: what it said.
fn carried(sent: &Sent) -> String {
    let said: Vec<(&str, &str)> = SAID.iter().map(|name| (*name, sent.raw(name))).collect();
    serde_json::to_string(&said).unwrap_or_default()
}

async fn ask(state: AppState, signed_in: SignedIn, code: String, number: Option<i32>) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let found = find(&mut tx, &viewer, &code, state.0.clock.today(), latest).await?;
    let standing = match number {
        Some(number) => Standing::read(&mut tx, found.id, number).await?,
        None => Standing::default(),
    };
    tx.end();
    if number.is_some() && standing.plan.is_none() {
        return Err(Refused::NotFound.into());
    }
    let sent = standing.says(L10n::of(&viewer.language));
    let draft = Draft {
        code: &code,
        title: &found.title,
        number,
        was: carried(&sent),
        sent: &sent,
        wrong: Wrong::new(),
        theirs: BTreeMap::new(),
    };
    page(draft, Frame::new(&state, viewer, "projects"))
}

/// `GET /projects/{code}/milestones/new`.
pub async fn new(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    ask(state, signed_in, code, None).await
}

/// `GET /projects/{code}/milestones/{number}`.
pub async fn edit(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((code, number)): Path<(String, i32)>,
) -> Result<Response, PageError> {
    ask(state, signed_in, code, Some(number)).await
}

/// `POST /projects/{code}/milestones/new`.
pub async fn create(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    take(posting, code, None).await
}

/// `POST /projects/{code}/milestones/{number}`.
pub async fn change(Path((code, number)): Path<(String, i32)>, posting: Posting) -> Result<Response, PageError> {
    take(posting, code, Some(number)).await
}

async fn take(posting: Posting, code: String, number: Option<i32>) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let today = posting.state.0.clock.today();
    let mut tx = posting.state.0.db.read().await?;
    let found = find(&mut tx, &posting.viewer, &code, today, posting.latest).await?;
    tx.end();
    let was: Vec<(String, String)> = serde_json::from_str(posting.sent.raw("was"))
        .map_err(|_| PageError(Refused::BadParameter("was", String::new())))?;
    let was = Sent(was);
    let mut draft = Draft {
        code: &code,
        title: &found.title,
        number,
        was: posting.sent.raw("was").to_owned(),
        sent: &posting.sent,
        wrong: Wrong::new(),
        theirs: BTreeMap::new(),
    };
    let merged;
    match understand(&posting.sent, today, l10n) {
        Err(wrong) => draft.wrong = wrong,
        Ok(typed) => match record(&posting, &found, &code, number, &typed, &was, l10n).await? {
            Recorded::Done(seen) => return Ok(seen),
            Recorded::Wrong(name, key) => drop(draft.wrong.insert(name.to_owned(), vec![l10n.t(key)])),
            Recorded::Stale(now) => {
                (merged, draft.theirs) = entry::merge_fields(SAID.into_iter(), &was, &now, &posting.sent, l10n);
                draft.sent = &merged;
                draft.was = carried(&now);
            }
        },
    }
    page(draft, Frame::new(&posting.state, posting.viewer.clone(), "projects"))
}

/// What came of it.
enum Recorded {
    Done(Response),
    /// A field, and the key of what is wrong with it.
    Wrong(&'static str, &'static str),
    /// Somebody else changed it meanwhile; what the form would say now.
    Stale(Sent),
}

async fn record(
    posting: &Posting,
    found: &Found,
    code: &str,
    number: Option<i32>,
    typed: &Typed,
    was: &Sent,
    l10n: L10n,
) -> Result<Recorded, PageError> {
    let reason = Some(posting.sent.get("reason")).filter(|reason| !reason.is_empty()).map(str::to_owned);
    let given = reason.is_some();
    let act = if number.is_some() { "milestone-change" } else { "milestone-add" };
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, reason).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(before) => return Ok(Recorded::Done(seen(code, Some(before)))),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let of = (found.id, code);
    let standing = match number {
        Some(number) => Standing::read(tx.connection(), found.id, number).await?,
        None => Standing::default(),
    };
    let now = standing.says(l10n);
    if SAID.iter().any(|name| now.get(name) != was.get(name)) {
        return Ok(Recorded::Stale(now));
    }
    let number = match number {
        Some(number) => number,
        None => store::next_number(tx.connection(), found.id).await?,
    };
    let (old, reached) = (standing.plan, standing.reached);
    let same =
        old.as_ref().is_some_and(|plan| plan.milestone == typed.milestone && plan.planned_on == typed.planned_on);
    let same_day = reached.map(|(_, day)| day) == typed.reached_on;
    if same && same_day {
        return Ok(Recorded::Done(seen(code, None)));
    }
    let anew = typed.agreed_on.filter(|_| old.is_some());
    // What is agreed on from a day on is a further fact; anything else that was recorded before is corrected, for a reason.
    let corrects = (!same && old.is_some() && anew.is_none()) || (!same_day && reached.is_some());
    if corrects && !given {
        return Ok(Recorded::Wrong("reason", "form-reason-needed"));
    }
    if !same {
        if anew.is_some_and(|day| old.as_ref().and_then(|plan| plan.agreed_on).is_some_and(|before| day <= before)) {
            return Ok(Recorded::Wrong("agreed_on", "milestone-agreed-later"));
        }
        let replaced = old.as_ref().filter(|_| anew.is_none());
        let plan = Plan {
            id: 0,
            agreed_on: anew.or(replaced.and_then(|plan| plan.agreed_on)),
            milestone: typed.milestone.clone(),
            planned_on: typed.planned_on,
        };
        store::plan(&mut tx, of, number, replaced.map(|plan| plan.id), &plan).await?;
    }
    if !same_day {
        store::reach(&mut tx, of, number, reached.map(|(id, _)| id), typed.reached_on).await?;
    }
    tx.say(serde_json::json!({ "room": "projects", "code": code }));
    let recorded = tx.commit().await?;
    Ok(Recorded::Done(seen(code, recorded.map(|recorded| recorded.change))))
}
