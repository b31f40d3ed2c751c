//! The list of follow-ups: the open ones by their due day, then those that are over.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, SumsStand, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::format;

/// The list of follow-ups.
pub struct Actions;

/// A follow-up.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ActionRow {
    key: Uuid,
    meeting: Uuid,
    meeting_title: String,
    held_on: NaiveDate,
    side: String,
    text: String,
    owner: Option<String>,
    due_on: Option<NaiveDate>,
    state: String,
    closed_on: Option<NaiveDate>,
    late: bool,
    donor_codes: Option<String>,
    donor_names: Option<String>,
}

impl ActionRow {
    fn tag(&self) -> Option<(&'static str, &'static str)> {
        match (self.state.as_str(), self.late) {
            ("done", _) => Some(("ok", "actions-done")),
            ("dropped", _) => Some(("", "actions-dropped")),
            (_, true) => Some(("bad", "actions-overdue")),
            _ => None,
        }
    }
}

impl List for Actions {
    type Row = ActionRow;
    const NAME: &'static str = "actions";
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["donor", "unit", "who", "state", "since", "until"];
    const STATES: &'static [&'static str] = &["open", "overdue", "we_owe", "they_owe", "done", "dropped"];
    const SORTS: &'static [Sort] = &[
        Sort {
            name: "due",
            keys: &[
                up("(x.state <> 'open')::integer", KeyKind::Integer),
                up("coalesce(x.due_on, '2199-12-31'::date)", KeyKind::Day),
                up("x.id", KeyKind::Integer),
            ],
            indexed: false,
        },
        Sort {
            name: "what",
            keys: &[up("x.text collate \"C\"", KeyKind::Text), up("x.id", KeyKind::Integer)],
            indexed: false,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::ForOneReader;
    const ID: &'static str = "x.id";
    const SELECT: &'static str = "x.key, m.key as meeting, m.title as meeting_title, m.held_on, x.side, x.text,
        coalesce(o.name, x.owner_name) as owner, x.due_on, x.state, x.closed_on, n.late, d.codes as donor_codes,
        d.names as donor_names";

    fn pick(select: &mut Select, scope: &Scope) {
        let filters = &scope.filters;
        select.sql(" from actions x where true");
        if filters.donor.is_some() {
            select.sql(" and x.meeting_id in (select md.meeting_id from meeting_donors md where true");
            scope.keep_donor(select, "md.donor_id");
            select.sql(")");
        }
        if let Some(unit) = &filters.unit {
            select.sql(" and x.owner_id in (select a.id from accounts a where a.unit_id = any(");
            select.sql("array(select t.unit_id from unit_tree(");
            scope.day_and_known(select).sql(") t where ").bind(unit.clone()).sql(" = any(t.path))))");
        }
        if let Some(who) = &filters.who {
            select.sql(" and x.owner_id = (select w.id from accounts w where w.email = ").bind(who.clone()).sql(")");
        }
        match filters.state.as_deref() {
            Some("overdue") => drop(select.sql(" and x.state = 'open' and x.due_on < ").bind(scope.today)),
            Some("we_owe") => drop(select.sql(" and x.state = 'open' and x.side = 'we'")),
            Some("they_owe") => drop(select.sql(" and x.state = 'open' and x.side = 'they'")),
            Some(state) => drop(select.sql(" and x.state = ").bind(state.to_owned())),
            None => {}
        }
        if let Some(since) = filters.since {
            select.sql(" and x.due_on >= ").bind(since);
        }
        if let Some(until) = filters.until {
            select.sql(" and x.due_on <= ").bind(until);
        }
        scope.keep_letters(select, &["x.text"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join actions x on x.id = page.id join meetings m on m.id = x.meeting_id
             left join accounts o on o.id = x.owner_id
             cross join lateral (
                select string_agg(d.code, '; ' order by md.nth) as codes, string_agg(d.name, ', ' order by md.nth) as names
                from meeting_donors md join donors d on d.id = md.donor_id where md.meeting_id = m.id
             ) d
             cross join lateral (select coalesce(x.state = 'open' and x.due_on < ",
        );
        select.bind(scope.today).sql(", false) as late) n");
    }

    fn columns() -> &'static [Column<ActionRow>] {
        const COLUMNS: &[Column<ActionRow>] = &[
            Column { name: "id", cell: |row| Cell::Word(row.key.to_string().into()) },
            Column { name: "side", cell: |row| Cell::Word(row.side.clone().into()) },
            Column { name: "text", cell: |row| Cell::Text(row.text.clone()) },
            Column { name: "owner", cell: |row| Cell::text(row.owner.as_deref()) },
            Column { name: "due_on", cell: |row| Cell::day(row.due_on) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
            Column { name: "closed_on", cell: |row| Cell::day(row.closed_on) },
            Column { name: "donors", cell: |row| Cell::text(row.donor_codes.as_deref()) },
            Column { name: "meeting", cell: |row| Cell::Word(row.meeting.to_string().into()) },
            Column { name: "meeting_title", cell: |row| Cell::Text(row.meeting_title.clone()) },
            Column { name: "held_on", cell: |row| Cell::Day(row.held_on) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ActionRow>] {
        const SCREEN: &[Screen<ActionRow>] = &[
            Screen {
                label: "col-action",
                class: "",
                sort: Some("what"),
                draw: |row, l10n| {
                    let mut drawn = Drawn::text(&row.text)
                        .tag(row.tag())
                        .below(l10n.with(
                            "actions-from",
                            &[
                                ("title", row.meeting_title.as_str().into()),
                                ("day", format::day(row.held_on, l10n).into()),
                            ],
                        ))
                        .phone(format!(
                            "{} · {} · {}",
                            l10n.word("side", &row.side),
                            row.donor_names.clone().unwrap_or_default(),
                            row.owner.clone().unwrap_or_default()
                        ));
                    drawn.href = Some(format!("/meetings/{}#follow-ups", row.meeting));
                    drawn
                },
            },
            Screen {
                label: "col-side",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("side", &row.side)),
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(row.donor_names.clone().unwrap_or_default()),
            },
            Screen {
                label: "col-owner",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(row.owner.clone().unwrap_or_default()),
            },
            Screen {
                label: "col-due",
                class: "nowrap",
                sort: Some("due"),
                draw: |row, l10n| Drawn::of(&Cell::day(row.due_on), l10n),
            },
        ];
        SCREEN
    }
}
