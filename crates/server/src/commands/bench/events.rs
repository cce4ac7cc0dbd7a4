//! `canvass bench events`: how fast events that others tell come in over the API, beside bare statements that write the same
//! rows, and how large they are. Those write the events and what they are for their recipients, which is all that the API
//! writes; and the events alone, in batches as the API takes them and in large ones. All take turns, so that none finds
//! emptier tables than another.
//!
//! The program is started as a process of its own, with a private PostgreSQL that is thrown away afterwards. A campaign is
//! sent to some thousand people, of whom the events tell, so that each batch counts for its recipients as well.

mod bare;
mod report;
pub(super) mod stage;
mod telling;

use std::sync::Arc;

use tokio::runtime::Handle;

use self::bare::Bare;
use self::report::Report;
use self::stage::Stage;
use self::telling::Told;
use super::measuring::measured;
use super::program::Program;
use crate::cli::{BenchEvents, Failure};
use crate::settings::Settings;

/// How often each has its turn.
const ROUNDS: u32 = 5;

/// Measures, and prints a table or JSON.
pub(crate) async fn run(settings: &Settings, arguments: &BenchEvents) -> Result<(), Failure> {
    let (events, contacts, senders) = (arguments.events, arguments.contacts, arguments.senders);
    let measure = move |program, runtime| {
        let bench = Bench {
            program,
            runtime,
            events,
            contacts,
            senders,
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
    events: u32,
    contacts: u64,
    senders: u8,
}

impl Bench {
    fn measure(&self) -> Result<Report, Failure> {
        let stage = Stage::set(&self.program, &self.runtime, self.contacts)?;
        let organization = |name| Ok::<_, Failure>(stage.founder.found(name)?.id);
        let mut bare = [
            Bare::alone(&stage, &organization("Bare")?, telling::BATCH)?,
            Bare::alone(&stage, &organization("Large")?, bare::LARGE)?,
            Bare::of(&stage, telling::BATCH)?,
        ];
        let mut for_bare = [0, 1, 2].map(|run| stage.happened(self.events, run));
        let mut told = Told::by(self.senders);
        let mut for_told = stage.happened(self.events, 3);
        let part = self.events.div_ceil(ROUNDS) as usize;
        let part = part.next_multiple_of(telling::BATCH);
        for _ in 0..ROUNDS {
            for (bare, happened) in bare.iter_mut().zip(&mut for_bare) {
                let writing = bare.write(&self.program, happened.by_ref().take(part));
                self.runtime.block_on(writing)?;
                self.settle()?;
            }
            let before = self.size()?;
            told.tell(&stage, for_told.by_ref().take(part))?;
            self.settle()?;
            told.grown += self.size()?.saturating_sub(before);
        }
        Ok(Report { bare, told })
    }

    /// Bytes of the log of events.
    fn size(&self) -> Result<u64, Failure> {
        self.runtime.block_on(bare::size(&self.program))
    }

    fn settle(&self) -> Result<(), Failure> {
        let settled = self.runtime.block_on(self.program.settle());
        settled.map_err(Failure::new)
    }
}
