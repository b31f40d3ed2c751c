-- Meetings, follow-ups, and classification: who may read what, once, for them and for whatever is classified after them.
--
-- Who reads is said by the transaction: dis.reader (an account) and dis.reader_role, set by the statement that loads the
-- session or by the one that takes the recording lock, and only for that transaction. Where nobody is said, and for
-- `system`, nothing above unclassified is there.

-- ---------------------------------------------------------------------------------------------------- the one rule

-- The levels of ST/SGB/2007/6, in their order.
create type classification as enum ('unclassified', 'confidential', 'strictly_confidential');

create function reader() returns bigint language sql stable parallel safe
    return nullif(current_setting('dis.reader', true), '')::bigint;
create function reader_role() returns text language sql stable parallel safe
    return nullif(current_setting('dis.reader_role', true), '');

-- Whether whoever reads may read a thing of this level: domain.md, "Classification". Without a subquery, so that it is
-- written into the plan and not called for each row. src/classified/rule.rs says the same; a test compares them.
create function may_read(level classification, author bigint, took_part bigint[], readers bigint[]) returns boolean
    language sql stable parallel safe
    return case level
        when 'unclassified' then true
        when 'confidential' then coalesce(reader_role() <> 'system'
            and (reader_role() in ('resource_mobilization', 'manager', 'auditor') or reader() = author
                or reader() = any(took_part)), false)
        else coalesce(reader_role() <> 'system' and (reader() = author or reader() = any(readers)), false)
    end;

-- Whether the reader's role reads what is confidential: they are shown statistics of everything.
create function reads_confidential() returns boolean language sql stable parallel safe
    return coalesce(reader_role() in ('resource_mobilization', 'manager', 'auditor'), false);

-- A UUIDv7 (RFC 9562): the milliseconds first, so that keys made one after another stand together.
create function uuid_v7() returns uuid language sql volatile parallel safe
    return encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid;

-- The change and instant of the transaction that records, as it says itself.
create function this_change() returns bigint language sql stable
    return current_setting('dis.change')::bigint;
create function this_instant() returns timestamptz language sql stable
    return current_setting('dis.recorded_at')::timestamptz;

-- -------------------------------------------------------------------------------------------------------- meetings

create table meetings (
    id bigint generated always as identity primary key,
    key uuid not null unique default uuid_v7(),
    ref text collate "C" not null unique,
    title text not null check (btrim(title) <> ''),
    held_on date not null,
    place text,
    level text check (level in ('head_of_agency', 'deputy', 'director', 'working')),
    purpose text,
    summary text,
    outcomes text,
    -- Of a meeting to come: what it is to be about, and who prepares it.
    agenda text,
    prepared_by bigint references accounts,
    -- Codes, `;` between.
    projects text,
    classification classification not null default 'unclassified',
    author_id bigint not null references accounts,
    -- Accounts: in the row itself, so that whether it may be read is asked of the row alone.
    took_part bigint[] not null default '{}',
    readers bigint[] not null default '{}',
    version integer not null default 1,
    logged_at timestamptz not null default this_instant(),
    sought text generated always as (folded(title || ' ' || ref || coalesce(' ' || place, '')
        || coalesce(' ' || purpose, '') || coalesce(' ' || summary, '') || coalesce(' ' || outcomes, '')
        || coalesce(' ' || agenda, ''))) stored
);
create index meetings_held on meetings (held_on, id);
create index meetings_sought on meetings using gin (sought gin_trgm_ops);
create index meetings_logged on meetings (logged_at);

create table meeting_donors (
    meeting_id bigint not null references meetings,
    donor_id bigint not null references donors,
    nth integer not null,
    primary key (meeting_id, donor_id)
);
create index meeting_donors_donor on meeting_donors (donor_id);

-- Who came from the donor's side: a contact, or a name where what is classified must not make one.
create table meeting_guests (
    meeting_id bigint not null references meetings,
    nth integer not null,
    name text not null check (name = btrim(name) and name <> ''),
    contact_id bigint references donor_contacts,
    primary key (meeting_id, nth)
);

