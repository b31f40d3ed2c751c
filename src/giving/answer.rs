//! The figures of one address, worked out once: what the filters keep, what a year and a period make of every donor.
//!
//! What was true on a day and known at an instant never changes, so an answer is kept like everything else here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::list::{self, Giving, Line};
use super::parts::Sums;
use super::rule::{Status, concentration};
use super::slice::{Slice, region};
use super::store::{self, Known, Received};
use crate::kernel::{AsOf, KnownAt};
use crate::lists::query::KnownRows;
use crate::lists::{Filters, Kept, List, Memory, Scope};

/// Sums of one year by one thing: its key and US dollars.
pub type Parts = BTreeMap<String, Decimal>;

/// What the donors of a state come to.
#[derive(Debug)]
pub struct OfState {
    /// How many.
    pub donors: usize,
    /// What they gave in the year, in US dollars.
    pub usd: Decimal,
    /// What they gave the year before.
    pub previous: Decimal,
    /// What they gave in the period.
    pub since_usd: Decimal,
}

impl OfState {
    fn new(lines: &[&Line]) -> Self {
        let sum = |of: fn(&Line) -> Decimal| lines.iter().map(|line| of(line)).sum();
        OfState {
            donors: lines.len(),
            usd: sum(|line| line.usd),
            previous: sum(|line| line.previous),
            since_usd: sum(|line| line.since_usd),
        }
    }
}

/// The figures.
pub struct Answer {
    /// The year asked for.
    pub year: i32,
    /// The day the period begins.
    pub since: NaiveDate,
    /// Every donor with a history, the largest of the year first.
    pub lines: Vec<Line>,
    /// What came in by year and earmarking.
    pub sums: Sums,
    /// How many donors have which status, by year.
    pub statuses: BTreeMap<i32, BTreeMap<Status, usize>>,
    /// What came in that year by fund, earmarking, kind of donor, region.
    pub parts: [(&'static str, Parts); 4],
    /// Years that say nothing about who did not give.
    pub no_data: BTreeSet<i32>,
    /// The last year that has ended.
    pub ended: i32,
    /// Receipts without a rate, in no sum.
    pub without_rate: i64,
    /// The Member States there are.
    pub member_states: u32,
    /// What came in that year, in US dollars.
    pub total: Decimal,
    /// The share of the five and of the fifteen largest in it; none where nothing came in.
    pub concentration: [(usize, Option<Decimal>); 2],
    /// What the donors of each state come to.
    states: BTreeMap<&'static str, OfState>,
    /// The rows as statements take them, by state; made when first asked for.
    rows: Mutex<HashMap<Option<String>, Arc<str>>>,
    /// Those of a page, likewise.
    pub shown: KnownRows,
}

impl Answer {
    fn new(known: &Known, earlier: &[Received], scope: &Scope) -> Self {
        let (year, since) = (list::year(scope), list::since(scope));
        let slice = Slice::new(known, &scope.filters, scope.as_of);
        let mut sums = Sums::new();
        let mut parts = ["fund", "earmarking", "donor_kind", "region"].map(|name| (name, Parts::new()));
        for row in &slice.received {
            *sums.entry(row.year).or_default().entry(row.earmarking.to_owned()).or_default() += row.usd;
            if row.year != year {
                continue;
            }
            let donor = known.donors.get(&row.top_id);
            let fund = known.funds.iter().find(|fund| fund.id == row.fund_id).map(|fund| fund.code.as_str());
            let keys = [fund, Some(row.earmarking), donor.map(|donor| donor.kind.as_str()), donor.map(region)];
            for ((_, sums), key) in parts.iter_mut().zip(keys) {
                *sums.entry(key.unwrap_or_default().to_owned()).or_default() += row.usd;
            }
        }
        let count = |year: i32| {
            let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
            for status in slice.statuses(year).into_values() {
                *counts.entry(status).or_default() += 1;
            }
            (year, counts)
        };
        let lines = list::lines(&slice, year, since, earlier, &scope.filters);
        let of = |state: &'static str| list::of_state(&lines, Some(state));
        let total = lines.iter().map(|line| line.usd).sum();
        let amounts: Vec<Decimal> = of("gave").iter().map(|line| line.usd).collect();
        let concentration = [5, 15].map(|most| (most, concentration(&amounts, most, total)));
        let states = Giving::STATES.iter().map(|state| (*state, OfState::new(&of(state)))).collect();
        let first = sums.keys().next().copied().unwrap_or(year).min(year);
        let last = chrono::Datelike::year(&scope.as_of.0);
        Answer {
            year,
            since,
            lines,
            total,
            concentration,
            states,
            statuses: (first..=last).map(count).collect(),
            ended: slice.ground().ended,
            without_rate: slice.received.iter().map(|row| row.without_rate).sum(),
            member_states: known.member_states,
            rows: Mutex::default(),
            shown: KnownRows::default(),
            no_data: slice.no_data,
            sums,
            parts,
        }
    }

    /// What the donors of a state come to.
    pub fn of_state(&self, state: &str) -> &OfState {
        const NONE: &OfState =
            &OfState { donors: 0, usd: Decimal::ZERO, previous: Decimal::ZERO, since_usd: Decimal::ZERO };
        self.states.get(state).unwrap_or(NONE)
    }

    /// The rows of a state as statements take them.
    pub fn rows(&self, state: Option<&str>) -> Arc<str> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.entry(state.map(str::to_owned)).or_insert_with(|| list::rows(self, state).into()).clone()
    }
}

/// What figures are of.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    as_of: AsOf,
    known_at: KnownAt,
    year: i32,
    since: NaiveDate,
    fund: Option<String>,
    fund_kind: Option<String>,
    donor_kind: Option<String>,
    region: Option<String>,
    earmarking: Option<String>,
}

impl Key {
    fn of(scope: &Scope) -> Self {
        let Filters { fund, fund_kind, donor_kind, region, earmarking, .. } = scope.filters.clone();
        let (year, since) = (list::year(scope), list::since(scope));
        Key {
            as_of: scope.as_of,
            known_at: scope.known_at,
            year,
            since,
            fund,
            fund_kind,
            donor_kind,
            region,
            earmarking,
        }
    }
}

/// Answers worked out already, some hundred kilobytes each with two thousand donors.
#[derive(Default)]
struct Answers(Kept<Key, Arc<Answer>, 32>);

/// The figures of a scope, worked out if nobody has asked for them yet.
///
/// # Errors
/// Where the database fails.
pub async fn answer(memory: &Memory, connection: &mut PgConnection, scope: &Scope) -> Result<Arc<Answer>, sqlx::Error> {
    let answers = memory.of::<Answers>();
    let mut key = Key::of(scope);
    key.known_at = store::settled(memory, &mut *connection, scope.known_at).await?;
    if let Some(answer) = answers.0.get(&key) {
        return Ok(answer);
    }
    let known = store::known(memory, &mut *connection, scope).await?;
    let earlier = store::before(memory, connection, scope, key.since).await?;
    Ok(answers.0.put(key, Arc::new(Answer::new(&known, &earlier, scope))))
}
