//! The figures for a person, and for a program.

use std::fmt;

use serde_json::{Value, json};

use super::figures::{Block, Ratio, Summary, ratio, summary};
use super::fill::ORGANIZATIONS;

/// The cost that the program promises to stay below.
const BAR: f64 = 1.15;

/// All figures of a run.
pub(super) struct Report {
    pub(super) version: String,
    pub(super) rows: u32,
    pub(super) repeat: u32,
    pub(super) lines: Vec<Line>,
}

/// The figures of one statement.
pub(super) struct Line {
    name: &'static str,
    with: Summary,
    without: Summary,
    ratio: Ratio,
    /// The copy against itself.
    noise: Ratio,
    /// The server's mean, planning included, in microseconds, with and without.
    server: Option<[f64; 2]>,
}

/// What the server counted of a statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ServerTime {
    pub(super) calls: i64,
    pub(super) total_ms: f64,
}

impl ServerTime {
    /// The mean time of a call since an earlier count, in microseconds.
    pub(super) fn mean_since(self, before: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody measures 2^52 times")]
        let calls = (self.calls - before.calls).max(1) as f64;
        (self.total_ms - before.total_ms) * 1e3 / calls
    }
}

impl Line {
    /// Sums up the blocks of a statement.
    pub(super) fn new(name: &'static str, blocks: &[Block], server: Option<[f64; 2]>) -> Self {
        let all = |side: fn(&Block) -> &[f64]| -> Vec<f64> {
            blocks.iter().flat_map(side).copied().collect()
        };
        Self {
            name,
            with: summary(&all(|block| &block.with)),
            without: summary(&all(|block| &block.without)),
            ratio: ratio(blocks, |block| &block.with, |block| &block.without),
            noise: ratio(blocks, |block| &block.again, |block| &block.without),
            server,
        }
    }

    /// Whether the statement keeps to the bar; `open` where the interval reaches over it.
    fn verdict(&self) -> &'static str {
        if self.ratio.high <= BAR {
            "yes"
        } else if self.ratio.low > BAR {
            "no"
        } else {
            "open"
        }
    }

    fn to_json(&self) -> Value {
        let side = |summary: Summary, server: Option<f64>| {
            json!({
                "p50_us": summary.p50,
                "p95_us": summary.p95,
                "mean_us": summary.mean,
                "server_mean_us": server,
            })
        };
        let ratio =
            |ratio: Ratio| json!({"value": ratio.value, "low": ratio.low, "high": ratio.high});
        json!({
            "name": self.name,
            "with": side(self.with, self.server.map(|server| server[0])),
            "without": side(self.without, self.server.map(|server| server[1])),
            "ratio": ratio(self.ratio),
            "noise": ratio(self.noise),
            "within_15_percent": self.verdict(),
        })
    }
}

impl Report {
    /// The figures for a program.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "postgresql": self.version,
            "organizations": ORGANIZATIONS,
            "rows_per_organization": self.rows,
            "repetitions": self.repeat,
            "statements": self.lines.iter().map(Line::to_json).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "The cost of row-level security: PostgreSQL {}, {ORGANIZATIONS} organizations with {} rows each, {} repetitions.",
            self.version, self.rows, self.repeat
        )?;
        writeln!(
            f,
            "Times in µs: round trip (p50, p95, mean) and the server's own mean. Ratio of the medians with its 95 % interval;\n\
             `same` is the copy against itself. The last line is not one statement: role, tenant and timeouts are in it.\n"
        )?;
        writeln!(
            f,
            "{:<30} {:^31} {:^31} {:^20} {:>6} {:^20} <= 15 %",
            "", "with", "without", "ratio", "server", "same"
        )?;
        for line in &self.lines {
            let side = |summary: Summary, server: Option<f64>| {
                let server = server.map_or_else(|| "-".to_owned(), |server| format!("{server:.1}"));
                format!(
                    "{:>7.1} {:>7.1} {:>7.1} {server:>7}",
                    summary.p50, summary.p95, summary.mean
                )
            };
            let ratio =
                |ratio: Ratio| format!("{:.3} [{:.3} {:.3}]", ratio.value, ratio.low, ratio.high);
            let server = line.server.map_or_else(
                || "-".to_owned(),
                |[with, without]| format!("{:.3}", with / without),
            );
            writeln!(
                f,
                "{:<30} {} {} {:>20} {server:>6} {:>20} {}",
                line.name,
                side(line.with, line.server.map(|server| server[0])),
                side(line.without, line.server.map(|server| server[1])),
                ratio(line.ratio),
                ratio(line.noise),
                line.verdict(),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(with: f64, without: f64) -> Line {
        let block = Block {
            with: vec![with; 20],
            without: vec![without; 20],
            again: vec![without; 20],
        };
        Line::new(
            "a statement",
            &[block.clone(), block],
            Some([with, without]),
        )
    }

    #[test]
    fn a_statement_is_judged_by_its_whole_interval() {
        let mut unsure = line(114.0, 100.0);
        unsure.ratio.high = 1.2;

        assert_eq!(line(114.0, 100.0).verdict(), "yes");
        assert_eq!(line(116.0, 100.0).verdict(), "no");
        assert_eq!(unsure.verdict(), "open");
    }

    #[test]
    fn a_report_has_a_line_for_each_statement() {
        let report = Report {
            version: "15.1".to_owned(),
            rows: 10,
            repeat: 20,
            lines: vec![line(110.0, 100.0), line(200.0, 100.0)],
        };

        let text = report.to_string();
        let json = report.to_json();

        assert!(
            text.contains("1.100 [1.100 1.100]") && text.trim_end().ends_with("no"),
            "{text}"
        );
        assert_eq!(json["statements"].as_array().map(Vec::len), Some(2));
        assert_eq!(json["statements"][0]["with"]["server_mean_us"], 110.0);
    }

    #[test]
    fn the_mean_of_the_server_is_that_of_the_calls_in_between() {
        let before = ServerTime {
            calls: 10,
            total_ms: 5.0,
        };
        let after = ServerTime {
            calls: 30,
            total_ms: 7.0,
        };

        assert!((after.mean_since(before) - 100.0).abs() < 1e-9);
    }
}
