//! Ids of entities, as they stand in paths, queries and bodies.

use kernel::{
    ApiKeyId, AuditEntryId, CampaignId, ContactId, ContactImportId, ContactListId, EmailTemplateId,
    EmailTemplateVersionId, EventId, FormId, FormVersionId, InvitationId, JobId, LeadId,
    LeadViewId, MembershipId, OrganizationId, RequestId, RoleId, SessionId, SimulationId,
    SuppressionId, TeamId, TeamMemberId, UserId,
};
use uuid::Uuid;

/// An id of one kind of entity.
pub trait TypedId: Send + Sync + 'static {
    /// The id with this UUID.
    fn from_uuid(id: Uuid) -> Self;
}

macro_rules! typed_ids {
    ($($id:ty,)+) => {$(
        impl TypedId for $id {
            fn from_uuid(id: Uuid) -> Self {
                <$id>::from_uuid(id)
            }
        }
    )+};
}

typed_ids! {
    ApiKeyId, AuditEntryId, CampaignId, ContactId, ContactImportId, ContactListId, EmailTemplateId, EmailTemplateVersionId, EventId, FormId, FormVersionId, InvitationId, JobId, LeadId, LeadViewId,
    MembershipId, OrganizationId, RequestId, RoleId, SessionId, SimulationId, SuppressionId, TeamId, TeamMemberId, UserId,
}

/// The UUID that `text` is, in its hyphenated form only: one entity has one address.
pub(super) fn parse(text: &str) -> Option<Uuid> {
    (text.len() == uuid::fmt::Hyphenated::LENGTH)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}
