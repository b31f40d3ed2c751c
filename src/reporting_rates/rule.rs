//! From changes to figures: the counts of every unit at several days, each with the tree as it stood then. Pure.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::figures::Figures;
use super::tree::{Belongs, Tree};

/// By how much the counts of a unit change from one point to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {
    /// The unit that owes the reports.
    pub unit: i64,
    /// The donor they are owed to, where only some donors are counted.
    pub donor: Option<i64>,
    /// The first of the days it holds for, by its number.
    pub point: usize,
    /// By how much.
    pub figures: Figures,
}

/// A donor, and what donors stand under.
#[derive(Debug, Clone)]
pub struct Among {
    /// Reports to this donor and those below it are counted.
    pub donor: i64,
    /// Who stands under whom.
    pub facts: Vec<Belongs>,
}

/// How things stand on a day.
#[derive(Debug)]
pub struct Standing {
    /// The day.
    pub day: NaiveDate,
    /// The units as they stood.
    pub tree: Tree,
    /// The counts of each unit with those below it; a unit without any is not there.
    pub of: HashMap<i64, Figures>,
    /// The counts of all units.
    pub total: Figures,
}

impl Standing {
    /// The counts of a unit with those below it, or of everything.
    pub fn figures(&self, unit: Option<i64>) -> Figures {
        unit.map_or(self.total, |unit| self.of.get(&unit).copied().unwrap_or_default())
    }
}

