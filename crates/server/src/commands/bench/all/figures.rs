//! What the measurements amount to, each beside its bar.

use std::collections::BTreeMap;
use std::fmt;

use analytics::chart::grouped;
use serde_json::{Value, json};

/// The figure that is held against a bar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    what: String,
    /// `None` where it was not measured.
    value: Option<f64>,
    unit: &'static str,
    bare: Option<f64>,
    bar: Bar,
}

/// What a figure is to keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bar {
    /// The figure itself.
    AtMost(f64),
    /// Its ratio to the bare one.
    OfBare(f64),
}

impl Figure {
    fn at_most(what: impl Into<String>, value: Option<f64>, unit: &'static str, bar: f64) -> Self {
        Self {
            what: what.into(),
            value,
            unit,
            bare: None,
            bar: Bar::AtMost(bar),
        }
    }

    fn ratio(&self) -> Option<f64> {
        Some(self.value? / self.bare?)
    }

    fn is_kept(&self) -> Option<bool> {
        match self.bar {
            Bar::AtMost(most) => Some(self.value? <= most),
            Bar::OfBare(least) => Some(self.ratio()? >= least),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let (at_most, of_bare) = match self.bar {
            Bar::AtMost(most) => (Some(most), None),
            Bar::OfBare(least) => (None, Some(least)),
        };
        json!({
            "what": self.what, "value": self.value, "unit": self.unit, "bare": self.bare, "ratio": self.ratio(),
            "at_most": at_most, "at_least_of_bare": of_bare, "is_kept": self.is_kept(),
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: Option<f64>, unit: &str| {
            value.map_or_else(String::new, |value| {
                let digits = if value >= 100.0 { 0 } else { 2 };
                format!("{value:.digits$} {unit}").trim_end().to_owned()
            })
        };
        let bar = match self.bar {
            Bar::AtMost(most) => format!("at most {most} {}", self.unit)
                .trim_end()
                .to_owned(),
            Bar::OfBare(least) => format!("at least {least} of bare"),
        };
        let kept = match self.is_kept() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured",
        };
        write!(
            f,
            "| {} | {} | {} | {} | {bar} | {kept} |",
            self.what,
            number(self.value, self.unit),
            number(self.bare, self.unit),
            number(self.ratio(), ""),
        )
    }
}

/// What the measurements told, by their names.
pub(super) struct Told<'a>(pub(super) &'a BTreeMap<&'static str, Value>);

impl Told<'_> {
    /// The number at this place.
    fn one(&self, measurement: &str, pointer: &str) -> Option<f64> {
        self.0.get(measurement)?.pointer(pointer)?.as_f64()
    }

    /// The count at this place, as people read it.
    fn count(&self, measurement: &str, pointer: &str) -> Option<String> {
        let count = self.0.get(measurement)?.pointer(pointer)?.as_u64()?;
        Some(grouped(count))
    }

    /// What a figure is of that was measured with so many and is told for so many.
    fn projected(
        &self,
        what: &str,
        (measurement, pointer): (&str, &str),
        told_for: &str,
    ) -> String {
        match self.count(measurement, pointer) {
            Some(count) => format!("{what} {count}, as for {told_for}"),
            None => format!("{what} {told_for}"),
        }
    }

    /// The numbers of this name in a list, put together.
    fn fold(
        &self,
        (measurement, list, field): (&str, &str, &str),
        together: fn(f64, f64) -> f64,
    ) -> Option<f64> {
        let list = self.0.get(measurement)?.pointer(list)?.as_array()?;
        let numbers = list.iter().filter_map(|item| item.pointer(field)?.as_f64());
        numbers.reduce(together)
    }

    fn most(&self, measurement: &str, list: &str, field: &str) -> Option<f64> {
        self.fold((measurement, list, field), f64::max)
    }

    fn least(&self, measurement: &str, list: &str, field: &str) -> Option<f64> {
        self.fold((measurement, list, field), f64::min)
    }

    /// All figures.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = self.of_writing();
        figures.extend(self.of_dashboards());
        figures.extend(self.of_searches());
        figures.extend(self.of_sizes());
        figures
    }

    fn of_writing(&self) -> Vec<Figure> {
        let nightly = self.one("analytics-10000000", "/nightly/seconds_per_million");
        let simulated = self.one("simulation", "/seconds_per_100000");
        let lost = self.one("tracking", "/lost");
        vec![
            Figure {
                what: "import of the slowest of four files, rows".to_owned(),
                value: self.least("import", "/imports", "/rows_per_second"),
                unit: "/s",
                bare: self.one("import", "/bare/rows_per_second"),
                bar: Bar::OfBare(0.5),
            },
            self.ingestion("the same rows", "/bare_events_per_second_with_recipients"),
            self.ingestion("events alone", "/bare_events_per_second"),
            Figure::at_most(
                self.projected(
                    "nightly aggregation of events:",
                    ("analytics-10000000", "/nightly/events"),
                    "1,000,000",
                ),
                nightly,
                "s",
                10.0,
            ),
            Figure::at_most(
                self.projected(
                    "simulated campaign to contacts:",
                    ("simulation", "/counts/assigned"),
                    "100,000",
                ),
                simulated,
                "s",
                20.0,
            ),
            Figure::at_most("tracking hits that were lost", lost, "", 0.0),
        ]
    }

