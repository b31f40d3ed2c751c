//! What the rule is told: the facts of one pledge that had been recorded, none of them voided.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kernel::Currency;
use crate::kernel::ids::{ContributionId, DonorId, FundId, PledgeId, UnitId};

/// Everything that has been recorded about one pledge and the money that names it.
#[derive(Debug, Clone)]
pub struct PledgeFacts {
    /// Which pledge.
    pub pledge: PledgeId,
    /// Its terms, one for the beginning and one for each amendment, in any order; never empty.
    pub terms: Vec<Terms>,
    /// The day it was signed, where it has been.
    pub signed_on: Option<NaiveDate>,
    /// The day it was cancelled, where it has been.
    pub cancelled_on: Option<NaiveDate>,
    /// What was written off, and when.
    pub write_offs: Vec<WriteOff>,
    /// Every instalment of every schedule it has had, in any order.
    pub instalments: Vec<ScheduledInstalment>,
    /// The contributions that name it, refunds (negative) among them, reversals not.
    pub contributions: Vec<Receipt>,
    /// Allocations made by hand.
    pub by_hand: Vec<HandAllocation>,
}

/// Terms of a pledge, in force from a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The day the parties agreed; `None` is the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// The donor who promised.
    pub donor: DonorId,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The fund it pays into.
    pub fund: FundId,
    /// The currency, the same in all terms of a pledge.
    pub currency: Currency,
    /// The amount promised, in that currency.
    pub amount: Decimal,
    /// The day of the promise.
    pub pledged_on: NaiveDate,
}

/// One scheduled payment. The instalments of one `agreed_on` are the whole schedule from that day.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledInstalment {
    /// The day this schedule was agreed; `None` is the beginning.
    pub agreed_on: Option<NaiveDate>,
    /// Its number within the pledge.
    pub number: i32,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// How much, in the pledge's currency.
    pub amount: Decimal,
    /// Until when nothing is owed.
    pub condition: Condition,
}

/// The condition of an instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There is none.
    None,
    /// There is one, not met as far as is known.
    Unmet,
    /// There was one, met on this day.
    MetOn(NaiveDate),
}

/// A write-off: of everything still outstanding, or of a part of one instalment.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteOff {
    /// The day from which it counts.
    pub on: NaiveDate,
    /// Which part; `None` writes off all that is outstanding, of every instalment.
    pub part: Option<WriteOffPart>,
}

/// A part written off.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteOffPart {
    /// Which instalment; `None` for a pledge without a schedule.
    pub number: Option<i32>,
    /// How much, in the pledge's currency.
    pub amount: Decimal,
}

/// Money that names the pledge.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Which contribution.
    pub contribution: ContributionId,
    /// Its reference: receipts of one day are taken in the byte order of these.
    pub reference: String,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// Its currency, not always the pledge's.
    pub currency: Currency,
    /// How much, in its own currency; negative for a refund.
    pub amount: Decimal,
    /// The instalment it names, if any.
    pub instalment: Option<i32>,
    /// What was taken back of it, and when; amounts here are positive.
    pub reversals: Vec<(NaiveDate, Decimal)>,
}

/// An allocation made by hand: comes before the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct HandAllocation {
    /// From which contribution.
    pub contribution: ContributionId,
    /// To which instalment.
    pub number: i32,
    /// How much, in the pledge's currency.
    pub amount: Decimal,
    /// From which day on.
    pub on: NaiveDate,
}
