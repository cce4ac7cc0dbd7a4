//! Requests that may be sent twice and take effect once (`Idempotency-Key`).

use async_trait::async_trait;

use crate::{Classify, ErrorKind, StorageError, Timestamp};

/// A client's wish that this request takes effect once, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRequest {
    /// A keyed hash over principal, organization, route and the client's key.
    pub key: [u8; 32],
    /// A keyed hash over the request's body and parameters.
    pub fingerprint: [u8; 32],
}

/// The answer that is given again when the request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredAnswer {
    /// The answer, word for word.
    Whole {
        /// The HTTP status.
        status: u16,
        /// The `ETag` header, if there was one.
        etag: Option<String>,
        /// The `Location` header, if there was one.
        location: Option<String>,
        /// The body.
        body: String,
    },
    /// The answer held a secret that is shown only once; what is left is what it was about.
    Withheld {
        /// The id of the thing that was made.
        id: uuid::Uuid,
    },
}

/// Why a request with an idempotency key was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key was used before with another body.
    #[error("the idempotency key was used before with a different request")]
    Reused,
    /// The first request with this key has not ended yet.
    #[error("the first request with this idempotency key is still running")]
    InProgress,
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl IdempotencyError {
    /// The codes of its own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("idempotency-key-reused", "The idempotency key was reused"),
        (
            "idempotency-key-in-progress",
            "The first request is still running",
        ),
    ];
}

impl Classify for IdempotencyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Reused => ErrorKind::Invalid,
            Self::InProgress => ErrorKind::Conflict,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Reused => "idempotency-key-reused",
            Self::InProgress => "idempotency-key-in-progress",
            Self::Storage(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Reused => None,
            Self::InProgress => Some(1),
            Self::Storage(error) => error.retry_after(),
        }
    }
}

/// Remembers the answers of requests, within a unit of work.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdempotencyLedger: Send + Sync {
    /// Reserves the key for this unit, or returns the answer that an earlier unit recorded.
    ///
    /// It MUST wait for a concurrent unit that reserved the same key, up to some seconds, and then
    /// fail with [`IdempotencyError::InProgress`]. A reservation ends with the unit when it is
    /// dropped, and after 24 hours. Keys of other organizations are never found.
    async fn claim(
        &self,
        request: &IdempotencyRequest,
        at: Timestamp,
    ) -> Result<Option<StoredAnswer>, IdempotencyError>;

    /// Records the answer of the request that this unit reserved.
    async fn record(
        &self,
        request: &IdempotencyRequest,
        answer: &StoredAnswer,
    ) -> Result<(), StorageError>;

    /// Forgets a request whose effect did not come about, with its answer: whoever repeats it has it carried out. A request
    /// that is not known MUST be let pass.
    async fn forget(&self, request: &IdempotencyRequest) -> Result<(), StorageError>;
}

/// How a use case makes sure that a request takes effect once, and how its answer would look.
pub struct Once<'a, T: ?Sized> {
    /// The client's wish, if it has one.
    pub request: Option<IdempotencyRequest>,
    /// Renders the outcome as the answer that a repetition gets.
    pub render: &'a (dyn Fn(&T) -> StoredAnswer + Send + Sync),
}

impl<T: ?Sized> Once<'_, T> {
    /// Records the outcome in the unit that brings it about.
    pub async fn record(
        &self,
        ledger: &dyn IdempotencyLedger,
        outcome: &T,
    ) -> Result<(), StorageError>
    where
        T: Sync,
    {
        match &self.request {
            Some(request) => ledger.record(request, &(self.render)(outcome)).await,
            None => Ok(()),
        }
    }
}

/// What came of a request that takes effect once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done<T> {
    /// It took effect now.
    Fresh(T),
    /// It took effect before; this was the answer.
    Replayed(StoredAnswer),
}

/// Reserves the request's key in the unit behind `ledger`; `Some` is the answer of an earlier time.
pub async fn begin_once<T: ?Sized>(
    ledger: &dyn IdempotencyLedger,
    once: &Once<'_, T>,
    at: Timestamp,
) -> Result<Option<StoredAnswer>, IdempotencyError> {
    match &once.request {
        Some(request) => ledger.claim(request, at).await,
        None => Ok(None),
    }
}
