//! Use cases of contacts, over the in-memory adapter.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do: with a message"
)]

mod bulk;
mod contacts_of_an_organization;
mod downloads;
mod downloads_that_come_back;
mod ends_of_imports;
mod files_that_come_again;
mod imports;
mod lists_and_suppressions;
mod office;
mod paces_of_imports;
mod revalidation;
mod undos_in_turn;
mod world;
