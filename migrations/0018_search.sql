-- Search: the words of everything people write, in one index, whatever script they are written in.
--
-- `search_sources` says what there is to be found, from a view a kind; a table whose rows change says so (`search_when`) and
-- what became of them is in the index when the transaction commits. Nobody but the owner reads the index: `search` passes
-- over row-level security, because the operators of full text keep an index from being used under a policy, and so
-- applies `may_read` itself, to whatever it finds, counts, corrects a word by, or shows.

create extension if not exists fuzzystrmatch;
-- A setting of pg_trgm can be named by a function once it is there.
select similarity('here', 'there');

-- ------------------------------------------------------------------------------------------------- words, and stems

-- Text as its words are compared: folded, every mark a space, and each Chinese or Japanese sign a word of its own, because
-- nobody writes spaces between those.
create function words_apart(words text) returns text
    language sql immutable strict parallel safe
    return regexp_replace(regexp_replace(folded(words),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u303f\ufe10-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+',
        ' ', 'g'), '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])', ' \1 ', 'g');

-- How words of a language are brought to their stem; nothing where the language is not one of ours.
create function stems_of(language text) returns regconfig
    language sql immutable parallel safe
    return case lower(left(language, 2))
        when 'en' then 'pg_catalog.english'::regconfig when 'fr' then 'pg_catalog.french'::regconfig
        when 'es' then 'pg_catalog.spanish'::regconfig when 'ar' then 'pg_catalog.arabic'::regconfig
        when 'ru' then 'pg_catalog.russian'::regconfig when 'de' then 'pg_catalog.german'::regconfig
        when 'pt' then 'pg_catalog.portuguese'::regconfig
    end;

-- The words of a text (words_apart) as they stand, and their stems: of its language where that is known; else its script
-- says which, and what is written in Latin letters is English or French.
create function words_and_stems(apart text, language text) returns tsvector
    language plpgsql immutable parallel safe as $$
declare
    known regconfig := stems_of(language);
    found tsvector := to_tsvector('pg_catalog.simple', apart);
begin
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

-- A long text in passages, each short enough to be kept in the index and to be shown from, with what stands at the seam
-- in both. Twenty at a time: the place of each is counted from the beginning, which for the last of a long text is far.
create function passages(words text) returns table (nth integer, part text)
    language plpgsql immutable strict parallel safe rows 3 as $$
declare
    rest text := words || '';
    block text;
begin
    nth := 0;
    loop
        block := left(rest, 200100);
        for at in 0..19 loop
            exit when nth > 0 and at * 10000 + 100 >= length(block);
            part := substr(block, at * 10000 + 1, 10100);
            return next;
            nth := nth + 1;
        end loop;
        exit when length(block) < 200100;
        rest := substr(rest, 200001);
    end loop;
end $$;

-- -------------------------------------------------------------------------------------------- what there is to be found

-- The names of donors by their ids, in that order.
create function donor_names(ids bigint[]) returns text language sql stable parallel safe
    return (select string_agg(d.name, ', ' order by array_position(ids, d.id)) from donors d where d.id = any(ids));

-- A view a kind, all with the same columns: a row a text. `room` and `code` are the page it leads to; `title` what it is
-- called; `names` what else it goes by, not shown; `note` a line beside it; `about` who it has to do with, found but not
-- shown; `text` what it says. `day` and `donors` are what it is filtered by. Who may read it: the four columns of every
-- classified thing.
create view search_of_donor as
    select 'donor'::text as kind, d.id as thing_id, 0 as passage, null::date as day, array[d.id] as donors,
           'donors'::text as room, d.code as code, d.name as title, d.code collate "default" as names, null::text as note,
           null::text as about, (select string_agg(a.alias, ' · ' order by a.id) from donor_aliases a
                where a.donor_id = d.id) as text, null::text as language,
           'unclassified'::classification as classification, null::bigint as author_id, '{}'::bigint[] as took_part,
           '{}'::bigint[] as readers
    from donors d
    where exists (select from donor_facts f where f.donor_id = d.id and f.voided_at is null);

