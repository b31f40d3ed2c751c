//! What the clauses of an agreement ask for: the reports they make, and what becomes of those there are when the
//! agreement is amended. Pure.

use std::collections::BTreeSet;

use chrono::{Days, Months, NaiveDate};

/// The most reports the clauses of one agreement make.
pub const MOST: usize = 240;

/// A clause: a report for every period, or one at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Which kind of report.
    pub kind: String,
    /// How many months a period has; none for the report at the end.
    pub every_months: Option<u32>,
    /// The first day of the first period; that of the agreement where it is not said.
    pub first_period_from: Option<NaiveDate>,
    /// Days from the end of the period, or of the agreement, to the day the report is due.
    pub grace_days: u32,
}

/// The days of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day; none while it has none.
    pub ends_on: Option<NaiveDate>,
    /// Without a last day, reports are made for periods that begin by this day.
    pub horizon: NaiveDate,
}

/// A report the clauses ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which kind.
    pub kind: String,
    /// Whether it is the one at the end.
    pub last: bool,
    /// The first day it is about.
    pub period_from: NaiveDate,
    /// The last one.
    pub period_to: NaiveDate,
    /// The day it is due.
    pub due_on: NaiveDate,
}

/// The reports clauses ask for, in the order they are due. A period is anchored to the first one's day of the month and
/// clamped to its own month's end; the last one ends with the agreement.
pub fn planned(clauses: &[Clause], agreement: Agreement) -> Vec<Planned> {
    let mut all: Vec<Planned> = clauses.iter().flat_map(|clause| of_clause(clause, agreement)).collect();
    all.sort_by(|a, b| (a.due_on, a.period_from, &a.kind, a.last).cmp(&(b.due_on, b.period_from, &b.kind, b.last)));
    all.truncate(MOST);
    all
}

fn of_clause(clause: &Clause, agreement: Agreement) -> Vec<Planned> {
    let report = |period_from: NaiveDate, period_to: NaiveDate, last: bool| {
        let due_on = period_to.checked_add_days(Days::new(clause.grace_days.into()))?;
        Some(Planned { kind: clause.kind.clone(), last, period_from, period_to, due_on })
    };
    let first = clause.first_period_from.unwrap_or(agreement.starts_on);
    let Some(months) = clause.every_months.filter(|months| *months > 0) else {
        let end = agreement.ends_on.filter(|end| *end >= first);
        return end.and_then(|end| report(first, end, true)).into_iter().collect();
    };
    let until = agreement.ends_on.unwrap_or(agreement.horizon);
    let begins = |nth: u32| first.checked_add_months(Months::new(nth * months));
    let mut made = Vec::new();
    for nth in 0..u32::try_from(MOST).unwrap_or(u32::MAX) {
        let (Some(from), Some(next)) = (begins(nth), begins(nth + 1)) else { break };
        if from > until {
            break;
        }
        let whole = next.pred_opt().unwrap_or(next);
        let to = agreement.ends_on.map_or(whole, |end| whole.min(end));
        made.extend(report(from, to, false));
    }
    made
}

/// A report there is under the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Its reference.
    pub reference: String,
    /// Which kind.
    pub kind: String,
    /// Whether it is the one at the end.
    pub last: bool,
    /// The first day it is about, where that is said.
    pub period_from: Option<NaiveDate>,
    /// The last one.
    pub period_to: Option<NaiveDate>,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// Whether something has become of it (sent, returned, waived, extended by a letter, being written), or it has
    /// fallen due: then it stays as it is.
    pub settled: bool,
}

/// What is to become of the reports of an agreement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Reports to be made.
    pub added: Vec<Planned>,
    /// Reports whose period or due date moves: the one there is, and what it becomes.
    pub moved: Vec<(Existing, Planned)>,
    /// Reports no clause asks for any more.
    pub taken_out: Vec<Existing>,
    /// Reports that stay as they are though the clauses now ask for something else, or for nothing.
    pub left: Vec<Existing>,
    /// How many are as the clauses ask already.
    pub same: usize,
}

