//! The list of sign-ins, those that failed among them, the latest first.

use chrono::{DateTime, Utc};

use crate::access::Act;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, down};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};

/// The list of sign-ins.
pub struct SignIns;

/// A try to sign in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SignInRow {
    id: i64,
    at: DateTime<Utc>,
    email: String,
    name: Option<String>,
    address: String,
    means: String,
    succeeded: bool,
    zone: String,
}

impl SignInRow {
    fn state(&self) -> &'static str {
        if self.succeeded { "succeeded" } else { "failed" }
    }
}

impl List for SignIns {
    type Row = SignInRow;
    const NAME: &'static str = "sign-ins";
    const ROOM: &'static str = "audit";
    const MAY: Act = Act::ReadAudit;
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] = &["who", "since", "until", "state"];
    const STATES: &'static [&'static str] = &["succeeded", "failed"];
    const SORTS: &'static [Sort] = &[Sort { name: "at", keys: &[down("t.id", KeyKind::Integer)], indexed: true }];
    const ID: &'static str = "t.id";
    const SELECT: &'static str =
        "t.id, t.at, t.email, a.name, host(t.address) as address, t.means, t.succeeded, z.zone";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from sign_in_attempts t where true");
        if let Some(who) = &scope.filters.who {
            select.sql(" and lower(t.email) = lower(").bind(who.clone()).sql(")");
        }
        if let Some(state) = &scope.filters.state {
            select.sql(" and t.succeeded = ").bind(state == "succeeded");
        }
        scope.keep_between(select, "t.at");
        scope.keep_letters(select, &["t.email", "host(t.address)"]);
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join sign_in_attempts t on t.id = page.id
             left join accounts a on lower(a.email) = lower(t.email) cross join (select ",
        );
        select.bind(scope.zone.name()).sql("::text as zone) z");
    }

    fn columns() -> &'static [Column<SignInRow>] {
        const COLUMNS: &[Column<SignInRow>] = &[
            Column { name: "number", cell: |row| Cell::Integer(row.id) },
            Column { name: "at", cell: |row| Cell::instant(Some(row.at)) },
            Column { name: "email", cell: |row| Cell::Text(row.email.clone()) },
            Column { name: "address", cell: |row| Cell::Word(row.address.clone().into()) },
            Column { name: "means", cell: |row| Cell::Word(row.means.clone().into()) },
            Column { name: "state", cell: |row| Cell::Word(row.state().into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<SignInRow>] {
        const SCREEN: &[Screen<SignInRow>] = &[
            Screen {
                label: "filter-who",
                class: "",
                sort: None,
                draw: |row, _| match &row.name {
                    Some(name) => Drawn::text(name).link("users", &row.email).below(&row.email).phone(&row.address),
                    None => Drawn::text(&row.email).phone(&row.address),
                },
            },
            Screen {
                label: "col-outcome",
                class: "",
                sort: None,
                draw: |row, _| {
                    Drawn::default().tag(Some(match row.succeeded {
                        true => ("ok", "sign-ins-succeeded"),
                        false => ("bad", "sign-ins-failed"),
                    }))
                },
            },
            Screen {
                label: "col-means",
                class: "w",
                sort: None,
                draw: |row, l10n| Drawn::text(l10n.word("means", &row.means)),
            },
            Screen { label: "col-address", class: "w", sort: None, draw: |row, _| Drawn::text(&row.address) },
            Screen {
                label: "col-when",
                class: "nowrap",
                sort: Some("at"),
                draw: |row, l10n| Drawn::instant(Some(row.at), &row.zone, l10n),
            },
        ];
        SCREEN
    }
}
