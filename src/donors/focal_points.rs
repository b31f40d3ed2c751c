//! Who looks after a donor, from when to when: one list, changed as a whole.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::contacts::{allow, begin, done, donor, seen};
use crate::facts::WriteTx;
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, FormPage, Grid, GridRow, Widget};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, address, format};

/// The columns of the table of fields.
const CELLS: [&str; 3] = ["who", "from", "to"];
/// The most rows a form takes.
const MOST: usize = 100;

/// One of them, as audit rows tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FocalPoint {
    /// The e-mail of an account.
    pub who: String,
    /// From that day; none: from the beginning.
    pub from: Option<NaiveDate>,
    /// Through that day; none: until further notice.
    pub to: Option<NaiveDate>,
}

/// A row as typed.
#[derive(Debug, Clone, Default)]
struct Typed([String; 3]);

async fn held(connection: &mut PgConnection, donor: i64) -> Result<Vec<FocalPoint>, sqlx::Error> {
    let told: Json<Vec<FocalPoint>> =
        sqlx::query_scalar("select focal_points_told($1)").bind(donor).fetch_one(connection).await?;
    Ok(told.0)
}

fn typed_of(held: &[FocalPoint], l10n: L10n) -> Vec<Typed> {
    let day = |day: Option<NaiveDate>| day.map(|day| format::day(day, l10n)).unwrap_or_default();
    held.iter().map(|one| Typed([one.who.clone(), day(one.from), day(one.to)])).collect()
}

fn typed_in(sent: &Sent) -> Vec<Typed> {
    let rows = (0..MOST).map_while(|at| sent.has(&format!("who-{at}")).then_some(at));
    let typed = rows.map(|at| Typed(CELLS.map(|name| sent.get(&format!("{name}-{at}")).to_owned())));
    typed.filter(|row| row.0.iter().any(|cell| !cell.is_empty())).collect()
}

/// What was typed in the order of its days, or what is wrong with it. Where an end is left open and another begins later,
/// the end is the day before: `until the next`.
fn read(typed: &[Typed], l10n: L10n) -> Result<Vec<FocalPoint>, Wrong> {
    let mut wrong = Wrong::new();
    let mut rows: Vec<(usize, FocalPoint)> = Vec::new();
    for (at, Typed([who, from, to])) in typed.iter().enumerate() {
        let mut refuse = |name: &str, key: &str| drop(wrong.insert(format!("{name}-{at}"), vec![l10n.t(key)]));
        let mut day = |name: &str, text: &str| {
            let day = format::read_day(text, l10n);
            if day.is_none() && !text.is_empty() {
                refuse(name, "form-not-a-day");
            }
            day
        };
        let (from, to) = (day("from", from), day("to", to));
        if who.is_empty() {
            refuse("who", "form-required");
        }
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            refuse("to", "stretch-ends-before");
        }
        rows.push((at, FocalPoint { who: who.clone(), from, to }));
    }
    rows.sort_by_key(|(_, row)| row.from);
    for at in 1..rows.len() {
        let begins = rows[at].1.from;
        let row = rows[at].0;
        let before = &mut rows[at - 1].1;
        if before.to.is_none() && before.from < begins {
            before.to = begins.and_then(|day| day.pred_opt());
        }
        if before.to.is_none_or(|to| begins.is_none_or(|begins| begins <= to)) {
            let args = [("name", before.who.as_str().into())];
            wrong.entry(format!("from-{row}")).or_insert_with(|| vec![l10n.with("focal-overlap", &args)]);
        }
    }
    if wrong.is_empty() { Ok(rows.into_iter().map(|(_, row)| row).collect()) } else { Err(wrong) }
}

/// People who have no account, or one that was closed and who were not there before.
async fn unknown(
    connection: &mut PgConnection,
    rows: &[FocalPoint],
    held: &[FocalPoint],
) -> Result<HashSet<String>, sqlx::Error> {
    let before: Vec<String> = held.iter().map(|one| one.who.to_lowercase()).collect();
    let wanted: Vec<&str> = rows.iter().map(|row| row.who.as_str()).collect();
    let unknown: Vec<String> = sqlx::query_scalar(
        "select who from unnest($1::text[]) who where not exists (
            select from accounts a where lower(a.email) = lower(who) and a.role <> 'system'
                and (a.disabled_at is null or lower(who) = any($2)))",
    )
    .bind(wanted)
    .bind(before)
    .fetch_all(connection)
    .await?;
    Ok(unknown.into_iter().collect())
}

