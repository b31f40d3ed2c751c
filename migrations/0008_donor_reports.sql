-- What we owe donors under a pledge: reports, the days they are due, what became of them, and the states kept from that.
--
-- The rule is in src/report_states/rule.rs (domain.md, "Reporting rate").

create table donor_reports (
    id bigint generated always as identity primary key,
    ref text collate "C" not null unique,
    title text,
    -- Who at the agency writes it.
    responsible_id bigint references accounts,
    version integer not null default 1
);
create index donor_reports_responsible on donor_reports (responsible_id) where responsible_id is not null;

-- What is owed and by whom; in force from a day (from the beginning where there is none).
create table report_terms (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references report_terms,
    report_id bigint not null references donor_reports,
    in_force_from date,
    pledge_id bigint not null references pledges,
    unit_id bigint not null references units,
    kind text not null check (kind in ('narrative', 'financial', 'certified_financial', 'combined')),
    final boolean not null,
    period_from date,
    period_to date,
    check (period_from <= period_to)
);
create unique index report_terms_unique on report_terms (report_id, in_force_from) nulls not distinct
    where voided_at is null;
create index report_terms_report on report_terms (report_id);
create index report_terms_pledge on report_terms (pledge_id);

-- The day it is due; a later one is an extension the donor agreed to on a day, by a letter.
create table report_due_dates (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references report_due_dates,
    report_id bigint not null references donor_reports,
    agreed_on date,
    due_on date not null,
    letter text,
    reason text
);
create unique index report_due_dates_unique on report_due_dates (report_id, agreed_on) nulls not distinct
    where voided_at is null;
create index report_due_dates_report on report_due_dates (report_id);

-- What happened to it. A report that came back begins another round: drafted, cleared, sent, returned or accepted.
-- `waived` and `delayed` belong to no round; a delay is noted as often as its cause changes.
create table report_events (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references report_events,
    report_id bigint not null references donor_reports,
    event text not null check (event in
        ('drafted', 'division_cleared', 'finance_cleared', 'sent', 'returned', 'accepted', 'waived', 'delayed')),
    round integer not null default 1 check (round > 0),
    happened_on date not null,
    cause text check (cause in ('field_data', 'clearance', 'partner', 'template', 'other')),
    letter text,
    reason text,
    check ((event = 'delayed') = (cause is not null)),
    check (event <> 'waived' or round = 1)
);
create unique index report_events_unique on report_events (report_id, event, round) where voided_at is null;
create index report_events_report on report_events (report_id);

-- That resource mobilization has seen the donor's letter about an extension or waiver agreed on a day. Until then it
-- counts in no figure.
create table report_confirmations (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references report_confirmations,
    report_id bigint not null references donor_reports,
    what text not null check (what in ('extension', 'waiver')),
    agreed_on date not null
);
create unique index report_confirmations_unique on report_confirmations (report_id, what, agreed_on)
    where voided_at is null;
create index report_confirmations_report on report_confirmations (report_id);

-- What an agreement says about reports: those of one `agreed_on` are all its clauses from that day. Reports are made
-- from them.
create table reporting_clauses (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references reporting_clauses,
    pledge_id bigint not null references pledges,
    agreed_on date,
    number integer not null check (number > 0),
    kind text not null check (kind in ('narrative', 'financial', 'certified_financial', 'combined')),
    final boolean not null,
    -- How many months a period has; none for the report at the end.
    every_months integer check (every_months between 1 and 120),
    first_period_from date,
    -- Days from the end of the period, or of the agreement, to the day the report is due.
    grace_days integer not null check (grace_days between 0 and 3660),
    check (final = (every_months is null))
);
create unique index reporting_clauses_unique on reporting_clauses (pledge_id, agreed_on, number) nulls not distinct
    where voided_at is null;

