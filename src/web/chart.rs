//! Charts drawn on the server as SVG: they print, need no script, and no style of their own.
//!
//! Places along the line are per cent, so that text keeps its size from a phone to paper; heights are pixels. Bars begin
//! at nought. For a script that runs from right to left the places are mirrored. Each chart has a title and a
//! description, and stands beside the table of its figures.

use askama::Template;
use rust_decimal::{Decimal, RoundingStrategy, dec};

use super::format;
use crate::l10n::L10n;

/// A part of a bar.
pub struct Part {
    /// Its class: what it stands for, in the same colour everywhere.
    pub class: &'static str,
    /// Its size; below nought it hangs under the axis.
    pub value: Decimal,
    /// What it says when pointed at.
    pub said: String,
}

/// A bar: parts on each other.
pub struct Bar {
    /// What stands under it.
    pub label: String,
    /// Its parts, from the axis on.
    pub parts: Vec<Part>,
    /// Whether nothing is known of it: then no figure stands over it.
    pub unknown: bool,
    /// What it says in full: read out, and shown when pointed at.
    pub said: String,
    /// The rows behind it.
    pub href: Option<String>,
}

/// A point of a line.
#[derive(Default)]
pub struct Point {
    /// What stands under it; empty for none.
    pub label: String,
    /// Its height; nothing where nothing is known, and the line is broken.
    pub value: Option<Decimal>,
    /// What stands over it, where it is one of those labelled.
    pub said: Option<String>,
    /// Where it stands along the line, from 0 to 1; where that is not said, at equal distances.
    pub at: Option<Decimal>,
    /// Whether the reader looks for it: drawn full, with a line down to its label.
    pub marked: bool,
    /// Whether its label stands on wide screens only.
    pub wide: bool,
}

/// A place along the line, in per cent, as SVG has it.
pub(super) fn percent(at: Decimal) -> String {
    format!("{:.2}%", at)
}

pub(super) fn pixels(at: Decimal) -> String {
    format!("{:.1}", at)
}

/// A drawn line across, with its label.
pub(super) struct Grid {
    pub(super) x: &'static str,
    pub(super) y: String,
    pub(super) text_y: String,
    pub(super) label: String,
}

/// Where values lie: the whole height, the part of it for the plot, and the scale.
pub(super) struct Plot {
    pub(super) top: Decimal,
    pub(super) height: Decimal,
    pub(super) highest: Decimal,
    pub(super) lowest: Decimal,
}

impl Plot {
    pub(super) fn y(&self, value: Decimal) -> Decimal {
        let span = self.highest - self.lowest;
        if span.is_zero() { self.top + self.height } else { self.top + (self.highest - value) * self.height / span }
    }
}

/// The thousands a chart's figures are given in.
#[derive(Clone, Copy)]
pub(super) struct Unit {
    divisor: Decimal,
    key: Option<&'static str>,
}

impl Unit {
    pub(super) fn of(largest: Decimal) -> Self {
        if largest >= dec!(1_000_000) {
            Unit { divisor: dec!(1_000_000), key: Some("chart-millions") }
        } else if largest >= dec!(1_000) {
            Unit { divisor: dec!(1_000), key: Some("chart-thousands") }
        } else {
            Unit { divisor: Decimal::ONE, key: None }
        }
    }

    fn figure(self, value: Decimal, decimals: u32, l10n: L10n) -> String {
        let rounded = (value / self.divisor).round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        format::number(rounded, decimals, l10n)
    }
}

/// A step of 1, 2 or 5 times a power of ten, so that two to five lines fit under the highest value.
fn step(highest: Decimal) -> Decimal {
    let least = highest / dec!(5);
    let mut step = Decimal::ONE;
    while step * dec!(10) <= least {
        step *= dec!(10);
    }
    [Decimal::ONE, dec!(2), dec!(5), dec!(10)]
        .into_iter()
        .map(|times| step * times)
        .find(|step| *step >= least)
        .unwrap_or(step)
}

