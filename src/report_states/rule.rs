//! The rule itself: domain.md, "Reporting rate". Pure; no I/O, no clock.
//!
//! [`state_as_of`] reads the facts of one report as of one day. [`timeline`] says between which days that state stands
//! still. Nothing else in the program decides whether a report is due, submitted, on time or overdue.

use chrono::{Days, Months, NaiveDate};

use super::facts::{ReportFacts, Terms};
use crate::kernel::ids::{DonorId, FundId};

/// A report as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportState {
    /// What is owed and by whom.
    pub terms: Terms,
    /// The donor it is owed to.
    pub donor: DonorId,
    /// The fund of its pledge.
    pub fund: FundId,
    /// The day it is due: the last confirmed extension agreed by the day, else the first due date.
    pub due_on: NaiveDate,
    /// The day it was due before any extension.
    pub first_due_on: NaiveDate,
    /// Whether anything is owed: its pledge is signed, and was not cancelled before it fell due.
    pub owed: bool,
    /// The day the donor waived it, if that is on or before the day and confirmed.
    pub waived_on: Option<NaiveDate>,
    /// The first day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// The last day it was sent.
    pub last_sent_on: Option<NaiveDate>,
    /// Since when it lies returned; `None` once it was sent again.
    pub returned_on: Option<NaiveDate>,
    /// Of what was sent: whether the first time was on or before the due date in force on that day.
    pub on_time: Option<bool>,
}

/// How a report stands, in the words of contract.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its pledge is not signed, or was cancelled before it fell due.
    NotOwed,
    /// The donor waived it.
    Waived,
    /// It was sent and lies returned.
    Returned,
    /// It was sent and does not lie returned.
    Submitted,
    /// It fell due before the day and was not sent.
    Overdue,
    /// It is due on the day itself and was not sent.
    Due,
    /// It is due after the day and was not sent.
    NotDue,
}

impl Standing {
    /// The word in files, addresses and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::NotOwed => "not_owed",
            Standing::Waived => "waived",
            Standing::Returned => "returned",
            Standing::Submitted => "submitted",
            Standing::Overdue => "overdue",
            Standing::Due => "due",
            Standing::NotDue => "not_due",
        }
    }
}

impl ReportState {
    /// Whether it is in the denominator of a rate as of `day`: owed, not waived, and due on or before it.
    pub fn is_due(&self, day: NaiveDate) -> bool {
        self.owed && self.waived_on.is_none() && self.due_on <= day
    }

    /// Whether it was sent and does not lie returned.
    pub fn is_submitted(&self) -> bool {
        self.sent_on.is_some() && self.returned_on.is_none()
    }

    /// Whether it is due, not submitted, and was due before `day`.
    pub fn is_overdue(&self, day: NaiveDate) -> bool {
        self.is_due(day) && !self.is_submitted() && self.due_on < day
    }

    /// Days from the day it is due to the first day it was sent (to `day`, where it was not), not below 0.
    pub fn days_late(&self, day: NaiveDate) -> i64 {
        (self.sent_on.unwrap_or(day) - self.due_on).num_days().max(0)
    }

    /// How it stands as of `day`.
    pub fn standing(&self, day: NaiveDate) -> Standing {
        match () {
            () if !self.owed => Standing::NotOwed,
            () if self.waived_on.is_some() => Standing::Waived,
            () if self.returned_on.is_some() => Standing::Returned,
            () if self.sent_on.is_some() => Standing::Submitted,
            () if self.due_on < day => Standing::Overdue,
            () if self.due_on == day => Standing::Due,
            () => Standing::NotDue,
        }
    }
}

/// A state and the days it stands: from `from` (`None`: since ever) until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// The first day of it.
    pub from: Option<NaiveDate>,
    /// The day after its last; `None` while nothing ends it.
    pub until: Option<NaiveDate>,
    /// What is true at the end of each of its days.
    pub state: ReportState,
}

impl Spell {
    /// The days of it on which the report is due or was due before, whether waived or not.
    pub fn due_during(&self) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
        let from = self.from.map_or(self.state.due_on, |from| from.max(self.state.due_on));
        (self.state.owed && self.until.is_none_or(|until| from < until)).then_some((Some(from), self.until))
    }
}

