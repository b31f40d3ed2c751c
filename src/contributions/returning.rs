//! Money that goes the other way: a reversal takes back a contribution, a refund returns what is unallocated on its
//! pledge. Both are contributions of their own, negative, and go the way of a file's row.

use axum::response::Response;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::acts::{self, Act as Doing, Found};
use super::forms::NEXT;
use crate::imports::spec::Cell;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::web::entry::{self, Act, Entered, Wrong};
use crate::web::form::{Field, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Posting, Sent, format};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// It takes back the contribution.
    Reversal,
    /// It returns money of the pledge's advance.
    Refund,
}

impl Return {
    fn doing(self) -> Doing {
        match self {
            Return::Reversal => Doing::Reverse,
            Return::Refund => Doing::Refund,
        }
    }

    fn act(self) -> &'static str {
        match self {
            Return::Reversal => "contribution-reverse",
            Return::Refund => "contribution-refund",
        }
    }

    /// The most that can go back, where that is known in the contribution's currency.
    fn most(self, found: &Found) -> Option<Decimal> {
        let standing = &found.standing;
        match self {
            Return::Reversal => Some(standing.left_over),
            Return::Refund => standing.advance.filter(|_| standing.pledge_currency == Some(standing.currency)),
        }
    }
}

/// What the form shows.
struct Draft {
    sent: Sent,
    wrong: Wrong,
    drawn: Vec<Drawn>,
    conflict: bool,
}

fn page(way: Return, found: &Found, draft: Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (standing, sent) = (&found.standing, &draft.sent);
    let word = way.doing().word();
    let mut page = acts::form(&standing.reference, way.doing(), &frame);
    let money = |amount: Decimal, currency: Currency| format!("{currency} {}", format::amount(amount, currency, l10n));
    let (unallocated, pledge_currency) = (standing.advance, standing.pledge_currency);
    let unallocated = unallocated.zip(pledge_currency).map(|(amount, currency)| money(amount, currency));
    let args = [
        ("amount", money(standing.amount, standing.currency).into()),
        ("left", money(standing.left_over, standing.currency).into()),
        ("donor", standing.donor_name.as_str().into()),
        ("day", format::day(standing.received_on, l10n).into()),
        ("pledge", standing.pledge.clone().unwrap_or_default().into()),
        ("unallocated", unallocated.unwrap_or_default().into()),
    ];
    page.lead = Some(l10n.with(&format!("{word}-lead"), &args));
    page.grave = true;
    let error = |name: &str| draft.wrong.get(name).map(|errors| errors.join(" "));
    let label = l10n.with("return-amount", &[("currency", standing.currency.code().into())]);
    let amount = Field::new("amount", label).says(sent.raw("amount")).typed(Widget::Number).required();
    let day = Field::new("received_on", l10n.t("return-day")).says(sent.raw("received_on"));
    let reference = Field::new("ref", l10n.t("field-ref")).says(sent.raw("ref")).required();
    page.sections.push(Section::of(vec![
        reference.hint(l10n.t("return-ref-hint")).half().wrong(error("ref")),
        day.typed(Widget::Day(Some(frame.today))).required().half().wrong(error("received_on")),
        amount.hint(l10n.with(&format!("{word}-amount-hint"), &args)).wrong(error("amount")),
    ]));
    let mut reason = entry::reason(sent, &draft.wrong, l10n).required();
    reason.hint = Some(l10n.t("return-reason-hint"));
    page.last.push(reason);
    page.hidden.push(entry::carry(&draft.drawn));
    if draft.conflict {
        page.conflict = Some(l10n.with("act-on-what-changed", &args));
    } else if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// Draws the form: all of it by default, today.
pub async fn ask(
    connection: &mut PgConnection,
    way: Return,
    found: Found,
    frame: Frame,
) -> Result<Response, PageError> {
    let reference: Option<String> = sqlx::query_scalar(NEXT).bind(frame.today).fetch_optional(connection).await?;
    let most = way.most(&found).filter(|most| *most > Decimal::ZERO);
    let amount = most.map(|most| format::amount(most, found.standing.currency, frame.l10n));
    let sent = Sent(vec![
        ("ref".to_owned(), reference.unwrap_or_default()),
        ("amount".to_owned(), amount.unwrap_or_default()),
        ("received_on".to_owned(), format::day(frame.today, frame.l10n)),
    ]);
    let draft = Draft { sent, wrong: Wrong::new(), drawn: vec![found.drawn.clone()], conflict: false };
    page(way, &found, draft, frame)
}

/// What of the form is wrong before the import looks at it, and the amount as the file has it.
fn amount_of(sent: &Sent, wrong: &mut Wrong, l10n: L10n) -> String {
    if sent.get("reason").is_empty() {
        wrong.insert("reason".to_owned(), vec![l10n.t("return-reason-needed")]);
    }
    let typed = entry::to_file(Cell::Amount, sent.get("amount"), l10n);
    match typed.parse::<Decimal>() {
        Ok(amount) if amount > Decimal::ZERO => format!("-{typed}"),
        Ok(_) => {
            wrong.insert("amount".to_owned(), vec![l10n.t("return-not-above-zero")]);
            typed
        }
        // What is no number is told by the check every amount goes through.
        Err(_) => typed,
    }
}

/// The row of what goes back: everything as the contribution has it, the amount turned round.
fn row(way: Return, found: &Found, from: &Held, sent: &Sent, amount: String, l10n: L10n) -> Held {
    let kept = ["donor", "currency", "fund", "kind", "pledge", "paid_by", "unit"];
    let mut row: Held = kept.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone()))).collect();
    row.insert("ref".to_owned(), sent.get("ref").to_owned());
    row.insert("received_on".to_owned(), entry::to_file(Cell::Event, sent.get("received_on"), l10n));
    row.insert("amount".to_owned(), amount);
    row.insert("note".to_owned(), sent.get("reason").to_owned());
    if way == Return::Reversal {
        row.insert("reverses".to_owned(), found.standing.reference.clone());
    }
    row
}

