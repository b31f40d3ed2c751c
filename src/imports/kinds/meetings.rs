//! `meetings`: what was said to whom, and what came of it.
//!
//! Rows are held to who may read them: whoever loads a file sees, and so compares with, what they may read. A reference
//! that is there and may not be read is refused, without a word of what it holds; only `system` is told whether its own
//! file says the same (`meetings_hidden` of migration 0014). What is recorded stands in revisions, the audit has digests.

use crate::imports::spec::{Cell, Kind, Part, Spec, optional, required};
use crate::lists::scope::LEVELS;

/// How meetings are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Meetings,
    stage: "stage_meetings",
    columns: &[
        required("ref", Cell::Code, Part::Key),
        required("held_on", Cell::Day, Part::Fact),
        required("donors", Cell::Text, Part::Fact),
        required("title", Cell::Text, Part::Label),
        optional("level", Cell::OneOf(&LEVELS), Part::Fact),
        optional("place", Cell::Text, Part::Label),
        optional("purpose", Cell::Text, Part::Label),
        optional("summary", Cell::Text, Part::Label),
        optional("outcomes", Cell::Text, Part::Label),
        optional(
            "classification",
            Cell::OneOf(&["unclassified", "confidential", "strictly_confidential"]),
            Part::Fact,
        ),
        optional("logged_by", Cell::Text, Part::Fact),
    ],
    extra: "meeting_id bigint, author_id bigint, donor_ids bigint[], bad_donor text, hidden boolean",
    existing: "select m.ref, m.held_on,
               (select string_agg(d.code, '; ' order by md.nth) from meeting_donors md join donors d on d.id = md.donor_id
                where md.meeting_id = m.id) as donors,
               m.title, m.level, m.place, m.purpose, m.summary, m.outcomes, m.classification::text as classification,
               a.email as logged_by, m.id as fact_id
        from known cross join meetings m join accounts a on a.id = m.author_id where m.logged_at <= known.at",
    existing_order: "m.ref",
    existing_extra: &[],
    identities: &[],
    resolve: &[
        "update stage_meetings s set donors = coalesce(n.codes, s.donors), donor_ids = n.ids, bad_donor = n.missing,
            meeting_id = (select m.id from meetings m where m.ref = s.ref),
            author_id = case when s.logged_by is null then reader()
                else (select a.id from accounts a where lower(a.email) = lower(s.logged_by)) end,
            logged_by = coalesce((select a.email from accounts a where lower(a.email) = lower(s.logged_by)), s.logged_by)
         from (
            select r.ctid as at, x.codes, x.ids, x.missing from stage_meetings r cross join lateral (
                select string_agg(t.code, '; ' order by t.nth) as codes,
                       array_agg(d.id order by t.nth) filter (where d.id is not null) as ids,
                       min(t.code) filter (where d.id is null) as missing
                from (
                    select distinct on (btrim(one)) btrim(one) as code, nth
                    from string_to_table(r.donors, ';') with ordinality as one (one, nth)
                    where btrim(one) <> '' order by btrim(one), nth
                ) t left join donors d on d.code = t.code collate \"C\"
                    and exists (select from donor_facts f where f.donor_id = d.id)
            ) x
         ) n where n.at = s.ctid",
        // Given and empty is unclassified; nobody named says nothing of who logged it. The bits are the columns' places.
        "update stage_meetings set classification = 'unclassified' where classification is null and (given & 512) <> 0",
        "update stage_meetings set given = given & ~1024::bigint where logged_by is null",
    ],
    compare: &[
        "update stage_meetings s set hidden = true, found = coalesce(h.same, false)
         from meetings_hidden(
            (select array_agg(r.ref order by r.ref) from stage_meetings r where not r.found and not r.bad),
            (select array_agg(jsonb_strip_nulls(jsonb_build_object('held_on', r.held_on, 'title', r.title, 'level', r.level,
                'place', r.place, 'purpose', r.purpose, 'summary', r.summary, 'outcomes', r.outcomes,
                'classification', coalesce(r.classification, 'unclassified'), 'donors', r.donors,
                'logged_by', (select a.email from accounts a where a.id = r.author_id))) order by r.ref)
             from stage_meetings r where not r.found and not r.bad)) h
         where h.ref = s.ref",
        "update stage_meetings set meeting_id = nextval('meetings_id_seq')
         where not found and not bad and hidden is null",
    ],
    unless_corrected: &[],
    checks: &[
        "select file, line, 'donors' as col, bad_donor as value, 'donor-unknown' as key, '' as arg from stage_meetings
         where bad_donor is not null",
        "select file, line, 'donors' as col, donors as value, 'required' as key, '' as arg from stage_meetings
         where donors is not null and donor_ids is null and bad_donor is null",
        "select file, line, 'logged_by' as col, logged_by as value, 'account-unknown' as key, '' as arg
         from stage_meetings where author_id is null",
        "select file, line, 'ref' as col, ref as value, 'meeting-hidden' as key, '' as arg
         from stage_meetings where hidden and not found",
    ],
    audit: None,
    edit: &[
        "insert into meetings (id, ref, title, held_on, place, level, purpose, summary, outcomes, classification, author_id)
            overriding system value
         select meeting_id, ref, title, held_on, place, level, purpose, summary, outcomes,
                coalesce(classification, 'unclassified')::classification, author_id
         from stage_meetings where not found",
        "insert into classification_changes (entity, thing_id, was, became, reason)
         select 'meetings', m.id, m.classification, s.classification::classification, current_setting('dis.reason')
         from stage_meetings s join meetings m on m.id = s.meeting_id
         where s.found and 'classification' = any(s.fact_diff)",
        "update meetings m set title = s.title, held_on = s.held_on, place = s.place, level = s.level,
            purpose = s.purpose, summary = s.summary, outcomes = s.outcomes, version = m.version + 1,
            classification = coalesce(s.classification, 'unclassified')::classification,
            author_id = case when 'logged_by' = any(s.fact_diff) then s.author_id else m.author_id end
         from stage_meetings s where m.id = s.meeting_id and s.found and s.fact_diff || s.label_diff <> '{}'",
        "delete from meeting_donors md using stage_meetings s
         where md.meeting_id = s.meeting_id and s.found and 'donors' = any(s.fact_diff)",
        "insert into meeting_donors (meeting_id, donor_id, nth)
         select s.meeting_id, d.id, d.nth from stage_meetings s cross join unnest(s.donor_ids) with ordinality d (id, nth)
         where not s.found or 'donors' = any(s.fact_diff)",
        "insert into audit_entries (change_id, entity, entity_id, before, after)
         select this_change(), 'meetings', s.meeting_id, nullif(n.note -> 'before', 'null'), n.note -> 'after'
         from stage_meetings s cross join lateral (select note_meeting_revision(s.meeting_id) as note) n
         where not s.found or s.fact_diff || s.label_diff <> '{}'",
    ],
    facts: &[],
    final_checks: &[],
    warnings: &[],
    touched: None,
    touched_reports: None,
};