    fn of_dashboards(&self) -> Vec<Figure> {
        let sizes = [
            "analytics-10000",
            "analytics-1000000",
            "analytics-10000000",
            "analytics-100000000",
        ];
        let measured = sizes.into_iter().filter(|name| self.0.contains_key(name));
        let of = |name: &str| {
            let events = self.count(name, "/events");
            let events = events.unwrap_or_else(|| "unknown".to_owned());
            let (usual, cold) = (
                self.most(name, "/dashboards", "/p95_ms"),
                self.most(name, "/dashboards", "/cold_ms"),
            );
            let what = format!("dashboard with {events} events");
            [
                Figure::at_most(format!("{what}, p95"), usual, "ms", 50.0),
                Figure::at_most(format!("{what}, cold"), cold, "ms", 100.0),
            ]
        };
        measured.flat_map(of).collect()
    }

    fn of_searches(&self) -> Vec<Figure> {
        let leads = self.most("leads", "/searches", "/p95_ms");
        let contacts = self.one("import", "/search/p95_ms");
        let dearest = self.most("rls", "/statements", "/ratio/value");
        let (lead, contact) = (
            "lead search by a form field, slowest kind, p95",
            "contact search under row-level security, p95",
        );
        let statement = "the dearest statement with row-level security, times the same without";
        vec![
            Figure::at_most(lead, leads, "ms", 100.0),
            Figure::at_most(contact, contacts, "ms", 50.0),
            Figure::at_most(statement, dearest, "", 1.15),
        ]
    }

    /// Events in batches, beside bare statements that write these rows.
    fn ingestion(&self, rows: &str, bare: &str) -> Figure {
        Figure {
            what: format!("ingestion of events in batches, beside {rows}"),
            value: self.one("events", "/events_per_second"),
            unit: "/s",
            bare: self.one("events", bare),
            bar: Bar::OfBare(0.5),
        }
    }

    fn of_sizes(&self) -> Vec<Figure> {
        let mib = |bytes: f64| bytes / MIB;
        let growth = self.most("import", "/imports", "/growth_bytes").map(mib);
        let idle = self.one("idle", "/bytes").map(mib);
        let contact = self.one("import", "/bytes_per_contact");
        let event = self.one("events", "/bytes_per_event");
        let growing = "growth of the program's memory by an import";
        vec![
            Figure::at_most(growing, growth, "MiB", 64.0),
            Figure::at_most("idle memory of the program", idle, "MiB", 50.0),
            Figure::at_most("a contact, with indexes and log", contact, "B", 1_000.0),
            Figure::at_most("an event, with indexes", event, "B", 400.0),
        ]
    }
}

const MIB: f64 = 1_048_576.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_its_bar() {
        let told = BTreeMap::from([
            (
                "import",
                json!({
                    "imports": [
                        { "rows_per_second": 900.0, "growth_bytes": 1_048_576 },
                        { "rows_per_second": 400.0, "growth_bytes": 73_400_320 },
                    ],
                    "bare": { "rows_per_second": 1_000.0 },
                    "search": { "p95_ms": 49.5 },
                }),
            ),
            ("tracking", json!({ "lost": 0 })),
            (
                "analytics-10000000",
                json!({
                    "events": 30_000,
                    "nightly": { "events": 1_000, "seconds_per_million": 20.0 },
                    "dashboards": [
                        { "p95_ms": 12.0, "cold_ms": 40.0 },
                        { "p95_ms": 20.0, "cold_ms": null },
                    ],
                }),
            ),
        ]);

        let rows: Vec<_> = Told(&told)
            .figures()
            .iter()
            .map(ToString::to_string)
            .collect();

        for expected in [
            "| import of the slowest of four files, rows | 400 /s | 1000 /s | 0.40 | at least 0.5 of bare | **no** |",
            "| growth of the program's memory by an import | 70.00 MiB |  |  | at most 64 MiB | **no** |",
            "| contact search under row-level security, p95 | 49.50 ms |  |  | at most 50 ms | yes |",
            "| tracking hits that were lost | 0.00 |  |  | at most 0 | yes |",
            "| idle memory of the program |  |  |  | at most 50 MiB | not measured |",
            "| nightly aggregation of events: 1,000, as for 1,000,000 | 20.00 s |  |  | at most 10 s | **no** |",
            "| dashboard with 30,000 events, p95 | 20.00 ms |  |  | at most 50 ms | yes |",
            "| dashboard with 30,000 events, cold | 40.00 ms |  |  | at most 100 ms | yes |",
            "| simulated campaign to contacts: 100,000 |  |  |  | at most 20 s | not measured |",
        ] {
            assert!(
                rows.iter().any(|row| row == expected),
                "{expected} in {rows:#?}"
            );
        }
    }
}
