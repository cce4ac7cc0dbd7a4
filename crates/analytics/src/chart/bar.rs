//! Numbers beside each other: funnels, sources.

use super::drawing::{Anchor, Chart, ChartTable, Ink, Measure, Shape};
use super::scale::{grouped, part};
use super::series::text;

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What is counted (`Opened`).
    pub label: String,
    /// How much.
    pub value: u64,
    /// What is written behind the number (`22.7 %`); nothing where it is empty.
    pub note: String,
}

const WIDTH: f32 = 640.0;
const ROW: f32 = 28.0;
const THICK: f32 = 18.0;
const SIZE: f32 = 11.0;
const GAP: f32 = 8.0;
/// The least that is seen of a bar that is not nothing.
const THIN: f32 = 1.5;

/// A chart of bars below each other, each with its name before and its number behind it.
/// `counted` and `beside` are what the numbers and the notes are, as the heads of their columns.
#[must_use]
pub fn bars(title: &str, counted: &str, beside: &str, bars: &[Bar]) -> Chart {
    let measure = Measure::new();
    let labels: Vec<_> = bars
        .iter()
        .map(|bar| measure.fitted(&bar.label, SIZE, WIDTH * 0.28))
        .collect();
    let notes: Vec<_> = bars
        .iter()
        .map(|bar| measure.fitted(&written(bar), SIZE, WIDTH * 0.35))
        .collect();
    let widest = |texts: &[String]| {
        let widths = texts.iter().map(|it| measure.width(it, SIZE));
        widths.fold(0.0, f32::max)
    };
    let left = GAP + widest(&labels) + GAP;
    let room = WIDTH - left - widest(&notes) - 2.0 * GAP;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0);

    let mut shapes = Vec::new();
    let mut y = GAP / 2.0;
    for ((bar, label), note) in bars.iter().zip(labels).zip(notes) {
        let letters = y + ROW / 2.0 + SIZE * 0.35;
        shapes.push(text(left - GAP, letters, Anchor::End, Ink::Text, label));
        let mut width = room * part(bar.value, most);
        if bar.value > 0 {
            width = width.max(THIN);
            shapes.push(Shape::Box {
                x: left,
                y: y + (ROW - THICK) / 2.0,
                width,
                height: THICK,
                ink: Ink::Series(0),
            });
        }
        shapes.push(text(
            left + width + GAP,
            letters,
            Anchor::Start,
            Ink::Text,
            note,
        ));
        y += ROW;
    }
    if bars.is_empty() {
        let letters = y + ROW / 2.0;
        shapes.push(text(
            WIDTH / 2.0,
            letters,
            Anchor::Middle,
            Ink::Text,
            "Nothing".to_owned(),
        ));
        y += ROW;
    }
    Chart {
        title: title.to_owned(),
        sentence: sentence(bars),
        table: table(counted, beside, bars),
        width: WIDTH,
        height: y + GAP / 2.0,
        shapes,
    }
}

fn written(bar: &Bar) -> String {
    if bar.note.is_empty() {
        grouped(bar.value)
    } else {
        format!("{} ({})", grouped(bar.value), bar.note)
    }
}

fn sentence(bars: &[Bar]) -> String {
    if bars.is_empty() {
        return "There is nothing to show.".to_owned();
    }
    let told: Vec<_> = bars
        .iter()
        .map(|bar| format!("{} {}", bar.label, written(bar)))
        .collect();
    format!("{}.", told.join("; "))
}

fn table(counted: &str, beside: &str, bars: &[Bar]) -> ChartTable {
    let with_notes = bars.iter().any(|bar| !bar.note.is_empty());
    let mut header = vec![String::new(), counted.to_owned()];
    if with_notes {
        header.push(beside.to_owned());
    }
    let rows = bars.iter().map(|bar| {
        let mut row = vec![bar.label.clone(), grouped(bar.value)];
        if with_notes {
            row.push(bar.note.clone());
        }
        row
    });
    ChartTable {
        header,
        rows: rows.collect(),
    }
}
