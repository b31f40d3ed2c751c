//! The one rule of how a project stands as of a day (domain.md, "Implementation"): the facts of one project in, its rates
//! and troubles out. Pure: tested by examples worked out by hand.

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

/// How many days before its end a project is said to end soon.
pub const ENDING_WITHIN: i64 = 90;
/// How many months without expenditure make a project silent.
pub const SILENT_MONTHS: u32 = 3;

/// What is in force of a project on a day, and what it spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// Its budget in US dollars; nought where it has none.
    pub budget: Decimal,
    /// Its expenditure in US dollars through the last month that had ended.
    pub spent: Decimal,
    /// The last of those months in which something was spent, its first day.
    pub last_spent: Option<NaiveDate>,
}

/// Where in its time a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Its first day is still to come.
    NotStarted,
    /// Between its first and its last day, both included.
    Active,
    /// Its last day is over.
    Ended,
}

/// How a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Where in its time.
    pub phase: Phase,
    /// Expenditure in per cent of the budget, one decimal; nothing without a budget.
    pub delivery: Option<Decimal>,
    /// Days gone in per cent of all its days, one decimal, from 0 to 100.
    pub elapsed: Decimal,
    /// By how many points time is ahead of delivery, for the order of lists; nothing without a budget.
    pub behind: Option<Decimal>,
    /// More of its time is gone than of its budget, by more than the margin.
    pub late: bool,
    /// More was spent than its budget.
    pub over_budget: bool,
    /// Active for three months and more, and nothing was spent in the last three that had ended.
    pub silent: bool,
    /// Active, and ending within ninety days.
    pub ending_soon: bool,
    /// Not ended, and without a budget.
    pub without_budget: bool,
}

/// The words of states, as addresses and files have them: each is true of a project or not.
pub const STATES: [&str; 9] =
    ["active", "ending_soon", "late", "over_budget", "silent", "without_budget", "begun", "not_started", "ended"];

/// The first day of the month after the last one that had ended by the end of `day`: what was spent before it counts.
pub fn months_ended_by(day: NaiveDate) -> NaiveDate {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.with_day(1).unwrap_or(next)
}

/// One decimal, half away from zero.
pub fn rounded(percent: Decimal) -> Decimal {
    percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
}

/// Days from the first to the last, both of them counted.
fn days(first: NaiveDate, last: NaiveDate) -> Decimal {
    Decimal::from((last - first).num_days() + 1)
}

/// The days of it that are gone by the end of a day, and all of them.
fn gone(standing: &Standing, day: NaiveDate) -> (Decimal, Decimal) {
    let gone = days(standing.starts_on, day.min(standing.ends_on)).max(Decimal::ZERO);
    (gone, days(standing.starts_on, standing.ends_on))
}

/// Whether time is ahead of delivery by more than the margin: multiplied out, so that nothing is rounded.
fn late(standing: &Standing, (gone, all): (Decimal, Decimal), margin: Decimal) -> bool {
    let ahead = (gone * standing.budget - standing.spent * all) * Decimal::ONE_HUNDRED;
    standing.budget > Decimal::ZERO && ahead > margin * all * standing.budget
}

/// How a project stands at the end of a day. `margin` is in points of per cent.
pub fn answer(standing: &Standing, day: NaiveDate, margin: Decimal) -> Answer {
    let phase = if day < standing.starts_on {
        Phase::NotStarted
    } else if day > standing.ends_on {
        Phase::Ended
    } else {
        Phase::Active
    };
    let active = phase == Phase::Active;
    let has_budget = standing.budget > Decimal::ZERO;
    let (gone, all) = gone(standing, day);
    let elapsed = gone * Decimal::ONE_HUNDRED / all;
    let delivery = has_budget.then(|| standing.spent * Decimal::ONE_HUNDRED / standing.budget);
    let behind = delivery.map(|delivery| elapsed - delivery);
    let window = months_ended_by(day).checked_sub_months(Months::new(SILENT_MONTHS));
    Answer {
        phase,
        delivery: delivery.map(rounded),
        elapsed: rounded(elapsed),
        behind,
        late: late(standing, (gone, all), margin),
        over_budget: has_budget && standing.spent > standing.budget,
        silent: active
            && window
                .is_some_and(|from| standing.starts_on <= from && standing.last_spent.is_none_or(|spent| spent < from)),
        ending_soon: active && (standing.ends_on - day).num_days() <= ENDING_WITHIN,
        without_budget: phase != Phase::Ended && !has_budget,
    }
}

