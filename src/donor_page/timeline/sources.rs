//! Which kinds of entries a timeline has, and where each is read.
//!
//! A source says of one donor `f.donor` which rows it has (`pick`), the day and number they are in order by, and what is
//! shown of a row `p` that was picked (`dress`), in the columns of [`super::statement::Row`]. An index by donor in this
//! order makes it cost as much as the page shows, not as much as there is: docs/architecture.md, "The timeline".

/// The kinds one can keep, in the order they are offered.
pub(crate) const KINDS: &[&str] = &["meetings", "pledges", "money", "reports", "documents", "intelligence"];

/// Where one kind of entries is read.
pub(super) struct Source {
    /// What keeps it: one of [`KINDS`].
    pub(super) kind: &'static str,
    /// Whether it can lie after the day: what is planned, not what was recorded.
    pub(super) ahead: bool,
    /// Tables and conditions, ending with one that more can be added to.
    pub(super) pick: &'static str,
    /// The day it stands at.
    pub(super) day: &'static str,
    /// Its number among those of one day.
    pub(super) id: &'static str,
    /// The columns shown and their tables, for a row `p`.
    pub(super) dress: &'static str,
}

/// Every source. Its place is part of the order of entries of one day: the last stands on top.
pub(super) const SOURCES: &[Source] =
    &[TERMS, EVENTS, INSTALMENTS, RECEIPTS, REPORTS, DOCUMENTS, INTELLIGENCE, MEETINGS];

const TERMS: Source = Source {
    kind: "pledges",
    ahead: false,
    pick: "pledge_balances b join pledge_terms t on t.pledge_id = b.pledge_id and was_known(t.recorded_at, t.voided_at, scope.known)
        where b.donor_id = f.donor and stands(b, scope.day, scope.known)",
    day: "coalesce(t.agreed_on, t.pledged_on)",
    id: "t.id",
    dress: "'terms', l.ref, l.title, case when t.agreed_on is null then 'pledged' else 'amended' end, n.name, t.earmarking,
        t.currency, t.amount, null::numeric, null::integer, null::date, t.donor_id, null::text
        from picked p join pledge_terms t on t.id = p.id join pledges l on l.id = t.pledge_id join funds n on n.id = t.fund_id",
};

const EVENTS: Source = Source {
    kind: "pledges",
    ahead: false,
    pick: "pledge_balances b join pledge_events e on e.pledge_id = b.pledge_id and was_known(e.recorded_at, e.voided_at, scope.known)
        where b.donor_id = f.donor and stands(b, scope.day, scope.known)",
    day: "e.happened_on",
    id: "e.id",
    dress: "'event', l.ref, l.title, e.event, n.name, t.earmarking, b.currency, coalesce(e.amount, b.amount), null::numeric,
        e.instalment_number, null::date, b.donor_id, null::text
        from picked p cross join scope join pledge_events e on e.id = p.id join pledges l on l.id = e.pledge_id
        join pledge_balances b on b.pledge_id = e.pledge_id and stands(b, e.happened_on, scope.known)
        join pledge_terms t on t.id = b.terms_id join funds n on n.id = b.fund_id",
};

const INSTALMENTS: Source = Source {
    kind: "money",
    ahead: true,
    // What is paid is told by the receipt; what is not signed falls due on no day.
    pick: "instalment_balances b
        where b.donor_id = f.donor and b.outstanding > 0 and b.falls_due_on is not null and stands(b, scope.day, scope.known)
            and exists (select from pledge_balances pb where pb.pledge_id = b.pledge_id
                and stands(pb, scope.day, scope.known) and pb.status = 'signed')",
    day: "b.falls_due_on",
    id: "b.id",
    dress: "'instalment', b.pledge_ref, l.title, case when is_overdue(b, scope.day, scope.known) then 'overdue' else 'to_come' end,
        null::text, null::text, b.currency, b.amount, b.outstanding, b.number, null::date, b.donor_id, null::text
        from picked p cross join scope join instalment_balances b on b.id = p.id join pledges l on l.id = b.pledge_id",
};

