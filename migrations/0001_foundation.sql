-- The foundation: accounts, changes, facts, and the balances kept from them.
--
-- Facts are added, never changed (docs/architecture.md, "Facts"). Every fact table has the same first columns:
--   id, key (what it is about, in the words of files), change_id and recorded_at (when we came to know it),
--   voided_at and voided_change_id (the one mark the database lets through, once), replaces (the fact it corrects).
-- Roles are the operator's business: this file only grants to dis_app, which owns nothing.

create extension if not exists btree_gist;

-- ---------------------------------------------------------------------------------------------------- accounts

create table accounts (
    id bigint generated always as identity primary key,
    email text not null check (email = btrim(email) and email <> ''),
    name text not null check (btrim(name) <> ''),
    role text not null check (role in
        ('system', 'admin', 'resource_mobilization', 'finance', 'unit_staff', 'manager', 'auditor')),
    unit_id bigint,
    password_hash text,
    language text not null default 'en',
    theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
    disabled_at timestamptz,
    version integer not null default 1
);
create unique index accounts_email_unique on accounts (lower(email));

create table sessions (
    token_hash bytea primary key,
    account_id bigint not null references accounts,
    csrf_token text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    address inet,
    user_agent text
);
create index sessions_account on sessions (account_id);

create table sign_in_attempts (
    id bigint generated always as identity primary key,
    email text not null,
    address inet not null,
    at timestamptz not null,
    succeeded boolean not null
);
create index sign_in_attempts_email on sign_in_attempts (lower(email), at);
create index sign_in_attempts_address on sign_in_attempts (address, at);

-- ----------------------------------------------------------------------------------------------------- changes

-- One row for every writing transaction, written last, under the recording lock (the row of change_head).
create table changes (
    id bigint primary key,
    recorded_at timestamptz not null unique,
    account_id bigint not null references accounts,
    os_user text,
    act text not null,
    reason text,
    form_id uuid unique,
    details json not null,
    digest bytea not null,
    previous_hash bytea not null,
    hash bytea not null unique
);

create table change_head (
    only_row boolean primary key default true check (only_row),
    change_id bigint not null,
    recorded_at timestamptz not null,
    hash bytea not null
);
insert into change_head (change_id, recorded_at, hash)
values (0, '1970-01-01T00:00:00Z', sha256('Donor Information System'::bytea));

-- Labels (names, titles, notes) are edited in place; here stands what they were before and after.
create table audit_entries (
    id bigint generated always as identity primary key,
    change_id bigint not null,
    entity text not null,
    entity_id bigint not null,
    before jsonb,
    after jsonb
);
create index audit_entries_change on audit_entries (change_id);
create index audit_entries_entity on audit_entries (entity, entity_id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% rows are added, never changed or removed', tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;

create function refuse_all_but_the_void_mark() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.voided_at is null and new.voided_at is not null and new.voided_change_id is not null
        and to_jsonb(new) - '{voided_at,voided_change_id}'::text[] = to_jsonb(old) - '{voided_at,voided_change_id}'::text[]
    then
        return new;
    end if;
    raise exception 'facts of % are added, never changed or removed', tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;

-- ------------------------------------------------------------------------------------ what the agency is made of

create table units (
    id bigint generated always as identity primary key,
    code text collate "C" not null unique,
    name text not null,
    kind text not null check (kind in ('division', 'regional_office', 'country_office', 'liaison_office', 'section')),
    version integer not null default 1
);
alter table accounts add constraint accounts_unit foreign key (unit_id) references units;

create table unit_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references unit_facts,
    unit_id bigint not null references units,
    in_force_from date,
    parent_id bigint references units check (parent_id <> unit_id)
);
create unique index unit_facts_unique on unit_facts (unit_id, in_force_from) nulls not distinct where voided_at is null;

create table funds (
    id bigint generated always as identity primary key,
    code text collate "C" not null unique,
    name text not null,
    version integer not null default 1
);

create table fund_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references fund_facts,
    fund_id bigint not null references funds,
    in_force_from date,
    earmarking text not null check (earmarking in ('core', 'earmarked'))
);
create unique index fund_facts_unique on fund_facts (fund_id, in_force_from) nulls not distinct where voided_at is null;

create table donors (
    id bigint generated always as identity primary key,
    code text collate "C" not null unique,
    name text not null,
    focal_point_id bigint references accounts,
    version integer not null default 1
);

