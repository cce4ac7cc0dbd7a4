//! Members as lists show them.

use kernel::{EmailAddress, MembershipId, Name, Patch, RoleId};

use crate::{Membership, RoleTemplate, TenancyError};

/// A membership together with who the person is and what their role is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCard {
    /// The living membership.
    pub membership: Membership,
    /// How the person wants to be called.
    pub display_name: Name,
    /// Their address.
    pub email: EmailAddress,
    /// The name of their role.
    pub role_name: Name,
    /// The template that their role was copied from.
    pub role_template: Option<RoleTemplate>,
}

/// What changes about a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// Their role.
    pub role: Patch<RoleId>,
}

/// The wish that several members have one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembersChange {
    /// Whose role changes.
    pub members: Vec<MembershipId>,
    /// The role that they get.
    pub role: RoleId,
}

/// What became of a wish about one of several members: done, or why it was refused.
pub type MemberOutcome = (MembershipId, Result<(), TenancyError>);
