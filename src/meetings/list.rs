//! The list of meetings: those the reader may read, the latest first.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::classified::Classification;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::format;

/// The list of meetings.
pub struct Meetings;

/// A meeting. What was said stands in files only where it is unclassified: else it is read on its page, and that is noted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MeetingRow {
    key: Uuid,
    #[sqlx(rename = "ref")]
    reference: String,
    held_on: NaiveDate,
    planned: bool,
    title: String,
    donor_codes: Option<String>,
    donor_names: Option<String>,
    level: Option<String>,
    /// The word `place` is taken by what every list selects.
    #[sqlx(rename = "venue")]
    place: Option<String>,
    classification: Classification,
    logged_by: String,
    took_part: Option<String>,
    open_actions: i64,
    purpose: Option<String>,
    summary: Option<String>,
    outcomes: Option<String>,
}

impl MeetingRow {
    fn state(&self) -> &'static str {
        if self.planned { "planned" } else { "held" }
    }

    fn unclassified<'t>(&self, text: &'t Option<String>) -> Option<&'t str> {
        text.as_deref().filter(|_| self.classification == Classification::Unclassified)
    }
}

/// Keeps meetings `m` that are dialogues: held, at the level of the head of the agency, with a Member State as it was on
/// the day (domain.md, "Dialogues"; `dialogues_held` counts by the same words).
fn keep_dialogues(select: &mut Select, scope: &Scope) {
    select.sql(" and m.level = 'head_of_agency' and m.held_on <= ").bind(scope.today);
    select.sql(
        " and exists (select from meeting_donors md cross join lateral (
            select f.member_state from donor_facts f
            where f.donor_id = md.donor_id and f.voided_at is null
                and (f.in_force_from is null or f.in_force_from <= m.held_on)
            order by f.in_force_from desc nulls last limit 1
          ) i where md.meeting_id = m.id and i.member_state)",
    );
}

