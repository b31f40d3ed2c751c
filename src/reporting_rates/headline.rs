//! The rate, its sentences and its line: the head of the page, and of the tile on the dashboard.

use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};

use super::answer::Answer;
use super::figures::Figures;
use super::points::{is_month_end, line};
use crate::l10n::L10n;
use crate::report_states::rule::{percent, twelve_months_to};
use crate::web::chart::{Line, Point};
use crate::web::format;
use crate::web::list::Params;

/// A figure and the rows behind it.
pub struct Linked {
    /// The figure.
    pub figure: String,
    /// The rows.
    pub href: String,
}

/// Where the reports behind a figure are: the list of reports with the filters of the page.
pub struct Links<'p> {
    /// What the page was asked.
    pub params: &'p Params,
}

impl Links<'_> {
    /// The reports of one sort.
    pub fn reports(&self, counted: &str) -> String {
        self.kept().with("counted", counted).address("/donor-reports")
    }

    /// Addresses of the reports of a unit and those below it, or of those of the page, by their sort: of a table's line
    /// there are five, and all that comes before the sort is written once.
    pub fn reports_of(&self, unit: Option<&str>) -> impl Fn(&str) -> String + use<> {
        const SORT: &str = "counted=";
        let kept = unit.map_or_else(|| self.kept(), |unit| self.kept().with("unit", unit));
        let address = kept.with("counted", "").address("/donor-reports");
        let at = address.find(SORT).map_or(address.len(), |at| at + SORT.len());
        move |counted| [&address[..at], counted, &address[at..]].concat()
    }

    /// The reports of one sort as of another day.
    pub fn on(&self, day: NaiveDate, counted: &str) -> String {
        self.kept().with("as_of", day.to_string()).with("counted", counted).address("/donor-reports")
    }

    /// The reports of one sort that were due within the twelve months to a day.
    pub fn in_year(&self, day: NaiveDate, counted: &str) -> String {
        let first = twelve_months_to(day);
        let since = self.params.get("since").and_then(|since| since.parse::<NaiveDate>().ok());
        let since = since.map_or(first, |since| since.max(first));
        self.kept().with("since", since.to_string()).with("counted", counted).address("/donor-reports")
    }

    /// The late reports whose delay has one cause.
    pub fn cause(&self, cause: &str) -> String {
        self.kept().with("counted", "late").with("cause", cause).address("/donor-reports")
    }

    /// The rates of a unit.
    pub fn unit(&self, unit: &str) -> String {
        self.params.without(&["q", "sort"]).with("unit", unit).address("/reporting-rates")
    }

    /// The rates as of another day.
    pub fn day(&self, day: NaiveDate) -> String {
        self.params.without(&["q", "sort", "change_since"]).with("as_of", day.to_string()).address("/reporting-rates")
    }

    fn kept(&self) -> Params {
        self.params.without(&["q", "sort", "change_since"])
    }
}

/// By how much a rate changed.
pub struct Change {
    /// Its class: `ok`, `bad`, or none.
    pub class: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What it says.
    pub text: String,
}

/// The rate with its sentences.
pub struct Headline {
    /// The rate; none where no report is due.
    pub rate: Option<Linked>,
    /// What it is made of.
    pub sentence: String,
    /// By how much it changed since the day compared with.
    pub change: Option<Change>,
    /// What is outstanding; none where no report is due.
    pub outstanding: Option<String>,
}

/// A rate for people, or that there is none.
pub fn rate_in_words(rate: Option<Decimal>, l10n: L10n) -> String {
    rate.map_or_else(|| l10n.t("rates-none"), |rate| format::percent(rate, l10n))
}

impl Headline {
    /// Says what an answer says.
    pub fn new(answer: &Answer, links: &Links<'_>, l10n: L10n) -> Self {
        let (now, then) = (answer.now(), answer.then());
        let day = format::day(answer.day, l10n);
        let sentence = if now.due == 0 {
            l10n.with("rates-none-sentence", &[("day", day.into())])
        } else {
            l10n.with(
                "rates-sentence",
                &[
                    ("submitted", now.submitted.into()),
                    ("due", now.due.into()),
                    ("day", day.into()),
                    ("on_time", now.on_time.into()),
                    ("rate", rate_in_words(now.on_time_rate(), l10n).into()),
                ],
            )
        };
        let outstanding = (now.due > 0).then(|| {
            let args = [
                ("outstanding", now.outstanding().into()),
                ("overdue", now.overdue.into()),
                ("today", (now.outstanding() - now.overdue).into()),
            ];
            l10n.with("rates-outstanding-sentence", &args)
        });
        let rate =
            now.rate().map(|rate| Linked { figure: format::percent(rate, l10n), href: links.reports("submitted") });
        Headline { rate, sentence, change: change(now, then, answer.compared, l10n), outstanding }
    }
}