impl Answer {
    /// Whether a state is true of it.
    pub fn is(&self, state: &str) -> bool {
        match state {
            "active" => self.phase == Phase::Active,
            "begun" => self.phase != Phase::NotStarted,
            "not_started" => self.phase == Phase::NotStarted,
            "ended" => self.phase == Phase::Ended,
            "late" => self.late,
            "over_budget" => self.over_budget,
            "silent" => self.silent,
            "ending_soon" => self.ending_soon,
            "without_budget" => self.without_budget,
            _ => false,
        }
    }

    /// What is amiss with it, the gravest first.
    pub fn troubles(&self) -> impl Iterator<Item = &'static str> + '_ {
        ["over_budget", "late", "silent", "ending_soon", "without_budget"].into_iter().filter(|state| self.is(state))
    }

    /// Where in its time, in the word of files.
    pub fn phase_word(&self) -> &'static str {
        match self.phase {
            Phase::NotStarted => "not_started",
            Phase::Active => "active",
            Phase::Ended => "ended",
        }
    }

    /// The one word that says most: the gravest of what is amiss, else where in its time it is.
    pub fn state(&self) -> &'static str {
        self.troubles().next().unwrap_or_else(|| self.phase_word())
    }

    /// How much there is to worry about; more is more. What is amiss counts before what is not, what still runs before
    /// what is over, and a graver thing before any number of lesser ones.
    pub fn worry(&self) -> i64 {
        let weight = |state: &str| match state {
            "over_budget" => 16,
            "late" => 8,
            "silent" => 4,
            "ending_soon" => 2,
            _ => 1,
        };
        let weights: i64 = self.troubles().map(weight).sum();
        let base = match (weights > 0, self.phase) {
            (true, Phase::Active) => 200,
            (true, Phase::NotStarted | Phase::Ended) => 100,
            (false, Phase::Active) => 2,
            (false, Phase::NotStarted) => 1,
            (false, Phase::Ended) => 0,
        };
        base + weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::calendar::parse_day;
    use proptest::prelude::*;
    use rust_decimal::dec;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    fn standing(from: &str, to: &str, budget: Decimal, spent: Decimal, last: &str) -> Standing {
        Standing {
            starts_on: day(from),
            ends_on: day(to),
            budget,
            spent,
            last_spent: (!last.is_empty()).then(|| day(last)),
        }
    }

    fn at(standing: Standing, on: &str) -> Answer {
        answer(&standing, day(on), dec!(20))
    }

    #[test]
    fn a_month_counts_from_the_end_of_its_last_day() {
        for (on, before) in [
            ("2021-07-30", "2021-07-01"),
            ("2021-07-31", "2021-08-01"),
            ("2021-08-01", "2021-08-01"),
            ("2020-02-28", "2020-02-01"),
            ("2020-02-29", "2020-03-01"),
            ("2021-02-28", "2021-03-01"),
            ("2021-12-31", "2022-01-01"),
        ] {
            assert_eq!(months_ended_by(day(on)), day(before), "{on}");
        }
    }

    #[test]
    fn time_elapsed_counts_both_ends_and_stays_within_0_and_100() {
        // A leap year has 366 days: half of them are gone on 1 July.
        let leap = standing("2020-01-01", "2020-12-31", dec!(100), dec!(0), "");
        for (on, elapsed) in [
            ("2019-12-31", dec!(0)),
            ("2020-01-01", dec!(0.3)),
            ("2020-02-29", dec!(16.4)),
            ("2020-07-01", dec!(50.0)),
            ("2020-12-30", dec!(99.7)),
            ("2020-12-31", dec!(100)),
            ("2024-02-29", dec!(100)),
        ] {
            assert_eq!(at(leap, on).elapsed, elapsed, "{on}");
        }
        let one_day = standing("2020-02-29", "2020-02-29", dec!(100), dec!(0), "");
        assert_eq!(at(one_day, "2020-02-28").elapsed, dec!(0));
        assert_eq!(at(one_day, "2020-02-29").elapsed, dec!(100));
        assert_eq!(at(one_day, "2020-02-28").phase, Phase::NotStarted);
        assert_eq!(at(one_day, "2020-02-29").phase, Phase::Active);
        assert_eq!(at(one_day, "2020-03-01").phase, Phase::Ended);
    }

    #[test]
    fn delivery_is_rounded_once_and_half_away_from_zero() {
        let of = |budget, spent| at(standing("2021-01-01", "2021-12-31", budget, spent, ""), "2021-06-30").delivery;
        assert_eq!(of(dec!(800), dec!(1)), Some(dec!(0.1)));
        assert_eq!(of(dec!(2000), dec!(1)), Some(dec!(0.1)), "0.05 becomes 0.1");
        assert_eq!(of(dec!(2000), dec!(-1)), Some(dec!(-0.1)), "more was taken back than spent");
        assert_eq!(of(dec!(300), dec!(100)), Some(dec!(33.3)));
        assert_eq!(of(dec!(100), dec!(125)), Some(dec!(125)));
        assert_eq!(of(dec!(0), dec!(125)), None, "no budget, no rate");
    }

    #[test]
    fn late_is_more_than_the_margin_and_not_the_margin_itself() {
        // 100 days, of which 50 are gone on 10 April.
        let of = |spent| standing("2021-02-20", "2021-05-30", dec!(1000), spent, "2021-03-01");
        assert_eq!(at(of(dec!(300)), "2021-04-10").elapsed, dec!(50));
        assert!(!at(of(dec!(300)), "2021-04-10").late, "behind by 20 points exactly");
        assert!(at(of(dec!(299.99)), "2021-04-10").late, "behind by a thousandth of a point more");
        assert!(!answer(&of(dec!(0)), day("2021-04-10"), dec!(50)).late);
        assert!(answer(&of(dec!(0)), day("2021-04-10"), dec!(49.9)).late);
        // What ended with much of its budget unspent is late still; before its first day nothing is.
        assert!(at(of(dec!(799)), "2023-01-01").late);
        assert!(!at(of(dec!(800)), "2023-01-01").late);
        assert!(!at(of(dec!(0)), "2021-02-19").late);
        assert!(
            !at(standing("2021-02-20", "2021-05-30", dec!(0), dec!(0), ""), "2021-05-30").late,
            "no budget, no rate"
        );
    }

    #[test]
    fn over_budget_is_more_than_the_budget_to_the_cent() {
        let of = |budget, spent| at(standing("2021-01-01", "2021-12-31", budget, spent, ""), "2022-06-30");
        assert!(!of(dec!(100), dec!(100)).over_budget);
        assert!(of(dec!(100), dec!(100.01)).over_budget);
        assert!(!of(dec!(0), dec!(5)).over_budget, "there is no budget to be over");
    }

    #[test]
    fn ending_soon_is_from_ninety_days_before_the_last_day_through_it() {
        let of = |on| at(standing("2020-01-01", "2021-10-29", dec!(1), dec!(1), ""), on).ending_soon;
        assert!(!of("2021-07-30"), "91 days");
        assert!(of("2021-07-31"), "90 days");
        assert!(of("2021-10-29"));
        assert!(!of("2021-10-30"), "over");
        let short = standing("2021-10-01", "2021-10-29", dec!(1), dec!(1), "");
        assert!(!at(short, "2021-09-30").ending_soon, "not begun");
    }

    #[test]
    fn silent_is_three_whole_months_without_expenditure() {
        let of = |from, last, on| at(standing(from, "2022-12-31", dec!(1000), dec!(10), last), on).silent;
        // On 31 July the last three months that had ended are May, June and July.
        assert!(of("2020-01-01", "2021-04-01", "2021-07-31"));
        assert!(!of("2020-01-01", "2021-05-01", "2021-07-31"));
        // The day before they are April, May and June.
        assert!(!of("2020-01-01", "2021-04-01", "2021-07-30"));
        assert!(of("2020-01-01", "2021-03-01", "2021-07-30"));
        // One that began within them has not been silent for three months.
        assert!(of("2021-05-01", "", "2021-07-31"));
        assert!(!of("2021-05-02", "", "2021-07-31"));
        assert!(!of("2020-01-01", "", "2023-01-31"), "ended");
        // Over a leap day: December, January and February.
        assert!(of("2019-01-01", "2019-11-01", "2020-02-29"));
        assert!(!of("2019-01-01", "2019-12-01", "2020-02-29"));
        assert!(!of("2019-01-01", "2019-11-01", "2020-02-28"));
    }

    #[test]
    fn the_gravest_word_comes_first_and_worry_follows_it() {
        let fine = at(standing("2021-01-01", "2021-12-31", dec!(100), dec!(50), "2021-06-01"), "2021-06-30");
        assert_eq!((fine.state(), fine.troubles().count()), ("active", 0));
        let over = at(standing("2021-01-01", "2021-12-31", dec!(100), dec!(101), "2021-06-01"), "2021-06-30");
        let late = at(standing("2021-01-01", "2021-09-15", dec!(100), dec!(1), "2021-01-01"), "2021-06-30");
        assert_eq!(late.troubles().collect::<Vec<_>>(), ["late", "silent", "ending_soon"]);
        let ended = at(standing("2020-01-01", "2020-12-31", dec!(100), dec!(101), ""), "2021-06-30");
        let done = at(standing("2020-01-01", "2020-12-31", dec!(100), dec!(99), ""), "2021-06-30");
        let coming = at(standing("2022-01-01", "2022-12-31", dec!(100), dec!(0), ""), "2021-06-30");
        let order = [over, late, ended, fine, coming, done].map(|one| one.worry());
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
        assert_eq!(
            [over, ended, done, coming].map(|one| one.state()),
            ["over_budget", "over_budget", "ended", "not_started"]
        );
    }

    proptest! {
        #[test]
        fn every_answer_holds_together(
            start in 0u64..4000, length in 0u64..2000, on in 0u64..7000, budget in 0i64..1_000_000,
            spent in -100_000i64..2_000_000, margin in 0i64..100,
        ) {
            let from = day("2015-01-01") + Days::new(start);
            let standing = Standing {
                starts_on: from,
                ends_on: from + Days::new(length),
                budget: Decimal::from(budget),
                spent: Decimal::new(spent, 2),
                last_spent: None,
            };
            let day = day("2015-01-01") + Days::new(on);
            let answer = answer(&standing, day, Decimal::from(margin));
            prop_assert!((Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&answer.elapsed));
            prop_assert_eq!(STATES.iter().filter(|state| ["active", "not_started", "ended"].contains(state) && answer.is(state)).count(), 1);
            prop_assert!(answer.is(answer.state()));
            prop_assert_eq!(answer.delivery.is_none(), budget == 0);
            prop_assert!(!(answer.late && answer.over_budget), "late and over budget exclude each other");
            // Late without division: days gone and money spent, both multiplied out.
            let (total, gone) = (Decimal::from(length + 1), Decimal::from(on as i64 - start as i64 + 1).clamp(Decimal::ZERO, Decimal::from(length + 1)));
            let exact = budget > 0 && gone * standing.budget * Decimal::ONE_HUNDRED
                - standing.spent * total * Decimal::ONE_HUNDRED > Decimal::from(margin) * total * standing.budget;
            prop_assert_eq!(answer.late, exact);
        }
    }
}
