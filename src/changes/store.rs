//! Reads a change, and takes it back.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use crate::access::{Act, Role, may};
use crate::balances;
use crate::db::{Db, Select};
use crate::facts::undo::{self, Later, Undone};
use crate::facts::{Actor, ChangeId, Claim, FormStamp, WriteTx, tables};
use crate::kernel::ids::AccountId;
use crate::ledger::{self, Broken};
use crate::report_states;

/// A change.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Change {
    /// Its number.
    pub id: i64,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Who.
    pub account: String,
    /// Their account.
    pub account_id: AccountId,
    /// What kind of act.
    pub act: String,
    /// Why.
    pub reason: Option<String>,
    /// What it was about: its room.
    pub room: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// The change that took it back, where one did and was not taken back in its turn.
    pub taken_back_by: Option<i64>,
    /// The kinds of things it touched: fact tables, and tables of labels.
    pub touched: Vec<String>,
}

/// What may stand between a change and its undo, or what came of it.
pub enum TakenBack {
    /// Done, by this change.
    Done(ChangeId),
    /// The same form came before; the change it made.
    Before(ChangeId),
    /// It came before and said something else.
    Otherwise,
    /// Later changes build on it.
    BuiltUpon(Vec<Later>),
    /// Without it something else would no longer hold.
    WouldBreak(Vec<Broken>),
    /// Nothing of it is left.
    Nothing,
}