create view search_of_contact as
    select 'contact'::text as kind, c.id as thing_id, 0 as passage, null::date as day, array[c.donor_id] as donors,
           'donors'::text as room, d.code as code, c.name as title, c.email as names, d.name as note, d.name as about,
           concat_ws(' · ', c.title, c.note) as text, null::text as language,
           'unclassified'::classification as classification, null::bigint as author_id, '{}'::bigint[] as took_part,
           '{}'::bigint[] as readers
    from donor_contacts c join donors d on d.id = c.donor_id
    where not c.removed;

create view search_of_meeting as
    select 'meeting'::text as kind, m.id as thing_id, 0 as passage, m.held_on as day, x.donors, 'meetings'::text as room,
           m.key::text collate "C" as code, m.title, m.ref collate "default" as names, donor_names(x.donors) as note,
           concat_ws(' ', donor_names(x.donors), m.place, (select string_agg(g.name, ' ' order by g.nth)
                from meeting_guests g where g.meeting_id = m.id)) as about,
           concat_ws(e'\n', m.outcomes, m.summary, m.purpose, m.agenda) as text, null::text as language,
           m.classification, m.author_id, m.took_part, m.readers
    from meetings m
    cross join lateral (select coalesce(array_agg(md.donor_id order by md.nth), '{}') as donors from meeting_donors md
        where md.meeting_id = m.id) x;

create view search_of_follow_up as
    select 'follow_up'::text as kind, a.id as thing_id, 0 as passage, a.due_on as day, x.donors, 'meetings'::text as room,
           m.key::text collate "C" as code, a.text as title, null::text as names, m.title as note,
           concat_ws(' ', donor_names(x.donors), coalesce(o.name, a.owner_name)) as about, null::text as text,
           null::text as language, m.classification, m.author_id, m.took_part, m.readers
    from actions a join meetings m on m.id = a.meeting_id left join accounts o on o.id = a.owner_id
    cross join lateral (select coalesce(array_agg(md.donor_id order by md.nth), '{}') as donors from meeting_donors md
        where md.meeting_id = m.id) x;

-- What its latest file says, a row a passage.
create view search_of_document as
    select 'document'::text as kind, d.id as thing_id, p.nth as passage, d.filed_at::date as day, x.donors,
           'documents'::text as room, d.key::text collate "C" as code, d.title, d.file_name as names,
           donor_names(x.donors) as note, donor_names(x.donors) as about, p.part as text, d.language,
           greatest(d.classification, v.classification) as classification, d.author_id, d.took_part, d.readers
    from documents d
    cross join lateral (select coalesce(array_agg(y.donor_id order by y.nth), '{}') as donors from document_donors y
        where y.document_id = d.id) x
    left join lateral (select y.id, y.classification from document_versions y where y.document_id = d.id
        order by y.number desc limit 1) v on true
    left join document_texts t on t.version_id = v.id and t.state = 'taken'
    cross join lateral passages(coalesce(t.text, '')) p;

create view search_of_pledge as
    select 'pledge'::text as kind, p.id as thing_id, 0 as passage, t.pledged_on as day, array[t.donor_id] as donors,
           'pledges'::text as room, p.ref as code, coalesce(p.title, p.ref collate "default") as title,
           concat_ws(' ', p.ref collate "default", p.agreement, p.donor_reference) as names, d.name as note,
           null::text as about, concat_ws(' · ', p.agreement, p.donor_reference, p.subprogramme) as text,
           null::text as language, 'unclassified'::classification as classification, null::bigint as author_id,
           '{}'::bigint[] as took_part, '{}'::bigint[] as readers
    from pledges p
    cross join lateral (select f.donor_id, f.pledged_on from pledge_terms f where f.pledge_id = p.id and f.voided_at is null
        order by f.agreed_on desc nulls last limit 1) t
    join donors d on d.id = t.donor_id;

