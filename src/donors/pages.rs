//! What the page of a donor shows beside its rows: who it is, who looks after it, whom one talks to, and who belongs to it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::store::{Contact, DonorFigures, FocalPoint};
use super::years;
use crate::access::{Act, may};
use crate::classified::Classification;
use crate::kernel::country::country;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn};
use crate::web::detail::{Beside, Panel, Said, Section, Thing};
use crate::web::frame::Frame;
use crate::web::{address, format};

/// What is said of it under its name.
pub(super) fn said(donor: &DonorFigures, l10n: L10n) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<String>, href: Option<String>| {
        if let Some(value) = value {
            said.push(Said { label: l10n.t(label), value, href });
        }
    };
    say("col-country", donor.country.clone(), None);
    let member = donor.member_state.map(|yes| l10n.t(if yes { "yes" } else { "no" }));
    say("field-member_state", member, None);
    let parent = donor.parent.as_deref().map(|parent| address::to("donors", parent));
    say("col-parent", donor.parent_name.clone(), parent);
    say("field-aliases", donor.aliases.clone(), None);
    said
}

/// The donor and those that belong to it, each with sums of its own: they add up to the figures above.
pub(super) fn family(donor: &DonorFigures, all: &str, same: &str, year: i32, l10n: L10n) -> Option<Section> {
    let members = &donor.family.as_ref()?.0;
    let head = |key: &str, class: &'static str| (l10n.t(key), class);
    let heads = vec![
        head("col-name", ""),
        head("col-code", "w"),
        head("figure-received-year", "num w"),
        head("figure-received", "num"),
        head("figure-receivable", "num w"),
        head("figure-arrears", "num"),
    ];
    let rows = members.iter().map(|member| {
        let of = |room: &str, rest: &str| format!("/{room}?donor={}{same}{rest}", address::escape(&member.code));
        // A list of a donor holds its children's rows too: only where there are none are they the rows of the figure.
        let figure = |amount: Decimal, href: String| Drawn {
            href: (!member.has_children && !member.itself).then_some(href),
            ..Drawn::of(&Cell::usd(Some(amount)), l10n).bare()
        };
        let name = if member.itself {
            Drawn::text(l10n.with("family-itself", &[("name", member.name.as_str().into())]))
        } else {
            Drawn::text(&member.name).link("donors", &member.code)
        };
        vec![
            name,
            Drawn::text(&member.code),
            figure(member.received_year, years::rows(&of("contributions", ""), year, None)),
            figure(member.received, of("contributions", "&state=cash")),
            figure(member.receivable, of("pledges", "")),
            figure(member.arrears, of("arrears", "")),
        ]
    });
    Some(Section {
        title: l10n.t("family-title"),
        heads,
        rows: rows.collect(),
        all: all.to_owned(),
        empty: String::new(),
    })
}

fn focal_point(one: &FocalPoint, l10n: L10n) -> Thing {
    Thing {
        title: one.name.clone(),
        href: Some(format!("/donors?focal_point={}", address::escape(&one.email))),
        mark: if one.now { l10n.t("focal-now") } else { String::new() },
        lines: vec![format::stretch(one.from, one.to, l10n)],
        past: !one.now,
    }
}

fn contact(one: &Contact, base: &str, keeps: bool, l10n: L10n) -> Thing {
    let reach = [one.email.clone(), one.phone.clone()];
    let lines = [
        one.title.clone(),
        Some(reach.into_iter().flatten().collect::<Vec<_>>().join(" · ")),
        one.language.as_ref().map(|language| l10n.with("contact-speaks", &[("language", language.as_str().into())])),
        Some(format::stretch(one.from_on, one.to_on, l10n)),
        one.note.clone(),
    ];
    Thing {
        title: one.name.clone(),
        href: keeps.then(|| format!("{base}/contacts/{}", one.id)),
        mark: match (one.now, one.gone) {
            (true, _) => String::new(),
            (false, true) => l10n.t("contact-past"),
            (false, false) => l10n.t("contact-to-come"),
        },
        lines: lines.into_iter().flatten().collect(),
        past: one.gone,
    }
}