pub(super) fn grid(plot: &Plot, unit: Unit, l10n: L10n) -> Vec<Grid> {
    let step = step(plot.highest);
    let mut lines = Vec::new();
    let mut value = step;
    while value <= plot.highest && lines.len() < 12 && step > Decimal::ZERO {
        let y = plot.y(value);
        let figure = (value / unit.divisor).normalize();
        let figure = format::number(figure, figure.scale(), l10n);
        // The unit is said once, at the top line.
        let top = value + step > plot.highest;
        let label = match unit.key.filter(|_| top) {
            Some(key) => l10n.with(key, &[("figure", figure.into())]),
            None => figure,
        };
        lines.push(Grid {
            x: if l10n.is_rtl() { "100%" } else { "0" },
            y: pixels(y),
            text_y: pixels(y - dec!(4)),
            label,
        });
        value += step;
    }
    lines
}

struct DrawnPart {
    class: &'static str,
    y: String,
    height: String,
    said: String,
}

struct DrawnBar {
    x: String,
    width: String,
    middle: String,
    hit_x: String,
    hit_width: String,
    label: String,
    wide_only: bool,
    total: String,
    total_y: String,
    said: String,
    href: Option<String>,
    parts: Vec<DrawnPart>,
}

/// Bars of parts, side by side.
#[derive(Template)]
#[template(path = "parts/bars.html")]
pub struct Bars {
    id: String,
    title: String,
    description: String,
    height: u32,
    label_y: u32,
    axis_y: String,
    grid: Vec<Grid>,
    bars: Vec<DrawnBar>,
}

/// The height over the plot, for the figures over the bars, and under it, for the labels.
pub(super) const ABOVE: u32 = 24;
pub(super) const BELOW: u32 = 34;

impl Bars {
    /// Draws bars in a chart so many pixels high. `id` is unique on the page.
    pub fn new(id: &str, title: String, bars: Vec<Bar>, height: u32, l10n: L10n) -> Self {
        let sums = |bar: &Bar, up: bool| -> Decimal {
            bar.parts.iter().map(|part| part.value).filter(|value| (*value > Decimal::ZERO) == up).sum()
        };
        let highest = bars.iter().map(|bar| sums(bar, true)).max().unwrap_or_default();
        let lowest = bars.iter().map(|bar| sums(bar, false)).min().unwrap_or_default();
        let room = Decimal::from(height.saturating_sub(ABOVE + BELOW));
        let plot = Plot { top: Decimal::from(ABOVE), height: room, highest, lowest };
        let unit = Unit::of(highest.max(-lowest));
        let axis = plot.y(Decimal::ZERO);
        let all = Decimal::from(bars.len().max(1));
        let slot = (Decimal::ONE_HUNDRED - LEFT) / all;
        let width = (slot * dec!(0.55)).min(dec!(9));
        let description = bars.iter().map(|bar| bar.said.clone()).collect::<Vec<_>>().join("; ");
        let place =
            |x: Decimal, width: Decimal| percent(if l10n.is_rtl() { Decimal::ONE_HUNDRED - x - width } else { x });
        // Whole figures where they are large, and every second label on a phone where there are many: they must fit.
        let decimals = u32::from(unit.key.is_some() && highest < dec!(100) * unit.divisor);
        let count = bars.len();
        let drawn = (0u32..).zip(bars).map(|(at, bar)| {
            let from = LEFT + slot * Decimal::from(at);
            let middle = from + slot / dec!(2);
            let total: Decimal = bar.parts.iter().map(|part| part.value).sum();
            let highest = plot.y(sums(&bar, true));
            DrawnBar {
                x: place(middle - width / dec!(2), width),
                width: percent(width),
                middle: place(middle, Decimal::ZERO),
                hit_x: place(from, slot),
                hit_width: percent(slot),
                wide_only: count > 7 && (count - at as usize).is_multiple_of(2),
                total: if bar.unknown { "–".to_owned() } else { unit.figure(total, decimals, l10n) },
                total_y: pixels(highest - dec!(5)),
                parts: stacked(&plot, &bar.parts),
                label: bar.label,
                said: bar.said,
                href: bar.href,
            }
        });
        Bars {
            bars: drawn.collect(),
            grid: grid(&plot, unit, l10n),
            axis_y: pixels(axis),
            label_y: height.saturating_sub(6),
            id: id.to_owned(),
            title,
            description,
            height,
        }
    }
}

/// What the labels of the lines across take of the width, in per cent.
pub(super) const LEFT: Decimal = dec!(6);

