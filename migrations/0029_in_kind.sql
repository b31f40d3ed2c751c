-- What is not cash is looked for among very much that is.
create index contribution_facts_in_kind on contribution_facts (received_on, key) where kind = 'in_kind';
