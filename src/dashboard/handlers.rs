//! `/`: the dashboard, by role.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate, TimeDelta};
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::mine;
use super::tiles::{Asks, Now, Tile, tile};
use crate::access::Role;
use crate::allocations::Allocations;
use crate::arrears::{Ages, Arrears};
use crate::budget::{CoreTile, core_tile};
use crate::donor_reports::DonorReports;
use crate::donors::Donors;
use crate::exchange_rates::Rates;
use crate::import_page::Imports;
use crate::instalments::Instalments;
use crate::kernel::{AsOf, Currency};
use crate::meetings::{chart, statistics};
use crate::pledges::Pledges;
use crate::reporting_rates::{RateTile, rate_tile};
use crate::web::detail::{self, When};
use crate::web::frame::{Frame, filters};
use crate::web::list::Params;
use crate::web::{AppState, PageError, SignedIn, format};

/// How far ahead "soon" reaches.
const SOON_DAYS: i64 = 60;

#[derive(Template)]
#[template(path = "dashboard/page.html")]
struct DashboardPage {
    frame: Frame,
    lead: String,
    as_of: String,
    as_of_iso: String,
    known: String,
    known_at: String,
    /// For managers, and smaller for those who work for it.
    rate: Option<RateTile>,
    arrears: ArrearsTile,
    /// For managers and those who keep what is promised.
    core: Option<CoreTile>,
    tiles: Vec<Tile>,
    dialogues: Option<DialoguesTile>,
}

/// Dialogues with Member States of the year.
struct DialoguesTile {
    href: String,
    list: String,
    count: i64,
    sentence: String,
    chart: String,
}

/// What is overdue, by age: the one figure everybody shares.
struct ArrearsTile {
    href: String,
    total: String,
    sentence: String,
    ages: Ages,
}

/// How many dialogues this year, by month.
async fn dialogues(connection: &mut PgConnection, frame: &Frame, day: NaiveDate) -> Result<DialoguesTile, PageError> {
    let l10n = frame.l10n;
    let statistics = statistics(connection, day.year(), AsOf(day), l10n).await?;
    let args = [("year", day.year().to_string().into()), ("day", format::day(day, l10n).into())];
    let same = if day == frame.today { String::new() } else { format!("&as_of={day}") };
    Ok(DialoguesTile {
        href: format!("/dialogues?year={}{same}", day.year()),
        list: statistics.href.clone(),
        count: statistics.count,
        sentence: l10n.with("dialogues-so-far", &args),
        chart: chart(&statistics, 110, l10n)?,
    })
}

