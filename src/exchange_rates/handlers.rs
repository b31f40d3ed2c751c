//! The page of a currency: its rates, and what was recorded of them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::Rates;
use crate::access::{Act, may};
use crate::kernel::Currency;
use crate::lists::List;
use crate::web::detail::{self, Detail, HistoryFact, HistoryLine, When};
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// A correction of a rate.
#[derive(sqlx::FromRow)]
struct Correction {
    valid_from: chrono::NaiveDate,
    old: rust_decimal::Decimal,
    new: rust_decimal::Decimal,
    recorded_at: chrono::DateTime<chrono::Utc>,
    change_id: i64,
    account: String,
    act: String,
    reason: Option<String>,
}

/// `GET /rates/{currency}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Rates::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let currency: Currency = code.parse().map_err(|_| Refused::NotFound)?;
    scope.filters.currency = Some(currency);
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let all = format!("/rates?currency={}{same}", address::escape(&code));
    let sections = vec![detail::section::<Rates>(&mut tx, &scope, l10n.word("rates", "kicker"), all, l10n).await?];
    let corrections: Vec<Correction> = sqlx::query_as(
        "select f.valid_from, o.units_per_usd as old, f.units_per_usd as new, f.recorded_at, f.change_id, a.name as account, c.act, c.reason
         from exchange_rates f join exchange_rates o on o.id = f.replaces join changes c on c.id = f.change_id
         join accounts a on a.id = c.account_id
         where f.currency = $1 and f.recorded_at <= $2 order by f.id desc limit 100",
    )
    .bind(currency)
    .bind(scope.known_at.0)
    .fetch_all(&mut *tx)
    .await?;
    let in_force: Option<chrono::NaiveDate> =
        sqlx::query_scalar("select valid_from from rates_in_force($1, $2) where currency = $3")
            .bind(scope.as_of.0)
            .bind(scope.known_at.0)
            .bind(currency)
            .fetch_optional(&mut *tx)
            .await?
            .flatten();
    tx.end();
    let history = corrections
        .into_iter()
        .map(|correction| {
            let what = l10n.word("history", "exchange_rates");
            let number = |rate: rust_decimal::Decimal| format::number(rate.normalize(), rate.normalize().scale(), l10n);
            let args = [
                ("label", format::day(correction.valid_from, l10n).into()),
                ("old", number(correction.old).into()),
                ("new", number(correction.new).into()),
            ];
            let what = l10n.with("history-corrected", &[("what", what.into())]);
            HistoryLine {
                change: correction.change_id,
                at: format::instant(correction.recorded_at, frame.zone, l10n),
                title: detail::act_in_words(&correction.act, Some(&code), l10n),
                who: correction.account,
                facts: vec![HistoryFact { what, lines: vec![l10n.with("history-became", &args)], voided: None }],
                reason: correction.reason,
            }
        })
        .collect();
    let correct = |from: chrono::NaiveDate| {
        let label = l10n.with("rates-correct", &[("day", format::day(from, l10n).into())]);
        Action::new(label, format!("{}/edit?valid_from={from}", address::to(Rates::NAME, &code)))
    };
    let mut actions = Vec::new();
    if may(frame.viewer.role, Act::KeepMoney) {
        actions.push(Action::new(l10n.word("new", "rates"), format!("/rates/new?currency={code}")));
        actions.extend(in_force.map(correct));
    }
    let detail = Detail {
        room: Rates::NAME,
        title: code.clone(),
        code,
        tags: Vec::new(),
        actions,
        figures: Vec::new(),
        chart: None,
        said: Vec::new(),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}