/// Compares what clauses ask for with the reports there are. `before` is what earlier clauses asked for, however long
/// the agreement lasted: only what they made is taken out; what somebody typed stays.
pub fn plan(wanted: &[Planned], existing: &[Existing], before: &[Planned]) -> Plan {
    let mut plan = Plan::default();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for want in wanted {
        // The report at the end is one, whatever its period begins with.
        let same = |have: &Existing| {
            have.kind == want.kind
                && have.last == want.last
                && (want.last || have.period_from == Some(want.period_from))
        };
        let found = (0..existing.len()).find(|at| !taken.contains(at) && same(&existing[*at]));
        let Some(at) = found else {
            plan.added.push(want.clone());
            continue;
        };
        taken.insert(at);
        let have = &existing[at];
        let as_wanted = have.due_on == want.due_on && have.period_to == Some(want.period_to);
        match (as_wanted, have.settled) {
            (true, _) => plan.same += 1,
            (false, true) => plan.left.push(have.clone()),
            (false, false) => plan.moved.push((have.clone(), want.clone())),
        }
    }
    for (_, have) in existing.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        let made = before.iter().any(|old| {
            old.kind == have.kind && old.last == have.last && (old.last || have.period_from == Some(old.period_from))
        });
        match (made, have.settled) {
            (true, false) => plan.taken_out.push(have.clone()),
            (true, true) => plan.left.push(have.clone()),
            (false, _) => {}
        }
    }
    plan
}

