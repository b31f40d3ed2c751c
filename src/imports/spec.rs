//! What a kind of file is: its columns, and the statements that check and land its rows.

use std::fmt;
use std::str::FromStr;

use super::kinds;
use crate::access::Act;
use crate::facts::FactTable;

/// A kind of file, in the order they are landed: what others refer to comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Units of the agency.
    Units,
    /// Funds.
    Funds,
    /// Donors.
    Donors,
    /// Exchange rates.
    Rates,
    /// Projects, and the dates and budgets they were given anew.
    Projects,
    /// Pledges, their amendments and events.
    Pledges,
    /// Instalments.
    Instalments,
    /// Contributions, reversals and refunds.
    Contributions,
    /// What the Board approved for a year and fund.
    Budgets,
    /// What projects spent, month by month.
    Expenditures,
    /// What projects set out to reach, and when they did.
    Milestones,
    /// A sentence a quarter about each.
    ProjectStatuses,
    /// Reports we owe donors.
    DonorReports,
    /// Each step of their life.
    ReportEvents,
    /// What agreements say about reports.
    ReportingClauses,
    /// Meetings with donors.
    Meetings,
}

impl Kind {
    /// Every kind, in landing order.
    pub const ALL: [Kind; 16] = [
        Kind::Units,
        Kind::Funds,
        Kind::Donors,
        Kind::Rates,
        Kind::Projects,
        Kind::Pledges,
        Kind::Instalments,
        Kind::Contributions,
        Kind::Expenditures,
        Kind::Milestones,
        Kind::ProjectStatuses,
        Kind::DonorReports,
        Kind::Budgets,
        Kind::ReportEvents,
        Kind::ReportingClauses,
        Kind::Meetings,
    ];

    /// The word in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Units => "units",
            Kind::Funds => "funds",
            Kind::Donors => "donors",
            Kind::Rates => "rates",
            Kind::Pledges => "pledges",
            Kind::Instalments => "instalments",
            Kind::Contributions => "contributions",
            Kind::Budgets => "budgets",
            Kind::Projects => "projects",
            Kind::Expenditures => "expenditures",
            Kind::Milestones => "milestones",
            Kind::ProjectStatuses => "project-statuses",
            Kind::DonorReports => "donor-reports",
            Kind::ReportEvents => "report-events",
            Kind::ReportingClauses => "reporting-clauses",
            Kind::Meetings => "meetings",
        }
    }

    /// What loading it takes.
    pub fn act(self) -> Act {
        match self {
            Kind::Units | Kind::Funds => Act::LoadStructure,
            Kind::Donors
            | Kind::Pledges
            | Kind::Instalments
            | Kind::Projects
            | Kind::Milestones
            | Kind::ProjectStatuses => Act::LoadPledges,
            Kind::Rates | Kind::Contributions | Kind::Expenditures => Act::LoadMoney,
            Kind::DonorReports | Kind::ReportEvents | Kind::ReportingClauses => Act::LoadReports,
            Kind::Budgets => Act::LoadBudgets,
            Kind::Meetings => Act::LoadMeetings,
        }
    }

    /// Its description.
    pub fn spec(self) -> &'static Spec {
        match self {
            Kind::Units => &kinds::units::SPEC,
            Kind::Funds => &kinds::funds::SPEC,
            Kind::Donors => &kinds::donors::SPEC,
            Kind::Rates => &kinds::rates::SPEC,
            Kind::Pledges => &kinds::pledges::SPEC,
            Kind::Instalments => &kinds::instalments::SPEC,
            Kind::Contributions => &kinds::contributions::SPEC,
            Kind::Budgets => &kinds::budgets::SPEC,
            Kind::Projects => &kinds::projects::SPEC,
            Kind::Expenditures => &kinds::expenditures::SPEC,
            Kind::Milestones => &kinds::milestones::SPEC,
            Kind::ProjectStatuses => &kinds::project_statuses::SPEC,
            Kind::DonorReports => &kinds::donor_reports::SPEC,
            Kind::ReportEvents => &kinds::report_events::SPEC,
            Kind::ReportingClauses => &kinds::reporting_clauses::SPEC,
            Kind::Meetings => &kinds::meetings::SPEC,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no kind of file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("kinds of files are {}", Kind::ALL.map(Kind::as_str).join(", "))]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// A code or reference: trimmed, matched exactly, never `new`.
    Code,
    /// Words for people.
    Text,
    /// A day, planned or agreed for any time.
    Day,
    /// A day on which something happened: not after today.
    Event,
    /// An ISO 4217 code.
    Currency,
    /// An amount of money above zero.
    Positive,
    /// An amount of money of either sign.
    Amount,
    /// A rate: a number above zero.
    Rate,
    /// A per cent, 0 to 100.
    Percent,
    /// A whole number from 1.
    Number,
    /// A calendar year, 1900 to 2199.
    Year,
    /// A whole number from 0.
    Count,
    /// `yes` or `no`.
    YesNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An ISO 3166-1 alpha-3 code.
    Country,
    /// Several of them, `;` between.
    Countries,
    /// A calendar month that has begun, `2021-07`; kept as its first day.
    Month,
    /// A quarter that has begun, `2021-Q3`; kept as its first day.
    Quarter,
    /// An amount of money, nought or more.
    NotNegative,
}

