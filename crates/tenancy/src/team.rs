//! Teams: groups of members that work can be given to.

use kernel::{
    Changes, Description, Name, OrganizationId, Patch, Stamps, TeamId, Timestamp, UserId,
};
use serde_json::json;

/// All that a team is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamState {
    /// The team's id.
    pub id: TeamId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The team's name, unique in its organization among the living without regard to case.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Its history.
    pub stamps: Stamps,
}

/// A team of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team(TeamState);

/// What it takes to make a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTeam {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
}

/// A partial update of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What it is for.
    pub description: Patch<Description>,
}

impl Team {
    /// A new team.
    #[must_use]
    pub fn form(
        id: TeamId,
        organization: OrganizationId,
        new: NewTeam,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(TeamState {
            id,
            organization,
            name: new.name,
            description: new.description,
            stamps: Stamps::new(at, by),
        })
    }

    /// A team as it was stored.
    #[must_use]
    pub const fn restore(state: TeamState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &TeamState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> TeamId {
        self.0.id
    }

    /// Applies a partial update.
    pub fn change(&mut self, change: &TeamChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.description = change.description.apply(&self.0.description);
        self.0.stamps.touch(at, by);
    }

    /// Deletes it, restorably; who is in it stays so.
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
                json!(old.map(|t| t.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "description",
                json!(old.map(|t| t.description.as_str())),
                json!(new.description.as_str()),
            )
    }
}
