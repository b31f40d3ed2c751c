//! What the page of a report shows: how it stands, its life step by step, what was agreed about it.

use chrono::{Days, NaiveDate};

use super::list::mark;
use super::model::Step;
use super::store::{Agreement, Report};
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn};
use crate::web::detail::{Figure, Said, Section};
use crate::web::{address, format};

/// How it stands, as marks beside its name.
pub fn tags(report: &Report, l10n: L10n) -> Vec<(&'static str, String)> {
    let (class, key) = mark(&report.state);
    let mut tags = vec![(class, l10n.t(key)), ("", l10n.word("report-kind", &report.kind))];
    if report.last {
        tags.push(("", l10n.t("donor-reports-final")));
    }
    if report.agreed().iter().any(|one| !one.confirmed) {
        tags.push(("warn", l10n.t("report-unconfirmed")));
    }
    tags
}

/// The key of an extension or a waiver.
pub fn kind_of_agreement(what: &str) -> &'static str {
    if what == "waiver" { "agreement-waiver" } else { "agreement-extension" }
}

/// The days that count, as figures.
pub fn figures(report: &Report, l10n: L10n) -> Vec<Figure> {
    let figure = |key: &str, value: String, note: String| Figure {
        label: l10n.word("report-figure", key),
        unit: String::new(),
        value,
        href: None,
        note,
        also: None,
    };
    let extended = report.due_on != report.first_due_on;
    let first = format::day(report.first_due_on, l10n);
    let due = if extended { l10n.with("report-due-first", &[("day", first.into())]) } else { String::new() };
    let late = report.days_late;
    let mut figures = vec![figure("due", format::day(report.due_on, l10n), due)];
    let sent = report.sent_on.map_or_else(|| l10n.t("report-not-sent"), |day| format::day(day, l10n));
    figures.push(figure("sent", sent, String::new()));
    figures.push(figure("late", format::number(late.into(), 0, l10n), l10n.t("report-late-note")));
    figures
}

/// What, for whom, by whom. `same` keeps the day of the page in its links.
pub fn said(report: &Report, same: &str, l10n: L10n) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<String>, href: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            said.push(Said { label: l10n.t(label), value, href });
        }
    };
    let at = |room: &str, code: &str| {
        let there = address::to(room, code);
        Some(if same.is_empty() { there } else { format!("{there}?{}", same.trim_start_matches('&')) })
    };
    let pledge = match &report.pledge_title {
        Some(title) => format!("{} · {title}", report.pledge_ref),
        None => report.pledge_ref.clone(),
    };
    say("col-pledge", Some(pledge), at("pledges", &report.pledge_ref));
    say("col-donor", Some(report.donor_name.clone()), at("donors", &report.donor_code));
    say("col-unit", Some(report.unit_name.clone()), at("units", &report.unit_code));
    let writes =
        report.responsible.as_ref().map(|email| format!("/donor-reports?responsible={}", address::escape(email)));
    say("col-responsible", report.responsible_name.clone(), writes);
    say("report-period", Some(format::stretch(report.period_from, report.period_to, l10n)), None);
    say("field-cause", report.life().delays().last().map(|delay| cause(delay, l10n)), None);
    said
}

fn cause(delay: &Step, l10n: L10n) -> String {
    let word = delay.cause.as_ref().map(|cause| l10n.word("cause", cause)).unwrap_or_default();
    match &delay.reason {
        Some(reason) => format!("{word}: {reason}"),
        None => word,
    }
}

/// Its life and what was agreed, as tables; `(keeps, confirms)`: what the reader may do about it now.
pub fn sections(
    report: &Report,
    code: &str,
    (keeps, confirms): (bool, bool),
    day: NaiveDate,
    l10n: L10n,
) -> Vec<Section> {
    let mut sections = vec![life(report, code, keeps, day, l10n)];
    if !report.agreed().is_empty() {
        sections.push(agreed(report.agreed(), code, confirms, l10n));
    }
    sections
}

