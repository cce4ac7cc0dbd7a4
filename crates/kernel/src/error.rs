//! What goes wrong, classified once so that every door can translate it in one place.

use std::fmt;

/// What kind of failure an error is; the HTTP adapter turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A rule was broken by the input (422).
    Invalid,
    /// What was named does not exist, or is another tenant's (404).
    NotFound,
    /// The present state forbids it (409).
    Conflict,
    /// It was changed since it was read (412).
    Stale,
    /// Nobody proved who they are (401).
    Unauthenticated,
    /// Known, but not allowed (403).
    Forbidden,
    /// Too often (429).
    Limited,
    /// A part that is needed does not answer now (503).
    Unavailable,
    /// A fault of ours (500); the detail is withheld.
    Internal,
}

/// An error that knows its kind and its stable code.
pub trait Classify: std::error::Error {
    /// What kind of failure this is.
    fn kind(&self) -> ErrorKind;

    /// The stable, documented code (`team-name-taken`): the last segment of a problem's `type`.
    fn code(&self) -> &'static str;

    /// The faults of single fields, where the kind is [`ErrorKind::Invalid`].
    fn fields(&self) -> &[FieldError] {
        &[]
    }

    /// The id of the thing that stands in the way or was made before, where the client may know it.
    fn about(&self) -> Option<uuid::Uuid> {
        None
    }

    /// Seconds after which another try makes sense, where that is known.
    fn retry_after(&self) -> Option<u64> {
        None
    }
}

/// All that a domain knows of its storage when it fails.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The storage cannot be reached, or has no room for another unit of work now.
    #[error("storage is unavailable")]
    Unavailable(#[source] Option<BoxError>),
    /// Somebody else changed the same thing at the same time; another try may succeed.
    #[error("storage is contended")]
    Contended(#[source] Option<BoxError>),
    /// What is stored breaks an invariant.
    #[error("stored data is corrupt: {0}")]
    Corrupt(String),
    /// The storage answered something that should not happen.
    #[error("storage failed unexpectedly")]
    Unexpected(#[source] BoxError),
}

/// A boxed source of an error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

impl StorageError {
    /// Every code that an error of the storage has, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("unavailable", "The service is unavailable"),
        ("contended", "Changed by somebody else at the same time"),
        ("internal", "A fault of ours"),
    ];
}

impl Classify for StorageError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) | Self::Contended(_) => ErrorKind::Unavailable,
            Self::Corrupt(_) | Self::Unexpected(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Contended(_) => "contended",
            Self::Corrupt(_) | Self::Unexpected(_) => "internal",
        }
    }

    fn retry_after(&self) -> Option<u64> {
        matches!(self, Self::Unavailable(_) | Self::Contended(_)).then_some(1)
    }
}

/// Why one value was refused: a stable code and a sentence that does not repeat the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The stable code, e.g. `required`, `too-long`, `unknown-field`.
    pub code: &'static str,
    /// What is wrong and what would be right; never what was sent.
    pub detail: String,
}

impl FieldFault {
    /// A fault with a stable code and its explanation.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

/// A fault of one field of an input, addressed by a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body as a URI fragment (`#/settings/timezone`), RFC 6901 section 6.
    pub pointer: String,
    /// The stable code of the fault.
    pub code: &'static str,
    /// What is wrong and what would be right; never what was sent.
    pub detail: String,
}

/// Everything that is wrong with an input, collected rather than stopped at the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// The faults of one field.
    pub fn one(pointer: impl Into<String>, fault: FieldFault) -> Self {
        let mut errors = Self::default();
        errors.push(pointer, fault);
        errors
    }

    /// Adds a fault.
    pub fn push(&mut self, pointer: impl Into<String>, fault: FieldFault) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            code: fault.code,
            detail: fault.detail,
        });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[FieldError] {
        &self.0
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("one field is invalid"),
            n => write!(f, "{n} fields are invalid"),
        }
    }
}

impl std::error::Error for FieldErrors {}

/// A command that was parsed, or everything that is wrong with it.
///
/// Use cases take this instead of the bare command, because what is absent (404) and what is stale
/// (412) must be told before what is invalid (422); they unwrap it once those checks are made.
pub type Checked<T> = Result<T, FieldErrors>;
