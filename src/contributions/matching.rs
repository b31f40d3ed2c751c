//! Matching: a person says which pledge a receipt pays. What may be meant is suggested with its reasons; nothing is
//! matched by itself.

use axum::response::Response;
use sqlx::postgres::PgConnection;

use super::acts::{self, Act as Doing, Found};
use super::store::{self, UNIDENTIFIED};
use super::suggestions::{Candidate, Reason, Suggestion, suggest};
use crate::imports::spec::Cell;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::web::entry::{self, Act, Entered, Wrong};
use crate::web::form::{Field, Pick, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Posting, Refused, Sent, format};

/// How many suggestions are shown.
const SHOWN: usize = 6;
/// The choice of a pledge that was not suggested.
const OTHER: &str = "other";

/// A receipt's pledge, as it is chosen in a form: the instalment's number, if one is named, and the pledge.
pub fn choice(number: Option<i32>, pledge: &str) -> String {
    format!("{}|{pledge}", number.map_or_else(String::new, |number| number.to_string()))
}

/// Why a pledge is suggested, in words.
pub fn why(suggestion: &Suggestion, l10n: L10n) -> String {
    let word = |reason: &Reason| match reason {
        Reason::Named(name) => l10n.with("why-named", &[("name", name.as_str().into())]),
        Reason::Instalment(number) => l10n.with("why-instalment", &[("number", (*number).into())]),
        Reason::Whole => l10n.t("why-whole"),
        Reason::SameDonor => l10n.t("why-same-donor"),
        Reason::Family => l10n.t("why-family"),
        Reason::DonorNamed => l10n.t("why-donor-named"),
        Reason::SameCurrency => l10n.t("why-same-currency"),
        Reason::Near(0) => l10n.t("why-on-the-day"),
        Reason::Near(days) if *days < 0 => l10n.with("why-days-before", &[("days", days.abs().into())]),
        Reason::Near(days) => l10n.with("why-days-after", &[("days", (*days).into())]),
    };
    suggestion.reasons.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// What a pledge is called where it is chosen: its reference, the instalment, its donor, and what is outstanding.
pub fn called(candidate: &Candidate, number: Option<i32>, l10n: L10n) -> String {
    let open = candidate.open.iter().find(|open| Some(open.number) == number);
    let amount = open.map_or(candidate.outstanding, |open| open.outstanding);
    let amount = format!("{} {}", candidate.currency, format::amount(amount, candidate.currency, l10n));
    let args = [
        ("pledge", candidate.pledge.as_str().into()),
        ("donor", candidate.donor.as_str().into()),
        ("amount", amount.into()),
        ("number", number.unwrap_or_default().into()),
        ("due_on", open.map_or_else(String::new, |open| format::day(open.due_on, l10n)).into()),
    ];
    l10n.with(if open.is_some() { "match-instalment" } else { "match-pledge" }, &args)
}

/// What the form shows.
struct Draft {
    sent: Sent,
    wrong: Wrong,
    drawn: Vec<Drawn>,
    conflict: bool,
}

fn page(
    found: &Found,
    candidates: &[Candidate],
    suggestions: &[Suggestion],
    draft: Draft,
    frame: Frame,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (standing, sent) = (&found.standing, &draft.sent);
    let mut page = acts::form(&standing.reference, Doing::Match, &frame);
    let amount = format!("{} {}", standing.currency, format::amount(standing.left_over, standing.currency, l10n));
    let args = [
        ("amount", amount.into()),
        ("donor", standing.donor_name.as_str().into()),
        ("day", format::day(standing.received_on, l10n).into()),
        ("pledge", standing.pledge.clone().unwrap_or_default().into()),
        ("note", standing.note.clone().unwrap_or_default().into()),
    ];
    let mut lead = l10n.with("match-lead", &args);
    for (key, there) in [("match-lead-note", standing.note.is_some()), ("match-lead-now", standing.pledge.is_some())] {
        if there {
            lead.push(' ');
            lead.push_str(&l10n.with(key, &args));
        }
    }
    page.lead = Some(lead);
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let mut picks: Vec<Pick> = suggestions
        .iter()
        .take(SHOWN)
        .map(|one| {
            let candidate = &candidates[one.candidate];
            let value = choice(one.number, &candidate.pledge);
            Pick { value, title: called(candidate, one.number, l10n), line: why(one, l10n) }
        })
        .collect();
    picks.push(Pick { value: OTHER.to_owned(), title: l10n.t("match-other"), line: String::new() });
    let says = if sent.has("pick") { sent.get("pick").to_owned() } else { picks[0].value.clone() };
    let pick = Field::new("pick", l10n.t("match-which")).says(says).typed(Widget::Pick(picks)).required();
    let pledge = Field::new("pledge", l10n.t("field-pledge")).says(sent.raw("pledge")).typed(Widget::Suggest("pledge"));
    let instalment = Field::new("instalment", l10n.t("field-instalment")).says(sent.raw("instalment"));
    let paid_by = Field::new("paid_by", l10n.t("field-paid_by")).says(sent.raw("paid_by"));
    let pledge = pledge.half().wrong(error("pledge"));
    let mut fields = Vec::new();
    if suggestions.is_empty() {
        page.notes.push(l10n.t("match-none"));
        page.hidden.push(("pick".to_owned(), OTHER.to_owned()));
        fields.push(pledge.required());
    } else {
        fields.push(pick.wrong(error("pick")));
        fields.push(pledge.hint(l10n.t("match-pledge-hint")));
    }
    fields.push(instalment.typed(Widget::Number).half().wrong(error("instalment")));
    fields.push(paid_by.hint(l10n.t("match-paid-by-hint")).wrong(error("paid_by")));
    page.sections.push(Section::of(fields));
    page.last.push(Field::new("reason", l10n.t("match-why")).says(sent.raw("reason")).hint(l10n.t("match-why-hint")));
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.with("act-on-what-changed", &args));
    } else if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// The row of a receipt and of what takes it back, as the system holds them.
