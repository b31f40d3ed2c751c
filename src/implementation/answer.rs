//! What the filters keep of all projects, and the figures of that.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::rule::{Phase, rounded};
use super::store::{Known, Project};
use crate::lists::{Filters, Kept};

/// Whether the filters keep a project: unit and those below it, donor and its children, country. Not its state.
fn keeps(project: &Project, filters: &Filters) -> bool {
    filters.unit.as_ref().is_none_or(|unit| project.units.contains(unit))
        && filters.country.as_ref().is_none_or(|country| project.countries.contains(country))
        && filters
            .donor
            .as_ref()
            .is_none_or(|donor| project.funding.iter().any(|funding| funding.codes.contains(donor)))
        && filters.project.as_ref().is_none_or(|code| *code == project.code)
}

/// The projects the filters keep.
pub fn kept<'k>(known: &'k Known, filters: &Filters) -> Vec<&'k Project> {
    known.projects.iter().filter(|project| keeps(project, filters)).collect()
}

/// The projects a list shows: of those kept, the ones of the state asked for.
pub fn listed<'k>(known: &'k Known, filters: &Filters) -> Vec<&'k Project> {
    let mut listed = kept(known, filters);
    listed.retain(|project| match filters.state.as_deref() {
        None => true,
        Some("reports_overdue") => project.reports_overdue > 0,
        Some(state) => project.answer.is(state),
    });
    listed
}

/// Some projects as statements take them, as JSON.
pub fn rows(projects: &[&Project]) -> String {
    let row = |project: &&Project| {
        let answer = &project.answer;
        json!({
            "id": project.id,
            "unit": project.unit(),
            "starts_on": project.standing.starts_on,
            "ends_on": project.standing.ends_on,
            "budget": project.standing.budget,
            "spent": project.standing.spent,
            "delivery": answer.delivery,
            "elapsed": answer.elapsed,
            "state": answer.state(),
            "phase": answer.phase_word(),
            "troubles": answer.troubles().collect::<Vec<_>>(),
            "worry": answer.worry(),
            "behind": answer.behind.unwrap_or_default().round_dp(6),
            "received": project.received(),
            "last_spent": project.standing.last_spent,
            "countries": project.countries.join(";"),
            "reports_overdue": project.reports_overdue,
        })
    };
    Value::Array(projects.iter().map(row).collect()).to_string()
}

/// The figures of some projects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// All of them.
    pub projects: usize,
    /// Those between their first and last day.
    pub active: usize,
    /// Those of them that end within ninety days.
    pub ending_soon: usize,
    /// Those of all behind by more than the margin.
    pub late: usize,
    /// Those of all that spent more than their budget.
    pub over_budget: usize,
    /// Those active that spent nothing for three months.
    pub silent: usize,
    /// Those without a budget.
    pub without_budget: usize,
    /// The budgets in force of those that have begun.
    pub budget: Decimal,
    /// The expenditure of those through the last month that had ended.
    pub spent: Decimal,
    /// The part of it that was spent under a budget.
    pub delivered: Decimal,
    /// What came in for those.
    pub received: Decimal,
    /// Receipts without a rate, which are in no sum.
    pub without_rate: i64,
    /// Reports owed under the pledges that name them that are overdue.
    pub reports_overdue: i64,
}

impl Sums {
    /// Adds a project.
    pub fn add(&mut self, project: &Project) {
        let answer = &project.answer;
        let one = |yes: bool| usize::from(yes);
        self.projects += 1;
        self.active += one(answer.phase == Phase::Active);
        self.ending_soon += one(answer.ending_soon);
        self.late += one(answer.late);
        self.over_budget += one(answer.over_budget);
        self.silent += one(answer.silent);
        self.without_budget += one(answer.without_budget);
        if answer.phase != Phase::NotStarted {
            self.budget += project.standing.budget;
            self.spent += project.standing.spent;
            // Without a budget there is no rate, and no part in one.
            if !project.standing.budget.is_zero() {
                self.delivered += project.standing.spent;
            }
            self.received += project.received();
        }
        self.reports_overdue += project.reports_overdue;
        self.without_rate += project.funding.iter().map(|funding| funding.without_rate).sum::<i64>();
    }

