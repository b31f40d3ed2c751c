-- Finding: search by code, name and alias in every script, forgiving accents and typing mistakes; saved views; recent things.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- ------------------------------------------------------------------------------------------ one rule of likeness

-- How text is compared: without accents, vowel signs and case. Decomposed first, so that a mark falls off in every
-- script (Й and И, أ and ا, é and e); then what has no mark but a plain twin (ł, ø, ı, ß) by the dictionary.
create function folded(words text) returns text
    language sql immutable strict parallel safe
    return lower(unaccent('unaccent'::regdictionary,
        regexp_replace(normalize(words, nfkd), '[\u0300-\u036f\u0640\u064b-\u065f\u0670]', '', 'g')));

-- A text as a pattern that finds it anywhere.
create function holding(part text) returns text
    language sql immutable strict parallel safe
    return '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- The words of what somebody typed, each as a pattern; the longest first, because an index finds most by it.
create function sought_words(typed text) returns text[]
    language sql immutable strict parallel safe
    return (select coalesce(array_agg(holding(word) order by length(word) desc, word), '{}')
            from unnest(string_to_array(folded(typed), ' ')) word where word <> '');

-- What was typed with two neighbouring letters exchanged, as patterns: the one mistake trigrams are blind to.
create function exchanged(typed text) returns text[]
    language sql immutable strict parallel safe
    return (select coalesce(array_agg(holding(left(folded(typed), at - 1) || substr(folded(typed), at + 1, 1)
                || substr(folded(typed), at, 1) || substr(folded(typed), at + 2))), '{}')
            from generate_series(1, length(folded(typed)) - 1) at where length(folded(typed)) between 4 and 16);

-- How near a thing is to what was typed; less is nearer. `sought` is its name, then its code.
create function nearness(typed text, code text, sought text) returns real
    language sql immutable parallel safe
    return case
        when lower(code) = typed then 0
        when sought = typed or sought = typed || ' ' || lower(code) then 1
        when starts_with(lower(code), typed) then 2
        when starts_with(sought, typed) then 2.5
        when strpos(sought, ' ' || typed) > 0 then 3
        when strpos(sought, typed) > 0 then 4
        else 6 - word_similarity(typed, sought)
    end;

-- ------------------------------------------------------------------------------------------------ what is sought

alter table donors add column sought text generated always as (folded(name || ' ' || code)) stored;
alter table donor_aliases add column sought text generated always as (folded(alias)) stored;
alter table units add column sought text generated always as (folded(name || ' ' || code)) stored;
alter table funds add column sought text generated always as (folded(name || ' ' || code)) stored;
alter table accounts add column sought text generated always as (folded(name || ' ' || email)) stored;
alter table pledges add column sought text generated always as (folded(coalesce(title || ' ', '') || ref
    || coalesce(' ' || agreement, '') || coalesce(' ' || donor_reference, ''))) stored;
alter table contributions add column sought text generated always as (folded(ref || coalesce(' ' || note, ''))) stored;

create index donors_sought on donors using gin (sought gin_trgm_ops);
create index donor_aliases_sought on donor_aliases using gin (sought gin_trgm_ops);
create index pledges_sought on pledges using gin (sought gin_trgm_ops);
create index contributions_sought on contributions using gin (sought gin_trgm_ops);
-- A fact has no derived column: its digest speaks for every column it has.
create index contribution_facts_paid_by on contribution_facts using gin (folded(paid_by) gin_trgm_ops)
    where paid_by is not null;

-- Donors near to what was typed, the nearest first, with the alias it was found by. Whoever has all the words comes
-- first; only where these are too few, those who have something like them (how like: the connection's
-- pg_trgm.word_similarity_threshold). Who was taken back is not found.
create function donors_near(typed text, most integer)
    returns table (donor_id bigint, alias text, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    -- In parentheses with a select what was typed is folded once, not once a row.
    with names as not materialized (
        select d.id, d.code, d.sought, null::text as alias from donors d
        union all
        select d.id, d.code, a.sought, a.alias from donor_aliases a join donors d on d.id = a.donor_id
    ), sure as materialized (
        select n.id, n.alias, nearness((select folded(typed)), n.code, n.sought) as nearness
        from names n
        where n.sought like all ((select sought_words(typed))::text[]) and (select sought_words(typed) <> '{}')
    ), maybe as (
        select n.id, n.alias, nearness((select folded(typed)), n.code, n.sought)
        from names n
        where (select count(*) from sure) < most and (select length(folded(typed)) > 3)
            and n.sought %> (select folded(typed))
        union all
        select n.id, n.alias, 5
        from unnest((select exchanged(typed))) as x (pattern) join names n on n.sought like x.pattern
        where not exists (select from sure)
    ), best as (
        select distinct on (found.id) found.id, found.alias, found.nearness
        from (select * from sure union all select * from maybe) found
        order by found.id, found.nearness, found.alias nulls first
    )
    select best.id, best.alias, best.nearness from best join donors d on d.id = best.id
    where exists (select from donor_facts f where f.donor_id = best.id and f.voided_at is null)
    order by best.nearness, length(d.name), d.name collate "C", d.code limit most;
end;

-- Pledges near to what was typed. Two letters begin a reference; more are looked for in titles too.
create function pledges_near(typed text, most integer)
    returns table (pledge_id bigint, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    with begins as materialized (
        select p.id, p.ref, case when lower(p.ref) = (select folded(typed)) then 0 else 2 end::real as nearness
        from pledges p
        where p.ref >= (select upper(btrim(typed))) and p.ref < (select upper(btrim(typed)) || chr(1114111))
        order by p.ref limit 20
    ), sure as materialized (
        select p.id, p.ref, nearness((select folded(typed)), p.ref, p.sought) as nearness
        from pledges p
        where (select length(folded(typed)) > 2) and p.sought like (select (sought_words(typed))[1])
            and p.sought like all ((select sought_words(typed))::text[])
        limit 200
    ), maybe as (
        select p.id, p.ref, nearness((select folded(typed)), p.ref, p.sought)
        from pledges p
        where (select length(folded(typed)) > 3) and not exists (select from sure)
            and not exists (select from begins) and p.sought %> (select folded(typed))
        limit 200
    ), best as (
        select distinct on (found.id) found.id, found.ref, found.nearness
        from (select * from sure union all select * from begins union all select * from maybe) found
        order by found.id, found.nearness
    )
    select best.id, best.nearness from best
    where exists (select from pledge_terms t where t.pledge_id = best.id and t.voided_at is null)
    order by best.nearness, best.ref desc limit most;
end;

-- --------------------------------------------------------------------------------------------------- saved views

-- An address of a list with a name. `key` is the id of the form that saved it: the same form saves one.
create table saved_views (
    id bigint generated always as identity primary key,
    key uuid not null unique,
    account_id bigint not null references accounts,
    name text not null check (name = btrim(name) and name <> '' and length(name) <= 80),
    list text not null,
    address text not null check (starts_with(address, '/') and length(address) <= 4000),
    shared boolean not null,
    removed_at timestamptz,
    version integer not null default 1
);
create unique index saved_views_name on saved_views (account_id, list, lower(name)) where removed_at is null;
create index saved_views_shared on saved_views (shared) where removed_at is null and shared;
grant select, insert, update on saved_views to dis_app;

-- What somebody opened last. No record of the agency: nobody else reads it, and it is forgotten by itself.
create table recent_things (
    account_id bigint not null references accounts,
    room text collate "C" not null,
    code text collate "C" not null check (length(code) <= 200),
    opened_at timestamptz not null,
    primary key (account_id, room, code)
);
grant select, insert, update, delete on recent_things to dis_app;
