//! Simulated campaigns, from the wish to the last event, in memory and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "simulation/ending.rs"]
mod ending;
#[path = "simulation/pacing.rs"]
mod pacing;
#[path = "simulation/playing.rs"]
mod playing;
#[path = "simulation/refusing.rs"]
mod refusing;
#[path = "simulation/repeating.rs"]
mod repeating;
#[path = "simulation/stage.rs"]
mod stage;
