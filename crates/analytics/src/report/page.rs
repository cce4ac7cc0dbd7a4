//! Where everything stands on the pages of a report.

use unicode_normalization::UnicodeNormalization as _;

use super::pdf::{Inked, ReportFault};
use crate::chart::{Anchor, Chart, Ink, Shape};
use crate::font::{Font, Weight};

/// The cells of a row.
pub(super) type Row = Vec<String>;

pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 48.0;
const ROOM: f32 = WIDTH - 2.0 * MARGIN;
/// Above it stands the number of the page.
const BOTTOM: f32 = HEIGHT - MARGIN - 14.0;
const SIZE: f32 = 9.5;
const ROW: f32 = 15.5;
/// The most lines of a chart's sentence; its numbers stand in the chart, too.
const SENTENCE_LINES: usize = 6;

/// Pages that fill from the top.
pub(super) struct Layout {
    pub(super) fonts: [Font; 2],
    pub(super) pages: Vec<Vec<Inked>>,
    organization: String,
    title: String,
    /// How far the last page is filled.
    y: f32,
}

impl Layout {
    pub(super) fn new(organization: &str, title: &str) -> Result<Self, ReportFault> {
        let font = |weight| Font::of(weight).ok_or(ReportFault::Font);
        Ok(Self {
            fonts: [font(Weight::Regular)?, font(Weight::Bold)?],
            pages: vec![Vec::new()],
            organization: tidy(organization),
            title: tidy(title),
            y: MARGIN,
        })
    }

    fn font(&self, weight: Weight) -> &Font {
        &self.fonts[usize::from(weight == Weight::Bold)]
    }

    fn draw(&mut self, weight: Weight, shape: Shape) {
        if let Some(page) = self.pages.last_mut() {
            page.push(Inked { weight, shape });
        }
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Makes sure that so much room is left, on a new page if need be.
    fn keep(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.new_page();
        }
    }

    fn words(
        &mut self,
        weight: Weight,
        size: f32,
        ink: Ink,
        (x, anchor): (f32, Anchor),
        text: String,
    ) {
        let y = self.y + size;
        self.draw(
            weight,
            Shape::Text {
                x,
                y,
                size,
                anchor,
                ink,
                text,
            },
        );
    }

