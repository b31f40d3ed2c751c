//! The page of a contribution.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Contributions, acts};
use crate::facts::tables::{CONTRIBUTION_FACTS, HAND_ALLOCATIONS};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn, List};
use crate::web::detail::{self, Detail, Figure, Said, Section, When};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// A contribution as of a day.
#[derive(sqlx::FromRow)]
struct ContributionFigures {
    id: i64,
    note: Option<String>,
    donor_code: String,
    donor_name: String,
    fund_code: String,
    fund_name: String,
    kind: String,
    received_on: NaiveDate,
    currency: Currency,
    amount: Decimal,
    units_per_usd: Option<Decimal>,
    rate_from: Option<NaiveDate>,
    amount_usd: Option<Decimal>,
    pledge_ref: Option<String>,
    reverses: Option<String>,
    paid_by: Option<String>,
    taken_back: Decimal,
}

/// What an instalment was paid of it.
#[derive(sqlx::FromRow)]
struct Paid {
    pledge_ref: String,
    number: i32,
    currency: Currency,
    amount: Decimal,
    own_amount: Decimal,
    by_hand: bool,
}

/// What takes it back.
#[derive(sqlx::FromRow)]
struct TakesBack {
    key: String,
    received_on: NaiveDate,
    amount: Decimal,
    note: Option<String>,
}

/// `GET /contributions/{ref}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Contributions::NAME);
    let (scope, known_then) = detail::scope(when, frame.today, latest)?;
    let found: Option<ContributionFigures> = sqlx::query_as(
        "select l.id, l.note, d.code as donor_code, d.name as donor_name, f.code as fund_code, f.name as fund_name,
                c.kind, c.received_on, c.currency, c.amount, r.units_per_usd, r.valid_from as rate_from,
                usd_of(c.amount, r.units_per_usd) as amount_usd, p.ref as pledge_ref, v.ref as reverses, c.paid_by,
                coalesce((select sum(b.amount) from contribution_facts b where b.reverses_id = l.id
                    and b.received_on <= $2 and was_known(b.recorded_at, b.voided_at, $3)), 0) as taken_back
         from contributions l
         join contribution_facts c on c.contribution_id = l.id and was_known(c.recorded_at, c.voided_at, $3)
         join donors d on d.id = c.donor_id join funds f on f.id = c.fund_id
         left join pledges p on p.id = c.pledge_id left join contributions v on v.id = c.reverses_id
         left join rates_in_force(c.received_on, $3) r on r.currency = c.currency
         where l.ref = $1 order by c.id desc limit 1",
    )
    .bind(&code)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_optional(&mut *tx)
    .await?;
    let found = found.ok_or(Refused::NotFound)?;
    let paid: Vec<Paid> = sqlx::query_as(
        "select p.ref as pledge_ref, a.number, b.currency, a.amount, a.own_amount, a.by_hand
         from allocations a join pledges p on p.id = a.pledge_id
         join pledge_balances b on b.pledge_id = a.pledge_id and stands(b, $2, $3)
         where a.contribution_id = $1 and a.valid @> $2 and a.known @> $3 order by p.ref, a.number, a.by_hand desc",
    )
    .bind(found.id)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_all(&mut *tx)
    .await?;
    let back: Vec<TakesBack> = sqlx::query_as(
        "select f.key, f.received_on, f.amount, c.note from contribution_facts f
         join contributions c on c.id = f.contribution_id
         where f.reverses_id = $1 and f.received_on <= $2 and was_known(f.recorded_at, f.voided_at, $3)
         order by f.received_on, f.key",
    )
    .bind(found.id)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_all(&mut *tx)
    .await?;
    let tables = [&CONTRIBUTION_FACTS, &HAND_ALLOCATIONS];
    let history = detail::told(&mut tx, &frame, &tables, "contributions", found.id, scope.known_at).await?;
    tx.end();
    let l10n = frame.l10n;
    let mut tags = vec![("info", l10n.word("contributions", &found.kind))];
    if found.reverses.is_some() {
        tags.push(("warn", l10n.word("contributions", "reversal")));
    } else if found.amount < Decimal::ZERO {
        tags.push(("warn", l10n.word("contributions", "negative")));
    }
    let left = found.amount + found.taken_back;
    let is_receipt = found.reverses.is_none() && left > Decimal::ZERO;
    let mut sections = Vec::new();
    if found.reverses.is_none() {
        sections.push(where_it_went(&found, &paid, l10n));
    }
    if !back.is_empty() {
        sections.push(taken_back(&found, &back, l10n));
    }
    let detail = Detail {
        room: Contributions::NAME,
        title: code.clone(),
        actions: acts::offered(&code, is_receipt, found.pledge_ref.is_some(), &frame),
        code,
        tags,
        figures: figures(&found, &paid, l10n),
        chart: None,
        said: said(&found, l10n),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}

