-- Figures that were published, frozen whole; and an index for what reporting rates rest on.

-- The last change of the labels a page shows.
create index audit_entries_labels on audit_entries (entity, change_id);
