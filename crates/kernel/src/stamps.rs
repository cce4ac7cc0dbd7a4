//! What every mutable row remembers of its own history.

use crate::{Timestamp, UserId, Version};

/// When and by whom an entity was made and last changed, and whether it is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamps {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who made it; `None` for the program itself.
    pub created_by: Option<UserId>,
    /// Who last changed it; `None` for the program itself.
    pub updated_by: Option<UserId>,
    /// How often it was changed: its `ETag`.
    pub version: Version,
    /// When it was deleted, restorably; `None` while it lives.
    pub deleted_at: Option<Timestamp>,
}

impl Stamps {
    /// The stamps of something made now.
    #[must_use]
    pub const fn new(at: Timestamp, by: Option<UserId>) -> Self {
        Self {
            created_at: at,
            updated_at: at,
            created_by: by,
            updated_by: by,
            version: Version::FIRST,
            deleted_at: None,
        }
    }

    /// Notes one more change.
    pub const fn touch(&mut self, at: Timestamp, by: Option<UserId>) {
        self.updated_at = at;
        self.updated_by = by;
        self.version = self.version.next();
    }

    /// Notes the deletion.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.touch(at, by);
        self.deleted_at = Some(at);
    }

    /// Notes that the deletion was taken back.
    pub const fn restore(&mut self, at: Timestamp, by: Option<UserId>) {
        self.touch(at, by);
        self.deleted_at = None;
    }

    /// Whether it is deleted.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}
