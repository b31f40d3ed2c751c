//! Whether the instalments in force add up to the amount in force, from every day on which either changes.

/// The query for those that do not: `pledge_id, day, promised, scheduled`, of the pledges another query gives. One
/// text, for loading (the pledges a file touches) and for `dis verify` (all of them).
macro_rules! unequal_schedules {
    ($pledges:expr) => {
        concat!(
            "select pledge_id, day, promised, scheduled
             from (
                select pledge_id, day,
                       first_value(promised) over (partition by pledge_id, promises order by day) as promised,
                       first_value(scheduled) over (partition by pledge_id, schedules order by day) as scheduled
                from (
                    select pledge_id, day, promised, scheduled,
                           count(promised) over so_far as promises, count(scheduled) over so_far as schedules
                    from (
                        select pledge_id, day, max(promised) as promised, max(scheduled) as scheduled
                        from (
                            select pledge_id, coalesce(agreed_on, '-infinity') as day, amount as promised,
                                   null::numeric as scheduled
                            from pledge_terms where voided_at is null and pledge_id in (",
            $pledges,
            ")
                            union all
                            select pledge_id, coalesce(agreed_on, '-infinity'), null, sum(amount)
                            from instalments where voided_at is null and pledge_id in (",
            $pledges,
            ")
                            group by pledge_id, agreed_on
                        ) agreed group by pledge_id, day
                    ) days window so_far as (partition by pledge_id order by day)
                ) spells
             ) in_force where promised <> scheduled"
        )
    };
}
pub(crate) use unequal_schedules;
