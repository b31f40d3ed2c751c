//! The parts of a donor's page: what they gave, what each side owes, what was said, who will be there.

use std::sync::Arc;

use chrono::NaiveDate;

use super::note::Of;
use super::store::{Found, Met, Planned, Pledge, Report, level};
use crate::classified::Classification;
use crate::donor_page::{Contact, DonorFigures, OpenAction};
use crate::intelligence::{Entry, Kind};
use crate::kernel::Currency;
use crate::web::{address, format};

/// Letters of what came of a meeting.
const MOST_SAID: usize = 260;
/// Letters of the agenda of a meeting to come.
const MOST_AGENDA: usize = 500;
/// Follow-ups of one side.
const MOST_PROMISED: usize = 4;
/// Contacts.
const MOST_CONTACTS: usize = 6;

/// A line: what, where it leads, and what stands at its end.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) href: Option<String>,
    pub(super) sub: String,
    pub(super) end: String,
    pub(super) bad: bool,
}

/// A pledge as a row.
pub(super) struct Row {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) sub: String,
    pub(super) amount: String,
    pub(super) outstanding: String,
    pub(super) bad: bool,
}

/// What was said once.
pub(super) struct Said {
    pub(super) iso: String,
    pub(super) day: String,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) tag: Option<(&'static str, &'static str)>,
    pub(super) text: String,
}

/// A part of the page; it has one kind of content, or none and says so.
#[derive(Default)]
pub(super) struct Block {
    pub(super) title: String,
    pub(super) wide: bool,
    pub(super) text: Option<String>,
    pub(super) chart: Option<Arc<str>>,
    pub(super) rows: Vec<Row>,
    pub(super) lines: Vec<Line>,
    pub(super) said: Vec<Said>,
    /// Where there is more: words and address.
    pub(super) more: Option<(String, String)>,
    /// What it says where it has nothing.
    pub(super) empty: String,
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        let nothing = self.text.is_none() && self.chart.is_none();
        nothing && self.rows.is_empty() && self.lines.is_empty() && self.said.is_empty()
    }
}

/// The parts in their order, two side by side.
pub(super) fn of(
    donor: &DonorFigures,
    found: &Found,
    chart: Option<Arc<str>>,
    planned: Option<&Planned>,
    of: &Of<'_>,
) -> Vec<Block> {
    let l10n = of.frame.l10n;
    let gave = Block { title: l10n.t("brief-gave"), chart, empty: l10n.t("giving-nothing"), ..Block::default() };
    let mut blocks: Vec<Block> = planned.and_then(|planned| agenda(planned, of)).into_iter().collect();
    blocks.extend([
        gave,
        pledges(donor, found, of),
        reports(donor, found, of),
        meetings(&found.meetings, of),
        promised(donor, "we", of),
        promised(donor, "they", of),
        priorities(donor, of),
        people(donor, planned, of),
    ]);
    blocks
}

