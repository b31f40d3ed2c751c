//! What facts ask of each other, whoever recorded them and however: nothing rests on what is no longer there, and the
//! instalments in force add up. `dis verify` asks it of everything; taking a change back asks it before it commits.

use sqlx::postgres::PgConnection;

use crate::balances;
use crate::facts::parent_loops;
use crate::l10n::L10n;
use crate::report_states;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which rule: a key `broken-…` of `locales/`.
    pub key: &'static str,
    /// What breaks it: references, at most ten.
    pub what: String,
    /// What the sentence needs besides.
    pub arg: String,
}

impl Broken {
    /// In words.
    pub fn sentence(&self, l10n: L10n) -> String {
        let args = [("what", self.what.as_str().into()), ("arg", self.arg.as_str().into())];
        l10n.with(&format!("broken-{}", self.key), &args)
    }
}

/// The rules: each a query for `what` and `arg` of whatever breaks it.
static RULES: &[(&str, &str)] = &[
    (
        "contribution-of-no-pledge",
        "select f.key as what, p.ref as arg from contribution_facts f join pledges p on p.id = f.pledge_id
         where f.voided_at is null and not exists (select from pledge_terms t
            where t.pledge_id = f.pledge_id and t.agreed_on is null and t.voided_at is null)",
    ),
    (
        "reversal-of-nothing",
        "select f.key as what, c.ref as arg from contribution_facts f join contributions c on c.id = f.reverses_id
         where f.voided_at is null and not exists (select from contribution_facts o
            where o.contribution_id = f.reverses_id and o.voided_at is null)",
    ),
    (
        "fact-of-no-pledge",
        "select distinct p.ref as what, '' as arg from (
            select pledge_id from pledge_terms where voided_at is null and agreed_on is not null
            union all select pledge_id from instalments where voided_at is null
            union all select pledge_id from condition_events where voided_at is null
            union all select pledge_id from pledge_events where voided_at is null
            union all select pledge_id from hand_allocations where voided_at is null
            union all select pledge_id from reporting_clauses where voided_at is null
         ) f join pledges p on p.id = f.pledge_id
         where not exists (select from pledge_terms t
            where t.pledge_id = f.pledge_id and t.agreed_on is null and t.voided_at is null)",
    ),
    (
        "fact-of-no-project",
        "select distinct p.code as what, '' as arg from (
            select project_id from project_facts where voided_at is null and agreed_on is not null
            union all select project_id from expenditures where voided_at is null
            union all select project_id from milestones where voided_at is null
            union all select project_id from milestone_events where voided_at is null
            union all select project_id from project_statuses where voided_at is null
         ) f join projects p on p.id = f.project_id
         where not exists (select from project_facts t
            where t.project_id = f.project_id and t.agreed_on is null and t.voided_at is null)",
    ),
    (
        "milestone-of-nothing",
        "select distinct p.code as what, f.number::text as arg from (
            select project_id, number from milestones where voided_at is null and agreed_on is not null
            union all select project_id, number from milestone_events where voided_at is null
         ) f join projects p on p.id = f.project_id
         where not exists (select from milestones m where m.project_id = f.project_id and m.number = f.number
            and m.agreed_on is null and m.voided_at is null)",
    ),
    (
        "report-of-no-pledge",
        "select f.key as what, p.ref as arg from report_terms f join pledges p on p.id = f.pledge_id
         where f.voided_at is null and not exists (select from pledge_terms t
            where t.pledge_id = f.pledge_id and t.agreed_on is null and t.voided_at is null)",
    ),
    (
        "fact-of-no-report",
        "select distinct r.ref as what, '' as arg from (
            select report_id from report_terms where voided_at is null and in_force_from is not null
            union all select report_id from report_due_dates where voided_at is null
            union all select report_id from report_events where voided_at is null
            union all select report_id from report_confirmations where voided_at is null
         ) f join donor_reports r on r.id = f.report_id
         where not exists (select from report_terms t
            where t.report_id = f.report_id and t.in_force_from is null and t.voided_at is null)
            or not exists (select from report_due_dates d
            where d.report_id = f.report_id and d.agreed_on is null and d.voided_at is null)",
    ),
    (
        "report-out-of-order",
        concat!(
            "select r.ref as what, e.happened_on::text as arg from (",
            report_states::out_of_order!("select id from donor_reports"),
            ") e join donor_reports r on r.id = e.report_id"
        ),
    ),
    (
        "confirmation-of-nothing",
        "select r.ref as what, c.agreed_on::text as arg
         from report_confirmations c join donor_reports r on r.id = c.report_id
         where c.voided_at is null and case c.what
            when 'extension' then not exists (select from report_due_dates d where d.report_id = c.report_id
                and d.voided_at is null and d.agreed_on = c.agreed_on)
            else not exists (select from report_events e where e.report_id = c.report_id and e.voided_at is null
                and e.event = 'waived' and e.happened_on = c.agreed_on) end",
    ),
    (
        "revision-of-no-budget",
        "select b.key as what, '' as arg from budgets b
         where b.voided_at is null and b.agreed_on is not null and not exists (select from budgets f
            where f.year = b.year and f.fund_id = b.fund_id and f.agreed_on is null and f.voided_at is null)",
    ),
    (
        "allocation-of-nothing",
        "select c.ref as what, '' as arg from hand_allocations h join contributions c on c.id = h.contribution_id
         where h.voided_at is null and not exists (select from contribution_facts f
            where f.contribution_id = h.contribution_id and f.voided_at is null)",
    ),
    (
        "donor-gone",
        "select d.code as what, min(f.key) as arg from (
            select donor_id, key from pledge_terms where voided_at is null
            union all select donor_id, key from contribution_facts where voided_at is null
            union all select parent_id, key from donor_facts where voided_at is null
         ) f join donors d on d.id = f.donor_id
         where not exists (select from donor_facts i where i.donor_id = d.id and i.voided_at is null) group by d.code",
    ),
    (
        "unit-gone",
        "select u.code as what, min(f.key) as arg from (
            select unit_id, key from pledge_terms where voided_at is null
            union all select unit_id, key from contribution_facts where voided_at is null
            union all select parent_id, key from unit_facts where voided_at is null
            union all select unit_id, key from project_facts where voided_at is null
            union all select unit_id, key from report_terms where voided_at is null
         ) f join units u on u.id = f.unit_id
         where not exists (select from unit_facts i where i.unit_id = u.id and i.voided_at is null) group by u.code",
    ),
    (
        "fund-gone",
        "select u.code as what, min(f.key) as arg from (
            select fund_id, key from pledge_terms where voided_at is null
            union all select fund_id, key from contribution_facts where voided_at is null
            union all select fund_id, key from budgets where voided_at is null
         ) f join funds u on u.id = f.fund_id
         where not exists (select from fund_facts i where i.fund_id = u.id and i.voided_at is null) group by u.code",
    ),
    (
        "no-beginning",
        "select f.key as what, '' as arg from (
            select f.key, f.in_force_from, bool_or(f.in_force_from is null) over (partition by f.unit_id) as begins
            from unit_facts f where f.voided_at is null
            union all
            select f.key, f.in_force_from, bool_or(f.in_force_from is null) over (partition by f.donor_id)
            from donor_facts f where f.voided_at is null
            union all
            select f.key, f.in_force_from, bool_or(f.in_force_from is null) over (partition by f.fund_id)
            from fund_facts f where f.voided_at is null
         ) f where not f.begins",
    ),
    (
        "unit-loop",
        concat!(
            "select u.code as what, '' as arg from (",
            parent_loops!("unit_facts", "unit_id", "select id from units"),
            ") l join units u on u.id = l.start"
        ),
    ),
    (
        "donor-loop",
        concat!(
            "select d.code as what, '' as arg from (",
            parent_loops!("donor_facts", "donor_id", "select id from donors"),
            ") l join donors d on d.id = l.start"
        ),
    ),
    (
        "schedule",
        concat!(
            "select distinct on (p.ref) p.ref as what, u.scheduled || ' / ' || u.promised as arg from (",
            balances::unequal_schedules!("select id from pledges"),
            ") u join pledges p on p.id = u.pledge_id order by p.ref, u.day"
        ),
    ),
];

/// Everything that does not hold; of each rule the first ten cases.
pub async fn broken(connection: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    let mut broken = Vec::new();
    for (key, rule) in RULES {
        let mut select = crate::db::Select::new("select what, coalesce(arg, '') from (");
        select.sql(rule).sql(") found order by what limit 10");
        let found: Vec<(String, String)> = select.done().build_query_as().fetch_all(&mut *connection).await?;
        broken.extend(found.into_iter().map(|(what, arg)| Broken { key, what, arg }));
    }
    Ok(broken)
}
