//! Allocation by hand: a person says which instalments a receipt pays, and how much of each. It comes before the rule;
//! what does not fit is refused here, and what later no longer fits becomes unallocated and is listed.

use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::acts::{self, Act as Doing, Found};
use super::store::{self, Place, Standing};
use crate::balances;
use crate::facts::tables::HAND_ALLOCATIONS;
use crate::facts::{ChangeId, Claim, WriteTx};
use crate::kernel::ids::PledgeId;
use crate::kernel::money::within_bounds;
use crate::kernel::{Currency, KnownAt};
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Posting, Refused, Sent, format};

/// What the form shows.
#[derive(Default)]
struct Draft {
    sent: Sent,
    wrong: Wrong,
    conflict: bool,
}

fn field_of(number: i32) -> String {
    format!("amount-{number}")
}

/// What the form is drawn from: the receipt's fact and, of each instalment, what it is and what is there by hand.
fn mark(standing: &Standing, places: &[Place]) -> String {
    let of = |place: &Place| {
        let Place { number, amount, hand_id, .. } = place;
        format!("{number}:{}:{}", amount.unwrap_or_default(), hand_id.unwrap_or_default())
    };
    format!("{};{}", standing.fact_id, places.iter().map(of).collect::<Vec<_>>().join(","))
}

fn page(standing: &Standing, places: &[Place], draft: Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let Draft { sent, wrong, conflict } = draft;
    let currency = standing.pledge_currency.unwrap_or(standing.currency);
    let money = |amount: Decimal, currency: Currency| format!("{currency} {}", format::amount(amount, currency, l10n));
    let mut page = acts::form(&standing.reference, Doing::Allocate, &frame);
    let args = [
        ("amount", money(standing.left_over, standing.currency).into()),
        ("donor", standing.donor_name.as_str().into()),
        ("day", format::day(standing.received_on, l10n).into()),
        ("pledge", standing.pledge.clone().unwrap_or_default().into()),
        ("currency", currency.code().into()),
    ];
    page.lead = Some(l10n.with("allocate-lead", &args));
    let error = |name: &str| wrong.get(name).map(|errors| errors.join(" "));
    let mut fields: Vec<Field> = places
        .iter()
        .map(|place| {
            let name = field_of(place.number);
            let due_on = place.due_on.map_or_else(String::new, |day| format::day(day, l10n));
            let args = [
                ("number", place.number.into()),
                ("due_on", due_on.into()),
                ("amount", money(place.amount.unwrap_or_default(), currency).into()),
                ("paid", money(place.paid.unwrap_or_default(), currency).into()),
                ("fits", money(place.fits, currency).into()),
            ];
            let label = if place.due_on.is_some() { "allocate-instalment" } else { "allocate-instalment-gone" };
            let hint = match (place.due_on, place.by_hand) {
                (None, _) => "allocate-gone",
                (Some(_), Some(by_hand)) if by_hand > place.fits => "allocate-no-longer-fits",
                (Some(_), _) => "allocate-paid",
            };
            let said = place.by_hand.map(|amount| format::amount(amount, currency, l10n)).unwrap_or_default();
            let says = if sent.has(&name) { sent.raw(&name).to_owned() } else { said };
            let field = Field::new(&name, l10n.with(label, &args)).says(says).typed(Widget::Number).half();
            field.hint(l10n.with(hint, &args)).wrong(error(&name))
        })
        .collect();
    let since = places.iter().find_map(|place| place.allocated_on).unwrap_or(standing.received_on);
    let since = if sent.has("day") { sent.raw("day").to_owned() } else { format::day(since, l10n) };
    let day = Field::new("day", l10n.t("allocate-day")).says(since).typed(Widget::Day(Some(frame.today))).required();
    fields.push(day.hint(l10n.t("allocate-day-hint")).wrong(error("day")));
    page.sections.push(Section::of(fields));
    let mut reason = entry::reason(&sent, &wrong, l10n).required();
    reason.hint = Some(l10n.t("allocate-reason-hint"));
    page.last.push(reason);
    page.hidden.push(("was".to_owned(), mark(standing, places)));
    if conflict {
        page.conflict = Some(l10n.with("act-on-what-changed", &args));
    } else if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &wrong);
    page.page(frame)
}

