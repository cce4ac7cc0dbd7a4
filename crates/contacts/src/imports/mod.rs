//! Files of contacts: taking them in, what became of each row, and taking that back.

mod assessment;
mod batch;
mod batch_size;
mod ending;
mod format;
mod giving_way;
mod import;
mod job;
mod left;
mod looking;
mod merge;
mod person;
pub(crate) mod ports;
mod prepared;
mod preview;
mod rejection;
mod rejections_csv;
mod rows;
mod service;
mod stretch;
mod undo;
mod upload;

pub use format::{FileFormat, FormatChange, InvalidFormat};
pub use import::{
    ContactImport, ContactImportState, ImportCounts, ImportOptions, ImportOptionsChange,
    ImportStatus, NewImport, OnDuplicate, OnInvalid, UndoCounts,
};
pub use job::ImportJob;
pub use left::{LeftContact, LeftReason};
pub use preview::{ImportPreview, PreviewRow};
pub use rejection::{Rejection, Touch, TouchOutcome};
pub use rejections_csv::RejectionsCsv;
pub use service::{ImportDetail, ImportPorts, Imports};
pub use undo::UndoJob;
pub use upload::{FileSource, SourceBroken, Uploaded};
