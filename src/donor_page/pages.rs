//! What the page of a donor shows beside its rows: who it is, who looks after it, whom one talks to, and who belongs to it.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::store::{Contact, DonorFigures, FocalPoint, OpenAction};
use super::years::{self, Years};
use crate::access::{Act, may};
use crate::documents::OfDonor;
use crate::kernel::Currency;
use crate::kernel::country::country;
use crate::l10n::L10n;
use crate::lists::{Cell, Drawn, Scope};
use crate::web::detail::{Beside, Figure, Panel, Section, Thing};
use crate::web::frame::Frame;
use crate::web::{address, format};

/// What else is known of it.
fn about(donor: &DonorFigures, l10n: L10n) -> Vec<Thing> {
    let mut said = Vec::new();
    let mut say = |label: &str, value: Option<String>, href: Option<String>| {
        if let Some(title) = value {
            said.push(Thing { title, href, lines: vec![l10n.t(label)], ..Thing::default() });
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
pub(super) fn family(donor: &DonorFigures, all: &str, same: &str, scope: &Scope, l10n: L10n) -> Option<Section> {
    let members = &donor.family.as_ref()?.0;
    let (money, day, year) = (&donor.money, scope.as_of.0, scope.as_of.0.year());
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
            figure(money.received_in_year_of(day, Some(member.id)), years::rows(&of("contributions", ""), year, None)),
            figure(money.received(Some(member.id)), of("contributions", "&state=cash")),
            figure(money.receivable(Some(member.id)), of("pledges", "")),
            figure(money.arrears(Some(member.id)), of("arrears", "")),
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
        ..Thing::default()
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
        ..Thing::default()
    }
}

/// Who looks after it, and whom one talks to there.
pub(super) fn beside(donor: &DonorFigures, documents: &[OfDonor], frame: &Frame) -> Beside {
    let l10n = frame.l10n;
    let base = address::to("donors", &donor.code);
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
    let mut panels = vec![promised(donor, "we", frame), promised(donor, "they", frame)];
    if panels.iter().all(|panel| panel.things.is_empty()) {
        panels.truncate(1);
        panels.iter_mut().for_each(|panel| panel.title = l10n.t("section-actions"));
    }
    panels.push(filed(documents, donor, frame));
    panels.extend([
        Panel {
            title: l10n.t("contact-title"),
            action: action("contact-add", "contacts/new"),
            things: contacts(there),
            empty: l10n.t("contact-none"),
        },
        // Whoever left is kept apart: still found, and taken for nobody one could call.
        Panel { title: l10n.t("contact-earlier"), action: None, things: contacts(earlier), empty: String::new() },
        Panel {
            title: l10n.t("focal-title"),
            action: action("focal-change", "focal-points"),
            things: focal_points.iter().map(|one| focal_point(one, l10n)).collect(),
            empty: l10n.t("focal-none"),
        },
        Panel { title: l10n.t("meeting-about"), action: None, things: about(donor, l10n), empty: String::new() },
    ]);
    panels.retain(|panel| !panel.things.is_empty() || !panel.empty.is_empty());
    let kind = donor.kind.as_ref().map(|kind| l10n.word("donors", kind));
    Beside { kicker: kind.into_iter().chain(region).collect(), lead, panels, ..Beside::default() }
}

/// What one side promised and has not done. Of now, whatever day the figures are of.
fn promised(donor: &DonorFigures, side: &str, frame: &Frame) -> Panel {
    let l10n = frame.l10n;
    let open = donor.open_actions.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    let thing = |one: &OpenAction| {
        let late = one.due_on.is_some_and(|due| due < frame.today);
        let due = one.due_on.map(|due| format::day(due, l10n)).unwrap_or_default();
        Thing {
            title: one.text.clone(),
            href: Some(format!("/meetings/{}#follow-ups", one.meeting)),
            mark: if late { l10n.with("promised-late", &[("day", due.into())]) } else { due },
            bad: late,
            lines: one.owner.iter().cloned().collect(),
            past: false,
        }
    };
    let things: Vec<Thing> = open.iter().filter(|one| one.side == side).map(thing).collect();
    let all = format!("/actions?donor={}&state={side}_owe", address::escape(&donor.code));
    Panel {
        title: l10n.with(&format!("promised-{side}"), &[("donor", donor.name.as_str().into())]),
        action: (!things.is_empty()).then(|| (l10n.t("detail-all"), all)),
        things,
        empty: l10n.t("meeting-nothing-open"),
    }
}

/// The documents filed last.
fn filed(documents: &[OfDonor], donor: &DonorFigures, frame: &Frame) -> Panel {
    let l10n = frame.l10n;
    let thing = |one: &OfDonor| {
        let until = one.valid_to.map(|day| l10n.with("stretch-to", &[("to", format::day(day, l10n).into())]));
        let level = one.classification.tag().map(|(_, key)| l10n.t(key));
        let line = [Some(l10n.word("documents", &one.kind)), until, level].into_iter().flatten().collect::<Vec<_>>();
        Thing {
            title: one.title.clone(),
            href: Some(format!("/documents/{}", one.key)),
            lines: vec![line.join(" · ")],
            ..Thing::default()
        }
    };
    let all = format!("/documents?donor={}", address::escape(&donor.code));
    Panel {
        title: l10n.t("menu-documents"),
        action: (!documents.is_empty()).then(|| (l10n.t("detail-all"), all)),
        things: documents.iter().map(thing).collect(),
        empty: l10n.t("promised-no-document"),
    }
}

/// The four figures of the page, each with the rows behind it at the address `all` gives of a room.
pub(super) fn figures(
    donor: &DonorFigures,
    years: &Years,
    all: &impl Fn(&str) -> String,
    scope: &Scope,
    l10n: L10n,
) -> Vec<Figure> {
    let day = scope.as_of.0;
    let usd = |amount: Decimal| format::amount(amount, Currency::USD, l10n);
    let figure = |key: &str, amount: Decimal, href: String, note: String| Figure {
        label: l10n.word("figure", key),
        unit: "USD".to_owned(),
        value: usd(amount),
        href: Some(href),
        note,
        also: None,
    };
    let on = |key: &str, day: NaiveDate| l10n.with(key, &[("day", format::day(day, l10n).into())]);
    let all_years = match years.first() {
        Some(first) => l10n.with("figure-in-all-since", &[("year", first.to_string().into())]),
        None => l10n.t("figure-in-all"),
    };
    let received = Figure {
        label: l10n.with("giving-received", &[("year", day.year().to_string().into())]),
        also: Some((all_years, usd(donor.money.received(None)), all("contributions") + "&state=cash")),
        ..figure(
            "received-year",
            donor.money.received_in_year_of(day, None),
            years::rows(&all("contributions"), day.year(), None),
            l10n.t("figure-received-note"),
        )
    };
    let next = donor.money.next_due_on.map(|day| on("figure-receivable-next", day));
    let oldest = donor.money.arrears_since().map(|since| {
        let words = [("days", (day - since).num_days().into()), ("day", format::day(since, l10n).into())];
        l10n.with("figure-arrears-oldest", &words)
    });
    let reports = [("due", donor.reports_due.into())];
    let reports = [
        Some(l10n.with("figure-reports-of", &reports)),
        donor.reports_since.map(|day| on("figure-reports-since", day)),
    ];
    vec![
        received,
        figure(
            "receivable",
            donor.money.receivable(None),
            all("pledges") + "&state=receivable",
            [Some(l10n.t("figure-receivable-note")), next].into_iter().flatten().collect::<Vec<_>>().join(" "),
        ),
        figure(
            "arrears",
            donor.money.arrears(None),
            all("arrears"),
            oldest.unwrap_or_else(|| l10n.t("figure-arrears-note")),
        ),
        Figure {
            unit: String::new(),
            value: format::number(donor.reports_overdue.into(), 0, l10n),
            note: reports.into_iter().flatten().collect::<Vec<_>>().join(" "),
            ..figure("reports-overdue", Decimal::ZERO, all("donor-reports") + "&counted=overdue", String::new())
        },
    ]
}
