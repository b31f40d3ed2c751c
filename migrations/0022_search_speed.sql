-- Search at the speed one types: a word that is in very many texts is not looked up in all of them.
--
-- The index has a part for each kind of thing and knows about when each text is of, so that the latest of very many are
-- found without a look at the others, and no more are counted than anybody reads. What is near to a name is looked for
-- without folding what was typed again for every row.

create extension if not exists btree_gin;

-- ------------------------------------------------------------------------------------------------ a part for each kind

alter table search_texts rename to search_texts_whole;
alter table search_texts_whole rename constraint search_texts_pkey to search_texts_whole_pkey;

create table search_texts (
    -- First what every text found is looked at for.
    thing_id bigint not null,
    passage integer not null,
    -- Thirty days, counted: what has no day comes before all others.
    month integer not null generated always as ((coalesce(day, '9999-12-31'::date) - '1970-01-01'::date) / 30) stored,
    classification classification not null,
    kind text collate "C" not null,
    took_part bigint[] not null,
    readers bigint[] not null,
    donors bigint[] not null,
    author_id bigint,
    day date,
    code text not null,
    room text not null,
    title text not null,
    note text,
    text text,
    -- A digest of what it says: what is the same is not indexed anew.
    said uuid not null,
    words tsvector not null,
    primary key (kind, thing_id, passage)
) partition by list (kind);
create index search_texts_month on search_texts (kind, month);

-- The kinds of things there are, by their views.
create table search_kinds (
    kind text collate "C" primary key
);

-- All views as one, `search_sources`, and a part of the index for each; again where a migration adds a kind.
create or replace function search_unite() returns void language plpgsql as $$
declare
    new text;
begin
    execute 'create or replace view search_sources as ' || (
        select string_agg(format('select * from %I', v.viewname), ' union all ' order by v.viewname)
        from pg_views v where v.schemaname = 'public' and starts_with(v.viewname, 'search_of_'));
    for new in
        insert into search_kinds (kind) select substr(v.viewname, length('search_of_') + 1) from pg_views v
        where v.schemaname = 'public' and starts_with(v.viewname, 'search_of_') on conflict do nothing returning kind
    loop
        -- Texts and words lie apart: what is matched and counted is looked at without them.
        execute format('create table %I partition of search_texts for values in (%L) with (toast_tuple_target = 128)',
            'search_texts_of_' || new, new);
    end loop;
end $$;
select search_unite();

insert into search_texts (kind, thing_id, passage, room, code, title, note, text, day, donors, classification, author_id,
    took_part, readers, said, words)
select kind, thing_id, passage, room, code, title, note, text, day, donors, classification, author_id, took_part, readers,
       said::uuid, words
from search_texts_whole order by kind, thing_id, passage;
drop table search_texts_whole;

-- What waits to be put in order is short: a search reads all of it.
create index search_texts_words on search_texts using gin (words, month, donors) with (gin_pending_list_limit = 256);

-- Brings the index of some things of a kind up to what they say now: some dozens at once, for they are compared in loops.
create or replace function search_refresh(of_kind text, ids bigint[]) returns void
    language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
    with now as materialized (
        select s.*, md5(row(s.room, s.code, s.title, s.names, s.note, s.about, s.text, s.language)::text)::uuid as said
        from search_source(of_kind, ids) s
    ), gone as (
        delete from search_texts t where t.kind = of_kind and t.thing_id = any(ids)
            and not exists (select from now n where n.thing_id = t.thing_id and n.passage = t.passage)
    ), kept as (
        update search_texts t set day = n.day, donors = n.donors, classification = n.classification,
            author_id = n.author_id, took_part = n.took_part, readers = n.readers
        from now n
        where t.kind = of_kind and t.thing_id = n.thing_id and t.passage = n.passage and t.said = n.said
            and (t.day, t.donors, t.classification, t.author_id, t.took_part, t.readers)
                is distinct from (n.day, n.donors, n.classification, n.author_id, n.took_part, n.readers)
    ), fresh as materialized (
        select n.*, words_apart(concat_ws(' ', n.title, n.names)) as head, words_apart(coalesce(n.about, '')) as beside,
               words_apart(coalesce(n.text, '')) as body
        from now n
        where not exists (select from search_texts t
            where t.kind = of_kind and t.thing_id = n.thing_id and t.passage = n.passage and t.said = n.said)
    ), learnt as (
        insert into search_lexicon (word)
        select distinct w.word from fresh f
        cross join lateral string_to_table(concat_ws(' ', f.head, f.beside, f.body), ' ') w (word)
        where length(w.word) between 4 and 40 and w.word !~ '[0-9]'
        on conflict do nothing
    )
    insert into search_texts (kind, thing_id, passage, room, code, title, note, text, day, donors, classification, author_id,
        took_part, readers, said, words)
    select f.kind, f.thing_id, f.passage, f.room, f.code, f.title, f.note, f.text, f.day, f.donors, f.classification,
           f.author_id, f.took_part, f.readers, f.said, setweight(words_and_stems(f.head, f.language), 'A') || setweight(words_and_stems(f.beside, f.language), 'C')
                || setweight(words_and_stems(f.body, f.language), 'D')
    from fresh f
    on conflict (kind, thing_id, passage) do update set room = excluded.room, code = excluded.code, title = excluded.title,
        note = excluded.note, text = excluded.text, day = excluded.day, donors = excluded.donors, classification = excluded.classification, author_id = excluded.author_id,
        took_part = excluded.took_part, readers = excluded.readers, said = excluded.said, words = excluded.words;
