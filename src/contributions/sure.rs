//! Receipts that leave no doubt, matched several at a time by a person who looks at each.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::matching::{self, Match};
use super::store::{self, Standing};
use super::suggestions::{Candidate, Suggestion, beyond_doubt, suggest};
use crate::access::{Act, Role, may};
use crate::imports::{Drawn, Kind};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::{self, Entered, Wrong};
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, format};

/// The most receipts of one page.
const MOST: i64 = 50;
/// How many references the message names.
const NAMED: usize = 5;

/// A receipt and the one pledge it can be for.
struct Sure {
    standing: Standing,
    candidate: Candidate,
    suggestion: Suggestion,
}

impl Sure {
    /// What is sent where it is ticked: the receipt and what it pays.
    fn value(&self) -> String {
        let choice = matching::choice(self.suggestion.number, &self.candidate.pledge);
        serde_json::json!([self.standing.reference, choice]).to_string()
    }
}

fn allow(role: Role) -> Result<(), PageError> {
    if may(role, Act::KeepMoney) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The receipts that leave no doubt: what each pays is one thing, and no other receipt wants the same.
async fn sure(connection: &mut PgConnection, state: &AppState, latest: KnownAt) -> Result<Vec<Sure>, sqlx::Error> {
    let today = state.0.clock.today();
    let references = store::maybe_exact(&mut *connection, today, latest.0, 2 * MOST).await?;
    let mut waiting = store::standing(&mut *connection, &references, today, latest.0).await?;
    // What was taken back in part is looked at by itself: its reversals go where it goes.
    waiting.retain(|one| one.left_over == one.amount);
    let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
    let mut candidates = store::candidates(connection, &ids, today, latest.0).await?;
    let mut found = Vec::new();
    for standing in waiting {
        let (mine, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|(of, _)| *of == standing.id);
        candidates = others;
        let mine: Vec<Candidate> = mine.into_iter().map(|(_, candidate)| candidate).collect();
        let suggestions = suggest(&standing.waiting(), &mine);
        if let Some(suggestion) = beyond_doubt(&suggestions).cloned() {
            let candidate = mine[suggestion.candidate].clone();
            found.push(Sure { standing, candidate, suggestion });
        }
    }
    let choices: Vec<String> =
        found.iter().map(|one| matching::choice(one.suggestion.number, &one.candidate.pledge)).collect();
    let alone = |choice: &String| choices.iter().filter(|other| *other == choice).count() == 1;
    let mut kept: Vec<Sure> =
        found.into_iter().zip(&choices).filter(|(_, choice)| alone(choice)).map(|(one, _)| one).collect();
    kept.sort_by(|a, b| {
        (b.standing.received_on, &a.standing.reference).cmp(&(a.standing.received_on, &b.standing.reference))
    });
    kept.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Ok(kept)
}

/// What the form shows.
struct Draft {
    sent: Option<Sent>,
    wrong: Wrong,
    drawn: Vec<Drawn>,
    conflict: bool,
}

fn page(sure: &[Sure], draft: Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let kicker = (l10n.word("allocations", "kicker"), "/allocations".to_owned());
    let action = "/allocations/sure".to_owned();
    let mut page = FormPage::new(action, kicker, l10n.t("sure-title"), l10n.t("sure-submit"));
    page.lead = Some(l10n.with("sure-lead", &[("count", sure.len().into())]));
    let ticks = sure.iter().enumerate().map(|(at, one)| {
        let name = format!("row-{at}");
        let standing = &one.standing;
        let amount = format!("{} {}", standing.currency, format::amount(standing.left_over, standing.currency, l10n));
        let args = [
            ("receipt", standing.reference.as_str().into()),
            ("amount", amount.into()),
            ("day", format::day(standing.received_on, l10n).into()),
            ("pledge", matching::called(&one.candidate, one.suggestion.number, l10n).into()),
        ];
        let ticked = draft.sent.as_ref().is_none_or(|sent| sent.has(&name));
        Field::new(&name, l10n.with("sure-row", &args))
            .says(if ticked { "yes" } else { "" })
            .typed(Widget::Tick)
            .hint(matching::why(&one.suggestion, l10n))
    });
    page.sections.push(Section::of(ticks.collect()));
    page.hidden = sure.iter().enumerate().map(|(at, one)| (format!("of-{at}"), one.value())).collect();
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.t("sure-changed"));
    } else if let Some(Ok(stamp)) = draft.sent.as_ref().map(Sent::stamp) {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

async fn drawn_of(connection: &mut PgConnection, sure: &[Sure], latest: KnownAt) -> Result<Vec<Drawn>, sqlx::Error> {
    let references: Vec<String> = sure.iter().map(|one| one.standing.reference.clone()).collect();
    Drawn::read_each(connection, Kind::Contributions, &references, latest.0).await
}

/// `GET /allocations/sure`.
pub async fn ask(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(viewer.role)?;
    let sure = sure(&mut tx, &state, latest).await?;
    let drawn = drawn_of(&mut tx, &sure, latest).await?;
    tx.end();
    let draft = Draft { sent: None, wrong: Wrong::new(), drawn, conflict: false };
    page(&sure, draft, Frame::new(&state, viewer, "allocations"))
}

/// The ticked rows: receipt and choice.
fn ticked(sent: &Sent) -> Vec<(String, String)> {
    let rows = sent.0.iter().filter_map(|(name, _)| name.strip_prefix("row-"));
    rows.filter_map(|at| serde_json::from_str(sent.raw(&format!("of-{at}"))).ok()).collect()
}

/// `POST /allocations/sure`: all of those that are ticked, or none.
pub async fn match_all(posting: Posting) -> Result<Response, PageError> {
    allow(posting.viewer.role)?;
    let l10n = L10n::of(&posting.viewer.language);
    let was = entry::carried(&posting.sent)?;
    let chosen = ticked(&posting.sent);
    let one = |(receipt, choice): &(String, String)| {
        let drawn = was.iter().find(|drawn| drawn.code == *receipt && drawn.rows.len() == 1)?;
        let (number, pledge) = choice.split_once('|')?;
        Some(Match {
            was: vec![drawn.clone()],
            pledge: pledge.to_owned(),
            instalment: number.to_owned(),
            donor: None,
            paid_by: String::new(),
        })
    };
    let matches: Vec<Match> = chosen.iter().filter_map(one).collect();
    let mut draft =
        Draft { sent: Some(posting.sent.clone()), wrong: Wrong::new(), drawn: was.clone(), conflict: false };
    if matches.is_empty() || matches.len() != chosen.len() {
        draft.wrong.insert(String::new(), vec![l10n.t("sure-nothing")]);
    } else {
        let mut named: Vec<&str> = chosen.iter().take(NAMED).map(|(receipt, _)| receipt.as_str()).collect();
        if chosen.len() > NAMED {
            named.push("…");
        }
        let about = named.join(", ");
        match matching::make(&posting, "contribution-match-many", ("", &about), matches, &l10n.t("sure-why")).await? {
            Entered::Done(change) => {
                return Ok(Redirect::to(&format!("/allocations?done={}", change.0)).into_response());
            }
            Entered::Same => return Ok(Redirect::to("/allocations?done=same").into_response()),
            Entered::Wrong(errors) => {
                draft.wrong = Wrong::from([(String::new(), errors.into_values().flatten().collect())])
            }
            Entered::Stale(_) => draft.conflict = true,
        }
    }
    let mut tx = posting.state.0.db.read().await?;
    let sure = sure(&mut tx, &posting.state, posting.latest).await?;
    if draft.conflict {
        draft.drawn = drawn_of(&mut tx, &sure, posting.latest).await?;
    }
    tx.end();
    let frame = Frame::new(&posting.state, posting.viewer, "allocations");
    page(&sure, draft, frame)
}