/// What a form is drawn from.
struct Draft {
    typed: Vec<Typed>,
    was: Vec<FocalPoint>,
    wrong: Wrong,
    conflict: Option<String>,
    sent: Sent,
}

fn grid(draft: &Draft, l10n: L10n) -> Grid {
    let row = |(at, row): (usize, &Typed)| {
        let cells = CELLS.iter().zip(&row.0).map(|(name, text)| {
            let widget = if *name == "who" { Widget::Suggest("person") } else { Widget::Day(None) };
            let field = Field::new(&format!("{name}-{at}"), l10n.word("focal", name)).says(text.as_str()).typed(widget);
            let error = draft.wrong.get(&field.name).map(|errors| errors.join(" "));
            field.wrong(error)
        });
        GridRow {
            cells: cells.collect(),
            hidden: Vec::new(),
            name: l10n.with("focal-row", &[("number", (at + 1).into())]),
        }
    };
    Grid {
        title: l10n.t("focal-title"),
        hint: l10n.t("focal-hint"),
        heads: CELLS.iter().map(|name| (l10n.word("focal", name), "")).collect(),
        rows: draft.typed.iter().enumerate().map(row).collect(),
        foot: String::new(),
        more: l10n.t("focal-add"),
        helper: None,
    }
}

fn page(frame: Frame, code: &str, name: &str, draft: Draft) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let back = address::to("donors", code);
    let kicker = (format!("{} · {code}", l10n.word("donors", "kicker")), back.clone());
    let title = l10n.with("focal-question", &[("donor", name.into())]);
    let mut page = FormPage::new(format!("{back}/focal-points"), kicker, title, l10n.t("form-save"));
    page.grid = Some(grid(&draft, l10n));
    page.hidden.push(("was".to_owned(), serde_json::to_string(&draft.was).unwrap_or_default()));
    page.conflict = draft.conflict;
    if page.conflict.is_none()
        && let Ok(stamp) = draft.sent.stamp()
    {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// `GET /donors/{code}/focal-points`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    allow(viewer.role)?;
    let (donor, name) = donor(&mut tx, &code).await?;
    let was = held(&mut tx, donor).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "donors");
    let mut typed = typed_of(&was, frame.l10n);
    if typed.is_empty() {
        typed.push(Typed([String::new(), format::day(frame.today, frame.l10n), String::new()]));
    }
    page(frame, &code, &name, Draft { typed, was, wrong: Wrong::new(), conflict: None, sent: Sent::default() })
}

/// `POST /donors/{code}/focal-points`.
pub async fn set(Path(code): Path<String>, posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let was: Vec<FocalPoint> =
        serde_json::from_str(posting.sent.raw("was")).map_err(|_| Refused::BadParameter("was", String::new()))?;
    let sent = posting.sent.clone();
    let mut draft = Draft { typed: typed_in(&sent), was, wrong: Wrong::new(), conflict: None, sent };
    let press = draft.sent.get("press").to_owned();
    if press.is_empty() {
        if let Some(seen) = save(&posting, &code, &mut draft, l10n).await? {
            return Ok(seen);
        }
    } else if let Some(Ok(at)) = press.strip_prefix("remove-").map(str::parse::<usize>) {
        if at < draft.typed.len() {
            draft.typed.remove(at);
        }
    } else if press == "add" {
        draft.typed.push(Typed::default());
    }
    let mut tx = posting.state.0.db.read().await?;
    let (_, name) = donor(&mut tx, &code).await?;
    tx.end();
    page(Frame::new(&posting.state, posting.viewer, "donors"), &code, &name, draft)
}

