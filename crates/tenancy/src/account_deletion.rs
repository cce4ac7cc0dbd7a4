//! Use case: deleting one's own account.

use kernel::{
    AuditAction, AuditDraft, Expected, OrganizationId, StorageError, TenantScope, UserId,
};

use crate::access::Principal;
use crate::account_ports::AccountPorts;
use crate::accounts::find_expected;
use crate::leaving::Leaving;
use crate::platform_users::require_another_admin;
use crate::sessions::end_sessions;
use crate::workbench::Workbench;
use crate::{PlatformRole, TenancyError};

/// How often somebody may join another organization while they delete their account, before they are asked to try again.
const MOST_ROUNDS: u8 = 5;

/// The use case of deleting one's own account.
#[derive(Clone)]
pub struct AccountDeletion {
    bench: Workbench,
}

impl AccountDeletion {
    /// The use case on what is behind the ports.
    #[must_use]
    pub fn new(ports: &AccountPorts) -> Self {
        Self {
            bench: ports.bench(),
        }
    }

    /// Deletes the principal's account for good: what tells who they were is erased at once, and they
    /// leave all organizations.
    ///
    /// Refused with [`TenancyError::LastOwner`] or [`TenancyError::OwnerNeedsOwnerRole`], and nothing is changed, while
    /// an organization needs them, and with [`TenancyError::LastPlatformAdmin`] while the platform does. Each organization is left in a unit of its own; when one of them fails
    /// after others were left, the account is still there and the deletion can be asked for again.
    pub async fn delete(
        &self,
        principal: &Principal,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        principal.session()?;
        for _ in 0..MOST_ROUNDS {
            self.leave_all(principal, expected).await?;
            if self.erase(principal, &principal.platform_scope()).await? {
                return Ok(());
            }
        }
        Err(StorageError::Contended(None).into())
    }

    /// Leaves every organization that the principal is a member of now.
    async fn leave_all(
        &self,
        principal: &Principal,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let admins = unit.platform_roles().count_admins_for_update().await?;
        let user = find_expected(unit.as_ref(), principal.user, expected).await?;
        require_another_admin(unit.as_ref(), &user, admins).await?;
        let organizations = unit
            .directory()
            .list_organizations_of(principal.user)
            .await?;
        unit.commit().await?;

        for organization in &organizations {
            // Dropped: this only finds out whether it could be done.
            self.leave(principal, *organization, false).await?;
        }
        for organization in organizations {
            self.leave(principal, organization, true).await?;
        }
        Ok(())
    }

    async fn leave(
        &self,
        principal: &Principal,
        organization: OrganizationId,
        for_good: bool,
    ) -> Result<(), TenancyError> {
        let scope =
            TenantScope::for_principal(organization, principal.actor(), principal.origin.clone());
        let user = principal.user;
        let unit = self.bench.begin(&scope).await?;
        if let Some(membership) = unit.memberships().find_by_user(user).await? {
            let leaving = Leaving {
                bench: &self.bench,
                unit: unit.as_ref(),
                scope: &scope,
                batch: self.bench.id(std::convert::identity),
                at: self.bench.now(),
            };
            leaving.end(&membership, Some("account-deleted")).await?;
        } else {
            unit.directory().remove_member(user).await?;
        }
        if for_good {
            unit.commit().await?;
        }
        Ok(())
    }

    /// Erases the account; `false` where the principal joined an organization meanwhile, which has to be left first.
    async fn erase(
        &self,
        principal: &Principal,
        scope: &TenantScope,
    ) -> Result<bool, TenancyError> {
        let (user, by) = (principal.user, Some(principal.user));
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let admins = unit.platform_roles().count_admins_for_update().await?;
        let before = unit
            .users()
            .find_for_update(user)
            .await?
            .ok_or(TenancyError::NotFound("user"))?;
        // Who is about to join waits for the lock on the account, or was waited for just now.
        let joined = unit.directory().list_organizations_of(user).await?;
        if !joined.is_empty() {
            return Ok(false);
        }
        require_another_admin(unit.as_ref(), &before, admins).await?;
        let mut after = before.clone();
        after.erase(at, by)?;
        unit.users()
            .update(&after, before.state().stamps.version)
            .await?;
        let mut drafts = vec![about(user, "user", AuditAction::Erase)];
        drafts[0].changes = after.changes_since(Some(&before));

        if let Some(before) = unit.preferences().find(user).await? {
            let mut after = before.clone();
            after.clear(at, by);
            unit.preferences()
                .update(&after, before.state().stamps.version)
                .await?;
            let mut draft = about(user, "user_preferences", AuditAction::Erase);
            draft.changes = after.changes_since(Some(&before));
            drafts.push(draft);
        }
        for role in PlatformRole::ALL {
            if let Some(grant) = unit.platform_roles().revoke(user, *role).await? {
                let mut draft = about(user, "user_role", AuditAction::Revoke);
                draft.changes = grant.ended();
                drafts.push(draft);
            }
        }
        drafts.extend(end_sessions(unit.as_ref(), user, None, at).await?);
        self.bench
            .note(unit.as_ref(), scope, self.bench.batch(drafts))
            .await?;
        unit.commit().await?;
        Ok(true)
    }
}

fn about(user: UserId, entity_type: &'static str, action: AuditAction) -> AuditDraft {
    AuditDraft::new(entity_type, user.as_uuid(), action, kernel::Changes::none())
}