fn stacked(plot: &Plot, parts: &[Part]) -> Vec<DrawnPart> {
    let (mut over, mut under) = (Decimal::ZERO, Decimal::ZERO);
    let mut drawn = Vec::new();
    for part in parts.iter().filter(|part| !part.value.is_zero()) {
        let side = if part.value > Decimal::ZERO { &mut over } else { &mut under };
        let (from, to) = (plot.y(*side), plot.y(*side + part.value));
        *side += part.value;
        drawn.push(DrawnPart {
            class: part.class,
            y: pixels(from.min(to)),
            height: pixels((from - to).abs()),
            said: part.said.clone(),
        });
    }
    drawn
}

struct DrawnPoint {
    x: String,
    y: Option<String>,
    label: String,
    said: Option<String>,
    said_y: String,
    last: bool,
    marked: bool,
    wide: bool,
}

struct Run {
    x1: String,
    y1: String,
    x2: String,
    y2: String,
}

/// A line with its points.
#[derive(Template)]
#[template(path = "parts/lines.html")]
pub struct Line {
    id: &'static str,
    title: String,
    description: String,
    height: u32,
    label_y: u32,
    axis_y: String,
    grid: Vec<Grid>,
    runs: Vec<Run>,
    points: Vec<DrawnPoint>,
}

impl Line {
    /// Draws a line through points in a chart so many pixels high, from nought up to `highest` per cent or, where that is
    /// not given, the highest point.
    pub fn new(
        id: &'static str,
        (title, description): (String, String),
        points: Vec<Point>,
        highest: Option<Decimal>,
        height: u32,
        l10n: L10n,
    ) -> Self {
        let key = highest.map(|_| "chart-percent");
        let highest = highest.or_else(|| points.iter().filter_map(|point| point.value).max()).unwrap_or_default();
        let room = Decimal::from(height.saturating_sub(ABOVE + BELOW));
        let plot = Plot { top: Decimal::from(ABOVE), height: room, highest, lowest: Decimal::ZERO };
        let slot = (Decimal::ONE_HUNDRED - LEFT) / Decimal::from(points.len().max(1));
        let last = points.len().saturating_sub(1);
        let at: Vec<(Decimal, Option<Decimal>)> = (0u32..)
            .zip(&points)
            .map(|(at, point)| {
                let x = match point.at {
                    Some(share) => LEFT + slot * dec!(0.5) + (Decimal::ONE_HUNDRED - LEFT - slot) * share,
                    None => LEFT + slot * (Decimal::from(at) + dec!(0.5)),
                };
                (if l10n.is_rtl() { Decimal::ONE_HUNDRED - x } else { x }, point.value.map(|value| plot.y(value)))
            })
            .collect();
        let runs = at.windows(2).filter_map(|pair| match pair {
            [(x1, Some(y1)), (x2, Some(y2))] => {
                Some(Run { x1: percent(*x1), y1: pixels(*y1), x2: percent(*x2), y2: pixels(*y2) })
            }
            _ => None,
        });
        let runs = runs.collect();
        let drawn = points.into_iter().zip(&at).enumerate().map(|(number, (point, (x, y)))| DrawnPoint {
            x: percent(*x),
            y: y.map(pixels),
            said_y: pixels(y.unwrap_or_else(|| plot.y(Decimal::ZERO)) - dec!(9)),
            label: point.label,
            said: point.said,
            last: number == last,
            marked: point.marked,
            wide: point.wide,
        });
        Line {
            points: drawn.collect(),
            grid: grid(&plot, Unit { divisor: Decimal::ONE, key }, l10n),
            axis_y: pixels(plot.y(Decimal::ZERO)),
            label_y: height.saturating_sub(6),
            id,
            title,
            description,
            height,
            runs,
        }
    }
}