create table meeting_pledges (
    meeting_id bigint not null references meetings,
    pledge_id bigint not null references pledges,
    primary key (meeting_id, pledge_id)
);
create index meeting_pledges_pledge on meeting_pledges (pledge_id);

-- What was promised at a meeting, by us or by them.
create table actions (
    id bigint generated always as identity primary key,
    key uuid not null unique default uuid_v7(),
    meeting_id bigint not null references meetings,
    nth integer not null,
    side text not null check (side in ('we', 'they')),
    text text not null check (btrim(text) <> ''),
    -- Of ours an account; of theirs a name.
    owner_id bigint references accounts,
    owner_name text,
    due_on date,
    state text not null default 'open' check (state in ('open', 'done', 'dropped')),
    closed_on date,
    version integer not null default 1,
    check ((state = 'open') = (closed_on is null))
);
create index actions_meeting on actions (meeting_id, nth);
create index actions_owner on actions (owner_id) where state = 'open';
create index actions_order on actions (((state <> 'open')::integer), (coalesce(due_on, '2199-12-31'::date)), id);

-- What a meeting said, whenever it was logged or edited. Nothing of it stands in the audit: there stands its digest, made
-- with a salt so that nobody can try sentences against it.
create table meeting_revisions (
    meeting_id bigint not null references meetings,
    version integer not null,
    change_id bigint not null default this_change(),
    recorded_at timestamptz not null default this_instant(),
    account_id bigint not null references accounts,
    classification classification not null,
    content jsonb not null,
    salt bytea not null,
    digest bytea not null,
    primary key (meeting_id, version)
);

-- A classification raised or lowered, and why. The reason may say what is classified: it is read as the thing is.
create table classification_changes (
    id bigint generated always as identity primary key,
    entity text not null,
    thing_id bigint not null,
    change_id bigint not null default this_change(),
    recorded_at timestamptz not null default this_instant(),
    account_id bigint not null default reader() references accounts,
    was classification not null,
    became classification not null,
    reason text not null check (btrim(reason) <> '')
);
create index classification_changes_thing on classification_changes (entity, thing_id);

-- Who read what is classified, when, and how; never what it says.
create table classified_readings (
    id bigint generated always as identity primary key,
    read_at timestamptz not null,
    account_id bigint not null references accounts,
    entity text not null,
    thing uuid not null,
    classification classification not null,
    how text not null
);
create index classified_readings_account on classified_readings (account_id, id);
create index classified_readings_at on classified_readings (read_at);

-- A reader to be added to what is strictly confidential: one administrator asks, another answers.
create table reader_requests (
    id bigint generated always as identity primary key,
    key uuid not null unique default uuid_v7(),
    entity text not null,
    thing_id bigint not null,
    thing uuid not null,
    account_id bigint not null references accounts,
    reason text not null check (btrim(reason) <> ''),
    asked_by bigint not null default reader() references accounts,
    asked_at timestamptz not null default this_instant(),
    answered_by bigint references accounts,
    answered_at timestamptz,
    granted boolean,
    check (answered_by <> asked_by),
    check ((answered_by is null) = (granted is null))
);

-- What somebody has begun to type: nobody else's, and no record of the agency.
create table meeting_drafts (
    id uuid primary key,
    account_id bigint not null references accounts,
    fields jsonb not null,
    title text not null,
    donors text not null,
    version integer not null default 1,
    -- The window it was last kept from: its own answer may have been lost on the way.
    writer text not null,
    saved_at timestamptz not null
);
create index meeting_drafts_account on meeting_drafts (account_id, saved_at);

create trigger append_only before update or delete on meeting_revisions for each row execute function refuse_change();
create trigger append_only before update or delete on classification_changes for each row execute function refuse_change();
create trigger append_only before update or delete on classified_readings for each row execute function refuse_change();

-- ---------------------------------------------------------------------------------------------- who may read which row

-- The program's role is held to the rule; so is the owner, but for what the owner's own policy lets through: migrations,
-- and the functions below, which apply the rule themselves.
do $$
declare
    t text;
