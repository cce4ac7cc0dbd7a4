//! Typed ids: one newtype over a UUIDv7 per kind of entity, so that ids cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is already known to name this kind of entity.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for storage and the wire.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

typed_id! {
    /// Names an API key.
    ApiKeyId,
    /// Names an entry of the audit log.
    AuditEntryId,
    /// Names a campaign.
    CampaignId,
    /// Names a contact.
    ContactId,
    /// Names an import of contacts.
    ContactImportId,
    /// Names a contact list.
    ContactListId,
    /// Names a template of mails.
    EmailTemplateId,
    /// Names a version of a template of mails.
    EmailTemplateVersionId,
    /// Names a recorded event.
    EventId,
    /// Names a form.
    FormId,
    /// Names the answers to a form.
    FormResponseId,
    /// Names a version of a form.
    FormVersionId,
    /// Names an invitation into an organization.
    InvitationId,
    /// Names a durable job.
    JobId,
    /// Names a lead: somebody who answered a form, or was entered as such.
    LeadId,
    /// Names a step of a lead through the pipeline.
    LeadStatusChangeId,
    /// Names a search of leads that was saved.
    LeadViewId,
    /// Names a user's membership of an organization.
    MembershipId,
    /// Names an organization: a tenant.
    OrganizationId,
    /// Names one HTTP request, or one run of a job; every answer and log line carries it.
    RequestId,
    /// Names a role of an organization.
    RoleId,
    /// Names a run of a periodic job.
    ScheduledRunId,
    /// Names a session: one login and all the refreshes that follow from it.
    SessionId,
    /// Names a simulation of a campaign.
    SimulationId,
    /// Names the reason of one source not to mail to an address.
    SuppressionId,
    /// Names a team of an organization.
    TeamId,
    /// Names a person's place in a team.
    TeamMemberId,
    /// Names a user of the installation.
    UserId,
    /// Names a version of a validation rule.
    ValidationRuleId,
}

impl OrganizationId {
    /// The platform itself: the scope of what belongs to no tenant (sign-up, login, platform roles).
    ///
    /// No tenant can have this id, because ids of tenants are UUIDv7.
    pub const PLATFORM: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_as_its_bare_uuid_and_parses_back() {
        let id = UserId::from_uuid(Uuid::from_u128(7));

        assert_eq!(id.to_string().parse::<UserId>(), Ok(id));
        assert_eq!(
            format!("{id:?}"),
            "UserId(00000000-0000-0000-0000-000000000007)"
        );
    }
}