/// `GET /`.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "dashboard");
    let (l10n, today) = (frame.l10n, frame.today);
    let (mut scope, known_then) = detail::scope(when, today, latest)?;
    let day = scope.as_of.0;
    let mut asked = Params::default();
    if day != today {
        asked = asked.with("as_of", day.to_string());
    }
    if known_then {
        asked = asked.with("known_at", scope.known_at.to_string());
    }
    let now = Now { today, latest, l10n, zone: frame.zone, when: &asked, memory: &state.0.memory };
    // Staff look at their own unit and what is below it; everybody else at the agency.
    let own = frame.viewer.unit_code.clone().filter(|_| frame.viewer.role == Role::UnitStaff);
    let of_unit = |mut params: Vec<(&'static str, String)>| {
        params.extend(own.clone().map(|unit| ("unit", unit)));
        params
    };

    let rate = match frame.viewer.role {
        Role::Manager => Some(true),
        Role::ResourceMobilization | Role::Admin => Some(false),
        _ => None,
    };
    let rate = match rate {
        Some(whole) => Some(rate_tile(&frame.memory, &mut tx, (&scope, &asked), whole, l10n).await?),
        None => None,
    };
    let core = match frame.viewer.role {
        Role::Manager | Role::ResourceMobilization | Role::Admin => {
            Some(core_tile(&frame.memory, &mut tx, (&scope, &asked), l10n).await?)
        }
        _ => None,
    };
    scope.filters.unit.clone_from(&own);
    let totals = state.0.arrears_totals.of(&mut tx, &scope, latest).await?;
    let mut params = asked.clone();
    if let Some(unit) = &own {
        params = params.with("unit", unit);
    }
    let count: i64 = totals.iter().map(|total| total.instalments).sum();
    let usd: Decimal = totals.iter().filter_map(|total| total.outstanding_usd).sum();
    let arrears = ArrearsTile {
        href: params.address("/arrears"),
        total: format::amount(usd, Currency::USD, l10n),
        sentence: l10n.with("tile-arrears-sentence", &[("rows", count.into())]),
        ages: Ages::new(&totals, &params, l10n),
    };

    let soon = (day + TimeDelta::days(SOON_DAYS)).to_string();
    let to_come = of_unit(vec![("state", "to_come".to_owned()), ("until", soon), ("sort", "due".to_owned())]);
    let everywhere = of_unit(Vec::new());
    // How many there are stands in the figure above.
    let columns = &["col-donor", "col-due", "col-usd"];
    let oldest = Asks { name: "oldest", params: &everywhere, rows: 6, columns, counted: Some(count) };
    let unsigned = of_unit(vec![("state", "pledged".to_owned())]);
    let owed = of_unit(vec![("counted", format!("owed_{SOON_DAYS}"))]);
    let reports = Asks {
        name: "reports-owed",
        params: &owed,
        rows: 6,
        columns: &["col-report", "col-due", "col-state"],
        counted: None,
    };
    let mine = [("focal_point", frame.viewer.email.clone())];
    let stale = [("state", "stale".to_owned())];
    let ask = |name, params, rows, columns| Asks { name, params, rows, columns, counted: None };
    let mut tiles = Vec::new();
    match frame.viewer.role {
        Role::Finance => {
            let waits = ["col-put-right", "col-donor", "col-received", "col-amount"];
            tiles.push(tile::<Allocations>(&mut tx, ask("waiting", &[], 6, &waits), now).await?);
            tiles.push(tile::<Imports>(&mut tx, ask("imports", &[], 4, &["col-file"]), now).await?);
            tiles.push(tile::<Rates>(&mut tx, ask("stale-rates", &stale, 0, &[]), now).await?);
        }
        Role::UnitStaff | Role::ResourceMobilization => {
            tiles.push(tile::<DonorReports>(&mut tx, reports, now).await?);
            tiles.push(
                tile::<Instalments>(
                    &mut tx,
                    ask("to-come", &to_come, 6, &["col-pledge-number", "col-due", "col-outstanding"]),
                    now,
                )
                .await?,
            );
            tiles.push(
                tile::<Donors>(
                    &mut tx,
                    ask("my-donors", &mine, 6, &["col-name", "col-received-usd", "col-arrears-usd"]),
                    now,
                )
                .await?,
            );
            tiles.push(tile::<Pledges>(&mut tx, ask("unsigned", &unsigned, 0, &[]), now).await?);
        }
        Role::Admin | Role::Manager | Role::Auditor | Role::System => {
            tiles.push(tile::<DonorReports>(&mut tx, reports, now).await?);
            tiles.push(tile::<Arrears>(&mut tx, oldest, now).await?);
            // What a manager looks at is the rate; the statements of a page are counted.
            if frame.viewer.role == Role::Auditor {
                tiles.push(
                    tile::<Instalments>(
                        &mut tx,
                        ask("to-come", &to_come, 6, &["col-pledge-number", "col-due", "col-outstanding"]),
                        now,
                    )
                    .await?,
                );
            }
        }
    }
    tiles.extend(mine::tiles(&mut tx, &frame.viewer, now).await?);
    let dialogues = match frame.viewer.role {
        Role::Manager | Role::Auditor => Some(dialogues(&mut tx, &frame, day).await?),
        _ => None,
    };
    tx.end();
    let lead = own.as_ref().and(frame.viewer.unit_name.clone()).unwrap_or_else(|| frame.role());
    let known = if known_then {
        l10n.with("list-known-then", &[("instant", frame.instant(&scope.known_at).into())])
    } else {
        l10n.t("list-known-now")
    };
    let page = DashboardPage {
        lead,
        as_of: frame.day(&day),
        as_of_iso: day.to_string(),
        known_at: asked.get("known_at").unwrap_or_default().to_owned(),
        known,
        rate,
        core,
        arrears,
        tiles,
        dialogues,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}
