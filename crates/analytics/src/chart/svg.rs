//! Charts as SVG.

use std::fmt::Write as _;

use super::drawing::{Anchor, Chart, Ink, Shape};

impl Chart {
    /// The chart as an SVG element, to stand in a page. `id` begins the ids in it, which have to be the page's only ones;
    /// of it, letters, digits and hyphens are kept.
    #[must_use]
    pub fn svg(&self, id: &str) -> String {
        let id: String = id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let mut svg = String::new();
        let (width, height) = (place(self.width), place(self.height));
        let (title, sentence) = (escaped(&self.title), escaped(&self.sentence));
        // Writing into a string does not fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"chart-{id}-title chart-{id}-desc\" font-family=\"Noto Sans, sans-serif\">\
             <title id=\"chart-{id}-title\">{title}</title>\
             <desc id=\"chart-{id}-desc\">{sentence}</desc>",
        );
        for shape in &self.shapes {
            shape.write(&mut svg);
        }
        svg.push_str("</svg>");
        svg
    }
}

impl Shape {
    fn write(&self, svg: &mut String) {
        let _ = match self {
            Self::Box {
                x,
                y,
                width,
                height,
                ink,
            } => write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                place(*x),
                place(*y),
                place(*width),
                place(*height),
                colour(*ink)
            ),
            Self::Line {
                points,
                width,
                ink,
                dashes,
            } => {
                let path: Vec<_> = points
                    .iter()
                    .map(|(x, y)| format!("{},{}", place(*x), place(*y)))
                    .collect();
                let dashes: Vec<_> = dashes.iter().map(|it| place(*it)).collect();
                let dashes = if dashes.is_empty() {
                    String::new()
                } else {
                    format!(" stroke-dasharray=\"{}\"", dashes.join(" "))
                };
                write!(
                    svg,
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" \
                     stroke-linejoin=\"round\"{dashes}/>",
                    path.join(" "),
                    colour(*ink),
                    place(*width)
                )
            }
            Self::Dot { x, y, radius, ink } => write!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
                place(*x),
                place(*y),
                place(*radius),
                colour(*ink)
            ),
            Self::Text {
                x,
                y,
                size,
                anchor,
                ink,
                text,
            } => {
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                write!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
                    place(*x),
                    place(*y),
                    place(*size),
                    colour(*ink),
                    escaped(text)
                )
            }
        };
    }
}

/// A place to a hundredth, without zeros that say nothing.
fn place(value: f32) -> String {
    let written = format!("{value:.2}");
    let written = written.trim_end_matches('0').trim_end_matches('.');
    if written == "-0" {
        return "0".to_owned();
    }
    written.to_owned()
}