async fn drawn_of(connection: &mut PgConnection, found: &Found, latest: KnownAt) -> Result<Vec<Drawn>, sqlx::Error> {
    let mut drawn = vec![found.drawn.clone()];
    for reversal in store::reversals_of(&mut *connection, found.standing.id, latest.0).await? {
        drawn.push(Drawn::read(&mut *connection, Kind::Contributions, &reversal, Held::new(), latest.0).await?);
    }
    Ok(drawn)
}

/// What may be suggested for a receipt.
async fn suggested(
    connection: &mut PgConnection,
    found: &Found,
    latest: KnownAt,
    today: chrono::NaiveDate,
) -> Result<(Vec<Candidate>, Vec<Suggestion>), sqlx::Error> {
    let candidates = store::candidates(connection, &[found.standing.id], today, latest.0).await?;
    // The pledge it names already is no suggestion.
    let others = candidates.into_iter().map(|(_, candidate)| candidate);
    let candidates: Vec<Candidate> =
        others.filter(|candidate| Some(&candidate.pledge) != found.standing.pledge.as_ref()).collect();
    let suggestions = suggest(&found.standing.waiting(), &candidates);
    Ok((candidates, suggestions))
}

/// Draws the form, the likeliest suggestion chosen.
pub async fn ask(
    connection: &mut PgConnection,
    found: Found,
    latest: KnownAt,
    frame: Frame,
) -> Result<Response, PageError> {
    let drawn = drawn_of(&mut *connection, &found, latest).await?;
    let (candidates, suggestions) = suggested(connection, &found, latest, frame.today).await?;
    let paid_by = found.standing.paid_by.clone().unwrap_or_default();
    let sent = Sent(vec![("paid_by".to_owned(), paid_by)]);
    let draft = Draft { sent, wrong: Wrong::new(), drawn, conflict: false };
    page(&found, &candidates, &suggestions, draft, frame)
}

/// What a person chose: pledge and instalment as the file writes them.
fn chosen(sent: &Sent, wrong: &mut Wrong, l10n: L10n) -> (String, String) {
    match sent.get("pick").split_once('|') {
        Some((number, pledge)) => (pledge.to_owned(), number.to_owned()),
        None => {
            let number = entry::to_file(Cell::Number, sent.get("instalment"), l10n);
            if sent.get("pledge").is_empty() {
                wrong.insert("pledge".to_owned(), vec![l10n.t("match-pledge-needed")]);
            }
            (sent.get("pledge").to_owned(), number)
        }
    }
}