begin
    foreach t in array array['meetings', 'meeting_donors', 'meeting_guests', 'meeting_pledges', 'actions',
        'meeting_revisions', 'classification_changes', 'classified_readings', 'reader_requests', 'meeting_drafts']
    loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy owners on %I to current_user using (true) with check (true)', t);
    end loop;
    -- What hangs from a meeting is read as the meeting is.
    foreach t in array array['meeting_donors', 'meeting_guests', 'meeting_pledges', 'actions']
    loop
        execute format('create policy as_the_meeting on %I to dis_app
            using (exists (select from meetings m where m.id = meeting_id)) with check (true)', t);
    end loop;
end $$;

create policy readers on meetings for select to dis_app using (may_read(classification, author_id, took_part, readers));
create policy logging on meetings for insert to dis_app with check (true);
create policy editing on meetings for update to dis_app
    using (may_read(classification, author_id, took_part, readers)) with check (true);

-- What was written under a higher classification stays under it when the meeting is lowered.
create policy readers on meeting_revisions for select to dis_app using (exists (
    select from meetings m where m.id = meeting_id
        and may_read(greatest(m.classification, meeting_revisions.classification), m.author_id, m.took_part, m.readers)));
create policy as_the_thing on classification_changes for select to dis_app using (
    entity = 'meetings' and exists (select from meetings m where m.id = thing_id
        and may_read(greatest(m.classification, was, became), m.author_id, m.took_part, m.readers)));
create policy recording on classification_changes for insert to dis_app with check (account_id = reader());

create policy own on classified_readings for insert to dis_app with check (account_id = reader());
create policy audit on classified_readings for select to dis_app using (reader_role() in ('admin', 'auditor'));

create policy administrators on reader_requests for select to dis_app using (reader_role() in ('admin', 'auditor'));
create policy asking on reader_requests for insert to dis_app with check (asked_by = reader() and reader_role() = 'admin');

create policy own on meeting_drafts to dis_app using (account_id = reader()) with check (account_id = reader());

-- -------------------------------------------------------------------------------------- what the owner does for dis_app
-- Each of these passes over row-level security and so applies the rule itself, or tells nothing that is classified.

-- What a meeting says, in the words of forms and files.
create function meeting_content(of_meeting bigint) returns jsonb language sql stable
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
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
    from meetings m join accounts a on a.id = m.author_id where m.id = of_meeting;
end;

-- Keeps what a meeting says now as its next revision. Tells what an audit row holds: which, the version, a digest.
create function note_meeting_revision(of_meeting bigint) returns jsonb
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    told jsonb := meeting_content(of_meeting);
    salted bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    m meetings;
    before jsonb;
    made meeting_revisions;
begin
    select * into m from meetings where id = of_meeting;
    select jsonb_build_object('id', m.key, 'version', r.version, 'classification', r.classification,
            'digest', encode(r.digest, 'hex'))
        into before from meeting_revisions r where r.meeting_id = of_meeting order by r.version desc limit 1;
    insert into meeting_revisions (meeting_id, version, account_id, classification, content, salt, digest)
        values (of_meeting, m.version, reader(), m.classification, told, salted,
            sha256(salted || convert_to(told::text, 'UTF8')))
        returning * into made;
    return jsonb_build_object('before', before, 'after', jsonb_build_object('id', m.key, 'version', made.version,
        'classification', made.classification, 'digest', encode(made.digest, 'hex')));
end $$;

-- Revisions that are not what the audit says they were: how many.
create function meeting_revisions_broken() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from meeting_revisions r
    where r.digest <> sha256(r.salt || convert_to(r.content::text, 'UTF8'))
        or not exists (select from audit_entries e where e.entity = 'meetings' and e.entity_id = r.meeting_id
            and e.change_id = r.change_id and e.after ->> 'digest' = encode(r.digest, 'hex'))
$$;

-- Meetings that hold the words typed, of those the reader may read: by the index, which a policy would keep from use.
create function meetings_holding(typed text) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp rows 50 as $$
    select m.id from meetings m
    where m.sought like (select (sought_words(typed))[1]) and m.sought like all ((select sought_words(typed))::text[])
        and may_read(m.classification, m.author_id, m.took_part, m.readers)
    union
    select md.meeting_id from meeting_donors md join meetings m on m.id = md.meeting_id
    where md.donor_id in (select n.id from donors n where n.sought like all ((select sought_words(typed))::text[])
            union all select n.donor_id from donor_aliases n where n.sought like all ((select sought_words(typed))::text[]))
        and (select sought_words(typed) <> '{}') and may_read(m.classification, m.author_id, m.took_part, m.readers)
$$;

-- Dialogues held between two days (domain.md, "Dialogues"): the countries of their Member States, and whether the reader
-- may read the meeting. All of them for those whose role reads what is confidential, else what the reader may read.
create function dialogues_held(from_day date, to_day date)
    returns table (held_on date, countries text[], listed boolean)
    language sql stable security definer set search_path = public, pg_temp rows 100 as $$
    select m.held_on, s.countries, may_read(m.classification, m.author_id, m.took_part, m.readers)
    from meetings m cross join lateral (
        select array_agg(distinct i.country) as countries
        from meeting_donors md cross join lateral (
            select f.country, f.member_state from donor_facts f
            where f.donor_id = md.donor_id and f.voided_at is null
                and (f.in_force_from is null or f.in_force_from <= m.held_on)
            order by f.in_force_from desc nulls last limit 1
        ) i where md.meeting_id = m.id and i.member_state
    ) s
    where m.held_on between from_day and to_day and m.level = 'head_of_agency' and s.countries is not null
        and (reads_confidential() or may_read(m.classification, m.author_id, m.took_part, m.readers))
    order by m.held_on
$$;

-- References a file names that are there and may not be read by whoever loads it; for `system`, which reads nothing
-- classified and may yet load its own file again, whether the file says what is there.
create function meetings_hidden(refs text[], said jsonb[]) returns table (ref text, same boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.ref, reader_role() = 'system' and s.said = jsonb_strip_nulls(jsonb_build_object(
            'held_on', m.held_on, 'title', m.title, 'level', m.level, 'place', m.place, 'purpose', m.purpose,
            'summary', m.summary, 'outcomes', m.outcomes, 'classification', m.classification, 'logged_by', a.email,
            'donors', (select string_agg(d.code, '; ' order by md.nth) from meeting_donors md
                join donors d on d.id = md.donor_id where md.meeting_id = m.id)))
    from unnest(refs, said) s (ref, said) join meetings m on m.ref = s.ref join accounts a on a.id = m.author_id
    where not may_read(m.classification, m.author_id, m.took_part, m.readers)
$$;

-- A strictly confidential meeting by its reference or key, for an administrator who is to name a reader.
create function strictly_confidential_meeting(named text) returns table (id bigint, key uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.id, m.key from meetings m
    where (m.ref = named or m.key::text = lower(named)) and m.classification = 'strictly_confidential'
        and reader_role() = 'admin'
$$;

-- Adds the reader whom one administrator asked for and another grants, or notes that it is not granted. Nothing where the
-- two are one, or there is no such request; else which thing it is, and what its audit row holds.
create function answer_reader_request(request uuid, grants boolean) returns jsonb
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    r reader_requests;
begin
    select * into r from reader_requests where key = request and answered_by is null for update;
    if r.id is null or r.asked_by = reader() or reader_role() is distinct from 'admin' or not exists (
        select from accounts a where a.id = reader() and a.role = 'admin' and a.disabled_at is null)
    then
        return null;
    end if;
    update reader_requests set answered_by = reader(), answered_at = this_instant(), granted = grants where id = r.id;
    if not grants then
        return jsonb_build_object('thing', r.thing);
    end if;
    update meetings set readers = readers || r.account_id, version = version + 1
        where id = r.thing_id and r.entity = 'meetings' and not r.account_id = any(readers);
    if not found then
        return jsonb_build_object('thing', r.thing);
    end if;
    return note_meeting_revision(r.thing_id) || jsonb_build_object('thing', r.thing, 'thing_id', r.thing_id);
end $$;

grant select, insert on meetings, meeting_revisions, classification_changes, classified_readings, reader_requests to dis_app;
grant select, insert, update on actions to dis_app;
grant update on meetings to dis_app;
grant select, insert, delete on meeting_donors, meeting_guests, meeting_pledges to dis_app;
grant select, insert, update, delete on meeting_drafts to dis_app;
grant usage on sequence meetings_id_seq to dis_app;
