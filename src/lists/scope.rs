//! What is asked of a list: as of a day, known at an instant, with these filters.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::db::Select;
use crate::kernel::{AsOf, Currency, KnownAt};

/// Filters of all lists; a list takes those that mean something to it.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// That unit and all below it.
    pub unit: Option<String>,
    /// That donor and its children.
    pub donor: Option<String>,
    /// That fund.
    pub fund: Option<String>,
    /// That age class of arrears.
    pub bucket: Option<String>,
    /// That currency.
    pub currency: Option<Currency>,
    /// That state of a pledge, kind of a donor, and the like.
    pub state: Option<String>,
    /// That pledge.
    pub pledge: Option<String>,
    /// From that day on.
    pub since: Option<NaiveDate>,
    /// Up to that day.
    pub until: Option<NaiveDate>,
    /// What that person did: an e-mail.
    pub who: Option<String>,
    /// That kind of act.
    pub act: Option<String>,
    /// About a thing of that room.
    pub room: Option<String>,
    /// About the thing of that code.
    pub code: Option<String>,
    /// Accounts of that role.
    pub role: Option<String>,
    /// These letters.
    pub text: Option<String>,
}

/// A reading: when, known when, of what.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What was true at the end of that day.
    pub as_of: AsOf,
    /// With only what had been recorded by then.
    pub known_at: KnownAt,
    /// The filters.
    pub filters: Filters,
    /// The agency's time zone: where a list has instants, its days are days there.
    pub zone: Tz,
}

impl Scope {
    /// A reading without filters.
    pub fn new(as_of: AsOf, known_at: KnownAt) -> Self {
        Scope { as_of, known_at, filters: Filters::default(), zone: Tz::UTC }
    }

    /// Begins a statement: `scope.day` and `scope.known` can be named in it, and `rates`, the rates in force then, read
    /// once and not once a row.
    pub fn begin(&self) -> Select {
        let mut select = Select::new("with scope as (select ");
        select.bind(self.as_of.0).sql("::date as day, ").bind(self.known_at.0).sql("::timestamptz as known)");
        select.sql(", rates as materialized (select * from rates_in_force(");
        self.day_and_known(&mut select).sql("))");
        select
    }

    /// Appends what picks the balances `b` that are overdue in this scope.
    pub fn overdue(&self, select: &mut Select) {
        // Nothing overdue is empty: said again because PostgreSQL cannot see that, and its index holds no others.
        select.sql(" b.overdue_during @> ").bind(self.as_of.0).sql("::date and not isempty(b.overdue_during)");
        select.sql(" and b.known @> ").bind(self.known_at.0).sql("::timestamptz");
    }

    /// The two values, for functions that take them: given so, a function is read once and not once a row.
    pub fn day_and_known<'s>(&self, select: &'s mut Select) -> &'s mut Select {
        select.bind(self.as_of.0).sql(", ").bind(self.known_at.0)
    }

    /// Keeps rows whose `column` is the unit asked for or one below it.
    pub fn keep_unit(&self, select: &mut Select, column: &'static str) {
        if let Some(unit) = &self.filters.unit {
            select.sql(" and ").sql(column).sql(" = any(array(select t.unit_id from unit_tree(");
            self.day_and_known(select).sql(") t where ").bind(unit.clone()).sql(" = any(t.path)))");
        }
    }

    /// Keeps rows whose `column` is the donor asked for or one of its children.
    pub fn keep_donor(&self, select: &mut Select, column: &'static str) {
        if let Some(donor) = &self.filters.donor {
            select
                .sql(" and ")
                .sql(column)
                .sql(" = any(array(with recursive below as (select c.id from donors c where c.code = ");
            select.bind(donor.clone()).sql(" union select i.donor_id from below join donors_in_force(");
            self.day_and_known(select).sql(") i on i.parent_id = below.id) select id from below))");
        }
    }

    /// Keeps rows whose `column` is the fund asked for.
    pub fn keep_fund(&self, select: &mut Select, column: &'static str) {
        if let Some(fund) = &self.filters.fund {
            select.sql(" and ").sql(column).sql(" = (select id from funds where code = ").bind(fund.clone()).sql(")");
        }
    }

    /// Keeps rows whose `column` is the currency asked for.
    pub fn keep_currency(&self, select: &mut Select, column: &'static str) {
        if let Some(currency) = self.filters.currency {
            select.sql(" and ").sql(column).sql(" = ").bind(currency.code().to_owned());
        }
    }

    /// Keeps rows whose instant `column` lies between the days asked for, both of them in the agency's time zone.
    pub fn keep_between(&self, select: &mut Select, column: &'static str) {
        if let Some(since) = self.filters.since {
            select.sql(" and ").sql(column).sql(" >= (").bind(since).sql("::timestamp at time zone ");
            select.bind(self.zone.name()).sql(")");
        }
        if let Some(until) = self.filters.until {
            select.sql(" and ").sql(column).sql(" < ((").bind(until).sql("::date + 1)::timestamp at time zone ");
            select.bind(self.zone.name()).sql(")");
        }
    }

    /// Keeps rows where one of `columns` holds the letters asked for.
    pub fn keep_text(&self, select: &mut Select, columns: &[&'static str]) {
        self.keep_letters(select, columns);
    }

    /// Keeps rows where one of `columns` holds the letters asked for, as they were typed.
    pub fn keep_letters(&self, select: &mut Select, columns: &[&'static str]) {
        let Some(text) = &self.filters.text else { return };
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = format!("%{escaped}%");
        for (at, column) in columns.iter().enumerate() {
            select.sql(if at == 0 { " and (" } else { " or " }).sql(column).sql(" ilike ").bind(like.clone());
        }
        select.sql(")");
    }
}