/// Who looks after it, and whom one talks to there.
pub(super) fn beside(donor: &DonorFigures, code: &str, frame: &Frame) -> Beside {
    let l10n = frame.l10n;
    let base = address::to("donors", code);
    let keeps = may(frame.viewer.role, Act::KeepDonors);
    let focal_points = donor.focal_points.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    let contacts = donor.contacts.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    let region = donor.country.as_deref().and_then(country).map(|country| l10n.word("region", country.region));
    let now = focal_points.iter().find(|one| one.now);
    let lead = now.map(|one| {
        let args = [
            ("name", one.name.as_str().into()),
            ("from", one.from.map(|from| format::day(from, l10n)).unwrap_or_default().into()),
        ];
        l10n.with(if one.from.is_some() { "focal-lead-from" } else { "focal-lead" }, &args)
    });
    let action = |key: &str, rest: &str| keeps.then(|| (l10n.t(key), format!("{base}/{rest}")));
    let (earlier, there): (Vec<&Contact>, Vec<&Contact>) = contacts.iter().partition(|one| one.gone);
    let contacts = |all: Vec<&Contact>| all.into_iter().map(|one| contact(one, &base, keeps, l10n)).collect();
    let mut panels = vec![
        Panel {
            title: l10n.t("focal-title"),
            action: action("focal-change", "focal-points"),
            things: focal_points.iter().map(|one| focal_point(one, l10n)).collect(),
            empty: l10n.t("focal-none"),
        },
        Panel {
            title: l10n.t("contact-title"),
            action: action("contact-add", "contacts/new"),
            things: contacts(there),
            empty: l10n.t("contact-none"),
        },
    ];
    // Whoever left is kept apart: still found, and taken for nobody one could call.
    if !earlier.is_empty() {
        let (title, things) = (l10n.t("contact-earlier"), contacts(earlier));
        panels.push(Panel { title, action: None, things, empty: String::new() });
    }
    let kind = donor.kind.as_ref().map(|kind| l10n.word("donors", kind));
    Beside { kicker: kind.into_iter().chain(region).collect(), lead, panels }
}

/// What was said last, and what either side still owes of it. Of now, whatever day the figures are of.
pub(super) fn spoken(donor: &DonorFigures, code: &str, today: NaiveDate, l10n: L10n) -> Vec<Section> {
    let all = |room: &str, more: &str| format!("/{room}?donor={}{more}", address::escape(code));
    let head = |key: &str, class: &'static str| (l10n.t(key), class);
    let meetings = donor.meetings.as_ref().map(|all| all.0.as_slice()).unwrap_or_default().iter().map(|one| {
        let level: Option<Classification> = one.classification.parse().ok();
        let held = Drawn::of(&Cell::Day(one.held_on), l10n);
        vec![
            Drawn::text(&one.title).link("meetings", &one.key).tag(level.and_then(Classification::tag)),
            Drawn::text(one.level.as_ref().map(|level| l10n.word("level", level)).unwrap_or_default()),
            held.tag((one.held_on > today).then_some(("info", "meetings-planned"))),
        ]
    });
    let actions = donor.open_actions.as_ref().map(|all| all.0.as_slice()).unwrap_or_default().iter().map(|one| {
        let owner = one.owner.clone().unwrap_or_default();
        let side = l10n.word("side", &one.side);
        let late = one.due_on.is_some_and(|due| due < today);
        let mut what =
            Drawn::text(&one.text).tag(late.then_some(("bad", "actions-overdue"))).phone(format!("{side} · {owner}"));
        what.href = Some(format!("/meetings/{}#follow-ups", one.meeting));
        vec![what, Drawn::text(side), Drawn::text(owner), Drawn::of(&Cell::day(one.due_on), l10n)]
    });
    vec![
        Section {
            title: l10n.t("section-meetings"),
            heads: vec![head("col-meeting", ""), head("filter-level", "w"), head("col-held", "nowrap")],
            rows: meetings.collect(),
            all: all("meetings", ""),
            empty: l10n.t("meetings-empty"),
        },
        Section {
            title: l10n.t("section-actions"),
            heads: vec![
                head("col-action", ""),
                head("col-side", "w"),
                head("col-owner", "w"),
                head("col-due", "nowrap"),
            ],
            rows: actions.collect(),
            all: all("actions", "&state=open"),
            empty: l10n.t("meeting-nothing-open"),
        },
    ]
}
