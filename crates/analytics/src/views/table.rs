//! Views as tables, which is what spreadsheets take.

use std::io::Error;

use csv::{QuoteStyle, Writer, WriterBuilder};
use kernel::guarded_cell;
use time::Date;

use super::view::{ComparisonView, DayView, MetricsView, SegmentsView};
use crate::AnalyticsError;
use crate::metrics::{ByActor, Counts, Funnel, Rate, SourceCounts, Tally};

/// A table: names of columns, and as many cells in each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// A number of counts or of rates, by the name that it has in tables.
type Figure = (&'static str, String);

impl Table {
    /// The figures of a view in rows, with those of the period before beside them.
    #[must_use]
    pub fn totals(view: &MetricsView) -> Self {
        let now = figures(&view.counts);
        let mut before = figures(&view.before).into_iter();
        let rows = now.into_iter().map(|(name, value)| {
            let before = before.next().map(|(_, before)| before).unwrap_or_default();
            vec![name.to_owned(), value, before]
        });
        let late = vec![
            "late_events".to_owned(),
            view.late().to_string(),
            String::new(),
        ];
        Self {
            columns: vec!["figure", "period", "previous_period"],
            rows: rows.chain([late]).collect(),
        }
    }

    /// The figures of each day, which has no leads and no rates.
    #[must_use]
    pub fn daily(days: &[DayView]) -> Self {
        let named = tallies(&Counts::default())
            .into_iter()
            .map(|(name, _)| name);
        let columns = ["date", "final", "late_events"].into_iter().chain(named);
        let rows = days.iter().map(|day| {
            let counted = tallies(&day.counts).into_iter().map(|(_, value)| value);
            let head = [
                written(day.day.date),
                day.is_final.to_string(),
                day.late.to_string(),
            ];
            head.into_iter().chain(counted).collect()
        });
        Self {
            columns: columns.collect(),
            rows: rows.collect(),
        }
    }

    /// The steps of the funnel.
    #[must_use]
    pub fn funnel(funnel: &Funnel) -> Self {
        let rows = funnel.stages().iter().map(|stage| {
            vec![
                stage.step.as_str().to_owned(),
                stage.people.to_string(),
                quotient(stage.of_previous),
                quotient(stage.of_sent),
            ]
        });
        Self {
            columns: vec!["step", "people", "of_previous", "of_sent"],
            rows: rows.collect(),
        }
    }

    /// Where leads came from.
    #[must_use]
    pub fn sources(sources: &[SourceCounts]) -> Self {
        let rows = sources.iter().map(|source| {
            vec![
                source.source.clone(),
                source.leads.to_string(),
                source.converted.to_string(),
                quotient(source.conversion()),
            ]
        });
        Self {
            columns: vec!["source", "leads", "converted", "conversion_rate"],
            rows: rows.collect(),
        }
    }

    /// The figures of each segment.
    #[must_use]
    pub fn segments(view: &SegmentsView) -> Self {
        let rows = view.segments.iter();
        Self::side_by_side(
            &["segment"],
            rows.map(|it| (vec![it.segment.to_string()], it.counts)),
        )
    }

    /// The figures of each campaign.
    #[must_use]
    pub fn comparison(view: &ComparisonView) -> Self {
        let rows = view.campaigns.iter().map(|it| {
            let head = vec![it.campaign.id.to_string(), it.campaign.name.clone()];
            (head, it.counts)
        });
        Self::side_by_side(&["campaign_id", "campaign"], rows)
    }

    fn side_by_side(
        head: &[&'static str],
        rows: impl Iterator<Item = (Vec<String>, Counts)>,
    ) -> Self {
        let named = figures(&Counts::default())
            .into_iter()
            .map(|(name, _)| name);
        let rows = rows.map(|(mut row, counts)| {
            row.extend(figures(&counts).into_iter().map(|(_, value)| value));
            row
        });
        Self {
            columns: head.iter().copied().chain(named).collect(),
            rows: rows.collect(),
        }
    }

    /// The table as CSV (RFC 4180) in UTF-8 with a header line. Every cell is quoted, and one that begins like a formula is
    /// guarded (see [`kernel::guarded_cell`]).
    pub fn csv(&self) -> Result<Vec<u8>, AnalyticsError> {
        let mut writer: Writer<Vec<u8>> = WriterBuilder::new()
            .quote_style(QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let failed = |error: csv::Error| AnalyticsError::Csv(Error::from(error));
        writer.write_record(&self.columns).map_err(failed)?;
        for row in &self.rows {
            let cells = row.iter().map(|cell| guarded_cell(cell).into_owned());
            writer.write_record(cells).map_err(failed)?;
        }
        writer
            .into_inner()
            .map_err(|error| AnalyticsError::Csv(error.into_error()))
    }
}

/// Every figure of these counts, in the order of tables.
fn figures(counts: &Counts) -> Vec<Figure> {
    let rates = counts.rates();
    let mut figures = tallies(counts);
    figures.extend([
        ("leads", counts.leads.to_string()),
        ("converted", counts.converted.to_string()),
        ("delivery_rate", quotient(rates.delivery)),
        ("bounce_rate", quotient(rates.bounce)),
        ("open_rate", quotient(rates.open)),
        ("click_rate", quotient(rates.click)),
        ("click_to_open_rate", quotient(rates.click_to_open)),
        ("unsubscribe_rate", quotient(rates.unsubscribe)),
        ("conversion_rate", quotient(rates.conversion)),
        ("landing_rate", quotient(rates.landing)),
        ("machine_open_rate", quotient(rates.machine_open)),
        ("machine_click_rate", quotient(rates.machine_click)),
    ]);
    figures
}

/// How often what happened, and to how many people.
fn tallies(counts: &Counts) -> Vec<Figure> {
    let tally = |names: [&'static str; 2], tally: Tally| {
        [
            (names[0], tally.events.to_string()),
            (names[1], tally.people.to_string()),
        ]
    };
    let by_actor = |names: [&'static str; 4], counted: ByActor| {
        let [events, people, machine_events, machine_people] = names;
        let human = tally([events, people], counted.human);
        human
            .into_iter()
            .chain(tally([machine_events, machine_people], counted.machine))
    };
    let mut figures = Vec::new();
    figures.extend(tally(["sent", "sent_people"], counts.sent));
    figures.extend(tally(["bounced", "bounced_people"], counts.bounced));
    figures.push(("delivered", counts.delivered().to_string()));
    figures.extend(by_actor(
        [
            "opens",
            "unique_opens",
            "machine_opens",
            "unique_machine_opens",
        ],
        counts.opened,
    ));
    figures.extend(by_actor(
        [
            "clicks",
            "unique_clicks",
            "machine_clicks",
            "unique_machine_clicks",
        ],
        counts.clicked,
    ));
    figures.extend(by_actor(
        [
            "unsubscribes",
            "unique_unsubscribes",
            "machine_unsubscribes",
            "unique_machine_unsubscribes",
        ],
        counts.unsubscribed,
    ));
    figures.extend(by_actor(
        [
            "form_views",
            "unique_form_views",
            "machine_form_views",
            "unique_machine_form_views",
        ],
        counts.viewed,
    ));
    figures.extend(by_actor(
        [
            "submissions",
            "unique_submissions",
            "machine_submissions",
            "unique_machine_submissions",
        ],
        counts.submitted,
    ));
    figures
}

/// The quotient, with as many digits as tell it from every other; nothing where there is nothing to divide by.
fn quotient(rate: Rate) -> String {
    rate.value()
        .map(|value| value.to_string())
        .unwrap_or_default()
}

fn written(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_for_each_column_and_names_are_different_ones() {
        let rows = [(vec!["=a".to_owned()], Counts::default())];
        let table = Table::side_by_side(&["segment"], rows.into_iter());

        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.columns.len())
        );
        let mut names = table.columns.clone();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.columns.len());
        let text = String::from_utf8(table.csv().unwrap()).unwrap();
        assert!(text.contains("\r\n\"'=a\",\"0\""), "{text}");
    }

    #[test]
    fn nothing_of_nothing_is_an_empty_cell() {
        assert_eq!(quotient(Rate::new(0, 0)), "");
        assert_eq!(quotient(Rate::new(1, 4)), "0.25");
    }
}
