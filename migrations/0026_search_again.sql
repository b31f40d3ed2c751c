-- Search in less work (as before, migrations 0018, 0022 and 0025, but for what is said here).

-- ------------------------------------------------------------------------------------- Chinese and Japanese by pairs

-- Signs that stand beside each other, every two of them as a word: what several signs say is asked of the index by these,
-- which needs no look at where in each text every sign stands.
create function signs_paired(apart text) returns text
    language sql immutable strict parallel safe
    return (select string_agg(c.sign || c.following, ' ' order by c.nth)
            from (select t.sign, t.nth, lead(t.sign) over (order by t.nth) as following
                from string_to_table(regexp_replace(regexp_replace(apart,
                    '[^ \u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+', '|', 'g'), ' +', '', 'g'), null)
                    with ordinality t (sign, nth)) c
            where c.sign <> '|' and c.following <> '|');

create or replace function words_and_stems(apart text, language text) returns tsvector
    language plpgsql immutable parallel safe as $$
declare
    known regconfig := stems_of(language);
    found tsvector := to_tsvector('pg_catalog.simple', apart);
begin
    if apart ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]' then
        found := found || to_tsvector('pg_catalog.simple', coalesce(signs_paired(apart), ''));
    end if;
    if known is not null then
        return found || to_tsvector(known, apart);
    end if;
    if apart ~ '[a-z]' then
        found := found || to_tsvector('pg_catalog.english', apart) || to_tsvector('pg_catalog.french', apart);
    end if;
    if apart ~ '[\u0400-\u04ff]' then
        found := found || to_tsvector('pg_catalog.russian', apart);
    end if;
    if apart ~ '[\u0600-\u06ff]' then
        found := found || to_tsvector('pg_catalog.arabic', apart);
    end if;
    return found;
end $$;

-- What holds such signs, indexed anew.
update search_texts t set said = '00000000-0000-0000-0000-000000000000'
where exists (select from unnest(tsvector_to_array(t.words)) w (word)
    where w.word collate "C" between U&'\3040' and U&'\FAFF'
        and w.word ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]');
select search_refresh(s.kind, array_agg(s.thing_id))
from (select distinct t.kind, t.thing_id from search_texts t where t.said = '00000000-0000-0000-0000-000000000000') s
group by s.kind, s.thing_id / 50;

-- What asks the index for one word: what finds it (search_for), or, where it is of such signs alone, their pairs.
create function search_asks(word text, finds tsquery) returns tsquery
    language plpgsql stable parallel safe as $$
declare
    apart text;
