//! Bulk operations: one deed on every contact that a filter lets through, carried out by a job.

mod batch;
mod job;
mod kept;
mod operation;
pub(crate) mod ports;
mod selection;
mod service;

pub use job::BulkJob;
pub use operation::{
    BulkCounts, BulkDeed, BulkKind, BulkStatus, ContactBulkOperation, ContactBulkOperationState,
};
pub use selection::{InvalidSelection, selection};
pub use service::BulkContacts;
