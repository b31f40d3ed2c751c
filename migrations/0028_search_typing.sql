-- What begins with what somebody types is offered uncounted also where the very latest texts lack it: nearly all others may
-- have it (as before, migration 0026, but for that).

-- The latest so many things it finds of a kind, of the latest months in which there are about forty times as many texts, with
-- as many passages again. Where it finds fewer, there may be more before.
create function search_recent(query tsquery, of_kind text, but text[], since date, until date, wanted integer,
    out ids bigint[], out passages integer[], out days date[])
    language plpgsql stable as $$
declare
    cut integer := (select t.month from search_texts t where t.kind = of_kind order by t.month desc offset 40 * wanted limit 1);
begin
    if cut is not null then
        select array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day) into ids, passages, days
        from (select f.* from search_found(query, of_kind, but, since, until) f
            where f.month >= cut
            order by f.day desc nulls first, f.thing_id desc, f.passage limit wanted * 2) x;
    end if;
end $$;

-- The latest so many of very many things it finds of a kind, with every passage. A word that is nearly everywhere stands in
-- the very latest texts: where it is in some of these, a few more are looked at. Else the index is asked for the latest
-- texts, by their months, and for all only where that is not enough.
create or replace function search_latest(query tsquery, of_kind text, but text[], since date, until date, wanted integer,
    out ids bigint[], out passages integer[], out days date[])
    language plpgsql stable as $$
declare
    seen integer;
    most integer := wanted;
begin
    if until is null then
        seen := search_seen(query, of_kind, but, since, until, 8);
        if seen >= 3 then
            select array_agg(w.thing_id), array_agg(w.passage), array_agg(w.day) into ids, passages, days
            from search_walk(query, of_kind, but, since, until, least(wanted * 16 / seen, 300)) w;
            if search_things(ids) >= wanted then
                return;
            end if;
        end if;
        select r.ids, r.passages, r.days into ids, passages, days
        from search_recent(query, of_kind, but, since, until, wanted) r;
    end if;
    while search_things(ids) < wanted loop
        select array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day) into ids, passages, days
        from (select f.* from search_found(query, of_kind, but, since, until) f
            order by f.day desc nulls first, f.thing_id desc, f.passage limit most) x;
        exit when ids is null or cardinality(ids) < most;
        -- Several passages of the same things.
        most := most * 10;
    end loop;
end $$;

-- What it finds among so many of the first texts of a kind there were: a word may be nearly everywhere but in the very latest.
create function search_seen_first(query tsquery, of_kind text, but text[], since date, until date, looked integer)
    returns integer
    language plpgsql stable as $$
begin
    return (select count(*)
        from (select t.thing_id, t.passage from search_texts t where t.kind = of_kind order by t.thing_id limit looked) l
        cross join lateral (select f.* from search_found(query, of_kind, but, since, until) f
            where f.thing_id = l.thing_id and f.passage = l.passage offset 0) f);
end $$;

-- What a query finds of what the reader may read: how many things, of which kinds, and some of them, what they are called
-- and what they say where that is unclassified. Of a kind more than five hundred are not counted, and by whoever types nothing
-- is. Of so many things as are in a lot, the latest of each kind, the best come first; then of the next.
create or replace function search_page(query tsquery, within text[], of_kind text, but text[], of_donors bigint[], since date,
    until date, passed_over integer, most integer) returns jsonb
    -- Nothing is asked of the disk ahead: what is searched is in memory, and asking costs as much as finding it there.
    language plpgsql stable set plan_cache_mode = force_generic_plan set effective_io_concurrency = 0 as $$
declare
    -- Somebody who types counts nothing.
    counted_to integer := case when most < 20 then 200 else 500 end;
    asked record;
    part record;
    things integer;
    counted jsonb := '{}';
    kinds text[] := '{}';
    ids bigint[] := '{}';
    passages integer[] := '{}';
    days date[] := '{}';
    share integer;
    deep integer;
