//! What happens to a pledge: it is signed, cancelled, written off, the condition of an instalment is met. Each is a short
//! form that asks for the day, and an event in the world: before that day the old still holds.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::entering::{allow, seen};
use super::store::{self, Standing, StandingInstalment};
use crate::balances;
use crate::facts::tables::PLEDGE_EVENTS;
use crate::facts::{Claim, WriteTx};
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::ids::PledgeId;
use crate::l10n::L10n;
use crate::web::entry::{self, Act, Entered, Wrong};
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::session::Viewer;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Sign,
    Cancel,
    WriteOff,
    Condition,
}

impl Event {
    fn named(word: &str) -> Option<Event> {
        [Event::Sign, Event::Cancel, Event::WriteOff, Event::Condition].into_iter().find(|event| event.word() == word)
    }

    /// The last part of its address.
    fn word(self) -> &'static str {
        match self {
            Event::Sign => "sign",
            Event::Cancel => "cancel",
            Event::WriteOff => "write-off",
            Event::Condition => "condition",
        }
    }

    /// The column of the file that says on which day.
    fn column(self) -> &'static str {
        match self {
            Event::Sign => "signed_on",
            Event::Cancel => "cancelled_on",
            Event::WriteOff => "written_off_on",
            Event::Condition => "condition_met_on",
        }
    }

    fn act(self) -> &'static str {
        match self {
            Event::Sign => "pledge-sign",
            Event::Cancel => "pledge-cancel",
            Event::WriteOff => "pledge-write-off",
            Event::Condition => "pledge-condition",
        }
    }
}

/// A pledge and its instalments as the form needs them.
struct Found {
    standing: Standing,
    instalments: Vec<StandingInstalment>,
}

async fn find(
    state: &AppState,
    viewer: &Viewer,
    code: &str,
    latest: crate::kernel::KnownAt,
) -> Result<Found, PageError> {
    let today = state.0.clock.today();
    let mut tx = state.0.db.read().await?;
    let standing = store::standing(&mut tx, code, today, latest.0).await?.ok_or(Refused::NotFound)?;
    allow(&mut tx, viewer, today, latest, std::slice::from_ref(&standing.unit)).await?;
    let instalments = store::standing_instalments(&mut tx, standing.id, today, latest.0).await?;
    tx.end();
    Ok(Found { standing, instalments })
}

fn page(
    frame: Frame,
    event: Event,
    code: &str,
    found: &Found,
    sent: &Sent,
    wrong: &Wrong,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to("pledges", code);
    let kicker = (format!("{} · {code}", l10n.word("pledges", "kicker")), back.clone());
    let action = format!("{back}/{}", event.word());
    let title = l10n.word("event-title", event.word());
    let mut page = FormPage::new(action, kicker, title, l10n.word("event-submit", event.word()));
    page.lead = Some(l10n.word("event-lead", event.word()));
    page.grave = matches!(event, Event::Cancel | Event::WriteOff);
    let error = |name: &str| wrong.get(name).map(|errors| errors.join(" "));
    let today = format::day(frame.today, l10n);
    let day = if sent.has("day") { sent.raw("day") } else { &today };
    let mut fields = Vec::new();
    if let Some(choice) = choice(event, found, sent, l10n) {
        fields.push(choice.wrong(error("number")));
    }
    let label = l10n.word("event-day", event.word());
    fields
        .push(Field::new("day", label).says(day).typed(Widget::Day(Some(frame.today))).required().wrong(error("day")));
    if event == Event::WriteOff {
        let amount = Field::new("amount", l10n.t("event-part")).says(sent.raw("amount")).typed(Widget::Number);
        fields.push(amount.hint(l10n.t("event-part-hint")).wrong(error("amount")));
    }
    page.sections.push(Section::of(fields));
    if page.grave {
        let mut reason = entry::reason(sent, wrong, l10n).required();
        reason.hint = Some(l10n.t("event-reason-hint"));
        page.last.push(reason);
    }
    if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, wrong);
    page.page(frame)
}

