//! The program itself, killed and stopped while it works.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "crash/asking.rs"]
mod asking;
#[path = "crash/changing.rs"]
mod changing;
#[path = "crash/commanding.rs"]
mod commanding;
#[path = "crash/counting.rs"]
mod counting;
#[path = "crash/demonstrating.rs"]
mod demonstrating;
#[path = "crash/extent.rs"]
mod extent;
#[path = "crash/importing.rs"]
mod importing;
#[path = "crash/killing.rs"]
mod killing;
#[path = "crash/kinds.rs"]
mod kinds;
#[path = "crash/operating.rs"]
mod operating;
#[path = "crash/parting.rs"]
mod parting;
#[path = "crash/program.rs"]
mod program;
#[path = "crash/reckoning.rs"]
mod reckoning;
#[path = "crash/refusing.rs"]
mod refusing;
#[path = "crash/revalidating.rs"]
mod revalidating;
// Its clock is one that Linux can be told.
#[cfg(target_os = "linux")]
#[path = "crash/scheduling.rs"]
mod scheduling;
#[path = "crash/sending.rs"]
mod sending;
#[path = "crash/simulating.rs"]
mod simulating;
#[path = "crash/stopping.rs"]
mod stopping;
#[path = "crash/tracking.rs"]
mod tracking;
#[path = "crash/undoing.rs"]
mod undoing;
#[path = "crash/workers.rs"]
mod workers;
#[path = "crash/writer.rs"]
mod writer;
