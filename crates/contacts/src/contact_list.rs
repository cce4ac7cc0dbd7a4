//! Lists of contacts.

use kernel::{
    Changes, ContactListId, Description, Name, OrganizationId, Patch, Stamps, Timestamp, UserId,
};
use serde_json::json;

use crate::source::words;
use crate::{ContactSource, ValidationStatus};

words! {
    /// How far the validation of a list's addresses is.
    ListStatus {
        /// Not begun.
        Pending = "pending",
        /// Under way.
        Validating = "validating",
        /// Every address was judged.
        Validated = "validated",
        /// It broke off.
        Failed = "failed",
    }
}

/// All that a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactListState {
    /// The list's id.
    pub id: ContactListId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name, unique in its organization among the living without regard to case.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Where it came from.
    pub source: ContactSource,
    /// How far the validation of its addresses is.
    pub status: ListStatus,
    /// Its history.
    pub stamps: Stamps,
}

/// A list of contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList(ContactListState);

/// What it takes to make a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContactList {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Where it comes from.
    pub source: ContactSource,
}

/// A partial update of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactListChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What it is for.
    pub description: Patch<Description>,
}

/// How many living members of each status a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListCounts {
    /// Not judged yet.
    pub pending: u64,
    /// With nothing against them.
    pub valid: u64,
    /// That no mail can be addressed to.
    pub invalid: u64,
    /// That mail to may do harm.
    pub risky: u64,
    /// Whose domain takes no mail.
    pub nonexistent: u64,
}

impl ListCounts {
    /// All members.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.pending + self.valid + self.invalid + self.risky + self.nonexistent
    }

    /// The members of one status.
    pub const fn of_mut(&mut self, status: ValidationStatus) -> &mut u64 {
        match status {
            ValidationStatus::Pending => &mut self.pending,
            ValidationStatus::Valid => &mut self.valid,
            ValidationStatus::Invalid => &mut self.invalid,
            ValidationStatus::Risky => &mut self.risky,
            ValidationStatus::Nonexistent => &mut self.nonexistent,
        }
    }
}

/// A list and how many members it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedList {
    /// The list.
    pub list: ContactList,
    /// Its members by status.
    pub counts: ListCounts,
}

impl ContactList {
    /// A new list with nobody on it.
    #[must_use]
    pub fn open(
        id: ContactListId,
        organization: OrganizationId,
        new: NewContactList,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(ContactListState {
            id,
            organization,
            name: new.name,
            description: new.description,
            source: new.source,
            status: ListStatus::Pending,
            stamps: Stamps::new(at, by),
        })
    }

    /// A list as it was stored.
    #[must_use]
    pub const fn restore(state: ContactListState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &ContactListState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ContactListId {
        self.0.id
    }

    /// Applies a partial update.
    pub fn change(&mut self, change: &ContactListChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.description = change.description.apply(&self.0.description);
        self.0.stamps.touch(at, by);
    }

    /// Notes how far its validation is.
    pub const fn advance(&mut self, status: ListStatus, at: Timestamp, by: Option<UserId>) {
        self.0.status = status;
        self.0.stamps.touch(at, by);
    }

    /// Deletes it, restorably; who is on it stays so.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Takes the deletion back.
    pub const fn undelete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.restore(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "name",
                json!(old.map(|l| l.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "description",
                json!(old.map(|l| l.description.as_str())),
                json!(new.description.as_str()),
            )
            .field(
                "source",
                json!(old.map(|l| l.source.as_str())),
                json!(new.source.as_str()),
            )
            .field(
                "status",
                json!(old.map(|l| l.status.as_str())),
                json!(new.status.as_str()),
            )
    }
}
