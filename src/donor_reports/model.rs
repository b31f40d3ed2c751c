//! The life of a report: drafted, cleared, sent, accepted or returned, and then sent again. Pure.

use chrono::NaiveDate;
use serde::Deserialize;

/// A step of a report's life, or that something delays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It is written.
    Drafted,
    /// The division has cleared it.
    DivisionCleared,
    /// Finance has cleared its figures.
    FinanceCleared,
    /// It went to the donor.
    Sent,
    /// The donor returned it.
    Returned,
    /// The donor accepted it.
    Accepted,
    /// Something delays it.
    Delayed,
}

impl Event {
    /// Every one, in the order they come.
    pub const ALL: [Event; 7] = [
        Event::Drafted,
        Event::DivisionCleared,
        Event::FinanceCleared,
        Event::Sent,
        Event::Accepted,
        Event::Returned,
        Event::Delayed,
    ];

    /// The word in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Event::Drafted => "drafted",
            Event::DivisionCleared => "division_cleared",
            Event::FinanceCleared => "finance_cleared",
            Event::Sent => "sent",
            Event::Returned => "returned",
            Event::Accepted => "accepted",
            Event::Delayed => "delayed",
        }
    }

    /// The event a word names.
    pub fn named(word: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.as_str() == word)
    }

    fn place(self) -> usize {
        Event::ALL.iter().position(|event| *event == self).unwrap_or_default()
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// Its word.
    pub event: String,
    /// Which sending it belongs to; of delays, which delay it is.
    pub round: i32,
    /// The day.
    #[serde(rename = "happened_on")]
    pub on: NaiveDate,
    /// What delays it.
    pub cause: Option<String>,
    /// The letter that says so.
    pub letter: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
}

impl Step {
    /// Which event it is.
    pub fn event(&self) -> Option<Event> {
        Event::named(&self.event)
    }

    fn is(&self, event: Event) -> bool {
        self.event() == Some(event)
    }
}

/// The steps a report has gone, by round and in the order they come.
#[derive(Debug, Clone, Default)]
pub struct Life(Vec<Step>);

impl Life {
    /// A life of these steps.
    pub fn new(mut steps: Vec<Step>) -> Self {
        steps.sort_by_key(|step| {
            let event = step.event().unwrap_or(Event::Delayed);
            // A delay stands where its day is; the steps of a round stand in their own order.
            let round = if event == Event::Delayed { 0 } else { step.round };
            (round, event.place(), step.on)
        });
        Life(steps)
    }