/// How things stand at each of `days`, which go up. `units` is what units stand under.
pub fn standings(days: &[NaiveDate], deltas: &[Delta], units: &[Belongs], among: Option<&Among>) -> Vec<Standing> {
    let mut by_point: Vec<Vec<&Delta>> = vec![Vec::new(); days.len()];
    for delta in deltas {
        if let Some(of) = by_point.get_mut(delta.point) {
            of.push(delta);
        }
    }
    let mut running: HashMap<(i64, Option<i64>), Figures> = HashMap::new();
    days.iter()
        .zip(by_point)
        .map(|(day, deltas)| {
            for delta in deltas {
                *running.entry((delta.unit, delta.donor)).or_default() += delta.figures;
            }
            let donors = among.map(|among| (among.donor, Tree::on(&among.facts, *day)));
            let counted = |donor: Option<i64>| match (&donors, donor) {
                (Some((of, tree)), Some(donor)) => tree.is_within(donor, *of),
                _ => true,
            };
            let tree = Tree::on(units, *day);
            let (mut of, mut total) = (HashMap::<i64, Figures>::new(), Figures::default());
            for ((unit, donor), figures) in &running {
                if *figures != Figures::default() && counted(*donor) {
                    total += *figures;
                    for above in tree.up(*unit) {
                        *of.entry(above).or_default() += *figures;
                    }
                }
            }
            Standing { day: *day, tree, of, total }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::report_states::brute_force::reports;
    use crate::report_states::facts::ReportFacts;
    use crate::report_states::rule::{ReportState, state_as_of, timeline, twelve_months_to};

    fn day(n: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(n)
    }

    /// What one report counts for as of a day, by the words of domain.md.
    fn counted(state: &ReportState, on: NaiveDate) -> Figures {
        let one = i64::from;
        let due = state.is_due(on);
        let submitted = due && state.is_submitted();
        let on_time = submitted && state.on_time == Some(true);
        let year = state.due_on >= twelve_months_to(on);
        let first_due = state.first_due_on <= on;
        Figures {
            due: one(due),
            submitted: one(submitted),
            on_time: one(on_time),
            overdue: one(state.is_overdue(on)),
            waived: one(state.owed && state.waived_on.is_some() && state.due_on <= on),
            extended: one(state.owed && state.waived_on.is_none() && state.due_on != state.first_due_on && first_due),
            due_in_year: one(due && year),
            submitted_in_year: one(submitted && year),
            on_time_in_year: one(on_time && year),
        }
    }

    fn less(a: Figures, b: Figures) -> Figures {
        let of = |f: Figures| {
            [
                f.due,
                f.submitted,
                f.on_time,
                f.overdue,
                f.waived,
                f.extended,
                f.due_in_year,
                f.submitted_in_year,
                f.on_time_in_year,
            ]
        };
        let (a, b) = (of(a), of(b));
        Figures::from(std::array::from_fn(|at| a[at] - b[at]))
    }

    /// The changes of one report from point to point.
    fn deltas(report: &ReportFacts, days: &[NaiveDate]) -> Vec<Delta> {
        let mut all = Vec::new();
        let mut before: Option<(i64, i64, Figures)> = None;
        let spells = timeline(report);
        for (point, on) in days.iter().enumerate() {
            let holds = |from: Option<NaiveDate>, until: Option<NaiveDate>| {
                from.is_none_or(|from| from <= *on) && until.is_none_or(|until| *on < until)
            };
            let spell = spells.iter().find(|spell| holds(spell.from, spell.until)).unwrap();
            let now = (spell.state.terms.unit.0, spell.state.donor.0, counted(&spell.state, *on));
            if let Some((unit, donor, figures)) = before {
                all.push(Delta { unit, donor: Some(donor), point, figures: less(Figures::default(), figures) });
            }
            all.push(Delta { unit: now.0, donor: Some(now.1), point, figures: now.2 });
            before = Some(now);
        }
        all
    }

    prop_compose! {
        /// Units 1 to 9 under each other: a unit only ever stands under one with a smaller number.
        fn trees()(
            first in prop::collection::vec(0i64..9, 9), moves in prop::collection::vec((0u64..60, 2i64..10, 0i64..9), 0..6),
        ) -> Vec<Belongs> {
            let under = |id: i64, parent: i64| (parent > 0 && parent < id).then_some(parent);
            let mut facts: Vec<Belongs> = (1..10).zip(first).map(|(id, parent)| Belongs { id, from: None, parent: under(id, parent) }).collect();
            for (on, id, parent) in moves {
                if !facts.iter().any(|fact| fact.id == id && fact.from == Some(day(on))) {
                    facts.push(Belongs { id, from: Some(day(on)), parent: under(id, parent) });
                }
            }
            facts
        }
    }

    /// Whether a unit is under another on a day, by walking up the facts in force, each looked for anew.
    fn under(facts: &[Belongs], id: i64, of: i64, on: NaiveDate) -> bool {
        let mut at = Some(id);
        while let Some(one) = at {
            if one == of {
                return true;
            }
            let held = facts.iter().filter(|fact| fact.id == one && fact.from.is_none_or(|from| from <= on));
            at = held.max_by_key(|fact| fact.from).and_then(|fact| fact.parent);
        }
        false
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn every_units_counts_are_those_of_its_reports_counted_one_by_one(
            all in prop::collection::vec(reports(), 0..12), units in trees(), donors in trees(), donor in prop::option::of(1i64..10),
            points in prop::collection::btree_set(0u64..80, 1..8),
        ) {
            let days: Vec<NaiveDate> = points.into_iter().map(day).collect();
            let changes: Vec<Delta> = all.iter().flat_map(|report| deltas(report, &days)).collect();
            let among = donor.map(|donor| Among { donor, facts: donors.clone() });
            for standing in standings(&days, &changes, &units, among.as_ref()) {
                let on = standing.day;
                let states: Vec<ReportState> = all.iter().map(|report| state_as_of(report, on)).collect();
                let wanted = |unit: Option<i64>| {
                    let mut sum = Figures::default();
                    for state in &states {
                        let of_unit = unit.is_none_or(|unit| under(&units, state.terms.unit.0, unit, on));
                        if of_unit && donor.is_none_or(|donor| under(&donors, state.donor.0, donor, on)) {
                            sum += counted(state, on);
                        }
                    }
                    sum
                };
                prop_assert_eq!(standing.figures(None), wanted(None), "all as of {}", on);
                for unit in 1..10 {
                    prop_assert_eq!(standing.figures(Some(unit)), wanted(Some(unit)), "unit {} as of {}", unit, on);
                }
                let tops = (1..10).filter(|unit| standing.tree.up(*unit).count() == 1);
                let mut sum = Figures::default();
                for top in tops {
                    sum += standing.figures(Some(top));
                }
                prop_assert_eq!(sum, standing.total, "units without a parent add up as of {}", on);
            }
        }
    }
}
