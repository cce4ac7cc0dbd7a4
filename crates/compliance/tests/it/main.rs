//! What reading the audit log does, over the in-memory adapter.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do: with a message"
)]

mod audit_log;
mod export;
mod world;