/// Which instalment: of those that wait, or of those with something outstanding.
fn choice(event: Event, found: &Found, sent: &Sent, l10n: L10n) -> Option<Field> {
    let fits = |one: &&StandingInstalment| match event {
        Event::Condition => one.waits,
        Event::WriteOff => one.outstanding > Decimal::ZERO,
        Event::Sign | Event::Cancel => false,
    };
    let say = |one: &StandingInstalment| {
        let amount =
            format!("{} {}", found.standing.currency, format::amount(one.outstanding, found.standing.currency, l10n));
        let args = [
            ("number", one.number.into()),
            ("due_on", format::day(one.due_on, l10n).into()),
            ("amount", amount.into()),
            ("condition", one.condition.clone().unwrap_or_default().into()),
        ];
        let key = if one.condition.is_some() { "event-instalment-condition" } else { "event-instalment" };
        (one.number.to_string(), l10n.with(key, &args))
    };
    let mut options: Vec<(String, String)> = found.instalments.iter().filter(fits).map(say).collect();
    match event {
        Event::Sign | Event::Cancel => None,
        Event::Condition => {
            let field = Field::new("number", l10n.t("event-which")).says(sent.get("number"));
            Some(field.typed(Widget::Choice(options)).required())
        }
        Event::WriteOff => {
            options.insert(0, (String::new(), l10n.t("event-whole")));
            let field = Field::new("number", l10n.t("event-what")).says(sent.get("number"));
            Some(field.typed(Widget::Choice(options)))
        }
    }
}

/// `GET /pledges/{ref}/{event}`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((code, word)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let event = Event::named(&word).ok_or(Refused::NotFound)?;
    let SignedIn { tx, viewer, latest } = signed_in;
    tx.end();
    let found = find(&state, &viewer, &code, latest).await?;
    page(Frame::new(&state, viewer, "pledges"), event, &code, &found, &Sent::default(), &Wrong::new())
}

/// `POST /pledges/{ref}/{event}`.
pub async fn happen(Path((code, word)): Path<(String, String)>, posting: Posting) -> Result<Response, PageError> {
    let event = Event::named(&word).ok_or(Refused::NotFound)?;
    let l10n = L10n::of(&posting.viewer.language);
    let found = find(&posting.state, &posting.viewer, &code, posting.latest).await?;
    let sent = &posting.sent;
    let mut wrong = Wrong::new();
    let day = format::read_day(sent.get("day"), l10n);
    match day {
        None => drop(wrong.insert("day".to_owned(), vec![l10n.t("form-not-a-day")])),
        Some(day) if day > posting.state.0.clock.today() => {
            wrong.insert("day".to_owned(), vec![l10n.t("event-after-today")]);
        }
        Some(_) => {}
    }
    if matches!(event, Event::Cancel | Event::WriteOff) && sent.get("reason").is_empty() {
        wrong.insert("reason".to_owned(), vec![l10n.t("event-reason-needed")]);
    }
    if let (Some(day), true) = (day, wrong.is_empty()) {
        let part = event == Event::WriteOff && !(sent.get("number").is_empty() && sent.get("amount").is_empty());
        let done = if part {
            write_off_part(&posting, &code, &found, day, l10n).await?
        } else {
            record(&posting, event, &code, &found, day).await?
        };
        match done {
            Entered::Done(change) => return Ok(seen(&code, Some(change))),
            Entered::Same => return Ok(seen(&code, None)),
            Entered::Wrong(errors) => wrong = errors,
            Entered::Stale(_) => drop(wrong.insert(String::new(), vec![l10n.t("event-stale")])),
        }
    }
    // The day stands in the field of its own name, whatever the file calls it.
    if let Some(errors) = wrong.remove(event.column()) {
        wrong.entry("day".to_owned()).or_default().extend(errors);
    }
    if wrong.contains_key("reason") && !matches!(event, Event::Cancel | Event::WriteOff) {
        wrong = Wrong::from([(String::new(), vec![l10n.t("event-stale")])]);
    }
    let frame = Frame::new(&posting.state, posting.viewer.clone(), "pledges");
    page(frame, event, &code, &found, sent, &wrong)
}