/// What a rate is made of, in short.
pub fn note(submitted: i64, due: i64, on_time: i64, l10n: L10n) -> String {
    if due == 0 {
        return l10n.t("rates-note-none");
    }
    let rate = rate_in_words(percent(on_time, due), l10n);
    let args =
        [("submitted", submitted.into()), ("due", due.into()), ("on_time", on_time.into()), ("rate", rate.into())];
    l10n.with("rates-note", &args)
}

/// Everything that is said of a rate, for where it stands without its page.
pub fn sentences(answer: &Answer, l10n: L10n) -> Vec<String> {
    let params = Params::default();
    let head = Headline::new(answer, &Links { params: &params }, l10n);
    let now = answer.now();
    let day = format::day(answer.day, l10n);
    let said = |label: &str, value: String, note: String| {
        let label = l10n.with(label, &[("day", day.clone().into())]);
        l10n.with("rates-said", &[("label", label.into()), ("value", value.into()), ("note", note.into())])
    };
    let number = |count: i64| format::number(count.into(), 0, l10n);
    let mut all = vec![rate_in_words(now.rate(), l10n), head.sentence];
    all.extend(head.outstanding);
    all.extend(head.change.map(|change| change.text));
    all.push(said(
        "rates-figure-year",
        rate_in_words(now.rate_in_year(), l10n),
        note(now.submitted_in_year, now.due_in_year, now.on_time_in_year, l10n),
    ));
    all.push(said("rates-figure-waived", number(now.waived), l10n.t("rates-note-waived")));
    all.push(said("rates-figure-extended", number(now.extended), l10n.t("rates-note-extended")));
    all
}

/// By how much a rate changed, in a sentence.
fn change(now: Figures, then: Figures, compared: NaiveDate, l10n: L10n) -> Option<Change> {
    let rate = now.rate()?;
    let day = format::day(compared, l10n);
    let Some(before) = then.rate() else {
        let text = l10n.with("rates-then-none", &[("day", day.into())]);
        return Some(Change { class: "", icon: "trend", text });
    };
    let points = rate - before;
    let (key, class, icon) = match points {
        points if points > Decimal::ZERO => ("rates-rose", "ok", "trend"),
        points if points < Decimal::ZERO => ("rates-fell", "bad", "trend-down"),
        _ => ("rates-same", "", "trend"),
    };
    let args = [("points", format::number(points.abs(), 1, l10n).into()), ("day", day.into())];
    Some(Change { class, icon, text: l10n.with(key, &args) })
}

/// A day of the line in short: its month, or in full where it is not the last of one.
pub fn day_of_line(day: NaiveDate, l10n: L10n) -> String {
    if is_month_end(day) { format::month(day, l10n) } else { format::day(day, l10n) }
}

/// The line through the rates by month end, the day compared with and the day itself marked: so many pixels high, its
/// labels at least such a part of its width apart.
pub fn drawn(id: &'static str, answer: &Answer, (height, apart): (u32, Decimal), l10n: L10n) -> Line {
    let days = line(answer.day, answer.compared);
    let rates: Vec<(NaiveDate, Figures)> =
        days.iter().map(|day| (*day, answer.figured.figures(answer.unit, *day))).collect();
    let said: Vec<String> = rates
        .iter()
        .map(|(day, figures)| format!("{}: {}", day_of_line(*day, l10n), rate_in_words(figures.rate(), l10n)))
        .collect();
    let (first, last) = (days.first().copied().unwrap_or(answer.day), days.last().copied().unwrap_or(answer.day));
    let length = Decimal::from((last - first).num_days().max(1));
    let place = |day: NaiveDate| Decimal::from((day - first).num_days()) / length;
    let compared = place(answer.compared);
    let points = rates.iter().map(|(day, figures)| {
        let (at, marked) = (place(*day), *day == answer.day || *day == answer.compared);
        // Named are the first, the marked ones, and those half way between, where they stand clear of each other.
        let clear = |other: Decimal| (at - other).abs() >= apart;
        // A day takes more room than a month.
        let named = marked && (*day == answer.day || (dec!(1) - at) >= apart * dec!(1.25));
        let wide = !named && clear(compared) && clear(dec!(1)) && (at.is_zero() || is_quarter(*day) && clear(dec!(0)));
        Point {
            label: if named || wide { day_of_line(*day, l10n) } else { String::new() },
            value: figures.rate(),
            said: figures.rate().filter(|_| named).map(|rate| format::percent(rate, l10n)),
            at: Some(at),
            marked,
            wide: wide && !at.is_zero(),
        }
    });
    Line::new(id, (l10n.t("rates-line"), said.join("; ")), points.collect(), Some(dec!(100)), height, l10n)
}

/// Whether a day is the last of June or December.
fn is_quarter(day: NaiveDate) -> bool {
    use chrono::Datelike;
    is_month_end(day) && day.month().is_multiple_of(6)
}
