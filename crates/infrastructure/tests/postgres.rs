//! What only a real PostgreSQL can show: races, locks, and statements outside units of work.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do: with a message"
)]

#[path = "postgres/access_paths.rs"]
mod access_paths;
#[path = "postgres/accounts.rs"]
mod accounts;
#[path = "postgres/aggregation.rs"]
mod aggregation;
#[path = "postgres/at_once.rs"]
mod at_once;
#[path = "postgres/bulk_leads.rs"]
mod bulk_leads;
#[path = "postgres/bulk_operations.rs"]
mod bulk_operations;
#[path = "postgres/contact_counts.rs"]
mod contact_counts;
#[path = "postgres/counters.rs"]
mod counters;
#[path = "postgres/domains.rs"]
mod domains;
#[path = "postgres/fairness.rs"]
mod fairness;
#[path = "postgres/giving_up.rs"]
mod giving_up;
#[path = "postgres/imports.rs"]
mod imports;
#[path = "postgres/jobs.rs"]
mod jobs;
#[path = "postgres/logins.rs"]
mod logins;
#[path = "postgres/logs.rs"]
mod logs;
#[path = "postgres/maintenance.rs"]
mod maintenance;
#[path = "postgres/members.rs"]
mod members;
#[path = "postgres/people.rs"]
mod people;
#[path = "postgres/permissions.rs"]
mod permissions;
#[path = "postgres/recipients.rs"]
mod recipients;
#[path = "postgres/scheduler.rs"]
mod scheduler;
#[path = "postgres/standing.rs"]
mod standing;
