-- Tells the planner how large tables have become by what this transaction wrote: what it asks next is then planned for
-- the rows that are there, not for the empty table that was there when anybody last counted. Only tables that grew much;
-- those in `told` were counted before. Tells which are counted now. Who else counts one at the moment goes first.
create function count_what_grew(told oid[]) returns oid[]
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    grown oid;
begin
    for grown in
        select relid from pg_stat_xact_user_tables
        where schemaname = 'public' and n_tup_ins + n_tup_upd > 1000 and relid <> all (told)
    loop
        execute format('analyze (skip_locked) %s', grown::regclass);
        told := told || grown;
    end loop;
    return told;
end
$$;

-- The ends of the ranges of report states as columns, as balances have them since the twelfth migration.
alter table report_states
    add column valid_from date not null generated always as (coalesce(lower(valid), '-infinity'::date)) stored,
    add column valid_until date not null generated always as (coalesce(upper(valid), 'infinity'::date)) stored,
    add column known_from timestamptz not null
        generated always as (coalesce(lower(known), '-infinity'::timestamptz)) stored,
    add column known_until timestamptz not null
        generated always as (coalesce(upper(known), 'infinity'::timestamptz)) stored;

create function stands(s report_states, day date, known_at timestamptz) returns boolean
    language sql immutable parallel safe
    return (s).valid_from <= day and (s).valid_until > day and (s).known_from <= known_at and (s).known_until > known_at;

-- What is outstanding or will be, by the day it falls due and by donor: of all that was ever sent, a small part.
create index report_states_unsent on report_states (due_on, report_ref) include
    (valid_from, valid_until, known_from, known_until, unit_id, donor_id, fund_id, pledge_id, report_id, id)
    where owed and waived_on is null and (sent_on is null or returned_on is not null);
create index report_states_unsent_donor on report_states (donor_id) include
    (due_on, valid_from, valid_until, known_from, known_until)
    where owed and waived_on is null and (sent_on is null or returned_on is not null);

-- As it was, and by which pledge: a list that is searched looks for its words among pledges and donors.
drop index instalment_balances_overdue;
create index instalment_balances_overdue on instalment_balances (falls_due_on) include
    (overdue_from, overdue_until, known_from, known_until, donor_id, unit_id, fund_id, currency, outstanding,
     pledge_ref, number, id, pledge_id)
    where overdue_until is not null;

-- The same by the day it ceases: of everything that ever was overdue, what is so on a late day comes last. For sums.
create index instalment_balances_overdue_until on instalment_balances (overdue_until) include
    (falls_due_on, overdue_from, known_from, known_until, donor_id, unit_id, fund_id, currency, outstanding, pledge_id)
    where overdue_until is not null;

-- What waits for a person (`/allocations`): receipts without a pledge, pledges with money no instalment took, and those
-- that a receipt in another currency could not be converted for. Of other currencies the first receipts, for those
-- received before there was a rate.
create index contribution_facts_waiting on contribution_facts (received_on desc, id) include
    (amount, currency, donor_id, fund_id, contribution_id, recorded_at, voided_at)
    where pledge_id is null and kind = 'cash' and amount > 0 and reverses_id is null;
create index contribution_facts_currency on contribution_facts (currency, received_on) where currency <> 'USD';
create index pledge_balances_advance on pledge_balances (pledge_id) where advance > 0;
create index pledge_balances_unconverted on pledge_balances (pledge_id) where unconverted;

-- The currencies money came in, but US dollars: a look at the index for each, not at every receipt.
create function currencies_received() returns setof text
    language sql stable parallel safe rows 20
begin atomic
    with recursive seen as (
        (select c.currency from contribution_facts c where c.currency <> 'USD' order by c.currency limit 1)
        union all
        select (select c.currency from contribution_facts c where c.currency <> 'USD' and c.currency > seen.currency
                order by c.currency limit 1)
        from seen where seen.currency is not null
    )
    select currency from seen where currency is not null;
end;

-- A donor and those below it on a day, known at an instant: by the few that ever named it as their parent, not by a look
-- at every donor.
create function donor_family(code text, day date, known_at timestamptz) returns setof bigint
    language sql stable parallel safe rows 3
begin atomic
    with recursive below as (
        select d.id from donors d where d.code = donor_family.code
        union
        select p.donor_id
        from below join donor_facts p on p.parent_id = below.id
        cross join lateral (
            select f.parent_id from donor_facts f
            where f.donor_id = p.donor_id and (f.in_force_from is null or f.in_force_from <= day)
                and was_known(f.recorded_at, f.voided_at, known_at)
            order by f.in_force_from desc nulls last limit 1
        ) i
        where i.parent_id = below.id
    )
    select id from below;
end;