create view search_of_project as
    select 'project'::text as kind, p.id as thing_id, 0 as passage, f.starts_on as day,
           coalesce((select array_agg(distinct t.donor_id) from pledge_terms t
                where t.project = p.code and t.voided_at is null), '{}') as donors,
           'projects'::text as room, p.code as code, p.title,
           concat_ws(' ', p.code collate "default", replace(f.countries, ';', ' ')) as names, u.name as note,
           null::text as about, p.status as text, null::text as language,
           'unclassified'::classification as classification, null::bigint as author_id, '{}'::bigint[] as took_part,
           '{}'::bigint[] as readers
    from projects p
    cross join lateral (select x.starts_on, x.countries, x.unit_id from project_facts x
        where x.project_id = p.id and x.voided_at is null order by x.agreed_on desc nulls last limit 1) f
    join units u on u.id = f.unit_id;

create view search_of_report as
    select 'report'::text as kind, r.id as thing_id, 0 as passage,
           (select y.due_on from report_due_dates y where y.report_id = r.id and y.voided_at is null
                order by y.agreed_on desc nulls last limit 1) as day,
           array[t.donor_id] as donors, 'donor-reports'::text as room, r.ref as code,
           coalesce(r.title, r.ref collate "default") as title,
           concat_ws(' ', r.ref collate "default", p.ref collate "default") as names, d.name as note, null::text as about,
           null::text as text, null::text as language, 'unclassified'::classification as classification,
           null::bigint as author_id, '{}'::bigint[] as took_part, '{}'::bigint[] as readers
    from donor_reports r
    cross join lateral (select x.pledge_id from report_terms x where x.report_id = r.id and x.voided_at is null
        order by x.in_force_from desc nulls last limit 1) f
    join pledges p on p.id = f.pledge_id
    cross join lateral (select x.donor_id from pledge_terms x where x.pledge_id = p.id and x.voided_at is null
        order by x.agreed_on desc nulls last limit 1) t
    join donors d on d.id = t.donor_id;

-- All of them as one view, `search_sources`; again where a migration adds a kind.
create function search_unite() returns void language plpgsql as $$
begin
    execute 'create or replace view search_sources as ' || (
        select string_agg(format('select * from %I', v.viewname), ' union all ' order by v.viewname)
        from pg_views v where v.schemaname = 'public' and starts_with(v.viewname, 'search_of_'));
end $$;
select search_unite();

-- Some of them: of a kind, by number.
create function search_source(of_kind text, ids bigint[]) returns setof search_sources
    language plpgsql stable rows 20 set plan_cache_mode = force_generic_plan as $$
begin
    return query select * from search_sources s where s.kind = of_kind and s.thing_id = any(ids);
end $$;

-- ------------------------------------------------------------------------------------------------------------ the index

create table search_texts (
    id bigint generated always as identity primary key,
    kind text collate "C" not null,
    thing_id bigint not null,
    passage integer not null,
    room text not null,
    code text not null,
    title text not null,
    note text,
    text text,
    day date,
    donors bigint[] not null,
    classification classification not null,
    author_id bigint,
    took_part bigint[] not null,
    readers bigint[] not null,
    -- A digest of what it says: what is the same is not indexed anew.
    said text not null,
    words tsvector not null,
    unique (kind, thing_id, passage)
-- Texts and words lie apart: what is matched and counted is looked at without them.
) with (toast_tuple_target = 128);
-- What waits to be put in order is short: a search reads all of it.
create index search_texts_words on search_texts using gin (words) with (gin_pending_list_limit = 256);

-- Every word that was ever indexed, to guess what was meant by one that is nowhere. Whether a word is offered depends on
-- texts the reader may read, not on this list.
create table search_lexicon (
    word text collate "C" primary key
);
create index search_lexicon_like on search_lexicon using gin (word gin_trgm_ops) with (gin_pending_list_limit = 256);

-- What changed in this transaction; empty outside of it.
create table search_stale (
    kind text collate "C" not null,
    thing_id bigint not null,
    primary key (kind, thing_id)
);

