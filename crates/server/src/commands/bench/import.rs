//! `canvass bench import`: how fast a file of contacts comes in, beside the bare statements that write the same rows.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. A file is
//! made while it is sent, in each of four encodings into an organization of its own, and every row is accounted for.
//! When the first file is in, its contacts are written once more by bare statements, for another organization: as the
//! application role, into the same tables under the same policies, `INSERT … SELECT unnest`, the most rows per statement
//! and per transaction that the import ever writes. Then contacts are searched for and downloaded, while two organizations have as many as the
//! file has rows. Beside the last file, another organization imports small ones.

mod bare;
mod download;
mod neighbour;
mod report;
pub(super) mod search;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::cli::{BenchImport, Failure};
use crate::settings::Settings;

use self::report::{Imported, Report};
use super::file::{FileEncoding, Sample};
use super::following::{Seen, follow};
use super::measuring::measured;
use super::program::Program;
use super::tenant::{Founder, Tenant};

/// How often a client looks how far an import is.
const PACE: Duration = Duration::from_millis(200);

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchImport) -> Result<(), Failure> {
    let (rows, searches) = (arguments.rows, arguments.searches);
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            rows,
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
    rows: u64,
    searches: u16,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let founder = Founder::sign_up(self.program.url())?;
        let tenants = FileEncoding::ALL
            .map(|encoding| founder.found(&format!("Imports in {}", encoding.name())));
        let [first, second, third, last] = tenants;
        let (first, bare_one, small) = (first?, founder.found("Bare")?, founder.found("Small")?);
        let [plain, marked, wide, narrow] = FileEncoding::ALL.map(|encoding| self.sample(encoding));

        let mut imported = vec![self.import(&first, plain, &mut || {
            follow(&first, &first.list, plain, PACE)
        })?];
        self.settle()?;
        let sizes = self.database(self.program.sizes())?;
        let bare = self
            .runtime
            .block_on(bare::load(&self.program, &first, &bare_one))?;
        tracing::info!(rate = bare.rate(), "loaded bare");
        self.settle()?;
        let searches = search::measure(&first, plain, self.searches)?;
        tracing::info!("searched");
        let download = download::download(&self.program, &first)?;
        tracing::info!("downloaded");

        for (tenant, sample) in [(second?, marked), (third?, wide)] {
            imported.push(self.import(&tenant, sample, &mut || {
                follow(&tenant, &tenant.list, sample, PACE)
            })?);
        }
        let last = last?;
        let mut disturbed = None;
        imported.push(self.import(&last, narrow, &mut || {
            let (seen, times) =
                neighbour::disturb(&small, || follow(&last, &last.list, narrow, PACE))?;
            disturbed = Some(times);
            Ok(seen)
        })?);
        let small = disturbed.ok_or_else(|| Failure::new("no small file was imported"))?;
        Ok(Report {
            rows: self.rows,
            imported,
            bare,
            sizes,
            searches,
            download,
            small,
        })
    }

    const fn sample(&self, encoding: FileEncoding) -> Sample {
        Sample {
            rows: self.rows,
            first: 0,
            encoding,
        }
    }

    /// Watches the program while a file is sent and imported, and accounts for its rows.
    fn import(
        &self,
        tenant: &Tenant,
        sample: Sample,
        go: &mut dyn FnMut() -> Result<Seen, Failure>,
    ) -> Result<Imported, Failure> {
        self.settle()?;
        let (before, _) = self.program.memory()?;
        self.program.forget_peak()?;
        let used = self.program.processor_time()?;
        let seen = go()?;
        let (_, peak) = self.program.memory()?;
        let processor = self.program.processor_time()?.saturating_sub(used);
        let statements = self.database(self.program.statements())?;
        tenant.check(&seen.import, sample)?;
        tracing::info!(
            encoding = sample.encoding.name(),
            seconds = seen.elapsed.as_secs_f64(),
            "imported"
        );
        Ok(Imported {
            encoding: sample.encoding,
            expected: sample.expected(),
            seen,
            growth: peak.saturating_sub(before),
            processor,
            statements,
        })
    }

    fn settle(&self) -> Result<(), Failure> {
        self.database(self.program.settle())
    }

    fn database<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Failure> {
        self.runtime.block_on(work).map_err(Failure::new)
    }
}