begin
    if word ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]' then
        apart := btrim(words_apart(word));
        if apart ~ '^([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff] *){2,}$' then
            return ('''' || replace(signs_paired(apart), ' ', ''' & ''') || '''')::tsquery;
        end if;
    end if;
    return finds;
end $$;

-- ---------------------------------------------------------------------------------------- the latest of very many

-- The latest texts of a kind are walked in their order, day and number, where what is looked for stands in most of them.
create index search_texts_latest on search_texts (kind, month desc, day desc nulls first, thing_id desc, passage);
drop index search_texts_month;

-- What it finds among so many of the latest texts of a kind, looked at one by one, and how many these are.
create function search_walk(query tsquery, of_kind text, but text[], since date, until date, looked integer)
    returns table (thing_id bigint, passage integer, day date)
    language sql stable
begin atomic
    select f.thing_id, f.passage, f.day
    from (select t.thing_id, t.passage from search_texts t where t.kind = of_kind
        order by t.month desc, t.day desc nulls first, t.thing_id desc limit looked) l
    cross join lateral (select f.* from search_found(query, of_kind, but, since, until) f
        where f.thing_id = l.thing_id and f.passage = l.passage offset 0) f;
end;
create function search_seen(query tsquery, of_kind text, but text[], since date, until date, looked integer) returns integer
    language plpgsql stable as $$
begin
    return (select count(*) from search_walk(query, of_kind, but, since, until, looked) w);
end $$;

-- How many things are among these.
create function search_things(ids bigint[]) returns integer language sql immutable parallel safe
    return (select count(distinct i.id) from unnest(ids) i (id));

-- Whether a text has it that the reader may read. Most words there are stand in the latest documents: then the index need
-- not be asked for all.
create or replace function search_has(query tsquery) returns boolean
    language plpgsql stable as $$
begin
    return search_seen(query, 'document', null, null, null, 8) > 0 or exists (select from search_texts t
        where t.words @@ query and may_read(t.classification, t.author_id, t.took_part, t.readers));
end $$;

-- The latest so many of very many things it finds of a kind, with every passage. A word that is nearly everywhere stands in
-- the very latest texts: where it is in some of these, a few more are looked at. Else the index is asked for the latest
-- texts, by their months, and for all only where that is not enough.
drop function search_latest(tsquery, text, text[], date, date, integer);
create function search_latest(query tsquery, of_kind text, but text[], since date, until date, wanted integer,
    out ids bigint[], out passages integer[], out days date[])
    language plpgsql stable as $$
declare
    seen integer;
    cut integer;
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
        cut := (select t.month from search_texts t where t.kind = of_kind order by t.month desc offset 40 * wanted limit 1);
        if cut is not null then
            select array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day) into ids, passages, days
            from (select f.* from search_found(query, of_kind, but, since, until) f
                where f.month >= cut
                order by f.day desc nulls first, f.thing_id desc, f.passage limit wanted * 2) x;
        end if;
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
            if search_seen(query, asked.kind, asked.known, since, until, 8) >= 4 then
                select count(distinct w.thing_id) as things, array_agg(w.thing_id) as ids, array_agg(w.passage) as passages,
                       array_agg(w.day) as days into part
                from search_walk(query, asked.kind, asked.known, since, until, 40) w;
                -- Unless these are passages of a few things.
                if part.things >= most then
                    counted := counted || jsonb_build_object(asked.kind, part.things);
                    kinds := kinds || array_fill(asked.kind, array[cardinality(part.ids)]);
                    ids := ids || part.ids;
                    passages := passages || part.passages;
                    days := days || part.days;
                    continue;
                end if;
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

-- What somebody typed, found: search_page, with the words that were corrected (`understood`) and the query itself, by which
-- words are marked. `goes_on`: they may still be typing the last word; on a page it is one that goes on only where nothing
-- is found by it as it stands. A word is corrected only where nothing is found and no text that the reader may read has it.
create or replace function search(typed text, goes_on boolean, within text[], of_kind text, but text[], of_donors bigint[],
    since date, until date, passed_over integer, most integer) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    sought text[] := search_typed(typed);
    -- What is asked of the index for each, and what is marked.
    parts tsquery[] := '{}';
    marks tsquery[] := '{}';
    marked tsquery;
    query tsquery;
    answer jsonb;
    understood jsonb := '[]';
    meant text[];
    found tsquery;
    goes boolean := goes_on and most < 20;
begin
    loop
        for at in 1..cardinality(sought) loop
            marks[at] := search_for(sought[at], goes and at = cardinality(sought));
            parts[at] := search_asks(sought[at], marks[at]);
            query := case when at = 1 then parts[at] else query && parts[at] end;
            marked := case when at = 1 then marks[at] else marked && marks[at] end;
        end loop;
        if query is null or numnode(query) = 0 then
            return '{"kinds": {}, "hits": [], "understood": [], "query": ""}';
        end if;
        answer := search_page(query, within, of_kind, but, of_donors, since, until, passed_over, most);
        exit when answer -> 'kinds' <> '{}' or goes or not goes_on;
        goes := true;
    end loop;
    if answer -> 'kinds' = '{}' then
        for at in 1..cardinality(sought) loop
            continue when search_has(parts[at]);
            meant := search_near(sought[at], goes_on and at = cardinality(sought));
            continue when cardinality(meant) = 0;
            found := search_for(meant[1], false);
            for nth in 2..cardinality(meant) loop
                found := found || search_for(meant[nth], false);
            end loop;
            parts[at] := found;
            marks[at] := found;
            understood := understood || jsonb_build_object('typed', sought[at], 'meant', meant);
        end loop;
        if understood <> '[]' then
            query := parts[1];
            marked := marks[1];
            for at in 2..cardinality(parts) loop
                query := query && parts[at];
                marked := marked && marks[at];
            end loop;
            answer := search_page(query, within, of_kind, but, of_donors, since, until, passed_over, most);
        end if;
    end if;
    return answer || jsonb_build_object('understood', understood, 'query', marked::text);