/// When and where a meeting is to be.
pub(super) fn whereabouts(planned: &Planned, of: &Of<'_>) -> String {
    let parts = [Some(of.day(planned.held_on)), planned.place.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// As many letters of a text as fit, cut between words; lines become one.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let all = words.join(" ");
    if all.chars().count() <= most {
        return all;
    }
    let mut kept: String = all.chars().take(most).collect();
    if let Some(space) = kept.rfind(' ').filter(|space| *space > kept.len() / 2) {
        kept.truncate(space);
    }
    kept.push('…');
    kept
}

fn agenda(planned: &Planned, of: &Of<'_>) -> Option<Block> {
    let text = planned.agenda.as_deref().or(planned.purpose.as_deref())?;
    let title = of.frame.l10n.with("brief-agenda", &[("title", planned.title.as_str().into())]);
    Some(Block { title, wide: true, text: Some(clipped(text, MOST_AGENDA)), ..Block::default() })
}

fn money(amount: rust_decimal::Decimal, currency: Currency, of: &Of<'_>) -> String {
    format!("{currency} {}", format::short(amount, of.frame.l10n))
}

fn pledges(donor: &DonorFigures, found: &Found, of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let row = |one: &Pledge| {
        let overdue = !one.overdue.is_zero();
        let late = || l10n.with("brief-overdue", &[("amount", money(one.overdue, one.currency, of).into())]);
        let next = one.next_on.map(|day| l10n.with("brief-next", &[("day", of.day(day).into())]));
        let unsigned = (one.state == "pledged").then(|| l10n.t("pledges-pledged"));
        let sub = [overdue.then(late), unsigned, next].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Row {
            title: [Some(one.reference.clone()), one.title.clone()].into_iter().flatten().collect::<Vec<_>>().join(" "),
            href: address::to("pledges", &one.reference),
            sub,
            amount: money(one.amount, one.currency, of),
            outstanding: format::short(one.outstanding, l10n),
            bad: overdue,
        }
    };
    let more = usize::try_from(found.open_pledges).unwrap_or_default().saturating_sub(found.pledges.len());
    let all = format!("/pledges?donor={}", address::escape(&donor.code));
    Block {
        title: l10n.t("brief-promised"),
        rows: found.pledges.iter().map(row).collect(),
        more: (more > 0).then(|| (l10n.with("brief-more", &[("count", more.into())]), all)),
        empty: l10n.t("brief-nothing-promised"),
        ..Block::default()
    }
}

fn reports(donor: &DonorFigures, found: &Found, of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let line = |one: &Report| {
        let days = (of.scope.as_of.0 - one.due_on).num_days();
        Line {
            text: one.title.clone().unwrap_or_else(|| l10n.word("report-kind", &one.kind)),
            href: Some(address::to("donor-reports", &one.reference)),
            sub: String::new(),
            end: if one.late { l10n.with("brief-days-late", &[("days", days.into())]) } else { of.day(one.due_on) },
            bad: one.late,
        }
    };
    let late = found.reports.iter().filter(|one| one.late).count();
    let more = usize::try_from(donor.reports_overdue).unwrap_or_default().saturating_sub(late);
    let all = format!("/donor-reports?donor={}&counted=overdue", address::escape(&donor.code));
    Block {
        title: l10n.t("brief-reports"),
        lines: found.reports.iter().map(line).collect(),
        more: (more > 0).then(|| (l10n.with("brief-more-late", &[("count", more.into())]), all)),
        empty: l10n.t("brief-no-report"),
        ..Block::default()
    }
}

fn meetings(all: &[Met], of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let said = |one: &Met| Said {
        iso: one.held_on.to_string(),
        day: of.day(one.held_on),
        title: one.title.clone(),
        href: format!("/meetings/{}", one.key),
        tag: level(&one.classification).tag(),
        text: one.said.as_deref().map(|said| clipped(said, MOST_SAID)).unwrap_or_default(),
    };
    Block {
        title: l10n.t("brief-said"),
        said: all.iter().map(said).collect(),
        empty: l10n.t("meetings-empty"),
        ..Block::default()
    }
}

fn promised(donor: &DonorFigures, side: &str, of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let line = |one: &OpenAction| {
        let late = one.due_on.is_some_and(|due| due < of.frame.today);
        let due = one.due_on.map(|due| of.day(due)).unwrap_or_default();
        Line {
            text: clipped(&one.text, MOST_SAID),
            href: Some(format!("/meetings/{}#follow-ups", one.meeting)),
            sub: one.owner.clone().unwrap_or_default(),
            end: if late { l10n.with("promised-late", &[("day", due.into())]) } else { due },
            bad: late,
        }
    };
    let open = donor.open_actions.iter().flat_map(|all| &all.0).filter(|one| one.side == side);
    let mut lines: Vec<Line> = open.map(line).collect();
    let all = format!("/actions?donor={}&state={side}_owe", address::escape(&donor.code));
    let more = (lines.len() > MOST_PROMISED).then(|| (l10n.t("brief-more-open"), all));
    lines.truncate(MOST_PROMISED);
    Block {
        title: l10n.word("brief", &format!("promised-{side}")),
        lines,
        more,
        empty: l10n.t("meeting-nothing-open"),
        ..Block::default()
    }
}

/// What is told of what is known, kind by kind, and how many of each.
const KNOWN: [(Kind, usize); 4] =
    [(Kind::Priority, 2), (Kind::Decision, 2), (Kind::Position, 1), (Kind::BudgetOutlook, 1)];

/// What is known of a donor and stands on its page: of each kind the latest few, of decisions those that come next.
pub(super) fn known(donor: &DonorFigures, today: NaiveDate) -> Vec<&Entry> {
    let all = donor.intelligence.as_ref().map(|all| all.0.as_slice()).unwrap_or_default();
    let mut told = Vec::new();
    for (kind, most) in KNOWN {
        let decided = kind == Kind::Decision;
        let mut these: Vec<&Entry> =
            all.iter().filter(|one| one.kind == kind && (!decided || one.next_on(today).is_some())).collect();
        if decided {
            these.sort_by_key(|one| one.next_on(today));
        }
        told.extend(these.into_iter().take(most));
    }
    told
}

/// What they care about, when they decide and where they stand, as far as it is known.
fn priorities(donor: &DonorFigures, of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let today = of.frame.today;
    let line = |one: &Entry| {
        let next = one.next_on(today).map(|day| of.day(day));
        let stale = one.is_stale(today).then(|| l10n.t("intelligence-stale"));
        Line {
            text: clipped(&one.called(l10n), MOST_SAID),
            href: Some(format!("/intelligence/{}", one.key)),
            sub: l10n.word("known", one.kind.as_str()),
            end: [next, stale].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            bad: false,
        }
    };
    Block {
        title: l10n.t("brief-priorities"),
        wide: true,
        lines: known(donor, today).into_iter().map(line).collect(),
        empty: l10n.t("known-none"),
        ..Block::default()
    }
}

/// Who comes to the meeting that is planned; where none is, or it names nobody, whom one talks to.
fn people(donor: &DonorFigures, planned: Option<&Planned>, of: &Of<'_>) -> Block {
    let l10n = of.frame.l10n;
    let line = |text: String, sub: Option<String>, end: String| Line {
        text,
        href: None,
        sub: sub.unwrap_or_default(),
        end,
        bad: false,
    };
    let mut lines: Vec<Line> = Vec::new();
    if let Some(planned) = planned {
        let theirs = planned.guests.iter().map(|one| line(one.name.clone(), one.title.clone(), donor.name.clone()));
        let ours = planned.took_part.iter().map(|name| line(name.clone(), None, l10n.t("meeting-us")));
        lines.extend(theirs.chain(ours));
    }
    let there = !lines.is_empty();
    if planned.is_none_or(|planned| planned.guests.is_empty()) {
        let contacts = donor.contacts.iter().flat_map(|all| &all.0).filter(|one| one.now);
        let contact = |one: &Contact| {
            let language = one.language.as_ref();
            let language =
                language.map(|language| l10n.with("contact-speaks", &[("language", language.as_str().into())]));
            line(one.name.clone(), one.title.clone(), language.unwrap_or_default())
        };
        lines.extend(contacts.take(MOST_CONTACTS).map(contact));
    }
    Block {
        title: l10n.t(if there { "brief-people" } else { "brief-contacts" }),
        wide: true,
        lines,
        empty: l10n.t("contact-none"),
        ..Block::default()
    }
}

/// The words of a level, for the top and the bottom of a page.
pub(super) fn printed(level: Classification, of: &Of<'_>) -> String {
    of.frame.word("classification", level.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_and_says_so() {
        assert_eq!(clipped("One\n\n two   three", 40), "One two three");
        assert_eq!(clipped("One two three", 9), "One two…");
        assert_eq!(clipped("Donaudampfschiff", 5), "Donau…");
        assert_eq!(clipped("很好很好很好", 3), "很好很…");
    }
}