/// References for new reports of a pledge, `P-2020-012-N1`: a letter for the kind, a number that is not taken yet.
pub fn references(pledge: &str, added: &[Planned], taken: &[String]) -> Vec<String> {
    let mut used: BTreeSet<String> = taken.iter().cloned().collect();
    let mut named = Vec::with_capacity(added.len());
    for report in added {
        let letter = match (report.kind.as_str(), report.last) {
            (_, true) => "END",
            ("narrative", _) => "N",
            ("financial", _) => "F",
            ("certified_financial", _) => "C",
            _ => "R",
        };
        let free = (1..).map(|number| format!("{pledge}-{letter}{number}")).find(|name| !used.contains(name));
        if let Some(name) = free {
            used.insert(name.clone());
            named.push(name);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        crate::kernel::calendar::parse_day(text).unwrap()
    }

    fn clause(every: Option<u32>, from: Option<&str>, grace: u32) -> Clause {
        let first_period_from = from.map(day);
        Clause { kind: "narrative".into(), every_months: every, first_period_from, grace_days: grace }
    }

    fn agreement(starts_on: &str, ends_on: Option<&str>) -> Agreement {
        Agreement { starts_on: day(starts_on), ends_on: ends_on.map(day), horizon: day("2022-06-30") }
    }

    fn made(clause: Clause, agreement: Agreement) -> Vec<(String, String, String, bool)> {
        let told =
            |one: Planned| (one.period_from.to_string(), one.period_to.to_string(), one.due_on.to_string(), one.last);
        planned(&[clause], agreement).into_iter().map(told).collect()
    }

    type Row = (&'static str, &'static str, &'static str, bool);

    #[test]
    fn a_clause_makes_a_report_for_every_period_and_one_at_the_end() {
        let cases: &[(Clause, Agreement, &[Row])] = &[
            // A year, reports due ninety days after.
            (
                clause(Some(12), None, 90),
                agreement("2020-01-01", Some("2021-12-31")),
                &[("2020-01-01", "2020-12-31", "2021-03-31", false), ("2021-01-01", "2021-12-31", "2022-03-31", false)],
            ),
            // Periods keep to the first one's day and to the ends of months, over a leap year.
            (
                clause(Some(1), Some("2020-01-31"), 0),
                agreement("2020-01-01", Some("2020-04-15")),
                &[
                    ("2020-01-31", "2020-02-28", "2020-02-28", false),
                    ("2020-02-29", "2020-03-30", "2020-03-30", false),
                    ("2020-03-31", "2020-04-15", "2020-04-15", false),
                ],
            ),
            (
                clause(Some(12), Some("2020-02-29"), 1),
                agreement("2020-01-01", Some("2022-02-28")),
                &[
                    ("2020-02-29", "2021-02-27", "2021-02-28", false),
                    ("2021-02-28", "2022-02-27", "2022-02-28", false),
                    ("2022-02-28", "2022-02-28", "2022-03-01", false),
                ],
            ),
            // It ended before the first period began.
            (clause(Some(6), Some("2021-01-01"), 30), agreement("2020-01-01", Some("2020-12-31")), &[]),
            (clause(None, Some("2021-01-01"), 30), agreement("2020-01-01", Some("2020-12-31")), &[]),
            // Without a last day: up to the horizon, and nothing at the end.
            (
                clause(Some(12), Some("2021-01-01"), 30),
                agreement("2020-01-01", None),
                &[("2021-01-01", "2021-12-31", "2022-01-30", false), ("2022-01-01", "2022-12-31", "2023-01-30", false)],
            ),
            (clause(None, None, 90), agreement("2020-01-01", None), &[]),
            // The report at the end, days after the last day; the end of a leap February.
            (
                clause(None, None, 180),
                agreement("2018-03-01", Some("2020-02-29")),
                &[("2018-03-01", "2020-02-29", "2020-08-27", true)],
            ),
            // A last period is as long as the agreement.
            (
                clause(Some(6), None, 60),
                agreement("2020-01-01", Some("2020-08-31")),
                &[("2020-01-01", "2020-06-30", "2020-08-29", false), ("2020-07-01", "2020-08-31", "2020-10-30", false)],
            ),
        ];
        for (clause, agreement, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(a, b, c, last)| ((*a).into(), (*b).into(), (*c).into(), *last)).collect();
            assert_eq!(made(clause.clone(), *agreement), expected, "{clause:?} {agreement:?}");
        }
        let endless = Agreement { horizon: day("2199-12-31"), ..agreement("1900-01-01", None) };
        assert_eq!(planned(&[clause(Some(1), None, 0)], endless).len(), MOST);
    }

    fn existing(reference: &str, of: &Planned, settled: bool) -> Existing {
        Existing {
            reference: reference.into(),
            kind: of.kind.clone(),
            last: of.last,
            period_from: Some(of.period_from),
            period_to: Some(of.period_to),
            due_on: of.due_on,
            settled,
        }
    }

    #[test]
    fn an_amendment_adds_moves_and_takes_out_and_leaves_what_is_settled() {
        let clauses = [clause(Some(6), None, 60), clause(None, None, 90)];
        let old = planned(&clauses, agreement("2020-01-01", Some("2020-12-31")));
        let names = references("P-1", &old, &[]);
        assert_eq!(names, ["P-1-N1", "P-1-N2", "P-1-END1"]);
        let have: Vec<Existing> =
            old.iter().zip(&names).map(|(one, name)| existing(name, one, name == "P-1-N1")).collect();
        assert_eq!(plan(&old, &have, &old), Plan { same: 3, ..Plan::default() });
        // Extended by eight months: two more, the one at the end moves.
        let longer = planned(&clauses, agreement("2020-01-01", Some("2021-08-31")));
        let later = plan(&longer, &have, &longer);
        assert_eq!(
            later.added.iter().map(|one| one.period_from.to_string()).collect::<Vec<_>>(),
            ["2021-01-01", "2021-07-01"]
        );
        assert_eq!(
            later.moved.iter().map(|(one, to)| (one.reference.as_str(), to.due_on)).collect::<Vec<_>>(),
            [("P-1-END1", day("2021-11-29"))]
        );
        assert!(later.taken_out.is_empty() && later.left.is_empty());
        assert_eq!(references("P-1", &later.added, &names), ["P-1-N3", "P-1-N4"]);
        // Shortened: what was sent stays as it is, what no clause asks for goes, what somebody typed stays.
        let typed = Existing { reference: "DR-9".into(), kind: "financial".into(), ..have[1].clone() };
        let all: Vec<Existing> = have.iter().cloned().chain([typed]).collect();
        let shorter = planned(&clauses, agreement("2020-01-01", Some("2020-05-31")));
        let sooner = plan(&shorter, &all, &longer);
        let names = |all: &[Existing]| all.iter().map(|one| one.reference.clone()).collect::<Vec<_>>();
        assert_eq!(names(&sooner.left), ["P-1-N1"]);
        assert_eq!(names(&sooner.taken_out), ["P-1-N2"]);
        assert_eq!(sooner.moved.len(), 1);
        assert!(sooner.added.is_empty());
        // Another clause instead: the new ones come, the old ones go.
        let other = planned(&[clause(Some(12), Some("2020-02-01"), 60)], agreement("2020-01-01", Some("2020-12-31")));
        let changed = plan(&other, &have, &old);
        assert_eq!((changed.added.len(), changed.taken_out.len(), changed.left.len()), (1, 2, 1));
    }
}