fn figures(found: &ContributionFigures, paid: &[Paid], l10n: L10n) -> Vec<Figure> {
    let allocated: Decimal = paid.iter().map(|paid| paid.own_amount).sum();
    let money = |key: &str, amount: Decimal| Figure {
        label: l10n.word("figure", key),
        unit: found.currency.to_string(),
        value: format::amount(amount, found.currency, l10n),
        href: None,
        note: l10n.word("figure", &format!("{key}-note")),
        also: None,
    };
    let rate_note = match (found.units_per_usd, found.rate_from) {
        (Some(rate), Some(from)) => {
            let rate = format::number(rate.normalize(), rate.normalize().scale(), l10n);
            l10n.with("figure-usd-note", &[("rate", rate.into()), ("from", format::day(from, l10n).into())])
        }
        (Some(_), None) => String::new(),
        (None, _) => l10n.t("figure-no-rate"),
    };
    let usd = found.amount_usd.map(|usd| format::amount(usd, Currency::USD, l10n)).unwrap_or_default();
    let usd = Figure {
        label: l10n.t("figure-usd"),
        unit: "USD".to_owned(),
        value: usd,
        href: None,
        note: rate_note,
        also: None,
    };
    let mut amount = money("amount", found.amount);
    amount.note = String::new();
    if found.reverses.is_some() {
        return vec![amount, usd];
    }
    let unallocated = found.amount + found.taken_back - allocated;
    vec![amount, usd, money("allocated", allocated), money("unallocated", unallocated)]
}

fn said(found: &ContributionFigures, l10n: L10n) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<&String>, href: Option<String>| {
        if let Some(value) = value {
            said.push(Said { label: l10n.t(label), value: value.clone(), href });
        }
    };
    say("col-donor", Some(&found.donor_name), Some(address::to("donors", &found.donor_code)));
    say("col-received", Some(&format::day(found.received_on, l10n)), None);
    say("col-fund", Some(&found.fund_name), Some(address::to("funds", &found.fund_code)));
    let link = |room: &str, reference: &Option<String>| reference.as_deref().map(|to| address::to(room, to));
    say("col-pledge", found.pledge_ref.as_ref(), link("pledges", &found.pledge_ref));
    say("field-reverses_id", found.reverses.as_ref(), link("contributions", &found.reverses));
    say("field-paid_by", found.paid_by.as_ref(), None);
    say("field-note", found.note.as_ref(), None);
    said
}

/// Everything that became of it: what each instalment took, what pays nothing yet, what was taken back. The amounts
/// add up to what it was.
fn where_it_went(found: &ContributionFigures, paid: &[Paid], l10n: L10n) -> Section {
    let heads = [("col-went-to", ""), ("col-of-it", "num"), ("col-in-pledge", "num w")];
    let mut rows: Vec<Vec<Drawn>> = paid
        .iter()
        .map(|paid| {
            let to = Drawn::text(format!("{} · {}", paid.pledge_ref, paid.number)).link("pledges", &paid.pledge_ref);
            let by_hand = paid.by_hand.then_some(("info", "contributions-by-hand"));
            let in_pledge = if paid.currency == found.currency {
                Drawn::default()
            } else {
                money(paid.amount, paid.currency, l10n)
            };
            vec![to.tag(by_hand), money(paid.own_amount, found.currency, l10n), in_pledge]
        })
        .collect();
    let allocated: Decimal = paid.iter().map(|paid| paid.own_amount).sum();
    let rest = found.amount + found.taken_back - allocated;
    let mut last = |key: &str, amount: Decimal| {
        if !amount.is_zero() {
            rows.push(vec![Drawn::text(l10n.t(key)), money(amount, found.currency, l10n), Drawn::default()]);
        }
    };
    last("contributions-went-nowhere", rest);
    last("contributions-went-back", -found.taken_back);
    Section {
        title: l10n.t("contributions-went"),
        heads: heads.map(|(label, class)| (l10n.t(label), class)).into(),
        rows,
        all: found.pledge_ref.as_deref().map(|pledge| address::to("pledges", pledge)).unwrap_or_default(),
        empty: l10n.t("contributions-paid-nothing"),
    }
}

/// What takes it back.
fn taken_back(found: &ContributionFigures, back: &[TakesBack], l10n: L10n) -> Section {
    let heads = [("col-reference", ""), ("col-received", "nowrap"), ("col-amount", "num")];
    let row = |one: &TakesBack| {
        vec![
            Drawn::text(&one.key).link("contributions", &one.key).below(one.note.clone().unwrap_or_default()),
            Drawn::of(&Cell::Day(one.received_on), l10n),
            money(one.amount, found.currency, l10n),
        ]
    };
    Section {
        title: l10n.t("contributions-taken-back"),
        heads: heads.map(|(label, class)| (l10n.t(label), class)).into(),
        rows: back.iter().map(row).collect(),
        all: String::new(),
        empty: String::new(),
    }
}

fn money(amount: Decimal, currency: Currency, l10n: L10n) -> Drawn {
    Drawn { text: format::amount(amount, currency, l10n), unit: currency.to_string(), ..Drawn::default() }
}
