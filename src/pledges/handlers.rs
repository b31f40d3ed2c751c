//! The page of a pledge.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Pledges;
use crate::access::{Act, Role, may};
use crate::contributions::Contributions;
use crate::donor_reports::DonorReports;
use crate::facts::tables::{CONDITION_EVENTS, INSTALMENTS, PLEDGE_EVENTS, PLEDGE_TERMS, REPORTING_CLAUSES};
use crate::instalments::Instalments;
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::List;
use crate::web::detail::{self, Detail, Figure, Said, When};
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, PageError, Refused, SignedIn, address, format};

/// A pledge as of a day, in its currency.
#[derive(sqlx::FromRow)]
struct PledgeFigures {
    id: i64,
    title: Option<String>,
    agreement: Option<String>,
    donor_reference: Option<String>,
    donor_code: String,
    donor_name: String,
    unit_code: String,
    unit_name: String,
    fund_code: String,
    fund_name: String,
    earmarking: String,
    currency: Currency,
    amount: Decimal,
    pledged_on: NaiveDate,
    signed_on: Option<NaiveDate>,
    state: String,
    paid: Decimal,
    outstanding: Decimal,
    advance: Decimal,
    overdue: Decimal,
    scheduled: bool,
    waits: bool,
    own: bool,
    reports_not_owed: i64,
    terms_from: Option<NaiveDate>,
    project: Option<String>,
    project_title: Option<String>,
}

/// `GET /pledges/{ref}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Pledges::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let pledge: Option<PledgeFigures> = sqlx::query_as(
        "select p.id, p.title, p.agreement, p.donor_reference, d.code as donor_code, d.name as donor_name,
                u.code as unit_code, u.name as unit_name, f.code as fund_code, f.name as fund_name, t.earmarking,
                b.currency, b.amount, t.pledged_on, b.signed_on, b.status as state, b.paid, b.outstanding, b.advance,
                coalesce((select sum(i.outstanding) from instalment_balances i
                    where i.pledge_id = p.id and is_overdue(i, $2, $3)), 0) as overdue,
                b.instalments > 0 as scheduled, t.agreed_on as terms_from, t.project,
                (select pr.title from projects pr join projects_in_force($2, $3) pf on pf.project_id = pr.id
                    where pr.code = t.project) as project_title,
                exists (select from instalment_balances w where w.pledge_id = p.id and stands(w, $2, $3)
                    and w.falls_due_on is null) as waits,
                exists (select from unit_tree($4, $3) y where y.unit_id = b.unit_id and $5 = any(y.path)) as own,
                (select count(*) from report_states s where s.pledge_id = p.id and stands(s, $2, $3)
                    and not s.owed) as reports_not_owed
         from pledges p join pledge_balances b on b.pledge_id = p.id and stands(b, $2, $3)
         join pledge_terms t on t.id = b.terms_id join donors d on d.id = b.donor_id join units u on u.id = b.unit_id
         join funds f on f.id = b.fund_id where p.ref = $1",
    )
    .bind(&code)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .bind(frame.today)
    .bind(frame.viewer.unit_code.as_deref().unwrap_or_default())
    .fetch_optional(&mut *tx)
    .await?;
    let pledge = pledge.ok_or(Refused::NotFound)?;
    scope.filters.pledge = Some(code.clone());
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let all = |room: &str| format!("/{room}?pledge={}{same}", address::escape(&code));
    let kicker = |room: &str| l10n.word(room, "kicker");
    let owed = all("donor-reports");
    // Of a pledge that is not signed reports are planned, not owed: they are shown all the same.
    let mut planned = scope.clone();
    planned.filters.state = (pledge.signed_on.is_none() && pledge.reports_not_owed > 0).then(|| "not_owed".to_owned());
    let reports = planned.filters.state.as_ref().map_or_else(|| owed.clone(), |state| format!("{owed}&state={state}"));
    let sections = vec![
        detail::section::<Instalments>(&mut tx, &scope, kicker("instalments"), all("instalments"), l10n).await?,
        detail::section::<Contributions>(&mut tx, &scope, kicker("contributions"), all("contributions"), l10n).await?,
        detail::section::<DonorReports>(&mut tx, &planned, kicker("donor-reports"), reports, l10n).await?,
    ];
    let tables = [&PLEDGE_TERMS, &PLEDGE_EVENTS, &INSTALMENTS, &CONDITION_EVENTS, &REPORTING_CLAUSES];
    let history = detail::told(&mut tx, &frame, &tables, "pledges", pledge.id, scope.known_at).await?;
    tx.end();
    let role = frame.viewer.role;
    let own = role != Role::UnitStaff || pledge.own;
    let money = |key: &str, amount: Decimal, href: Option<String>| Figure {
        label: l10n.word("figure", key),
        unit: pledge.currency.to_string(),
        value: format::amount(amount, pledge.currency, l10n),
        href,
        note: l10n.word("figure", &format!("{key}-note")),
        also: None,
    };
    let mut figures = vec![
        money("amount", pledge.amount, None),
        money("paid", pledge.paid, Some(all("contributions"))),
        money("outstanding", pledge.outstanding, Some(all("instalments"))),
        money("overdue", pledge.overdue, Some(format!("{}&state=overdue", all("instalments")))),
    ];
    if !pledge.advance.is_zero() {
        figures.push(money("advance", pledge.advance, Some(all("contributions"))));
    }
    let class = match pledge.state.as_str() {
        "fully_paid" => "ok",
        "signed" => "info",
        _ => "warn",
    };
    let mut tags = vec![(class, l10n.word("pledges", &pledge.state))];
    if !pledge.scheduled {
        tags.push(("gap", l10n.word("pledges", "without_schedule")));
    }
    if pledge.project.is_some() && pledge.project_title.is_none() {
        tags.push(("gap", l10n.word("pledges", "unknown_project")));
    }
    let mut actions = actions(&pledge, &code, own && may(role, Act::KeepPledges), role, l10n);
    if own && may(role, Act::KeepReports) {
        let at = format!("{}/obligations", address::to(Pledges::NAME, &code));
        actions.push(Action::new(l10n.t("obligations-open"), at));
    }
    let detail = Detail {
        room: Pledges::NAME,
        title: pledge.title.clone().unwrap_or_else(|| code.clone()),
        code,
        tags,
        actions,
        figures,
        chart: None,
        said: said(&pledge, l10n),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}

