//! Invitations.

use async_trait::async_trait;
use kernel::{EmailAddress, InvitationId, Page, PageRequest, StorageError, Timestamp, Version};

use crate::{Invitation, InvitationStatus, TenancyError};

/// Which invitations are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvitationFilter {
    /// Only those that are this far at the instant of the listing.
    pub status: Option<InvitationStatus>,
    /// Only those for this address, in any case.
    pub email: Option<EmailAddress>,
}

/// The invitations of the unit's organization.
#[async_trait]
pub trait InvitationRepository: Send + Sync {
    /// Adds an invitation; fails with [`TenancyError::AlreadyInvited`] where one for the address, in any case,
    /// is stored as pending, and the unit stays usable after that failure.
    async fn insert(&self, invitation: &Invitation) -> Result<(), TenancyError>;
    /// The invitation with this id.
    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError>;
    /// As [`InvitationRepository::find`]; in addition it MUST keep other units from changing the
    /// invitation until this one ends.
    async fn find_for_update(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError>;
    /// The invitation for this address, in any case, that is stored as pending, its time over or not.
    async fn find_pending(&self, email: &EmailAddress) -> Result<Option<Invitation>, StorageError>;
    /// Invitations in the order of their ids, with the status that they have at this instant.
    async fn list(
        &self,
        filter: &InvitationFilter,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StorageError>;
    /// Writes the invitation where its stored version is `expected`; fails with
    /// [`TenancyError::Stale`] otherwise, and the unit stays usable after that failure.
    async fn update(&self, invitation: &Invitation, expected: Version) -> Result<(), TenancyError>;
}