/// Enters it.
pub async fn happen(way: Return, code: &str, posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let mut tx = posting.state.0.db.read().await?;
    let found = acts::find(&mut tx, &posting.state, code, posting.latest).await?;
    tx.end();
    let was = entry::carried(&posting.sent)?;
    let mut draft = Draft { sent: posting.sent.clone(), wrong: Wrong::new(), drawn: was.clone(), conflict: false };
    let amount = amount_of(&posting.sent, &mut draft.wrong, l10n);
    let from = was.first().and_then(|drawn| drawn.rows.first()).cloned().unwrap_or_default();
    if draft.wrong.is_empty() {
        let reference = posting.sent.get("ref").to_owned();
        let new = Drawn { kind: Kind::Contributions, code: reference.clone(), only: Held::new(), rows: Vec::new() };
        let act = Act {
            act: way.act(),
            about: ("contributions", code),
            rows: vec![(Kind::Contributions, vec![row(way, &found, &from, &posting.sent, amount, l10n)])],
            drawn_from: was.into_iter().chain([new]).collect(),
            reason: posting.sent.get("reason"),
            corrects: false,
        };
        match entry::enter(&posting, act).await? {
            Entered::Done(change) => return Ok(acts::seen(code, Some(change))),
            Entered::Same => return Ok(acts::seen(code, None)),
            Entered::Wrong(errors) => draft.wrong = errors,
            Entered::Stale(now) => {
                let taken = now.last().is_some_and(|new| !new.rows.is_empty());
                if taken {
                    let told = l10n.with("form-taken", &[("code", reference.as_str().into())]);
                    draft.wrong.insert("ref".to_owned(), vec![told]);
                } else {
                    draft.conflict = true;
                    draft.drawn = vec![found.drawn.clone()];
                }
            }
        }
    }
    let frame = Frame::new(&posting.state, posting.viewer, "contributions");
    page(way, &found, draft, frame)
}
