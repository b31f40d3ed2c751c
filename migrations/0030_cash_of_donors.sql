-- Cash of some donors as cash_received (migration 0022) says it of all: a receipt moves one donor's, and the others' are
-- known already.
create function cash_received_of(donors bigint[], from_day date, to_day date, day date, known_at timestamptz)
    returns table (donor_id bigint, year integer, fund_id bigint, earmarking text, usd numeric, without_rate bigint)
    language plpgsql stable parallel safe rows 500
as $function$
begin
    return query execute $statement$
        with through as materialized (select * from rates_through($5)), summed as (
            select c.donor_id, extract(year from c.received_on)::integer as year, c.fund_id, marked.earmarking,
                   sum(usd_of(c.amount, c.units_per_usd)) as usd,
                   count(*) filter (where c.units_per_usd is null) as without_rate
            from (
                select c.donor_id, c.received_on, c.fund_id, c.pledge_id, c.amount,
                       rate_on(through.days, through.rates, c.received_on) as units_per_usd
                from contribution_facts c left join through on through.currency = c.currency
                where c.donor_id = any($1) and c.kind = 'cash' and c.received_on between $2 and $3
                    and was_known(c.recorded_at, c.voided_at, $5)
                offset 0
            ) c
            left join lateral (
                select t.earmarking from pledge_balances pb join pledge_terms t on t.id = pb.terms_id
                where pb.pledge_id = c.pledge_id and stands(pb, $4, $5) offset 0
            ) marked on true
            group by 1, 2, 3, 4
        )
        select s.donor_id, s.year, s.fund_id, earmarking_of(s.earmarking, ff.earmarking), coalesce(s.usd, 0), s.without_rate
        from summed s left join funds_in_force($4, $5) ff on ff.fund_id = s.fund_id;
    $statement$ using donors, from_day, to_day, day, known_at;
end $function$;
