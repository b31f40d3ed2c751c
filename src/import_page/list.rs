//! The history of imports, drafts among them.

use chrono::{DateTime, Utc};

use crate::db::Select;
use crate::kernel::KnownAt;
use crate::lists::query::{KeyKind, Sort, down, up};
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};
use crate::web::format;

/// The list of imports.
pub struct Imports;

/// An import.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ImportRow {
    #[sqlx(rename = "ref")]
    reference: String,
    happened_at: DateTime<Utc>,
    account: String,
    files: String,
    state: String,
    added: i64,
    changed: i64,
    unchanged: i64,
    rejected: i64,
}

impl ImportRow {
    fn tag(&self) -> Option<(&'static str, &'static str)> {
        Some(match self.state.as_str() {
            "landed" => ("ok", "imports-landed"),
            "undone" => ("warn", "imports-undone"),
            "refused" => ("bad", "imports-refused"),
            _ => ("info", "imports-draft"),
        })
    }
}

/// Microseconds since 1970: an order of instants that can be written in an address.
const AT: &str = "(extract(epoch from h.happened_at) * 1000000)::bigint";

impl List for Imports {
    type Row = ImportRow;
    const NAME: &'static str = "imports";
    const FILTERS: &'static [&'static str] = &["state", "since"];
    const STATES: &'static [&'static str] = &["landed", "undone", "refused", "draft"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "when", keys: &[down(AT, KeyKind::Integer), up("h.ref", KeyKind::Text)], indexed: false },
        Sort { name: "who", keys: &[up("a.name", KeyKind::Text), up("h.ref", KeyKind::Text)], indexed: false },
        Sort { name: "file", keys: &[up("h.files", KeyKind::Text), up("h.ref", KeyKind::Text)], indexed: false },
    ];
    const ID: &'static str = "h.ref";
    const SELECT: &'static str = "h.ref, h.happened_at, a.name as account, h.files, h.state, h.added, h.changed,
        h.unchanged, h.rejected";
    const DATED: bool = false;

    fn pick(select: &mut Select, scope: &Scope) {
        // A draft is younger than the last change and belongs in the list all the same.
        select.sql(" from import_history h join accounts a on a.id = h.account_id where (h.change_id is null or ");
        select.sql("h.happened_at <= ").bind(scope.known_at.0).sql(")");
        if let Some(state) = &scope.filters.state {
            select.sql(" and h.state = ").bind(state.clone());
        }
        if let Some(since) = scope.filters.since {
            select.sql(" and h.happened_at >= ").bind(since).sql("::date");
        }
        let places = [
            Place::Own("select x.ref from import_history x where", "folded(x.files)"),
            Place::Own("select x.ref from import_history x join accounts n on n.id = x.account_id where", "n.sought"),
        ];
        scope.keep_text(select, "h.ref", &places);
    }

    fn dress(select: &mut Select, _scope: &Scope) {
        select.sql(" from page join import_history h on h.ref = page.id join accounts a on a.id = h.account_id");
    }

    fn columns() -> &'static [Column<ImportRow>] {
        const COLUMNS: &[Column<ImportRow>] = &[
            Column { name: "import", cell: |row| Cell::Text(row.reference.clone()) },
            Column { name: "at", cell: |row| Cell::Word(KnownAt(row.happened_at).to_string().into()) },
            Column { name: "by", cell: |row| Cell::Text(row.account.clone()) },
            Column { name: "files", cell: |row| Cell::Text(row.files.clone()) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
            Column { name: "added", cell: |row| Cell::Integer(row.added) },
            Column { name: "changed", cell: |row| Cell::Integer(row.changed) },
            Column { name: "unchanged", cell: |row| Cell::Integer(row.unchanged) },
            Column { name: "rejected", cell: |row| Cell::Integer(row.rejected) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ImportRow>] {
        const SCREEN: &[Screen<ImportRow>] = &[
            Screen {
                label: "col-file",
                class: "",
                sort: Some("file"),
                draw: |row, l10n| {
                    let nameless = || l10n.t("imports-no-file");
                    let name = if row.files.is_empty() { nameless() } else { row.files.clone() };
                    let at = format::instant(row.happened_at, chrono_tz::UTC, l10n);
                    Drawn::text(name)
                        .link("imports", &row.reference)
                        .tag(row.tag())
                        .phone(format!("{at} UTC · {}", row.account))
                },
            },
            Screen {
                label: "col-when",
                class: "w",
                sort: Some("when"),
                draw: |row, l10n| {
                    // A list knows no time zone: this one says which it speaks of.
                    Drawn::text(format!("{} UTC", format::instant(row.happened_at, chrono_tz::UTC, l10n)))
                },
            },
            Screen { label: "col-who", class: "w", sort: Some("who"), draw: |row, _| Drawn::text(&row.account) },
            Screen {
                label: "col-new",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.added), l10n),
            },
            Screen {
                label: "col-changed",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.changed), l10n),
            },
            Screen {
                label: "col-unchanged",
                class: "num w",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.unchanged), l10n),
            },
            Screen {
                label: "col-refused",
                class: "num",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::Integer(row.rejected), l10n),
            },
        ];
        SCREEN
    }
}
