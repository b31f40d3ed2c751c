//! What we owe: reports overdue and due in the next thirty, sixty and ninety days, by unit and by person. Every figure is
//! the count of the list it opens.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDate;

use crate::access::Role;
use crate::kernel::KnownAt;
use crate::l10n::L10n;
use crate::lists::scope::NOBODY;
use crate::lists::{Cell, Drawn};
use crate::web::detail::Section;
use crate::web::entry_room::Pairs;
use crate::web::frame::{Frame, filters};
use crate::web::{AppState, PageError, Refused, Sent, SignedIn, address, format};

/// The columns: the word of the list's `counted`.
const COUNTED: [&str; 4] = ["overdue", "due_soon_30", "due_soon_60", "due_soon_90"];

#[derive(Template)]
#[template(path = "donor_reports/owed.html")]
struct OwedPage {
    frame: Frame,
    lead: String,
    sections: Vec<Section>,
}

/// What a unit with those below it owes, or a person.
#[derive(sqlx::FromRow)]
struct Owes {
    code: Option<String>,
    name: Option<String>,
    depth: i32,
    overdue: i64,
    within_30: i64,
    within_60: i64,
    within_90: i64,
}

/// Counts what is owed by `key`; with the unit asked for and those below it.
macro_rules! owes {
    ($columns:literal, $from:literal, $group:literal) => {
        concat!(
            "with owed as (
                select s.unit_id, s.report_id, s.due_on from report_states s
                where stands(s, $1, $2) and s.owed and s.waived_on is null and not report_is_submitted(s)
                    and s.due_on <= $1 + 90 and ($3::text is null or s.unit_id = any(array(
                        select t.unit_id from unit_tree($1, $2) t where $3 = any(t.path))))
             )
             select ",
            $columns,
            ", count(*) filter (where o.due_on < $1) as overdue,
                count(*) filter (where o.due_on between $1 and $1 + 30) as within_30,
                count(*) filter (where o.due_on between $1 and $1 + 60) as within_60,
                count(*) filter (where o.due_on between $1 and $1 + 90) as within_90
             from ",
            $from,
            " group by ",
            $group
        )
    };
}

const BY_UNIT: &str = owes!(
    "u.code, u.name, t.depth",
    "unit_tree($1, $2) t join units u on u.id = t.unit_id
     join unit_tree($1, $2) below on u.code = any(below.path) join owed o on o.unit_id = below.unit_id
     where $3::text is null or $3 = any(t.path)",
    "u.code, u.name, t.depth, t.path order by t.path"
);
const BY_PERSON: &str = owes!(
    "a.email as code, a.name, 0 as depth",
    "owed o join donor_reports r on r.id = o.report_id left join accounts a on a.id = r.responsible_id",
    "a.email, a.name order by a.name nulls last, a.email"
);

async fn ask(
    connection: &mut sqlx::postgres::PgConnection,
    question: &'static str,
    unit: Option<&str>,
    today: NaiveDate,
    latest: KnownAt,
) -> Result<Vec<Owes>, sqlx::Error> {
    sqlx::query_as(question).bind(today).bind(latest.0).bind(unit).fetch_all(connection).await
}

/// `GET /donor-reports/owed?unit=`: staff see their own unit first.
pub async fn page(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, latest } = signed_in;
    let frame = Frame::new(&state, viewer, "donor-reports");
    let asked = Sent(pairs);
    let own = frame.viewer.unit_code.clone().filter(|_| frame.viewer.role == Role::UnitStaff);
    let unit = if asked.has("unit") { Some(asked.get("unit").to_owned()) } else { own };
    let unit = unit.filter(|unit| !unit.is_empty());
    let name: Option<String> = match &unit {
        None => None,
        Some(code) => {
            let name = sqlx::query_scalar("select name from units where code = $1").bind(code);
            let name = name.fetch_optional(&mut *tx).await?;
            Some(name.ok_or_else(|| Refused::BadParameter("unit", code.clone()))?)
        }
    };
    let units = ask(&mut tx, BY_UNIT, unit.as_deref(), frame.today, latest).await?;
    let people = ask(&mut tx, BY_PERSON, unit.as_deref(), frame.today, latest).await?;
    tx.end();
    let l10n = frame.l10n;
    let day = format::day(frame.today, l10n);
    let whose = name.unwrap_or_else(|| l10n.t("owed-all"));
    let sections = vec![by_unit(units, l10n), by_person(people, unit.as_deref(), l10n)];
    let lead = l10n.with("owed-lead", &[("unit", whose.into()), ("day", day.into())]);
    Ok(Html(OwedPage { lead, sections, frame }.render()?).into_response())
}

fn figures(owes: &Owes, filters: &str, l10n: L10n) -> Vec<Drawn> {
    let counts = [owes.overdue, owes.within_30, owes.within_60, owes.within_90];
    let figure = |(counted, count): (&str, i64)| {
        let mut drawn = Drawn::of(&Cell::Integer(count), l10n);
        drawn.href = (count > 0).then(|| format!("/donor-reports?{filters}&counted={counted}"));
        drawn
    };
    COUNTED.into_iter().zip(counts).map(figure).collect()
}

fn section(title: &str, first: &str, rows: Vec<Vec<Drawn>>, l10n: L10n) -> Section {
    let mut heads = vec![(l10n.t(first), "")];
    heads.extend(COUNTED.map(|counted| (l10n.word("owed", counted), "num")));
    Section { title: l10n.t(title), heads, rows, all: String::new(), empty: l10n.t("owed-nothing") }
}

fn by_unit(units: Vec<Owes>, l10n: L10n) -> Section {
    let row = |owes: Owes| {
        let (code, name) = (owes.code.clone().unwrap_or_default(), owes.name.clone().unwrap_or_default());
        let indent = "\u{2003}".repeat(usize::try_from(owes.depth).unwrap_or_default());
        let mut cells = vec![Drawn::text(format!("{indent}{name}"))];
        cells.extend(figures(&owes, &format!("unit={}", address::escape(&code)), l10n));
        cells
    };
    section("owed-by-unit", "col-unit", units.into_iter().map(row).collect(), l10n)
}

fn by_person(people: Vec<Owes>, unit: Option<&str>, l10n: L10n) -> Section {
    let of_unit = unit.map(|unit| format!("unit={}&", address::escape(unit))).unwrap_or_default();
    let row = |owes: Owes| {
        let code = owes.code.clone().unwrap_or_else(|| NOBODY.to_owned());
        let name = owes.name.clone().unwrap_or_else(|| l10n.word("responsible", NOBODY));
        let mut cells = vec![Drawn::text(name)];
        cells.extend(figures(&owes, &format!("{of_unit}responsible={}", address::escape(&code)), l10n));
        cells
    };
    section("owed-by-person", "col-responsible", people.into_iter().map(row).collect(), l10n)
}
