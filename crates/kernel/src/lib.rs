//! The shared kernel: the words that every bounded context of Canvass uses.
//!
//! Vocabulary:
//!
//! - an **organization** is a tenant; everything a tenant owns is reached through a [`TenantScope`],
//!   which is proof that somebody was authorized to act inside that one organization;
//! - a **unit of work** ([`UnitOfWork`]) is a transaction: it becomes visible all at once, or never;
//! - a **port** is a trait that an adapter crate implements; the kernel owns the ports that several
//!   contexts share ([`AuditTrail`], [`JobQueue`], [`IdempotencyLedger`], [`RateLimiter`], [`KeyRing`]);
//! - an **actor** ([`Actor`]) is who did it, an **origin** ([`Origin`]) is where a request came from.
//!
//! Always true: time comes from a [`Clock`] in whole microseconds UTC, ids from an [`IdGenerator`]
//! and are UUIDv7, value types can only be had by parsing, and no error shows what a client sent.

mod audit;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod email;
mod error;
mod idempotency;
mod ids;
mod jobs;
mod keys;
mod limits;
mod locale;
mod mail;
mod page;
mod patch;
mod scope;
mod secret;
mod slug;
mod spreadsheet;
mod stamps;
mod text;
mod timezone;
mod unit;
mod version;
mod web;

pub use audit::{AuditAction, AuditDraft, AuditEntry, AuditTrail, Change, Changes};
pub use clock::{Clock, IdGenerator, Timestamp};
pub use email::{EmailAddress, InvalidEmailAddress};
pub use error::{
    BoxError, Checked, Classify, ErrorKind, FieldError, FieldErrors, FieldFault, StorageError,
};
pub use idempotency::{
    Done, IdempotencyError, IdempotencyLedger, IdempotencyRequest, Once, StoredAnswer, begin_once,
};
pub use ids::{
    ApiKeyId, AuditEntryId, CampaignId, ContactId, ContactImportId, ContactListId, EmailTemplateId,
    EmailTemplateVersionId, EventId, FormId, FormResponseId, FormVersionId, InvitationId, JobId,
    LeadId, LeadStatusChangeId, LeadViewId, MembershipId, OrganizationId, RequestId, RoleId,
    ScheduledRunId, SessionId, SimulationId, SuppressionId, TeamId, TeamMemberId, UserId,
    ValidationRuleId,
};
pub use jobs::{
    ClaimedJob, EarlyEnd, Interruption, Job, JobCancellation, JobCheckpoint, JobClaim, JobControl,
    JobEnd, JobFailure, JobFilter, JobKind, JobLease, JobOutcome, JobPace, JobProgress, JobQueue,
    JobRecord, JobReport, JobStatus, JobStore, NewJob,
};
pub use keys::{KeyPurpose, KeyRing, Mac, RandomBytes};
pub use limits::{Quota, RateDecision, RateLimiter};
pub use locale::{InvalidLocale, Locale};
pub use mail::{MailMessage, Mailer, MailerError};
pub use page::{Cursor, Page, PageLimit, PageRequest};
pub use patch::Patch;
pub use scope::{Actor, Credential, Origin, TenantScope};
pub use secret::Secret;
pub use slug::{InvalidSlug, Slug};
pub use spreadsheet::{guarded_cell, unguarded_cell};
pub use stamps::Stamps;
pub use text::{Description, InvalidText, Name};
pub use timezone::{InvalidTimeZone, TimeZoneName};
pub use unit::UnitOfWork;
pub use version::{Expected, Version};
pub use web::{DomainName, HttpsUrl, InvalidDomainName, InvalidHttpsUrl};
