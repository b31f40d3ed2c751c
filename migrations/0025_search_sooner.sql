-- As before (migration 0022), but that fewer are counted and put in order: who finds five hundred things asks more closely,
-- and whoever types sees five.

-- What a query finds of what the reader may read: how many things, of which kinds, and some of them, what they are called
-- and what they say where that is unclassified. Of a kind more than five hundred are not counted, and by whoever types nothing
-- is. Of so many things as are in a lot, the latest of each kind, the best come first; then of the next.
create or replace function search_page(query tsquery, within text[], of_kind text, but text[], of_donors bigint[], since date,
    until date, passed_over integer, most integer) returns jsonb
    language plpgsql stable set plan_cache_mode = force_generic_plan as $$
declare
    -- Somebody who types counts nothing.
    counted_to integer := case when most < 20 then 200 else 500 end;
    asked record;
    part record;
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
    share := case when most < 20 then 40 else 120 end
        / case when of_kind is null then (select count(*) from jsonb_object_keys(counted)) else 1 end;
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
    return jsonb_build_object('kinds', counted, 'hits', (with found as materialized (
        select u.*, dense_rank() over (partition by u.kind order by u.day desc nulls first, u.thing_id desc) as nth
        from unnest(kinds, ids, passages, days) u (kind, thing_id, passage, day)
    ), hits as materialized (
        select f.*, (f.nth - 1) / share as lot from found f where f.nth <= deep
    ), lots as materialized (
        -- Those of which the page shows something, and how many things stand in lots before.
        select l.lot, l.ends - l.things as before
        from (select h.lot, sum(h.things) as things, sum(sum(h.things)) over (order by h.lot) as ends
              from (select x.lot, max(x.nth) - x.lot * share as things from hits x group by x.kind, x.lot) h
              group by h.lot) l
        where l.ends > passed_over and l.ends - l.things < passed_over + most
    ), ranked as materialized (
        select distinct on (h.kind, h.nth) h.lot, h.kind, h.thing_id, h.passage, h.day, r.rank
        from hits h cross join lateral (
            select ts_rank('{0.1, 0.15, 0.3, 1}', t.words, query, 1) as rank from search_texts t
            where t.kind = h.kind and t.thing_id = h.thing_id and t.passage = h.passage offset 0
        ) r
        where h.lot in (select l.lot from lots l)
        order by h.kind, h.nth, r.rank desc, h.passage
    ), page as materialized (
        select r.*, row_number() over (order by r.lot, r.rank desc, r.day desc nulls last, r.kind,
            r.thing_id desc) as place
        from ranked r order by place limit most
            offset passed_over - (select coalesce(min(l.before), passed_over)::integer from lots l)
    )
    select coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'room', s.room, 'code', s.code,
            'title', s.title, 'note', s.note, 'day', s.day, 'classification', s.classification,
            'text', case when s.classification = 'unclassified' then s.text end) order by p.place), '[]')
    from page p cross join lateral (
        select t.* from search_texts t
        where t.kind = p.kind and t.thing_id = p.thing_id and t.passage = p.passage offset 0
    ) s));
end $$;
