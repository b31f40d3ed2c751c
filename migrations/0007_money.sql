-- Taking a change back follows what was recorded again of it, and asks which later changes were taken back themselves.

do $$
declare
    fact_table text;
begin
    foreach fact_table in array array['unit_facts', 'fund_facts', 'donor_facts', 'exchange_rates', 'setting_facts',
        'pledge_terms', 'pledge_events', 'instalments', 'condition_events', 'contribution_facts', 'hand_allocations']
    loop
        execute format('create index %I on %I (replaces) where replaces is not null', fact_table || '_replaces', fact_table);
    end loop;
end $$;

create index changes_undoing on changes ((details ->> 'undoes')) where act = 'undo';
