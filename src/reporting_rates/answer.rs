//! The figures of one address, worked out once.
//!
//! They are kept by what they rest on, not by when they were asked for: a write that moves no report, unit or label
//! leaves them as they are.

use std::sync::Arc;

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::details::Details;
use super::figures::Figures;
use super::list;
use super::points;
use super::rule::{Among, Standing, standings};
use super::store::{self, Basis, Ground};
use super::tree::{Placed, Unit};
use crate::kernel::AsOf;
use crate::lists::scope::{WorkedOut, worked_out};
use crate::lists::{Kept, Memory, Scope};

/// Figures of every unit at several days.
#[derive(Debug)]
pub struct Figured {
    units: Vec<Unit>,
    standings: Vec<Standing>,
}

impl Figured {
    fn new(ground: &mut Ground, days: &[NaiveDate]) -> Self {
        let facts = ground.donors.take().unwrap_or_default();
        let among = ground.donor.map(|donor| Among { donor, facts });
        let units = std::mem::take(&mut ground.units);
        Figured { standings: standings(days, &ground.deltas, &ground.belongs, among.as_ref()), units }
    }

    /// A unit by its code.
    pub fn unit(&self, code: Option<&str>) -> Option<i64> {
        code.and_then(|code| self.units.iter().find(|unit| unit.code == code)).map(|unit| unit.id)
    }

    /// How things stood on a day that was asked for.
    pub fn on(&self, day: NaiveDate) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.day == day)
    }

    /// The counts of a unit, or of everything, on a day that was asked for.
    pub fn figures(&self, unit: Option<i64>, day: NaiveDate) -> Figures {
        self.on(day).map(|standing| standing.figures(unit)).unwrap_or_default()
    }

    /// The units as they stood on a day, in the order of the table.
    pub fn in_order(&self, unit: Option<i64>, day: NaiveDate) -> Vec<Placed<'_>> {
        let Some(standing) = self.on(day) else { return Vec::new() };
        standing.tree.in_order(&self.units, &standing.of.keys().copied().collect(), unit)
    }
}

/// What is to be known of an address.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The figures.
    pub figured: Arc<Figured>,
    /// What stands beside the rate.
    pub details: Arc<Details>,
    /// The unit asked for.
    pub unit: Option<i64>,
    /// The day.
    pub day: NaiveDate,
    /// The day it is compared with.
    pub compared: NaiveDate,
    /// The rows of its table as statements take them.
    pub rows: WorkedOut,
    /// How many units the table has.
    pub units: usize,
}

impl Answer {
    /// The counts as of the day.
    pub fn now(&self) -> Figures {
        self.figured.figures(self.unit, self.day)
    }

    /// The counts as of the day compared with.
    pub fn then(&self) -> Figures {
        self.figured.figures(self.unit, self.compared)
    }
}

/// What figures are of, besides what they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    basis: Basis,
    days: Vec<NaiveDate>,
    donor: Option<String>,
    fund: Option<String>,
    since: Option<NaiveDate>,
}

/// What stands beside a rate is of one day and one unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct DetailsKey {
    basis: Basis,
    as_of: AsOf,
    unit: Option<String>,
    donor: Option<String>,
    fund: Option<String>,
    since: Option<NaiveDate>,
}

/// How many of each are kept: some hundred kilobytes of figures with a hundred units.
const MOST: usize = 32;

/// What was worked out already.
#[derive(Default)]
struct Known {
    figured: Kept<Key, Arc<Figured>, MOST>,
    details: Kept<DetailsKey, Arc<Details>, MOST>,
    /// By the unit asked for, besides what the figures are of.
    rows: Kept<(Key, Option<String>), (WorkedOut, usize), MOST>,
}

fn key(basis: Basis, scope: &Scope, days: Vec<NaiveDate>) -> Key {
    let filters = &scope.filters;
    Key { basis, days, donor: filters.donor.clone(), fund: filters.fund.clone(), since: filters.since }
}

/// The figures of a scope at several days, whatever its unit.
///
/// # Errors
/// Where the database fails.
pub async fn figured(
    memory: &Memory,
    connection: &mut PgConnection,
    scope: &Scope,
    days: Vec<NaiveDate>,
) -> Result<Arc<Figured>, sqlx::Error> {
    let kept = memory.of::<Known>();
    let key = key(store::basis(&mut *connection, scope.known_at).await?, scope, days);
    if let Some(figured) = kept.figured.get(&key) {
        return Ok(figured);
    }
    let mut ground = store::ground(connection, scope, Some(&key.days), false).await?;
    let figured = Arc::new(Figured::new(&mut ground, &key.days));
    Ok(kept.figured.put(key, figured))
}

/// What is to be known of a scope, worked out where nobody has asked for it since anything of it moved. At most two
/// statements: what it rests on, and whatever of it is not there yet.
///
/// # Errors
/// Where the database fails.
pub async fn answer(memory: &Memory, connection: &mut PgConnection, scope: &Scope) -> Result<Answer, sqlx::Error> {
    let kept = memory.of::<Known>();
    let (day, compared) = (scope.as_of.0, points::compared_with(scope));
    let basis = store::basis(&mut *connection, scope.known_at).await?;
    let key = key(basis.clone(), scope, points::all(day, compared));
    let details_key = DetailsKey {
        basis,
        as_of: scope.as_of,
        unit: scope.filters.unit.clone(),
        donor: key.donor.clone(),
        fund: key.fund.clone(),
        since: key.since,
    };
    let (mut found, mut beside) = (kept.figured.get(&key), kept.details.get(&details_key));
    if found.is_none() || beside.is_none() {
        let days = found.is_none().then_some(key.days.as_slice());
        let mut ground = store::ground(connection, scope, days, beside.is_none()).await?;
        if let Some(details) = ground.details.take() {
            beside = Some(kept.details.put(details_key, Arc::new(details)));
        }
        if found.is_none() {
            let figured = Figured::new(&mut ground, &key.days);
            found = Some(kept.figured.put(key.clone(), Arc::new(figured)));
        }
    }
    let missing = || sqlx::Error::Decode("an answer without its figures".into());
    let figured = found.ok_or_else(missing)?;
    let details = beside.ok_or_else(missing)?;
    let unit = figured.unit(scope.filters.unit.as_deref());
    let key = (key, scope.filters.unit.clone());
    let (rows, units) = match kept.rows.get(&key) {
        Some(rows) => rows,
        None => {
            let (figured, units) = (figured.clone(), figured.in_order(unit, day).len());
            kept.rows.put(key, (worked_out(move || list::rows(&figured, unit, day, compared)), units))
        }
    };
    Ok(Answer { figured, details, unit, day, compared, rows, units })
}
