-- What is known about a donor: what it cares about, when it decides, who matters there, what it foresees, where it stands,
-- what it gives in all. Each entry is dated, sourced and classified, and goes stale. Who may read it is as for meetings.

create table intelligence (
    id bigint generated always as identity primary key,
    key uuid not null unique default uuid_v7(),
    kind text not null check (kind in ('priority', 'decision', 'key_person', 'budget_outlook', 'position', 'oda')),
    donor_id bigint not null references donors,
    -- In a line; of a key person the name. Figures need none.
    title text check (btrim(title) <> ''),
    text text,
    -- The day it speaks of, where it is from, and how far it can be relied on (docs/decisions.md).
    as_of_on date not null,
    source text not null check (btrim(source) <> ''),
    source_link text check (source_link ~ '^https?://'),
    reliability text not null check (reliability in ('confirmed', 'probable', 'possible', 'doubtful')),
    -- The last day it is taken as it is; from the day after it is stale, and still shown.
    expires_on date not null check (expires_on >= as_of_on),
    -- Of a priority.
    theme text,
    region text,
    subprogramme text,
    sdgs smallint[] not null default '{}' check (sdgs <@ '{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17}'),
    -- Of a decision: the first day it is taken, and how often again.
    decides_on date,
    recurs text check (recurs in ('once', 'yearly', 'half_yearly', 'quarterly', 'monthly')),
    -- Of a key person.
    person_role text,
    contact_id bigint references donor_contacts,
    -- Of official development assistance, and of a budget to come.
    year smallint check (year between 1900 and 2199),
    amount_usd numeric(20, 2) check (amount_usd >= 0),
    percent_gni numeric(7, 4) check (percent_gni between 0 and 100),
    outlook text check (outlook in ('rising', 'stable', 'falling', 'uncertain')),
    -- Of a position towards the agency.
    stance text check (stance in ('supportive', 'neutral', 'reserved', 'critical')),
    classification classification not null default 'unclassified',
    author_id bigint not null references accounts,
    -- Nobody takes part in an entry; the column is part of the rule all that is classified has in common.
    took_part bigint[] not null default '{}',
    readers bigint[] not null default '{}',
    version integer not null default 1,
    logged_at timestamptz not null default this_instant(),
    withdrawn_at timestamptz,
    withdrawn_why text,
    sought text generated always as (folded(coalesce(title, '') || coalesce(' ' || text, '') || ' ' || source
        || coalesce(' ' || theme, '') || coalesce(' ' || subprogramme, '') || coalesce(' ' || person_role, '')
        || coalesce(' ' || year::text, ''))) stored,
    check (title is not null or kind = 'oda'),
    check ((withdrawn_at is null) = (withdrawn_why is null)),
    check (kind <> 'decision' or decides_on is not null and recurs is not null),
    check (kind <> 'position' or stance is not null),
    check (kind <> 'budget_outlook' or outlook is not null),
    check (kind <> 'oda' or year is not null and (amount_usd is not null or percent_gni is not null))
);
create index intelligence_donor on intelligence (donor_id, kind);
create index intelligence_order on intelligence (as_of_on, id);
create index intelligence_expires on intelligence (expires_on, id);
create index intelligence_decisions on intelligence (decides_on) where kind = 'decision' and withdrawn_at is null;
create index intelligence_sought on intelligence using gin (sought gin_trgm_ops);

-- What an entry said, whenever it was written or corrected; the audit has its salted digest, as of meetings.
create table intelligence_revisions (
    intelligence_id bigint not null references intelligence,
    version integer not null,
    change_id bigint not null default this_change(),
    recorded_at timestamptz not null default this_instant(),
    account_id bigint not null references accounts,
    classification classification not null,
    content jsonb not null,
    salt bytea not null,
    digest bytea not null,
    primary key (intelligence_id, version)
);
create trigger append_only before update or delete on intelligence_revisions for each row execute function refuse_change();

-- ---------------------------------------------------------------------------------------------- who may read which row

alter table intelligence enable row level security;
alter table intelligence force row level security;
alter table intelligence_revisions enable row level security;
alter table intelligence_revisions force row level security;
do $$
begin
    execute 'create policy owners on intelligence to current_user using (true) with check (true)';
    execute 'create policy owners on intelligence_revisions to current_user using (true) with check (true)';
end $$;
create policy readers on intelligence for select to dis_app using (may_read(classification, author_id, took_part, readers));
create policy logging on intelligence for insert to dis_app with check (true);
create policy editing on intelligence for update to dis_app
    using (may_read(classification, author_id, took_part, readers)) with check (true);

