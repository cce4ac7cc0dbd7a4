//! Saved searches of leads.

use kernel::{Changes, LeadViewId, Name, OrganizationId, Patch, Stamps, Timestamp, UserId};
use serde_json::json;

use super::SavedQuery;

/// All that a view is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadViewState {
    /// The view's id.
    pub id: LeadViewId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Who saved it.
    pub owner: UserId,
    /// Its name; a person has one living view of a name, in whichever case.
    pub name: Name,
    /// What is searched for.
    pub query: SavedQuery,
    /// Whether the organization has it too, or nobody but its owner.
    pub is_shared: bool,
    /// Its history.
    pub stamps: Stamps,
}

/// A search of leads that somebody saved under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadView(LeadViewState);

/// What it takes to save a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLeadView {
    /// Its name.
    pub name: Name,
    /// What is searched for.
    pub query: SavedQuery,
    /// Whether the organization has it too.
    pub is_shared: bool,
}

/// What changes about a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadViewChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What is searched for.
    pub query: Patch<SavedQuery>,
    /// Whether the organization has it too.
    pub is_shared: Patch<bool>,
}

impl LeadView {
    /// A search, saved.
    #[must_use]
    pub fn save(
        id: LeadViewId,
        organization: OrganizationId,
        new: NewLeadView,
        owner: UserId,
        at: Timestamp,
    ) -> Self {
        Self(LeadViewState {
            id,
            organization,
            owner,
            name: new.name,
            query: new.query,
            is_shared: new.is_shared,
            stamps: Stamps::new(at, Some(owner)),
        })
    }

    /// A view as it was stored.
    #[must_use]
    pub const fn restore(state: LeadViewState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &LeadViewState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> LeadViewId {
        self.0.id
    }

    /// Whether it lives and this person has it: it is their own, or the organization has it too.
    #[must_use]
    pub fn is_had_by(&self, user: UserId) -> bool {
        !self.0.stamps.is_deleted() && (self.0.is_shared || self.is_owned_by(user))
    }

    /// Whether this person saved it.
    #[must_use]
    pub fn is_owned_by(&self, user: UserId) -> bool {
        self.0.owner == user
    }

    /// Applies a change.
    pub fn change(&mut self, change: &LeadViewChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.query = change.query.apply(&self.0.query);
        self.0.is_shared = change.is_shared.apply(&self.0.is_shared);
        self.0.stamps.touch(at, by);
    }

    /// Deletes it.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "owner_user_id",
                json!(old.map(|it| it.owner)),
                json!(new.owner),
            )
            .field(
                "name",
                json!(old.map(|it| it.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "query",
                json!(old.map(|it| it.query.as_str())),
                json!(new.query.as_str()),
            )
            .field(
                "is_shared",
                json!(old.map(|it| it.is_shared)),
                json!(new.is_shared),
            )
    }
}