impl List for Meetings {
    type Row = MeetingRow;
    const NAME: &'static str = "meetings";
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] =
        &["donor", "unit", "who", "region", "level", "state", "classification", "year", "since", "until"];
    const STATES: &'static [&'static str] = &["held", "planned", "dialogue"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "held", keys: &[down("m.held_on", KeyKind::Day), down("m.id", KeyKind::Integer)], indexed: true },
        Sort {
            name: "title",
            keys: &[up("m.title collate \"C\"", KeyKind::Text), up("m.id", KeyKind::Integer)],
            indexed: false,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::ForOneReader;
    const ID: &'static str = "m.id";
    const SELECT: &'static str = "m.key, m.ref, m.held_on, n.planned, m.title, d.codes as donor_codes,
        d.names as donor_names, m.level, m.place as venue, m.classification::text as classification, a.name as logged_by,
        n.took_part, n.open_actions, m.purpose, m.summary, m.outcomes";

    fn pick(select: &mut Select, scope: &Scope) {
        let filters = &scope.filters;
        select.sql(" from meetings m where m.logged_at <= ").bind(scope.known_at.0);
        if filters.donor.is_some() || filters.region.is_some() {
            // With the donors of a region most meetings are held: then the latest are asked for theirs, one after the other.
            let few = filters.donor.is_some();
            select.sql(if few { " and m.id = any(array(" } else { " and (m.id in (" });
            select.sql("select md.meeting_id from meeting_donors md where true");
            scope.keep_donor(select, "md.donor_id");
            scope.keep_topmost(select, "md.donor_id");
            select.sql(if few { "))" } else { ")) is true" });
        }
        if let Some(unit) = &filters.unit {
            // Whoever logged it or took part is of that unit today, or of one below it.
            select.sql(" and (m.took_part || m.author_id) && array(select a.id from accounts a where a.unit_id = any(");
            select.sql("array(select t.unit_id from unit_tree(");
            scope.day_and_known(select).sql(") t where ").bind(unit.clone()).sql(" = any(t.path))))");
        }
        if let Some(who) = &filters.who {
            select.sql(" and (m.took_part || m.author_id) @> array(select w.id from accounts w where w.email = ");
            select.bind(who.clone()).sql(")");
        }
        if let Some(level) = &filters.level {
            select.sql(" and m.level = ").bind(level.clone());
        }
        if let Some(level) = filters.classification {
            select.sql(" and m.classification = ").bind(level.as_str()).sql("::classification");
        }
        match filters.state.as_deref() {
            Some("held") => drop(select.sql(" and m.held_on <= ").bind(scope.today)),
            Some("planned") => drop(select.sql(" and m.held_on > ").bind(scope.today)),
            Some("dialogue") => keep_dialogues(select, scope),
            _ => {}
        }
        if let Some(year) = filters.year {
            select.sql(" and m.held_on between make_date(").bind(year).sql(", 1, 1) and make_date(");
            select.bind(year).sql(", 12, 31)");
        }
        if let Some(since) = filters.since {
            select.sql(" and m.held_on >= ").bind(since);
        }
        if let Some(until) = filters.until {
            select.sql(" and m.held_on <= ").bind(until);
        }
        if let Some(text) = &filters.text {
            select.sql(" and m.id = any(array(select meetings_holding(").bind(text.clone()).sql(")))");
        }
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join meetings m on m.id = page.id join accounts a on a.id = m.author_id
             cross join lateral (
                select string_agg(d.code, '; ' order by md.nth) as codes, string_agg(d.name, ', ' order by md.nth) as names
                from meeting_donors md join donors d on d.id = md.donor_id where md.meeting_id = m.id
             ) d
             cross join lateral (
                select m.held_on > ",
        );
        select.bind(scope.today).sql(
            " as planned,
                    (select string_agg(p.name, '; ' order by t.nth)
                     from unnest(m.took_part) with ordinality t (id, nth) join accounts p on p.id = t.id) as took_part,
                    (select count(*) from actions x where x.meeting_id = m.id and x.state = 'open') as open_actions
             ) n",
        );
    }

    fn columns() -> &'static [Column<MeetingRow>] {
        const COLUMNS: &[Column<MeetingRow>] = &[
            Column { name: "ref", cell: |row| Cell::Text(row.reference.clone()) },
            Column { name: "held_on", cell: |row| Cell::Day(row.held_on) },
            Column { name: "donors", cell: |row| Cell::text(row.donor_codes.as_deref()) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "level", cell: |row| Cell::text(row.level.as_deref()) },
            Column { name: "place", cell: |row| Cell::text(row.place.as_deref()) },
            Column { name: "state", cell: |row| Cell::Word(row.state().into()) },
            Column { name: "classification", cell: |row| Cell::Word(row.classification.as_str().into()) },
            Column { name: "logged_by", cell: |row| Cell::Text(row.logged_by.clone()) },
            Column { name: "took_part", cell: |row| Cell::text(row.took_part.as_deref()) },
            Column { name: "open_follow_ups", cell: |row| Cell::Integer(row.open_actions) },
            Column { name: "purpose", cell: |row| Cell::text(row.unclassified(&row.purpose)) },
            Column { name: "summary", cell: |row| Cell::text(row.unclassified(&row.summary)) },
            Column { name: "outcomes", cell: |row| Cell::text(row.unclassified(&row.outcomes)) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<MeetingRow>] {
        const SCREEN: &[Screen<MeetingRow>] = &[
            Screen {
                label: "col-meeting",
                class: "",
                sort: Some("title"),
                draw: |row, l10n| {
                    Drawn::text(&row.title)
                        .link("meetings", &row.key.to_string())
                        .tag(row.classification.tag())
                        .below(row.place.clone().unwrap_or_default())
                        .phone(format!(
                            "{} · {}",
                            row.donor_names.clone().unwrap_or_default(),
                            format::day(row.held_on, l10n)
                        ))
                },
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(row.donor_names.clone().unwrap_or_default()),
            },
            Screen {
                label: "col-held",
                class: "nowrap w",
                sort: Some("held"),
                draw: |row, l10n| {
                    Drawn::of(&Cell::Day(row.held_on), l10n).tag(row.planned.then_some(("info", "meetings-planned")))
                },
            },
            Screen {
                label: "filter-level",
                class: "w",
                sort: None,
                draw: |row, l10n| {
                    Drawn::text(row.level.as_ref().map(|level| l10n.word("level", level)).unwrap_or_default())
                },
            },
            Screen { label: "col-logged-by", class: "w x", sort: None, draw: |row, _| Drawn::text(&row.logged_by) },
            Screen {
                label: "col-open-actions",
                class: "num",
                sort: None,
                draw: |row, l10n| match row.open_actions {
                    0 => Drawn::default(),
                    open => Drawn::of(&Cell::Integer(open), l10n),
                },
            },
        ];
        SCREEN
    }
}
