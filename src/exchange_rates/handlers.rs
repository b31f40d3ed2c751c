//! The page of a currency: its rates, and what was recorded of them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::Rates;
use crate::kernel::Currency;
use crate::lists::List;
use crate::web::detail::{self, Detail, HistoryLine, When};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// A correction of a rate.
#[derive(sqlx::FromRow)]
struct Correction {
    valid_from: chrono::NaiveDate,
    old: rust_decimal::Decimal,
    new: rust_decimal::Decimal,
    recorded_at: chrono::DateTime<chrono::Utc>,
    account: String,
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
        "select f.valid_from, o.units_per_usd as old, f.units_per_usd as new, f.recorded_at, a.name as account, c.reason
         from exchange_rates f join exchange_rates o on o.id = f.replaces join changes c on c.id = f.change_id
         join accounts a on a.id = c.account_id
         where f.currency = $1 and f.recorded_at <= $2 order by f.id desc limit 100",
    )
    .bind(currency)
    .bind(scope.known_at.0)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
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
            HistoryLine {
                at: format::instant(correction.recorded_at, frame.zone, l10n),
                title: l10n.with("history-corrected", &[("what", what.into()), ("who", correction.account.into())]),
                lines: vec![l10n.with("history-became", &args)],
                reason: correction.reason,
                voided: None,
            }
        })
        .collect();
    let detail = Detail {
        room: Rates::NAME,
        title: code.clone(),
        code,
        tags: Vec::new(),
        figures: Vec::new(),
        chart: None,
        said: Vec::new(),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}