/// An event of the pledge, or of one of its instalments, as the file would tell it: the row there is, with the day filled.
async fn record(
    posting: &Posting,
    event: Event,
    code: &str,
    found: &Found,
    day: NaiveDate,
) -> Result<Entered, PageError> {
    let mut tx = posting.state.0.db.read().await?;
    let (kind, from) = match event {
        Event::Condition => (Kind::Instalments, found.standing.schedule_from),
        _ => (Kind::Pledges, None),
    };
    let only = Held::from([("agreed_on".to_owned(), from.map_or_else(String::new, |day| day.to_string()))]);
    let drawn = Drawn::read(&mut tx, kind, code, only, posting.latest.0).await?;
    tx.end();
    let mut rows = drawn.rows.clone();
    let wanted = posting.sent.get("number");
    let mut filled = false;
    for row in &mut rows {
        if kind == Kind::Pledges || row.get("number").is_some_and(|number| number == wanted) {
            filled = row.insert(event.column().to_owned(), day.to_string()).is_none();
        }
    }
    if !filled {
        return Ok(Entered::Stale(vec![drawn]));
    }
    let act = Act {
        act: event.act(),
        about: ("pledges", code),
        rows: vec![(kind, rows)],
        drawn_from: vec![drawn],
        reason: posting.sent.get("reason"),
        corrects: false,
    };
    entry::enter(posting, act).await
}

/// A part of an instalment, or of what is outstanding without a schedule, is written off: at most what is outstanding on
/// that day, asked under the recording lock.
async fn write_off_part(
    posting: &Posting,
    code: &str,
    found: &Found,
    day: NaiveDate,
    l10n: L10n,
) -> Result<Entered, PageError> {
    let refuse = |name: &str, sentence: String| Ok(Entered::Wrong(Wrong::from([(name.to_owned(), vec![sentence])])));
    let number: Option<i32> = posting.sent.get("number").parse().ok();
    if number.is_none() && !found.instalments.is_empty() {
        return refuse("number", l10n.t("event-part-of-which"));
    }
    let currency = found.standing.currency;
    let mut tx = WriteTx::begin(
        &posting.state.0.db,
        posting.actor(),
        Event::WriteOff.act(),
        Some(posting.sent.get("reason").to_owned()),
    )
    .await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(before) => return Ok(Entered::Done(before)),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let at = tx.recorded().await?.at;
    let outstanding = match number {
        None => store::standing(tx.connection(), code, day, at).await?.map(|standing| standing.outstanding),
        Some(number) => {
            let all = store::standing_instalments(tx.connection(), found.standing.id, day, at).await?;
            all.into_iter().find(|one| one.number == number).map(|one| one.outstanding)
        }
    };
    let Some(outstanding) = outstanding else { return refuse("day", l10n.t("event-not-then")) };
    let typed = posting.sent.get("amount");
    let amount = if typed.is_empty() {
        Some(outstanding)
    } else {
        format::read_number(typed, l10n).and_then(|number| number.parse::<Decimal>().ok())
    };
    let Some(amount) = amount.filter(|amount| *amount > Decimal::ZERO && currency.fits(*amount)) else {
        return refuse("amount", l10n.t("event-amount-wrong"));
    };
    if amount > outstanding {
        let most = format!("{currency} {}", format::amount(outstanding, currency, l10n));
        return refuse("amount", l10n.with("event-amount-too-large", &[("most", most.into())]));
    }
    let pledge = found.standing.id;
    let key = format!("{code} written off {}", number.map_or_else(String::new, |number| number.to_string()));
    PLEDGE_EVENTS
        .record_bound(&mut tx, |source| {
            source.sql("select ").bind(key).sql(" as key, null::bigint as replaces, ").bind(pledge);
            source.sql("::bigint as pledge_id, 'written_off' as event, ").bind(day).sql("::date as happened_on, ");
            source.bind(number).sql("::integer as instalment_number, ").bind(amount).sql("::numeric as amount");
        })
        .await?;
    balances::recompute(&mut tx, &[PledgeId(pledge)]).await?;
    tx.say(serde_json::json!({ "room": "pledges", "code": code }));
    Ok(tx.commit().await?.map_or(Entered::Same, |recorded| Entered::Done(recorded.change)))
}
