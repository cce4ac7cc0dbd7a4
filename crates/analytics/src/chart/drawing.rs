//! What a chart is made of, whatever it is shown with.

use crate::font::{Font, Weight};

/// A picture of numbers, with the same in words and as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub(super) title: String,
    pub(super) sentence: String,
    pub(super) table: ChartTable,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) shapes: Vec<Shape>,
}

/// The numbers of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartTable {
    /// What stands above each column.
    pub header: Vec<String>,
    /// The rows; the first cell says what the others are of.
    pub rows: Vec<Vec<String>>,
}

/// A colour with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Words.
    Text,
    /// Words that matter less.
    Quiet,
    /// Lines behind.
    Grid,
    /// What is counted: the first, the second…
    Series(usize),
}

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Something drawn. Places are measured from the left and the top.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        ink: Ink,
    },
    Line {
        points: Vec<(f32, f32)>,
        width: f32,
        ink: Ink,
        /// Lengths of strokes and gaps; none for a line without gaps.
        dashes: &'static [f32],
    },
    Dot {
        x: f32,
        y: f32,
        radius: f32,
        ink: Ink,
    },
    Text {
        x: f32,
        /// Where the letters stand on.
        y: f32,
        size: f32,
        anchor: Anchor,
        ink: Ink,
        text: String,
    },
}

impl Chart {
    /// What is shown.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it amounts to, in words.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// Every number that is drawn.
    #[must_use]
    pub const fn table(&self) -> &ChartTable {
        &self.table
    }

    /// Width and height, in pixels.
    #[must_use]
    pub const fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }
}

impl Ink {
    /// Red, green and blue. Series have the colours that Okabe and Ito chose to be told apart by everybody.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Text => (31, 41, 51),
            Self::Quiet => (91, 102, 115),
            Self::Grid => (221, 226, 232),
            Self::Series(number) => match number % 6 {
                0 => (0, 114, 178),
                1 => (213, 94, 0),
                2 => (0, 158, 115),
                3 => (204, 121, 167),
                4 => (86, 180, 233),
                _ => (230, 159, 0),
            },
        }
    }
}

/// How wide words of a chart are.
pub(super) struct Measure(Option<Font>);

impl Measure {
    pub(super) fn new() -> Self {
        Self(Font::of(Weight::Regular))
    }

    /// A tenth more than in our own font, because a page may show the chart in another.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let own = self.0.as_ref().map(|font| font.width(text, size));
        own.unwrap_or_else(|| {
            let letters = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
            f32::from(letters) * size * 0.6
        }) * 1.1
    }

    pub(super) fn fitted(&self, text: &str, size: f32, room: f32) -> String {
        let own = self.0.as_ref();
        own.map_or_else(
            || text.to_owned(),
            |font| font.fitted(text, size, room / 1.1),
        )
    }
}
