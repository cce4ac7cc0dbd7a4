//! Compliance: what was done with whose data, and proof of it.
//!
//! Vocabulary:
//!
//! - the **audit log** is the list of everything that was done inside an organization, or on the platform
//!   outside all of them; use cases of every context append to it through [`kernel::AuditTrail`];
//! - an **audit record** ([`AuditRecord`]) is an entry as it is read: who did what to which thing, when,
//!   and the names of the changed fields; it holds no personal data;
//! - its **payload** ([`AuditPayload`]) is what does: old and new values, the address and name of the client, the reason.
//!   It can be erased, and the record stays;
//! - a **position** ([`AuditPosition`]) is a place in the log, newest first, between two records.
//!
//! Always true: a record is never changed and never removed; what is read here is read inside one scope,
//! and records of other organizations do not exist there; whoever takes records away in bulk leaves an
//! entry of their own.
//!
//! - [`AuditLog`] is the use cases: search, read, count, download, and one's own security events;
//! - [`ports`] is what they need of their storage.

pub mod ports;

mod audit_log;
#[cfg(feature = "contract")]
pub mod contract;
mod entity_type;
mod error;
mod export;
mod filter;
mod record;

pub use audit_log::AuditLog;
pub use entity_type::{EntityType, InvalidEntityType};
pub use error::ComplianceError;
pub use export::AuditExport;
pub use filter::{AuditFilter, InvalidTimeRange, TimeRange};
pub use record::{AuditCount, AuditDetail, AuditPayload, AuditPosition, AuditRecord};
