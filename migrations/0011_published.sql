-- Figures that were published, frozen whole: what a list showed at an address as of a day, with what was known at an
-- instant, labels as they were. Added, never changed or taken back; who, when and why stand in the change.

create table published_figures (
    id bigint generated always as identity primary key,
    change_id bigint not null,
    -- The list, and the address it is shown at again.
    list text not null,
    address text not null,
    as_of date not null,
    known_at timestamptz not null,
    title text not null,
    -- All of it, as text: what is hashed must come back as it was.
    content json not null,
    sha256 bytea not null check (octet_length(sha256) = 32)
);
create index published_figures_change on published_figures (change_id);
create trigger append_only before update or delete on published_figures for each row execute function refuse_change();
grant select, insert on published_figures to dis_app;

-- The last change of the labels a page shows.
create index audit_entries_labels on audit_entries (entity, change_id);