-- What was written under a higher classification stays under it when the entry is lowered.
create policy readers on intelligence_revisions for select to dis_app using (exists (
    select from intelligence i where i.id = intelligence_id and may_read(
        greatest(i.classification, intelligence_revisions.classification), i.author_id, i.took_part, i.readers)));
create policy as_the_intelligence on classification_changes for select to dis_app using (
    entity = 'intelligence' and exists (select from intelligence i where i.id = thing_id
        and may_read(greatest(i.classification, was, became), i.author_id, i.took_part, i.readers)));

-- -------------------------------------------------------------------------------------- what the owner does for dis_app

-- What an entry says, in the words of forms and files.
create function intelligence_content(of_entry bigint) returns jsonb language sql stable
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
        'kind', i.kind, 'donor', d.name, 'title', i.title, 'text', i.text, 'as_of_on', i.as_of_on, 'source', i.source,
        'source_link', i.source_link, 'reliability', i.reliability, 'expires_on', i.expires_on, 'theme', i.theme,
        'region', i.region, 'subprogramme', i.subprogramme, 'sdgs', nullif(array_to_string(i.sdgs, '; '), ''),
        'decides_on', i.decides_on, 'recurs', i.recurs, 'person_role', i.person_role, 'year', i.year::text,
        'amount_usd', i.amount_usd::text, 'percent_gni', trim_scale(i.percent_gni)::text, 'outlook', i.outlook,
        'stance', i.stance, 'classification', i.classification, 'recorded_by', a.name,
        'readers', (select string_agg(p.name, '; ' order by t.nth) from unnest(i.readers) with ordinality t (id, nth)
            join accounts p on p.id = t.id),
        'withdrawn', i.withdrawn_why))
    from intelligence i join donors d on d.id = i.donor_id join accounts a on a.id = i.author_id where i.id = of_entry;
end;

-- Keeps what an entry says now as its next revision. Tells what an audit row holds: which, the version, a digest.
create function note_intelligence_revision(of_entry bigint) returns jsonb
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    told jsonb := intelligence_content(of_entry);
    salted bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    i intelligence;
    before jsonb;
    made intelligence_revisions;
begin
    select * into i from intelligence where id = of_entry;
    select jsonb_build_object('id', i.key, 'version', r.version, 'classification', r.classification,
            'digest', encode(r.digest, 'hex'))
        into before from intelligence_revisions r where r.intelligence_id = of_entry order by r.version desc limit 1;
    insert into intelligence_revisions (intelligence_id, version, account_id, classification, content, salt, digest)
        values (of_entry, i.version, reader(), i.classification, told, salted,
            sha256(salted || convert_to(told::text, 'UTF8')))
        returning * into made;
    return jsonb_build_object('before', before, 'after', jsonb_build_object('id', i.key, 'version', made.version,
        'classification', made.classification, 'digest', encode(made.digest, 'hex')));
end $$;

-- Revisions that are not what the audit says they were: how many.
create function intelligence_revisions_broken() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from intelligence_revisions r
    where r.digest <> sha256(r.salt || convert_to(r.content::text, 'UTF8'))
        or not exists (select from audit_entries e where e.entity = 'intelligence' and e.entity_id = r.intelligence_id
            and e.change_id = r.change_id and e.after ->> 'digest' = encode(r.digest, 'hex'))
$$;

-- Entries that hold the words typed, of those the reader may read: by the index, which a policy would keep from use.
create function intelligence_holding(typed text) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp rows 50 as $$
    select i.id from intelligence i
    where i.sought like (select (sought_words(typed))[1]) and i.sought like all ((select sought_words(typed))::text[])
        and may_read(i.classification, i.author_id, i.took_part, i.readers)
    union
    select i.id from intelligence i
    where i.donor_id in (select n.id from donors n where n.sought like all ((select sought_words(typed))::text[])
            union all select n.donor_id from donor_aliases n where n.sought like all ((select sought_words(typed))::text[]))
        and (select sought_words(typed) <> '{}') and may_read(i.classification, i.author_id, i.took_part, i.readers)
$$;

-- What has readers that two administrators may add to.
create or replace view classified_things with (security_invoker = true) as
    select 'meetings'::text as entity, m.id, m.key, m.ref as reference, m.classification from meetings m
    union all
    select 'documents', d.id, d.key, d.key::text, d.classification from documents d
    union all
    select 'intelligence', i.id, i.key, i.key::text, i.classification from intelligence i;

grant select, insert on intelligence, intelligence_revisions to dis_app;
grant update on intelligence to dis_app;
grant usage on sequence intelligence_id_seq to dis_app;
