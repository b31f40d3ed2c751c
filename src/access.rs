//! Who may do what: the one place. Handlers, commands and the permission test ask here.

use std::fmt;
use std::str::FromStr;

/// What an account is for; it has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Commands nobody is named for. Never signs in; reads nothing classified.
    System,
    /// Accounts and settings.
    Admin,
    /// Donors, pledges, pipeline, what is confidential.
    ResourceMobilization,
    /// Contributions, allocations, rates, imports.
    Finance,
    /// Their unit and those below it.
    UnitStaff,
    /// Reads all units.
    Manager,
    /// Reads what is not strictly confidential, changes nothing.
    Auditor,
}

impl Role {
    /// Every role a person can have, in the order of contract.md.
    pub const OF_PEOPLE: [Role; 6] =
        [Role::Admin, Role::ResourceMobilization, Role::Finance, Role::UnitStaff, Role::Manager, Role::Auditor];

    /// The word in files, commands and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::Admin => "admin",
            Role::ResourceMobilization => "resource_mobilization",
            Role::Finance => "finance",
            Role::UnitStaff => "unit_staff",
            Role::Manager => "manager",
            Role::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no role of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a role; roles are admin, resource_mobilization, finance, unit_staff, manager, auditor")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Role::OF_PEOPLE.into_iter().chain([Role::System]);
        all.find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl sqlx::Type<sqlx::Postgres> for Role {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <str as sqlx::Type<sqlx::Postgres>>::type_info()
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for Role {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?.parse()?)
    }
}

/// Something a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// See donors, pledges, contributions, arrears and figures of every unit: it is one agency.
    ReadFigures,
    /// Add and disable accounts.
    KeepAccounts,
    /// Read who changed what, accounts and sign-ins among it, and the settings.
    ReadAudit,
    /// Say what a setting is from a day on.
    KeepSettings,
    /// Load units and funds.
    LoadStructure,
    /// Load donors, projects, pledges and instalments.
    LoadPledges,
    /// Load exchange rates, contributions and what projects spent.
    LoadMoney,
    /// Keep saved views of their own.
    SaveViews,
    /// Share a saved view with everybody.
    ShareViews,
    /// Rename and remove what others share.
    KeepSharedViews,
    /// Enter and correct units and funds.
    KeepStructure,
    /// Enter and correct donors.
    KeepDonors,
    /// Enter, sign, amend and correct pledges: of every unit, or of one's own and those below it.
    KeepPledges,
    /// Enter, reverse, match and correct contributions; enter rates and what projects spent.
    KeepMoney,
    /// Enter and correct projects, their milestones and their status: of every unit, or of one's own and those below it.
    KeepProjects,
    /// Load what the Board approved.
    LoadBudgets,
    /// Enter and correct what the Board approved.
    KeepBudgets,
    /// Load reports we owe donors: of every unit, or of one's own and those below it.
    LoadReports,
    /// Enter reports, say what became of them, ask for extensions: of every unit, or of one's own and those below it.
    KeepReports,
    /// Publish figures: freeze what a list shows.
    PublishFigures,
    /// Confirm that the donor agreed to an extension or waiver, by its letter.
    ConfirmReports,
    /// Log meetings, edit those one may, and say what became of follow-ups.
    LogMeetings,
    /// Load meetings from a file.
    LoadMeetings,
    /// Write down what is known about donors, and correct or withdraw what one may.
    KeepIntelligence,
    /// File documents, give them further versions, and edit those one may.
    FileDocuments,
    /// Ask for a reader of what is strictly confidential, or answer another administrator who asked.
    KeepReaders,
}

/// Whether a role may do an act (contract.md, Roles).
pub fn may(role: Role, act: Act) -> bool {
    use Role::{Admin, Auditor, Finance, Manager, ResourceMobilization, System, UnitStaff};
    match (role, act) {
        (System, _) => true,
        (Admin | ResourceMobilization | Finance | UnitStaff | Manager | Auditor, Act::ReadFigures) => true,
        (Admin, Act::KeepSharedViews) => true,
        // A view of one's own is like a bookmark; one that is shared changes what everybody sees.
        (Admin | ResourceMobilization | Finance | UnitStaff | Manager | Auditor, Act::SaveViews) => true,
        (Admin | ResourceMobilization | Finance | UnitStaff | Manager, Act::ShareViews) => true,
        (Admin | Auditor, Act::ReadAudit) => true,
        (Admin, Act::KeepAccounts | Act::KeepSettings | Act::LoadStructure | Act::KeepStructure) => true,
        // "finance (contributions, allocations, rates, imports)": an import is theirs whatever it holds.
        (Finance, Act::LoadStructure | Act::LoadPledges | Act::LoadMoney | Act::KeepMoney | Act::LoadReports) => true,
        (Finance | ResourceMobilization, Act::LoadBudgets | Act::KeepBudgets) => true,
        (ResourceMobilization, Act::LoadPledges | Act::KeepDonors | Act::KeepPledges | Act::KeepProjects) => true,
        // An extension or waiver is not for the unit that owes the report to confirm (domain.md).
        (ResourceMobilization, Act::LoadReports | Act::KeepReports | Act::ConfirmReports) => true,
        // Publishing changes no figure; it is for those who answer for them to the Board and to donors.
        (ResourceMobilization | Manager, Act::PublishFigures) => true,
        // Within their unit and below: `units::may_keep` asks of which.
        (UnitStaff, Act::KeepPledges | Act::KeepProjects | Act::LoadReports | Act::KeepReports) => true,
        (
            Admin | ResourceMobilization | Finance | UnitStaff | Manager,
            Act::LogMeetings | Act::KeepIntelligence | Act::FileDocuments,
        ) => true,
        (ResourceMobilization | Finance, Act::LoadMeetings) => true,
        (Admin, Act::KeepReaders) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_and_a_manager_change_nothing_and_staff_only_what_is_their_units() {
        for role in [Role::Auditor, Role::Manager, Role::UnitStaff] {
            for act in [
                Act::KeepAccounts,
                Act::KeepSettings,
                Act::LoadStructure,
                Act::LoadPledges,
                Act::LoadMoney,
                Act::KeepStructure,
                Act::KeepDonors,
                Act::KeepPledges,
                Act::KeepMoney,
                Act::KeepProjects,
                Act::LoadReports,
                Act::KeepReports,
                Act::ConfirmReports,
                Act::LoadBudgets,
                Act::KeepBudgets,
            ] {
                let theirs = [Act::KeepPledges, Act::KeepProjects, Act::LoadReports, Act::KeepReports];
                let own = role == Role::UnitStaff && theirs.contains(&act);
                assert_eq!(may(role, act), own, "{role} {act:?}");
            }
            assert!(may(role, Act::ReadFigures));
        }
    }

    #[test]
    fn every_role_reads_back_from_its_word() {
        for role in Role::OF_PEOPLE {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
