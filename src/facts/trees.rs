//! Trees of facts: who belongs to whom, from which day on. No day may see a circle.

/// Things that are above themselves on some day, by the facts not voided: `start`. `$of` is a query for the ids of the
/// things to look from; a circle is found from any thing in it.
///
/// Each step up keeps to the days on which all of the way holds.
macro_rules! parent_loops {
    ($table:literal, $id:literal, $of:expr) => {
        concat!(
            "with recursive spans as (
                select ",
            $id,
            " as id, parent_id, coalesce(in_force_from, '-infinity'::date) as from_day,
                       lead(in_force_from, 1, 'infinity'::date)
                            over (partition by ",
            $id,
            " order by in_force_from nulls first) as to_day
                from ",
            $table,
            " where voided_at is null
            ), up as (
                select s.id as start, s.parent_id as at, s.from_day, s.to_day, 1 as steps from spans s
                where s.parent_id is not null and s.id in (",
            $of,
            ")
                union all
                select up.start, s.parent_id, greatest(up.from_day, s.from_day), least(up.to_day, s.to_day),
                       up.steps + 1
                from up join spans s on s.id = up.at and s.from_day < up.to_day and up.from_day < s.to_day
                where s.parent_id is not null and up.at <> up.start and up.steps < 60
            )
            select distinct start from up where at = start"
        )
    };
}
pub(crate) use parent_loops;