create table donor_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references donor_facts,
    donor_id bigint not null references donors,
    in_force_from date,
    kind text not null check (kind in
        ('C01', 'C02', 'C03', 'C04A', 'C04B', 'C04C', 'C04D', 'C04E', 'C05', 'C06', 'C07', 'C08A', 'C08B')),
    country text check (country ~ '^[A-Z]{3}$'),
    member_state boolean not null,
    parent_id bigint references donors check (parent_id <> donor_id)
);
create unique index donor_facts_unique on donor_facts (donor_id, in_force_from) nulls not distinct where voided_at is null;
create index donor_facts_parent on donor_facts (parent_id) where parent_id is not null;

create table exchange_rates (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references exchange_rates,
    currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
    valid_from date not null,
    units_per_usd numeric not null check (units_per_usd > 0)
);
create unique index exchange_rates_unique on exchange_rates (currency, valid_from) where voided_at is null;
create index exchange_rates_in_force on exchange_rates (currency, valid_from desc);

-- Settings that move figures: allowance percentages, the day the books are closed through.
create table setting_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references setting_facts,
    setting text not null,
    fund_id bigint references funds,
    in_force_from date,
    value jsonb not null
);
create unique index setting_facts_unique on setting_facts (setting, fund_id, in_force_from) nulls not distinct
    where voided_at is null;

-- ---------------------------------------------------------------------------------------------------- pledges

create table pledges (
    id bigint generated always as identity primary key,
    ref text collate "C" not null unique,
    title text,
    agreement text,
    donor_reference text,
    subprogramme text,
    version integer not null default 1
);

create table pledge_terms (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references pledge_terms,
    pledge_id bigint not null references pledges,
    agreed_on date,
    donor_id bigint not null references donors,
    unit_id bigint not null references units,
    fund_id bigint not null references funds,
    earmarking text not null check (earmarking in ('unearmarked', 'soft', 'earmarked', 'tight')),
    currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
    amount numeric not null check (amount > 0),
    pledged_on date not null,
    project text,
    starts_on date,
    ends_on date,
    psc_percent numeric check (psc_percent between 0 and 100)
);
create unique index pledge_terms_unique on pledge_terms (pledge_id, agreed_on) nulls not distinct where voided_at is null;

create table pledge_events (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references pledge_events,
    pledge_id bigint not null references pledges,
    event text not null check (event in ('signed', 'cancelled', 'written_off')),
    happened_on date not null,
    -- A write-off of a part names its instalment (none where the pledge has no schedule) and amount.
    instalment_number integer,
    amount numeric check (amount > 0),
    check (event = 'written_off' or (instalment_number is null and amount is null))
);
create unique index pledge_events_unique on pledge_events (pledge_id, event) where voided_at is null and amount is null;
create index pledge_events_pledge on pledge_events (pledge_id);

create table instalments (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references instalments,
    pledge_id bigint not null references pledges,
    agreed_on date,
    number integer not null check (number > 0),
    due_on date not null,
    amount numeric not null check (amount > 0),
    condition text
);
create unique index instalments_unique on instalments (pledge_id, agreed_on, number) nulls not distinct
    where voided_at is null;

create table condition_events (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references condition_events,
    pledge_id bigint not null references pledges,
    agreed_on date,
    number integer not null,
    met_on date not null
);
create unique index condition_events_unique on condition_events (pledge_id, agreed_on, number) nulls not distinct
    where voided_at is null;

-- ---------------------------------------------------------------------------------------------- contributions

create table contributions (
    id bigint generated always as identity primary key,
    ref text collate "C" not null unique,
    note text,
    version integer not null default 1
);

create table contribution_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references contribution_facts,
    contribution_id bigint not null references contributions,
    donor_id bigint not null references donors,
    currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
    amount numeric not null,
    received_on date not null,
    fund_id bigint not null references funds,
    kind text not null check (kind in ('cash', 'in_kind')),
    pledge_id bigint references pledges,
    instalment_number integer,
    reverses_id bigint references contributions check (reverses_id <> contribution_id),
    paid_by text,
    unit_id bigint references units,
    check (reverses_id is null or amount < 0),
    check (instalment_number is null or pledge_id is not null)
);
create unique index contribution_facts_unique on contribution_facts (contribution_id) where voided_at is null;
create index contribution_facts_history on contribution_facts (contribution_id);
create index contribution_facts_received on contribution_facts (received_on, key);
create index contribution_facts_key on contribution_facts (key);
create index contribution_facts_donor on contribution_facts (donor_id, received_on, key);
create index contribution_facts_pledge on contribution_facts (pledge_id) where pledge_id is not null;
create index contribution_facts_reverses on contribution_facts (reverses_id) where reverses_id is not null;

