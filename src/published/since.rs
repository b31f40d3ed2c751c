//! What happened to a published figure since: the changes that moved it, and the rows that would differ now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::db::Select;
use crate::donor_reports::DonorReports;
use crate::facts::tables;
use crate::lists::{List, Scope};
use crate::reporting_rates::ReportingRates;

/// The most changes that are told.
const MOST: i64 = 200;

/// A change since.
#[derive(Debug, sqlx::FromRow)]
pub struct Since {
    /// Its number.
    pub id: i64,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What kind of act.
    pub act: String,
    /// What it was about.
    pub code: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// The changes recorded after what a figure knew that move it, the earliest first. `scope` is that of the figure;
/// what is known is of `latest`.
///
/// Of rates and lists of reports these are exactly those that changed a report it counts or would count now, or the
/// units; of every other list those that touched facts it is made of.
///
/// # Errors
/// Where the database fails.
pub async fn changes(
    connection: &mut PgConnection,
    list: &str,
    scope: &Scope,
    latest: DateTime<Utc>,
) -> Result<Vec<Since>, sqlx::Error> {
    let mut select = Select::new(
        "select c.id, c.recorded_at, a.name as by, c.act, c.details ->> 'code' as code, c.reason
         from changes c join accounts a on a.id = c.account_id where c.recorded_at > ",
    );
    select.bind(scope.known_at.0).sql(" and c.recorded_at <= ").bind(latest).sql(" and (");
    if [ReportingRates::NAME, DonorReports::NAME].contains(&list) {
        of_reports(&mut select, list, scope, latest);
    } else {
        of_facts(&mut select, made_of(list));
    }
    select.sql(") order by c.id limit ").bind(MOST);
    select.done().build_query_as().fetch_all(connection).await
}

/// What commitments, receipts and arrears are made of.
const MONEY: &[&str] = &[
    "condition_events",
    "contribution_facts",
    "donor_facts",
    "exchange_rates",
    "fund_facts",
    "hand_allocations",
    "instalments",
    "pledge_events",
    "pledge_terms",
    "setting_facts",
    "unit_facts",
];

/// The fact tables the rows of a list are made of; none where that may be any.
fn made_of(list: &str) -> Option<&'static [&'static str]> {
    match list {
        "units" => Some(&["unit_facts"]),
        "funds" => Some(&["fund_facts"]),
        "rates" => Some(&["exchange_rates"]),
        "projects" => Some(&["project_facts", "setting_facts", "unit_facts"]),
        "expenditures" => Some(&["expenditures", "project_facts", "unit_facts"]),
        "budget" => Some(&["budgets", "contribution_facts", "exchange_rates", "fund_facts"]),
        "allocations" | "arrears" | "contributions" | "donors" | "giving" | "instalments" | "pledges" => Some(MONEY),
        _ => None,
    }
}

/// Keeps changes that recorded or voided facts of some tables.
fn of_facts(select: &mut Select, names: Option<&[&str]>) {
    select.sql("false");
    let of = |table: &&&tables::FactTable| names.is_none_or(|names| names.contains(&table.name));
    for table in tables::ALL.iter().filter(of) {
        select.sql(" or exists (select from ").sql(table.name).sql(" f where f.change_id = c.id)");
        select.sql(" or exists (select from ").sql(table.name).sql(" f where f.voided_change_id = c.id)");
    }
}

