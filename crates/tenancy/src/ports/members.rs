//! What members are looked for by.

use kernel::RoleId;

/// Which members a listing shows; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberFilter {
    /// Only those with this role.
    pub role: Option<RoleId>,
}
