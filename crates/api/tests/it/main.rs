//! What the HTTP edge and the conventions of the API promise, shown on a small API of its own.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking as tests do"
)]
#![expect(
    clippy::unused_async,
    reason = "operations are asynchronous, also where this small API has nothing to wait for"
)]

mod accounts;
mod any_input;
mod api_keys;
mod bodies;
mod bulk_contacts;
mod campaign_metrics;
mod campaigns;
mod catalogue;
mod conditional;
mod demo;
mod document;
mod edge;
mod email_templates;
mod events;
mod forms;
mod idempotency;
mod imports;
mod installation;
mod jobs;
mod leads;
mod members;
mod office;
mod pages;
mod paging;
mod plain;
mod platform_users;
mod problems;
mod scheduled_runs;
mod sessions;
mod simulations;
mod socket;
mod support;
mod teams;
mod test_mails;
mod validation;
mod visits;
