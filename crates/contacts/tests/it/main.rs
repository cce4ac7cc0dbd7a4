//! Use cases of contacts, over the in-memory adapter.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do: with a message"
)]

mod bulk;
mod contacts_of_an_organization;
mod downloads;
mod imports;
mod lists_and_suppressions;
mod revalidation;
mod world;