    fn paragraph(&mut self, weight: Weight, size: f32, ink: Ink, text: &str, most: usize) {
        let mut lines = self.font(weight).lines(&tidy(text), size, ROOM);
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                // The sign that something is missing.
                let font = &self.fonts[usize::from(weight == Weight::Bold)];
                *last = font.fitted(&format!("{last} …"), size, ROOM);
            }
        }
        for line in lines {
            self.keep(size * 1.35);
            self.words(weight, size, ink, (MARGIN, Anchor::Start), line);
            self.y += size * 1.35;
        }
    }

    /// Who reports on what, and on which days.
    pub(super) fn title(&mut self, period: &str) {
        let organization = self.organization.clone();
        self.paragraph(Weight::Regular, 11.0, Ink::Quiet, &organization, 2);
        self.y += 4.0;
        let title = self.title.clone();
        self.paragraph(Weight::Bold, 22.0, Ink::Text, &title, 4);
        self.y += 2.0;
        self.paragraph(Weight::Regular, 11.0, Ink::Quiet, period, 2);
        self.y += 14.0;
    }

    fn heading(&mut self, text: &str) {
        self.words(
            Weight::Bold,
            13.0,
            Ink::Text,
            (MARGIN, Anchor::Start),
            text.to_owned(),
        );
        self.y += 13.0 * 1.35 + 4.0;
    }

    /// A chart under its heading, with its sentence below it; all on one page.
    pub(super) fn chart(&mut self, heading: &str, chart: &Chart) {
        let (width, height) = chart.size();
        // What is too high for a page is made smaller, with room for its heading and sentence.
        let scale = (ROOM / width).min((BOTTOM - MARGIN - 120.0) / height);
        let sentence = self
            .font(Weight::Regular)
            .lines(&tidy(chart.sentence()), SIZE, ROOM);
        let lines = sentence.len().min(SENTENCE_LINES);
        let lines = f32::from(u16::try_from(lines).unwrap_or(u16::MAX));
        let needed = 22.0 + height * scale + lines * SIZE * 1.35 + 8.0;
        self.keep(needed.min(BOTTOM - MARGIN));
        self.heading(heading);
        let top = self.y;
        for shape in chart.shapes() {
            self.draw(Weight::Regular, placed(shape, scale, MARGIN, top));
        }
        self.y += height * scale + 4.0;
        self.paragraph(
            Weight::Regular,
            SIZE,
            Ink::Quiet,
            chart.sentence(),
            SENTENCE_LINES,
        );
        self.y += 18.0;
    }

    /// A table under its heading: its first column is of words, the others are of numbers. The head stands on each page.
    pub(super) fn table(&mut self, heading: &str, head: &[String], rows: &[Row]) {
        self.keep(22.0 + 4.0 * ROW);
        self.heading(heading);
        self.row(Weight::Bold, head);
        for row in rows {
            if self.y + ROW > BOTTOM {
                self.new_page();
                self.row(Weight::Bold, head);
            }
            self.row(Weight::Regular, row);
        }
        if rows.is_empty() {
            let none = ["Nothing".to_owned()];
            self.row(Weight::Regular, &none);
        }
        self.y += 18.0;
    }

    fn row(&mut self, weight: Weight, cells: &[String]) {
        let columns = f32::from(u16::try_from(cells.len().max(2)).unwrap_or(u16::MAX));
        let share = if cells.len() > 4 { 0.2 } else { 0.34 };
        let first = (ROOM * share).max(ROOM / columns);
        let other = (ROOM - first) / (columns - 1.0);
        let mut right = MARGIN + first;
        for (index, cell) in cells.iter().enumerate() {
            let (place, room) = if index == 0 {
                ((MARGIN, Anchor::Start), first - 6.0)
            } else {
                right += other;
                ((right, Anchor::End), other - 4.0)
            };
            let cell = self.font(weight).fitted(&tidy(cell), SIZE, room);
            self.words(weight, SIZE, Ink::Text, place, cell);
        }
        let line = self.y + ROW - 1.5;
        self.draw(
            weight,
            Shape::Line {
                points: vec![(MARGIN, line), (WIDTH - MARGIN, line)],
                width: if weight == Weight::Bold { 0.9 } else { 0.4 },
                ink: Ink::Grid,
                dashes: &[],
            },
        );
        self.y += ROW;
    }

    /// What has to be known to read the numbers right.
    pub(super) fn remark(&mut self, text: &str) {
        self.paragraph(Weight::Regular, 8.5, Ink::Quiet, text, 12);
    }

    /// Below every page, whose report it is and which page; called when all is laid out.
    pub(super) fn number_pages(&mut self) {
        let pages = self.pages.len();
        let regular = self.font(Weight::Regular);
        let whose = format!("{} · {}", self.organization, self.title);
        let whose = regular.fitted(&whose, 8.0, ROOM * 0.8);
        for (index, page) in self.pages.iter_mut().enumerate() {
            let number = format!("{} / {pages}", index + 1);
            let foot = [
                (MARGIN, Anchor::Start, whose.clone()),
                (WIDTH - MARGIN, Anchor::End, number),
            ];
            page.extend(foot.map(|(x, anchor, text)| Inked {
                weight: Weight::Regular,
                shape: Shape::Text {
                    x,
                    y: HEIGHT - MARGIN,
                    size: 8.0,
                    anchor,
                    ink: Ink::Quiet,
                    text,
                },
            }));
        }
    }
}

/// Letters and their marks in one where there is such a letter, and nothing that would move the pen.
fn tidy(text: &str) -> String {
    text.nfc()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// A shape of a chart where the chart stands on the page.
fn placed(shape: &Shape, scale: f32, left: f32, top: f32) -> Shape {
    let at = |x: f32, y: f32| (left + x * scale, top + y * scale);
    match shape.clone() {
        Shape::Box {
            x,
            y,
            width,
            height,
            ink,
        } => {
            let (x, y) = at(x, y);
            Shape::Box {
                x,
                y,
                width: width * scale,
                height: height * scale,
                ink,
            }
        }
        Shape::Line {
            points,
            width,
            ink,
            dashes,
        } => Shape::Line {
            points: points.into_iter().map(|(x, y)| at(x, y)).collect(),
            width: width * scale,
            ink,
            dashes,
        },
        Shape::Dot { x, y, radius, ink } => {
            let (x, y) = at(x, y);
            Shape::Dot {
                x,
                y,
                radius: radius * scale,
                ink,
            }
        }
        Shape::Text {
            x,
            y,
            size,
            anchor,
            ink,
            text,
        } => {
            let (x, y) = at(x, y);
            Shape::Text {
                x,
                y,
                size: size * scale,
                anchor,
                ink,
                text: tidy(&text),
            }
        }
    }
}
