-- Imports by the page: drafts that are looked at, put right and landed over several requests and several servers, and
-- the history of every import, whoever made it and however.

create table imports (
    id uuid primary key,
    account_id bigint not null references accounts,
    created_at timestamptz not null,
    -- What is in hand. Whether it landed is not told here: it has when a change names it as its form.
    state text not null check (state in
        ('uploading', 'kinds', 'checking', 'checked', 'refused', 'landing', 'failed', 'expired')),
    -- How often it was looked at: a page drawn before the last look lands nothing.
    round integer not null default 0,
    -- Why it could not be looked at or landed: a key of locales/, and what its sentence needs.
    failure text,
    failure_arg text not null default '',
    -- What was put right, and what came of the last look.
    fixes jsonb not null default '{}',
    outcome jsonb,
    added bigint not null default 0,
    changed bigint not null default 0,
    unchanged bigint not null default 0,
    rejected bigint not null default 0,
    -- Who works on it and until when the others leave it alone; how far that has come.
    task uuid,
    lease_until timestamptz,
    phase text not null default 'reading',
    rows_read bigint not null default 0,
    rows_about bigint not null default 0,
    expires_at timestamptz not null
);
create index imports_created on imports (created_at);
create index imports_expires on imports (expires_at) where state <> 'expired';

create table import_files (
    import_id uuid not null references imports on delete cascade,
    number integer not null,
    name text not null,
    kind text,
    bytes bigint not null default 0,
    sha256 bytea,
    primary key (import_id, number)
);

-- The files as they came, by the piece, so that none is ever held whole on its way in.
create table import_chunks (
    import_id uuid not null,
    file integer not null,
    number integer not null,
    content bytea not null,
    primary key (import_id, file, number),
    foreign key (import_id, file) references import_files on delete cascade
);
alter table import_chunks alter column content set storage external;

-- Imports being taken back, or that could not be: what is in hand, and why not.
create table import_undos (
    change_id bigint primary key references changes,
    lease_until timestamptz not null,
    failure text,
    failure_lines jsonb not null default '[]'
);

create index changes_imports on changes (id) where act = 'import';
-- Taking a change back says which: the history of imports asks whether one still stands.
create index changes_undoes on changes ((details ->> 'undoes')) where act = 'undo';

-- Every import there was, by the page or by a command, and every draft. `state` is one of landed, undone, refused, draft.
create view import_history as
    select coalesce(i.id::text, c.id::text) as ref, i.id as import_id, c.id as change_id, u.id as undone_by,
           coalesce(c.recorded_at, i.created_at) as happened_at, coalesce(c.account_id, i.account_id) as account_id,
           case when u.id is not null then 'undone'
                when c.id is not null then 'landed'
                when i.state in ('refused', 'failed') then 'refused'
                else 'draft' end as state,
           coalesce((select string_agg(f.name, ', ' order by f.number) from import_files f where f.import_id = i.id),
               (select string_agg(regexp_replace(name, '^.*/', ''), ', ')
                from json_array_elements_text(c.details -> 'files') name), '') as files,
           coalesce((c.details ->> 'added')::bigint, i.added) as added,
           coalesce((c.details ->> 'changed')::bigint, i.changed) as changed,
           coalesce((c.details ->> 'unchanged')::bigint, i.unchanged) as unchanged,
           coalesce(i.rejected, 0) as rejected
    from imports i
    full join (select * from changes where act = 'import') c on c.form_id = i.id
    left join lateral (
        select id from changes u where u.act = 'undo' and u.details ->> 'undoes' = c.id::text
            and not exists (select from changes r where r.act = 'undo' and r.details ->> 'undoes' = u.id::text)
        order by id desc limit 1
    ) u on true
    where i.id is null or i.state <> 'uploading';

grant select, insert, update, delete on imports, import_files, import_chunks, import_undos to dis_app;
grant select on import_history to dis_app;