/// What the reader may do with it, as it stands.
fn actions(pledge: &PledgeFigures, code: &str, keeps: bool, role: Role, l10n: L10n) -> Vec<Action> {
    let at = address::to(Pledges::NAME, code);
    let mut actions = Vec::new();
    if keeps {
        let mut act = |word: &str| actions.push(Action::new(l10n.word("pledge", word), format!("{at}/{word}")));
        let open = !["cancelled", "written_off"].contains(&pledge.state.as_str());
        if pledge.signed_on.is_none() && open {
            act("sign");
        }
        if pledge.waits {
            act("condition");
        }
        act("amend");
        if open && !pledge.outstanding.is_zero() {
            act("write-off");
            act("cancel");
        }
        let version = pledge.terms_from.map_or_else(String::new, |day| format!("?agreed_on={day}"));
        actions.push(Action::new(l10n.t("detail-edit"), format!("{at}/edit{version}")));
        if let Some(first) = actions.first_mut().filter(|_| pledge.signed_on.is_none() && open) {
            first.primary = true;
        }
    }
    if may(role, Act::KeepMoney) {
        let receipt = format!(
            "/contributions/new?pledge={}&donor={}&fund={}&currency={}",
            address::escape(code),
            address::escape(&pledge.donor_code),
            address::escape(&pledge.fund_code),
            pledge.currency
        );
        actions.push(Action::new(l10n.word("pledge", "receipt"), receipt).first("n"));
    }
    actions
}

fn said(pledge: &PledgeFigures, l10n: L10n) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<String>, href: Option<String>| {
        if let Some(value) = value {
            said.push(Said { label: l10n.t(label), value, href });
        }
    };
    say("col-donor", Some(pledge.donor_name.clone()), Some(address::to("donors", &pledge.donor_code)));
    say("col-unit", Some(pledge.unit_name.clone()), Some(address::to("units", &pledge.unit_code)));
    say("col-fund", Some(pledge.fund_name.clone()), Some(address::to("funds", &pledge.fund_code)));
    say("col-earmarking", Some(l10n.word("earmarking", &pledge.earmarking)), None);
    say("col-pledged", Some(format::day(pledge.pledged_on, l10n)), None);
    say("col-signed", pledge.signed_on.map(|day| format::day(day, l10n)), None);
    let project = pledge.project.as_deref().filter(|_| pledge.project_title.is_some());
    let title = pledge.project_title.clone().or_else(|| pledge.project.clone());
    say("field-project", title, project.map(|code| address::to("projects", code)));
    say("field-agreement", pledge.agreement.clone(), None);
    say("field-donor_reference", pledge.donor_reference.clone(), None);
    said
}
