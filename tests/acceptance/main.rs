//! Black-box and structural tests of the whole system, on a real PostgreSQL.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail as tests do: with a message"
)]

mod attacks;
mod audit;
mod browser;
mod conventions;
mod counting;
mod document;
mod doors;
mod imports;
mod isolation;
mod matrix;
mod metrics;
mod migrations;
mod pooler;
mod privacy;
mod stack;
mod structure;
mod test_database;