create table hand_allocations (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references hand_allocations,
    contribution_id bigint not null references contributions,
    pledge_id bigint not null references pledges,
    number integer not null,
    amount numeric not null check (amount > 0),
    allocated_on date not null
);
create unique index hand_allocations_unique on hand_allocations (contribution_id, pledge_id, number)
    where voided_at is null;
create index hand_allocations_pledge on hand_allocations (pledge_id);

-- --------------------------------------------------------------------------------------------------- balances
-- Derived: what the rule in src/balances/rule.rs made of the facts. `valid` says for which days, `known` from when to
-- when we believed it. Can be rebuilt from the facts alone; `dis verify` compares.

create table pledge_balances (
    id bigint generated always as identity primary key,
    pledge_id bigint not null references pledges,
    pledge_ref text collate "C" not null,
    valid daterange not null,
    known tstzrange not null,
    terms_id bigint not null references pledge_terms,
    donor_id bigint not null,
    unit_id bigint not null,
    fund_id bigint not null,
    currency text collate "C" not null,
    amount numeric not null,
    status text not null check (status in ('pledged', 'signed', 'fully_paid', 'cancelled', 'written_off')),
    signed_on date,
    paid numeric not null,
    written_off numeric not null,
    outstanding numeric not null,
    advance numeric not null,
    receivable numeric not null,
    unconverted boolean not null,
    instalments integer not null
);
create index pledge_balances_pledge on pledge_balances (pledge_id);
create index pledge_balances_ref on pledge_balances (pledge_ref);
create index pledge_balances_donor on pledge_balances (donor_id, pledge_ref);

create table instalment_balances (
    id bigint generated always as identity primary key,
    pledge_id bigint not null references pledges,
    pledge_ref text collate "C" not null,
    number integer not null,
    valid daterange not null,
    known tstzrange not null,
    instalment_id bigint not null references instalments,
    donor_id bigint not null,
    unit_id bigint not null,
    fund_id bigint not null,
    currency text collate "C" not null,
    due_on date not null,
    falls_due_on date,
    amount numeric not null,
    paid numeric not null,
    written_off numeric not null,
    outstanding numeric not null,
    -- The days of `valid` on which it is overdue: after the day it fell due, while signed and something is outstanding.
    overdue_during daterange not null
);
create index instalment_balances_pledge on instalment_balances (pledge_id);
create index instalment_balances_ref on instalment_balances (pledge_ref, number);
create index instalment_balances_donor on instalment_balances (donor_id) where not isempty(overdue_during);
create index instalment_balances_overdue on instalment_balances using gist (overdue_during, known)
    where not isempty(overdue_during);

create table allocations (
    id bigint generated always as identity primary key,
    contribution_id bigint not null references contributions,
    pledge_id bigint not null references pledges,
    number integer not null,
    valid daterange not null,
    known tstzrange not null,
    amount numeric not null,
    own_amount numeric not null,
    by_hand boolean not null
);
create index allocations_contribution on allocations (contribution_id);
create index allocations_pledge on allocations (pledge_id);

-- ------------------------------------------------------------------------------------------ one rule in one place

-- Whether a fact counts for a reader who knows what had been recorded by an instant.
create function was_known(recorded_at timestamptz, voided_at timestamptz, known_at timestamptz) returns boolean
    language sql immutable parallel safe
    return recorded_at <= known_at and (voided_at is null or voided_at > known_at);

-- USD = amount / rate, rounded half away from zero to the cent. The zeros make the quotient exact far beyond the cent,
-- so that it is rounded once.
create function usd_of(amount numeric, units_per_usd numeric) returns numeric
    language sql immutable parallel safe
    return round(amount * 1.000000000000000000000000000000 / units_per_usd, 2);

-- The rate of every currency in force on a day, known at an instant; one row a currency, USD without a date.
create function rates_in_force(day date, known_at timestamptz)
    returns table (currency text, units_per_usd numeric, valid_from date)
    language sql stable parallel safe rows 40
