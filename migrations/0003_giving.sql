-- Who a donor's money counts with, how it is earmarked, and what came in by year: one place each.

-- Every donor in force on a day, known at an instant, with the topmost of its parents (itself where it has none) and
-- what is in force of that one. Donors that are each other's parents count with themselves.
-- The setting keeps the function whole: put into a statement, the recursion is taken for millions of rows.
create function topmost_donors(day date, known_at timestamptz)
    returns table (donor_id bigint, top_id bigint, kind text, country text, member_state boolean)
    language sql stable parallel safe rows 2000 set enable_nestloop = off
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

-- The category of earmarking of a contribution: its pledge's; without a pledge unearmarked in a core fund, else the
-- level is not recorded.
create function earmarking_of(of_pledge text, of_fund text) returns text language sql immutable parallel safe
    return coalesce(of_pledge, case when of_fund = 'core' then 'unearmarked' else 'not_recorded' end);

-- Cash received between two days, by donor, year, fund and earmarking: the sum of the receipts' rounded US dollars at
-- the rates of their days, and how many have no rate and are in no sum. Of a day's terms, known at an instant.
-- The settings are for a hundred thousand receipts: hashed in memory, never sorted. The statement is given as text so
-- that it is planned for these days and not for any.
create function cash_received(from_day date, to_day date, day date, known_at timestamptz)
    returns table (donor_id bigint, year integer, fund_id bigint, earmarking text, usd numeric, without_rate bigint)
    language plpgsql stable parallel safe rows 20000
    set work_mem = '32MB' set enable_mergejoin = off set enable_sort = off
as $function$
begin
    return query execute $statement$
        with priced as materialized (
            -- The rate of a day is looked up once, however many receipts came that day.
            select days.currency, days.received_on,
                   case when days.currency = 'USD' then 1 else r.units_per_usd end as units_per_usd
            from (
                select c.currency, c.received_on from contribution_facts c
                where c.kind = 'cash' and c.received_on between $1 and $2 group by c.currency, c.received_on
            ) days
            left join lateral (
                select r.units_per_usd from exchange_rates r
                where r.currency = days.currency and r.valid_from <= days.received_on
                    and was_known(r.recorded_at, r.voided_at, $4)
                order by r.valid_from desc limit 1
            ) r on true
        ), marked as materialized (
            select pb.pledge_id, t.earmarking from pledge_balances pb join pledge_terms t on t.id = pb.terms_id
            where pb.valid @> $3 and pb.known @> $4
        ), summed as (
            select c.donor_id, extract(year from c.received_on)::integer as year, c.fund_id, marked.earmarking,
                   sum(usd_of(c.amount, priced.units_per_usd)) as usd,
                   count(*) filter (where priced.units_per_usd is null) as without_rate
            from contribution_facts c
            join priced on priced.currency = c.currency and priced.received_on = c.received_on
            left join marked on marked.pledge_id = c.pledge_id
            where c.kind = 'cash' and c.received_on between $1 and $2
                and was_known(c.recorded_at, c.voided_at, $4)
            group by 1, 2, 3, 4
        )
        select s.donor_id, s.year, s.fund_id, earmarking_of(s.earmarking, ff.earmarking), coalesce(s.usd, 0), s.without_rate
        from summed s left join funds_in_force($3, $4) ff on ff.fund_id = s.fund_id;
    $statement$ using from_day, to_day, day, known_at;
end $function$;
