//! What a member may still do once the unit is open in which they do it.

use crate::access::is_admissible;
use crate::ports::TenancyUnit;
use crate::refusal::{Refusal, Stopped};
use crate::{Authorization, Member, Permission, PermissionSet, TenancyError};

/// The rights that the member holds by now, of which `permission` has to be one. Their membership neither ends nor
/// changes until the unit does: what is granted on the strength of it is there for whoever ends it to take back.
pub(crate) async fn hold_rights(
    unit: &dyn TenancyUnit,
    member: &Member,
    permission: Permission,
) -> Result<PermissionSet, Stopped> {
    let found = unit
        .memberships()
        .find_authorization_for_share(member.user())
        .await?;
    narrow(member, found, permission)
}

/// As [`hold_rights`], in a unit beside which nobody changes who is an owner: of two people who remove each other at
/// once, the second is no member any more.
pub(crate) async fn settle_rights(
    unit: &dyn TenancyUnit,
    member: &Member,
    permission: Permission,
) -> Result<PermissionSet, Stopped> {
    unit.memberships().count_owners_for_update().await?;
    let found = unit.memberships().find_authorization(member.user()).await?;
    narrow(member, found, permission)
}

fn narrow(
    member: &Member,
    found: Option<Authorization>,
    permission: Permission,
) -> Result<PermissionSet, Stopped> {
    let authorization = found
        .filter(|found| is_admissible(found, false))
        .ok_or(TenancyError::NotAMember)?;
    let rights = member.rights().intersection(&authorization.permissions);
    if rights.contains(permission) {
        Ok(rights)
    } else {
        Err(Refusal::PermissionMissing(permission).into())
    }
}

/// Refuses whoever lacks one of these rights, which they are about to give to somebody or to take from somebody.
pub(crate) fn require_all(held: &PermissionSet, rights: &PermissionSet) -> Result<(), Refusal> {
    match rights.first_missing_in(held) {
        Some(missing) => Err(Refusal::RightNotHeld(missing)),
        None => Ok(()),
    }
}
