//! Memberships: who belongs to an organization, with which role.

use kernel::{
    Changes, MembershipId, OrganizationId, RoleId, Stamps, StorageError, Timestamp, UserId,
};

use serde_json::json;

use crate::instant::shown;
use crate::{PermissionSet, RoleTemplate, UserStatus};

/// How somebody became a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvitationState {
    /// Without an invitation: by founding the organization.
    Direct,
    /// By accepting an invitation.
    Accepted,
}

impl InvitationState {
    /// The state's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Accepted => "accepted",
        }
    }

    /// The state with this name in storage.
    pub fn from_stored(text: &str) -> Result<Self, StorageError> {
        match text {
            "direct" => Ok(Self::Direct),
            "accepted" => Ok(Self::Accepted),
            _ => Err(StorageError::Corrupt("unknown invitation state".to_owned())),
        }
    }
}

/// All that a membership is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipState {
    /// The membership's id.
    pub id: MembershipId,
    /// The organization.
    pub organization: OrganizationId,
    /// The member.
    pub user: UserId,
    /// The member's role; all rights come from it.
    pub role: RoleId,
    /// Since when.
    pub joined_at: Timestamp,
    /// How it came about.
    pub invitation_state: InvitationState,
    /// Its history.
    pub stamps: Stamps,
}

/// A user's membership of an organization; one living one per pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership(MembershipState);

impl Membership {
    /// A new membership.
    #[must_use]
    pub const fn join(
        id: MembershipId,
        organization: OrganizationId,
        user: UserId,
        role: RoleId,
        invitation_state: InvitationState,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(MembershipState {
            id,
            organization,
            user,
            role,
            joined_at: at,
            invitation_state,
            stamps: Stamps::new(at, by),
        })
    }

    /// A membership as it was stored.
    #[must_use]
    pub const fn restore(state: MembershipState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &MembershipState {
        &self.0
    }

    /// Gives the member another role.
    pub const fn change_role(&mut self, role: RoleId, at: Timestamp, by: Option<UserId>) {
        self.0.role = role;
        self.0.stamps.touch(at, by);
    }

    /// Ends the membership.
    pub const fn end(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field("user_id", json!(old.map(|m| m.user)), json!(new.user))
            .field("role_id", json!(old.map(|m| m.role)), json!(new.role))
            .field(
                "joined_at",
                shown(old.map(|m| m.joined_at)),
                shown(Some(new.joined_at)),
            )
            .field(
                "invitation_state",
                json!(old.map(|m| m.invitation_state.as_str())),
                json!(new.invitation_state.as_str()),
            )
    }
}

/// What decides whether somebody may act inside an organization; read in one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The living membership.
    pub membership: MembershipId,
    /// The member's role.
    pub role: RoleId,
    /// The template that the role was copied from.
    pub template: Option<RoleTemplate>,
    /// The role's rights.
    pub permissions: PermissionSet,
    /// The user's status.
    pub user_status: UserStatus,
    /// Whether the organization is deleted.
    pub organization_deleted: bool,
}
