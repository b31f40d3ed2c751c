-- What every writing transaction does while everybody else who writes waits, in fewer round trips and with plans that
-- are kept.

-- Takes the recording lock, and only then reads the clock, so that no later change can have an earlier instant. Says in
-- the transaction who reads in it, which change it is and how its statements are planned, and looks whether the form was
-- acted on before: that reading is of what was committed once the lock is held. A rehearsal takes no lock.
create function begin_recording(locks boolean, reader bigint, reader_role text, plans text, form uuid,
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
        set_config('plan_cache_mode', coalesce(plans, current_setting('plan_cache_mode')), true);
    if form is not null then
        select c.id, c.details ->> 'form_digest' into form_change, form_digest from changes c where c.form_id = form;
    end if;
end $$;

-- As in 0014, in the language whose plans are kept: planned anew for each meeting it took longer than all that is written
-- of it.
create or replace function meeting_content(of_meeting bigint) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_strip_nulls(jsonb_build_object(
        'ref', m.ref, 'title', m.title, 'held_on', m.held_on, 'place', m.place, 'level', m.level, 'purpose', m.purpose,
        'summary', m.summary, 'outcomes', m.outcomes, 'agenda', m.agenda, 'projects', m.projects,
        'classification', m.classification, 'logged_by', a.name,
        'prepared_by', (select p.name from accounts p where p.id = m.prepared_by),
        'donors', (select string_agg(d.name, '; ' order by md.nth) from meeting_donors md
            join donors d on d.id = md.donor_id where md.meeting_id = m.id),
        'took_part', (select string_agg(p.name, '; ' order by t.nth) from unnest(m.took_part) with ordinality t (id, nth)
            join accounts p on p.id = t.id),
        'readers', (select string_agg(p.name, '; ' order by t.nth) from unnest(m.readers) with ordinality t (id, nth)
            join accounts p on p.id = t.id),
        'guests', (select string_agg(g.name, '; ' order by g.nth) from meeting_guests g where g.meeting_id = m.id),
        'pledges', (select string_agg(p.ref, '; ' order by p.ref) from meeting_pledges mp
            join pledges p on p.id = mp.pledge_id where mp.meeting_id = m.id),
        'follow_ups', (select string_agg(x.side || ': ' || x.text
                || coalesce(' (' || nullif(concat_ws(', ', coalesce(o.name, x.owner_name), x.due_on::text), '') || ')', ''),
                e'\n' order by x.nth, x.id)
            from actions x left join accounts o on o.id = x.owner_id where x.meeting_id = m.id)
    ))
    from meetings m join accounts a on a.id = m.author_id where m.id = of_meeting);
end $$;
