//! What finance does with a contribution that is there: each act has a form at an address below it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::postgres::PgConnection;

use super::returning::{self, Return};
use super::store::{self, Standing};
use super::{allocating, matching};
use crate::access::{self, Role, may};
use crate::facts::ChangeId;
use crate::imports::{Drawn, Held, Kind};
use crate::kernel::KnownAt;
use crate::web::form::FormPage;
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Posting, Refused, SignedIn, address};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Taken back, in whole or in part: booked in error, or bounced.
    Reverse,
    /// Returned to the donor out of what is unallocated on its pledge.
    Refund,
    /// Named for a pledge.
    Match,
    /// Allocated to instalments by hand.
    Allocate,
}

impl Act {
    /// Everything, in the order it is offered.
    pub const ALL: [Act; 4] = [Act::Match, Act::Allocate, Act::Reverse, Act::Refund];

    /// The last part of its address.
    pub fn word(self) -> &'static str {
        match self {
            Act::Reverse => "reverse",
            Act::Refund => "refund",
            Act::Match => "match",
            Act::Allocate => "allocate",
        }
    }

    fn named(word: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.word() == word)
    }

    /// Whether it makes sense: for money that came in and of which some is left, and for what it names.
    pub fn fits(self, is_receipt: bool, names_a_pledge: bool) -> bool {
        let needs_a_pledge = matches!(self, Act::Refund | Act::Allocate);
        is_receipt && (names_a_pledge || !needs_a_pledge)
    }
}

/// A contribution as it stands, and the row the system holds of it.
pub struct Found {
    /// As it stands.
    pub standing: Standing,
    /// Its row.
    pub drawn: Drawn,
}

/// Finds the contribution an act is about.
pub async fn find(
    connection: &mut PgConnection,
    state: &AppState,
    code: &str,
    latest: KnownAt,
) -> Result<Found, PageError> {
    let today = state.0.clock.today();
    let standing = store::standing(&mut *connection, &[code.to_owned()], today, latest.0).await?;
    let standing = standing.into_iter().next().ok_or(Refused::NotFound)?;
    let drawn = Drawn::read(connection, Kind::Contributions, code, Held::new(), latest.0).await?;
    Ok(Found { standing, drawn })
}

fn allow(role: Role) -> Result<(), PageError> {
    if may(role, access::Act::KeepMoney) { Ok(()) } else { Err(Refused::Forbidden.into()) }
}

/// The actions a page about a contribution offers to those who keep money.
pub fn offered(code: &str, is_receipt: bool, names_a_pledge: bool, frame: &Frame) -> Vec<Action> {
    let at = address::to("contributions", code);
    let keeps = may(frame.viewer.role, access::Act::KeepMoney);
    let acts = Act::ALL.into_iter().filter(|act| keeps && act.fits(is_receipt, names_a_pledge));
    acts.map(|act| {
        let action = Action::new(frame.word("contribution", act.word()), format!("{at}/{}", act.word()));
        // What waits for a pledge wants one first of all.
        if act == Act::Match && !names_a_pledge { action.first("m") } else { action }
    })
    .collect()
}

/// A form about a contribution, its frame the same for every act.
pub fn form(code: &str, act: Act, frame: &Frame) -> FormPage {
    let back = address::to("contributions", code);
    let kicker = (format!("{} · {code}", frame.word("contributions", "kicker")), back.clone());
    let title = frame.l10n.with(&format!("{}-title", act.word()), &[("code", code.into())]);
    FormPage::new(format!("{back}/{}", act.word()), kicker, title, frame.word("contribution", act.word()))
}

/// Back to the contribution, told what was done.
pub fn seen(code: &str, change: Option<ChangeId>) -> Response {
    let done = change.map_or_else(|| "same".to_owned(), |change| change.0.to_string());
    Redirect::to(&format!("{}?done={done}", address::to("contributions", code))).into_response()
}

/// `GET /contributions/{ref}/{act}`.
pub async fn ask(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((code, word)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let act = Act::named(&word).ok_or(Refused::NotFound)?;
    let SignedIn { mut tx, viewer, latest } = signed_in;
    allow(viewer.role)?;
    let found = find(&mut tx, &state, &code, latest).await?;
    if !act.fits(found.standing.is_receipt(), found.standing.pledge_id.is_some()) {
        return Err(Refused::NotFound.into());
    }
    let frame = Frame::new(&state, viewer, "contributions");
    match act {
        Act::Reverse => returning::ask(&mut tx, Return::Reversal, found, frame).await,
        Act::Refund => returning::ask(&mut tx, Return::Refund, found, frame).await,
        Act::Match => matching::ask(&mut tx, found, latest, frame).await,
        Act::Allocate => allocating::ask(&mut tx, found, latest, frame).await,
    }
}

/// `POST /contributions/{ref}/{act}`.
pub async fn happen(Path((code, word)): Path<(String, String)>, posting: Posting) -> Result<Response, PageError> {
    let act = Act::named(&word).ok_or(Refused::NotFound)?;
    allow(posting.viewer.role)?;
    match act {
        Act::Reverse => returning::happen(Return::Reversal, &code, posting).await,
        Act::Refund => returning::happen(Return::Refund, &code, posting).await,
        Act::Match => matching::happen(&code, posting).await,
        Act::Allocate => allocating::happen(&code, posting).await,
    }
}