begin
    for asked in
        select k.kind, (select array_agg(substr(b.thing, length(k.kind) + 2)) from unnest(but) b (thing)
            where starts_with(b.thing, k.kind || ' ')) as known
        from search_kinds k where within is null or k.kind = any(within)
    loop
        if most < 20 and of_donors is null and until is null then
            -- What nearly everything begins with need not be counted to be offered.
            things := 0;
            if search_seen(query, asked.kind, asked.known, since, until, 8) >= 4 then
                select array_agg(w.thing_id) as ids, array_agg(w.passage) as passages, array_agg(w.day) as days into part
                from search_walk(query, asked.kind, asked.known, since, until, 40) w;
                things := search_things(part.ids);
            elsif search_seen_first(query, asked.kind, asked.known, since, until, 8) >= 4 then
                part := search_recent(query, asked.kind, asked.known, since, until, 30);
                things := search_things(part.ids);
            end if;
            -- Unless these are passages of a few things.
            if things >= most then
                counted := counted || jsonb_build_object(asked.kind, things);
                kinds := kinds || array_fill(asked.kind, array[cardinality(part.ids)]);
                ids := ids || part.ids;
                passages := passages || part.passages;
                days := days || part.days;
                continue;
            end if;
        end if;
        part := search_some(query, asked.kind, asked.known, of_donors, since, until, counted_to);
        if part.things > 0 then
            counted := counted || jsonb_build_object(asked.kind, part.things);
            if part.ids is not null and (of_kind is null or of_kind = asked.kind) then
                kinds := kinds || array_fill(asked.kind, array[cardinality(part.ids)]);
                ids := ids || part.ids;
                passages := passages || part.passages;
                days := days || part.days;
            end if;
        end if;
    end loop;
    if counted = '{}' or of_kind is not null and not counted ? of_kind then
        return jsonb_build_object('kinds', counted, 'hits', '[]'::jsonb);
    end if;
    share := greatest(case when most < 20 then 30 else 80 end
        / case when of_kind is null then (select count(*) from jsonb_object_keys(counted)) else 1 end, 10);
    deep := ((passed_over + most - 1) / share + 1) * share;
    for asked in
        select c.kind, (select array_agg(substr(b.thing, length(c.kind) + 2)) from unnest(but) b (thing)
            where starts_with(b.thing, c.kind || ' ')) as known
        from jsonb_object_keys(counted) c (kind)
        where (of_kind is null or c.kind = of_kind) and c.kind <> all(kinds)
    loop
        part := search_latest(query, asked.kind, asked.known, since, until, deep);
        kinds := kinds || array_fill(asked.kind, array[cardinality(part.ids)]);
        ids := ids || part.ids;
        passages := passages || part.passages;
        days := days || part.days;
    end loop;
    return jsonb_build_object('kinds', counted, 'hits', (with hits as materialized (
        -- Of each kind no more are numbered than are wanted.
        select f.*, (f.nth - 1) / share as lot
        from (
            select u.*, dense_rank() over (partition by u.kind collate "C" order by u.day desc nulls first, u.thing_id desc) as nth
            from unnest(kinds, ids, passages, days) u (kind, thing_id, passage, day)
        ) f
        where f.nth <= deep
    ), lots as materialized (
        -- Those of which the page shows something, and how many things stand in lots before.
        select l.lot, l.ends - l.things as before
        from (select h.lot, sum(h.things) as things, sum(sum(h.things)) over (order by h.lot) as ends
              from (select x.lot, max(x.nth) - x.lot * share as things from hits x group by x.kind, x.lot) h
              group by h.lot) l
        where l.ends > passed_over and l.ends - l.things < passed_over + most
    ), ranked as materialized (
        select distinct on (h.kind, h.nth) h.lot, h.kind, h.thing_id, h.day, r.*
        from hits h cross join lateral (
            select ts_rank('{0.1, 0.15, 0.3, 1}', t.words, query, 1) as rank, t.passage, t.room, t.code, t.title, t.note,
                   t.classification, t.text
            from search_texts t
            where t.kind = h.kind and t.thing_id = h.thing_id and t.passage = h.passage offset 0
        ) r
        where h.lot in (select l.lot from lots l)
        order by h.kind, h.nth, r.rank desc, r.passage
    ), page as materialized (
        select r.*, row_number() over (order by r.lot, r.rank desc, r.day desc nulls last, r.kind,
            r.thing_id desc) as place
        from ranked r order by place limit most
            offset passed_over - (select coalesce(min(l.before), passed_over)::integer from lots l)
    )
    select coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'room', p.room, 'code', p.code,
            'title', p.title, 'note', p.note, 'day', p.day, 'classification', p.classification,
            'text', case when p.classification = 'unclassified' then p.text end) order by p.place), '[]')
    from page p));
end $$;
