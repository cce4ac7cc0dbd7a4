//! Numbers over days.

use time::Date;

use super::drawing::{Anchor, Chart, ChartTable, Ink, Measure, Shape};
use super::scale::{dates, full_date, grouped, marks, part, short};

/// What is counted on each day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is counted (`Opened`).
    pub name: String,
    /// How much on each day; days beyond its end have nothing.
    pub values: Vec<u64>,
}

const WIDTH: f32 = 640.0;
const PLOT: f32 = 200.0;
const SIZE: f32 = 11.0;
const GAP: f32 = 8.0;
const LEGEND_ROW: f32 = 18.0;
const SWATCH: f32 = 18.0;
const DASHES: [&[f32]; 4] = [&[], &[6.0, 3.0], &[2.0, 2.0], &[8.0, 3.0, 2.0, 3.0]];

/// A chart of lines over days; of a single day, of dots. Days without any numbers say so.
#[must_use]
pub fn time_series(title: &str, days: &[Date], series: &[Series]) -> Chart {
    let measure = Measure::new();
    let most = series.iter().flat_map(|it| &it.values).max();
    let marks = marks(most.copied().unwrap_or(0));
    let labels: Vec<_> = marks.iter().map(|mark| short(*mark)).collect();
    let widest = labels.iter().map(|it| measure.width(it, SIZE));
    let left = widest.fold(0.0, f32::max) + GAP;

    let mut shapes = Vec::new();
    let top = legend(&mut shapes, series, &measure) + GAP;
    let frame = Frame {
        left,
        top,
        right: WIDTH - 2.0 * GAP,
        bottom: top + PLOT,
        days: days.len(),
        most: marks.last().copied().unwrap_or(1),
    };
    for (mark, label) in marks.iter().zip(labels) {
        let y = frame.y(*mark);
        shapes.push(Shape::Line {
            points: vec![(left, y), (frame.right, y)],
            width: 1.0,
            ink: Ink::Grid,
            dashes: &[],
        });
        shapes.push(text(
            left - GAP / 2.0,
            y + SIZE * 0.35,
            Anchor::End,
            Ink::Quiet,
            label,
        ));
    }
    frame.name_days(&mut shapes, days, &measure);
    for (number, it) in series.iter().enumerate() {
        frame.draw(&mut shapes, number, it);
    }
    if days.is_empty() {
        let middle = f32::midpoint(left, frame.right);
        let y = f32::midpoint(top, frame.bottom);
        shapes.push(text(
            middle,
            y,
            Anchor::Middle,
            Ink::Text,
            "No days".to_owned(),
        ));
    }
    Chart {
        title: title.to_owned(),
        sentence: sentence(days, series),
        table: table(days, series),
        width: WIDTH,
        height: frame.bottom + SIZE + 2.0 * GAP,
        shapes,
    }
}

/// Where what is drawn.
struct Frame {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    days: usize,
    most: u64,
}

impl Frame {
    fn x(&self, day: usize) -> f32 {
        if self.days < 2 {
            return f32::midpoint(self.left, self.right);
        }
        self.left + (self.right - self.left) * part(day as u64, self.days as u64 - 1)
    }

    fn y(&self, value: u64) -> f32 {
        self.bottom - (self.bottom - self.top) * part(value, self.most)
    }

    /// Dates below the days: as many as have room, and each whole.
    fn name_days(&self, shapes: &mut Vec<Shape>, days: &[Date], measure: &Measure) {
        let widest = measure.width("30 May 2026", SIZE) + GAP;
        let mut fitting = 1;
        while part(fitting + 1, 1) * widest <= self.right - self.left {
            fitting += 1;
        }
        let mut free = f32::MIN;
        for (day, label) in dates(days, usize::try_from(fitting).unwrap_or(1)) {
            let width = measure.width(&label, SIZE);
            // Those of the first and the last day would stick out if they stood right below them.
            let least = width / 2.0;
            let most = WIDTH - width / 2.0;
            let x = self.x(day).max(least).min(most);
            if x - width / 2.0 < free {
                continue;
            }
            free = x + width / 2.0 + GAP / 2.0;
            let y = self.bottom + SIZE + GAP;
            shapes.push(text(x, y, Anchor::Middle, Ink::Quiet, label));
        }
    }

