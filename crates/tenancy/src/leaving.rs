//! Ending a membership: the rules that hold whoever ends it.

use kernel::{AuditAction, AuditDraft, Changes, Timestamp, UserId};

use crate::instant::shown;
use crate::ports::TenancyUnit;
use crate::{RoleTemplate, TenancyError};

/// Ends the user's membership of the unit's organization, and tells the audit log's part of it.
///
/// Fails with [`TenancyError::LastOwner`] and [`TenancyError::OwnerNeedsOwnerRole`] where somebody else has to
/// become an owner, or the owner, first; in a deleted organization nobody has to.
pub(crate) async fn end_membership(
    unit: &dyn TenancyUnit,
    user: UserId,
    by: Option<UserId>,
    at: Timestamp,
) -> Result<Option<AuditDraft>, TenancyError> {
    let Some(before) = unit.memberships().find_by_user(user).await? else {
        unit.directory().remove_member(user).await?;
        return Ok(None);
    };
    let organization = unit
        .organizations()
        .find()
        .await?
        .ok_or(TenancyError::NotFound("organization"))?;
    let role = unit.roles().find(before.state().role).await?;
    let is_owner = role.and_then(|role| role.state().template) == Some(RoleTemplate::Owner);
    if is_owner && !organization.state().stamps.is_deleted() {
        if unit.memberships().count_owners_for_update().await? < 2 {
            return Err(TenancyError::LastOwner);
        }
        if organization.state().owner == user {
            return Err(TenancyError::OwnerNeedsOwnerRole);
        }
    }

    let mut after = before.clone();
    after.end(at, by);
    unit.memberships()
        .update(&after, before.state().stamps.version)
        .await?;
    unit.directory().remove_member(user).await?;
    let changes = Changes::none().field(
        "deleted_at",
        shown(before.state().stamps.deleted_at),
        shown(after.state().stamps.deleted_at),
    );
    Ok(Some(AuditDraft::new(
        "membership",
        after.state().id.as_uuid(),
        AuditAction::Delete,
        changes,
    )))
}
