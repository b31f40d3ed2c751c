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
        where was_known(f.recorded_at, f.voided_at, known.at)",
    existing_order: "c.ref",
    existing_extra: &["old_pledge_id"],
    identities: &["insert into contributions (ref, note)
        select distinct on (ref) ref, note from stage_contributions where ref is not null order by ref
        on conflict (ref) do nothing"],
    resolve: &["update stage_contributions s set contribution_id = r.contribution_id, donor_id = r.donor_id,
            fund_id = r.fund_id, pledge_id = r.pledge_id, reverses_id = r.reverses_id, unit_id = r.unit_id
        from (select t.ctid as at, c.id as contribution_id, d.id as donor_id, f.id as fund_id, p.id as pledge_id,
                     o.id as reverses_id, u.id as unit_id
              from stage_contributions t left join contributions c on c.ref = t.ref left join donors d on d.code = t.donor
              left join funds f on f.code = t.fund left join pledges p on p.ref = t.pledge
              left join contributions o on o.ref = t.reverses left join units u on u.code = t.unit) r
        where s.ctid = r.at"],
    compare: &[],
    unless_corrected: &[
        "select s.file, s.line, 'ref' as col, s.ref as value, 'taken-out' as key, max(f.voided_at)::date::text as arg
         from stage_contributions s join contribution_facts f on f.contribution_id = s.contribution_id
         where not s.found and not s.bad and f.voided_at is not null group by s.file, s.line, s.ref",
    ],
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
        // A reference that comes back after it was taken out has the label it had.
        "select c.id as entity_id,
                case when s.found or c.note is distinct from s.note then jsonb_build_object('note', c.note) end as before,
                jsonb_build_object('note', s.note) as after
         from stage_contributions s join contributions c on c.id = s.contribution_id
         where (not s.found and s.note is not null) or s.label_diff <> '{}'",
    )),
    edit: &["update contributions c set note = s.note, version = version + 1 from stage_contributions s
        where c.id = s.contribution_id and (s.label_diff <> '{}' or (not s.found and s.note <> c.note)
            or (not s.found and s.note is not null and c.note is null))"],
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
         join contribution_facts r on r.reverses_id = o.contribution_id and r.voided_at is null
         group by s.file, s.line, s.amount, o.id, o.amount having -sum(r.amount) > o.amount",
    ],
    warnings: &[
        "select s.file, s.line, 'instalment' as col, s.instalment::text as value, 'instalment-unknown' as key,
                s.pledge as arg
         from stage_contributions s
         where s.instalment is not null and not exists (select from instalments i where i.pledge_id = s.pledge_id
            and i.number = s.instalment and i.voided_at is null)",
        // It lowers what is unallocated, never below nothing: paid less allocated would be below it.
        "select s.file, s.line, 'amount' as col, s.amount::text as value, 'refund-too-large' as key, s.pledge as arg
         from stage_contributions s
         join pledge_balances b on b.pledge_id = s.pledge_id and upper_inf(b.known) and b.valid @> s.received_on
         where s.amount < 0 and s.reverses_id is null and b.paid < coalesce((
            select sum(a.amount) from allocations a
            where a.pledge_id = s.pledge_id and upper_inf(a.known) and a.valid @> s.received_on), 0)",
        // In dollars, and where it pays a pledge in another currency, in that.
        "with needed as (
            select s.file, s.line, s.currency, s.received_on, s.currency as needs from stage_contributions s
            union
            select s.file, s.line, s.currency, s.received_on, t.currency from stage_contributions s
            join pledge_terms t on t.pledge_id = s.pledge_id and t.voided_at is null where t.currency <> s.currency
         )
         select n.file, n.line, 'currency' as col, n.currency as value, 'rate-missing' as key, n.needs as arg
         from needed n
         where n.needs <> 'USD' and not exists (
            select from exchange_rates r
            where r.voided_at is null and r.currency = n.needs and r.valid_from <= n.received_on)",
    ],
    // The pledge it names, the one it named before, and those of what it reverses and of what it reversed before.
    touched: Some(
        "with news as (
            select fact_id, pledge_id, old_pledge_id, reverses_id from stage_contributions
            where not found or fact_diff <> '{}'
         )
         select pledge_id from (
            select pledge_id from news
            union select old_pledge_id from news
            union select o.pledge_id from news join contribution_facts o on o.contribution_id = news.reverses_id
            union select o.pledge_id from news join contribution_facts before on before.id = news.fact_id
                join contribution_facts o on o.contribution_id = before.reverses_id
         ) named where pledge_id is not null",
    ),
    touched_reports: None,
};
