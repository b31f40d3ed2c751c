//! The list of donor reports, as of a day.

use chrono::NaiveDate;

use crate::db::Select;
use crate::lists::query::{Key, KeyKind, Sort, SumsStand, down, up};
use crate::lists::scope::NOBODY;
use crate::lists::{Cell, Column, Drawn, List, Place, Scope, Screen};
use crate::report_states::NO_CAUSE;

/// The list of donor reports.
pub struct DonorReports;

/// A report as of a day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReportRow {
    #[sqlx(rename = "ref")]
    reference: String,
    donor_code: String,
    donor_name: String,
    unit_code: String,
    unit_name: String,
    pledge_ref: String,
    kind: String,
    #[sqlx(rename = "final")]
    last: bool,
    title: Option<String>,
    due_on: NaiveDate,
    submitted_on: Option<NaiveDate>,
    state: String,
    days_late: i32,
    responsible_name: Option<String>,
}

impl ReportRow {
    /// Its state as a mark: class and key.
    fn mark(&self) -> (&'static str, &'static str) {
        mark(&self.state)
    }
}

/// The mark of a state: class and key.
pub fn mark(state: &str) -> (&'static str, &'static str) {
    match state {
        "submitted" => ("ok", "donor-reports-submitted"),
        "returned" => ("warn", "donor-reports-returned"),
        "overdue" => ("bad", "donor-reports-overdue"),
        "due" => ("warn", "donor-reports-due"),
        "waived" => ("", "donor-reports-waived"),
        "not_owed" => ("gap", "donor-reports-not_owed"),
        _ => ("info", "donor-reports-not_due"),
    }
}

const DUE: Key = up("s.due_on", KeyKind::Day);
const REF: Key = up("s.report_ref", KeyKind::Text);
const DONOR: Key = up("(select d.code from donors d where d.id = s.donor_id)", KeyKind::Text);
const UNIT: Key = up("(select u.code from units u where u.id = s.unit_id)", KeyKind::Text);