/// A match that is about to be made.
pub struct Match {
    /// The rows the system holds: the receipt, then what takes it back.
    pub was: Vec<Drawn>,
    /// The pledge.
    pub pledge: String,
    /// The instalment it names; empty for none.
    pub instalment: String,
    /// Whose the pledge is, where nobody knew whose the receipt was.
    pub donor: Option<String>,
    /// Who paid, where that was said.
    pub paid_by: String,
}

impl Match {
    /// The rows as they shall be: what takes a receipt back goes where the receipt goes.
    pub fn rows(&self) -> Vec<Held> {
        let mut rows: Vec<Held> = self.was.iter().filter_map(|drawn| drawn.rows.first().cloned()).collect();
        for (at, row) in rows.iter_mut().enumerate() {
            row.insert("pledge".to_owned(), self.pledge.clone());
            if let Some(donor) = &self.donor {
                row.insert("donor".to_owned(), donor.clone());
            }
            if !self.paid_by.is_empty() {
                row.insert("paid_by".to_owned(), self.paid_by.clone());
            }
            if at == 0 {
                row.insert("instalment".to_owned(), self.instalment.clone());
            } else {
                row.remove("instalment");
            }
        }
        rows
    }
}

/// Makes matches, all of them or none.
///
/// # Errors
/// Where the database fails.
pub async fn make(
    posting: &Posting,
    act: &'static str,
    about: (&str, &str),
    matches: Vec<Match>,
    why: &str,
) -> Result<Entered, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let act = Act {
        act,
        about,
        rows: vec![(Kind::Contributions, matches.iter().flat_map(Match::rows).collect())],
        drawn_from: matches.into_iter().flat_map(|one| one.was).collect(),
        reason: &l10n.with("match-reason", &[("why", why.into())]),
        corrects: true,
    };
    entry::enter(posting, act).await
}

/// Makes the match.
pub async fn happen(code: &str, posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let today = posting.state.0.clock.today();
    let mut tx = posting.state.0.db.read().await?;
    let found = acts::find(&mut tx, &posting.state, code, posting.latest).await?;
    let (candidates, suggestions) = suggested(&mut tx, &found, posting.latest, today).await?;
    let was = entry::carried(&posting.sent)?;
    if was.is_empty() || was.iter().any(|drawn| drawn.rows.len() != 1) {
        return Err(Refused::BadParameter("was", String::new()).into());
    }
    let mut draft = Draft { sent: posting.sent.clone(), wrong: Wrong::new(), drawn: was.clone(), conflict: false };
    let (pledge, instalment) = chosen(&posting.sent, &mut draft.wrong, l10n);
    let donor = if found.standing.donor == UNIDENTIFIED {
        store::donor_of_pledge(&mut tx, &pledge, today, posting.latest.0).await?
    } else {
        None
    };
    let now = drawn_of(&mut tx, &found, posting.latest).await?;
    tx.end();
    if draft.wrong.is_empty() {
        let says = posting.sent.get("reason");
        let picked = suggestions
            .iter()
            .find(|one| choice(one.number, &candidates[one.candidate].pledge) == posting.sent.get("pick"));
        let why = match (says.is_empty(), picked) {
            (false, _) => says.to_owned(),
            (true, Some(suggestion)) => why(suggestion, l10n),
            (true, None) => l10n.t("match-chosen"),
        };
        let paid_by = posting.sent.get("paid_by").to_owned();
        let one = Match { was, pledge, instalment, donor, paid_by };
        match make(&posting, "contribution-match", ("contributions", code), vec![one], &why).await? {
            Entered::Done(change) => return Ok(acts::seen(code, Some(change))),
            Entered::Same => return Ok(acts::seen(code, None)),
            Entered::Wrong(errors) => draft.wrong = in_this_form(errors),
            Entered::Stale(_) => {
                draft.conflict = true;
                draft.drawn = now;
            }
        }
    }
    let frame = Frame::new(&posting.state, posting.viewer, "contributions");
    page(&found, &candidates, &suggestions, draft, frame)
}

/// Errors of cells in the fields of this form: another donor's pledge asks who paid.
fn in_this_form(mut errors: Wrong) -> Wrong {
    if let Some(donor) = errors.remove("donor") {
        errors.entry("paid_by".to_owned()).or_default().extend(donor);
    }
    errors
}
