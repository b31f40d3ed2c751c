//! `contributions`: money and value received, reversals and refunds.

use crate::facts::tables::CONTRIBUTION_FACTS;
use crate::imports::spec::{Cell, FactStep, Kind, Part, Spec, optional, required};

/// How contributions are loaded.
pub static SPEC: Spec = Spec {
    kind: Kind::Contributions,
    stage: "stage_contributions",
    columns: &[
        required("ref", Cell::Code, Part::Key),
        required("donor", Cell::Code, Part::Fact),
        required("currency", Cell::Currency, Part::Fact),
        required("amount", Cell::Amount, Part::Fact),
        required("received_on", Cell::Event, Part::Fact),
        required("fund", Cell::Code, Part::Fact),
        optional("kind", Cell::OneOf(&["cash", "in_kind"]), Part::Fact),
        optional("pledge", Cell::Code, Part::Fact),
        optional("instalment", Cell::Number, Part::Fact),
        optional("reverses", Cell::Code, Part::Fact),
        optional("paid_by", Cell::Text, Part::Fact),
        optional("unit", Cell::Code, Part::Fact),
        optional("note", Cell::Text, Part::Label),
    ],
    extra: "contribution_id bigint, donor_id bigint, fund_id bigint, pledge_id bigint, reverses_id bigint, unit_id bigint,
        old_pledge_id bigint",
    existing: "select c.ref, d.code as donor, f.currency, f.amount, f.received_on, u.code as fund, f.kind,
               p.ref as pledge, f.instalment_number as instalment, r.ref as reverses, f.paid_by, n.code as unit, c.note,
               f.id as fact_id, f.pledge_id as old_pledge_id
        from known cross join contribution_facts f join contributions c on c.id = f.contribution_id
        join donors d on d.id = f.donor_id join funds u on u.id = f.fund_id left join pledges p on p.id = f.pledge_id
        left join contributions r on r.id = f.reverses_id left join units n on n.id = f.unit_id
        where was_known(f.recorded_at, f.voided_at, known.at) order by c.ref",
    existing_extra: &["old_pledge_id"],
    identities: &["insert into contributions (ref, note)
        select distinct on (ref) ref, note from stage_contributions where ref is not null order by ref
        on conflict (ref) do nothing"],
    resolve: &["update stage_contributions s set contribution_id = c.id,
            donor_id = (select d.id from donors d where d.code = s.donor),
            fund_id = (select f.id from funds f where f.code = s.fund),
            pledge_id = (select p.id from pledges p where p.ref = s.pledge),
            reverses_id = (select r.id from contributions r where r.ref = s.reverses),
            unit_id = (select u.id from units u where u.code = s.unit)
        from contributions c where c.ref = s.ref"],
    compare: &[],
    checks: &[
        "select file, line, 'donor' as col, donor as value, 'donor-unknown' as key, '' as arg from stage_contributions
         where donor is not null and donor_id is null",
        "select file, line, 'fund' as col, fund as value, 'fund-unknown' as key, '' as arg from stage_contributions
         where fund is not null and fund_id is null",
        "select file, line, 'pledge' as col, pledge as value, 'pledge-unknown' as key, '' as arg from stage_contributions
         where pledge is not null and pledge_id is null",
        "select file, line, 'reverses' as col, reverses as value, 'contribution-unknown' as key, '' as arg
         from stage_contributions where reverses is not null and reverses_id is null",
        "select file, line, 'unit' as col, unit as value, 'unit-unknown' as key, '' as arg from stage_contributions
         where unit is not null and unit_id is null",
        "select file, line, 'reverses' as col, reverses as value, 'reverses-itself' as key, '' as arg
         from stage_contributions where reverses_id = contribution_id",
        "select file, line, 'amount' as col, amount::text as value, 'reversal-not-negative' as key, '' as arg
         from stage_contributions where reverses is not null and amount >= 0",
        "select file, line, 'instalment' as col, instalment::text as value, 'instalment-without-pledge' as key, '' as arg
         from stage_contributions where instalment is not null and pledge is null and not bad",
    ],
    audit: Some((
        "contributions",
        "select c.id as entity_id, case when s.found then jsonb_build_object('note', c.note) end as before,
                jsonb_build_object('note', s.note) as after
         from stage_contributions s join contributions c on c.id = s.contribution_id
         where (not s.found and s.note is not null) or s.label_diff <> '{}'",
    )),
    edit: &["update contributions c set note = s.note, version = version + 1 from stage_contributions s
        where c.id = s.contribution_id and s.label_diff <> '{}'"],
    facts: &[FactStep {
        table: &CONTRIBUTION_FACTS,
        void: "select fact_id from stage_contributions where fact_diff <> '{}'",
        record: "select ref as key, fact_id as replaces, contribution_id, donor_id, currency, amount, received_on, fund_id,
                   kind, pledge_id, instalment as instalment_number, reverses_id, paid_by, unit_id
            from stage_contributions where not found or fact_diff <> '{}'",
    }],
    final_checks: &[
        "select s.file, s.line, 'donor' as col, s.donor as value, 'pledge-of-another-donor' as key, s.pledge as arg
         from stage_contributions s
         where s.pledge_id is not null and s.paid_by is null and not exists (
            select from pledge_terms t where t.pledge_id = s.pledge_id and t.voided_at is null and t.donor_id = s.donor_id)",
        "select s.file, s.line, 'reverses' as col, s.reverses as value, 'reversal-does-not-fit' as key, '' as arg
         from stage_contributions s
         left join contribution_facts o on o.contribution_id = s.reverses_id and o.voided_at is null
         where s.reverses_id is not null and (o.id is null or o.reverses_id is not null or o.currency <> s.currency
            or o.donor_id <> s.donor_id or o.received_on > s.received_on
            or (s.pledge_id is not null and s.pledge_id is distinct from o.pledge_id))",
        "select s.file, s.line, 'amount' as col, s.amount::text as value, 'reversed-too-much' as key, o.amount::text as arg
         from stage_contributions s
         join contribution_facts o on o.contribution_id = coalesce(s.reverses_id, s.contribution_id) and o.voided_at is null
         where (select -sum(r.amount) from contribution_facts r
                where r.reverses_id = o.contribution_id and r.voided_at is null) > o.amount",
    ],
    warnings: &["select s.file, s.line, 'instalment' as col, s.instalment::text as value, 'instalment-unknown' as key,
            s.pledge as arg
        from stage_contributions s
        where s.instalment is not null and not exists (select from instalments i where i.pledge_id = s.pledge_id
            and i.number = s.instalment and i.voided_at is null)"],
    // The pledge it names, the one it named before, and that of what it reverses.
    touched: Some(
        "select distinct pledge_id from (
            select pledge_id from stage_contributions
            union select old_pledge_id from stage_contributions
            union select o.pledge_id from stage_contributions s
                join contribution_facts o on o.contribution_id = s.reverses_id and o.voided_at is null
         ) named where pledge_id is not null",
    ),
};