end $$;

-- ------------------------------------------------------------------------------------------ near to what was typed

-- A name is found by its index in all of these, however few there are: the planner takes likeness to cost no more than a
-- comparison.
create index units_sought on units using gin (sought gin_trgm_ops);
create index funds_sought on funds using gin (sought gin_trgm_ops);
create index accounts_sought on accounts using gin (sought gin_trgm_ops);

-- As before (migration 0022), but that what was typed is folded once for all kinds, that a part not asked for is not made
-- ready either, and that what only resembles is looked for where that is asked for (`guess`).
drop function donors_near(text, integer);
create function donors_near(said text, words text[], most integer, guess boolean)
    returns table (donor_id bigint, alias text, nearness real)
    language plpgsql stable parallel safe rows 20 set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    if words = '{}' then
        return;
    end if;
    return query
    with typed_as as materialized (
        -- In a column, for `nearness` to be written into the plan.
        select said as said
    ), names as not materialized (
        select d.id, d.code, d.name, d.sought, null::text as alias from donors d
        union all
        select d.id, d.code, d.name, a.sought, a.alias from donor_aliases a join donors d on d.id = a.donor_id
    ), sure as materialized (
        select n.id, n.alias, n.code, n.name, n.sought from names n
        where n.sought like words[1] and n.sought like all (words)
    ), maybe as materialized (
        select n.id, n.alias, n.code, n.name, n.sought from names n
        where guess and (select count(*) from sure) < most and length(said) > 3 and n.sought %> said
    ), best as (
        select distinct on (found.id) found.id, found.alias, found.nearness, found.name, found.code
        from (
            select f.id, f.alias, nearness(w.said, f.code, f.sought) as nearness, f.name, f.code
            from (select * from sure union all select * from maybe) f cross join typed_as w
            union all
            select n.id, n.alias, 5, n.name, n.code
            from unnest((select exchanged(said))) as x (pattern) join names n on n.sought like x.pattern
            where guess and not exists (select from sure)
        ) found
        order by found.id, found.nearness, found.alias nulls first
    )
    select best.id, best.alias, best.nearness from best
    where exists (select from donor_facts f where f.donor_id = best.id and f.voided_at is null)
    order by best.nearness, length(best.name), best.name collate "C", best.code limit most;
end $$;

drop function pledges_near(text, integer);
create function pledges_near(typed text, said text, words text[], most integer, guess boolean)
    returns table (pledge_id bigint, nearness real)
    language plpgsql stable parallel safe rows 20 set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    with typed_as as materialized (
        select said as said
    ), begins as materialized (
        select p.id, p.ref from pledges p
        where p.ref >= upper(btrim(typed)) and p.ref < upper(btrim(typed)) || chr(1114111)
        order by p.ref limit 20
    ), sure as materialized (
        select p.id, p.ref, p.sought from pledges p
        where length(said) > 2 and p.sought like words[1] and p.sought like all (words)
        limit 50
    ), maybe as materialized (
        select p.id, p.ref, p.sought from pledges p
        where guess and length(said) > 3 and not exists (select from sure)
            and not exists (select from begins) and p.sought %> said
        limit 200
    ), best as (
        select distinct on (found.id) found.id, found.ref, found.nearness
        from (
            select f.id, f.ref, nearness(w.said, f.ref, f.sought) as nearness
            from (select * from sure union all select * from maybe) f cross join typed_as w
            union all
            select b.id, b.ref, case when lower(b.ref) = w.said then 0 else 2 end::real from begins b cross join typed_as w
        ) found
        order by found.id, found.nearness
    )
    select best.id, best.nearness from best
    where exists (select from pledge_terms t where t.pledge_id = best.id and t.voided_at is null)
    order by best.nearness, best.ref desc limit most;
