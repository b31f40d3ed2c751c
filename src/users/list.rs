//! The list of accounts.

use chrono::{DateTime, Utc};

use crate::access::Act;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};

/// The list of accounts.
pub struct Users;

/// An account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UserRow {
    email: String,
    name: String,
    role: String,
    unit: Option<String>,
    unit_name: Option<String>,
    language: String,
    disabled: bool,
    second_factor: bool,
    sessions: i64,
    last_signed_in_at: Option<DateTime<Utc>>,
    zone: String,
}

impl UserRow {
    fn state(&self) -> &'static str {
        if self.disabled { "disabled" } else { "active" }
    }
}

impl List for Users {
    type Row = UserRow;
    const NAME: &'static str = "users";
    const MAY: Act = Act::ReadAudit;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["role", "unit", "state"];
    const STATES: &'static [&'static str] = &["active", "disabled"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "name", keys: &[up("a.name", KeyKind::Text), up("a.email", KeyKind::Text)], indexed: false },
        Sort { name: "email", keys: &[up("a.email", KeyKind::Text)], indexed: false },
        Sort { name: "role", keys: &[up("a.role", KeyKind::Text), up("a.email", KeyKind::Text)], indexed: false },
        Sort {
            name: "seen",
            keys: &[
                down("(coalesce(extract(epoch from a.last_signed_in_at), 0) * 1000000)::bigint", KeyKind::Integer),
                up("a.email", KeyKind::Text),
            ],
            indexed: false,
        },
    ];
    const ID: &'static str = "a.id";
    const SELECT: &'static str = "a.email, a.name, a.role, u.code as unit, u.name as unit_name, a.language,
        a.disabled_at is not null as disabled, f.account_id is not null as second_factor,
        (select count(*) from sessions s where s.account_id = a.id) as sessions, a.last_signed_in_at, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from accounts a where a.role <> 'system'");
        scope.keep_unit(select, "a.unit_id");
        if let Some(role) = &scope.filters.role {
            select.sql(" and a.role = ").bind(role.clone());
        }
        if let Some(state) = &scope.filters.state {
            select.sql(" and (a.disabled_at is not null) = ").bind(state == "disabled");
        }
        scope.keep_letters(select, &["a.email", "a.name"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join accounts a on a.id = page.id left join units u on u.id = a.unit_id
             left join second_factors f on f.account_id = a.id cross join (select ",
        );
        select.bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<UserRow>] {
        const COLUMNS: &[Column<UserRow>] = &[
            Column { name: "email", cell: |row| Cell::Text(row.email.clone()) },
            Column { name: "name", cell: |row| Cell::Text(row.name.clone()) },
            Column { name: "role", cell: |row| Cell::Word(row.role.clone().into()) },
            Column { name: "unit", cell: |row| Cell::text(row.unit.as_deref()) },
            Column { name: "language", cell: |row| Cell::Word(row.language.clone().into()) },
            Column { name: "state", cell: |row| Cell::Word(row.state().into()) },
            Column {
                name: "second_factor",
                cell: |row| Cell::Word(if row.second_factor { "yes" } else { "no" }.into()),
            },
            Column { name: "sessions", cell: |row| Cell::Integer(row.sessions) },
            Column { name: "last_signed_in_at", cell: |row| Cell::instant(row.last_signed_in_at) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<UserRow>] {
        const SCREEN: &[Screen<UserRow>] = &[
            Screen {
                label: "col-name",
                class: "",
                sort: Some("name"),
                draw: |row, l10n| {
                    let phone = format!("{} · {}", row.email, l10n.word("role", &row.role));
                    Drawn::text(&row.name)
                        .link("users", &row.email)
                        .phone(phone)
                        .tag(row.disabled.then_some(("gap", "users-disabled")))
                },
            },
            Screen { label: "login-email", class: "w", sort: Some("email"), draw: |row, _| Drawn::text(&row.email) },
            Screen {
                label: "filter-role",
                class: "w",
                sort: Some("role"),
                draw: |row, l10n| Drawn::text(l10n.word("role", &row.role)),
            },
            Screen {
                label: "col-unit",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(row.unit_name.clone().unwrap_or_default()),
            },
            Screen {
                label: "col-second-factor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::default().tag(row.second_factor.then_some(("ok", "second-factor-on"))),
            },
            Screen {
                label: "col-last-sign-in",
                class: "",
                sort: Some("seen"),
                draw: |row, l10n| Drawn::instant(row.last_signed_in_at, &row.zone, l10n),
            },
        ];
        SCREEN
    }
}
