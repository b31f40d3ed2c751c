//! The page of a donor.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::Datelike;
use rust_decimal::Decimal;
use sqlx::types::Json;

use super::Donors;
use super::years::{self, Years};
use crate::arrears::Arrears;
use crate::contributions::{Contributions, EARMARKING, earmarking_from};
use crate::db::Select;
use crate::facts::tables::DONOR_FACTS;
use crate::kernel::Currency;
use crate::kernel::country::country;
use crate::l10n::L10n;
use crate::lists::{List, Scope};
use crate::pledges::Pledges;
use crate::settings::NO_DATA_YEARS;
use crate::web::detail::{self, Detail, Figure, Said, When};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// A donor with its figures in US dollars, its children's among them.
#[derive(sqlx::FromRow)]
pub(super) struct DonorFigures {
    id: i64,
    name: String,
    kind: Option<String>,
    country: Option<String>,
    member_state: Option<bool>,
    pub(super) parent: Option<String>,
    parent_name: Option<String>,
    focal_point: Option<String>,
    received: Decimal,
    received_year: Decimal,
    arrears: Decimal,
    receivable: Decimal,
    pub(super) years: Option<Json<Vec<years::Received>>>,
    pub(super) no_data: Option<Json<Vec<serde_json::Value>>>,
}

fn statement(code: &str, scope: &Scope) -> Select {
    let mut select = scope.begin();
    select.sql(", family as (with recursive below as (select c.id from donors c where c.code = ");
    select.bind(code.to_owned()).sql(" union select i.donor_id from below join donors_in_force(");
    scope.day_and_known(&mut select).sql(
        ") i on i.parent_id = below.id) select id from below),
         receipts as (
            select c.received_on, usd_of(c.amount, case when c.currency = 'USD' then 1 else (
                select r.units_per_usd from exchange_rates r
                where r.currency = c.currency and r.valid_from <= c.received_on
                    and was_known(r.recorded_at, r.voided_at, scope.known)
                order by r.valid_from desc limit 1) end) as usd, ",
    );
    select.sql(EARMARKING).sql(
        " as earmarking
            from scope join contribution_facts c on c.donor_id in (select id from family)
                and c.kind = 'cash' and c.received_on <= scope.day
                and was_known(c.recorded_at, c.voided_at, scope.known)",
    );
    earmarking_from(&mut select, scope);
    select.sql(
        ")
         select d.id, d.name, i.kind, i.country, i.member_state, p.code as parent, p.name as parent_name,
                a.name as focal_point,
                (select coalesce(sum(usd), 0) from receipts) as received,
                (select coalesce(sum(usd), 0) from receipts
                 where extract(year from received_on) = extract(year from scope.day)) as received_year,
                (select coalesce(sum(usd_of(b.outstanding, r.units_per_usd)), 0)
                 from instalment_balances b join rates r on r.currency = b.currency
                 where b.donor_id in (select id from family) and not isempty(b.overdue_during)
                    and b.overdue_during @> scope.day and b.known @> scope.known) as arrears,
                (select coalesce(sum(usd_of(b.receivable, r.units_per_usd)), 0)
                 from pledge_balances b join rates r on r.currency = b.currency
                 where b.donor_id in (select id from family) and b.valid @> scope.day and b.known @> scope.known
                ) as receivable,
                (select json_agg(y) from (
                    select extract(year from received_on)::integer as year, earmarking,
                           coalesce(sum(usd), 0)::text as usd
                    from receipts group by 1, 2) y) as years,
                (select json_agg(s.value) from (
                    select distinct on (s.fund_id) s.value from setting_facts s
                    where s.setting = ",
    );
    select.bind(NO_DATA_YEARS.name).sql(
        " and (s.in_force_from is null or s.in_force_from <= scope.day)
                        and was_known(s.recorded_at, s.voided_at, scope.known)
                    order by s.fund_id, s.in_force_from desc nulls last) s) as no_data
         from scope join donors d on d.code = ",
    );
    select.bind(code.to_owned()).sql(
        " left join lateral (
            select f.kind, f.country, f.member_state, f.parent_id from donor_facts f
            where f.donor_id = d.id and (f.in_force_from is null or f.in_force_from <= scope.day)
                and was_known(f.recorded_at, f.voided_at, scope.known)
            order by f.in_force_from desc nulls last limit 1
         ) i on true
         left join donors p on p.id = i.parent_id left join accounts a on a.id = d.focal_point_id",
    );
    select
}

/// `GET /donors/{code}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Donors::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let donor: Option<DonorFigures> = statement(&code, &scope).done().build_query_as().fetch_optional(&mut *tx).await?;
    let donor = donor.ok_or(Refused::NotFound)?;
    scope.filters.donor = Some(code.clone());
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let all = |room: &str| format!("/{room}?donor={}{same}", address::escape(&code));
    let kicker = |room: &str| l10n.word(room, "kicker");
    let sections = vec![
        detail::section::<Arrears>(&mut tx, &scope, kicker("arrears"), all("arrears"), l10n).await?,
        detail::section::<Pledges>(&mut tx, &scope, kicker("pledges"), all("pledges"), l10n).await?,
        detail::section::<Contributions>(&mut tx, &scope, kicker("contributions"), all("contributions"), l10n).await?,
    ];
    let history = detail::told(&mut tx, &frame, &[&DONOR_FACTS], "donors", donor.id, scope.known_at).await?;
    tx.commit().await?;
    let usd = |key: &str, note: &str, amount: Decimal, href: Option<String>| Figure {
        label: l10n.word("figure", key),
        unit: "USD".to_owned(),
        value: format::amount(amount, Currency::USD, l10n),
        href,
        note: if note.is_empty() { String::new() } else { l10n.word("figure", note) },
    };
    let figures = vec![
        usd(
            "received-year",
            "",
            donor.received_year,
            Some(years::rows(&all("contributions"), scope.as_of.0.year(), None)),
        ),
        usd("received", "received-note", donor.received, Some(all("contributions") + "&state=cash")),
        usd("receivable", "receivable-note", donor.receivable, Some(all("pledges"))),
        usd("arrears", "arrears-note", donor.arrears, Some(all("arrears"))),
    ];
    let years = Years::of(&donor, scope.as_of.0);
    let tags = years.status(&donor, &code, l10n);
    let chart = match years.chart(&all("contributions"), l10n) {
        Some(chart) => Some(chart.render()?),
        None => None,
    };
    let detail = Detail {
        room: Donors::NAME,
        code,
        title: donor.name.clone(),
        tags,
        actions: Vec::new(),
        figures,
        chart,
        said: said(&donor, l10n),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}

fn said(donor: &DonorFigures, l10n: L10n) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<String>, href: Option<String>| {
        if let Some(value) = value {
            said.push(Said { label: l10n.t(label), value, href });
        }
    };
    say("col-kind", donor.kind.as_ref().map(|kind| l10n.word("donors", kind)), None);
    say("col-country", donor.country.clone(), None);
    let region = donor.country.as_deref().and_then(country).map(|country| l10n.word("region", country.region));
    say("col-region", region, None);
    let member = donor.member_state.map(|yes| l10n.t(if yes { "yes" } else { "no" }));
    say("field-member_state", member, None);
    let parent = donor.parent.as_deref().map(|parent| address::to("donors", parent));
    say("col-parent", donor.parent_name.clone(), parent);
    say("col-focal-point", donor.focal_point.clone(), None);
    said
}