/// Keeps changes that moved a report the figure counts, or would count now, as of its day; or the trees it counts by.
fn of_reports(select: &mut Select, list: &str, scope: &Scope, latest: DateTime<Utc>) {
    let day = scope.as_of.0;
    select.sql(
        "c.recorded_at in (with versions as (
            select lower(s.known) as from_at, upper(s.known) as until_at, s.report_id,
                jsonb_build_array(s.unit_id, s.donor_id, s.fund_id, s.pledge_id, s.kind, s.final, s.owed, s.due_on,
                    s.first_due_on, s.waived_on, s.sent_on, s.returned_on, s.on_time) as told
            from report_states s where s.valid @> ",
    );
    select.bind(day).sql("::date and (lower(s.known) > ").bind(scope.known_at.0).sql(" or upper(s.known) > ");
    select.bind(scope.known_at.0).sql(")");
    if list == ReportingRates::NAME {
        // What is not due by the day, even as it was at first, is in no figure of a rate.
        select.sql(" and s.owed and least(s.due_on, s.first_due_on) <= ").bind(day);
    }
    // A report that left the filters moved the figure as one that came into them did: each version is looked at.
    if let Some(unit) = &scope.filters.unit {
        select.sql(" and s.unit_id = any(array(");
        for (nth, known) in [scope.known_at.0, latest].into_iter().enumerate() {
            select.sql(if nth == 0 { "" } else { " union " });
            select.sql("select t.unit_id from unit_tree(").bind(day).sql(", ").bind(known).sql(") t where ");
            select.bind(unit.clone()).sql(" = any(t.path)");
        }
        select.sql("))");
    }
    scope.keep_donor(select, "s.donor_id");
    scope.keep_fund(select, "s.fund_id");
    select.sql(
        "), opened as (select from_at as at, report_id, told from versions),
            closed as (select until_at as at, report_id, told from versions where until_at is not null)
         select at from ((select * from opened except select * from closed)
                         union all (select * from closed except select * from opened)) moved)
         or c.id in (select unnest(array[f.change_id, f.voided_change_id]) from unit_facts f
            where (f.in_force_from is null or f.in_force_from <= ",
    );
    select.bind(day).sql("))");
    if scope.filters.donor.is_some() {
        select.sql(
            " or c.id in (select unnest(array[f.change_id, f.voided_change_id]) from donor_facts f
                where (f.in_force_from is null or f.in_force_from <= ",
        );
        select.bind(day).sql("))");
    }
}

/// A row that would differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// What says which row it is.
    pub row: String,
    /// The column; none where the whole row came or went.
    pub column: Option<String>,
    /// What was published.
    pub then: Option<String>,
    /// What it would be now.
    pub now: Option<String>,
}

/// The rows that would differ, in the order they were published, those that would be new last. `key` are the columns
/// that say which row a row is.
pub fn differences(columns: &[String], key: &[&str], then: &[Vec<String>], now: &[Vec<String>]) -> Vec<Difference> {
    let keys: Vec<usize> = key.iter().filter_map(|name| columns.iter().position(|column| column == name)).collect();
    let name = |row: &Vec<String>| {
        let parts: Vec<&str> = keys.iter().filter_map(|at| row.get(*at)).map(String::as_str).collect();
        parts.join(" · ")
    };
    let mut left: BTreeMap<String, Vec<&Vec<String>>> = BTreeMap::new();
    for row in now.iter().rev() {
        left.entry(name(row)).or_default().push(row);
    }
    let mut all = Vec::new();
    for before in then {
        let row = name(before);
        match left.get_mut(&row).and_then(Vec::pop) {
            None => all.push(Difference { row, column: None, then: Some(before.join(", ")), now: None }),
            Some(after) => {
                for ((column, then), now) in columns.iter().zip(before).zip(after) {
                    if then != now {
                        all.push(Difference {
                            row: row.clone(),
                            column: Some(column.clone()),
                            then: Some(then.clone()),
                            now: Some(now.clone()),
                        });
                    }
                }
            }
        }
    }
    let came = |row: &&Vec<String>| left.get(&name(row)).is_some_and(|rows| rows.iter().any(|one| one == row));
    all.extend(now.iter().filter(came).map(|row| Difference {
        row: name(row),
        column: None,
        then: None,
        now: Some(row.join(", ")),
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.trim().split(',').map(str::to_owned).collect()).collect()
    }

    type Told = (String, Option<String>, Option<String>, Option<String>);

    fn told(then: &str, now: &str) -> Vec<Told> {
        let columns = ["code", "n", "m"].map(str::to_owned);
        let found = differences(&columns, &["code"], &rows(then), &rows(now));
        found.into_iter().map(|one| (one.row, one.column, one.then, one.now)).collect()
    }

    #[test]
    fn what_differs_is_told_by_row_and_column() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told("a,1,2\nb,3,4", "a,1,2\nb,3,4"), []);
        assert_eq!(
            told("a,1,2\nb,3,4\nc,0,0", "d,9,9\na,1,5\nb,2,4"),
            [
                ("a".to_owned(), some("m"), some("2"), some("5")),
                ("b".to_owned(), some("n"), some("3"), some("2")),
                ("c".to_owned(), None, some("c,0,0").map(|row| row.replace(',', ", ")), None),
                ("d".to_owned(), None, None, some("d, 9, 9")),
            ]
        );
        // Rows of one name are compared one by one.
        assert_eq!(told("a,1,1\na,2,2", "a,1,1"), [("a".to_owned(), None, some("a, 2, 2"), None)]);
    }
}
