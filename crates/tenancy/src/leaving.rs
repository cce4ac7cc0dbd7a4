//! Ending a membership: the rules that hold whoever ends it.

use kernel::{AuditAction, AuditDraft, TenantScope, Timestamp, UserId};
use uuid::Uuid;

use crate::api_keys::revoke_all_of;
use crate::organizations::deletion;
use crate::ports::TenancyUnit;
use crate::team_members::remove_from_all;
use crate::workbench::Workbench;
use crate::{Membership, TenancyError};

/// The end of memberships in one unit of work, as one piece of bulk work.
pub(crate) struct Leaving<'a> {
    pub(crate) bench: &'a Workbench,
    pub(crate) unit: &'a dyn TenancyUnit,
    pub(crate) scope: &'a TenantScope,
    pub(crate) batch: Uuid,
    pub(crate) at: Timestamp,
}

impl Leaving<'_> {
    /// Ends a living membership, the member's places in teams, and their API keys in the organization.
    ///
    /// Refused, with nothing changed, where [`require_dispensable`] refuses.
    pub(crate) async fn end(
        &self,
        before: &Membership,
        reason: Option<&'static str>,
    ) -> Result<(), TenancyError> {
        require_dispensable(self.unit, before).await?;
        let mut after = before.clone();
        after.end(self.at, self.scope.actor().user());
        let state = after.state();
        self.unit
            .memberships()
            .update(&after, before.state().stamps.version)
            .await?;
        self.unit.directory().remove_member(state.user).await?;

        let mut draft = AuditDraft::new(
            "membership",
            state.id.as_uuid(),
            AuditAction::Delete,
            deletion(&before.state().stamps, &state.stamps),
        )
        .in_batch(self.batch);
        draft.reason = reason.map(str::to_owned);
        self.bench.note(self.unit, self.scope, [draft]).await?;
        remove_from_all(
            self.bench, self.unit, self.scope, state.id, self.batch, self.at,
        )
        .await?;
        revoke_all_of(
            self.bench, self.unit, self.scope, state.user, self.batch, self.at,
        )
        .await
    }
}

/// Makes sure that somebody who became a member in this unit still has an account when it commits: whoever deletes it
/// waits for the unit, and then finds the membership.
pub(crate) async fn require_account(
    unit: &dyn TenancyUnit,
    user: UserId,
) -> Result<(), TenancyError> {
    match unit.users().find_for_share(user).await? {
        Some(account) if account.can_act() => Ok(()),
        _ => Err(TenancyError::Unauthenticated),
    }
}

/// Makes sure that the organization can do without this member among its owners.
///
/// Fails with [`TenancyError::LastOwner`] and [`TenancyError::OwnerNeedsOwnerRole`] where somebody else has to
/// become an owner, or the owner, first; in a deleted organization nobody has to.
pub(crate) async fn require_dispensable(
    unit: &dyn TenancyUnit,
    membership: &Membership,
) -> Result<(), TenancyError> {
    // Counting locks: whose the organization is and who its owners are stays as it is read below.
    let owners = unit.memberships().count_owners_for_update().await?;
    let organization = unit
        .organizations()
        .find()
        .await?
        .ok_or(TenancyError::NotFound("organization"))?;
    let role = unit.roles().find(membership.state().role).await?;
    let is_owner = role.is_some_and(|role| role.is_owner());
    if !is_owner || organization.state().stamps.is_deleted() {
        return Ok(());
    }
    if owners < 2 {
        return Err(TenancyError::LastOwner);
    }
    if organization.state().owner == membership.state().user {
        return Err(TenancyError::OwnerNeedsOwnerRole);
    }
    Ok(())
}