impl List for DonorReports {
    type Row = ReportRow;
    const NAME: &'static str = "donor-reports";
    const KINDS: &'static [&'static str] = &crate::report_states::KINDS;
    const KIND_WORDS: &'static str = "report-kind";
    const FILTERS: &'static [&'static str] = &[
        "unit",
        "donor",
        "fund",
        "pledge",
        "project",
        "kind",
        "state",
        "counted",
        "cause",
        "responsible",
        "since",
        "until",
    ];
    const STATES: &'static [&'static str] =
        &["overdue", "due", "not_due", "returned", "submitted", "waived", "not_owed"];
    const SORTS: &'static [Sort] = &[
        Sort { name: "due", keys: &[DUE, REF], indexed: true },
        Sort {
            name: "late",
            keys: &[down("report_days_late(s, scope.day)", KeyKind::Integer), DUE, REF],
            indexed: false,
        },
        Sort { name: "donor", keys: &[DONOR, DUE, REF], indexed: false },
        Sort { name: "unit", keys: &[UNIT, DUE, REF], indexed: false },
        Sort { name: "ref", keys: &[REF], indexed: true },
    ];
    const KEY: &'static [&'static str] = &["ref"];
    const SUMS_STAND: SumsStand = SumsStand::TillAChange;
    const ID: &'static str = "s.id";
    const SELECT: &'static str = "s.report_ref as ref, d.code as donor_code, d.name as donor_name, u.code as unit_code,
        u.name as unit_name, p.ref as pledge_ref, s.kind, s.final, o.title, s.due_on, s.sent_on as submitted_on,
        report_state_of(s, scope.day) as state, report_days_late(s, scope.day) as days_late, a.name as responsible_name";

    fn pick(select: &mut Select, scope: &Scope) {
        select.sql(" from scope join report_states s on stands(s, scope.day, scope.known) where");
        let filters = &scope.filters;
        match filters.state.as_deref() {
            Some("not_owed") => drop(select.sql(" not s.owed")),
            Some(state) => drop(select.sql(" s.owed and report_state_of(s, scope.day) = ").bind(state.to_owned())),
            None => drop(select.sql(" s.owed")),
        }
        if let Some(counted) = &filters.counted {
            keep_counted(select, scope, counted);
        }
        if let Some(pledge) = &filters.pledge {
            select.sql(" and s.pledge_id = (select id from pledges where ref = ").bind(pledge.clone()).sql(")");
        }
        if let Some(kind) = &filters.kind {
            select.sql(" and s.kind = ").bind(kind.clone());
        }
        if let Some(since) = filters.since {
            select.sql(" and s.due_on >= ").bind(since);
        }
        if let Some(until) = filters.until {
            select.sql(" and s.due_on <= ").bind(until);
        }
        if filters.responsible.as_deref() == Some(NOBODY) {
            // "is true" keeps it from becoming a join: they are looked up in a table made once.
            select
                .sql(" and (s.report_id in (select o.id from donor_reports o where o.responsible_id is null)) is true");
        } else if let Some(email) = &filters.responsible {
            select.sql(
                " and s.report_id = any(array(select o.id from donor_reports o join accounts a on a.id = o.responsible_id
                    where lower(a.email) = lower(",
            );
            select.bind(email.clone()).sql(")))");
        }
        if let Some(cause) = &filters.cause {
            if cause != NO_CAUSE {
                // Of few reports one was ever noted.
                select.sql(
                    " and s.report_id = any(array(select n.report_id from report_events n where n.event = 'delayed'",
                );
                select.sql(" and n.cause = ").bind(cause.clone()).sql("))");
            }
            // The last cause that was noted by the day.
            select.sql(
                " and coalesce((select e.cause from report_events e
                    where e.report_id = s.report_id and e.event = 'delayed' and e.happened_on <= scope.day
                        and was_known(e.recorded_at, e.voided_at, scope.known)
                    order by e.happened_on desc, e.round desc limit 1), 'none') = ",
            );
            select.bind(cause.clone());
        }
        scope.keep_project(select, "s.pledge_id");
        scope.keep_unit(select, "s.unit_id");
        scope.keep_donor(select, "s.donor_id");
        scope.keep_fund(select, "s.fund_id");
        let places = [
            Place::Own("select x.id from donor_reports o join report_states x on x.report_id = o.id where", "o.sought"),
            Place::Own("select x.id from pledges p join report_states x on x.pledge_id = p.id where", "p.sought"),
            Place::OfDonor("select x.id from report_states x where x.donor_id"),
        ];
        scope.keep_text(select, "s.id", &places);
    }

    fn dress(select: &mut Select, _: &Scope) {
        select.sql(
            " from page cross join scope
             join report_states s on s.id = page.id
             join donor_reports o on o.id = s.report_id
             join pledges p on p.id = s.pledge_id
             join donors d on d.id = s.donor_id
             join units u on u.id = s.unit_id
             left join accounts a on a.id = o.responsible_id",
        );
    }

    fn columns() -> &'static [Column<ReportRow>] {
        const COLUMNS: &[Column<ReportRow>] = &[
            Column { name: "ref", cell: |row| Cell::Text(row.reference.clone()) },
            Column { name: "donor_code", cell: |row| Cell::Text(row.donor_code.clone()) },
            Column { name: "unit_code", cell: |row| Cell::Text(row.unit_code.clone()) },
            Column { name: "pledge_ref", cell: |row| Cell::Text(row.pledge_ref.clone()) },
            Column { name: "kind", cell: |row| Cell::Word(row.kind.clone().into()) },
            Column { name: "final", cell: |row| Cell::Word(if row.last { "yes" } else { "no" }.into()) },
            Column { name: "title", cell: |row| Cell::text(row.title.as_deref()) },
            Column { name: "due_on", cell: |row| Cell::Day(row.due_on) },
            Column { name: "submitted_on", cell: |row| Cell::day(row.submitted_on) },
            Column { name: "state", cell: |row| Cell::Word(row.state.clone().into()) },
            Column { name: "days_late", cell: |row| Cell::Integer(row.days_late.into()) },
        ];
        COLUMNS
    }

    fn screen() -> &'static [Screen<ReportRow>] {
        const SCREEN: &[Screen<ReportRow>] = &[
            Screen {
                label: "col-report",
                class: "",
                sort: Some("ref"),
                draw: |row, _| {
                    Drawn::text(&row.reference)
                        .link("donor-reports", &row.reference)
                        .below(row.title.clone().unwrap_or_default())
                        .phone(format!("{} · {}", row.donor_name, row.unit_code))
                },
            },
            Screen {
                label: "col-donor",
                class: "w",
                sort: Some("donor"),
                draw: |row, _| Drawn::text(&row.donor_name).link("donors", &row.donor_code),
            },
            Screen { label: "col-unit", class: "w", sort: Some("unit"), draw: |row, _| Drawn::text(&row.unit_name) },
            Screen {
                label: "col-kind",
                class: "w x",
                sort: None,
                draw: |row, l10n| {
                    let last = if row.last { l10n.t("donor-reports-final") } else { String::new() };
                    Drawn::text(l10n.word("report-kind", &row.kind)).below(last)
                },
            },
            Screen {
                label: "col-due",
                class: "nowrap",
                sort: Some("due"),
                draw: |row, l10n| Drawn::of(&Cell::Day(row.due_on), l10n),
            },
            Screen {
                label: "col-submitted",
                class: "w nowrap",
                sort: None,
                draw: |row, l10n| Drawn::of(&Cell::day(row.submitted_on), l10n),
            },
            Screen {
                label: "col-days-late",
                class: "num w",
                sort: Some("late"),
                draw: |row, l10n| {
                    if row.days_late == 0 {
                        return Drawn::default();
                    }
                    Drawn::of(&Cell::Integer(row.days_late.into()), l10n)
                },
            },
            Screen {
                label: "col-state",
                class: "",
                sort: None,
                draw: |row, l10n| {
                    let late = if row.days_late > 0 {
                        l10n.with("donor-reports-days-late", &[("days", row.days_late.into())])
                    } else {
                        String::new()
                    };
                    Drawn::text("").tag(Some(row.mark())).phone(late)
                },
            },
            Screen {
                label: "col-responsible",
                class: "w x",
                sort: None,
                draw: |row, _| Drawn::text(row.responsible_name.clone().unwrap_or_default()),
            },
        ];
        SCREEN
    }
}

