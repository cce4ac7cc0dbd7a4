//! Use cases of tenancy, over storage in memory.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do: by panicking"
)]

mod api_keys;
mod members;
mod team_members;
mod teams;
mod world;