-- Brings the index of some things of a kind up to what they say now: some dozens at once, for they are compared in loops.
create function search_refresh(of_kind text, ids bigint[]) returns void
    language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
    with now as materialized (
        select s.*, md5(row(s.room, s.code, s.title, s.names, s.note, s.about, s.text, s.language)::text) as said
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

-- Notes that things of a kind changed; arguments: the kind, and which by the rows `changed`.
create function search_note() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('insert into search_stale (kind, thing_id) select distinct %L, q.id from (%s) q (id)
        where q.id is not null on conflict do nothing', tg_argv[0], tg_argv[1]);
    return null;
end $$;

-- Before the transaction commits, all that was noted at once; for the rows after the first nothing is left to do.
create function search_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stale record;
begin
    for stale in
        with taken as (delete from search_stale returning kind, thing_id),
        ordered as (select t.*, row_number() over (partition by t.kind order by t.thing_id) / 50 as lot from taken t)
        select o.kind, array_agg(o.thing_id) as ids from ordered o group by o.kind, o.lot
    loop
        perform search_refresh(stale.kind, stale.ids);
    end loop;
    return null;
end $$;
create constraint trigger search_keep after insert on search_stale deferrable initially deferred
    for each row execute function search_keep();

-- Where rows of this table change, things of that kind do: those that `which` selects from the rows `changed`.
create function search_when(of_table text, of_kind text, which text) returns void language plpgsql as $$
declare
    event text;
begin
    foreach event in array array['insert', 'update', 'delete'] loop
        execute format('create trigger %I after %s on %I referencing %s table as changed
            for each statement execute function search_note(%L, %L)', 'search_' || of_kind || '_' || event, event, of_table,
            case event when 'delete' then 'old' else 'new' end, of_kind, which);
    end loop;
end $$;

select search_when(t.of_table, t.kind, t.which) from (values
    ('donors', 'donor', 'select id from changed'),
    ('donors', 'contact', 'select c.id from donor_contacts c join changed d on d.id = c.donor_id'),
    ('donors', 'meeting', 'select m.meeting_id from meeting_donors m join changed d on d.id = m.donor_id'),
    ('donors', 'follow_up', 'select a.id from actions a join meeting_donors m on m.meeting_id = a.meeting_id
        join changed d on d.id = m.donor_id'),
    ('donor_facts', 'donor', 'select donor_id from changed'),
    ('donor_aliases', 'donor', 'select donor_id from changed'),
    ('donor_contacts', 'contact', 'select id from changed'),
    ('meetings', 'meeting', 'select id from changed'),
    ('meetings', 'follow_up', 'select a.id from actions a join changed m on m.id = a.meeting_id'),
    ('meeting_donors', 'meeting', 'select meeting_id from changed'),
    ('meeting_donors', 'follow_up', 'select a.id from actions a join changed m on m.meeting_id = a.meeting_id'),
    ('meeting_guests', 'meeting', 'select meeting_id from changed'),
    ('actions', 'follow_up', 'select id from changed'),
    ('donors', 'document', 'select x.document_id from document_donors x join changed d on d.id = x.donor_id'),
    ('documents', 'document', 'select id from changed'),
    ('document_donors', 'document', 'select document_id from changed'),
    ('document_versions', 'document', 'select document_id from changed'),
    ('document_texts', 'document', 'select v.document_id from document_versions v join changed t on t.version_id = v.id'),
    ('pledges', 'pledge', 'select id from changed'),
    ('pledge_terms', 'pledge', 'select pledge_id from changed'),
    ('pledge_terms', 'report', 'select r.report_id from report_terms r join changed t on t.pledge_id = r.pledge_id'),
    ('pledge_terms', 'project', 'select p.id from projects p join changed t on t.project = p.code'),
    ('projects', 'project', 'select id from changed'),
    ('project_facts', 'project', 'select project_id from changed'),
    ('donor_reports', 'report', 'select id from changed'),
    ('report_terms', 'report', 'select report_id from changed'),
    ('report_due_dates', 'report', 'select report_id from changed')
) t (of_table, kind, which);

-- What there is already.
select search_refresh(s.kind, array_agg(distinct s.thing_id)) from search_sources s group by s.kind, s.thing_id / 50;

-- -------------------------------------------------------------------------------------------------------------- asking

-- The words somebody typed, each as it was typed between spaces; those that say nothing left out where others remain.
create function search_typed(typed text) returns text[]
    language sql stable parallel safe
    return (select coalesce(array_agg(w.word order by w.nth) filter (where not w.idle),
                array_agg(w.word order by w.nth), '{}')
            from (select s.word, s.nth, words_apart(s.word) ~ '^ *[a-z]+ *$'
                    and (length(to_tsvector('pg_catalog.english', words_apart(s.word))) = 0
                        or length(to_tsvector('pg_catalog.french', words_apart(s.word))) = 0) as idle
                from regexp_split_to_table(typed, '\s+') with ordinality s (word, nth)
                where words_apart(s.word) ~ '[^ ]' limit 12) w);

-- What finds one word: itself, or the beginning of one where it may go on, its parts one after the other where a mark or
-- a script without spaces makes parts of it, and whatever has the same stem.
create function search_for(word text, goes_on boolean) returns tsquery
    language plpgsql stable parallel safe as $$
declare
    apart text := btrim(words_apart(word));
    parts text[] := regexp_split_to_array(apart, ' +');
    found tsquery := phraseto_tsquery('pg_catalog.simple', apart);
    stems text[] := '{}';
    language text;
begin
    -- No mark is left in it, so that it can stand between quotes.
    if goes_on and length(apart) > 1 then
        found := found || ('''' || array_to_string(parts, ''' <-> ''') || ''':*')::tsquery;
    end if;
    if cardinality(parts) > 1 then
        return found;
    end if;
    foreach language in array case when apart ~ '[a-z]' then '{en,fr,es,de,pt}' when apart ~ '[\u0400-\u04ff]' then '{ru}'
        when apart ~ '[\u0600-\u06ff]' then '{ar}' else '{}' end::text[]
    loop
        stems := stems || tsvector_to_array(to_tsvector(stems_of(language), apart));
    end loop;
    return (select coalesce(found || string_agg('''' || s.stem || '''', ' | ')::tsquery, found)
        from (select distinct u.stem from unnest(stems) u (stem) where u.stem <> apart) s);
end $$;

-- Whether a text the reader may read has it.
create function search_has(query tsquery) returns boolean
    language plpgsql stable as $$
begin
    return exists (select from search_texts t
        where t.words @@ query and may_read(t.classification, t.author_id, t.took_part, t.readers));
end $$;

-- The words nearest to one that is nowhere, of those that stand in a text the reader may read: a letter or two wrong,
-- missing or too many, two exchanged, or, where the word may go on, the same in its beginning. At most three, as near as
-- each other.
create function search_near(word text, goes_on boolean) returns text[]
    language plpgsql stable set pg_trgm.similarity_threshold = 0.25 set pg_trgm.word_similarity_threshold = 0.4 as $$
declare
    typed text := btrim(words_apart(word));
    most integer := case when length(typed) < 6 then 1 when length(typed) < 12 then 2 else 3 end;
    chosen text[] := '{}';
    nearest integer;
    candidate record;
begin
    if length(typed) not between 4 and 40 or typed ~ '[ 0-9\u3040-\u30ff\u3400-\u9fff]' then
        return '{}';
    end if;
    for candidate in
        select c.word as said, min(c.wrong) as wrong from (
            select l.word, levenshtein_less_equal(l.word, typed, most) as wrong
            from search_lexicon l where l.word % typed
            union all
            select l.word, 1 from generate_series(1, length(typed) - 1) at
            join search_lexicon l on l.word = left(typed, at - 1) || substr(typed, at + 1, 1) || substr(typed, at, 1)
                || substr(typed, at + 2)
            union all
            select l.word, 1 + levenshtein_less_equal(left(l.word, length(typed)), typed, 1)
            from search_lexicon l where goes_on and l.word %> typed
                and levenshtein_less_equal(left(l.word, length(typed)), typed, 1) <= 1
        ) c
        where c.wrong <= most group by c.word order by 2, similarity(c.word, typed) desc, 1
    loop
        exit when candidate.wrong > nearest or cardinality(chosen) = 3;
        if search_has(search_for(candidate.said, false)) then
            nearest := candidate.wrong;
            chosen := chosen || candidate.said;
        end if;
    end loop;
    return chosen;
end $$;

-- What a query finds of what the reader may read: how many things, of which kinds, and some of them, what they are called
-- and what they say where that is unclassified. Only the latest thousand are put in order, and those without a day first:
-- fewer where only a few are asked for, by somebody who types.
create function search_page(query tsquery, within text[], of_kind text, but text[], of_donors bigint[], since date,
    until date, passed_over integer, most integer) returns jsonb
    language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
    return (with matched as materialized (
        select t.kind, t.thing_id, t.day from search_texts t
        where t.words @@ query and may_read(t.classification, t.author_id, t.took_part, t.readers)
            and (within is null or t.kind = any(within))
            and (but is null or t.kind || ' ' || t.code <> all(but))
            and (of_donors is null or t.donors && of_donors)
            and (since is null or t.day >= since) and (until is null or t.day <= until)
        limit 20000
    ), things as materialized (
        select m.kind, m.thing_id, max(m.day) as day from matched m group by m.kind, m.thing_id
    ), latest as (
        select x.* from things x where of_kind is null or x.kind = of_kind
        order by x.day desc nulls first, x.thing_id desc limit case when most < 20 then 300 else 1000 end
    ), ranked as (
        select x.kind, x.thing_id, x.day, r.passage, r.rank from latest x
        cross join lateral (
            select t.passage, ts_rank('{0.1, 0.15, 0.3, 1}', t.words, query, 1) as rank from search_texts t
            where t.kind = x.kind and t.thing_id = x.thing_id and t.words @@ query order by 2 desc, 1 limit 1
        ) r
    ), page as (
        select r.*, row_number() over (order by r.rank desc, r.day desc nulls last, r.kind, r.thing_id desc) as nth
        from ranked r order by nth limit most offset passed_over
    )
    select jsonb_build_object(
        'kinds', (select coalesce(jsonb_object_agg(k.kind, k.things), '{}')
            from (select x.kind, count(*) as things from things x group by x.kind) k),
        'hits', (select coalesce(jsonb_agg(jsonb_build_object('kind', s.kind, 'room', s.room, 'code', s.code,
                'title', s.title, 'note', s.note, 'day', s.day, 'classification', s.classification,
                'text', case when s.classification = 'unclassified' then s.text end) order by p.nth), '[]')
            from page p join search_texts s on s.kind = p.kind and s.thing_id = p.thing_id and s.passage = p.passage)));
end $$;

-- What somebody typed, found: search_page, with the words that were corrected (`understood`) and the query itself, by which
-- words are marked. `goes_on`: they may still be typing the last word. A word is corrected only where nothing is found and
-- no text that the reader may read has it.
create function search(typed text, goes_on boolean, within text[], of_kind text, but text[], of_donors bigint[],
    since date, until date, passed_over integer, most integer) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    sought text[] := search_typed(typed);
    parts tsquery[] := '{}';
    query tsquery;
    answer jsonb;
    understood jsonb := '[]';
    meant text[];
    found tsquery;
begin
    for at in 1..cardinality(sought) loop
        parts[at] := search_for(sought[at], goes_on and at = cardinality(sought));
        query := case when at = 1 then parts[at] else query && parts[at] end;
    end loop;
    if query is null or numnode(query) = 0 then
        return '{"kinds": {}, "hits": [], "understood": [], "query": ""}';
    end if;
    answer := search_page(query, within, of_kind, but, of_donors, since, until, passed_over, most);
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
            understood := understood || jsonb_build_object('typed', sought[at], 'meant', meant);
        end loop;
        if understood <> '[]' then
            query := parts[1];
            for at in 2..cardinality(parts) loop
                query := query && parts[at];
            end loop;
            answer := search_page(query, within, of_kind, but, of_donors, since, until, passed_over, most);
        end if;
    end if;
    return answer || jsonb_build_object('understood', understood, 'query', query::text);
end $$;
revoke execute on function search(text, boolean, text[], text, text[], bigint[], date, date, integer, integer) from public;
grant execute on function search(text, boolean, text[], text, text[], bigint[], date, date, integer, integer) to dis_app;
