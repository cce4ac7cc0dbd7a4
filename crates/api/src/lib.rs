//! The HTTP adapter: operations, their documentation, and the edge around them.
//!
//! Vocabulary:
//!
//! - an **operation** is a method of an `#[OpenApi]` object, one object per resource; it authorizes,
//!   parses, does and renders, and holds no rule of its own (`docs/adding-an-endpoint.md`);
//! - the **edge** ([`edge`]) stands around all operations: request ids, problems, limits, headers;
//! - a **problem** ([`problem`]) is every answer that is not a success, as RFC 9457 has it;
//! - the **caller** ([`Caller`]) is somebody who proved who they are; holding one is the proof;
//! - an **input** ([`input`]) is what a client sent: extracted without judging it, judged after
//!   authorization, all faults at once;
//! - a **door** is an address for people who came by a link of a mail; it answers with a **page** ([`pages`]);
//! - an **answer** ([`answer`], [`paging`]) is what an operation succeeds with.
//!
//! Always true: every answer that is not a success is a problem document with the request's id, or a page; nothing
//! that was sent is repeated in it; whatever is sent, the answer is never 5xx for that reason; a body is
//! never read beyond its limit; the document knows every status that an operation answers.

mod accounts;
pub mod answer;
pub mod api_keys;
mod app;
mod attribute_value;
pub mod audit;
mod bulk_contacts;
mod caller;
mod campaign_metrics;
mod campaigns;
mod conditional;
mod contact_lists;
mod contacts;
pub mod document;
pub mod edge;
mod email_templates;
mod events;
mod forms;
mod idempotency;
mod imports;
pub mod input;
pub mod invitations;
pub mod jobs;
mod lead_views;
mod leads;
pub mod members;
pub mod organizations;
pub mod pages;
pub mod paging;
mod permission_key;
mod plain;
mod platform_users;
pub mod problem;
pub mod roles;
mod scheduled_runs;
pub mod schema;
mod sessions;
mod simulations;
mod suppressions;
mod tag;
pub mod team_members;
pub mod teams;
mod use_cases;
mod validation;
mod visits;

pub use app::{
    ApiDependencies, Observation, Operations, application, observation, openapi_document,
};
pub use caller::{Caller, Gate};
pub use conditional::{IfMatch, IfNoneMatch, etag};
pub use idempotency::IdempotencyKey;
pub use plain::{Check, MetricsSource, Readiness};
pub use tag::Tag;
pub use use_cases::{UseCases, operations};