end $$;

-- -------------------------------------------------------------------------------------------------------------- asking

-- The texts of a kind that a query finds and the reader may read, of all donors or of some: the index is asked for these too.
-- Both are written into the statements that ask them.
create function search_found(query tsquery, of_kind text, but text[], since date, until date)
    returns table (thing_id bigint, passage integer, day date, month integer)
    language sql stable
begin atomic
    select t.thing_id, t.passage, t.day, t.month from search_texts t
    where t.kind = of_kind and t.words @@ query
        and may_read(t.classification, t.author_id, t.took_part, t.readers) and (but is null or t.code <> all(but))
        and (since is null or t.day >= since) and (until is null or t.day <= until);
end;
create function search_found_of(query tsquery, of_kind text, but text[], of_donors bigint[], since date, until date)
    returns table (thing_id bigint, passage integer, day date, month integer)
    language sql stable
begin atomic
    select t.thing_id, t.passage, t.day, t.month from search_texts t
    where t.kind = of_kind and t.words @@ query and t.donors && of_donors
        and may_read(t.classification, t.author_id, t.took_part, t.readers) and (but is null or t.code <> all(but))
        and (since is null or t.day >= since) and (until is null or t.day <= until);
end;

-- What it finds of a kind: how many things, and their texts; where these are more than `most`, only that.
create function search_some(query tsquery, of_kind text, but text[], of_donors bigint[], since date, until date,
    most integer, out things integer, out ids bigint[], out passages integer[], out days date[])
    language plpgsql stable as $$
declare
    last_passage integer;
begin
    if of_donors is null then
        select count(*), max(x.passage), array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day)
        into things, last_passage, ids, passages, days
        from (select f.* from search_found(query, of_kind, but, since, until) f limit most + 1) x;
    else
        select count(*), max(x.passage), array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day)
        into things, last_passage, ids, passages, days
        from search_found_of(query, of_kind, but, of_donors, since, until) x;
    end if;
    if of_donors is null and things > most then
        ids := null;
    end if;
    if last_passage > 0 then
        -- Passages of the same things.
        things := case when ids is not null then (select count(distinct i.id) from unnest(ids) i (id))
            else (select count(distinct f.thing_id) from search_found(query, of_kind, but, since, until) f) end;
    end if;
    things := least(things, most + 1);
end $$;

-- The latest so many of very many things it finds of a kind, with every passage: among the latest fifteen hundred texts
-- of the kind first, and among all only where that is not enough.
create function search_latest(query tsquery, of_kind text, but text[], since date, until date, wanted integer,
    out ids bigint[], out passages integer[], out days date[])
    language plpgsql stable as $$
declare
    cut integer := (select t.month from search_texts t where t.kind = of_kind order by t.month desc offset 1500 limit 1);
    most integer := wanted;
begin
    if cut is not null then
        select array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day) into ids, passages, days
        from (select f.* from search_found(query, of_kind, but, since, until) f
            where f.month > cut
            order by f.day desc nulls first, f.thing_id desc, f.passage limit most) x;
    end if;
    while coalesce((select count(distinct i.id) from unnest(ids) i (id)), 0) < wanted loop
        select array_agg(x.thing_id), array_agg(x.passage), array_agg(x.day) into ids, passages, days
        from (select f.* from search_found(query, of_kind, but, since, until) f
            order by f.day desc nulls first, f.thing_id desc, f.passage limit most) x;
        exit when ids is null or cardinality(ids) < most;
        -- Several passages of the same things.
        most := most * 10;
    end loop;
end $$;

-- What a query finds of what the reader may read: how many things, of which kinds, and some of them, what they are called
-- and what they say where that is unclassified. Of a kind more than a thousand are not counted, and by whoever types nothing
-- is. Of so many things as are in a lot, the latest of each kind, the best come first; then of the next.
create or replace function search_page(query tsquery, within text[], of_kind text, but text[], of_donors bigint[], since date,
    until date, passed_over integer, most integer) returns jsonb
    language plpgsql stable set plan_cache_mode = force_generic_plan as $$