    /// The steps, the delays not among them.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| !step.is(Event::Delayed))
    }

    /// What delayed it, in the order of the days.
    pub fn delays(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| step.is(Event::Delayed))
    }

    fn find(&self, event: Event, round: i32) -> Option<&Step> {
        self.0.iter().find(|step| step.is(event) && step.round == round)
    }

    /// Which sending is under way: a return begins another.
    pub fn round(&self) -> i32 {
        let last = self.steps().map(|step| step.round).max().unwrap_or(1);
        if self.find(Event::Returned, last).is_some() { last + 1 } else { last }
    }

    /// The round an event would belong to if it happened now.
    pub fn round_of(&self, event: Event) -> i32 {
        match event {
            Event::Delayed => self.delays().map(|step| step.round).max().unwrap_or(0) + 1,
            _ => self.round(),
        }
    }

    /// What may happen next, in the order it is offered. Steps may be left out, not taken after a later one.
    pub fn next(&self, has_figures: bool) -> Vec<Event> {
        let round = self.round();
        let done = |event| self.find(event, round).is_some();
        if done(Event::Accepted) {
            return Vec::new();
        }
        if done(Event::Sent) {
            return vec![Event::Accepted, Event::Returned];
        }
        let mut next = Vec::new();
        let later = [Event::Drafted, Event::DivisionCleared, Event::FinanceCleared];
        for (at, event) in later.into_iter().enumerate() {
            let passed = later[at..].iter().any(|later| done(*later));
            if !passed && (event != Event::FinanceCleared || has_figures) {
                next.push(event);
            }
        }
        next.extend([Event::Sent, Event::Delayed]);
        next
    }

    /// For each step the days since the one before it; the first of a first round since `begins` (the day after the
    /// period it is about), where that is known and was before.
    pub fn held(&self, begins: Option<NaiveDate>) -> Vec<(&Step, Option<i64>)> {
        let mut before = begins;
        let mut held = Vec::new();
        for step in self.steps() {
            let days = before.map(|before| (step.on - before).num_days()).filter(|days| *days >= 0);
            held.push((step, days));
            before = Some(step.on);
        }
        held
    }

    /// The first step that is still to come, and since when it is waited for; nothing where it lies with the donor, or
    /// is done.
    pub fn waits_for(&self, has_figures: bool, begins: Option<NaiveDate>) -> Option<(Event, Option<NaiveDate>)> {
        let first = self.next(has_figures).into_iter().next()?;
        let since = self.steps().last().map(|step| step.on).or(begins);
        Some((first, since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::calendar::parse_day;

    fn life(steps: &[(&str, i32, &str)]) -> Life {
        Life::new(
            steps
                .iter()
                .map(|(event, round, on)| Step {
                    event: (*event).to_owned(),
                    round: *round,
                    on: parse_day(on).unwrap(),
                    cause: None,
                    letter: None,
                    reason: None,
                })
                .collect(),
        )
    }

    #[test]
    fn what_comes_next_follows_from_what_was_done() {
        use Event::{Accepted, Delayed, DivisionCleared, Drafted, FinanceCleared, Returned, Sent};
        let fresh = life(&[]);
        assert_eq!(fresh.next(true), [Drafted, DivisionCleared, FinanceCleared, Sent, Delayed]);
        assert_eq!(fresh.next(false), [Drafted, DivisionCleared, Sent, Delayed]);
        let cleared = life(&[("drafted", 1, "2021-01-05"), ("division_cleared", 1, "2021-01-09")]);
        assert_eq!(cleared.next(true), [FinanceCleared, Sent, Delayed]);
        let sent = life(&[("sent", 1, "2021-01-10")]);
        assert_eq!((sent.next(true), sent.round()), (vec![Accepted, Returned], 1));
        let back = life(&[("returned", 1, "2021-02-01"), ("sent", 1, "2021-01-10")]);
        assert_eq!((back.next(false), back.round()), (vec![Drafted, DivisionCleared, Sent, Delayed], 2));
        let again = life(&[("sent", 1, "2021-01-10"), ("returned", 1, "2021-02-01"), ("sent", 2, "2021-02-03")]);
        assert_eq!((again.next(false), again.round()), (vec![Accepted, Returned], 2));
        let done = life(&[("sent", 1, "2021-01-10"), ("accepted", 1, "2021-02-01")]);
        assert_eq!((done.next(true), done.waits_for(true, None)), (vec![], None));
        let delayed = life(&[("delayed", 1, "2021-01-10"), ("delayed", 2, "2021-03-10")]);
        assert_eq!((delayed.round_of(Delayed), delayed.round_of(Sent)), (3, 1));
    }

    #[test]
    fn days_are_held_between_one_step_and_the_next() {
        let day = |text| parse_day(text).ok();
        let all = life(&[
            ("sent", 1, "2021-01-20"),
            ("drafted", 1, "2021-01-05"),
            ("delayed", 1, "2021-01-06"),
            ("division_cleared", 1, "2021-01-15"),
            ("returned", 1, "2021-02-20"),
        ]);
        let held = |begins| all.held(begins).into_iter().map(|(_, days)| days).collect::<Vec<_>>();
        assert_eq!(held(day("2021-01-01")), [Some(4), Some(10), Some(5), Some(31)]);
        assert_eq!(held(None), [None, Some(10), Some(5), Some(31)]);
        assert_eq!(held(day("2021-01-06"))[0], None, "written before its period had ended");
        assert_eq!(all.waits_for(false, None), Some((Event::Drafted, day("2021-02-20"))));
        assert_eq!(all.delays().count(), 1);
    }
}
