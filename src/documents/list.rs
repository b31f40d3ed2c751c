//! The list of documents: those the reader may read, the latest filed first.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::media;
use super::pages::{mark, size};
use crate::classified::Classification;
use crate::db::Select;
use crate::lists::query::{KeyKind, Sort, SumsStand, down, up};
use crate::lists::{Cell, Column, Drawn, List, Scope, Screen};
use crate::web::format;

/// The list of documents.
pub struct Documents;

/// A document, with its latest file. Its text stands in no list and no file.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DocumentRow {
    key: Uuid,
    title: String,
    kind: String,
    language: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    today: NaiveDate,
    donor_codes: Option<String>,
    donor_names: Option<String>,
    classification: Classification,
    filed_by: String,
    filed_at: DateTime<Utc>,
    zone: String,
    file_name: String,
    media_type: String,
    bytes: i64,
    sha256: String,
    versions: i32,
    text_state: String,
}

impl List for Documents {
    type Row = DocumentRow;
    const NAME: &'static str = "documents";
    const DATED: bool = false;
    const FILTERS: &'static [&'static str] =
        &["donor", "document_kind", "tongue", "state", "in_force_on", "classification", "who"];
    const STATES: &'static [&'static str] = &["in_force", "expires_this_year", "expired"];
    const SORTS: &'static [Sort] = &[
        // Numbered as they are filed, under the recording lock.
        Sort { name: "filed", keys: &[down("d.id", KeyKind::Integer)], indexed: true },
        Sort {
            name: "valid_to",
            keys: &[up("coalesce(d.valid_to, '2199-12-31'::date)", KeyKind::Day), up("d.id", KeyKind::Integer)],
            indexed: true,
        },
        Sort {
            name: "title",
            keys: &[up("d.title collate \"C\"", KeyKind::Text), up("d.id", KeyKind::Integer)],
            indexed: false,
        },
    ];
    const SUMS_STAND: SumsStand = SumsStand::ForOneReader;
    const ID: &'static str = "d.id";
    const SELECT: &'static str = "d.key, d.title, d.kind, d.language, d.valid_from, d.valid_to, n.today,
        o.codes as donor_codes, o.names as donor_names, d.classification::text as classification, a.name as filed_by,
        d.filed_at, n.zone, d.file_name, v.media_type, v.bytes, encode(v.sha256, 'hex') as sha256, v.number as versions,
        coalesce(t.state, 'pending') as text_state";

    fn pick(select: &mut Select, scope: &Scope) {
        let filters = &scope.filters;
        select.sql(" from documents d where d.filed_at <= ").bind(scope.known_at.0);
        if filters.donor.is_some() {
            select.sql(" and d.id in (select dd.document_id from document_donors dd where true");
            scope.keep_donor(select, "dd.donor_id");
            select.sql(")");
        }
        if let Some(kind) = &filters.document_kind {
            select.sql(" and d.kind = ").bind(kind.clone());
        }
        if let Some(code) = &filters.tongue {
            select.sql(" and d.language = ").bind(code.clone());
        }
        if let Some(level) = filters.classification {
            select.sql(" and d.classification = ").bind(level.as_str()).sql("::classification");
        }
        if let Some(who) = &filters.who {
            select.sql(" and d.author_id = (select w.id from accounts w where w.email = ").bind(who.clone()).sql(")");
        }
        let holds = |select: &mut Select, day: NaiveDate| {
            select.sql(" and coalesce(d.valid_from <= ").bind(day).sql(", true) and coalesce(d.valid_to >= ");
            select.bind(day).sql(", true)");
        };
        match filters.state.as_deref() {
            Some("in_force") => holds(select, scope.today),
            Some("expires_this_year") => {
                select.sql(" and d.valid_to >= ").bind(scope.today).sql(" and date_trunc('year', d.valid_to) = ");
                select.sql("date_trunc('year', ").bind(scope.today).sql("::date)");
            }
            Some("expired") => drop(select.sql(" and d.valid_to < ").bind(scope.today)),
            _ => {}
        }
        if let Some(day) = filters.in_force_on {
            holds(select, day);
        }
        if let Some(text) = &filters.text {
            select.sql(" and d.id = any(array(select documents_holding(").bind(text.clone()).sql(")))");
        }
    }

    fn dress(select: &mut Select, scope: &Scope) {
        select.sql(
            " from page join documents d on d.id = page.id join accounts a on a.id = d.author_id
             cross join lateral (
                select string_agg(x.code, '; ' order by dd.nth) as codes, string_agg(x.name, ', ' order by dd.nth) as names
                from document_donors dd join donors x on x.id = dd.donor_id where dd.document_id = d.id
             ) o
             cross join lateral (
                select l.id, l.media_type, l.bytes, l.sha256, l.number from document_versions l
                where l.document_id = d.id order by l.number desc limit 1
             ) v
             left join document_texts t on t.version_id = v.id
             cross join (select ",
        );
        select.bind(scope.today).sql("::date as today, ").bind(scope.zone.name()).sql("::text as zone) n");
    }

    fn columns() -> &'static [Column<DocumentRow>] {
        const COLUMNS: &[Column<DocumentRow>] = &[
            Column { name: "id", cell: |row| Cell::Word(row.key.to_string().into()) },
            Column { name: "title", cell: |row| Cell::Text(row.title.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "donors", cell: |row| Cell::text(row.donor_codes.as_deref()) },
            Column { name: "language", cell: |row| Cell::text(row.language.as_deref()) },
            Column { name: "valid_from", cell: |row| Cell::day(row.valid_from) },
            Column { name: "valid_to", cell: |row| Cell::day(row.valid_to) },
            Column { name: "classification", cell: |row| Cell::Word(row.classification.as_str().into()) },
            Column { name: "file", cell: |row| Cell::Text(row.file_name.clone()) },
            Column { name: "type", cell: |row| Cell::Word(row.media_type.clone().into()) },
            Column { name: "bytes", cell: |row| Cell::Integer(row.bytes) },
            Column { name: "sha256", cell: |row| Cell::Word(row.sha256.clone().into()) },
            Column { name: "versions", cell: |row| Cell::Integer(row.versions.into()) },
            Column { name: "text", cell: |row| Cell::Word(row.text_state.clone().into()) },
            Column { name: "filed_by", cell: |row| Cell::Text(row.filed_by.clone()) },
            Column { name: "filed_at", cell: |row| Cell::instant(Some(row.filed_at)) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<DocumentRow>] {
        const SCREEN: &[Screen<DocumentRow>] = &[
            Screen {
                label: "col-document",
                class: "",
                sort: Some("title"),
                draw: |row, l10n| {
                    Drawn::text(&row.title)
                        .link("documents", &row.key.to_string())
                        .tag(row.classification.tag())
                        .below(&row.file_name)
                        .phone(format!(
                            "{} · {}",
                            l10n.word("documents", &row.kind),
                            row.donor_names.clone().unwrap_or_default()
                        ))
                },
            },
            Screen {
                label: "filter-document_kind",
                class: "w",
                sort: None,
                draw: |row, l10n| {
                    let tongue = row.language.as_ref().map(|code| l10n.word("tongue", code)).unwrap_or_default();
                    Drawn::text(l10n.word("documents", &row.kind)).below(tongue)
                },
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: None,
                draw: |row, _| Drawn::text(row.donor_names.clone().unwrap_or_default()),
            },
            Screen {
                label: "document-valid",
                class: "w",
                sort: Some("valid_to"),
                draw: |row, l10n| {
                    Drawn::text(format::stretch(row.valid_from, row.valid_to, l10n)).tag(mark(row.valid_to, row.today))
                },
            },
            Screen {
                label: "col-file",
                class: "w x",
                sort: None,
                draw: |row, l10n| {
                    let kind = l10n.word("media", media::named(&row.media_type).word);
                    Drawn::text(kind).below(size(row.bytes, l10n))
                },
            },
            Screen {
                label: "col-filed",
                class: "nowrap w",
                sort: Some("filed"),
                draw: |row, l10n| Drawn::instant(Some(row.filed_at), &row.zone, l10n).below(&row.filed_by),
            },
        ];
        SCREEN
    }
}