const RECEIPTS: Source = Source {
    kind: "money",
    ahead: false,
    pick: "contribution_facts c where c.donor_id = f.donor and was_known(c.recorded_at, c.voided_at, scope.known)",
    day: "c.received_on",
    id: "c.id",
    dress: "'receipt', c.key, l.title, case when c.reverses_id is not null then 'reversal' when c.amount < 0 then 'negative'
            else c.kind end,
        coalesce(l.ref, n.name), t.earmarking, c.currency, c.amount, usd_of(c.amount, r.units_per_usd), null::integer,
        null::date, c.donor_id, null::text
        from picked p cross join scope join contribution_facts c on c.id = p.id join funds n on n.id = c.fund_id
        left join pledges l on l.id = c.pledge_id
        left join pledge_balances b on b.pledge_id = c.pledge_id and stands(b, scope.day, scope.known)
        left join pledge_terms t on t.id = b.terms_id
        left join lateral (select case when c.currency = 'USD' then 1 else (
            select x.units_per_usd from exchange_rates x where x.currency = c.currency and x.valid_from <= c.received_on
                and was_known(x.recorded_at, x.voided_at, scope.known)
            order by x.valid_from desc limit 1) end as units_per_usd) r on true",
};

const REPORTS: Source = Source {
    kind: "reports",
    ahead: true,
    // One that was sent stands at the first day it was sent, else at the day it is due.
    pick: "report_states s where s.donor_id = f.donor and s.owed and stands(s, scope.day, scope.known)",
    day: "coalesce(s.sent_on, s.due_on)",
    id: "s.id",
    dress: "'report', s.report_ref, o.title, report_state_of(s, scope.day), u.name, s.kind, null::text, null::numeric,
        null::numeric, report_days_late(s, scope.day), s.due_on, s.donor_id, null::text
        from picked p cross join scope join report_states s on s.id = p.id join donor_reports o on o.id = s.report_id
        join units u on u.id = s.unit_id",
};

const MEETINGS: Source = Source {
    kind: "meetings",
    ahead: true,
    // The policy of what hangs from a meeting asks whether it may be read. Whenever it was logged: it is shown as it is.
    pick: "meeting_donors md where md.donor_id = f.donor",
    day: "md.held_on",
    id: "md.meeting_id",
    // What was said stands here only where it is unclassified: else it is read on the meeting's page, and that is noted.
    dress: "'meeting', m.key::text, m.title, null::text,
        case when m.classification = 'unclassified' then left(coalesce(m.outcomes, m.agenda, m.purpose), 400) end,
        a.name, null::text, null::numeric, null::numeric, null::integer, null::date, null::bigint, m.classification::text
        from picked p join meetings m on m.id = p.id join accounts a on a.id = m.author_id",
};

const DOCUMENTS: Source = Source {
    kind: "documents",
    ahead: true,
    // On the first day it is valid, else on the day it was filed, in the agency's time zone.
    pick: "document_donors dd join documents o on o.id = dd.document_id where dd.donor_id = f.donor",
    day: "coalesce(o.valid_from, (o.filed_at at time zone scope.zone)::date)",
    id: "o.id",
    dress:
        "'document', o.key::text, o.title, o.kind, o.file_name, null::text, null::text, null::numeric, null::numeric,
        null::integer, null::date, null::bigint, o.classification::text
        from picked p join documents o on o.id = p.id",
};

const INTELLIGENCE: Source = Source {
    kind: "intelligence",
    ahead: true,
    pick: "intelligence i where i.donor_id = f.donor and i.withdrawn_at is null",
    day: "i.as_of_on",
    id: "i.id",
    dress: "'known', i.key::text, i.title, i.kind, case when i.classification = 'unclassified' then left(i.text, 400) end, i.source,
        null::text, null::numeric, null::numeric, i.year::integer, i.expires_on, i.donor_id, i.classification::text
        from picked p join intelligence i on i.id = p.id",
};