async fn places(
    connection: &mut PgConnection,
    standing: &Standing,
    today: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<Place>, PageError> {
    let pledge = standing.pledge_id.ok_or(Refused::NotFound)?;
    Ok(store::places(connection, standing.id, pledge, today, known_at).await?)
}

/// Draws the form: what there is by hand now.
pub async fn ask(
    connection: &mut PgConnection,
    found: Found,
    latest: KnownAt,
    frame: Frame,
) -> Result<Response, PageError> {
    let places = places(connection, &found.standing, frame.today, latest.0).await?;
    page(&found.standing, &places, Draft::default(), frame)
}

/// What a person wants of a receipt on each instalment, and from which day on.
pub struct Wanted {
    /// Numbers of instalments, and how much of each, in the pledge's currency.
    pub amounts: Vec<(i32, Decimal)>,
    /// From which day on.
    pub day: NaiveDate,
}

fn wanted(sent: &Sent, standing: &Standing, places: &[Place], today: NaiveDate, l10n: L10n) -> Result<Wanted, Wrong> {
    let mut wrong = Wrong::new();
    let currency = standing.pledge_currency.unwrap_or(standing.currency);
    let mut amounts = Vec::new();
    for place in places {
        let name = field_of(place.number);
        let typed = sent.get(&name);
        if typed.is_empty() {
            continue;
        }
        let amount = format::read_number(typed, l10n).and_then(|number| number.parse::<Decimal>().ok());
        match amount {
            Some(amount) if amount >= Decimal::ZERO && currency.fits(amount) && within_bounds(amount) => {
                amounts.extend((!amount.is_zero()).then_some((place.number, amount)));
            }
            _ => drop(
                wrong.insert(name, vec![l10n.with("allocate-amount-wrong", &[("currency", currency.code().into())])]),
            ),
        }
    }
    let day = format::read_day(sent.get("day"), l10n).filter(|day| (standing.received_on..=today).contains(day));
    if day.is_none() {
        wrong.insert("day".to_owned(), vec![l10n.t("allocate-day-wrong")]);
    }
    if sent.get("reason").is_empty() {
        wrong.insert("reason".to_owned(), vec![l10n.t("allocate-reason-needed")]);
    }
    match day {
        Some(day) if wrong.is_empty() => Ok(Wanted { amounts, day }),
        _ => Err(wrong),
    }
}

/// What became of it.
enum Allocated {
    Done(ChangeId),
    Same,
    Wrong(Wrong),
    Stale,
}

/// Allocates it.
pub async fn happen(code: &str, posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let today = posting.state.0.clock.today();
    let mut tx = posting.state.0.db.read().await?;
    let found = acts::find(&mut tx, &posting.state, code, posting.latest).await?;
    let there = places(&mut tx, &found.standing, today, posting.latest.0).await?;
    tx.end();
    let mut draft = Draft { sent: posting.sent.clone(), ..Draft::default() };
    match wanted(&posting.sent, &found.standing, &there, today, l10n) {
        Err(wrong) => draft.wrong = wrong,
        Ok(wanted) => match allocate(&posting, code, &wanted, l10n).await? {
            Allocated::Done(change) => return Ok(acts::seen(code, Some(change))),
            Allocated::Same => return Ok(acts::seen(code, None)),
            Allocated::Wrong(wrong) => draft.wrong = wrong,
            Allocated::Stale => draft.conflict = true,
        },
    }
    let frame = Frame::new(&posting.state, posting.viewer, "contributions");
    page(&found.standing, &there, draft, frame)
}

/// Records it, under the recording lock: on what the form was drawn from, and only if the rule finds room for all of it.
async fn allocate(posting: &Posting, code: &str, wanted: &Wanted, l10n: L10n) -> Result<Allocated, PageError> {
    let today = posting.state.0.clock.today();
    let reason = posting.sent.get("reason").to_owned();
    let db = &posting.state.0.db;
    let mut tx = WriteTx::begin(db, posting.actor(), "contribution-allocate", Some(reason)).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(before) => return Ok(Allocated::Done(before)),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    let at = tx.recorded().await?.at;
    let standing = store::standing(tx.connection(), &[code.to_owned()], today, at).await?;
    let Some(standing) = standing.into_iter().next() else { return Ok(Allocated::Stale) };
    let before = places(tx.connection(), &standing, today, at).await?;
    if mark(&standing, &before) != posting.sent.get("was") {
        return Ok(Allocated::Stale);
    }
    let pledge = standing.pledge_id.ok_or(Refused::NotFound)?;
    let Some(too_much) = place(&mut tx, &standing, pledge, &before, wanted, today).await? else {
        return Ok(Allocated::Same);
    };
    if !too_much.is_empty() {
        tx.rollback().await?;
        let currency = standing.pledge_currency.unwrap_or(standing.currency);
        return Ok(Allocated::Wrong(in_words(&too_much, currency, l10n)));
    }
    tx.say(serde_json::json!({ "room": "contributions", "code": code }));
    Ok(tx.commit().await?.map_or(Allocated::Same, |recorded| Allocated::Done(recorded.change)))
}

/// Places a receipt as wanted: all of what is placed by hand of it, whatever was before. Returns, of each instalment
/// that has no room for what is wanted, how much the rule found; nothing at all where nothing changes. Whoever gets
/// something back that does not fit must not commit.
pub async fn place(
    tx: &mut WriteTx,
    standing: &Standing,
    pledge: i64,
    before: &[Place],
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<Option<Vec<(i32, Decimal)>>, sqlx::Error> {
    if !record(tx, standing, pledge, before, wanted).await? {
        return Ok(None);
    }
    balances::recompute(tx, &[PledgeId(pledge)]).await?;
    let at = tx.recorded().await?.at;
    let after = store::places(tx.connection(), standing.id, pledge, today, at).await?;
    let fits =
        |number: i32| after.iter().find(|place| place.number == number).map_or(Decimal::ZERO, |place| place.fits);
    let too_much = wanted.amounts.iter().filter(|(number, amount)| fits(*number) < *amount);
    Ok(Some(too_much.map(|(number, _)| (*number, fits(*number))).collect()))
}

/// Voids what is no longer wanted and records what is new. Returns whether there was anything to do.
async fn record(
    tx: &mut WriteTx,
    standing: &Standing,
    pledge: i64,
    before: &[Place],
    wanted: &Wanted,
) -> Result<bool, sqlx::Error> {
    let same = |place: &Place| {
        let there = wanted.amounts.iter().find(|(number, _)| *number == place.number);
        place.allocated_on == Some(wanted.day) && there.map(|(_, amount)| *amount) == place.by_hand
    };
    let gone: Vec<&Place> = before.iter().filter(|place| place.hand_id.is_some() && !same(place)).collect();
    let kept =
        |number: i32| before.iter().any(|place| place.number == number && place.hand_id.is_some() && same(place));
    let new: Vec<(i32, Decimal)> = wanted.amounts.iter().copied().filter(|(number, _)| !kept(*number)).collect();
    let ids: Vec<i64> = gone.iter().filter_map(|place| place.hand_id).collect();
    if !ids.is_empty() {
        let text = |update: &mut crate::db::Select| {
            update.sql("select unnest(").bind(ids).sql("::bigint[])");
        };
        HAND_ALLOCATIONS.void_bound(tx, text).await?;
    }
    for (number, amount) in &new {
        let replaces = gone.iter().find(|place| place.number == *number).and_then(|place| place.hand_id);
        let key = format!("{} {} {number}", standing.reference, standing.pledge.as_deref().unwrap_or_default());
        let (contribution, day, amount, number) = (standing.id, wanted.day, *amount, *number);
        HAND_ALLOCATIONS
            .record_bound(tx, |source| {
                source.sql("select ").bind(key).sql(" as key, ").bind(replaces).sql("::bigint as replaces, ");
                source
                    .bind(contribution)
                    .sql("::bigint as contribution_id, ")
                    .bind(pledge)
                    .sql("::bigint as pledge_id, ");
                source.bind(number).sql("::integer as number, ").bind(amount).sql("::numeric as amount, ");
                source.bind(day).sql("::date as allocated_on");
            })
            .await?;
    }
    Ok(!gone.is_empty() || !new.is_empty())
}

/// What the rule found no room for, at its instalment.
fn in_words(too_much: &[(i32, Decimal)], currency: Currency, l10n: L10n) -> Wrong {
    let sentence = |fits: Decimal| {
        let most = format!("{currency} {}", format::amount(fits, currency, l10n));
        vec![l10n.with("allocate-too-much", &[("most", most.into())])]
    };
    too_much.iter().map(|(number, fits)| (field_of(*number), sentence(*fits))).collect()
}
