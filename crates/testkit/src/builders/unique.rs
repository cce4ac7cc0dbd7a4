//! What no other test has.

use kernel::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

/// A UUIDv7 that nobody else has; later ones are greater.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "tests that share a database need ids that no other process makes"
)]
pub fn a_unique_id() -> Uuid {
    Uuid::now_v7()
}

/// The present instant in whole microseconds: partitions exist for the present months only.
#[expect(
    clippy::disallowed_methods,
    reason = "tests that share a database need an instant for which it has partitions"
)]
pub(super) fn now() -> Timestamp {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(now.microsecond() * 1_000)
        .unwrap_or(now)
}
