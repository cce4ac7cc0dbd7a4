//! What can go wrong with contacts.

use kernel::{
    Classify, ContactId, ContactImportId, ContactListId, ErrorKind, FieldError, FieldErrors,
    IdempotencyError, StorageError,
};
use uuid::Uuid;

use crate::SourceBroken;

/// Why a use case of contacts was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// What was named does not exist here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    Stale,
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// This other contact has the address.
    #[error("another contact has this email address")]
    EmailTaken(ContactId),
    /// This other list has the name.
    #[error("another list has this name")]
    ListNameTaken(ContactListId),
    /// It is not deleted, so it cannot be restored.
    #[error("it is not deleted")]
    NotDeleted,
    /// A person who was erased must not be mailed again.
    #[error("the suppression of a person who was erased cannot be lifted")]
    ErasedStays,
    /// This earlier import has the same file in the same list.
    #[error("this file was imported into this list before")]
    FileRepeated(ContactImportId),
    /// The file did not arrive whole.
    #[error(transparent)]
    FileBroken(SourceBroken),
    /// Somebody has to say which column has the address.
    #[error("it is not clear which column has the address")]
    MappingNeeded,
    /// Its file was read, or is being read.
    #[error("the import waits for nobody")]
    NotStartable,
    /// It has not ended, did nothing, or was undone.
    #[error("there is nothing that can be taken back now")]
    NotUndoable,
    /// A row could not be written as CSV.
    #[error("a row could not be written as CSV")]
    Csv(#[source] std::io::Error),
    /// Too many checks.
    #[error("too many checks; try again in {retry_after} seconds")]
    Limited {
        /// Seconds until another one is allowed.
        retry_after: u64,
    },
    /// The request was sent before.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ContactError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("not-found", "Not found"),
        ("stale", "Changed since it was read"),
        ("invalid", "The input is invalid"),
        ("contact-email-taken", "The contact's address is taken"),
        ("contact-list-name-taken", "The list's name is taken"),
        ("not-deleted", "Not deleted"),
        ("erased-stays", "The suppression stays"),
        ("file-repeated", "The file was imported before"),
        ("file-broken", "The file did not arrive whole"),
        ("mapping-needed", "The address column is not clear"),
        ("import-not-startable", "The import cannot be started"),
        ("import-not-undoable", "The import cannot be undone"),
        ("rate-limited", "Too many tries"),
    ];
}

impl Classify for ContactError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) | Self::FileBroken(_) => ErrorKind::Invalid,
            Self::EmailTaken(_) | Self::ListNameTaken(_) | Self::NotDeleted | Self::ErasedStays => {
                ErrorKind::Conflict
            }
            Self::FileRepeated(_)
            | Self::MappingNeeded
            | Self::NotStartable
            | Self::NotUndoable => ErrorKind::Conflict,
            Self::Limited { .. } => ErrorKind::Limited,
            Self::Csv(_) => ErrorKind::Internal,
            Self::Idempotency(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::EmailTaken(_) => "contact-email-taken",
            Self::ListNameTaken(_) => "contact-list-name-taken",
            Self::NotDeleted => "not-deleted",
            Self::ErasedStays => "erased-stays",
            Self::FileRepeated(_) => "file-repeated",
            Self::FileBroken(_) => "file-broken",
            Self::MappingNeeded => "mapping-needed",
            Self::NotStartable => "import-not-startable",
            Self::NotUndoable => "import-not-undoable",
            Self::Limited { .. } => "rate-limited",
            Self::Csv(_) => "internal",
            Self::Idempotency(error) => error.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors.as_slice(),
            _ => &[],
        }
    }

    fn about(&self) -> Option<Uuid> {
        match self {
            Self::EmailTaken(contact) => Some(contact.as_uuid()),
            Self::ListNameTaken(list) => Some(list.as_uuid()),
            Self::FileRepeated(import) => Some(import.as_uuid()),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited { retry_after } => Some(*retry_after),
            Self::Idempotency(error) => error.retry_after(),
            Self::Storage(error) => error.retry_after(),
            _ => None,
        }
    }
}
