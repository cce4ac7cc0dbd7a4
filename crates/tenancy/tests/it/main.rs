//! Use cases of tenancy, over storage in memory.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do: by panicking"
)]

mod accounts;
mod api_keys;
mod identity;
mod invitation_acceptance;
mod invitation_delivery;
mod invitations;
mod jobs;
mod members;
mod permissions_page;
mod platform_users;
mod post;
mod roles;
mod sessions;
mod team_members;
mod teams;
mod world;