/// A change by its number.
pub async fn change(connection: &mut PgConnection, id: i64) -> Result<Option<Change>, sqlx::Error> {
    let mut select = Select::new(
        "select c.id, c.recorded_at, a.name as account, c.account_id, c.act, c.reason, c.details ->> 'room' as room,
                c.details ->> 'code' as code,
                (select u.id from changes u where u.act = 'undo' and u.details ->> 'undoes' = c.id::text
                    and not exists (select from changes r where r.act = 'undo' and r.details ->> 'undoes' = u.id::text)
                 order by u.id desc limit 1) as taken_back_by,
                array(select distinct touched from (
                    select entity as touched from audit_entries where change_id = ",
    );
    select.bind(id);
    for table in tables::ALL {
        select.sql(" union all (select '").sql(table.name).sql("' from ").sql(table.name).sql(" where change_id = ");
        select.bind(id).sql(" or voided_change_id = ").bind(id).sql(" limit 1)");
    }
    select.sql(") t order by 1) as touched from changes c join accounts a on a.id = c.account_id where c.id = ");
    select.bind(id);
    select.done().build_query_as().fetch_optional(connection).await
}

/// What somebody must be allowed to do to take back what moved a kind of thing; `None`: nobody takes it back so.
fn needed(touched: &str) -> Option<[Act; 2]> {
    match touched {
        "unit_facts" | "units" | "fund_facts" | "funds" => Some([Act::KeepStructure, Act::LoadStructure]),
        "donor_facts" | "donors" | "donor_contacts" => Some([Act::KeepDonors, Act::LoadPledges]),
        "pledge_terms" | "pledge_events" | "instalments" | "condition_events" | "pledges" => {
            Some([Act::KeepPledges, Act::LoadPledges])
        }
        "project_facts" | "projects" | "milestones" | "milestone_events" | "project_statuses" => {
            Some([Act::KeepProjects, Act::LoadPledges])
        }
        "report_terms" | "report_due_dates" | "report_events" | "donor_reports" | "reporting_clauses" => {
            Some([Act::KeepReports, Act::LoadReports])
        }
        "report_confirmations" => Some([Act::ConfirmReports, Act::ConfirmReports]),
        "budgets" => Some([Act::KeepBudgets, Act::LoadBudgets]),
        "setting_facts" => Some([Act::KeepSettings, Act::KeepSettings]),
        "contribution_facts" | "contributions" | "hand_allocations" | "exchange_rates" | "expenditures" => {
            Some([Act::KeepMoney, Act::LoadMoney])
        }
        _ => None,
    }
}

impl Change {
    /// Whether a role may take such a change back: whoever may make each part of it.
    fn may_be_taken_back_by(&self, role: Role) -> bool {
        let may_each = |touched: &String| needed(touched).is_some_and(|acts| acts.iter().any(|act| may(role, *act)));
        !self.touched.is_empty() && self.touched.iter().all(may_each)
    }
}

/// Whether somebody may take a change back: who may make each part of it and, where they keep only what is of their unit
/// and below, whose all of it is.
///
/// # Errors
/// Where the database fails.
pub async fn may_take_back(
    connection: &mut PgConnection,
    change: &Change,
    (role, unit): (Role, Option<&str>),
    today: NaiveDate,
) -> Result<bool, sqlx::Error> {
    if role != Role::UnitStaff || !change.may_be_taken_back_by(role) {
        return Ok(change.may_be_taken_back_by(role));
    }
    let Some(unit) = unit else { return Ok(false) };
    let mut select = Select::new(
        "with things (kind, id) as (select entity, entity_id from audit_entries
            where entity in ('pledges', 'projects', 'donor_reports') and change_id = ",
    );
    select.bind(change.id);
    for table in tables::ALL {
        let kind = match table.subject {
            "pledge_id" => "pledges",
            "project_id" => "projects",
            "report_id" => "donor_reports",
            _ => continue,
        };
        select.sql(" union select ").bind(kind).sql("::text, ").sql(table.subject).sql(" from ").sql(table.name);
        select.sql(" where change_id = ").bind(change.id).sql(" or voided_change_id = ").bind(change.id);
    }
    select.sql("), of_units as (select u.unit_id from things t left join lateral (");
    for (at, [kind, table, subject]) in UNIT_OF.into_iter().enumerate() {
        select
            .sql(if at == 0 { "" } else { " union " })
            .sql("select f.unit_id from ")
            .sql(table)
            .sql(" f where t.kind = ");
        select.bind(kind).sql(" and f.").sql(subject).sql(" = t.id and (f.voided_at is null or f.change_id = ");
        select.bind(change.id).sql(" or f.voided_change_id = ").bind(change.id).sql(")");
    }
    select.sql(
        ") u on true) select not exists (select from of_units x where x.unit_id is null
            or not exists (select from unit_tree(",
    );
    select.bind(today).sql(", 'infinity') y where y.unit_id = x.unit_id and ").bind(unit.to_owned());
    select.sql(" = any(y.path)))");
    select.done().build_query_scalar().fetch_one(connection).await
}

/// Which facts say the unit of what unit staff keep: of things, in a table, by a column.
const UNIT_OF: [[&str; 3]; 3] = [
    ["pledges", "pledge_terms", "pledge_id"],
    ["projects", "project_facts", "project_id"],
    ["donor_reports", "report_terms", "report_id"],
];

/// Takes a change back, for a reason: everything of it, or nothing.
pub async fn take_back(
    db: &Db,
    actor: Actor,
    change: &Change,
    reason: &str,
    form: &FormStamp,
) -> Result<TakenBack, sqlx::Error> {
    take_back_within(WriteTx::begin(db, actor, "undo", Some(reason.to_owned())).await?, change, form).await
}

/// The same in a transaction that was begun for it: an import of many rows takes longer than a page may.
pub async fn take_back_within(mut tx: WriteTx, change: &Change, form: &FormStamp) -> Result<TakenBack, sqlx::Error> {
    match tx.claim(form).await? {
        Claim::Fresh => {}
        Claim::Done(before) => return Ok(TakenBack::Before(before)),
        Claim::Other => return Ok(TakenBack::Otherwise),
    }
    match undo::undo(&mut tx, ChangeId(change.id)).await? {
        Undone::Done => {}
        Undone::BuiltUpon(later) => return Ok(TakenBack::BuiltUpon(later)),
        Undone::Nothing => return Ok(TakenBack::Nothing),
    }
    let recorded = tx.recorded().await?;
    let touched = balances::touched_by(tx.connection(), recorded.change).await?;
    balances::recompute(&mut tx, &touched).await?;
    let touched = report_states::touched_by(tx.connection(), recorded.change).await?;
    report_states::recompute(&mut tx, &touched).await?;
    let broken = ledger::broken(tx.connection()).await?;
    if !broken.is_empty() {
        return Ok(TakenBack::WouldBreak(broken));
    }
    tx.say(serde_json::json!({
        "undoes": change.id, "room": change.room, "code": change.code.clone().unwrap_or_else(|| change.id.to_string()),
    }));
    tx.commit().await?;
    Ok(TakenBack::Done(recorded.change))
}
