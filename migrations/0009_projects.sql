-- What the money is for: projects, what they spend month by month, what they set out to reach, and how they say they do.
--
-- The rule that makes figures of it is in src/implementation/rule.rs (domain.md, "Implementation").

create table projects (
    id bigint generated always as identity primary key,
    code text collate "C" not null unique,
    title text not null,
    -- A word or sentence of today. How it stood quarter by quarter is in project_statuses.
    status text,
    version integer not null default 1,
    sought text generated always as (folded(title || ' ' || code)) stored
);
create index projects_sought on projects using gin (sought gin_trgm_ops);

-- Dates and budget, in force from the day they were agreed on (from the beginning where there is none).
create table project_facts (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references project_facts,
    project_id bigint not null references projects,
    agreed_on date,
    unit_id bigint not null references units,
    starts_on date not null,
    ends_on date not null,
    -- Nought: there is no budget, and no rate.
    budget_usd numeric not null check (budget_usd >= 0),
    -- ISO 3166-1 alpha-3, in their order, `;` between.
    countries text check (countries ~ '^[A-Z]{3}(;[A-Z]{3})*$'),
    check (starts_on <= ends_on)
);
create unique index project_facts_unique on project_facts (project_id, agreed_on) nulls not distinct
    where voided_at is null;
create index project_facts_project on project_facts (project_id);

-- What was spent in a month; below nought where more was taken back than spent.
create table expenditures (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references expenditures,
    project_id bigint not null references projects,
    -- Its first day.
    month date not null check (extract(day from month) = 1),
    amount_usd numeric not null
);
create unique index expenditures_unique on expenditures (project_id, month) where voided_at is null;
create index expenditures_project on expenditures (project_id, month);
create index expenditures_month on expenditures (month, key);

-- What a project sets out to reach, and by when; planned anew from the day that was agreed on.
create table milestones (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references milestones,
    project_id bigint not null references projects,
    number integer not null check (number > 0),
    agreed_on date,
    milestone text not null check (btrim(milestone) <> ''),
    planned_on date not null
);
create unique index milestones_unique on milestones (project_id, number, agreed_on) nulls not distinct
    where voided_at is null;

-- The day it was reached.
create table milestone_events (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references milestone_events,
    project_id bigint not null references projects,
    number integer not null check (number > 0),
    reached_on date not null
);
create unique index milestone_events_unique on milestone_events (project_id, number) where voided_at is null;

-- One sentence a quarter.
create table project_statuses (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references project_statuses,
    project_id bigint not null references projects,
    -- Its first day.
    quarter date not null check (extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)),
    sentence text not null check (btrim(sentence) <> '')
);
create unique index project_statuses_unique on project_statuses (project_id, quarter) where voided_at is null;

-- A pledge says by its code what project it is for: one that need not be known yet.
create index pledge_terms_project on pledge_terms (project) where project is not null;

-- What is in force of projects on a day, known at an instant.
create function projects_in_force(day date, known_at timestamptz)
    returns table (project_id bigint, fact_id bigint, agreed_on date, unit_id bigint, starts_on date, ends_on date,
        budget_usd numeric, countries text)
    language sql stable parallel safe rows 1000
begin atomic
    select distinct on (f.project_id) f.project_id, f.id, f.agreed_on, f.unit_id, f.starts_on, f.ends_on, f.budget_usd,
        f.countries
    from project_facts f
    where (f.agreed_on is null or f.agreed_on <= day) and was_known(f.recorded_at, f.voided_at, known_at)
    order by f.project_id, f.agreed_on desc nulls last;
end;

-- The first day of the month after the last one that had ended by the end of a day: what was spent before it counts.
create function months_ended_by(day date) returns date language sql immutable parallel safe
    return date_trunc('month', (day + 1)::timestamp)::date;

-- The cash received by a day under the pledges that name a project on that day, each receipt in US dollars at the rate
-- of its own day, refunds and reversals with their sign; and how many receipts have no rate and are in no sum. One row a
-- project and donor, also where nothing came yet.
create function funding_of_projects(of_project text, day date, known_at timestamptz)
    returns table (project text, donor_id bigint, pledges bigint, usd numeric, without_rate bigint)
    language sql stable parallel safe rows 500
begin atomic
    with naming as materialized (
        select t.project, b.donor_id, b.pledge_id
        from pledge_terms t join pledge_balances b on b.pledge_id = t.pledge_id and b.terms_id = t.id
        where t.project is not null and (of_project is null or t.project = of_project)
            and b.valid @> day and b.known @> known_at and least(t.pledged_on, b.signed_on) <= day
    ), receipts as materialized (
        select naming.project, naming.donor_id, c.currency, c.received_on, c.amount
        from naming join contribution_facts c on c.pledge_id = naming.pledge_id
        where c.kind = 'cash' and c.received_on <= day and was_known(c.recorded_at, c.voided_at, known_at)
    ), priced as materialized (
        -- The rate of a day is looked up once, however many receipts came that day.
        select days.currency, days.received_on,
               case when days.currency = 'USD' then 1 else r.units_per_usd end as units_per_usd
        from (select distinct receipts.currency, receipts.received_on from receipts) days
        left join lateral (
            select r.units_per_usd from exchange_rates r
            where r.currency = days.currency and r.valid_from <= days.received_on
                and was_known(r.recorded_at, r.voided_at, known_at)
            order by r.valid_from desc limit 1
        ) r on true
    ), summed as (
        select receipts.project, receipts.donor_id, sum(usd_of(receipts.amount, priced.units_per_usd)) as usd,
               count(*) filter (where priced.units_per_usd is null) as without_rate
        from receipts join priced on priced.currency = receipts.currency and priced.received_on = receipts.received_on
        group by receipts.project, receipts.donor_id
    ), donors as (
        select naming.project, naming.donor_id, count(*) as pledges from naming group by naming.project, naming.donor_id
    )
    select donors.project, donors.donor_id, donors.pledges, coalesce(summed.usd, 0), coalesce(summed.without_rate, 0)
    from donors left join summed on summed.project = donors.project and summed.donor_id = donors.donor_id;
end;

-- As before, and with projects: a pledge's terms name theirs by its code, other facts by its row.
alter function fact_in_codes(jsonb) rename to fact_of_pledges_in_codes;
create function fact_in_codes(content jsonb) returns jsonb
    language sql stable parallel safe
begin atomic
    select jsonb_strip_nulls(fact_of_pledges_in_codes(content - 'project_id') || jsonb_build_object(
        'project', coalesce((select p.code from projects p where p.id = (content ->> 'project_id')::bigint),
            content ->> 'project')));
end;

do $$
declare
    fact_table text;
begin
    foreach fact_table in array array['project_facts', 'expenditures', 'milestones', 'milestone_events',
        'project_statuses']
    loop
        execute format('create trigger only_the_void_mark before update or delete on %I
            for each row execute function refuse_all_but_the_void_mark()', fact_table);
        execute format('create index %I on %I (change_id)', fact_table || '_change', fact_table);
        execute format('create index %I on %I (voided_change_id) where voided_change_id is not null',
            fact_table || '_voided', fact_table);
        execute format('create index %I on %I (replaces) where replaces is not null', fact_table || '_replaces', fact_table);
        execute format('grant select, insert, update (voided_at, voided_change_id) on %I to dis_app', fact_table);
    end loop;
end $$;

grant select, insert, update on projects to dis_app;
