//! The invitations of the unit's organization.

use async_trait::async_trait;
use kernel::{EmailAddress, InvitationId, Page, PageRequest, StorageError, Timestamp, Version};
use tenancy::ports::{InvitationFilter, InvitationRepository};
use tenancy::{Invitation, InvitationStatus, TenancyError};

use crate::unit::MemoryUnit;

fn is_for(invitation: &Invitation, email: &EmailAddress) -> bool {
    invitation.state().email.case_folded() == email.case_folded()
}

#[async_trait]
impl InvitationRepository for MemoryUnit {
    async fn insert(&self, invitation: &Invitation) -> Result<(), TenancyError> {
        let email = &invitation.state().email;
        if self.find_pending(email).await?.is_some() {
            return Err(TenancyError::AlreadyInvited);
        }
        self.write(|tenant| {
            tenant
                .invitations
                .insert(invitation.id(), invitation.clone())
        });
        Ok(())
    }

    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError> {
        Ok(self.read(|tenant| tenant.invitations.get(&id).cloned()))
    }

    async fn find_for_update(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError> {
        // Marks the state as changed, so that of two concurrent units one fails to commit.
        Ok(self.write(|tenant| tenant.invitations.get(&id).cloned()))
    }

    async fn find_pending(&self, email: &EmailAddress) -> Result<Option<Invitation>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .invitations
                .values()
                .filter(|invitation| invitation.state().status == InvitationStatus::Pending)
                .find(|invitation| is_for(invitation, email))
                .cloned()
        }))
    }

    async fn list(
        &self,
        filter: &InvitationFilter,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant
                .invitations
                .values()
                .map(|invitation| invitation.clone().seen_at(at))
                .filter(|invitation| {
                    filter
                        .status
                        .is_none_or(|status| invitation.state().status == status)
                        && filter
                            .email
                            .as_ref()
                            .is_none_or(|email| is_for(invitation, email))
                });
            self.page(wanted, page, |invitation| invitation.id().as_uuid())
        }))
    }

    async fn update(&self, invitation: &Invitation, expected: Version) -> Result<(), TenancyError> {
        let id = invitation.id();
        let present = self.read(|tenant| tenant.invitations.get(&id).map(|i| i.state().version));
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.write(|tenant| tenant.invitations.insert(id, invitation.clone()));
        Ok(())
    }
}