/// When the period a report is about had ended: from then on it can be written.
fn begins(report: &Report) -> Option<NaiveDate> {
    report.period_to.and_then(|end| end.checked_add_days(Days::new(1)))
}

fn life(report: &Report, code: &str, keeps: bool, day: NaiveDate, l10n: L10n) -> Section {
    let life = report.life();
    let days = |days: Option<i64>| days.map_or_else(Drawn::default, |days| Drawn::of(&Cell::Integer(days), l10n));
    let told = |step: &Step| {
        let letter =
            step.letter.as_ref().map(|letter| l10n.with("report-letter", &[("letter", letter.as_str().into())]));
        let parts: Vec<String> = [letter, step.reason.clone()].into_iter().flatten().collect();
        Drawn::text(parts.join(" · "))
    };
    let name = |step: &Step| {
        let word = l10n.word("step", &step.event);
        let name = if step.round > 1 {
            l10n.with("report-step-again", &[("step", word.into()), ("round", step.round.into())])
        } else {
            word
        };
        let mut drawn = Drawn::text(name);
        if keeps {
            let corrects = format!("{}/{}?round={}", address::to("donor-reports", code), step.event, step.round);
            drawn.href = Some(corrects);
        }
        drawn
    };
    let mut rows: Vec<Vec<Drawn>> = life
        .held(begins(report))
        .into_iter()
        .map(|(step, held)| vec![name(step), Drawn::of(&Cell::Day(step.on), l10n), days(held), told(step)])
        .collect();
    let open = report.is_open() && report.state != "not_owed";
    if let Some((event, since)) = life.waits_for(report.has_figures(), begins(report)).filter(|_| open) {
        let waited = since.map(|since| (day - since).num_days()).filter(|days| *days >= 0);
        let waits = l10n.with("report-waits", &[("step", l10n.word("step", event.as_str()).into())]);
        rows.push(vec![Drawn::text(waits), Drawn::default(), days(waited), Drawn::default()]);
    }
    for delay in life.delays() {
        let label = l10n.with("report-delay", &[("cause", cause(delay, l10n).into())]);
        rows.push(vec![Drawn::text(label), Drawn::of(&Cell::Day(delay.on), l10n), Drawn::default(), Drawn::default()]);
    }
    Section {
        title: l10n.t("report-life"),
        heads: vec![
            (l10n.t("report-step"), ""),
            (l10n.t("report-day"), "nowrap"),
            (l10n.t("report-held"), "num"),
            (l10n.t("report-note"), "w"),
        ],
        rows,
        all: String::new(),
        empty: l10n.t("report-no-steps"),
    }
}

fn agreed(all: &[Agreement], code: &str, confirms: bool, l10n: L10n) -> Section {
    let row = |one: &Agreement| {
        let mut what = Drawn::text(l10n.t(kind_of_agreement(&one.what))).phone(one.letter.clone().unwrap_or_default());
        let confirmed = if one.confirmed { ("ok", "report-is-confirmed") } else { ("warn", "report-unconfirmed") };
        if confirms && !one.confirmed {
            what.href = Some(format!(
                "{}/confirm?what={}&agreed_on={}",
                address::to("donor-reports", code),
                one.what,
                one.agreed_on
            ));
        }
        vec![
            what.tag(Some(confirmed)),
            Drawn::of(&Cell::Day(one.agreed_on), l10n),
            Drawn::of(&Cell::day(one.due_on), l10n),
            Drawn::text(one.letter.clone().unwrap_or_default()),
            Drawn::text(one.reason.clone().unwrap_or_default()),
        ]
    };
    Section {
        title: l10n.t("report-agreed"),
        heads: vec![
            (l10n.t("report-what"), ""),
            (l10n.t("field-agreed_on"), "nowrap"),
            (l10n.t("report-new-due"), "nowrap"),
            (l10n.t("field-letter"), "w"),
            (l10n.t("field-reason"), "w"),
        ],
        rows: all.iter().map(row).collect(),
        all: String::new(),
        empty: String::new(),
    }
}
