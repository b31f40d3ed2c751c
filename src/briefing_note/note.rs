//! A donor's page of a note, in the reader's language.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::sections::{self, Block};
use super::store::{Found, Planned, level};
use crate::classified::Classification;
use crate::donor_page::{DonorFigures, Years};
use crate::giving::{ByYear, Room};
use crate::lists::Scope;
use crate::web::frame::Frame;
use crate::web::{PageError, address, format};

/// A figure, in short, and the rows behind it.
pub(super) struct Figure {
    pub(super) label: String,
    /// `USD`, or nothing for a count.
    pub(super) unit: &'static str,
    pub(super) value: String,
    /// What stands behind it, in small.
    pub(super) of: String,
    pub(super) href: String,
}

/// One page: of one donor.
pub(super) struct Note {
    /// Its name in addresses within the page.
    pub(super) id: String,
    pub(super) kicker: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) tags: Vec<(&'static str, String)>,
    pub(super) lead: Vec<String>,
    pub(super) figures: Vec<Figure>,
    pub(super) blocks: Vec<Block>,
    /// The highest of what stands on it.
    pub(super) level: Classification,
}

/// What of it is classified, each thing with its level.
pub(super) type Things = Vec<(Uuid, Classification)>;

/// What one is of: when, and for which meeting, where it is for one.
pub(super) struct Of<'o> {
    pub(super) scope: &'o Scope,
    pub(super) frame: &'o Frame,
    pub(super) of_meeting: Option<&'o Planned>,
}

impl Of<'_> {
    pub(super) fn day(&self, day: NaiveDate) -> String {
        format::day(day, self.frame.l10n)
    }
}

/// The meetings a donor's page tells of.
pub(super) fn things(donor: &DonorFigures, found: &Found) -> Things {
    let held = found.meetings.iter().map(|one| (one.key, level(&one.classification)));
    let planned = found.planned.iter().map(|one| (one.key, level(&one.classification)));
    let open = donor.open_actions.iter().flat_map(|all| &all.0);
    held.chain(planned).chain(open.map(|one| (one.meeting, level(&one.classification)))).collect()
}

/// The entries of what is known it tells.
pub(super) fn known(donor: &DonorFigures, today: NaiveDate) -> Things {
    sections::known(donor, today).into_iter().map(|one| (one.key, one.classification)).collect()
}

/// The page of one donor. `nth` is its number among the pages.
///
/// # Errors
/// Where its chart cannot be drawn.
pub(super) fn note(nth: usize, donor: &DonorFigures, found: &Found, of: &Of<'_>) -> Result<Note, PageError> {
    let l10n = of.frame.l10n;
    let day = of.scope.as_of.0;
    let years = Years::of(donor, day);
    let all = |room: &str| format!("/{room}?donor={}", address::escape(&donor.code));
    let room = Room { id: &format!("years-{nth}"), height: 124, years: 8 };
    let part = ("note-years", all("contributions"));
    let chart = years.chart((of.frame, of.scope), part, room, ByYear::bars)?;
    let usd = |label: String, amount: Decimal, href: String| Figure {
        label,
        unit: "USD",
        value: format::short(amount, l10n),
        of: String::new(),
        href,
    };
    let year = day.year();
    let since = years.first().map(|first| l10n.with("figure-in-all-since", &[("year", first.to_string().into())]));
    let this_year = format!("{}&state=cash&since={year}-01-01&until={year}-12-31", all("contributions"));
    let figures = vec![
        usd(
            l10n.with("giving-received", &[("year", year.to_string().into())]),
            donor.money.received_in_year_of(day, None),
            this_year,
        ),
        usd(
            since.unwrap_or_else(|| l10n.t("figure-in-all")),
            donor.money.received(None),
            all("contributions") + "&state=cash",
        ),
        usd(l10n.t("figure-receivable"), donor.money.receivable(None), all("pledges") + "&state=receivable"),
        usd(l10n.t("figure-arrears"), donor.money.arrears(None), all("arrears")),
        Figure {
            label: l10n.t("figure-reports-overdue"),
            unit: "",
            value: format::number(donor.reports_overdue.into(), 0, l10n),
            of: l10n.with("brief-of", &[("all", donor.reports_due.into())]),
            href: all("donor-reports") + "&counted=overdue",
        },
    ];
    let planned = found.planned.as_deref().filter(|_| of.of_meeting.is_none());
    let said = things(donor, found).into_iter().chain(known(donor, of.frame.today));
    let level = said.map(|(_, level)| level).max().unwrap_or_default();
    Ok(Note {
        id: format!("note-{nth}"),
        kicker: match planned {
            Some(planned) => {
                l10n.with("brief-kicker-meeting", &[("meeting", sections::whereabouts(planned, of).into())])
            }
            None => l10n.t("brief-title"),
        },
        name: donor.name.clone(),
        href: address::to("donors", &donor.code),
        tags: years.status(donor, l10n),
        lead: lead(donor, of),
        figures,
        blocks: sections::of(donor, found, chart, planned, of),
        level,
    })
}

/// Who looks after it, and where it belongs.
fn lead(donor: &DonorFigures, of: &Of<'_>) -> Vec<String> {
    let l10n = of.frame.l10n;
    let kind = donor.kind.as_ref().map(|kind| l10n.word("donors", kind));
    let parent =
        donor.parent_name.as_ref().map(|parent| l10n.with("brief-belongs", &[("parent", parent.as_str().into())]));
    let focal = donor.focal_points.iter().flat_map(|all| &all.0).find(|one| one.now);
    let focal = focal.map(|one| l10n.with("focal-lead", &[("name", one.name.as_str().into())]));
    [kind, parent, focal].into_iter().flatten().collect()
}
