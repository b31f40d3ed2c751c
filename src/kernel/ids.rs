//! Identifiers of rows. One type a table, so that a `DonorId` cannot be passed as a `PledgeId`.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, serde::Serialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// An account: a person who signs in, or `system`.
    AccountId,
    /// A unit of the agency.
    UnitId,
    /// A donor.
    DonorId,
    /// A fund.
    FundId,
    /// A pledge.
    PledgeId,
    /// A contribution, reversals and refunds among them.
    ContributionId,
    /// A report we owe a donor.
    ReportId,
}

/// The account every command acts as when nobody is named; made by the first migration.
pub const SYSTEM_ACCOUNT: AccountId = AccountId(1);
