//! `canvass bench leads`: how fast leads are found by what they answered, and how fast contacts are assigned to a campaign.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. A file of
//! contacts is imported and a campaign to them launched, until each of them is decided. Then another organization gets
//! its leads by statements of the application role, and is searched over the API, each kind of search in turn. The
//! database counts meanwhile how often it reads a table from end to end, and how often through an index.

pub(super) mod assigning;
mod filling;
mod report;
mod searching;

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cli::{BenchLeads, Failure};
use crate::settings::Settings;

use self::report::Report;
use super::measuring::measured;
use super::program::Program;
use super::tenant::Founder;

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchLeads) -> Result<(), Failure> {
    let (leads, contacts, searches) = (arguments.leads, arguments.contacts, arguments.searches);
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            leads,
            contacts,
            searches,
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
    leads: u32,
    contacts: u64,
    searches: u16,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let founder = Founder::sign_up(self.program.url())?;
        let (senders, searched) = (founder.found("Senders")?, founder.found("Searched")?);
        let assigned = assigning::assign(self, &founder, &senders)?;
        tracing::info!(rate = assigned.rate(), "assigned");
        filling::ask(&founder, &searched)?;
        let filled = self
            .runtime
            .block_on(filling::fill(&self.program, &searched, self.leads))?;
        self.database(self.program.settle())?;
        tracing::info!(seconds = filled.as_secs_f64(), "filled");
        let before = self.database(searching::scans(&self.program))?;
        let measured = searching::measure(&searched, self.leads, self.searches)?;
        // A connection tells what it counted when it has been idle for ten seconds.
        std::thread::sleep(std::time::Duration::from_secs(11));
        let after = self.database(searching::scans(&self.program))?;
        Ok(Report {
            leads: self.leads,
            filled,
            searches: measured,
            scans: searching::since(&before, after),
            assigned,
        })
    }

    fn database<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failure> {
        self.runtime.block_on(work).map_err(Failure::new)
    }
}
