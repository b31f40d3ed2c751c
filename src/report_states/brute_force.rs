//! A second reading of domain.md, "Reporting rate": one report is followed day by day, as a clerk with a diary would.
//! It shares nothing with `rule` but the types of its input: over random reports the two must say the same.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::facts::{DueDate, Parties, Pledge, ReportFacts, Round, Terms};
use super::rule::{Spell, state_as_of, timeline, twelve_months_to};
use crate::kernel::ids::{DonorId, FundId, PledgeId, ReportId, UnitId};

/// What the diary says at the end of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Diary {
    signed: bool,
    taken_out: bool,
    waived: bool,
    due_on: Option<NaiveDate>,
    first_sent: Option<NaiveDate>,
    last_sent: Option<NaiveDate>,
    lies_returned: Option<NaiveDate>,
    on_time: Option<bool>,
    unit: Option<UnitId>,
    donor: Option<DonorId>,
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day") + Days::new(n)
}

/// Turns the pages of the diary up to a day, writing down each day what happened on it.
fn diary(facts: &ReportFacts, until: NaiveDate) -> Diary {
    let mut diary = Diary::default();
    for due in facts.due_dates.iter().filter(|due| due.agreed_on.is_none()) {
        diary.due_on = Some(due.due_on);
    }
    for terms in facts.terms.iter().filter(|terms| terms.in_force_from.is_none()) {
        diary.unit = Some(terms.unit);
    }
    let pledge = &facts.pledges[0];
    for parties in pledge.parties.iter().filter(|parties| parties.agreed_on.is_none()) {
        diary.donor = Some(parties.donor);
    }
    let mut today = day(0);
    while today <= until {
        for terms in facts.terms.iter().filter(|terms| terms.in_force_from == Some(today)) {
            diary.unit = Some(terms.unit);
        }
        for parties in pledge.parties.iter().filter(|parties| parties.agreed_on == Some(today)) {
            diary.donor = Some(parties.donor);
        }
        for due in facts.due_dates.iter().filter(|due| due.agreed_on == Some(today) && due.confirmed) {
            diary.due_on = Some(due.due_on);
        }
        if pledge.signed_on == Some(today) {
            diary.signed = true;
        }
        if pledge.cancelled_on == Some(today) && diary.due_on > Some(today) {
            diary.taken_out = true;
        }
        if facts.waived_on == Some(today) {
            diary.waived = true;
        }
        for round in &facts.rounds {
            if round.sent_on == today {
                if diary.first_sent.is_none() {
                    diary.first_sent = Some(today);
                    diary.on_time = Some(diary.due_on >= Some(today));
                }
                diary.last_sent = Some(today);
                diary.lies_returned = None;
            }
            if round.returned_on == Some(today) {
                diary.lies_returned = Some(today);
            }
        }
        today = today + Days::new(1);
    }
    diary
}

const LENGTH: u64 = 60;

fn maybe() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![1 => Just(None), 3 => (0..LENGTH).prop_map(Some)]
}

