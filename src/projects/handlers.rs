//! The page of a project.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use rust_decimal::Decimal;

use super::course::Course;
use super::pages::Page;
use super::{Projects, store};
use crate::access::{Act, may};
use crate::facts::tables::{EXPENDITURES, MILESTONE_EVENTS, MILESTONES, PROJECT_FACTS, PROJECT_STATUSES};
use crate::implementation::rule::{Standing, answer};
use crate::lists::List;
use crate::pledges::Pledges;
use crate::settings;
use crate::units;
use crate::web::detail::{self, Detail, When};
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address};

/// What is in force of a project, and what it spent, as the rule takes it.
fn standing(project: &store::Project) -> Standing {
    let spent = project.spent.iter().flat_map(|all| &all.0);
    Standing {
        starts_on: project.starts_on,
        ends_on: project.ends_on,
        budget: project.budget_usd,
        spent: spent.clone().map(|one| one.usd).sum(),
        last_spent: spent.filter(|one| one.usd > Decimal::ZERO).map(|one| one.month).next_back(),
    }
}

/// `GET /projects/{code}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Projects::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let (day, l10n) = (scope.as_of.0, frame.l10n);
    let project = store::project(&mut tx, &code, day, scope.known_at.0).await?.ok_or(Refused::NotFound)?;
    let margin = settings::late_margin(&mut tx, &scope).await?;
    let unit = std::slice::from_ref(&project.unit_code);
    let who = (frame.viewer.role, frame.viewer.unit_code.as_deref());
    let keeps = units::may_keep(&mut tx, who, Act::KeepProjects, frame.today, latest.0, unit).await?;
    let same = detail::when(&scope, frame.today, known_then);
    let standing = standing(&project);
    let answer = answer(&standing, day, margin);
    let page = Page { project: &project, code: &code, standing, answer, day, same: &same, keeps, l10n };
    scope.filters.project = Some(code.clone());
    let pledges = l10n.word("pledges", "kicker");
    let pledges = detail::section::<Pledges>(&mut tx, &scope, pledges, page.all("pledges"), l10n).await?;
    let tables = [&PROJECT_FACTS, &EXPENDITURES, &MILESTONES, &MILESTONE_EVENTS, &PROJECT_STATUSES];
    let history = detail::told(&mut tx, &frame, &tables, "projects", project.id, scope.known_at).await?;
    tx.end();
    let corrects = may(frame.viewer.role, Act::KeepMoney);
    let course = Course::new(&project, &code, &standing, day, corrects, l10n).render()?;
    let detail = Detail {
        room: Projects::NAME,
        title: project.title.clone(),
        tags: page.tags(),
        actions: actions(&page, corrects),
        figures: page.figures(),
        chart: Some(course.into()),
        said: page.said(),
        sections: vec![pledges, page.versions()],
        history,
        code: code.clone(),
    };
    let beside = page.beside();
    detail::page_with(frame, detail, beside, &scope, known_then)
}

/// What the reader may do with it.
fn actions(page: &Page<'_>, spends: bool) -> Vec<Action> {
    let (at, l10n) = (address::to(Projects::NAME, page.code), page.l10n);
    let mut actions = Vec::new();
    if page.keeps {
        let version = page.project.agreed_on.map_or_else(String::new, |day| format!("?agreed_on={day}"));
        actions.push(Action::new(l10n.t("project-anew"), format!("{at}/anew")));
        actions.push(Action::new(l10n.t("detail-edit"), format!("{at}/edit{version}")));
    }
    if spends {
        let spent = format!("/expenditures/new?project={}", address::escape(page.code));
        actions.push(Action::new(l10n.word("new", "expenditures"), spent).first("n"));
    }
    actions
}

/// `GET /expenditures/{code}`: what a project spent is told on its page.
pub async fn of_project(Path(code): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::to(&format!("{}{query}", address::to(Projects::NAME, &code))).into_response()
}
