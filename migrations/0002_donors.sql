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
-- `removed` marks what was entered in error: nothing is deleted, so that a change can be taken back.
create table donor_focal_points (
    id bigint generated always as identity primary key,
    donor_id bigint not null references donors,
    account_id bigint not null references accounts,
    from_on date,
    to_on date,
    removed boolean not null default false,
    version integer not null default 1,
    during daterange not null generated always as (daterange(from_on, to_on, '[]')) stored,
    check (from_on <= to_on),
    -- One at a time.
    constraint donor_focal_points_one exclude using gist (donor_id with =, during with &&) where (not removed)
        deferrable initially deferred
);
create index donor_focal_points_donor on donor_focal_points (donor_id);
create index donor_focal_points_account on donor_focal_points (account_id);
insert into donor_focal_points (donor_id, account_id)
    select id, focal_point_id from donors where focal_point_id is not null;

-- Who is responsible for each donor on a day; at most one row a donor.
create function focal_points_on(day date) returns table (donor_id bigint, account_id bigint)
    language sql stable parallel safe rows 2000
begin atomic
    select f.donor_id, f.account_id from donor_focal_points f where f.during @> day and not f.removed;
end;

-- A person at a donor.
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

grant select, insert, update, delete on donor_aliases to dis_app;
grant select, insert, update on donor_focal_points, donor_contacts to dis_app;