declare
    -- Somebody who types counts nothing.
    counted_to integer := case when most < 20 then 200 else 1000 end;
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
    share := case when most < 20 then 100 else 200 end
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

-- ------------------------------------------------------------------------------------------ near to what was typed

-- As before (migrations 0005 and 0010), but that what was typed is folded once and stands in a column: an expression
-- handed to `nearness` would keep it from being written into the plan, and be worked out for every row.

-- A function with a plan of its own: PostgreSQL would plan a plain one again in every statement that asks it.
create or replace function sought_words(typed text) returns text[]
    language plpgsql immutable strict parallel safe as $$
begin
    return (select coalesce(array_agg(holding(w.word) order by length(w.word) desc, w.word), '{}')
        from unnest(string_to_array(folded(typed), ' ')) w (word) where w.word <> '');
end $$;

create or replace function exchanged(typed text) returns text[]
    language plpgsql immutable strict parallel safe as $$
declare
    said text := folded(typed);
begin
    return (select coalesce(array_agg(holding(left(said, at - 1) || substr(said, at + 1, 1) || substr(said, at, 1)
            || substr(said, at + 2))), '{}')
        from generate_series(1, length(said) - 1) at where length(said) between 4 and 16);
end $$;

create or replace function donors_near(typed text, most integer)
    returns table (donor_id bigint, alias text, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    with typed_as as materialized (
        select folded(typed) as said, sought_words(typed) as words
    ), names as not materialized (
        select d.id, d.code, d.sought, null::text as alias from donors d
        union all
        select d.id, d.code, a.sought, a.alias from donor_aliases a join donors d on d.id = a.donor_id
    ), sure as materialized (
        select n.id, n.alias, n.code, n.sought from names n
        where n.sought like all ((select w.words from typed_as w)::text[]) and (select w.words <> '{}' from typed_as w)
    ), maybe as materialized (
        select n.id, n.alias, n.code, n.sought from names n
        where (select count(*) from sure) < most and (select length(w.said) > 3 from typed_as w)
            and n.sought %> (select w.said from typed_as w)
    ), best as (
        select distinct on (found.id) found.id, found.alias, found.nearness
        from (
            select f.id, f.alias, nearness(w.said, f.code, f.sought) as nearness
            from (select * from sure union all select * from maybe) f cross join typed_as w
            union all
            select n.id, n.alias, 5
            from unnest((select exchanged(typed))) as x (pattern) join names n on n.sought like x.pattern
            where not exists (select from sure)
        ) found
        order by found.id, found.nearness, found.alias nulls first
    )
    select best.id, best.alias, best.nearness from best join donors d on d.id = best.id
    where exists (select from donor_facts f where f.donor_id = best.id and f.voided_at is null)
    order by best.nearness, length(d.name), d.name collate "C", d.code limit most;
end;

create or replace function pledges_near(typed text, most integer)
    returns table (pledge_id bigint, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    with typed_as as materialized (
        select folded(typed) as said, sought_words(typed) as words
    ), begins as materialized (
        select p.id, p.ref from pledges p
        where p.ref >= (select upper(btrim(typed))) and p.ref < (select upper(btrim(typed)) || chr(1114111))
        order by p.ref limit 20
    ), sure as materialized (
        select p.id, p.ref, p.sought from pledges p
        where (select length(w.said) > 2 from typed_as w) and p.sought like (select w.words[1] from typed_as w)
            and p.sought like all ((select w.words from typed_as w)::text[])
        limit 200
    ), maybe as materialized (
        select p.id, p.ref, p.sought from pledges p
        where (select length(w.said) > 3 from typed_as w) and not exists (select from sure)
            and not exists (select from begins) and p.sought %> (select w.said from typed_as w)
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
end;

create or replace function reports_near(typed text, most integer)
    returns table (report_id bigint, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    with typed_as as materialized (
        select folded(typed) as said, sought_words(typed) as words
    ), begins as materialized (
        select r.id, r.ref from donor_reports r
        where r.ref >= (select upper(btrim(typed))) and r.ref < (select upper(btrim(typed)) || chr(1114111))
        order by r.ref limit 20
    ), sure as materialized (
        select r.id, r.ref, r.sought from donor_reports r
        where (select length(w.said) > 2 from typed_as w) and r.sought like (select w.words[1] from typed_as w)
            and r.sought like all ((select w.words from typed_as w)::text[])
        limit 200
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
end;

-- Projects near to what was typed; only where none has all the words, those that have something like them. By the index
-- however few there are: the planner takes likeness to cost no more than a comparison.
create function projects_near(typed text, most integer)
    returns table (project_id bigint, nearness real)
    language plpgsql stable parallel safe rows 20 set enable_seqscan = off as $$
declare
    said text := folded(typed);
    words text[] := sought_words(typed);
begin
    return query
    with sure as materialized (
        select p.id, p.code, p.title, p.sought from projects p where p.sought like coalesce(words[1], '%') and p.sought like all (words)
    ), maybe as materialized (
        select p.id, p.code, p.title, p.sought from projects p where p.sought %> said and not exists (select from sure)
    )
    select f.id, nearness(said, f.code, f.sought)
    from (select * from sure union all select * from maybe) f
    where exists (select from project_facts x where x.project_id = f.id and x.voided_at is null)
    order by 2, f.title collate "C", f.code limit most;
end $$;

create or replace function search_typed(typed text) returns text[]
    language plpgsql stable parallel safe as $$
begin
    return (select coalesce(array_agg(w.word order by w.nth) filter (where not w.idle),
            array_agg(w.word order by w.nth), '{}')
        from (select s.word, s.nth, s.apart ~ '^ *[a-z]+ *$'
                and (length(to_tsvector('pg_catalog.english', s.apart)) = 0
                    or length(to_tsvector('pg_catalog.french', s.apart)) = 0) as idle
            from (select x.word, x.nth, words_apart(x.word) as apart
                from regexp_split_to_table(typed, '\s+') with ordinality x (word, nth) offset 0) s
            where s.apart ~ '[^ ]' limit 12) w);
end $$;

-- ------------------------------------------------------------------------------------------ what came in for projects

-- As before (migration 0009), but each pledge asks for its own receipts, so that no join depends on how many rows the planner
-- expects of another: with twenty thousand pledges it expected one. The statement is given as text so that it is planned
-- for these days, and for one project or for all.
drop function funding_of_projects(text, date, timestamptz);
create function funding_of_projects(of_project text, day date, known_at timestamptz)
    returns table (project text, donor_id bigint, pledges bigint, usd numeric, without_rate bigint)
    language plpgsql stable parallel safe rows 10000
as $function$
begin
    return query execute $statement$
        with through as materialized (select * from rates_through($3))
        select t.project::text, b.donor_id, count(*), coalesce(sum(r.usd), 0), coalesce(sum(r.without_rate), 0)::bigint
        from pledge_terms t join pledge_balances b on b.pledge_id = t.pledge_id and b.terms_id = t.id
        left join lateral (
            select sum(usd_of(x.amount, x.units_per_usd)) as usd, count(*) filter (where x.units_per_usd is null) as without_rate
            from (
                select c.amount, rate_on(through.days, through.rates, c.received_on) as units_per_usd
                from contribution_facts c left join through on through.currency = c.currency
                where c.pledge_id = b.pledge_id and c.kind = 'cash' and c.received_on <= $2
                    and was_known(c.recorded_at, c.voided_at, $3)
                offset 0
            ) x
        ) r on true
        where t.project is not null and ($1 is null or t.project = $1)
            and stands(b, $2, $3) and least(t.pledged_on, b.signed_on) <= $2
        group by t.project, b.donor_id
    $statement$ using of_project, day, known_at;
end
$function$;

-- As before (migration 0003), with the rates found in memory.
create or replace function cash_received(from_day date, to_day date, day date, known_at timestamptz)
    returns table (donor_id bigint, year integer, fund_id bigint, earmarking text, usd numeric, without_rate bigint)
    language plpgsql stable parallel safe rows 20000
    set work_mem = '32MB' set enable_mergejoin = off set enable_sort = off
as $function$
begin
    return query execute $statement$
        with through as materialized (select * from rates_through($4)), marked as materialized (
            select pb.pledge_id, t.earmarking from pledge_balances pb join pledge_terms t on t.id = pb.terms_id
            where stands(pb, $3, $4)
        ), summed as (
            select c.donor_id, extract(year from c.received_on)::integer as year, c.fund_id, marked.earmarking,
                   sum(usd_of(c.amount, c.units_per_usd)) as usd,
                   count(*) filter (where c.units_per_usd is null) as without_rate
            from (
                select c.donor_id, c.received_on, c.fund_id, c.pledge_id, c.amount,
                       rate_on(through.days, through.rates, c.received_on) as units_per_usd
                from contribution_facts c left join through on through.currency = c.currency
                where c.kind = 'cash' and c.received_on between $1 and $2 and was_known(c.recorded_at, c.voided_at, $4)
                offset 0
            ) c
            left join marked on marked.pledge_id = c.pledge_id
            group by 1, 2, 3, 4
        )
        select s.donor_id, s.year, s.fund_id, earmarking_of(s.earmarking, ff.earmarking), coalesce(s.usd, 0), s.without_rate
        from summed s left join funds_in_force($3, $4) ff on ff.fund_id = s.fund_id;
    $statement$ using from_day, to_day, day, known_at;
end $function$;

analyze search_texts;
