-- What every page asks for again is kept as it is now, beside the facts it is worked out from, by triggers on them: the
-- rates of a currency in order, and the cash of a donor in US dollars. It stands for every reading that knows the last fact
-- in it; a reading as of an earlier instant or day works it out as before. `dis verify` compares.

-- ---------------------------------------------------------------------------------------------- the rates of a currency

create table kept_rates (
    currency text collate "C" primary key,
    -- When the last fact in it was recorded or taken back.
    known_from timestamptz not null,
    days date[] not null,
    rates numeric[] not null
);

-- What `kept_rates` holds.
create function rates_worked_out() returns setof kept_rates language sql stable as $$
    select r.currency, max(greatest(r.recorded_at, r.voided_at)),
        coalesce(array_agg(r.valid_from order by r.valid_from) filter (where r.voided_at is null), '{}'),
        coalesce(array_agg(r.units_per_usd order by r.valid_from) filter (where r.voided_at is null), '{}')
    from exchange_rates r where r.currency <> 'USD' group by r.currency
$$;

-- Of currencies whose rates were others at an instant: a function with a plan of its own, so that the plan of every page
-- that asks for rates does not hold one for what hardly any does.
create function rates_then(known_at timestamptz) returns table (currency text, days date[], rates numeric[])
    language plpgsql stable parallel safe rows 100 as $$
#variable_conflict use_column
begin
    return query
    select r.currency::text, array_agg(r.valid_from order by r.valid_from), array_agg(r.units_per_usd order by r.valid_from)
    from exchange_rates r join kept_rates k on k.currency = r.currency and k.known_from > known_at
    where was_known(r.recorded_at, r.voided_at, known_at)
    group by r.currency;
end $$;

-- As before (migration 0012), from what is kept where it was known by then.
create or replace function rates_through(known_at timestamptz) returns table (currency text, days date[], rates numeric[])
    language sql stable parallel safe rows 40
begin atomic
    -- Joined with nothing, which unpacks each once, not for every row that asks for a rate. And said so that the planner
    -- expects most of them: of a few, it would look through all for every such row.
    select k.currency, k.days || '{}'::date[], k.rates || '{}'::numeric[] from kept_rates k
    where not k.known_from > known_at
    union all
    select t.currency, t.days, t.rates from rates_then(known_at) t
    where exists (select from kept_rates k where k.known_from > known_at)
    union all
    select 'USD', array['-infinity'::date], array[1::numeric];
end;

-- As before (migration 0001), of them.
create or replace function rates_in_force(day date, known_at timestamptz)
    returns table (currency text, units_per_usd numeric, valid_from date)
    language sql stable parallel safe rows 40
begin atomic
    select t.currency, rate_on(t.days, t.rates, day),
        case when t.currency <> 'USD' then t.days[width_bucket(day, t.days)] end
    from rates_through(known_at) t where width_bucket(day, t.days) <> 0;
end;

-- ------------------------------------------------------------------------------------------------- the cash of a donor

create table kept_cash (
    donor_id bigint primary key,
    -- When the last fact in it, or the last rate it is summed at, was recorded or taken back.
    known_from timestamptz not null,
    first_on date not null,
    last_on date not null,
    -- Each receipt at the rate of its day, rounded; one without a rate is in no sum.
    usd numeric not null
);

-- What `kept_cash` holds of some donors.
create function cash_worked_out(donors bigint[]) returns setof kept_cash language sql stable as $$
    select c.donor_id, greatest(max(c.recorded_at), max(c.voided_at), (select max(known_from) from kept_rates)),
        min(c.received_on) filter (where c.voided_at is null), max(c.received_on) filter (where c.voided_at is null),
        coalesce(sum(usd_of(c.amount, rate_on(t.days, t.rates, c.received_on))) filter (where c.voided_at is null), 0)
    from contribution_facts c left join rates_through('infinity') t on t.currency = c.currency
    where c.kind = 'cash' and c.donor_id = any(donors)
    group by c.donor_id having bool_or(c.voided_at is null)
$$;