    /// The figures of all of these.
    pub fn of<'p>(projects: impl IntoIterator<Item = &'p Project>) -> Self {
        let mut sums = Sums::default();
        projects.into_iter().for_each(|project| sums.add(project));
        sums
    }

    /// Their delivery rate in per cent; nothing without a budget.
    pub fn delivery(&self) -> Option<Decimal> {
        (!self.budget.is_zero()).then(|| rounded(self.delivered * Decimal::ONE_HUNDRED / self.budget))
    }

    /// How many of them are in a state.
    pub fn count(&self, state: &str) -> usize {
        match state {
            "active" => self.active,
            "ending_soon" => self.ending_soon,
            "late" => self.late,
            "over_budget" => self.over_budget,
            "silent" => self.silent,
            "without_budget" => self.without_budget,
            _ => self.projects,
        }
    }
}

/// The figures by unit: each with the units below it, so that a project counts in every unit above its own, up to the
/// one asked for.
fn by_unit(projects: &[&Project], asked: Option<&str>) -> BTreeMap<String, Sums> {
    let mut sums = BTreeMap::<String, Sums>::new();
    for project in projects {
        for unit in project.units.iter().skip_while(|unit| asked.is_some_and(|asked| asked != *unit)) {
            sums.entry(unit.clone()).or_default().add(project);
        }
    }
    sums
}

/// The figures by country, or of the one asked for: a project in several counts in each, whole.
fn by_country(projects: &[&Project], asked: Option<&str>) -> BTreeMap<String, Sums> {
    let mut sums = BTreeMap::<String, Sums>::new();
    for project in projects {
        for country in project.countries.iter().filter(|country| asked.is_none_or(|asked| asked == *country)) {
            sums.entry(country.clone()).or_default().add(project);
        }
    }
    sums
}

/// The figures by donor, each with its children, up to the one asked for: a project of several counts in each, whole, but for what came in, which
/// is what that donor and its children gave.
fn by_donor(projects: &[&Project], asked: Option<&str>) -> BTreeMap<String, Sums> {
    let mut sums = BTreeMap::<String, Sums>::new();
    for project in projects {
        let mut given = BTreeMap::<&str, Decimal>::new();
        for funding in &project.funding {
            // Its own code comes first, then those above it.
            let last = asked.map_or(Some(funding.codes.len()), |asked| {
                funding.codes.iter().position(|code| code == asked).map(|at| at + 1)
            });
            for code in funding.codes.iter().take(last.unwrap_or(0)) {
                *given.entry(code).or_default() += funding.usd;
            }
        }
        for (code, usd) in given {
            let of = sums.entry(code.to_owned()).or_default();
            of.add(project);
            if project.answer.phase != Phase::NotStarted {
                of.received += usd - project.received();
            }
        }
    }
    sums
}

/// The donors most was received from, that first: so many of them.
fn most_received(by_donor: BTreeMap<String, Sums>, most: usize) -> Vec<(String, Sums)> {
    let mut donors: Vec<(String, Sums)> = by_donor.into_iter().collect();
    donors.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.received));
    donors.truncate(most);
    donors
}

/// Of how many donors there are figures: two thousand would weigh megabytes on a page. The filter has every other.
const DONORS_SHOWN: usize = 25;

/// The figures of the projects the filters keep: of all, and by each thing they can be told apart by.
#[derive(Debug)]
pub struct Figures {
    /// All of them.
    pub all: Sums,
    /// By unit, each with those below it, by code.
    pub by_unit: BTreeMap<String, Sums>,
    /// By country, by code.
    pub by_country: BTreeMap<String, Sums>,
    /// By donor, of those most was received from.
    pub by_donor: Vec<(String, Sums)>,
    /// How many donors there are.
    pub donors: usize,
}

/// The filters figures are of: unit, country, donor, project.
type Of = [Option<String>; 4];

/// Figures worked out already, of the same projects: a few hundred kilobytes each with many countries and donors.
#[derive(Debug, Default)]
pub struct KnownFigures(Kept<Of, Arc<Figures>, 64>);

/// The figures of the projects the filters keep, worked out if nobody has asked for them yet.
pub fn figures(known: &Known, filters: &Filters) -> Arc<Figures> {
    let of = [filters.unit.clone(), filters.country.clone(), filters.donor.clone(), filters.project.clone()];
    if let Some(figures) = known.figures.0.get(&of) {
        return figures;
    }
    let kept = kept(known, filters);
    let donors = by_donor(&kept, filters.donor.as_deref());
    let figures = Figures {
        all: Sums::of(kept.iter().copied()),
        by_unit: by_unit(&kept, filters.unit.as_deref()),
        by_country: by_country(&kept, filters.country.as_deref()),
        donors: donors.len(),
        by_donor: most_received(donors, DONORS_SHOWN),
    };
    known.figures.0.put(of, Arc::new(figures))
}
