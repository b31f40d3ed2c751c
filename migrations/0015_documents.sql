-- Documents: files about donors, each with its versions, what is said of it, and the text that stands in it.
--
-- A document is classified as meetings are (migration 0014): the same columns, the same rule. The files themselves lie in
-- a folder under ids of ours; here stands which, how long they are and their SHA-256.

create table documents (
    id bigint generated always as identity primary key,
    key uuid not null unique default uuid_v7(),
    title text not null check (btrim(title) <> ''),
    kind text not null check (kind in ('development_strategy', 'agreement', 'letter', 'report', 'minutes', 'other')),
    -- ISO 639-1.
    language text check (language ~ '^[a-z]{2}$'),
    valid_from date,
    valid_to date,
    -- The meeting it was brought to or came of.
    meeting_id bigint references meetings,
    -- The name of its latest file.
    file_name text not null,
    classification classification not null default 'unclassified',
    author_id bigint not null references accounts,
    -- Who took part in its meeting.
    took_part bigint[] not null default '{}',
    readers bigint[] not null default '{}',
    version integer not null default 1,
    filed_at timestamptz not null default this_instant(),
    sought text generated always as (folded(title || ' ' || file_name)) stored,
    constraint documents_validity check (valid_from <= valid_to)
);
create index documents_filed on documents (filed_at);
create index documents_valid_to on documents ((coalesce(valid_to, '2199-12-31'::date)), id);
create index documents_meeting on documents (meeting_id);
create index documents_sought on documents using gin (sought gin_trgm_ops);

create table document_donors (
    document_id bigint not null references documents,
    donor_id bigint not null references donors,
    nth integer not null,
    primary key (document_id, donor_id)
);
create index document_donors_donor on document_donors (donor_id);

create table document_versions (
    id bigint generated always as identity primary key,
    document_id bigint not null references documents,
    number integer not null,
    -- Its name in the folder of files.
    file_id uuid not null unique,
    -- Its name where it came from, cleaned; its type, from what stands in it.
    name text not null,
    media_type text not null,
    bytes bigint not null check (bytes > 0),
    sha256 bytea not null,
    note text,
    -- That of the document while this is its latest version; then as it was, so that lowering the document opens what it
    -- is now and not what it was.
    classification classification not null,
    change_id bigint not null default this_change(),
    recorded_at timestamptz not null default this_instant(),
    account_id bigint not null default reader() references accounts,
    unique (document_id, number)
);
create index document_versions_sha256 on document_versions (sha256);

-- The text of each version, taken behind the page by whoever has the lease.
create table document_texts (
    version_id bigint primary key references document_versions,
    state text not null default 'pending' check (state in ('pending', 'taken', 'none', 'unreadable')),
    -- Why there is none: the last part of a key.
    reason text,
    text text not null default '',
    task uuid,
    lease_until timestamptz,
    tries integer not null default 0
);
create index document_texts_pending on document_texts (version_id) where state = 'pending';

-- Files that have come and are not filed yet: nobody else's, and no record of the agency. They go after a day.
create table document_uploads (
    id uuid primary key,
    batch uuid not null,
    nth integer not null,
    account_id bigint not null references accounts,
    name text not null,
    media_type text not null,
    bytes bigint not null,
    sha256 bytea not null,
    -- Why it was left out: the last part of a key.
    refused text,
    created_at timestamptz not null
);
create index document_uploads_batch on document_uploads (batch, nth);
create index document_uploads_created on document_uploads (created_at);

-- What was said of a document, whenever it was filed, edited or given another version.
create table document_revisions (
    document_id bigint not null references documents,
    version integer not null,
    change_id bigint not null default this_change(),
    recorded_at timestamptz not null default this_instant(),
    account_id bigint not null references accounts,
    classification classification not null,
    content jsonb not null,
    salt bytea not null,
    digest bytea not null,
    primary key (document_id, version)
);
create trigger append_only before update or delete on document_revisions for each row execute function refuse_change();

-- ---------------------------------------------------------------------------------------------- who may read which row

do $$
declare
    t text;
begin
    foreach t in array array['documents', 'document_donors', 'document_versions', 'document_texts', 'document_uploads',
        'document_revisions']
    loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy owners on %I to current_user using (true) with check (true)', t);
    end loop;
end $$;

create policy readers on documents for select to dis_app using (may_read(classification, author_id, took_part, readers));
create policy filing on documents for insert to dis_app with check (true);
create policy editing on documents for update to dis_app
    using (may_read(classification, author_id, took_part, readers)) with check (true);

