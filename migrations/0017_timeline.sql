-- The timeline of a donor: what happened with it and what is planned, the newest first, however long its history is. Each
-- kind of entry is read in the order of its days from an index by donor, and no further than a page goes.

-- The day of a meeting beside each of its donors.
alter table meeting_donors add column held_on date;
update meeting_donors md set held_on = m.held_on from meetings m where m.id = md.meeting_id;
alter table meeting_donors alter column held_on set not null;

-- As the owner: whoever loads a meeting need not be one of its readers.
create function meeting_donor_held_on() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    select m.held_on into new.held_on from meetings m where m.id = new.meeting_id;
    return new;
end $$;
create trigger held_on before insert on meeting_donors for each row execute function meeting_donor_held_on();

create function meeting_moved() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update meeting_donors set held_on = new.held_on where meeting_id = new.id;
    return null;
end $$;
create trigger held_on after update of held_on on meetings for each row
    when (old.held_on <> new.held_on) execute function meeting_moved();

drop index meeting_donors_donor;
create index meeting_donors_donor on meeting_donors (donor_id, held_on, meeting_id);

-- What we owe: on the day it was sent first, else on the day it is due.
drop index report_states_donor;
create index report_states_donor on report_states (donor_id, (coalesce(sent_on, due_on)), id);

-- What falls due or fell due and is not paid.
create index instalment_balances_waiting on instalment_balances (donor_id, falls_due_on, id) include
    (valid_from, valid_until, known_from, known_until)
    where outstanding > 0 and falls_due_on is not null;

-- What is known, by the day it speaks of.
create index intelligence_timeline on intelligence (donor_id, as_of_on, id) where withdrawn_at is null;

-- What is open with any of these donors, of meetings the reader may read: of either side so many, the most urgent first.
-- By the index of what is open, which the policies would keep from use; so it applies the rule itself.
create index actions_open on actions (meeting_id) where state = 'open';
create function open_actions(donors bigint[], most integer)
    returns table (meeting uuid, classification text, text text, side text, owner text, due_on date)
    language sql stable security definer set search_path = public, pg_temp rows 10 as $$
    select x.key, x.classification, x.text, x.side, x.owner, x.due_on from (
        select m.key, m.classification::text, x.text, x.side, coalesce(o.name, x.owner_name) as owner, x.due_on,
            row_number() over (partition by x.side order by x.due_on nulls last, x.id) as nth
        from actions x join meetings m on m.id = x.meeting_id left join accounts o on o.id = x.owner_id
        where x.state = 'open' and may_read(m.classification, m.author_id, m.took_part, m.readers)
            and exists (select from meeting_donors md where md.meeting_id = x.meeting_id and md.donor_id = any(donors))
    ) x where x.nth <= most order by x.side, x.nth
$$;