    fn draw(&self, shapes: &mut Vec<Shape>, number: usize, series: &Series) {
        let value = |day: usize| series.values.get(day).copied().unwrap_or(0);
        let points: Vec<_> = (0..self.days)
            .map(|day| (self.x(day), self.y(value(day))))
            .collect();
        let ink = Ink::Series(number);
        // Few days are seen one by one, many only as a line.
        if points.len() <= 31 {
            let dots = points.iter().map(|(x, y)| Shape::Dot {
                x: *x,
                y: *y,
                radius: 2.5,
                ink,
            });
            shapes.extend(dots);
        }
        if points.len() > 1 {
            shapes.push(Shape::Line {
                points,
                width: 1.8,
                ink,
                dashes: DASHES[number % DASHES.len()],
            });
        }
    }
}

/// The names of the series with their colours, in as many rows as they need; returns how high they are.
fn legend(shapes: &mut Vec<Shape>, series: &[Series], measure: &Measure) -> f32 {
    let mut x = GAP;
    let mut row = 0.0;
    for (number, it) in series.iter().enumerate() {
        let name = measure.fitted(&it.name, SIZE, WIDTH / 2.0 - SWATCH - 3.0 * GAP);
        let width = SWATCH + GAP / 2.0 + measure.width(&name, SIZE) + 2.0 * GAP;
        if x > GAP && x + width > WIDTH {
            x = GAP;
            row += LEGEND_ROW;
        }
        let y = row + LEGEND_ROW / 2.0 + 2.0;
        shapes.push(Shape::Line {
            points: vec![(x, y), (x + SWATCH, y)],
            width: 2.5,
            ink: Ink::Series(number),
            dashes: DASHES[number % DASHES.len()],
        });
        let at = x + SWATCH + GAP / 2.0;
        shapes.push(text(at, y + SIZE * 0.35, Anchor::Start, Ink::Text, name));
        x += width;
    }
    if series.is_empty() {
        0.0
    } else {
        row + LEGEND_ROW
    }
}

pub(super) fn text(x: f32, y: f32, anchor: Anchor, ink: Ink, text: String) -> Shape {
    Shape::Text {
        x,
        y,
        size: SIZE,
        anchor,
        ink,
        text,
    }
}

fn sentence(days: &[Date], series: &[Series]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return "There are no days to show.".to_owned();
    };
    let when = if days.len() == 1 {
        format!("On {}", full_date(*first))
    } else {
        format!("From {} to {}", full_date(*first), full_date(*last))
    };
    let told = series.iter().map(|it| {
        let values = &it.values[..it.values.len().min(days.len())];
        let sum = values
            .iter()
            .fold(0_u64, |sum, value| sum.saturating_add(*value));
        // The first of several highest days.
        let highest = values
            .iter()
            .zip(days)
            .rev()
            .max_by_key(|(value, _)| **value);
        match highest {
            Some((value, day)) if *value > 0 && days.len() > 1 => format!(
                "{} {}, most on {} ({})",
                it.name,
                grouped(sum),
                full_date(*day),
                grouped(*value)
            ),
            _ => format!("{} {}", it.name, grouped(sum)),
        }
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return format!("{when} nothing is counted.");
    }
    format!("{when}: {}.", told.join("; "))
}

fn table(days: &[Date], series: &[Series]) -> ChartTable {
    let names = series.iter().map(|it| it.name.clone());
    let rows = days.iter().enumerate().map(|(index, day)| {
        let values = series.iter();
        let values = values.map(|it| grouped(it.values.get(index).copied().unwrap_or(0)));
        std::iter::once(full_date(*day)).chain(values).collect()
    });
    ChartTable {
        header: std::iter::once("Day".to_owned()).chain(names).collect(),
        rows: rows.collect(),
    }
}