prop_compose! {
    pub(crate) fn reports()(
        first_due in 0..LENGTH, extensions in prop::collection::btree_map(0..LENGTH, (0..LENGTH + 20, any::<bool>()), 0..4),
        moves in prop::collection::btree_map(0..LENGTH, 1i64..5, 0..3), amended in prop::collection::btree_map(0..LENGTH, 1i64..5, 0..3),
        events in prop::collection::vec(0..LENGTH, 0..6), signed in maybe(), cancelled in maybe(), waived in maybe(),
    ) -> ReportFacts {
        let mut events = events;
        events.sort_unstable();
        let rounds = events.chunks(2).map(|pair| Round {
            sent_on: day(pair[0]), returned_on: pair.get(1).map(|on| day(*on)),
        }).collect();
        let terms = |in_force_from, unit| Terms {
            row: 1, in_force_from, pledge: PledgeId(1), unit: UnitId(unit), kind: "narrative".into(), last: false,
        };
        let parties = |agreed_on, donor| Parties { agreed_on, donor: DonorId(donor), fund: FundId(1) };
        ReportFacts {
            report: ReportId(1),
            terms: std::iter::once(terms(None, 9)).chain(moves.iter().map(|(on, unit)| terms(Some(day(*on)), *unit))).collect(),
            due_dates: std::iter::once(DueDate { agreed_on: None, due_on: day(first_due), confirmed: true })
                .chain(extensions.iter().map(|(on, (due, confirmed))| DueDate {
                    agreed_on: Some(day(*on)), due_on: day(*due), confirmed: *confirmed,
                })).collect(),
            rounds,
            waived_on: waived.map(day),
            pledges: vec![Pledge {
                pledge: PledgeId(1), signed_on: signed.map(day), cancelled_on: cancelled.map(day),
                parties: std::iter::once(parties(None, 9)).chain(amended.iter().map(|(on, donor)| parties(Some(day(*on)), *donor))).collect(),
            }],
        }
    }
}

fn spell_of(spells: &[Spell], on: NaiveDate) -> &Spell {
    let holds = |spell: &&Spell| spell.from.is_none_or(|from| from <= on) && spell.until.is_none_or(|until| on < until);
    spells.iter().find(holds).expect("a spell for every day")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_rule_says_of_every_day_what_the_diary_says(facts in reports()) {
        let spells = timeline(&facts);
        for n in 0..LENGTH + 25 {
            let (on, state) = (day(n), state_as_of(&facts, day(n)));
            let diary = diary(&facts, on);
            let spell = spell_of(&spells, on);
            prop_assert_eq!(&spell.state, &state, "the spell of {}", on);
            prop_assert_eq!(state.owed, diary.signed && !diary.taken_out);
            prop_assert_eq!(state.waived_on.is_some(), diary.waived);
            prop_assert_eq!(Some(state.due_on), diary.due_on);
            prop_assert_eq!(state.sent_on, diary.first_sent);
            prop_assert_eq!(state.last_sent_on, diary.last_sent);
            prop_assert_eq!(state.returned_on, diary.lies_returned);
            prop_assert_eq!(state.on_time, diary.on_time);
            prop_assert_eq!(Some(state.terms.unit), diary.unit);
            prop_assert_eq!(Some(state.donor), diary.donor);
            let due = diary.signed && !diary.taken_out && !diary.waived && diary.due_on <= Some(on);
            prop_assert_eq!(state.is_due(on), due);
            prop_assert_eq!(state.is_submitted(), diary.first_sent.is_some() && diary.lies_returned.is_none());
            let (from, until) = spell.due_during().unwrap_or((Some(NaiveDate::MAX), None));
            let during = from.is_some_and(|from| from <= on) && until.is_none_or(|until| on < until);
            prop_assert_eq!(during && state.waived_on.is_none(), due, "the days it is due hold {}", on);
        }
    }
}

#[test]
fn twelve_months_end_where_the_calendar_says() {
    let on = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a day");
    assert_eq!(twelve_months_to(on(2021, 7, 31)), on(2020, 8, 1));
    assert_eq!(twelve_months_to(on(2020, 2, 29)), on(2019, 3, 1));
    assert_eq!(twelve_months_to(on(2021, 2, 28)), on(2020, 2, 29));
}

#[test]
fn a_rate_is_rounded_once_half_away_from_zero_and_none_of_none_is_no_rate() {
    use super::rule::percent;
    let said = |part, due| percent(part, due).map(|rate| rate.to_string());
    assert_eq!(said(73, 100).as_deref(), Some("73.0"));
    assert_eq!(said(1, 16).as_deref(), Some("6.3"));
    assert_eq!(said(1, 3).as_deref(), Some("33.3"));
    assert_eq!(said(0, 7).as_deref(), Some("0.0"));
    assert_eq!(said(0, 0), None);
}