end $$;

drop function reports_near(text, integer);
create function reports_near(typed text, said text, words text[], most integer)
    returns table (report_id bigint, nearness real)
    language plpgsql stable parallel safe rows 20 set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    with typed_as as materialized (
        select said as said
    ), begins as materialized (
        select r.id, r.ref from donor_reports r
        where r.ref >= upper(btrim(typed)) and r.ref < upper(btrim(typed)) || chr(1114111)
        order by r.ref limit 20
    ), sure as materialized (
        select r.id, r.ref, r.sought from donor_reports r
        where length(said) > 2 and r.sought like words[1] and r.sought like all (words)
        limit 50
    ), best as (
        select distinct on (found.id) found.id, found.ref, found.nearness
        from (
            select f.id, f.ref, nearness(w.said, f.ref, f.sought) as nearness from sure f cross join typed_as w
            union all
            select b.id, b.ref, case when lower(b.ref) = w.said then 0 else 2 end::real from begins b cross join typed_as w
        ) found
        order by found.id, found.nearness
    )
    select best.id, best.nearness from best
    where exists (select from report_terms t where t.report_id = best.id and t.voided_at is null)
    order by best.nearness, best.ref desc limit most;
end $$;

drop function projects_near(text, integer);
create function projects_near(said text, words text[], most integer, guess boolean)
    returns table (project_id bigint, nearness real)
    language plpgsql stable parallel safe rows 20 set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    with typed_as as materialized (
        select said as said
    ), sure as materialized (
        select p.id, p.code, p.title, p.sought from projects p
        where p.sought like coalesce(words[1], '%') and p.sought like all (words)
    ), maybe as materialized (
        select p.id, p.code, p.title, p.sought from projects p where guess and p.sought %> said and not exists (select from sure)
    )
    select f.id, nearness(w.said, f.code, f.sought)
    from (select * from sure union all select * from maybe) f cross join typed_as w
    where exists (select from project_facts x where x.project_id = f.id and x.voided_at is null)
    order by 2, f.title collate "C", f.code limit most;
end $$;

-- What is near to what was typed of the kinds asked for that have names of their own, the nearest first and at most so many
-- of each; where `guess` is asked for and a kind has nothing (few donors) that holds all the words, what resembles them.
create function names_near(typed text, kinds text[], most integer, guess boolean)
    returns table (kind text, code text, name text, note text, word text, day date, currency text, amount numeric,
        nearness real)
    language plpgsql stable parallel safe rows 50 set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    said text := folded(typed);
    words text[] := sought_words(typed);
    first text := coalesce(words[1], '%');
    reference text := upper(btrim(typed));
