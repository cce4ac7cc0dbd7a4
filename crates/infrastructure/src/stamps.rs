//! The columns that every mutable table has.

use kernel::{Stamps, UserId, Version};
use time::OffsetDateTime;
use uuid::Uuid;

/// Stamps from their columns.
pub(crate) fn stamps(
    created: (OffsetDateTime, Option<Uuid>),
    updated: (OffsetDateTime, Option<Uuid>),
    version: i32,
    deleted_at: Option<OffsetDateTime>,
) -> Stamps {
    Stamps {
        created_at: created.0,
        updated_at: updated.0,
        created_by: created.1.map(UserId::from_uuid),
        updated_by: updated.1.map(UserId::from_uuid),
        version: Version::from_number(version),
        deleted_at,
    }
}

/// Reads the stamps of a sea-orm model.
macro_rules! stamps_of {
    ($model:ident) => {
        $crate::stamps::stamps(
            ($model.created_at, $model.created_by),
            ($model.updated_at, $model.updated_by),
            $model.version,
            $model.deleted_at,
        )
    };
}
pub(crate) use stamps_of;
