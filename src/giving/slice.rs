//! What the filters keep of everything known, and what the years make of every donor in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use super::rule::{Ground, History, InPeriod, Status};
use super::store::{Donor, Known, Received};
use crate::kernel::AsOf;
use crate::kernel::country::country;
use crate::lists::Filters;
use crate::lists::scope::NO_REGION;

/// The key of a donor's region.
pub fn region(donor: &Donor) -> &'static str {
    donor.country.as_deref().and_then(country).map_or(NO_REGION, |country| country.region)
}

/// Receipts the filters keep.
pub struct Slice<'a> {
    /// All there is.
    pub known: &'a Known,
    /// The receipts kept.
    pub received: Vec<&'a Received>,
    /// What every donor gave, by id.
    pub histories: BTreeMap<i64, History>,
    /// Years of it that say nothing about who did not give.
    pub no_data: BTreeSet<i32>,
    /// The last year that has ended.
    ended: i32,
}

/// Whether a receipt passes the filters.
fn keeps(known: &Known, filters: &Filters, received: &Received) -> bool {
    let by_fund = filters.fund.is_some() || filters.fund_kind.is_some();
    let fund = by_fund.then(|| known.funds.iter().find(|fund| fund.id == received.fund_id)).flatten();
    let by_donor = filters.donor_kind.is_some() || filters.region.is_some();
    let donor = by_donor.then(|| known.donors.get(&received.top_id)).flatten();
    let is =
        |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
    is(&filters.fund, fund.map(|fund| fund.code.as_str()))
        && is(&filters.fund_kind, fund.and_then(|fund| fund.kind.as_deref()))
        && is(&filters.donor_kind, donor.map(|donor| donor.kind.as_str()))
        && (filters.region.is_none() || is(&filters.region, donor.map(region)))
        && is(&filters.earmarking, Some(received.earmarking))
}

impl<'a> Slice<'a> {
    /// What the filters keep.
    pub fn new(known: &'a Known, filters: &Filters, as_of: AsOf) -> Self {
        let received: Vec<&Received> = known.received.iter().filter(|row| keeps(known, filters, row)).collect();
        let mut histories: BTreeMap<i64, History> = BTreeMap::new();
        for row in &received {
            histories.entry(row.top_id).or_default().add(row.year, row.usd);
        }
        let asked_for = |fund: &&super::store::Fund| {
            filters.fund.as_ref().is_none_or(|code| *code == fund.code)
                && filters.fund_kind.as_ref().is_none_or(|kind| fund.kind.as_ref() == Some(kind))
        };
        let funds: Vec<i64> = known.funds.iter().filter(asked_for).map(|fund| fund.id).collect();
        Slice { received, histories, no_data: known.no_data(&funds), ended: ended(as_of.0), known }
    }

    /// What the rule needs to know besides a donor's history.
    pub fn ground(&self) -> Ground<'_> {
        Ground { ended: self.ended, no_data: &self.no_data }
    }

    /// What a year makes of every donor, by id. The reserved donor is nobody and has no status.
    pub fn statuses(&self, year: i32) -> BTreeMap<i64, Status> {
        let ground = self.ground();
        let somebody = self.histories.iter().filter(|(id, _)| self.is_somebody(**id));
        somebody.filter_map(|(id, history)| Some((*id, history.in_year(year, ground)?))).collect()
    }

    /// What the period from `since` makes of every donor and what it gave in it, by id.
    pub fn period(
        &self,
        since: NaiveDate,
        before: &[Received],
        filters: &Filters,
    ) -> BTreeMap<i64, (InPeriod, Decimal)> {
        let mut earlier: BTreeMap<i64, Decimal> = BTreeMap::new();
        for row in before.iter().filter(|row| keeps(self.known, filters, row)) {
            *earlier.entry(row.top_id).or_default() += row.usd;
        }
        let of = |(id, history): (&i64, &History)| {
            let before = earlier.get(id).copied().unwrap_or_default();
            let found = history.in_period(since.year(), before, self.ground());
            let found = if self.is_somebody(*id) { found } else { InPeriod::default() };
            (*id, (found, history.since(since.year(), before)))
        };
        self.histories.iter().map(of).collect()
    }

    /// Whether a donor is somebody, not the one that holds what nobody has placed yet.
    pub fn is_somebody(&self, id: i64) -> bool {
        self.known.donors.get(&id).is_none_or(Donor::is_somebody)
    }
}

/// The last year that has ended by the end of a day.
pub fn ended(day: NaiveDate) -> i32 {
    day.checked_add_days(Days::new(1)).map_or(day.year(), |next| next.year() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_ended_on_its_last_day() {
        let day = |text| crate::kernel::calendar::parse_day(text).unwrap();
        assert_eq!(ended(day("2020-12-31")), 2020);
        assert_eq!(ended(day("2021-01-01")), 2020);
        assert_eq!(ended(day("2020-12-30")), 2019);
    }
}