create function keep_cash_of(donors bigint[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from kept_cash k where k.donor_id = any(donors);
    insert into kept_cash select * from cash_worked_out(donors);
end $$;

-- As before (migration 0023), and says whether it is a rehearsal: what is rolled back in the end must not make those wait
-- who record meanwhile.
create or replace function begin_recording(locks boolean, reader bigint, reader_role text, plans text, form uuid,
        out last_id bigint, out instant timestamptz, out last_hash bytea, out form_change bigint, out form_digest text)
    language plpgsql as $$
begin
    if locks then
        select h.change_id, h.recorded_at, h.hash into last_id, instant, last_hash from change_head h for update;
    else
        select h.change_id, h.recorded_at, h.hash into last_id, instant, last_hash from change_head h;
    end if;
    instant := greatest(clock_timestamp(), instant + interval '1 microsecond');
    perform set_config('dis.reader', reader::text, true), set_config('dis.reader_role', reader_role, true),
        set_config('dis.change', (last_id + 1)::text, true), set_config('dis.recorded_at', instant::text, true),
        set_config('dis.rehearsed', (not locks)::text, true),
        set_config('plan_cache_mode', coalesce(plans, current_setting('plan_cache_mode')), true);
    if form is not null then
        select c.id, c.details ->> 'form_digest' into form_change, form_digest from changes c where c.form_id = form;
    end if;
end $$;

-- Whether what this transaction records will be taken back: nothing of it is read from what is kept of donors, and one
-- row a donor, held until the end, would be in everybody's way.
create function is_rehearsed() returns boolean language sql stable as $$
    select coalesce(current_setting('dis.rehearsed', true) = 'true', false)
$$;

-- A receipt is added to what there is: nobody waits for the ten thousand before it.
create function keep_cash_recorded() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if is_rehearsed() then
        return null;
    end if;
    insert into kept_cash as k (donor_id, known_from, first_on, last_on, usd)
    select c.donor_id, max(c.recorded_at), min(c.received_on), max(c.received_on),
        coalesce(sum(usd_of(c.amount, rate_on(t.days, t.rates, c.received_on))), 0)
    from recorded c left join rates_through('infinity') t on t.currency = c.currency
    where c.kind = 'cash' and c.voided_at is null
    group by c.donor_id
    on conflict (donor_id) do update set known_from = greatest(k.known_from, excluded.known_from),
        first_on = least(k.first_on, excluded.first_on), last_on = greatest(k.last_on, excluded.last_on),
        usd = k.usd + excluded.usd;
    return null;
end $$;
create trigger keep_cash_recorded after insert on contribution_facts referencing new table as recorded
    for each statement execute function keep_cash_recorded();

create function keep_cash_taken_back() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    -- Every receipt that lands looks for what it corrects; hardly any corrects something.
    if exists (select from taken_back) and not is_rehearsed() then
        perform keep_cash_of(array(select distinct c.donor_id from taken_back c where c.kind = 'cash'));
    end if;
    return null;
end $$;
create trigger keep_cash_taken_back after update on contribution_facts referencing new table as taken_back
    for each statement execute function keep_cash_taken_back();

-- A rate moves what was received from its day on.
create function keep_rates() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into kept_rates as k select w.* from rates_worked_out() w
    where w.currency in (select m.currency from moved m)
    on conflict (currency) do update set known_from = excluded.known_from, days = excluded.days, rates = excluded.rates;
    if not is_rehearsed() then
        perform keep_cash_of(array(
            select k.donor_id from kept_cash k where k.last_on >= (select min(m.valid_from) from moved m)));
    end if;
    return null;
end $$;
create trigger keep_rates_recorded after insert on exchange_rates referencing new table as moved
    for each statement execute function keep_rates();
create trigger keep_rates_taken_back after update on exchange_rates referencing new table as moved
    for each statement execute function keep_rates();

insert into kept_rates select * from rates_worked_out();
insert into kept_cash select * from cash_worked_out(array(select id from donors));
grant select on kept_rates, kept_cash to dis_app;
revoke all on function keep_cash_of(bigint[]) from public;

-- How many of what is kept are not what the facts give.
create function kept_broken() returns bigint language sql stable as $$
    select (select count(*) from kept_rates k full join rates_worked_out() w on w.currency = k.currency
            where (k.days, k.rates) is distinct from (w.days, w.rates) or k.known_from is distinct from w.known_from)
        + (select count(*) from kept_cash k full join cash_worked_out(array(select id from donors)) w on w.donor_id = k.donor_id
            where (k.first_on, k.last_on, k.usd) is distinct from (w.first_on, w.last_on, w.usd)
                or k.known_from < (select max(greatest(c.recorded_at, c.voided_at)) from contribution_facts c
                    where c.donor_id = k.donor_id and c.kind = 'cash'))
$$;

-- ------------------------------------------------------------------------------------------------- what is known now

-- Nearly every reading is of what is known now, and of every balance there are several versions that no longer are: the
-- index begins with those that still are. What a donor's page asks for stands in the index itself.
drop index instalment_balances_donor;
create index instalment_balances_donor on instalment_balances (donor_id, known_until, overdue_until) include
    (overdue_from, falls_due_on, known_from, currency, outstanding)
    where overdue_until is not null;
drop index instalment_balances_overdue_until;
create index instalment_balances_overdue_until on instalment_balances (known_until, overdue_until) include
    (falls_due_on, overdue_from, known_from, donor_id, unit_id, fund_id, currency, outstanding, pledge_id)
    where overdue_until is not null;
drop index instalment_balances_waiting;
create index instalment_balances_waiting on instalment_balances (donor_id, known_until, falls_due_on, id) include
    (valid_from, valid_until, known_from, pledge_id)
    where outstanding > 0 and falls_due_on is not null;
drop index pledge_balances_donor;
create index pledge_balances_donor on pledge_balances (donor_id, pledge_ref) include
    (valid_from, valid_until, known_from, known_until, currency, receivable, pledge_id);
drop index contribution_facts_donor;
create index contribution_facts_donor on contribution_facts (donor_id, received_on, key) include
    (kind, currency, amount, recorded_at, voided_at, fund_id, pledge_id, id);

-- ---------------------------------------------------------------------------------------- plans kept for the session

-- As before (migrations 0014 and 0017), in a language whose plans are kept: a plain function is planned anew each time.
create or replace function dialogues_held(from_day date, to_day date)
    returns table (held_on date, countries text[], listed boolean)
    language plpgsql stable security definer set search_path = public, pg_temp rows 100 as $$
begin
    return query
    select m.held_on, s.countries, may_read(m.classification, m.author_id, m.took_part, m.readers)
    from meetings m cross join lateral (
        select array_agg(distinct i.country) as countries
        from meeting_donors md cross join lateral (
            select f.country, f.member_state from donor_facts f
            where f.donor_id = md.donor_id and f.voided_at is null
                and (f.in_force_from is null or f.in_force_from <= m.held_on)
            order by f.in_force_from desc nulls last limit 1
        ) i where md.meeting_id = m.id and i.member_state
    ) s
    where m.held_on between from_day and to_day and m.level = 'head_of_agency' and s.countries is not null
        and (reads_confidential() or may_read(m.classification, m.author_id, m.took_part, m.readers))
    order by m.held_on;
end $$;
create index meetings_of_the_head on meetings (held_on) where level = 'head_of_agency';

create or replace function open_actions(donors bigint[], most integer)
    returns table (meeting uuid, classification text, text text, side text, owner text, due_on date)
    language plpgsql stable security definer set search_path = public, pg_temp rows 10 as $$
#variable_conflict use_column
begin
    return query
    select x.key, x.classification, x.text, x.side, x.owner, x.due_on from (
        select m.key, m.classification::text, x.text, x.side, coalesce(o.name, x.owner_name) as owner, x.due_on,
            row_number() over (partition by x.side order by x.due_on nulls last, x.id) as nth
        from actions x join meetings m on m.id = x.meeting_id left join accounts o on o.id = x.owner_id
        where x.state = 'open' and may_read(m.classification, m.author_id, m.took_part, m.readers)
            and exists (select from meeting_donors md where md.meeting_id = x.meeting_id and md.donor_id = any(donors))
    ) x where x.nth <= most order by x.side, x.nth;
end $$;