fn colour(ink: Ink) -> String {
    let (red, green, blue) = ink.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text of an element, or of an attribute in double quotes; what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roxmltree::Document;
    use time::macros::date;

    use super::*;
    use crate::chart::{Bar, Series, bars, grouped, time_series};
    use crate::font::{Font, Weight};

    const EVIL: &str = "</title><script>alert(1)</script>&\"' \u{0}\u{8}\u{ffff} ]]> Łódź";

    /// What is wrong with a chart however it came to be.
    fn fault(chart: &Chart) -> Option<String> {
        let svg = chart.svg("a\"b<c");
        let document = match Document::parse(&svg) {
            Ok(document) => document,
            Err(error) => return Some(format!("{error}: {svg}")),
        };
        let root = document.root_element();
        let count = |name: &str| root.children().filter(|it| it.has_tag_name(name)).count();
        if root.attribute("role") != Some("img") || count("title") != 1 || count("desc") != 1 {
            return Some("it names itself".to_owned());
        }
        if document.descendants().any(|it| it.has_tag_name("script")) {
            return Some("it has what it was given as text".to_owned());
        }
        for attribute in document.descendants().flat_map(|it| it.attributes()) {
            if attribute.value().contains("NaN") || attribute.value().contains("inf") {
                return Some(format!("{attribute:?}"));
            }
        }
        chart
            .shapes()
            .iter()
            .find_map(|shape| outside(shape, chart))
    }

    /// What of a shape lies outside of its chart.
    fn outside(shape: &Shape, chart: &Chart) -> Option<String> {
        let inside = |x: f32, y: f32| {
            (-0.01..=chart.width + 0.01).contains(&x) && (-0.01..=chart.height + 0.01).contains(&y)
        };
        let is_inside = match shape {
            Shape::Box {
                x,
                y,
                width,
                height,
                ..
            } => *width > 0.0 && inside(*x, *y) && inside(x + width, y + height),
            Shape::Line { points, .. } => points.iter().all(|(x, y)| inside(*x, *y)),
            Shape::Dot { x, y, .. } => inside(*x, *y),
            Shape::Text {
                x,
                y,
                size,
                anchor,
                text,
                ..
            } => {
                let width = Font::of(Weight::Regular).unwrap().width(text, *size);
                let start = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                inside(start, y - size * 0.8) && inside(start + width, y + size * 0.3)
            }
        };
        (!is_inside).then(|| format!("{shape:?} of {} x {}", chart.width, chart.height))
    }

    fn days(count: usize) -> Vec<time::Date> {
        let first = date!(2025 - 05 - 15);
        (0..count)
            .map(|day| first + time::Duration::days(i64::try_from(day).unwrap()))
            .collect()
    }

    fn has_row(chart: &Chart, values: &[u64]) -> bool {
        let written: Vec<_> = values.iter().map(|value| grouped(*value)).collect();
        let mut rows = chart.table().rows.iter();
        rows.any(|row| row[1..].starts_with(&written))
    }

    proptest! {
        #[test]
        fn charts_of_days_are_right_with_any_numbers(
            count in prop_oneof![Just(0_usize), Just(1), Just(12), Just(400), 0..800_usize],
            values in proptest::collection::vec(proptest::collection::vec(prop_oneof![0..9_u64, any::<u64>()], 0..9), 0..7),
            name in ".{0,80}",
        ) {
            let days = days(count);
            let series: Vec<_> = values
                .into_iter()
                .map(|values| Series {
                    name: name.clone(),
                    values: values.iter().copied().cycle().take(if values.is_empty() { 0 } else { count }).collect(),
                })
                .collect();

            let chart = time_series(EVIL, &days, &series);

            prop_assert_eq!(fault(&chart), None);
            prop_assert_eq!(chart.table().rows.len(), count);
            for (day, row) in chart.table().rows.iter().enumerate() {
                let values = series.iter().map(|it| it.values.get(day).copied().unwrap_or(0));
                let written: Vec<_> = values.map(grouped).collect();
                prop_assert_eq!(&row[1..], &written[..]);
            }
        }

        #[test]
        fn charts_of_bars_are_right_with_any_numbers(
            values in proptest::collection::vec(prop_oneof![0..9_u64, any::<u64>()], 0..12),
            label in ".{0,80}",
            note in ".{0,80}",
        ) {
            let all: Vec<_> = values
                .iter()
                .map(|value| Bar { label: label.clone(), value: *value, note: note.clone() })
                .collect();

            let chart = bars(EVIL, "People", "Share", &all);

            prop_assert_eq!(fault(&chart), None);
            prop_assert_eq!(chart.table().rows.len(), values.len());
            prop_assert!(values.iter().all(|value| has_row(&chart, &[*value])));
        }
    }

    #[test]
    fn a_chart_says_what_it_amounts_to() {
        let opened = Series {
            name: "Opened".to_owned(),
            values: vec![3, 1_200, 7],
        };
        let chart = time_series("Openings", &days(3), &[opened]);

        assert_eq!(
            chart.sentence(),
            "From 15 May 2025 to 17 May 2025: Opened 1,210, most on 16 May 2025 (1,200)."
        );
        let svg = chart.svg("o");
        assert!(svg.contains("<title id=\"chart-o-title\">Openings</title>"));
        assert!(svg.contains("1,210, most on 16 May 2025"));

        let bar = Bar {
            label: "E-mail".to_owned(),
            value: 12,
            note: "75.0 %".to_owned(),
        };
        assert_eq!(
            bars("Sources", "Leads", "Share", &[bar]).sentence(),
            "E-mail 12 (75.0 %)."
        );
        assert_eq!(
            bars("S", "L", "S", &[]).sentence(),
            "There is nothing to show."
        );
        assert_eq!(
            time_series("S", &[], &[]).sentence(),
            "There are no days to show."
        );
    }

    #[test]
    fn the_highest_number_is_highest_and_nothing_is_no_bar() {
        let bar = |value| Bar {
            label: "A".to_owned(),
            value,
            note: String::new(),
        };
        let chart = bars("A", "A", "", &[bar(10), bar(5), bar(0), bar(u64::MAX)]);
        let widths: Vec<_> = chart
            .shapes()
            .iter()
            .filter_map(|shape| match shape {
                Shape::Box { width, .. } => Some(*width),
                _ => None,
            })
            .collect();
        assert_eq!(widths.len(), 3);
        assert!(widths[0] > 1.0 && widths[2] > 100.0);
    }
}
