//! What is kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::analytics::Aggregated;
use analytics::runs::ScheduledRun;
use campaigns::{
    Campaign, ConsentRecord, EmailTemplate, EmailTemplateVersion, Event, Form, FormResponse,
    FormVersion, Lead, LeadValue, LeadView, Recipient, Simulation, StatusChange,
};
use contacts::{
    AddressHash, Contact, ContactBulkOperation, ContactImport, ContactList, Judgement, LeftContact,
    Rejection, Suppression, Touch, ValidationRule,
};
use kernel::{
    ApiKeyId, AuditEntry, CampaignId, ContactId, ContactImportId, ContactListId, EmailTemplateId,
    EmailTemplateVersionId, EventId, FormId, FormResponseId, FormVersionId, IdempotencyRequest,
    InvitationId, JobId, LeadId, LeadStatusChangeId, LeadViewId, MembershipId, OrganizationId,
    RoleId, ScheduledRunId, SessionId, SimulationId, StoredAnswer, SuppressionId, TeamId,
    TeamMemberId, Timestamp, UserId, ValidationRuleId,
};
use tenancy::{
    ApiKey, Invitation, Membership, Organization, PlatformRole, PlatformRoleGrant, Preferences,
    Role, Session, Team, TeamMember, User,
};

/// The rows of one organization, or of the platform.
#[derive(Clone, Debug, Default)]
pub(crate) struct TenantState {
    /// How often it was committed to.
    pub(crate) revision: u64,
    pub(crate) organization: Option<Organization>,
    pub(crate) roles: BTreeMap<RoleId, Role>,
    pub(crate) memberships: BTreeMap<MembershipId, Membership>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
    /// Of the platform only, as are the next two.
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) preferences: BTreeMap<UserId, Preferences>,
    pub(crate) platform_roles: BTreeMap<(UserId, PlatformRole), PlatformRoleGrant>,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    pub(crate) team_members: BTreeMap<TeamMemberId, TeamMember>,
    pub(crate) api_keys: BTreeMap<ApiKeyId, ApiKey>,
    /// By key and hash: from which networks a key was used.
    pub(crate) api_key_networks: BTreeSet<(ApiKeyId, [u8; 32])>,
    pub(crate) contacts: BTreeMap<ContactId, Contact>,
    pub(crate) contact_lists: BTreeMap<ContactListId, ContactList>,
    /// By list and contact.
    pub(crate) list_members: BTreeSet<(ContactListId, ContactId)>,
    /// Which import put the contact on the list.
    pub(crate) list_member_imports: BTreeMap<(ContactListId, ContactId), ContactImportId>,
    pub(crate) imports: BTreeMap<ContactImportId, ContactImport>,
    /// By import and position.
    pub(crate) import_files: BTreeMap<(ContactImportId, u32), Vec<u8>>,
    /// By import and line.
    pub(crate) import_rejections: BTreeMap<(ContactImportId, u64), Rejection>,
    pub(crate) import_touches: BTreeMap<(ContactImportId, ContactId), Touch>,
    pub(crate) import_left: BTreeMap<(ContactImportId, ContactId), LeftContact>,
    pub(crate) import_seen: BTreeSet<(ContactImportId, AddressHash)>,
    pub(crate) import_stopped: BTreeSet<(ContactImportId, AddressHash)>,
    pub(crate) bulk_operations: BTreeMap<JobId, ContactBulkOperation>,
    pub(crate) suppressions: BTreeMap<SuppressionId, Suppression>,
    pub(crate) validation_rules: BTreeMap<ValidationRuleId, ValidationRule>,
    /// By contact and instant.
    pub(crate) judgements: BTreeMap<(ContactId, Timestamp), Judgement>,
    pub(crate) email_templates: BTreeMap<EmailTemplateId, EmailTemplate>,
    pub(crate) campaigns: BTreeMap<CampaignId, Campaign>,
    pub(crate) recipients: BTreeMap<(CampaignId, ContactId), Recipient>,
    pub(crate) simulations: BTreeMap<SimulationId, Simulation>,
    pub(crate) events: BTreeMap<(EventId, Timestamp), Event>,
    pub(crate) aggregated: BTreeMap<CampaignId, Aggregated>,
    pub(crate) consents: Vec<ConsentRecord>,
    pub(crate) email_template_versions: BTreeMap<EmailTemplateVersionId, EmailTemplateVersion>,
    pub(crate) forms: BTreeMap<FormId, Form>,
    pub(crate) form_versions: BTreeMap<FormVersionId, FormVersion>,
    pub(crate) leads: BTreeMap<LeadId, Lead>,
    pub(crate) lead_steps: BTreeMap<(LeadId, LeadStatusChangeId), StatusChange>,
    pub(crate) form_responses: BTreeMap<FormResponseId, FormResponse>,
    pub(crate) lead_values: BTreeMap<LeadId, Vec<LeadValue>>,
    pub(crate) lead_views: BTreeMap<LeadViewId, LeadView>,
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) idempotency:
        BTreeMap<[u8; 32], (IdempotencyRequest, Option<StoredAnswer>, Timestamp)>,
}

/// What belongs to no tenant or has to be found before the tenant is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct GlobalState {
    /// How often it was committed to.
    pub(crate) revision: u64,
    pub(crate) users: BTreeMap<UserId, User>,
    /// By kind and text.
    pub(crate) slugs: BTreeMap<(&'static str, String), OrganizationId>,
    /// By kind and hash: the organization and the thing inside it.
    pub(crate) credentials: BTreeMap<(&'static str, [u8; 32]), (OrganizationId, uuid::Uuid)>,
    pub(crate) user_organizations: BTreeSet<(UserId, OrganizationId)>,
    /// With the scheduler that began it last.
    pub(crate) scheduled_runs: BTreeMap<ScheduledRunId, (ScheduledRun, Option<uuid::Uuid>)>,
}
