//! Use cases: looking at an invitation that one was sent, and accepting it.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Checked, Clock, Done, IdGenerator, InvitationId, KeyRing,
    MembershipId, Once, OrganizationId, Origin, Secret, TenantScope, begin_once,
};

use crate::access::Principal;
use crate::invitation_token::{InvitationClaim, PresentedToken};
use crate::invitations::about;
use crate::leaving::require_account;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::refusal::{Refusal, Stopped};
use crate::workbench::Workbench;
use crate::{
    Invitation, InvitationPreview, InvitationState, Membership, Organization, TenancyError,
    TokenHash, User,
};

/// Use cases of those who are invited.
#[derive(Clone)]
pub struct InvitationAcceptance {
    bench: Workbench,
    keys: Arc<dyn KeyRing>,
}

impl InvitationAcceptance {
    /// Use cases on what is in `store`, with tokens under `keys`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        keys: Arc<dyn KeyRing>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            keys,
        }
    }

    /// What the holder of the token is invited to. Every token that opens no invitation, for
    /// whatever reason, is refused alike with [`TenancyError::InvitationNotOpen`].
    pub async fn preview(
        &self,
        origin: &Origin,
        token: Checked<Secret>,
    ) -> Result<InvitationPreview, TenancyError> {
        let anonymous = TenantScope::platform(Actor::Anonymous, origin.clone());
        let found = self.find_organization(&anonymous, &token?).await?;
        let (organization, claim) = found.ok_or(TenancyError::InvitationNotOpen)?;
        let scope = TenantScope::for_principal(organization, Actor::Anonymous, origin.clone());
        let unit = self.bench.begin(&scope).await?;
        let invitation = unit.invitations().find(claim.invitation).await?;
        let invitation = self.require_open(invitation, claim)?;
        let organization = find_living_organization(unit.as_ref()).await?;
        let role = unit.roles().find(invitation.state().role).await?;
        unit.commit().await?;
        Ok(InvitationPreview {
            organization: organization.state().name.clone(),
            role: role
                .ok_or(TenancyError::InvitationNotOpen)?
                .state()
                .name
                .clone(),
            expires_at: invitation.state().expires_at,
        })
    }

    /// Makes the principal a member of the organization that they were invited to.
    ///
    /// Their account must have the address that was invited, in any case, so that a token which
    /// fell into other hands is of no use there. Needs a session.
    pub async fn accept(
        &self,
        principal: &Principal,
        token: Checked<Secret>,
        once: &Once<'_, Membership>,
    ) -> Result<Done<Membership>, TenancyError> {
        principal.session()?;
        let token = token?;
        let found = self
            .find_organization(&principal.platform_scope(), &token)
            .await?;
        let (organization, claim) = found.ok_or(TenancyError::InvitationNotOpen)?;
        let account = self.find_account(principal).await?;

        let scope =
            TenantScope::for_principal(organization, principal.actor(), principal.origin.clone());
        let target = ("invitation", claim.invitation.as_uuid());
        let joining = self.join(&scope, &account, claim, once);
        self.bench.decide(&scope, target, joining).await
    }

    async fn join(
        &self,
        scope: &TenantScope,
        account: &User,
        claim: InvitationClaim,
        once: &Once<'_, Membership>,
    ) -> Result<Done<Membership>, Stopped> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let found = unit.invitations().find_for_update(claim.invitation).await?;
        let before = self.require_open(found, claim)?;
        find_living_organization(unit.as_ref()).await?;
        if account.state().email.case_folded() != before.state().email.case_folded() {
            return Err(Refusal::InvitationForAnother.into());
        }

        let mut after = before.clone();
        after.accept(account.id(), at)?;
        let membership = Membership::join(
            self.bench.id(MembershipId::from_uuid),
            scope.organization(),
            account.id(),
            before.state().role,
            InvitationState::Accepted,
            at,
            before.state().created_by,
        );
        // The role cannot be deleted meanwhile: the open invitation has it.
        unit.memberships().insert(&membership).await?;
        require_account(unit.as_ref(), account.id()).await?;
        unit.directory().add_member(account.id(), at).await?;
        unit.invitations()
            .update(&after, before.state().version)
            .await?;
        let drafts = vec![
            AuditDraft::new(
                "membership",
                membership.state().id.as_uuid(),
                AuditAction::Create,
                membership.changes_since(None),
            ),
            about(
                &after,
                AuditAction::Update,
                after.changes_since(Some(&before)),
            ),
        ];
        self.bench
            .note(unit.as_ref(), scope, self.bench.batch(drafts))
            .await?;
        once.record(unit.idempotency(), &membership).await?;
        unit.commit().await?;
        Ok(Done::Fresh(membership))
    }

    /// The organization that a genuine token leads to, and what the token says.
    async fn find_organization(
        &self,
        scope: &TenantScope,
        token: &Secret,
    ) -> Result<Option<(OrganizationId, InvitationClaim)>, TenancyError> {
        let Some(presented) = PresentedToken::read(token) else {
            return Ok(None);
        };
        let unit = self.bench.begin(scope).await?;
        let found: Option<(OrganizationId, InvitationId)> = unit
            .directory()
            .find_invitation(&TokenHash::of(token))
            .await?;
        unit.commit().await?;
        Ok(found
            .filter(|(organization, invitation)| {
                *invitation == presented.claim.invitation
                    && presented.is_genuine(self.keys.as_ref(), *organization)
            })
            .map(|(organization, _)| (organization, presented.claim)))
    }

    async fn find_account(&self, principal: &Principal) -> Result<User, TenancyError> {
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let account = unit.users().find(principal.user).await?;
        unit.commit().await?;
        account
            .filter(User::can_act)
            .ok_or(TenancyError::Unauthenticated)
    }

    fn require_open(
        &self,
        found: Option<Invitation>,
        claim: InvitationClaim,
    ) -> Result<Invitation, TenancyError> {
        found
            .filter(|invitation| {
                invitation.is_open(self.bench.now())
                    && invitation.state().token_generation == claim.generation
            })
            .ok_or(TenancyError::InvitationNotOpen)
    }
}

async fn find_living_organization(unit: &dyn TenancyUnit) -> Result<Organization, TenancyError> {
    unit.organizations()
        .find()
        .await?
        .filter(|organization| !organization.state().stamps.is_deleted())
        .ok_or(TenancyError::InvitationNotOpen)
}
