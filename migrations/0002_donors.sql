-- What people know a donor by, who looks after it, and whom one talks to there. Labels all of it: edited in place with
-- an audit row, shown as it is today.

-- Other names of a donor: in other languages, short, former. Searched like its name.
create table donor_aliases (
    id bigint generated always as identity primary key,
    donor_id bigint not null references donors,
    alias text not null check (alias = btrim(alias) and alias <> '')
);
create unique index donor_aliases_unique on donor_aliases (donor_id, lower(alias));

-- Who is responsible for a donor, from a day (none: from the beginning) through a day (none: until further notice).
create table donor_focal_points (
    id bigint generated always as identity primary key,
    donor_id bigint not null references donors,
    account_id bigint not null references accounts,
    from_on date,
    to_on date,
    during daterange not null generated always as (daterange(from_on, to_on, '[]')) stored,
    check (from_on <= to_on),
    -- One at a time.
    constraint donor_focal_points_one exclude using gist (donor_id with =, during with &&) deferrable initially deferred
);
create index donor_focal_points_account on donor_focal_points (account_id);
insert into donor_focal_points (donor_id, account_id)
    select id, focal_point_id from donors where focal_point_id is not null;
alter table donors drop column focal_point_id;

-- Who is responsible for each donor on a day; at most one row a donor.
create function focal_points_on(day date) returns table (donor_id bigint, account_id bigint)
    language sql stable parallel safe rows 2000
begin atomic
    select f.donor_id, f.account_id from donor_focal_points f where f.during @> day;
end;

-- A donor's focal points as an audit row tells them, and set from what one told.
create function focal_points_told(of_donor bigint) returns jsonb language sql stable parallel safe
    return (select coalesce(jsonb_agg(
                jsonb_build_object('who', a.email, 'from', f.from_on, 'to', f.to_on) order by f.during), '[]')
            from donor_focal_points f join accounts a on a.id = f.account_id where f.donor_id = of_donor);

create function set_focal_points(of_donor bigint, told jsonb) returns void language sql
begin atomic
    delete from donor_focal_points where donor_id = of_donor;
    insert into donor_focal_points (donor_id, account_id, from_on, to_on)
        select of_donor, a.id, (one ->> 'from')::date, (one ->> 'to')::date
        from jsonb_array_elements(told) one join accounts a on lower(a.email) = lower(one ->> 'who');
end;

-- A donor's other names as files and audit rows tell them, `;` between, and set from what one told.
create function aliases_told(of_donor bigint) returns text language sql stable parallel safe
    return (select string_agg(a.alias, '; ' order by a.id) from donor_aliases a where a.donor_id = of_donor);

create function set_aliases(of_donor bigint, told text) returns void language sql
begin atomic
    delete from donor_aliases where donor_id = of_donor;
    insert into donor_aliases (donor_id, alias)
        select of_donor, btrim(alias) from string_to_table(told, ';') with ordinality as t (alias, nth)
        where btrim(alias) <> '' order by nth;
end;

-- A person at a donor. `removed` marks what was entered in error: nothing is deleted, so that a change can be taken back.
create table donor_contacts (
    id bigint generated always as identity primary key,
    donor_id bigint not null references donors,
    name text not null check (name = btrim(name) and name <> ''),
    title text,
    email text,
    phone text,
    language text,
    from_on date,
    to_on date,
    note text,
    removed boolean not null default false,
    version integer not null default 1,
    check (from_on <= to_on)
);
create index donor_contacts_donor on donor_contacts (donor_id);

grant select, insert, delete on donor_aliases, donor_focal_points to dis_app;
grant select, insert, update on donor_contacts to dis_app;