/// The state of a report for every day there is, in order and without gaps; equal neighbours are one spell.
pub fn timeline(facts: &ReportFacts) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    let first = std::iter::once(None);
    for from in first.chain(days_that_matter(facts).into_iter().map(Some)) {
        let state = state_as_of(facts, from.unwrap_or(NaiveDate::MIN));
        match spells.last_mut() {
            Some(last) if last.state == state => {}
            Some(last) => {
                last.until = from;
                spells.push(Spell { from, until: None, state });
            }
            None => spells.push(Spell { from, until: None, state }),
        }
    }
    spells
}

/// Every day on which something about the report may change, in order; that it falls due is not of these.
fn days_that_matter(facts: &ReportFacts) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = Vec::new();
    days.extend(facts.terms.iter().filter_map(|terms| terms.in_force_from));
    days.extend(facts.due_dates.iter().filter_map(|due| due.agreed_on));
    days.extend(facts.rounds.iter().map(|round| round.sent_on));
    days.extend(facts.rounds.iter().filter_map(|round| round.returned_on));
    days.extend(facts.waived_on);
    for pledge in &facts.pledges {
        days.extend(pledge.signed_on);
        days.extend(pledge.cancelled_on);
        days.extend(pledge.parties.iter().filter_map(|parties| parties.agreed_on));
    }
    days.sort_unstable();
    days.dedup();
    days
}

/// The report at the end of `day`.
pub fn state_as_of(facts: &ReportFacts, day: NaiveDate) -> ReportState {
    let terms = in_force(&facts.terms, day, |terms| terms.in_force_from);
    let Some(pledge) = facts.pledges.iter().find(|pledge| pledge.pledge == terms.pledge) else {
        unreachable!("a report is never told of without its pledge")
    };
    let parties = in_force(&pledge.parties, day, |parties| parties.agreed_on);
    let sent: Vec<_> = facts.rounds.iter().filter(|round| round.sent_on <= day).collect();
    let sent_on = sent.first().map(|round| round.sent_on);
    ReportState {
        terms: terms.clone(),
        donor: parties.donor,
        fund: parties.fund,
        due_on: due_on(facts, day),
        first_due_on: due_on(facts, NaiveDate::MIN),
        owed: pledge.signed_on.is_some_and(|signed_on| signed_on <= day)
            && pledge
                .cancelled_on
                .filter(|on| *on <= day)
                .is_none_or(|cancelled| due_on(facts, cancelled) <= cancelled),
        waived_on: facts.waived_on.filter(|on| *on <= day),
        sent_on,
        last_sent_on: sent.last().map(|round| round.sent_on),
        returned_on: sent.last().and_then(|round| round.returned_on).filter(|on| *on <= day),
        on_time: sent_on.map(|sent_on| sent_on <= due_on(facts, sent_on)),
    }
}

/// The due date in force on a day.
fn due_on(facts: &ReportFacts, day: NaiveDate) -> NaiveDate {
    let counted: Vec<_> =
        facts.due_dates.iter().filter(|due| due.confirmed || due.agreed_on.is_none()).copied().collect();
    in_force(&counted, day, |due| due.agreed_on).due_on
}

/// The last of what was agreed by the day; before the first agreement the first there is.
fn in_force<T>(all: &[T], day: NaiveDate, from: impl Fn(&T) -> Option<NaiveDate>) -> &T {
    let in_force = all.iter().filter(|one| from(one).is_none_or(|from| from <= day)).max_by_key(|one| from(one));
    // What is recorded always has a beginning, so the second half is only reached by facts that are not whole.
    match in_force.or_else(|| all.iter().min_by_key(|one| from(one))) {
        Some(one) => one,
        None => unreachable!("a report is never without terms and due date"),
    }
}

/// The first day of the twelve months to `day`: what fell due from then to `day` is in the rate of twelve months.
pub fn twelve_months_to(day: NaiveDate) -> NaiveDate {
    day.checked_sub_months(Months::new(12)).and_then(|before| before.checked_add_days(Days::new(1))).unwrap_or(day)
}

/// A rate in per cent, one decimal, half away from zero; `None` where none is due.
pub fn percent(part: i64, due: i64) -> Option<rust_decimal::Decimal> {
    use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
    (due > 0).then(|| {
        let mut rate = (Decimal::from(part * 100) / Decimal::from(due)).round_dp_with_strategy(1, MidpointAwayFromZero);
        rate.rescale(1);
        rate
    })
}