async fn save(posting: &Posting, code: &str, draft: &mut Draft, l10n: L10n) -> Result<Option<Response>, PageError> {
    let rows = match read(&draft.typed, l10n) {
        Ok(rows) => rows,
        Err(wrong) => {
            draft.wrong = wrong;
            return Ok(None);
        }
    };
    let mut tx = match begin(posting, "focal-points").await? {
        Ok(tx) => tx,
        Err(before) => return Ok(Some(seen(code, Some(before)))),
    };
    let (donor, name) = donor(tx.connection(), code).await?;
    let now = held(tx.connection(), donor).await?;
    if now != draft.was {
        let list = now.iter().map(|one| in_words(one, l10n)).collect::<Vec<_>>().join("; ");
        let list = if list.is_empty() { l10n.t("form-nothing") } else { list };
        draft.conflict = Some(l10n.with("focal-conflict", &[("now", list.into())]));
        draft.was = now;
        tx.rollback().await?;
        return Ok(None);
    }
    let unknown = unknown(tx.connection(), &rows, &now).await?;
    if !unknown.is_empty() {
        let rows = draft.typed.iter().enumerate();
        for (at, _) in rows.filter(|(_, row)| unknown.contains(&row.0[0])) {
            draft.wrong.insert(format!("who-{at}"), vec![l10n.t("focal-unknown")]);
        }
        tx.rollback().await?;
        return Ok(None);
    }
    if !replace(&mut tx, donor, &name, &rows).await? {
        tx.rollback().await?;
        return Ok(Some(seen(code, None)));
    }
    Ok(Some(done(tx, code).await?))
}

/// Sets a donor's list; says whether it was another before.
///
/// # Errors
/// Where the database fails, or two are responsible at a time.
pub async fn replace(tx: &mut WriteTx, donor: i64, name: &str, rows: &[FocalPoint]) -> Result<bool, sqlx::Error> {
    let before = held(tx.connection(), donor).await?;
    sqlx::query("select set_focal_points($1, $2)").bind(donor).bind(Json(rows)).execute(tx.connection()).await?;
    // As the database tells it: whoever an address names is one person, however it was typed.
    let after = held(tx.connection(), donor).await?;
    if before == after {
        return Ok(false);
    }
    sqlx::query("update donors set version = version + 1 where id = $1").bind(donor).execute(tx.connection()).await?;
    let told = |rows: &[FocalPoint]| serde_json::json!({ "name": name, "focal_points": rows });
    tx.audit_one("donors", donor, Some(told(&before)), Some(told(&after))).await?;
    Ok(true)
}

fn in_words(one: &FocalPoint, l10n: L10n) -> String {
    let stretch = format::stretch(one.from, one.to, l10n);
    if stretch.is_empty() { one.who.clone() } else { format!("{} ({stretch})", one.who) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(typed: &[[&str; 3]]) -> Result<Vec<[String; 3]>, Vec<String>> {
        let typed: Vec<Typed> = typed.iter().map(|row| Typed(row.map(str::to_owned))).collect();
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        match read(&typed, L10n::ENGLISH) {
            Ok(rows) => Ok(rows.into_iter().map(|row| [row.who, text(row.from), text(row.to)]).collect()),
            Err(wrong) => Err(wrong.into_keys().collect()),
        }
    }

    #[test]
    fn an_open_end_is_the_day_before_the_next_one_begins() {
        let read = rows(&[["ngozi", "1 Mar 2024", ""], ["johan", "", ""]]).unwrap();
        assert_eq!(read, [["johan", "", "2024-02-29"], ["ngozi", "2024-03-01", ""]]);
    }

    #[test]
    fn two_at_a_time_are_refused_and_so_is_an_end_before_the_beginning() {
        assert_eq!(rows(&[["a", "2020-01-01", "2020-12-31"], ["b", "2020-12-31", ""]]).unwrap_err(), ["from-1"]);
        assert_eq!(rows(&[["a", "", ""], ["b", "", ""]]).unwrap_err(), ["from-1"]);
        assert_eq!(rows(&[["a", "2020-01-02", "2020-01-01"]]).unwrap_err(), ["to-0"]);
        assert_eq!(rows(&[["", "2020-01-02", "soon"]]).unwrap_err(), ["to-0", "who-0"]);
        assert!(rows(&[["a", "2020-01-01", "2020-12-31"], ["b", "2021-01-01", ""]]).is_ok());
    }
}
