-- Donor reports as a list and on pages: found by their words, and how late each is.

alter table donor_reports add column sought text generated always as (folded(coalesce(title || ' ', '') || ref)) stored;
create index donor_reports_sought on donor_reports using gin (sought gin_trgm_ops);

-- How many days late a report is as of a day (domain.md): from the day it is due to the first day it was sent, or to
-- the day itself. What is not owed or was waived is late by nothing, unless it was sent.
create function report_days_late(r report_states, day date) returns integer language sql immutable parallel safe
    return greatest(
        coalesce(r.sent_on, case when r.owed and r.waived_on is null then day end, r.due_on) - r.due_on, 0);

-- Reports near to what was typed, as pledges are (`pledges_near`).
create function reports_near(typed text, most integer)
    returns table (report_id bigint, nearness real)
    language sql stable parallel safe rows 20
begin atomic
    with begins as materialized (
        select r.id, r.ref, case when lower(r.ref) = (select folded(typed)) then 0 else 2 end::real as nearness
        from donor_reports r
        where r.ref >= (select upper(btrim(typed))) and r.ref < (select upper(btrim(typed)) || chr(1114111))
        order by r.ref limit 20
    ), sure as materialized (
        select r.id, r.ref, nearness((select folded(typed)), r.ref, r.sought) as nearness
        from donor_reports r
        where (select length(folded(typed)) > 2) and r.sought like (select (sought_words(typed))[1])
            and r.sought like all ((select sought_words(typed))::text[])
        limit 200
    ), best as (
        select distinct on (found.id) found.id, found.ref, found.nearness
        from (select * from sure union all select * from begins) found order by found.id, found.nearness
    )
    select best.id, best.nearness from best
    where exists (select from report_terms t where t.report_id = best.id and t.voided_at is null)
    order by best.nearness, best.ref desc limit most;
end;