-- Derived: what the rule made of the facts. `valid` says for which days, `known` from when to when we believed it.
create table report_states (
    id bigint generated always as identity primary key,
    report_id bigint not null references donor_reports,
    report_ref text collate "C" not null,
    valid daterange not null,
    known tstzrange not null,
    terms_id bigint not null references report_terms,
    pledge_id bigint not null,
    donor_id bigint not null,
    unit_id bigint not null,
    fund_id bigint not null,
    kind text not null,
    final boolean not null,
    -- The day it is due, and the day it was due before any extension.
    due_on date not null,
    first_due_on date not null,
    -- Whether the pledge is signed and no cancellation took the report out.
    owed boolean not null,
    waived_on date,
    -- The first day it was sent, the last one, and the day since when it lies returned.
    sent_on date,
    last_sent_on date,
    returned_on date,
    -- Of what was sent: whether the first time was on or before the day it was due then.
    on_time boolean,
    -- The days of `valid` on which it is due or was due before: owed, whatever became of it. Waived ones too, which no
    -- side of a rate counts.
    due_during daterange not null
);
create index report_states_report on report_states (report_id);
create index report_states_ref on report_states (report_ref);
create index report_states_pledge on report_states (pledge_id);
create index report_states_unit on report_states (unit_id);
create index report_states_donor on report_states (donor_id);
create index report_states_due_on on report_states (due_on, report_ref);
create index report_states_due on report_states using gist (due_during, known) where not isempty(due_during);
create index report_states_known_from on report_states (lower(known));
create index report_states_known_until on report_states (upper(known)) where not upper_inf(known);

-- A report as of a day: the words of contract.md, and `not_owed` for one of a pledge that is not signed, or that was
-- cancelled before it fell due.
create function report_state_of(r report_states, day date) returns text language sql immutable parallel safe
    return case
        when not r.owed then 'not_owed'
        when r.waived_on is not null then 'waived'
        when r.returned_on is not null then 'returned'
        when r.sent_on is not null then 'submitted'
        when r.due_on < day then 'overdue'
        when r.due_on = day then 'due'
        else 'not_due'
    end;

-- Whether a report counts among those due by a day; and of those, whether it had been submitted.
create function report_is_due(r report_states, day date) returns boolean language sql immutable parallel safe
    return r.owed and r.waived_on is null and r.due_on <= day;
create function report_is_submitted(r report_states) returns boolean language sql immutable parallel safe
    return r.sent_on is not null and r.returned_on is null;

-- The first day of which a day is no longer within the twelve months before it: `day - 12 months` is that day or later.
create function twelve_months_after(due_on date) returns date language sql immutable parallel safe
    return case
        when extract(month from due_on) = 2 and extract(day from due_on) = 29
        then (due_on + interval '12 months')::date + 1 else (due_on + interval '12 months')::date
    end;

-- As in the sixth migration, and with reports.
create or replace function fact_in_codes(content jsonb) returns jsonb
    language sql stable parallel safe
begin atomic
    select jsonb_strip_nulls(
        content - '{id,key,change_id,recorded_at,voided_at,voided_change_id,replaces,unit_id,donor_id,fund_id,pledge_id,
            contribution_id,reverses_id,parent_id,report_id}'::text[]
        || jsonb_build_object(
            'unit', (select u.code from units u where u.id = (content ->> 'unit_id')::bigint),
            'donor', (select d.code from donors d where d.id = (content ->> 'donor_id')::bigint),
            'fund', (select f.code from funds f where f.id = (content ->> 'fund_id')::bigint),
            'pledge', (select p.ref from pledges p where p.id = (content ->> 'pledge_id')::bigint),
            'contribution', (select c.ref from contributions c where c.id = (content ->> 'contribution_id')::bigint),
            'reverses', (select c.ref from contributions c where c.id = (content ->> 'reverses_id')::bigint),
            'report', (select r.ref from donor_reports r where r.id = (content ->> 'report_id')::bigint),
            'parent', case
                when content ? 'donor_id' then (select d.code from donors d where d.id = (content ->> 'parent_id')::bigint)
                else (select u.code from units u where u.id = (content ->> 'parent_id')::bigint)
            end
        )
    );
end;

do $$
declare
    fact_table text;
begin
    foreach fact_table in array array['report_terms', 'report_due_dates', 'report_events', 'report_confirmations',
        'reporting_clauses']
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

grant select, insert, update on donor_reports to dis_app;
grant select, insert, update, delete, truncate on report_states to dis_app;