create policy as_the_document on document_donors to dis_app
    using (exists (select from documents d where d.id = document_id)) with check (true);

create policy readers on document_versions for select to dis_app using (exists (
    select from documents d where d.id = document_id
        and may_read(greatest(d.classification, document_versions.classification), d.author_id, d.took_part, d.readers)));
create policy filing on document_versions for insert to dis_app with check (true);
create policy classifying on document_versions for update to dis_app
    using (exists (select from documents d where d.id = document_id)) with check (true);

create policy as_the_version on document_texts for select to dis_app using (exists (
    select from document_versions v where v.id = version_id));
create policy filing on document_texts for insert to dis_app with check (true);

create policy own on document_uploads to dis_app using (account_id = reader()) with check (account_id = reader());

create policy readers on document_revisions for select to dis_app using (exists (
    select from documents d where d.id = document_id
        and may_read(greatest(d.classification, document_revisions.classification), d.author_id, d.took_part, d.readers)));
create policy as_the_document on classification_changes for select to dis_app using (
    entity = 'documents' and exists (select from documents d where d.id = thing_id
        and may_read(greatest(d.classification, was, became), d.author_id, d.took_part, d.readers)));

-- -------------------------------------------------------------------------------------- what the owner does for dis_app

-- What is said of a document, in the words of its form.
create function document_content(of_document bigint) returns jsonb language sql stable
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
        'title', d.title, 'kind', d.kind, 'language', d.language, 'valid_from', d.valid_from, 'valid_to', d.valid_to,
        'classification', d.classification, 'filed_by', a.name,
        'meeting', (select m.key from meetings m where m.id = d.meeting_id),
        'donors', (select string_agg(o.name, '; ' order by dd.nth) from document_donors dd
            join donors o on o.id = dd.donor_id where dd.document_id = d.id),
        'readers', (select string_agg(p.name, '; ' order by t.nth) from unnest(d.readers) with ordinality t (id, nth)
            join accounts p on p.id = t.id),
        'files', (select jsonb_agg(jsonb_build_object('number', v.number, 'name', v.name, 'bytes', v.bytes,
            'sha256', encode(v.sha256, 'hex')) order by v.number) from document_versions v where v.document_id = d.id)
    ))
    from documents d join accounts a on a.id = d.author_id where d.id = of_document;
end;

-- Keeps what is said of a document now as its next revision. Tells what an audit row holds: which, the version, a digest.
create function note_document_revision(of_document bigint) returns jsonb
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    told jsonb := document_content(of_document);
    salted bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    d documents;
    before jsonb;
    made document_revisions;
begin
    select * into d from documents where id = of_document;
    select jsonb_build_object('id', d.key, 'version', r.version, 'classification', r.classification,
            'digest', encode(r.digest, 'hex'))
        into before from document_revisions r where r.document_id = of_document order by r.version desc limit 1;
    insert into document_revisions (document_id, version, account_id, classification, content, salt, digest)
        values (of_document, d.version, reader(), d.classification, told, salted,
            sha256(salted || convert_to(told::text, 'UTF8')))
        returning * into made;
    return jsonb_build_object('before', before, 'after', jsonb_build_object('id', d.key, 'version', made.version,
        'classification', made.classification, 'digest', encode(made.digest, 'hex')));
end $$;

-- Revisions that are not what the audit says they were: how many.
create function document_revisions_broken() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from document_revisions r
    where r.digest <> sha256(r.salt || convert_to(r.content::text, 'UTF8'))
        or not exists (select from audit_entries e where e.entity = 'documents' and e.entity_id = r.document_id
            and e.change_id = r.change_id and e.after ->> 'digest' = encode(r.digest, 'hex'))
$$;

-- Documents whose title, file or donor holds the words typed, of those the reader may read.
create function documents_holding(typed text) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp rows 50 as $$
    select d.id from documents d
    where d.sought like (select (sought_words(typed))[1]) and d.sought like all ((select sought_words(typed))::text[])
        and may_read(d.classification, d.author_id, d.took_part, d.readers)
    union
    select dd.document_id from document_donors dd join documents d on d.id = dd.document_id
    where dd.donor_id in (select n.id from donors n where n.sought like all ((select sought_words(typed))::text[])
            union all select n.donor_id from donor_aliases n where n.sought like all ((select sought_words(typed))::text[]))
        and (select sought_words(typed) <> '{}') and may_read(d.classification, d.author_id, d.took_part, d.readers)
$$;

