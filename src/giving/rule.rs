//! Donors through the years: the one pure rule (domain.md). What a donor gave by year in, what that makes of it out.
//!
//! A donor gave in a year where its net is positive. Between two years a donor gave in lies a **gap** where at least
//! one whole year between them has data and nothing was given in it: a year marked "no data" is not a gap.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::{Decimal, RoundingStrategy};

/// What a donor gave: net US dollars by year, up to the day asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    years: BTreeMap<i32, Decimal>,
}

/// What a year makes of a donor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It gave for the first time ever.
    New,
    /// It gave, and gave in the year before.
    Retained,
    /// It gave, not in the year before, but some time earlier.
    Returning,
    /// It gave in the year before, and not in this one, which has ended.
    Lapsed,
    /// It gave in the year before, and not in this one so far.
    NotYet,
}

impl Status {
    /// All of them, in the order people read them.
    pub const ALL: [Status; 5] = [Status::New, Status::Retained, Status::Returning, Status::Lapsed, Status::NotYet];

    /// The word in files and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Retained => "retained",
            Status::Returning => "returning",
            Status::Lapsed => "lapsed",
            Status::NotYet => "not_yet",
        }
    }

    /// Whether a donor with this status gave in the year.
    pub fn gave(self) -> bool {
        matches!(self, Status::New | Status::Retained | Status::Returning)
    }
}

/// What a period makes of a donor. It can be both: new in its first year and returned in a later one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InPeriod {
    /// It gave for the first time ever in the period.
    pub new: bool,
    /// It gave in the period after a whole year without, and had given before that.
    pub returned: bool,
}

/// A year as of a day: whether it has ended, and which years have no data.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The last year that has ended by the day.
    pub ended: i32,
    /// Years whose data is missing, so that not giving in them says nothing.
    pub no_data: &'a BTreeSet<i32>,
}

impl History {
    /// Adds to a year.
    pub fn add(&mut self, year: i32, usd: Decimal) {
        *self.years.entry(year).or_default() += usd;
    }

    /// What was given in a year, net.
    pub fn of(&self, year: i32) -> Decimal {
        self.years.get(&year).copied().unwrap_or_default()
    }

    /// Whether it gave in the year.
    pub fn gave(&self, year: i32) -> bool {
        self.of(year) > Decimal::ZERO
    }

    /// The years it gave in, in order.
    pub fn given(&self) -> impl DoubleEndedIterator<Item = i32> {
        self.years.iter().filter(|(_, usd)| **usd > Decimal::ZERO).map(|(year, _)| *year)
    }

    /// Every year with a receipt, in order, and its net.
    pub fn years(&self) -> impl Iterator<Item = (i32, Decimal)> {
        self.years.iter().map(|(year, usd)| (*year, *usd))
    }

    /// The last year before `year` it gave in.
    fn last_before(&self, year: i32) -> Option<i32> {
        self.given().take_while(|given| *given < year).last()
    }

    /// What `year` makes of the donor; nothing where it neither gave nor had given just before.
    pub fn in_year(&self, year: i32, ground: Ground<'_>) -> Option<Status> {
        let before = self.last_before(year);
        if self.gave(year) {
            return Some(match before {
                None => Status::New,
                Some(before) if ground.gap(before, year) => Status::Returning,
                Some(_) => Status::Retained,
            });
        }
        // Of a year without data nobody can say that a donor lapsed in it.
        let known = !ground.no_data.contains(&year);
        before.filter(|before| known && !ground.gap(*before, year))?;
        Some(if year <= ground.ended { Status::Lapsed } else { Status::NotYet })
    }

    /// What the period from a day in the year `from` makes of the donor, up to the day the history ends.
    /// `before` is what came in that year before the period began.
    pub fn in_period(&self, from: i32, before: Decimal, ground: Ground<'_>) -> InPeriod {
        let mut last = self.last_before(from);
        if before > Decimal::ZERO {
            last = Some(from);
        }
        let mut found = InPeriod::default();
        for (year, usd) in self.years.range(from..) {
            let inside = if *year == from { *usd - before } else { *usd };
            if inside <= Decimal::ZERO {
                continue;
            }
            match last {
                None => found.new = true,
                Some(last) => found.returned |= ground.gap(last, *year),
            }
            last = Some(*year);
        }
        found
    }

    /// What was given in that period.
    pub fn since(&self, from: i32, before: Decimal) -> Decimal {
        self.years.range(from..).map(|(_, usd)| *usd).sum::<Decimal>() - before
    }
}

impl Ground<'_> {
    /// Whether a whole year with data lies between two years.
    fn gap(&self, earlier: i32, later: i32) -> bool {
        (earlier + 1..later).any(|year| !self.no_data.contains(&year))
    }
}

/// The share of the `largest` largest donors of the whole, in per cent with one decimal; none where there is no whole.
pub fn concentration(of_donors: &[Decimal], largest: usize, whole: Decimal) -> Option<Decimal> {
    let mut sorted = of_donors.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    share(sorted.iter().take(largest).sum(), whole)
}

/// A part of a whole in per cent with one decimal, half away from zero; none where there is no whole.
pub fn share(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let percent = (whole > Decimal::ZERO).then(|| part * Decimal::ONE_HUNDRED / whole)?;
    Some(percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
}
