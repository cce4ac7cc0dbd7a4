//! The worker, on jobs in memory and in paused time.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "jobs/bench.rs"]
mod bench;
#[path = "jobs/stopping.rs"]
mod stopping;
#[path = "jobs/telling.rs"]
mod telling;
#[path = "jobs/trying.rs"]
mod trying;
#[path = "jobs/winding_up.rs"]
mod winding_up;
