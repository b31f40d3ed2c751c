-- What is known about donors is found by its words (migration 0018): a view, what it is made of, what there is already.

create view search_of_intelligence as
    select 'intelligence'::text as kind, i.id as thing_id, 0 as passage, i.as_of_on as day, array[i.donor_id] as donors,
           'intelligence'::text as room, i.key::text collate "C" as code, coalesce(i.title, i.year::text) as title,
           null::text as names, d.name as note, concat_ws(' ', d.name, i.year, c.name) as about,
           concat_ws(e'\n', i.text, i.theme, i.subprogramme, i.person_role, i.source) as text, null::text as language,
           i.classification, i.author_id, i.took_part, i.readers
    from intelligence i join donors d on d.id = i.donor_id left join donor_contacts c on c.id = i.contact_id
    where i.withdrawn_at is null;
select search_unite();

select search_when(t.of_table, 'intelligence', t.which) from (values
    ('intelligence', 'select id from changed'),
    ('donors', 'select i.id from intelligence i join changed d on d.id = i.donor_id'),
    ('donor_contacts', 'select i.id from intelligence i join changed c on c.id = i.contact_id')
) t (of_table, which);

select search_refresh('intelligence', array_agg(i.id)) from intelligence i group by i.id / 50;
