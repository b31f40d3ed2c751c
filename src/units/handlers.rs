//! The page of a unit.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::Units;
use crate::arrears::Arrears;
use crate::facts::tables::UNIT_FACTS;
use crate::imports::{self, Kind};
use crate::lists::List;
use crate::pledges::Pledges;
use crate::web::detail::{self, Detail, Said, When};
use crate::web::entry_from;
use crate::web::frame::Frame;
use crate::web::{AppState, PageError, Refused, SignedIn, address};

/// A unit as it stood.
#[derive(sqlx::FromRow)]
struct UnitFound {
    id: i64,
    name: String,
    kind: String,
    parent: Option<String>,
    parent_name: Option<String>,
}

/// `GET /units/{code}`.
pub async fn detail(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(code): Path<String>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, Units::NAME);
    let (mut scope, known_then) = detail::scope(when, frame.today, latest)?;
    let unit: Option<UnitFound> = sqlx::query_as(
        "select u.id, u.name, u.kind, p.code as parent, p.name as parent_name from units u
         left join unit_tree($2, $3) t on t.unit_id = u.id left join units p on p.id = t.parent_id where u.code = $1",
    )
    .bind(&code)
    .bind(scope.as_of.0)
    .bind(scope.known_at.0)
    .fetch_optional(&mut *tx)
    .await?;
    let UnitFound { id, name, kind, parent, parent_name } = unit.ok_or(Refused::NotFound)?;
    scope.filters.unit = Some(code.clone());
    let l10n = frame.l10n;
    let same = detail::when(&scope, frame.today, known_then);
    let all = |room: &str| format!("/{room}?unit={}{same}", address::escape(&code));
    let mut sections = vec![
        detail::section::<Arrears>(&mut tx, &scope, l10n.word("arrears", "kicker"), all("arrears"), l10n).await?,
        detail::section::<Pledges>(&mut tx, &scope, l10n.word("pledges", "kicker"), all("pledges"), l10n).await?,
    ];
    let held = imports::held(&mut tx, Kind::Units, &code, scope.known_at.0).await?;
    sections.extend(entry_from::versions(&super::FORMS, &code, &held, &frame));
    let history = detail::told(&mut tx, &frame, &[&UNIT_FACTS], "units", id, scope.known_at).await?;
    tx.end();
    let said = parent.zip(parent_name).map(|(parent, name)| Said {
        label: l10n.t("col-parent"),
        value: name,
        href: Some(address::to("units", &parent)),
    });
    let kind = Said { label: l10n.t("col-kind"), value: l10n.word("units", &kind), href: None };
    let detail = Detail {
        room: Units::NAME,
        code,
        title: name,
        tags: Vec::new(),
        actions: Vec::new(),
        figures: Vec::new(),
        chart: None,
        said: [kind].into_iter().chain(said).collect(),
        sections,
        history,
    };
    detail::page(frame, detail, &scope, known_then)
}
