//! A chart of several lines through days: how sums grow against a plan. Drawn as the other charts are (`chart`): places
//! along the line in per cent, heights in pixels, no style of its own.

use askama::Template;
use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, dec};

use super::chart::{ABOVE, BELOW, Grid, LEFT, Plot, Unit, grid, percent, pixels};
use crate::l10n::L10n;

/// A line through days; from each point to the next it goes straight.
pub struct Series {
    /// Its class: what it stands for.
    pub class: &'static str,
    /// Its points, in the order of their days.
    pub points: Vec<(NaiveDate, Decimal)>,
}

/// A day that is marked from top to bottom.
pub struct Mark {
    /// The day.
    pub day: NaiveDate,
    /// What stands over it.
    pub label: String,
    /// Its class.
    pub class: &'static str,
}

struct Run {
    class: &'static str,
    x1: String,
    y1: String,
    x2: String,
    y2: String,
}

struct DrawnMark {
    class: &'static str,
    x: String,
    anchor: &'static str,
    label: String,
}

/// Several lines through the same days.
#[derive(Template)]
#[template(path = "parts/course.html")]
pub struct Course {
    id: &'static str,
    title: String,
    description: String,
    height: u32,
    plot_end: u32,
    label_y: u32,
    axis_y: String,
    grid: Vec<Grid>,
    years: Vec<DrawnMark>,
    marks: Vec<DrawnMark>,
    runs: Vec<Run>,
}

/// Fewest days between the ends of a chart and a year's label on its axis, in per cent of all days.
const EDGE: Decimal = dec!(6);

impl Course {
    /// Draws lines from the first to the last of `days` in a chart so many pixels high. `id` is unique on the page.
    pub fn new(
        id: &'static str,
        (title, description): (String, String),
        (first, last): (NaiveDate, NaiveDate),
        series: &[Series],
        marks: Vec<Mark>,
        height: u32,
        l10n: L10n,
    ) -> Self {
        let values = || series.iter().flat_map(|one| &one.points).map(|(_, value)| *value);
        let highest = values().max().unwrap_or_default().max(Decimal::ZERO);
        let lowest = values().min().unwrap_or_default().min(Decimal::ZERO);
        let room = Decimal::from(height.saturating_sub(ABOVE + BELOW));
        let plot = Plot { top: Decimal::from(ABOVE), height: room, highest, lowest };
        let all = Decimal::from((last - first).num_days().max(1));
        let along = |day: NaiveDate| {
            let at = Decimal::from((day - first).num_days()) / all;
            LEFT + at.clamp(Decimal::ZERO, Decimal::ONE) * (Decimal::ONE_HUNDRED - LEFT)
        };
        let place = |x: Decimal| percent(if l10n.is_rtl() { Decimal::ONE_HUNDRED - x } else { x });
        let x = |day: NaiveDate| place(along(day));
        let y = |value: Decimal| pixels(plot.y(value));
        let run = |class: &'static str, pair: &[(NaiveDate, Decimal)]| match pair {
            [(day1, value1), (day2, value2)] => {
                Some(Run { class, x1: x(*day1), y1: y(*value1), x2: x(*day2), y2: y(*value2) })
            }
            _ => None,
        };
        let runs = series.iter().flat_map(|one| one.points.windows(2).filter_map(|pair| run(one.class, pair)));
        let mark = |mark: Mark| {
            let at = along(mark.day);
            // A label leans to the side that has room.
            let leans = at > dec!(55);
            let anchor = if leans == l10n.is_rtl() { "start" } else { "end" };
            DrawnMark { class: mark.class, x: place(at), anchor, label: mark.label }
        };
        let step = (last.year() - first.year()) / 8 + 1;
        let years = (first.year() + 1..=last.year()).filter(|year| (last.year() - year) % step == 0);
        let year = |year: i32| {
            let at = along(NaiveDate::from_ymd_opt(year, 1, 1)?);
            let fits = at - LEFT >= EDGE && Decimal::ONE_HUNDRED - at >= dec!(3);
            Some(DrawnMark {
                class: "grid-line",
                x: place(at),
                anchor: "middle",
                label: if fits { year.to_string() } else { String::new() },
            })
        };
        Course {
            runs: runs.collect(),
            years: years.filter_map(year).collect(),
            marks: marks.into_iter().map(mark).collect(),
            grid: grid(&plot, Unit::of(highest.max(-lowest)), l10n),
            axis_y: pixels(plot.y(Decimal::ZERO)),
            plot_end: height.saturating_sub(BELOW),
            label_y: height.saturating_sub(6),
            id,
            title,
            description,
            height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::calendar::parse_day;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    fn drawn(points: &[(&str, Decimal)]) -> Course {
        let points = points.iter().map(|(on, value)| (day(on), *value)).collect();
        let marks = vec![Mark { day: day("2021-07-02"), label: "now <".into(), class: "mark" }];
        Course::new(
            "c",
            ("Title".into(), "Text".into()),
            (day("2021-01-01"), day("2022-01-01")),
            &[Series { class: "spent", points }],
            marks,
            158,
            L10n::ENGLISH,
        )
    }

    #[test]
    fn days_and_sums_stand_where_they_belong() {
        let course = drawn(&[("2021-01-01", dec!(0)), ("2021-07-02", dec!(50)), ("2022-01-01", dec!(100))]);
        let runs: Vec<[&str; 4]> = course.runs.iter().map(|run| [&*run.x1, &*run.y1, &*run.x2, &*run.y2]).collect();
        // 182 of 365 days are gone on 2 July.
        assert_eq!(runs, [["6.00%", "124.0", "52.87%", "74.0"], ["52.87%", "74.0", "100.00%", "24.0"]]);
        assert_eq!((course.marks[0].x.as_str(), course.marks[0].anchor), ("52.87%", "start"));
        let html = course.render().unwrap();
        assert!(html.contains("now &#60;") && !html.contains("style="), "{html}");
    }

    #[test]
    fn what_was_taken_back_goes_under_the_axis_and_nothing_is_an_axis() {
        assert_eq!(drawn(&[("2021-01-01", dec!(-25)), ("2022-01-01", dec!(75))]).axis_y, "99.0");
        assert_eq!(drawn(&[]).axis_y, "124.0");
        drawn(&[]).render().unwrap();
    }
}
