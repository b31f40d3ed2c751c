//! The page of a donor.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::Datelike;
use rust_decimal::Decimal;

use super::Donors;
use super::pages::{beside, family, said, spoken};
use super::store::{DonorFigures, statement};
use super::years::{self, Years};
use crate::access::{Act, may};
use crate::arrears::Arrears;
use crate::contributions::Contributions;
use crate::facts::tables::DONOR_FACTS;
use crate::intelligence;
use crate::kernel::Currency;
use crate::lists::List;
use crate::pledges::Pledges;
use crate::web::detail::{self, Detail, Figure, When};
use crate::web::entry_from;
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

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
    let mut sections: Vec<detail::Section> =
        family(&donor, &all("donors"), &same, scope.as_of.0.year(), l10n).into_iter().collect();
    sections.extend([
        detail::section::<Arrears>(&mut tx, &scope, kicker("arrears"), all("arrears"), l10n).await?,
        detail::section::<Pledges>(&mut tx, &scope, kicker("pledges"), all("pledges"), l10n).await?,
        detail::section::<Contributions>(&mut tx, &scope, kicker("contributions"), all("contributions"), l10n).await?,
    ]);
    let spoken = spoken(&donor, &code, frame.today, l10n);
    let known = donor.intelligence.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    sections.splice(0..0, spoken.into_iter().chain(intelligence::sections(known, &code, frame.today, l10n)));
    let versions = donor.versions.as_ref().map(|rows| rows.0.as_slice()).unwrap_or_default();
    sections.extend(entry_from::versions(&super::FORMS, &code, versions, &frame));
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
        Figure {
            label: l10n.t("figure-reports-overdue"),
            unit: String::new(),
            value: format::number(donor.reports_overdue.into(), 0, l10n),
            href: Some(all("donor-reports") + "&counted=overdue"),
            note: l10n.t("figure-reports-overdue-note"),
        },
    ];
    let years = Years::of(&donor, scope.as_of.0);
    let tags = years.status(&donor, &code, l10n);
    let chart = match years.chart(&all("contributions"), l10n) {
        Some(chart) => Some(chart.render()?),
        None => None,
    };
    let beside = beside(&donor, &code, &frame);
    let log = Action::new(frame.t("new-meetings"), format!("/meetings/new?donor={}", address::escape(&code)));
    let know = Action::new(frame.t("known-add"), format!("/intelligence/new?donor={}", address::escape(&code)));
    let may_do = |act: Act| may(frame.viewer.role, act);
    let actions = [(Act::LogMeetings, log), (Act::KeepIntelligence, know)];
    let actions = actions.into_iter().filter(|(act, _)| may_do(*act)).map(|(_, action)| action).collect();
    let detail = Detail {
        room: Donors::NAME,
        code,
        title: donor.name.clone(),
        tags,
        actions,
        figures,
        chart,
        said: said(&donor, l10n),
        sections,
        history,
    };
    detail::page_with(frame, detail, beside, &scope, known_then)
}
