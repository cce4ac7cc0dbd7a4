//! `canvass bench simulation`: how fast a campaign is simulated, from the request to the end of its job.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. A file of
//! contacts is imported and a campaign to them simulated, all at once and as it is usual.

mod report;
mod staging;

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cli::{BenchSimulation, Failure};
use crate::settings::Settings;

use self::report::Report;
use super::measuring::measured;
use super::program::Program;
use super::tenant::Founder;

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchSimulation) -> Result<(), Failure> {
    let contacts = arguments.contacts;
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            contacts,
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
    contacts: u64,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let founder = Founder::sign_up(self.program.url())?;
        let tenant = founder.found("Simulated")?;
        let campaign = staging::set_up(self, &founder, &tenant)?;
        self.database(self.program.settle())?;
        let played = staging::play(&founder, &tenant, &campaign)?;
        Ok(Report {
            played,
            statements: self.database(self.program.statements())?,
        })
    }

    fn database<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failure> {
        self.runtime.block_on(work).map_err(Failure::new)
    }
}
