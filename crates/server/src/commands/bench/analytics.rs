//! `canvass bench analytics`: how fast dashboards are, and how fast events are counted ahead.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. An
//! organization gets a small campaign and one with nearly all events and some leads, recorded by statements of the
//! application role over thirty days until today. A job counts them ahead, and then more of today; the program does not
//! do so by itself. Dashboards are read over the API: of both campaigns, and of the whole organization; with everything
//! counted ahead, and with events that came since, few as there are while counting follows recording, and many. In the end it
//! is compared what each kind of dashboard told last, each time, with what the events amount to.

mod checking;
mod counting;
mod filling;
mod reading;
mod report;

use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::cli::{BenchAnalytics, Failure};
use crate::settings::Settings;

use self::filling::Month;
use self::report::Report;
use super::measuring::measured_with;
use super::program::Program;
use super::tenant::{Founder, Tenant, text};

/// Events of the small campaign.
const FEW: u32 = 10_000;
/// Leads of the large campaign.
const LEADS: u32 = 5_000;
/// Events of each campaign that come after everything was counted ahead.
const TAIL: u32 = 1_000;
/// Events of the large campaign that come besides, which nobody counted for a long time.
const LONG_TAIL: u32 = 100_000;
/// What is counted is counted when it is measured.
const NOT_AHEAD: [&str; 2] = ["--count-events-every", "0"];

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchAnalytics) -> Result<(), Failure> {
    let (events, reads) = (arguments.events, arguments.reads);
    let nightly = arguments.nightly.min(events);
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            events,
            nightly,
            reads,
        };
        bench.measure()
    };
    let report = measured_with(settings, &NOT_AHEAD, measure).await?;
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
    events: u32,
    nightly: u32,
    reads: u16,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let founder = Founder::sign_up(self.program.url())?;
        let tenant = founder.found("Measured")?;
        let (few, most) = (
            campaign(&founder, &tenant, "Few")?,
            campaign(&founder, &tenant, "Most")?,
        );
        let month = self.database(Month::make(&self.program))?;
        let mut filled = self.database(month.fill(&self.program, &tenant, few, 0..FEW))?;
        let rest = FEW..self.events.max(FEW + 1);
        filled += self.database(month.fill(&self.program, &tenant, most, rest))?;
        self.database(month.add_leads(&self.program, &tenant, most, LEADS))?;
        tracing::info!(seconds = filled.as_secs_f64(), "filled");
        self.settle()?;
        let counted = self.database(counting::count(&self.program, &tenant))?;
        self.settle()?;
        let next = self.events..self.events + self.nightly;
        self.database(month.fill_last_day(&self.program, &tenant, most, next))?;
        self.settle()?;
        let nightly = self.database(counting::count(&self.program, &tenant))?;
        let statements = self.program.statements();
        let statements = self.runtime.block_on(statements).map_err(Failure::new)?;
        tracing::info!(seconds = nightly.as_secs_f64(), "counted");
        self.settle()?;

        let cold = Some(self.program.as_ref());
        let mut read = reading::read(&tenant, (few, most), self.reads, "", cold)?;
        let read_at = self.database(checking::now(&self.program))?;
        let first_of_tail = self.events + self.nightly;
        for (campaign, first) in [(few, first_of_tail), (most, first_of_tail + TAIL)] {
            let tail = first..first + TAIL;
            self.database(month.fill_last_day(&self.program, &tenant, campaign, tail))?;
        }
        let tail = format!(", {TAIL} events more of each campaign, not counted");
        let beside = reading::read(&tenant, (few, most), self.reads, &tail, None)?;
        let beside_at = self.database(checking::now(&self.program))?;
        let first = first_of_tail + 2 * TAIL;
        let long = first..first + LONG_TAIL;
        self.database(month.fill_last_day(&self.program, &tenant, most, long))?;
        let tail = format!(", {LONG_TAIL} events more, not counted");
        let behind = reading::read(&tenant, (few, most), self.reads, &tail, None)?;
        let behind_at = self.database(checking::now(&self.program))?;
        for (dashboards, at) in [(&read, read_at), (&beside, beside_at), (&behind, behind_at)] {
            self.database(checking::check(&self.program, &tenant, dashboards, at))?;
        }
        read.extend(beside);
        Ok(Report {
            events: self.events,
            filled,
            first: counted,
            nightly: (self.nightly, nightly),
            statements,
            read,
            behind,
        })
    }

    fn settle(&self) -> Result<(), Failure> {
        let settled = self.runtime.block_on(self.program.settle());
        settled.map_err(Failure::new)
    }

    fn database<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        self.runtime.block_on(work)
    }
}

fn campaign(founder: &Founder, tenant: &Tenant, name: &str) -> Result<Uuid, Failure> {
    let made = founder.post(tenant, "/campaigns", &json!({ "name": name }))?;
    text(&made, "id")?.parse().map_err(Failure::new)
}
