-- Who a donor's money counts with: the one place that says who the topmost parent of a donor is.

-- Every donor in force on a day, known at an instant, with the topmost of its parents (itself where it has none) and
-- what is in force of that one. Donors that are each other's parents count with themselves.
create function topmost_donors(day date, known_at timestamptz)
    returns table (donor_id bigint, top_id bigint, kind text, country text, member_state boolean)
    language sql stable parallel safe rows 2000
begin atomic
    with recursive now as materialized (
        select i.donor_id, i.kind, i.country, i.member_state, i.parent_id from donors_in_force(day, known_at) i
    ), below as (
        select now.donor_id, now.donor_id as top_id, 0 as depth from now
        where now.parent_id is null or not exists (select from now above where above.donor_id = now.parent_id)
        union all
        select now.donor_id, below.top_id, below.depth + 1
        from below join now on now.parent_id = below.donor_id where below.depth < 50
    )
    select now.donor_id, top.donor_id, top.kind, top.country, top.member_state
    from now left join below on below.donor_id = now.donor_id
    join now top on top.donor_id = coalesce(below.top_id, now.donor_id);
end;