/// The width of a bar that shows a share in a row of a table; nothing hangs out of it.
pub fn share_width(part: Decimal, largest: Decimal) -> String {
    if largest <= Decimal::ZERO {
        return percent(Decimal::ZERO);
    }
    percent((part * Decimal::ONE_HUNDRED / largest).clamp(Decimal::ZERO, Decimal::ONE_HUNDRED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[&[Decimal]]) -> Bars {
        let part = |value: &Decimal| Part { class: "core", value: *value, said: value.to_string() };
        let bar = |parts: &&[Decimal]| Bar {
            label: "2020".into(),
            parts: parts.iter().map(part).collect(),
            said: "said <b>".into(),
            unknown: false,
            href: Some("/x?a&b".into()),
        };
        Bars::new("t", "Title".into(), values.iter().map(bar).collect(), 158, L10n::ENGLISH)
    }

    #[test]
    fn bars_begin_at_nought_and_their_heights_are_in_proportion() {
        let drawn = bars(&[&[dec!(30), dec!(10)], &[dec!(20)], &[]]);
        assert_eq!(drawn.axis_y, "124.0");
        let heights: Vec<Vec<&str>> =
            drawn.bars.iter().map(|bar| bar.parts.iter().map(|part| part.height.as_str()).collect()).collect();
        assert_eq!(heights, [vec!["75.0", "25.0"], vec!["50.0"], vec![]]);
        assert_eq!(drawn.bars[0].parts[1].y, "24.0");
        assert_eq!(drawn.bars.iter().map(|bar| bar.total.as_str()).collect::<Vec<_>>(), ["40", "20", "0"]);
    }

    #[test]
    fn what_was_taken_back_hangs_under_the_axis() {
        let drawn = bars(&[&[dec!(75)], &[dec!(25), dec!(-25)], &[dec!(-5)]]);
        assert_eq!(drawn.axis_y, "99.0");
        assert_eq!((drawn.bars[1].parts[0].y.as_str(), drawn.bars[1].parts[1].y.as_str()), ("74.0", "99.0"));
        assert_eq!(drawn.bars[1].total, "0");
        assert_eq!(drawn.bars[2].total, "−5");
    }

    #[test]
    fn nothing_to_draw_is_drawn_as_an_axis() {
        for empty in [&[][..], &[&[][..]], &[&[dec!(0)][..]]] {
            assert_eq!(bars(empty).axis_y, "124.0");
            bars(empty).render().unwrap();
        }
    }

    #[test]
    fn lines_across_stand_at_round_figures() {
        assert_eq!(step(dec!(24_700_000)), dec!(5_000_000));
        assert_eq!(step(dec!(140_000_000)), dec!(50_000_000));
        assert_eq!(step(dec!(100)), dec!(20));
        assert_eq!(step(dec!(7)), dec!(2));
        assert_eq!(step(dec!(3)), dec!(1));
        assert_eq!(step(dec!(0)), dec!(1));
        let drawn = bars(&[&[dec!(24_700_000)]]);
        let labels: Vec<&str> = drawn.grid.iter().map(|line| line.label.as_str()).collect();
        assert_eq!(labels, ["5", "10", "15", "20 m"]);
        assert_eq!(drawn.bars[0].total, "24.7");
    }

    #[test]
    fn what_is_written_is_escaped_and_has_no_style() {
        let html = bars(&[&[dec!(30)]]).render().unwrap();
        assert!(html.contains("said &#60;b&#62;") && html.contains("/x?a&#38;b"), "{html}");
        assert!(!html.contains("style=") && !html.contains("viewBox"), "{html}");
    }

    #[test]
    fn a_line_goes_through_its_points() {
        let point = |value| Point { value: Some(value), ..Point::default() };
        let texts = ("Title".to_owned(), "Text".to_owned());
        let line =
            Line::new("l", texts, vec![point(dec!(0)), point(dec!(50)), point(dec!(100))], None, 158, L10n::ENGLISH);
        assert_eq!(
            line.points.iter().filter_map(|point| point.y.as_deref()).collect::<Vec<_>>(),
            ["124.0", "74.0", "24.0"]
        );
        assert_eq!((line.runs.len(), line.runs[1].y1.as_str(), line.runs[1].y2.as_str()), (2, "74.0", "24.0"));
        let texts = ("Title".to_owned(), "Text".to_owned());
        let hole = Point::default();
        let broken = vec![point(dec!(1)), hole, point(dec!(2)), point(dec!(2))];
        assert_eq!(
            Line::new("l", texts, broken, None, 158, L10n::ENGLISH).runs.len(),
            1,
            "nothing is known, nothing is drawn"
        );
        let texts = ("Title".to_owned(), "Text".to_owned());
        Line::new("l", texts, Vec::new(), Some(dec!(100)), 158, L10n::ENGLISH).render().unwrap();
    }

    #[test]
    fn a_share_never_leaves_its_cell() {
        assert_eq!(share_width(dec!(1), dec!(4)), "25.00%");
        assert_eq!(share_width(dec!(-1), dec!(4)), "0.00%");
        assert_eq!(share_width(dec!(9), dec!(4)), "100.00%");
        assert_eq!(share_width(dec!(9), dec!(0)), "0.00%");
    }
}
