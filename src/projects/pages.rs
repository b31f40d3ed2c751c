//! What the page of a project shows: its figures and what is beside them, every one with where it leads.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::statuses::quarter_in_files;
use super::store::{Milestone, Project, Status};
use crate::implementation::mark;
use crate::implementation::rule::{Answer, Phase, Standing};
use crate::kernel::Currency;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn};
use crate::web::detail::{Beside, Figure, Panel, Said, Section, Thing};
use crate::web::{address, format};

/// A project as it is drawn.
pub struct Page<'a> {
    /// What was read.
    pub project: &'a Project,
    /// Its code.
    pub code: &'a str,
    /// What is in force, and what was spent.
    pub standing: Standing,
    /// What the rule says of that.
    pub answer: Answer,
    /// The day.
    pub day: NaiveDate,
    /// The end of an address that keeps the day and instant.
    pub same: &'a str,
    /// Whether the reader may keep it.
    pub keeps: bool,
    /// The reader's language.
    pub l10n: L10n,
}

fn usd(amount: Decimal, l10n: L10n) -> String {
    format::amount(amount, Currency::USD, l10n)
}

impl Page<'_> {
    /// The rows of another room that are of this project.
    pub fn all(&self, room: &str) -> String {
        format!("/{room}?project={}{}", address::escape(self.code), self.same)
    }

    /// What came in for it.
    fn received(&self) -> Decimal {
        self.project.received.iter().flat_map(|all| &all.0).map(|one| one.usd).sum()
    }

    /// Where in its time it is, and what is amiss.
    pub fn tags(&self) -> Vec<(&'static str, String)> {
        let phase = match self.answer.phase {
            Phase::Active => "active",
            Phase::NotStarted => "not_started",
            Phase::Ended => "ended",
        };
        let tag = |state: &'static str| (mark(state).0, self.l10n.word("implementation", state));
        let mut tags = vec![("info", self.l10n.word("implementation", phase))];
        tags.extend(self.answer.troubles().map(tag));
        tags
    }

    /// Its figures.
    pub fn figures(&self) -> Vec<Figure> {
        let (l10n, standing, answer) = (self.l10n, &self.standing, &self.answer);
        let money = |key: &str, value: String, href: Option<String>, note: String| Figure {
            label: l10n.word("implementation", key),
            unit: "USD".to_owned(),
            value,
            href,
            note,
            also: None,
        };
        let has_budget = !standing.budget.is_zero();
        let since = match self.project.agreed_on {
            _ if !has_budget => l10n.t("project-no-budget"),
            Some(day) => l10n.with("project-budget-since", &[("day", format::day(day, l10n).into())]),
            None => l10n.t("project-budget-first"),
        };
        let budget = if has_budget { usd(standing.budget, l10n) } else { "–".to_owned() };
        let delivery = match answer.delivery {
            Some(delivery) => {
                l10n.with("implementation-of-budget", &[("delivery", format::percent(delivery, l10n).into())])
            }
            None => l10n.t("project-no-rate"),
        };
        let received = self.received();
        let ahead = received - standing.spent;
        let key = if ahead < Decimal::ZERO { "implementation-spent-ahead" } else { "implementation-received-ahead" };
        let mut received_note = l10n.with(key, &[("usd", usd(ahead.abs(), l10n).into())]);
        if self.project.without_rate > 0 {
            received_note.push(' ');
            received_note.push_str(&l10n.with("giving-without-rate", &[("rows", self.project.without_rate.into())]));
        }
        let receipts = format!("{}&state=cash", self.all("contributions"));
        vec![
            money("budget", budget, None, since),
            money("spent", usd(standing.spent, l10n), Some(self.all("expenditures")), delivery),
            money("received", usd(received, l10n), Some(receipts), received_note),
            Figure {
                label: l10n.t("col-elapsed"),
                unit: String::new(),
                value: format::percent(answer.elapsed, l10n),
                href: None,
                note: self.left(),
                also: None,
            },
        ]
    }

    /// How long it is to its end, or how far delivery is behind.
    fn left(&self) -> String {
        let (l10n, standing) = (self.l10n, &self.standing);
        let (days, key, day) = match self.answer.phase {
            Phase::NotStarted => ((standing.starts_on - self.day).num_days(), "project-starts-in", standing.starts_on),
            Phase::Active => ((standing.ends_on - self.day).num_days(), "project-ends-in", standing.ends_on),
            Phase::Ended => ((self.day - standing.ends_on).num_days(), "project-ended-ago", standing.ends_on),
        };
        l10n.with(key, &[("days", days.into()), ("day", format::day(day, l10n).into())])
    }

    /// What is said of it under its name.
    pub fn said(&self) -> Vec<Said> {
        let l10n = self.l10n;
        let day =
            |label: &str, day: NaiveDate| Said { label: l10n.t(label), value: format::day(day, l10n), href: None };
        let mut said = vec![
            Said {
                label: l10n.t("col-unit"),
                value: self.project.unit_name.clone(),
                href: Some(address::to("units", &self.project.unit_code)),
            },
            day("field-starts_on", self.standing.starts_on),
            day("field-ends_on", self.standing.ends_on),
        ];
        let countries = self.project.countries.iter().flat_map(|all| all.split(';'));
        said.extend(countries.map(|country| Said {
            label: l10n.t("col-country"),
            value: country.to_owned(),
            href: Some(format!("/implementation?country={country}{}", self.same)),
        }));
        if let Some(month) = self.standing.last_spent {
            let value = format::month(month, l10n);
            said.push(Said { label: l10n.t("project-last-spent"), value, href: None });
        }
        said.push(Said {
            label: l10n.t("col-reports-overdue"),
            value: format::number(self.project.reports_overdue.into(), 0, l10n),
            href: Some(format!("{}&counted=overdue", self.all("donor-reports"))),
        });
        said
    }

    /// Dates and budget as they were agreed on, the last first, each leading to the form that corrects it.
    pub fn versions(&self) -> Section {
        let l10n = self.l10n;
        let versions = self.project.versions.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
        let row = |version: &super::store::Version| {
            let from = version.agreed_on.map_or_else(|| l10n.t("from-the-beginning"), |day| format::day(day, l10n));
            let which = version.agreed_on.map(|day| format!("?agreed_on={day}")).unwrap_or_default();
            let edit = format!("{}/edit{which}", address::to("projects", self.code));
            let budget = Drawn::of(&Cell::usd(Some(version.budget_usd)), l10n).bare();
            vec![
                Drawn { href: self.keeps.then_some(edit), ..Drawn::text(from) },
                Drawn::of(&Cell::Day(version.starts_on), l10n),
                Drawn::of(&Cell::Day(version.ends_on), l10n),
                budget,
                Drawn::text(&version.unit).link("units", &version.unit),
                Drawn::text(version.countries.clone().unwrap_or_default().replace(';', " ")),
            ]
        };
        let head = |key: &str, class: &'static str| (l10n.t(key), class);
        Section {
            title: l10n.t("project-versions"),
            heads: vec![
                head("field-in_force_from", "nowrap"),
                head("field-starts_on", "w nowrap"),
                head("field-ends_on", "nowrap"),
                head("col-budget-usd", "num"),
                head("col-unit", "w"),
                head("col-countries", "w"),
            ],
            rows: versions.iter().rev().map(row).collect(),
            all: String::new(),
            empty: String::new(),
        }
    }

    fn milestone(&self, one: &Milestone) -> Thing {
        let l10n = self.l10n;
        let planned = if one.planned_on == one.first_planned_on {
            l10n.with("milestone-planned", &[("day", format::day(one.planned_on, l10n).into())])
        } else {
            let args = [
                ("day", format::day(one.planned_on, l10n).into()),
                ("first", format::day(one.first_planned_on, l10n).into()),
            ];
            l10n.with("milestone-planned-anew", &args)
        };
        let reached = one.reached_on.map(|day| {
            let days = (day - one.planned_on).num_days();
            let key = if days > 0 { "milestone-reached-late" } else { "milestone-reached" };
            l10n.with(key, &[("day", format::day(day, l10n).into()), ("days", days.into())])
        });
        let mark = match one.reached_on {
            Some(_) => l10n.t("milestone-is-reached"),
            None if one.planned_on < self.day => {
                let days = (self.day - one.planned_on).num_days();
                l10n.with("milestone-is-late", &[("days", days.into())])
            }
            None => l10n.t("milestone-is-to-come"),
        };
        Thing {
            title: one.milestone.clone(),
            href: self.keeps.then(|| format!("{}/milestones/{}", address::to("projects", self.code), one.number)),
            mark,
            lines: [Some(planned), reached].into_iter().flatten().collect(),
            past: one.reached_on.is_some(),
            bad: false,
        }
    }

    fn status(&self, one: &Status) -> Thing {
        let base = address::to("projects", self.code);
        Thing {
            title: format::quarter(one.quarter, self.l10n),
            href: self.keeps.then(|| format!("{base}/status?quarter={}", quarter_in_files(one.quarter))),
            mark: String::new(),
            lines: vec![one.sentence.clone()],
            past: false,
            bad: false,
        }
    }

    /// Milestones and what was said each quarter.
    pub fn beside(&self) -> Beside {
        let l10n = self.l10n;
        let base = address::to("projects", self.code);
        let action = |key: &str, rest: &str| self.keeps.then(|| (l10n.t(key), format!("{base}/{rest}")));
        let milestones = self.project.milestones.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
        let statuses = self.project.statuses.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
        Beside {
            kicker: vec![self.project.unit_name.clone()],
            lead: self.project.status.clone(),
            panels: vec![
                Panel {
                    title: l10n.t("milestone-title"),
                    action: action("milestone-add", "milestones/new"),
                    things: milestones.iter().map(|one| self.milestone(one)).collect(),
                    empty: l10n.t("milestone-none"),
                },
                Panel {
                    title: l10n.t("status-title"),
                    action: action("status-say", "status"),
                    things: statuses.iter().map(|one| self.status(one)).collect(),
                    empty: l10n.t("status-none"),
                },
            ],
            ..Beside::default()
        }
    }
}