/// Keeps the rows behind a number of the reporting rate (domain.md), or of what is due soon.
fn keep_counted(select: &mut Select, scope: &Scope, counted: &str) {
    let days = |prefix| counted.strip_prefix(prefix).and_then(|days: &str| days.parse::<i32>().ok());
    if let Some(days) = days("due_soon_").or(days("owed_")) {
        select.sql(" and s.owed and s.waived_on is null and not report_is_submitted(s) and s.due_on <= scope.day + ");
        let soon = counted.starts_with("due_soon_");
        select.bind(days).sql(if soon { "::integer and s.due_on >= scope.day" } else { "::integer" });
        return;
    }
    // What is outstanding has an index of its own; all else that is due was due in these days, and another holds them.
    if !["waived", "extended", "outstanding", "overdue"].contains(&counted) {
        select.sql(" and s.due_during @> ").bind(scope.as_of.0).sql("::date and not isempty(s.due_during)");
    }
    if !["waived", "extended"].contains(&counted) {
        select.sql(" and report_is_due(s, scope.day)");
    }
    select.sql(match counted {
        "submitted" => " and report_is_submitted(s)",
        "on_time" => " and report_is_submitted(s) and s.on_time",
        "outstanding" => " and not report_is_submitted(s)",
        "overdue" => " and not report_is_submitted(s) and s.due_on < scope.day",
        "late" => " and report_days_late(s, scope.day) > 0",
        "waived" => " and s.owed and s.waived_on is not null and s.due_on <= scope.day",
        "extended" => {
            " and s.owed and s.waived_on is null and s.due_on <> s.first_due_on and s.first_due_on <= scope.day"
        }
        _ => "",
    });
}
