//! Charts: numbers as pictures, as a sentence, and as a table.
//!
//! A [`Chart`] is made once ([`time_series`], [`bars`]) and shown anywhere: [`Chart::svg`] for pages, its shapes for reports.
//! It names what it shows in a title, says what it amounts to in a sentence, and has every number it draws in a table beside
//! it. Colours are told apart by people who see few of them, and lines differ in their dashes too.

mod bar;
mod drawing;
mod scale;
mod series;
mod svg;

pub use bar::{Bar, bars};
pub use drawing::{Chart, ChartTable};
pub use scale::grouped;
pub use series::{Series, time_series};

pub(crate) use drawing::{Anchor, Ink, Shape};
pub(crate) use scale::full_date;