begin
    if 'donor' = any(kinds) then
        return query
        select 'donor', d.code, d.name, n.alias, i.kind, null::date, null::text, null::numeric, n.nearness
        from donors_near(said, words, most, guess) n join donors d on d.id = n.donor_id
        left join lateral (select f.kind from donor_facts f where f.donor_id = d.id and f.voided_at is null
            order by f.in_force_from desc nulls last limit 1) i on true
        order by n.nearness, length(d.name), d.name collate "C", d.code;
    end if;
    if 'pledge' = any(kinds) then
        return query
        select 'pledge', p.ref, coalesce(p.title, p.ref), d.name, null::text, null::date, null::text, null::numeric, n.nearness
        from pledges_near(typed, said, words, most, guess) n join pledges p on p.id = n.pledge_id
        left join lateral (select t.donor_id from pledge_terms t where t.pledge_id = p.id and t.voided_at is null
            order by t.agreed_on desc nulls last limit 1) t on true
        left join donors d on d.id = t.donor_id
        order by n.nearness, p.ref desc;
    end if;
    if 'contribution' = any(kinds) and length(reference) > 2 then
        return query
        select 'contribution', c.ref, d.name, l.note, null::text, c.received_on, c.currency, c.amount, c.nearness
        from (select c.id, c.ref, case when lower(c.ref) = lower(reference) then 0 else 2.2 end::real as nearness
              from contributions c where c.ref >= reference and c.ref < reference || chr(1114111)
              order by c.ref desc limit most) b
        cross join lateral (select b.ref, b.nearness, f.donor_id, f.received_on, f.currency, f.amount
            from contribution_facts f where f.contribution_id = b.id and f.voided_at is null limit 1) c
        join contributions l on l.id = b.id join donors d on d.id = c.donor_id
        order by c.nearness, b.ref desc;
    end if;
    if 'project' = any(kinds) then
        return query
        select 'project', p.code, p.title, u.name, null::text, null::date, null::text, null::numeric, n.nearness
        from projects_near(said, words, most, guess) n join projects p on p.id = n.project_id
        join lateral (select f.unit_id from project_facts f
            where f.project_id = p.id and f.voided_at is null order by f.agreed_on desc nulls last limit 1) f on true
        join units u on u.id = f.unit_id
        order by n.nearness, p.title collate "C", p.code;
    end if;
    if 'report' = any(kinds) then
        return query
        select 'report', r.ref, coalesce(r.title, r.ref), d.name, s.kind, s.due_on, null::text, null::numeric, n.nearness
        from reports_near(typed, said, words, most) n join donor_reports r on r.id = n.report_id
        left join lateral (select x.donor_id, x.kind, x.due_on from report_states x
            where x.report_id = r.id and upper_inf(x.known) order by x.valid desc limit 1) s on true
        left join donors d on d.id = s.donor_id
        order by n.nearness, r.ref desc;
    end if;
    if 'unit' = any(kinds) then
        return query
        with typed_as as materialized (select said as said), sure as materialized (
            select u.* from units u where u.sought like first and u.sought like all (words)
        ), maybe as materialized (
            select u.* from units u where guess and not exists (select from sure) and u.sought %> said
        )
        select 'unit', u.code, u.name, null::text, u.kind, null::date, null::text, null::numeric,
               nearness(w.said, u.code, u.sought)
        from (select * from sure union all select * from maybe) u cross join typed_as w
        where exists (select from unit_facts i where i.unit_id = u.id and i.voided_at is null)
        order by 9, u.name collate "C" limit most;
    end if;
    if 'fund' = any(kinds) then
        return query
        with typed_as as materialized (select said as said), sure as materialized (
            select f.* from funds f where f.sought like first and f.sought like all (words)
        ), maybe as materialized (
            select f.* from funds f where guess and not exists (select from sure) and f.sought %> said
        )
        select 'fund', f.code, f.name, null::text, null::text, null::date, null::text, null::numeric,
               nearness(w.said, f.code, f.sought)
        from (select * from sure union all select * from maybe) f cross join typed_as w
        where exists (select from fund_facts i where i.fund_id = f.id and i.voided_at is null)
        order by 9, f.name collate "C" limit most;
    end if;
    if 'person' = any(kinds) then
        return query
        with typed_as as materialized (select said as said), sure as materialized (
            select a.id, a.email, a.name, a.role, a.unit_id, a.sought, a.disabled_at from accounts a
            where a.sought like first and a.sought like all (words)
        ), maybe as materialized (
            select a.id, a.email, a.name, a.role, a.unit_id, a.sought, a.disabled_at from accounts a
            where guess and not exists (select from sure) and a.sought %> said
        )
        select 'person', a.email, a.name, u.name, a.role, null::date, null::text, null::numeric,
               nearness(w.said, a.email, a.sought)
        from (select * from sure union all select * from maybe) a cross join typed_as w left join units u on u.id = a.unit_id
        where a.role <> 'system' and a.disabled_at is null
        order by 9, a.name collate "C" limit most;
    end if;
end $$;