impl Cell {
    /// The type of the staging column.
    pub fn sql_type(self) -> &'static str {
        match self {
            Cell::Code => "text collate \"C\"",
            Cell::Text | Cell::Currency | Cell::OneOf(_) | Cell::Country | Cell::Countries => "text",
            Cell::Day | Cell::Event | Cell::Month | Cell::Quarter => "date",
            Cell::Positive | Cell::NotNegative | Cell::Amount | Cell::Rate | Cell::Percent => "numeric",
            Cell::Number | Cell::Year | Cell::Count => "integer",
            Cell::YesNo => "boolean",
        }
    }
}

/// What a column is to its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Part of the key.
    Key,
    /// Moves a figure: another value is a correction.
    Fact,
    /// Words for people: another value is an edit.
    Label,
    /// An event: an empty one filled is news, another value a correction.
    Event,
    /// Compared by the kind's own statements.
    Own,
}

/// A column of a file.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether every row needs a value.
    pub required: bool,
    /// What its cells hold.
    pub cell: Cell,
    /// What it is to its row.
    pub part: Part,
}

/// A column every row needs.
pub const fn required(name: &'static str, cell: Cell, part: Part) -> Column {
    Column { name, required: true, cell, part }
}

/// A column that may be empty or absent.
pub const fn optional(name: &'static str, cell: Cell, part: Part) -> Column {
    Column { name, required: false, cell, part }
}

/// Facts a kind lands: which are voided by a correction, and which are recorded.
#[derive(Debug)]
pub struct FactStep {
    /// Into which table.
    pub table: &'static FactTable,
    /// Query for the ids of facts to void.
    pub void: &'static str,
    /// Query for the facts to record.
    pub record: &'static str,
}

/// Everything that is particular to a kind of file. The statements read its staging table, `stage_<kind>`.
#[derive(Debug)]
pub struct Spec {
    /// Which kind.
    pub kind: Kind,
    /// Its staging table.
    pub stage: &'static str,
    /// Columns of the file, in the order exports write them.
    pub columns: &'static [Column],
    /// Further columns of the staging table, filled by `resolve` and `existing`.
    pub extra: &'static str,
    /// What the system holds, in the file's own words: the columns above, then `fact_id` and those named in
    /// `existing_extra`. Reads `known.at`.
    pub existing: &'static str,
    /// In which order exports write it. Apart, so that a comparison with few rows reads few.
    pub existing_order: &'static str,
    /// Columns of `existing` that are copied to the staging table besides.
    pub existing_extra: &'static [&'static str],
    /// Makes rows for codes and references never seen.
    pub identities: &'static [&'static str],
    /// Finds the rows that codes and references name.
    pub resolve: &'static [&'static str],
    /// Runs after the comparison with `existing`.
    pub compare: &'static [&'static str],
    /// What refuses the file unless a correction is meant. As checks.
    pub unless_corrected: &'static [&'static str],
    /// What refuses the file. Each gives file, line, col, value, key, arg.
    pub checks: &'static [&'static str],
    /// Labels before and after, of new rows and edited ones.
    pub audit: Option<(&'static str, &'static str)>,
    /// Edits labels.
    pub edit: &'static [&'static str],
    /// Facts, in order.
    pub facts: &'static [FactStep],
    /// What refuses the file once everything is in.
    pub final_checks: &'static [&'static str],
    /// What is odd but happens. As checks.
    pub warnings: &'static [&'static str],
    /// Ids of the pledges whose balances may have changed.
    pub touched: Option<&'static str>,
    /// Ids of the reports whose states may have changed.
    pub touched_reports: Option<&'static str>,
}
