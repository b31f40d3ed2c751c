//! The page of a report.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::{DonorReports, acts, pages, store};
use crate::access::{Act, may};
use crate::facts::tables::{REPORT_CONFIRMATIONS, REPORT_DUE_DATES, REPORT_EVENTS, REPORT_TERMS};
use crate::lists::List;
use crate::units;
use crate::web::detail::{self, Detail, When};
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn};

/// `GET /donor-reports/{ref}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, DonorReports::NAME);
    let (scope, known_then) = detail::scope(when, frame.today, latest)?;
    let report = store::report(&mut tx, &code, &scope).await?.ok_or(Refused::NotFound)?;
    let tables = [&REPORT_TERMS, &REPORT_DUE_DATES, &REPORT_EVENTS, &REPORT_CONFIRMATIONS];
    let history = detail::told(&mut tx, &frame, &tables, "donor_reports", report.id, scope.known_at).await?;
    let who = (frame.viewer.role, frame.viewer.unit_code.as_deref());
    let unit = std::slice::from_ref(&report.unit_code);
    let keeps = units::may_keep(&mut tx, who, Act::KeepReports, frame.today, latest.0, unit).await?;
    tx.end();
    let now = scope.as_of.0 == frame.today && !known_then;
    let confirms = now && may(frame.viewer.role, Act::ConfirmReports);
    let same = detail::when(&scope, frame.today, known_then);
    let detail = Detail {
        room: DonorReports::NAME,
        title: report.title.clone().unwrap_or_else(|| code.clone()),
        tags: pages::tags(&report, frame.l10n),
        actions: if now { acts::offered(&report, &code, keeps, &frame) } else { Vec::new() },
        figures: pages::figures(&report, frame.l10n),
        chart: None,
        said: pages::said(&report, &same, frame.l10n),
        sections: pages::sections(&report, &code, (keeps && now, confirms), scope.as_of.0, frame.l10n),
        history,
        code,
    };
    detail::page(frame, detail, &scope, known_then)
}