begin atomic
    with recursive seen as (
        (select r.currency from exchange_rates r order by r.currency limit 1)
        union all
        select (select r.currency from exchange_rates r where r.currency > seen.currency order by r.currency limit 1)
        from seen where seen.currency is not null
    )
    select seen.currency, latest.units_per_usd, latest.valid_from
    from seen cross join lateral (
        select r.units_per_usd, r.valid_from from exchange_rates r
        where r.currency = seen.currency and r.valid_from <= day and was_known(r.recorded_at, r.voided_at, known_at)
        order by r.valid_from desc limit 1
    ) latest
    where seen.currency is not null and seen.currency <> 'USD'
    union all
    select 'USD', 1::numeric, null::date;
end;

-- The units as a tree on a day, known at an instant. `path` sorts it: parents before their children, by code.
create function unit_tree(day date, known_at timestamptz)
    returns table (unit_id bigint, parent_id bigint, depth integer, path text[])
    language sql stable parallel safe rows 100
begin atomic
    with recursive now as (
        select distinct on (f.unit_id) f.unit_id, f.parent_id
        from unit_facts f
        where (f.in_force_from is null or f.in_force_from <= day) and was_known(f.recorded_at, f.voided_at, known_at)
        order by f.unit_id, f.in_force_from desc nulls last
    ), tree as (
        select now.unit_id, now.parent_id, 0 as depth, array[u.code::text] as path
        from now join units u on u.id = now.unit_id where now.parent_id is null
        union all
        select now.unit_id, now.parent_id, tree.depth + 1, tree.path || u.code::text
        from tree join now on now.parent_id = tree.unit_id join units u on u.id = now.unit_id
        where tree.depth < 50
    )
    select tree.unit_id, tree.parent_id, tree.depth, tree.path from tree;
end;

-- What is in force of donors on a day, known at an instant.
create function donors_in_force(day date, known_at timestamptz)
    returns table (donor_id bigint, kind text, country text, member_state boolean, parent_id bigint)
    language sql stable parallel safe rows 2000
begin atomic
    select distinct on (f.donor_id) f.donor_id, f.kind, f.country, f.member_state, f.parent_id
    from donor_facts f
    where (f.in_force_from is null or f.in_force_from <= day) and was_known(f.recorded_at, f.voided_at, known_at)
    order by f.donor_id, f.in_force_from desc nulls last;
end;

-- What is in force of funds on a day, known at an instant.
create function funds_in_force(day date, known_at timestamptz) returns table (fund_id bigint, earmarking text)
    language sql stable parallel safe rows 10
begin atomic
    select distinct on (f.fund_id) f.fund_id, f.earmarking
    from fund_facts f
    where (f.in_force_from is null or f.in_force_from <= day) and was_known(f.recorded_at, f.voided_at, known_at)
    order by f.fund_id, f.in_force_from desc nulls last;
end;

-- Financial-statement ageing: whole years since it fell due, by the calendar. Adding a year to 29 February gives
-- 28 February here as it must; the anniversary itself belongs to the older class. Three stands for three and more.
create function years_overdue(fell_due_on date, day date) returns integer
    language sql immutable parallel safe
    return case
        when day >= (fell_due_on + interval '3 years')::date then 3
        when day >= (fell_due_on + interval '2 years')::date then 2
        when day >= (fell_due_on + interval '1 year')::date then 1
        else 0
    end;

-- ------------------------------------------------------------------------------------------- guards and grants

do $$
declare
    fact_table text;
begin
    foreach fact_table in array array['unit_facts', 'fund_facts', 'donor_facts', 'exchange_rates', 'setting_facts',
        'pledge_terms', 'pledge_events', 'instalments', 'condition_events', 'contribution_facts', 'hand_allocations']
    loop
        execute format('create trigger only_the_void_mark before update or delete on %I
            for each row execute function refuse_all_but_the_void_mark()', fact_table);
        execute format('create index %I on %I (change_id)', fact_table || '_change', fact_table);
        execute format('create index %I on %I (voided_change_id) where voided_change_id is not null',
            fact_table || '_voided', fact_table);
        execute format('grant select, insert, update (voided_at, voided_change_id) on %I to dis_app', fact_table);
    end loop;
end $$;

create trigger append_only before update or delete on changes for each row execute function refuse_change();
create trigger append_only before update or delete on audit_entries for each row execute function refuse_change();

grant select, insert, update on accounts, units, funds, donors, pledges, contributions to dis_app;
grant select, insert, update, delete on sessions, sign_in_attempts to dis_app;
grant select, insert on changes, audit_entries to dis_app;
grant select, update on change_head to dis_app;
grant select, insert, update, delete, truncate on pledge_balances, instalment_balances, allocations to dis_app;

insert into accounts (email, name, role) values ('system', 'System', 'system');
