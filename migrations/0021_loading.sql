-- What was noted as changed is brought up to date once, before the transaction commits. Until here the trigger that does
-- it stood on every noted thing and ran for each of them, over the dead rows of all others: an import of twenty thousand
-- meetings spent minutes on committing.

-- The transactions that have something to bring up to date; empty outside of them.
create table search_due (
    transaction xid8 primary key
);
alter table search_due enable row level security;

create or replace function search_note() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    noted bigint;
begin
    execute format('insert into search_stale (kind, thing_id) select distinct %L, q.id from (%s) q (id)
        where q.id is not null on conflict do nothing', tg_argv[0], tg_argv[1]);
    get diagnostics noted = row_count;
    if noted > 0 then
        insert into search_due (transaction) values (pg_current_xact_id()) on conflict do nothing;
    end if;
    return null;
end $$;

create or replace function search_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stale record;
begin
    delete from search_due d where d.transaction = new.transaction;
    for stale in
        with taken as (delete from search_stale returning kind, thing_id),
        ordered as (select t.*, row_number() over (partition by t.kind order by t.thing_id) / 50 as lot from taken t)
        select o.kind, array_agg(o.thing_id) as ids from ordered o group by o.kind, o.lot
    loop
        perform search_refresh(stale.kind, stale.ids);
    end loop;
    return null;
end $$;

drop trigger search_keep on search_stale;
create constraint trigger search_keep after insert on search_due deferrable initially deferred
    for each row execute function search_keep();

-- What balances and report states are made of is held to by the facts they are worked out from, of which nothing is ever
-- deleted; `dis verify` works them out again and compares. Asking once more for every row of theirs took a fifth of an
-- import and of a receipt.
alter table pledge_balances
    drop constraint pledge_balances_pledge_id_fkey,
    drop constraint pledge_balances_terms_id_fkey;
alter table instalment_balances
    drop constraint instalment_balances_pledge_id_fkey,
    drop constraint instalment_balances_instalment_id_fkey;
alter table allocations
    drop constraint allocations_contribution_id_fkey,
    drop constraint allocations_pledge_id_fkey;
alter table report_states
    drop constraint report_states_report_id_fkey,
    drop constraint report_states_terms_id_fkey;

-- Every version of a pledge's facts by its pledge, those taken back among them: what was known at an instant asks for all.
create index pledge_terms_pledge on pledge_terms (pledge_id);
create index instalments_pledge on instalments (pledge_id);
create index condition_events_pledge on condition_events (pledge_id);
create index reporting_clauses_pledge on reporting_clauses (pledge_id);

-- The terms of a pledge on a day without a look at its balances: every receipt of a list or a sum asks for them.
drop index pledge_balances_pledge;
create index pledge_balances_pledge on pledge_balances (pledge_id) include
    (valid_from, valid_until, known_from, known_until, terms_id, status);
