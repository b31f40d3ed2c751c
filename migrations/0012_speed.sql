-- Speed: what lists and pages ask most is served by an index that holds all they look at.

-- The ends of the ranges as columns of their own; what is open is endless. Nothing is said of days it is never overdue.
alter table pledge_balances
    add column valid_from date not null generated always as (coalesce(lower(valid), '-infinity'::date)) stored,
    add column valid_until date not null generated always as (coalesce(upper(valid), 'infinity'::date)) stored,
    add column known_from timestamptz not null
        generated always as (coalesce(lower(known), '-infinity'::timestamptz)) stored,
    add column known_until timestamptz not null
        generated always as (coalesce(upper(known), 'infinity'::timestamptz)) stored;
alter table instalment_balances
    add column valid_from date not null generated always as (coalesce(lower(valid), '-infinity'::date)) stored,
    add column valid_until date not null generated always as (coalesce(upper(valid), 'infinity'::date)) stored,
    add column known_from timestamptz not null
        generated always as (coalesce(lower(known), '-infinity'::timestamptz)) stored,
    add column known_until timestamptz not null
        generated always as (coalesce(upper(known), 'infinity'::timestamptz)) stored,
    add column overdue_from date generated always as
        (case when not isempty(overdue_during) then coalesce(lower(overdue_during), '-infinity'::date) end) stored,
    add column overdue_until date generated always as
        (case when not isempty(overdue_during) then coalesce(upper(overdue_during), 'infinity'::date) end) stored;

-- Whether a version of a balance is what stands on a day, known at an instant. Ranges say the same, but nothing can be
-- guessed of how many rows hold one, and no index that keeps an order serves them.
create function stands(b pledge_balances, day date, known_at timestamptz) returns boolean
    language sql immutable parallel safe
    return (b).valid_from <= day and (b).valid_until > day and (b).known_from <= known_at and (b).known_until > known_at;

create function stands(b instalment_balances, day date, known_at timestamptz) returns boolean
    language sql immutable parallel safe
    return (b).valid_from <= day and (b).valid_until > day and (b).known_from <= known_at and (b).known_until > known_at;

-- Whether it is overdue on a day, known at an instant. It fell due before that: an index in that order ends there.
create function is_overdue(b instalment_balances, day date, known_at timestamptz) returns boolean
    language sql immutable parallel safe
    return (b).falls_due_on < day and (b).overdue_from <= day and (b).overdue_until > day
        and (b).known_from <= known_at and (b).known_until > known_at;

-- Arrears in the order of their age, and all that sums and filters look at.
drop index instalment_balances_overdue;
create index instalment_balances_overdue on instalment_balances (falls_due_on) include
    (overdue_from, overdue_until, known_from, known_until, donor_id, unit_id, fund_id, currency, outstanding,
     pledge_ref, number, id)
    where overdue_until is not null;
drop index instalment_balances_donor;
create index instalment_balances_donor on instalment_balances (donor_id, overdue_until) include
    (overdue_from, falls_due_on, known_from, known_until, currency, outstanding)
    where overdue_until is not null;

-- Every rate of a currency known at an instant, in the order of the days they begin; US dollars cost one, always. For
-- thousands of receipts: the rate of a day is then found in memory (rate_on), not in the index once a receipt.
create function rates_through(known_at timestamptz) returns table (currency text, days date[], rates numeric[])
    language sql stable parallel safe rows 40
begin atomic
    select r.currency, array_agg(r.valid_from order by r.valid_from),
           array_agg(r.units_per_usd order by r.valid_from)
    from exchange_rates r
    where r.currency <> 'USD' and was_known(r.recorded_at, r.voided_at, known_at)
    group by r.currency
    union all
    select 'USD', array['-infinity'::date], array[1::numeric];
end;

-- The rate in force on a day, of a row of rates_through; none before the first begins.
create function rate_on(days date[], rates numeric[], day date) returns numeric
    language sql immutable parallel safe
    return rates[width_bucket(day, days)];

-- What a donor gave, without a look at the receipts themselves.
drop index contribution_facts_donor;
create index contribution_facts_donor on contribution_facts (donor_id, received_on, key) include
    (kind, currency, amount, recorded_at, voided_at);
create index donor_facts_in_force on donor_facts (donor_id, in_force_from desc nulls last);

-- What is promised, by unit and by donor; what is owed, by the day it falls due.
drop index pledge_balances_donor;
create index pledge_balances_donor on pledge_balances (donor_id, pledge_ref) include
    (valid_from, valid_until, known_from, known_until, currency, receivable);
create index pledge_balances_unit on pledge_balances (unit_id) include
    (valid_from, valid_until, known_from, known_until, terms_id, status, signed_on, currency, outstanding);
create index instalment_balances_owed on instalment_balances (falls_due_on) include
    (valid_from, valid_until, known_from, known_until, pledge_id, unit_id, currency, outstanding, pledge_ref, number, id)
    where outstanding > 0;
