//! The fact tables, and the two things that may happen to a row of them.

use chrono::{DateTime, Utc};

use super::change::{Recorded, WriteTx};
use crate::db::Select;

/// A table of facts: the shared columns, and these of its own.
#[derive(Debug)]
pub struct FactTable {
    /// Its name in the database.
    pub name: &'static str,
    /// The column that says what the fact is about (`pledge_id`).
    pub subject: &'static str,
    /// The column that names another of the same kind whose history the fact belongs to as well (`reverses_id`).
    pub also: Option<&'static str>,
    /// Its own columns, in the order a source gives them, separated by commas.
    pub columns: &'static str,
}

/// Labels that an audit row can put back.
#[derive(Debug)]
pub struct Labels {
    /// The table, as audit rows name it.
    pub entity: &'static str,
    /// The statement that sets them from `b`, a JSON object that follows it.
    pub restore: &'static str,
}

/// The labels that forms and files edit, and how they are put back.
pub static LABELS: &[Labels] = &[
    Labels {
        entity: "units",
        restore: "update units t set name = b ->> 'name', kind = b ->> 'kind', version = version + 1 from (select ",
    },
    Labels { entity: "funds", restore: "update funds t set name = b ->> 'name', version = version + 1 from (select " },
    Labels {
        entity: "donors",
        restore: "update donors t set name = coalesce(b ->> 'name', t.name), version = version + 1 from (select ",
    },
    Labels {
        entity: "pledges",
        restore: "update pledges t set title = b ->> 'title', agreement = b ->> 'agreement',
            donor_reference = b ->> 'donor_reference', subprogramme = b ->> 'subprogramme', version = version + 1 from (select ",
    },
    Labels {
        entity: "contributions",
        restore: "update contributions t set note = b ->> 'note', version = version + 1 from (select ",
    },
    Labels { entity: "donor_contacts", restore: SET_CONTACT },
    Labels {
        entity: "projects",
        restore: "update projects t set title = b ->> 'title', status = b ->> 'status', version = version + 1 from (select ",
    },
    Labels {
        entity: "donor_reports",
        restore: "update donor_reports t set title = b ->> 'title',
            responsible_id = (select a.id from accounts a where lower(a.email) = lower(b ->> 'responsible')),
            version = version + 1 from (select ",
    },
];

/// Sets a contact at a donor, as [`Labels::restore`].
pub const SET_CONTACT: &str = "update donor_contacts t set name = b ->> 'name', title = b ->> 'title',
    email = b ->> 'email', phone = b ->> 'phone', language = b ->> 'language', from_on = (b ->> 'from_on')::date,
    to_on = (b ->> 'to_on')::date, note = b ->> 'note', removed = (b ->> 'removed')::boolean, version = version + 1
    from (select ";

/// Labels that stand in tables beside that of the thing: what puts them back from `b` for the thing `t`, where they are
/// in `b` at all. Each is completed as [`Labels::restore`] is.
pub static LISTS: &[Labels] = &[
    Labels {
        entity: "donors",
        restore: "select set_focal_points(t.id, case when b ? 'focal_points' then b -> 'focal_points'
            else focal_points_told(t.id) end) from donors t, (select ",
    },
    Labels {
        entity: "donors",
        restore: "select set_aliases(t.id, case when b ? 'aliases' then b ->> 'aliases' else aliases_told(t.id) end)
            from donors t, (select ",
    },
];

/// Labels of things that belong to another one, and are told in its history.
#[derive(Debug)]
pub struct PartOf {
    /// The labels it belongs to.
    pub entity: &'static str,
    /// The table, as audit rows name it.
    pub part: &'static str,
    /// The query for the ids of its rows, to be completed with the id of the one they belong to.
    pub ids: &'static str,
}

/// Every one of them.
pub static PARTS: &[PartOf] =
    &[PartOf { entity: "donors", part: "donor_contacts", ids: "select id from donor_contacts where donor_id = " }];

macro_rules! fact_tables {
    (@also) => { None };
    (@also $also:literal) => { Some($also) };
    ($($name:ident: $table:literal about $subject:literal $(and $also:literal)? ($columns:literal);)*) => {
        $(
            #[doc = concat!("Facts of `", $table, "`.")]
            pub static $name: FactTable = FactTable {
                name: $table, subject: $subject, also: fact_tables!(@also $($also)?), columns: $columns,
            };
        )*
        /// Every fact table, in the order of their names: the order digests are made in.
        pub static ALL: &[&FactTable] = &[$(&$name),*];
    };
}

fact_tables! {
    BUDGETS: "budgets" about "year" ("year, fund_id, approved_usd, agreed_on");
    CONDITION_EVENTS: "condition_events" about "pledge_id" ("pledge_id, agreed_on, number, met_on");
    CONTRIBUTION_FACTS: "contribution_facts" about "contribution_id" and "reverses_id" (
        "contribution_id, donor_id, currency, amount, received_on, fund_id, kind, pledge_id, instalment_number, \
         reverses_id, paid_by, unit_id");
    DONOR_FACTS: "donor_facts" about "donor_id" ("donor_id, in_force_from, kind, country, member_state, parent_id");
    EXCHANGE_RATES: "exchange_rates" about "currency" ("currency, valid_from, units_per_usd");
    EXPENDITURES: "expenditures" about "project_id" ("project_id, month, amount_usd");
    FUND_FACTS: "fund_facts" about "fund_id" ("fund_id, in_force_from, earmarking");
    HAND_ALLOCATIONS: "hand_allocations" about "contribution_id" (
        "contribution_id, pledge_id, number, amount, allocated_on");
    INSTALMENTS: "instalments" about "pledge_id" ("pledge_id, agreed_on, number, due_on, amount, condition");
    MILESTONE_EVENTS: "milestone_events" about "project_id" ("project_id, number, reached_on");
    MILESTONES: "milestones" about "project_id" ("project_id, number, agreed_on, milestone, planned_on");
    PLEDGE_EVENTS: "pledge_events" about "pledge_id" ("pledge_id, event, happened_on, instalment_number, amount");
    PLEDGE_TERMS: "pledge_terms" about "pledge_id" (
        "pledge_id, agreed_on, donor_id, unit_id, fund_id, earmarking, currency, amount, pledged_on, project, \
         starts_on, ends_on, psc_percent");
    PROJECT_FACTS: "project_facts" about "project_id" (
        "project_id, agreed_on, unit_id, starts_on, ends_on, budget_usd, countries");
    PROJECT_STATUSES: "project_statuses" about "project_id" ("project_id, quarter, sentence");
    REPORT_CONFIRMATIONS: "report_confirmations" about "report_id" ("report_id, what, agreed_on");
    REPORT_DUE_DATES: "report_due_dates" about "report_id" ("report_id, agreed_on, due_on, letter, reason");
    REPORT_EVENTS: "report_events" about "report_id" (
        "report_id, event, round, happened_on, cause, letter, reason");
    REPORT_TERMS: "report_terms" about "report_id" (
        "report_id, in_force_from, pledge_id, unit_id, kind, final, period_from, period_to");
    REPORTING_CLAUSES: "reporting_clauses" about "pledge_id" (
        "pledge_id, agreed_on, number, kind, final, every_months, first_period_from, grace_days");
    SETTING_FACTS: "setting_facts" about "setting" ("setting, fund_id, in_force_from, value");
    UNIT_FACTS: "unit_facts" about "unit_id" ("unit_id, in_force_from, parent_id");
}

impl FactTable {
    /// Records every row of `source`, a query of ours that gives `key`, `replaces` and the table's own columns.
    /// Returns how many.
    pub async fn record(&'static self, tx: &mut WriteTx, source: &'static str) -> Result<u64, sqlx::Error> {
        let text = |insert: &mut Select| {
            insert.sql(source);
        };
        self.record_bound(tx, text).await
    }

    /// Records what a statement put together of our own text and bound values gives; as [`FactTable::record`].
    pub async fn record_bound(
        &'static self,
        tx: &mut WriteTx,
        source: impl FnOnce(&mut Select),
    ) -> Result<u64, sqlx::Error> {
        let insert = self.inserting(tx.recorded().await?, source);
        self.write(tx, insert).await
    }

    fn inserting(&self, Recorded { change, at }: Recorded, source: impl FnOnce(&mut Select)) -> Select {
        let mut insert = Select::new("insert into ");
        insert.sql(self.name).sql(" (change_id, recorded_at, key, replaces, ").sql(self.columns).sql(") select ");
        insert.bind(change.0).sql(", ").bind(at).sql(", key, replaces, ").sql(self.columns).sql(" from (");
        source(&mut insert);
        insert.sql(") as source");
        insert
    }

    /// The statement of [`FactTable::record`] as text: `$1` is the change, `$2` its instant.
    pub fn recording_text(&'static self, source: &'static str) -> String {
        let text = |insert: &mut Select| {
            insert.sql(source);
        };
        self.inserting(Recorded::NONE, text).text()
    }

    /// Voids one fact by its id. Returns how many that were.
    pub async fn void_one(&'static self, tx: &mut WriteTx, id: i64) -> Result<u64, sqlx::Error> {
        let recorded = tx.recorded().await?;
        let mut update = Select::new("update ");
        update.sql(self.name).sql(" set voided_at = ").bind(recorded.at).sql(", voided_change_id = ");
        update.bind(recorded.change.0).sql(" where voided_at is null and id = ").bind(id);
        self.write(tx, update).await
    }

    /// Voids every fact whose id `source`, a query of ours, gives. Returns how many.
    pub async fn void(&'static self, tx: &mut WriteTx, source: &'static str) -> Result<u64, sqlx::Error> {
        let text = |update: &mut Select| {
            update.sql(source);
        };
        self.void_bound(tx, text).await
    }

    /// Voids what a statement put together of our own text and bound values gives; as [`FactTable::void`].
    pub async fn void_bound(
        &'static self,
        tx: &mut WriteTx,
        source: impl FnOnce(&mut Select),
    ) -> Result<u64, sqlx::Error> {
        let update = self.marking(tx.recorded().await?, source);
        self.write(tx, update).await
    }

    fn marking(&self, Recorded { change, at }: Recorded, source: impl FnOnce(&mut Select)) -> Select {
        let mut update = Select::new("update ");
        update.sql(self.name).sql(" set voided_change_id = ").bind(change.0).sql(", voided_at = ").bind(at);
        update.sql(" where voided_at is null and id in (");
        source(&mut update);
        update.sql(")");
        update
    }

    /// The statement of [`FactTable::void`] as text: `$1` is the change, `$2` its instant.
    pub fn voiding_text(&'static self, source: &'static str) -> String {
        let text = |update: &mut Select| {
            update.sql(source);
        };
        self.marking(Recorded::NONE, text).text()
    }

    /// Runs what writes to this table, and notes that the change has rows in it.
    pub(super) async fn write(&'static self, tx: &mut WriteTx, mut statement: Select) -> Result<u64, sqlx::Error> {
        let rows = statement.done().build().execute(tx.connection()).await?.rows_affected();
        if rows > 0 {
            tx.wrote(self);
        }
        Ok(rows)
    }
}

/// When a fact was recorded and, where it was, voided.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// From when it counts.
    pub recorded_at: DateTime<Utc>,
    /// From when it no longer does.
    pub voided_at: Option<DateTime<Utc>>,
}
