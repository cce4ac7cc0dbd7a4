//! The embedded database on a real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "embedded/cluster.rs"]
mod cluster;
#[path = "embedded/crashes.rs"]
mod crashes;
#[path = "embedded/obstacles.rs"]
mod obstacles;
#[path = "embedded/owner_process.rs"]
mod owner_process;
#[path = "embedded/privacy.rs"]
mod privacy;
#[path = "embedded/programs.rs"]
mod programs;
#[path = "embedded/starting.rs"]
mod starting;
