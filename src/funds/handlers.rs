//! The page of a fund.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::Funds;
use crate::arrears::Arrears;
use crate::contributions::Contributions;
use crate::facts::tables::FUND_FACTS;
use crate::imports::{self, Kind};
use crate::lists::List;
use crate::web::detail::{self, Detail, Said, When};
use crate::web::entry_from;
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address};

/// `GET /funds/{code}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Funds::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let fund: Option<(i64, String, Option<String>)> = sqlx::query_as(
        "select u.id, u.name, f.earmarking from funds u left join funds_in_force($2, $3) f on f.fund_id = u.id
         where u.code = $1",
    )
    .bind(&code)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_optional(&mut *tx)
    .await?;
    let (id, name, earmarking) = fund.ok_or(Refused::NotFound)?;
    scope.filters.fund = Some(code.clone());
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let all = |room: &str| format!("/{room}?fund={}{same}", address::escape(&code));
    let receipts = l10n.word("contributions", "kicker");
    let mut sections = vec![
        detail::section::<Arrears>(&mut tx, &scope, l10n.word("arrears", "kicker"), all("arrears"), l10n).await?,
        detail::section::<Contributions>(&mut tx, &scope, receipts, all("contributions"), l10n).await?,
    ];
    let held = imports::held(&mut tx, Kind::Funds, &code, scope.known_at.0).await?;
    sections.extend(entry_from::versions(&super::FORMS, &code, &held, &frame));
    let history = detail::told(&mut tx, &frame, &[&FUND_FACTS], "funds", id, scope.known_at).await?;
    tx.end();
    let said = earmarking.map(|earmarking| Said {
        label: l10n.t("col-earmarking"),
        value: l10n.word("funds", &earmarking),
        href: None,
    });
    let detail = Detail {
        room: Funds::NAME,
        code,
        title: name,
        tags: Vec::new(),
        actions: Vec::new(),
        figures: Vec::new(),
        chart: None,
        said: said.into_iter().collect(),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}
