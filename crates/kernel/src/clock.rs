//! Time and ids, injected so that use cases can be tested and simulated.

use time::OffsetDateTime;
use uuid::Uuid;

/// An instant in UTC, in whole microseconds.
pub type Timestamp = OffsetDateTime;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant in UTC, truncated to the microseconds that PostgreSQL stores.
    fn now(&self) -> Timestamp;
}

/// Makes ids.
pub trait IdGenerator: Send + Sync {
    /// A new UUIDv7; later calls on one generator compare greater than earlier ones.
    fn next(&self) -> Uuid;
}
