//! `canvass bench tracking`: hits of readers at a steady rate, how fast they are answered, and whether one is lost.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. Readers fetch
//! the picture of their mail and follow its links, which come from mails as the API shows them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _};
use tokio::runtime::Handle;
use ureq::Agent;

use super::events::stage::Stage;
use super::measuring::{measured, quantile};
use super::program::Program;
use crate::cli::{BenchTracking, Failure};
use crate::settings::Settings;

/// How many people get the mails.
const PEOPLE: u64 = 1_000;
/// Of how many of them the mails are read.
const READERS: usize = 200;
/// How long after the last hit all of them have to be recorded.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchTracking) -> Result<(), Failure> {
    let (rate, seconds, connections) = (arguments.rate, arguments.seconds, arguments.connections);
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            rate,
            seconds,
            connections,
        };
        bench.measure()
    };
    let report = measured(settings, measure).await?;
    if arguments.json {
        println!("{:#}", report.to_json());
    } else {
        print!("{report}");
    }
    Ok(())
}

struct Bench {
    program: Arc<Program>,
    runtime: Handle,
    rate: u32,
    seconds: u32,
    connections: u8,
}

struct Report {
    rate: u32,
    hits: u32,
    elapsed: Duration,
    /// Milliseconds of each, sorted.
    times: Vec<f64>,
    /// How many are recorded.
    recorded: u64,
    /// How long after the last answer they were.
    drained: Duration,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let stage = Stage::set(&self.program, &self.runtime, PEOPLE)?;
        let links = links(&stage, self.program.url())?;
        let hits = self.rate * self.seconds;
        let next = AtomicU32::new(0);
        let begun = Instant::now();
        let times = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..self.connections)
                .map(|_| scope.spawn(|| self.read(&links, hits, &next, begun)))
                .collect();
            let times = readers.into_iter().map(|reader| {
                let stopped = |_| Failure::new("a reader stopped");
                reader.join().map_err(stopped)?
            });
            times.collect::<Result<Vec<_>, _>>()
        })?;
        let elapsed = begun.elapsed();
        let mut times: Vec<f64> = times.into_iter().flatten().collect();
        times.sort_by(f64::total_cmp);
        let begun = Instant::now();
        let mut recorded = self.recorded()?;
        while recorded < u64::from(hits) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
            recorded = self.recorded()?;
        }
        Ok(Report {
            rate: self.rate,
            hits,
            elapsed,
            times,
            recorded,
            drained: begun.elapsed(),
        })
    }

    /// Makes hits when it is their time, until all are made; tells the milliseconds of each.
    fn read(
        &self,
        links: &[String],
        hits: u32,
        next: &AtomicU32,
        begun: Instant,
    ) -> Result<Vec<f64>, Failure> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0);
        let agent: Agent = config.build().into();
        let mut times = Vec::new();
        loop {
            let hit = next.fetch_add(1, Ordering::Relaxed);
            if hit >= hits {
                return Ok(times);
            }
            let due = Duration::from_secs_f64(f64::from(hit) / f64::from(self.rate));
            std::thread::sleep(due.saturating_sub(begun.elapsed()));
            let link = &links[hit as usize % links.len()];
            let asked = Instant::now();
            let mut answer = agent.get(link).call().map_err(Failure::new)?;
            let status = answer.status().as_u16();
            answer.body_mut().read_to_vec().map_err(Failure::new)?;
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
            if !matches!(status, 200 | 302) {
                return Err(Failure::new(format!("a hit was answered with {status}")));
            }
        }
    }

    fn recorded(&self) -> Result<u64, Failure> {
        let count = async {
            let mut database = self.program.administrator().await?;
            let sql = "SELECT count(*) FROM events WHERE event_type IN ('OPEN', 'CLICK')";
            let row = sqlx::query(sql).fetch_one(&mut database).await?;
            database.close().await?;
            row.try_get::<i64, _>(0)
        };
        let count = self.runtime.block_on(count).map_err(Failure::new)?;
        Ok(count.unsigned_abs())
    }
}

/// The addresses of the picture and of one link in the mails of some readers.
fn links(stage: &Stage, url: &str) -> Result<Vec<String>, Failure> {
    let mut links = Vec::new();
    for contact in stage.people.iter().take(READERS) {
        let mail = format!("/campaigns/{}/recipients/{contact}/mail", stage.campaign);
        let mail = stage.founder.get(&stage.tenant, &mail)?;
        let html = mail["html_content"].as_str().unwrap_or_default();
        for door in ["/t/o/", "/t/c/"] {
            let found = link(html, &format!("{url}{door}"));
            links.push(found.ok_or_else(|| Failure::new(format!("a mail has no {door}")))?);
        }
    }
    Ok(links)
}

/// The first address in a mail that begins like this.
fn link(html: &str, start: &str) -> Option<String> {
    let from = html.find(start)?;
    let rest = &html[from..];
    let end = rest.find('"').unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

impl Report {
    fn lost(&self) -> u64 {
        u64::from(self.hits).saturating_sub(self.recorded)
    }

    fn to_json(&self) -> Value {
        json!({
            "hits": self.hits,
            "wished_per_second": self.rate,
            "hits_per_second": f64::from(self.hits) / self.elapsed.as_secs_f64(),
            "p50_ms": quantile(&self.times, 0.5),
            "p99_ms": quantile(&self.times, 0.99),
            "longest_ms": quantile(&self.times, 1.0),
            "recorded": self.recorded,
            "lost": self.lost(),
            "drained_ms": self.drained.as_secs_f64() * 1_000.0,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = f64::from(self.hits) / self.elapsed.as_secs_f64();
        writeln!(
            f,
            "| hits | per second | p50 ms | p99 ms | longest ms | recorded | lost |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        writeln!(
            f,
            "| {} | {rate:.0} | {:.1} | {:.1} | {:.1} | {} | {} |",
            self.hits,
            quantile(&self.times, 0.5),
            quantile(&self.times, 0.99),
            quantile(&self.times, 1.0),
            self.recorded,
            self.lost()
        )?;
        writeln!(
            f,
            "\nThe last one was recorded {:.0} ms after its answer.",
            self.drained.as_secs_f64() * 1_000.0
        )
    }
}
