-- The amount the Board approved for a year and fund, revised from a day on.

create table budgets (
    id bigint generated always as identity primary key,
    key text collate "C" not null,
    change_id bigint not null,
    recorded_at timestamptz not null,
    voided_at timestamptz,
    voided_change_id bigint,
    replaces bigint references budgets,
    year integer not null check (year between 1900 and 2199),
    fund_id bigint not null references funds,
    -- In US dollars.
    approved_usd numeric not null check (approved_usd >= 0),
    agreed_on date
);
create unique index budgets_unique on budgets (year, fund_id, agreed_on) nulls not distinct where voided_at is null;

-- What is in force of every year and fund on a day, known at an instant.
create function budgets_in_force(day date, known_at timestamptz)
    returns table (budget_id bigint, year integer, fund_id bigint, approved_usd numeric, agreed_on date)
    language sql stable parallel safe rows 50
begin atomic
    select distinct on (b.year, b.fund_id) b.id, b.year, b.fund_id, b.approved_usd, b.agreed_on
    from budgets b
    where (b.agreed_on is null or b.agreed_on <= day) and was_known(b.recorded_at, b.voided_at, known_at)
    order by b.year, b.fund_id, b.agreed_on desc nulls last;
end;

create trigger only_the_void_mark before update or delete on budgets
    for each row execute function refuse_all_but_the_void_mark();
create index budgets_change on budgets (change_id);
create index budgets_voided on budgets (voided_change_id) where voided_change_id is not null;
create index budgets_replaces on budgets (replaces) where replaces is not null;
grant select, insert, update (voided_at, voided_change_id) on budgets to dis_app;
