//! What a donor gave by year, its children's receipts among it, and what this year makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::store::DonorFigures;
use crate::giving::rule::{Ground, History, Status};
use crate::giving::{ByYear, Room, Sums, ended, is_somebody, mark};
use crate::l10n::L10n;
use crate::lists::Scope;
use crate::settings;
use crate::web::drawn;
use crate::web::frame::Frame;

/// What a donor gave by year.
pub(crate) struct Years {
    sums: Sums,
    no_data: BTreeSet<i32>,
    as_of: NaiveDate,
}

/// The rows of a year, of one category of earmarking or of all, among those at an address.
pub(crate) fn rows(all: &str, year: i32, earmarking: Option<&str>) -> String {
    let category = earmarking.map(|category| format!("&earmarking={category}")).unwrap_or_default();
    format!("{all}&state=cash&since={year}-01-01&until={year}-12-31{category}")
}

impl Years {
    /// What the statement found.
    pub(crate) fn of(donor: &DonorFigures, as_of: NaiveDate) -> Self {
        let mut sums = Sums::new();
        for row in donor.money.given() {
            *sums.entry(row.year).or_default().entry(row.earmarking.clone()).or_default() += row.usd;
        }
        Years { sums, no_data: donor.money.no_data().flat_map(settings::years).collect(), as_of }
    }

    /// The first year something came in.
    pub(crate) fn first(&self) -> Option<i32> {
        self.sums.keys().next().copied()
    }

    /// The bars with their rows among those at an address, drawn as one of the parts of a page that stand till the next
    /// change; nothing where nothing was given.
    ///
    /// # Errors
    /// As any template.
    pub(crate) fn chart<T: Template>(
        &self,
        (frame, scope): (&Frame, &Scope),
        (part, all): (&'static str, String),
        room: Room<'_>,
        template: fn(ByYear) -> T,
    ) -> askama::Result<Option<Arc<str>>> {
        if self.sums.is_empty() {
            return Ok(None);
        }
        let no_data = |year| self.no_data.contains(&year);
        let draw = || {
            let rows = |year, category: Option<&str>| rows(&all, year, category);
            template(ByYear::new(room, &self.sums, self.as_of.year(), no_data, rows, frame.l10n))
        };
        drawn::till_a_change(&frame.memory, (part, format!("{all} {}", room.id)), scope, frame.l10n, draw).map(Some)
    }

    /// The mark of this year, and where the donor lapsed earlier, since when. A child counts with its parent and has
    /// none of its own.
    pub(crate) fn status(&self, donor: &DonorFigures, l10n: L10n) -> Vec<(&'static str, String)> {
        if donor.parent.is_some() || !is_somebody(&donor.code) {
            return Vec::new();
        }
        let mut history = History::default();
        for (year, of) in &self.sums {
            history.add(*year, of.values().sum());
        }
        let year = self.as_of.year();
        let ground = Ground { ended: ended(self.as_of), no_data: &self.no_data };
        let said = |status: Status, year: i32| {
            let (class, key) = mark(status.as_str());
            let words = [("status", l10n.t(key).into()), ("year", year.to_string().into())];
            (class, l10n.with("giving-status", &words))
        };
        if let Some(status) = history.in_year(year, ground) {
            return vec![said(status, year)];
        }
        // Neither this year nor the last: lapsed in the year after the last it gave in.
        let last = history.given().next_back();
        let lapsed = last.and_then(|last| (last + 1..year).find(|year| history.in_year(*year, ground).is_some()));
        lapsed.map(|year| said(Status::Lapsed, year)).into_iter().collect()
    }
}
