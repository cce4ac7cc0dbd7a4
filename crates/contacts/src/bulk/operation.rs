//! Bulk operations: what is to be done to which contacts, and what became of them.

use kernel::{Changes, ContactListId, JobId, OrganizationId, Stamps, Timestamp, UserId};
use serde_json::json;

use crate::source::words;
use crate::{ContactFilter, ProfileChange};

words! {
    /// What is done to contacts.
    BulkKind {
        /// They are deleted, restorably.
        Delete = "delete",
        /// What is known of them is changed, of all alike.
        Update = "update",
        /// They are put on a list.
        AddToList = "add_to_list",
        /// They are taken off a list.
        RemoveFromList = "remove_from_list",
    }
}

words! {
    /// How far a bulk operation is.
    BulkStatus {
        /// It waits for a worker.
        Pending = "pending",
        /// Contacts are being reached.
        Running = "running",
        /// All were reached.
        Completed = "completed",
        /// Somebody ended it before its time; what was done until then stays.
        Cancelled = "cancelled",
        /// It broke off, and will not go on.
        Failed = "failed",
    }
}

/// What is to be done to contacts, with all that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkDeed {
    /// Delete them, restorably.
    Delete,
    /// Change what is known of them.
    Update(ProfileChange),
    /// Put them on this list.
    AddToList(ContactListId),
    /// Take them off this list.
    RemoveFromList(ContactListId),
}

impl BulkDeed {
    const fn kind(&self) -> BulkKind {
        match self {
            Self::Delete => BulkKind::Delete,
            Self::Update(_) => BulkKind::Update,
            Self::AddToList(_) => BulkKind::AddToList,
            Self::RemoveFromList(_) => BulkKind::RemoveFromList,
        }
    }

    const fn list(&self) -> Option<ContactListId> {
        match self {
            Self::AddToList(list) | Self::RemoveFromList(list) => Some(*list),
            Self::Delete | Self::Update(_) => None,
        }
    }
}

/// How many contacts were reached, and what became of them. The outcomes always sum to those reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkCounts {
    /// To which it was done.
    pub changed: u64,
    /// Which were like that already.
    pub unchanged: u64,
    /// Which would have had too many attributes.
    pub refused: u64,
}

impl BulkCounts {
    /// All that were reached.
    #[must_use]
    pub const fn matched(&self) -> u64 {
        self.changed + self.unchanged + self.refused
    }

    /// The counts by their names.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 4] {
        [
            ("matched", self.matched()),
            ("changed", self.changed),
            ("unchanged", self.unchanged),
            ("refused", self.refused),
        ]
    }

    /// These counts and more.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self {
            changed: self.changed + more.changed,
            unchanged: self.unchanged + more.unchanged,
            refused: self.refused + more.refused,
        }
    }
}

/// All that a bulk operation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactBulkOperationState {
    /// The job that carries it out, whose id is its own.
    pub id: JobId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// What is done.
    pub kind: BulkKind,
    /// The list that contacts are put on, or taken off.
    pub list: Option<ContactListId>,
    /// Which contacts; `None` once it has ended.
    pub filter: Option<ContactFilter>,
    /// What changes about them; `None` once it has ended.
    pub changes: Option<ProfileChange>,
    /// What became of those that were reached.
    pub counts: BulkCounts,
    /// How far it is.
    pub status: BulkStatus,
    /// A code for what went wrong.
    pub error: Option<String>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its history; it is never deleted.
    pub stamps: Stamps,
}

/// One deed on every contact that a filter lets through.
///
/// Contacts are reached in the order in which they were made, each once at most, and those that were made after the
/// operation was asked for are not. Whether one fits the filter shows when it is reached: what the operation itself
/// does to others, be it that they fit the filter since or fit it no more, changes nothing about that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactBulkOperation(ContactBulkOperationState);

impl ContactBulkOperation {
    /// An operation that waits for its job.
    #[must_use]
    pub fn open(
        id: JobId,
        organization: OrganizationId,
        deed: BulkDeed,
        filter: ContactFilter,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(ContactBulkOperationState {
            id,
            organization,
            kind: deed.kind(),
            list: deed.list(),
            filter: Some(filter),
            changes: match deed {
                BulkDeed::Update(changes) => Some(changes),
                _ => None,
            },
            counts: BulkCounts::default(),
            status: BulkStatus::Pending,
            error: None,
            finished_at: None,
            stamps: Stamps::new(at, by),
        })
    }

    /// An operation as it was stored.
    #[must_use]
    pub const fn restore(state: ContactBulkOperationState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &ContactBulkOperationState {
        &self.0
    }

    /// Its id, which is its job's.
    #[must_use]
    pub const fn id(&self) -> JobId {
        self.0.id
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        !matches!(self.0.status, BulkStatus::Pending | BulkStatus::Running)
    }

    /// What is to be done; `None` once it has ended.
    #[must_use]
    pub fn deed(&self) -> Option<BulkDeed> {
        if self.has_ended() {
            return None;
        }
        match self.0.kind {
            BulkKind::Delete => Some(BulkDeed::Delete),
            BulkKind::Update => self.0.changes.clone().map(BulkDeed::Update),
            BulkKind::AddToList => self.0.list.map(BulkDeed::AddToList),
            BulkKind::RemoveFromList => self.0.list.map(BulkDeed::RemoveFromList),
        }
    }

    /// Notes what became of more contacts.
    pub(crate) fn proceed(&mut self, more: BulkCounts, at: Timestamp) {
        self.0.status = BulkStatus::Running;
        self.0.counts = self.0.counts.plus(more);
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// Notes its end, and forgets what was asked for, which may be personal.
    pub(crate) fn end(&mut self, status: BulkStatus, error: Option<String>, at: Timestamp) {
        self.0.status = status;
        self.0.error = error;
        self.0.filter = None;
        self.0.changes = None;
        self.0.finished_at = Some(at);
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// What it was before any contact was reached.
    pub(crate) fn as_begun(&self) -> Self {
        let mut begun = self.clone();
        begun.0.status = BulkStatus::Pending;
        begun.0.counts = BulkCounts::default();
        begun.0.error = None;
        begun
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it: without filter and
    /// changes, which may be personal.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let mut changes = Changes::none()
            .field(
                "kind",
                json!(old.map(|o| o.kind.as_str())),
                json!(new.kind.as_str()),
            )
            .field("list_id", json!(old.map(|o| o.list)), json!(new.list))
            .field(
                "status",
                json!(old.map(|o| o.status.as_str())),
                json!(new.status.as_str()),
            )
            .field("error", json!(old.map(|o| &o.error)), json!(new.error));
        let before = old.map(|o| o.counts.named());
        for (index, (name, count)) in new.counts.named().into_iter().enumerate() {
            let was = before.map(|counts| counts[index].1);
            changes = changes.field(name, json!(was), json!(count));
        }
        changes
    }
}
