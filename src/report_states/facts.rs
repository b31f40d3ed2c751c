//! What the rule is told: the facts of one report, and those of its pledge that bear on it, none of them voided.

use chrono::NaiveDate;

use crate::kernel::ids::{DonorId, FundId, PledgeId, ReportId, UnitId};

/// Everything that has been recorded about one report.
#[derive(Debug, Clone)]
pub struct ReportFacts {
    /// Which report.
    pub report: ReportId,
    /// What is owed and by whom, one for the beginning and one for each later day, in any order; never empty.
    pub terms: Vec<Terms>,
    /// The day it is due, one for the beginning and one for each extension, in any order; never empty.
    pub due_dates: Vec<DueDate>,
    /// Each time it was sent, in order.
    pub rounds: Vec<Round>,
    /// The donor's waiver, where there is one that counts: confirmed.
    pub waived_on: Option<NaiveDate>,
    /// Its pledges: what they are on each day.
    pub pledges: Vec<Pledge>,
}

/// What is owed and by whom, in force from a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The row it came from.
    pub row: i64,
    /// The first day; `None` is the beginning.
    pub in_force_from: Option<NaiveDate>,
    /// The pledge it is owed under.
    pub pledge: PledgeId,
    /// The unit that owes it.
    pub unit: UnitId,
    /// Narrative, financial, certified financial or combined, in the word of files.
    pub kind: String,
    /// Whether it is the last under its pledge.
    pub last: bool,
}

/// A day it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDate {
    /// The day the donor agreed; `None` is the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// The day it is due from then on.
    pub due_on: NaiveDate,
    /// Whether it counts: that of the beginning always, an extension once resource mobilization confirmed it.
    pub confirmed: bool,
}

/// One sending of it, and the donor's return of that, where there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// The day it was sent.
    pub sent_on: NaiveDate,
    /// The day the donor returned it; not before it was sent.
    pub returned_on: Option<NaiveDate>,
}

/// A pledge a report is owed under.
#[derive(Debug, Clone)]
pub struct Pledge {
    /// Which.
    pub pledge: PledgeId,
    /// The day it was signed, where it was.
    pub signed_on: Option<NaiveDate>,
    /// The day it was cancelled, where it was.
    pub cancelled_on: Option<NaiveDate>,
    /// Donor and fund, one for the beginning and one for each amendment, in any order.
    pub parties: Vec<Parties>,
}

/// Whose a pledge is, from a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// The day the parties agreed; `None` is the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// The donor.
    pub donor: DonorId,
    /// The fund.
    pub fund: FundId,
}