-- The number of the next version of a document the reader may read, those they may not read counted.
create function next_document_version(of_document bigint) returns integer
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(max(v.number), 0) + 1 from documents d join document_versions v on v.document_id = d.id
    where d.id = of_document and may_read(d.classification, d.author_id, d.took_part, d.readers)
$$;

-- Takes the next version whose text waits, for so many seconds. It tells which file and of what type, and nothing else.
create function take_document_text(by_task uuid, seconds double precision)
    returns table (version_id bigint, file_id uuid, media_type text, tries integer)
    language sql volatile security definer set search_path = public, pg_temp as $$
    with next as (
        select t.version_id from document_texts t
        where t.state = 'pending' and (t.lease_until is null or t.lease_until < clock_timestamp())
        order by t.version_id for update skip locked limit 1
    )
    update document_texts t set task = by_task, lease_until = clock_timestamp() + make_interval(secs => seconds),
        tries = t.tries + 1
    from next join document_versions v on v.id = next.version_id
    where t.version_id = next.version_id
    returning t.version_id, v.file_id, v.media_type, t.tries
$$;

-- Keeps what came of it, if the lease is still held.
create function keep_document_text(of_version bigint, by_task uuid, became text, why text, said text) returns boolean
    language sql volatile security definer set search_path = public, pg_temp as $$
    with kept as (
        update document_texts t set state = became, reason = why, text = said, task = null, lease_until = null
        where t.version_id = of_version and t.task = by_task and t.state = 'pending' returning 1
    ) select exists (select from kept)
$$;

-- Files there should be, with their length and digest: for `dis verify`.
create function document_files() returns table (file_id uuid, bytes bigint, sha256 bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
    select v.file_id, v.bytes, v.sha256 from document_versions v order by v.id
$$;

-- Lets go of files that came before a day and were never filed: their ids.
create function sweep_document_uploads(before timestamptz) returns setof uuid
    language sql volatile security definer set search_path = public, pg_temp as $$
    delete from document_uploads u where u.created_at < before
        and not exists (select from document_versions v where v.file_id = u.id) returning u.id
$$;

-- ------------------------------------------------------------------------------- readers named by two administrators
-- Every kind of classified thing, by its key and reference. A further kind is a further part of this view, with a function
-- `note_…_revision` named by its table without the s.

create view classified_things with (security_invoker = true) as
    select 'meetings'::text as entity, m.id, m.key, m.ref as reference, m.classification from meetings m
    union all
    select 'documents', d.id, d.key, d.key::text, d.classification from documents d;

-- A strictly confidential thing by its reference or key, for an administrator who is to name a reader.
drop function strictly_confidential_meeting(text);
create function strictly_confidential_thing(named text) returns table (entity text, id bigint, key uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.entity, t.id, t.key from classified_things t
    where (t.reference = named or t.key::text = lower(named)) and t.classification = 'strictly_confidential'
        and reader_role() = 'admin'
$$;

-- As in migration 0014, for whatever is classified.
create or replace function answer_reader_request(request uuid, grants boolean) returns jsonb
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    r reader_requests;
    named bigint;
    noted jsonb;
begin
    select * into r from reader_requests where key = request and answered_by is null for update;
    if r.id is null or r.asked_by = reader() or reader_role() is distinct from 'admin' or not exists (
        select from accounts a where a.id = reader() and a.role = 'admin' and a.disabled_at is null)
    then
        return null;
    end if;
    update reader_requests set answered_by = reader(), answered_at = this_instant(), granted = grants where id = r.id;
    if not grants or not exists (select from classified_things t where t.entity = r.entity and t.id = r.thing_id) then
        return jsonb_build_object('thing', r.thing);
    end if;
    execute format('update %I set readers = readers || $1, version = version + 1
        where id = $2 and not $1 = any(readers) returning id', r.entity) into named using r.account_id, r.thing_id;
    if named is null then
        return jsonb_build_object('thing', r.thing);
    end if;
    execute format('select %I($1)', 'note_' || rtrim(r.entity, 's') || '_revision') into noted using r.thing_id;
    return noted || jsonb_build_object('thing', r.thing, 'thing_id', r.thing_id, 'entity', r.entity);
end $$;

grant select, insert on documents, document_versions, document_texts, document_revisions to dis_app;
grant update on documents to dis_app;
grant update (classification) on document_versions to dis_app;
grant select, insert, delete on document_donors to dis_app;
grant select, insert, delete on document_uploads to dis_app;
grant select on classified_things to dis_app;
grant usage on sequence documents_id_seq, document_versions_id_seq to dis_app;
