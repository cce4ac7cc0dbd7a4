//! Memberships for tests.

use kernel::{MembershipId, OrganizationId, RoleId, Stamps, Timestamp, UserId};
use tenancy::{InvitationState, Membership, MembershipState};

use super::unique::{a_unique_id, now};

/// Makes a membership.
#[derive(Clone, Debug)]
pub struct MembershipBuilder(MembershipState);

/// The living membership of `user` in `organization` with `role`.
#[must_use]
pub fn a_membership(organization: OrganizationId, user: UserId, role: RoleId) -> MembershipBuilder {
    let at = now();
    MembershipBuilder(MembershipState {
        id: MembershipId::from_uuid(a_unique_id()),
        organization,
        user,
        role,
        joined_at: at,
        invitation_state: InvitationState::Direct,
        stamps: Stamps::new(at, None),
    })
}

impl MembershipBuilder {
    /// The membership's id.
    #[must_use]
    pub const fn id(mut self, id: MembershipId) -> Self {
        self.0.id = id;
        self
    }

    /// How it came about.
    #[must_use]
    pub const fn invitation_state(mut self, state: InvitationState) -> Self {
        self.0.invitation_state = state;
        self
    }

    /// Since when.
    #[must_use]
    pub const fn joined_at(mut self, at: Timestamp) -> Self {
        self.0.joined_at = at;
        self.0.stamps = Stamps::new(at, None);
        self
    }

    /// The membership.
    #[must_use]
    pub const fn build(self) -> Membership {
        Membership::restore(self.0)
    }
}
