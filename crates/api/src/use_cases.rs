//! The use cases behind the operations.

use analytics::Dashboards;
use analytics::runs::ScheduledRuns;
use campaigns::{
    CampaignCourses, Campaigns, EmailTemplates, EventIngestion, Forms, LeadViews, Leads,
    RecipientMails, Simulations, TestMails,
};
use compliance::AuditLog;
use contacts::{
    BulkContacts, ContactLists, Contacts, EmailChecks, Imports, Suppressions, ValidationRules,
    Validations,
};
use tenancy::{
    AccountDeletion, Accounts, ApiKeys, InvitationAcceptance, Invitations, Jobs, Members,
    Organizations, PlatformUsers, Roles, Sessions, TeamMembers, Teams,
};

use crate::accounts::AccountsApi;
use crate::api_keys::ApiKeysApi;
use crate::app::Operations;
use crate::audit::AuditApi;
use crate::bulk_contacts::BulkContactsApi;
use crate::campaign_metrics::MetricsApi;
use crate::campaigns::{CampaignCoursesApi, CampaignsApi};
use crate::contact_lists::ContactListsApi;
use crate::contacts::ContactsApi;
use crate::email_templates::{EmailTemplateVersionsApi, EmailTemplatesApi};
use crate::events::EventsApi;
use crate::forms::{FormVersionsApi, FormsApi};
use crate::imports::{ImportFormsApi, ImportsApi};
use crate::invitations::InvitationsApi;
use crate::jobs::JobsApi;
use crate::lead_views::LeadViewsApi;
use crate::leads::{LeadResponsesApi, LeadsApi};
use crate::members::MembersApi;
use crate::organizations::OrganizationsApi;
use crate::platform_users::PlatformUsersApi;
use crate::roles::RolesApi;
use crate::scheduled_runs::ScheduledRunsApi;
use crate::sessions::SessionsApi;
use crate::simulations::SimulationsApi;
use crate::suppressions::SuppressionsApi;
use crate::team_members::TeamMembersApi;
use crate::teams::TeamsApi;
use crate::validation::{ValidationApi, ValidationsApi};

/// Every use case that an operation calls; the composition root fills it in once.
#[derive(Clone)]
pub struct UseCases {
    /// Signing up and changing one's own account.
    pub accounts: Accounts,
    /// Deleting one's own account.
    pub account_deletion: AccountDeletion,
    /// Reading, counting and downloading audit logs.
    pub audit_log: AuditLog,
    /// Making, reading, changing, deleting and restoring contacts.
    pub contacts: Contacts,
    /// One deed on all contacts that a filter lets through.
    pub bulk_contacts: BulkContacts,
    /// Lists of contacts, and who is on them.
    pub contact_lists: ContactLists,
    /// Addresses that must not be mailed.
    pub suppressions: Suppressions,
    /// Making, reading, changing, deleting and restoring organizations.
    pub organizations: Organizations,
    /// Reading members, changing their roles, removing them, and leaving.
    pub members: Members,
    /// Administering the accounts of the installation.
    pub platform_users: PlatformUsers,
    /// Logging in, staying logged in and logging out.
    pub sessions: Sessions,
    /// Inviting people, and taking invitations back.
    pub invitations: Invitations,
    /// Looking at an invitation, and accepting it.
    pub invitation_acceptance: InvitationAcceptance,
    /// Making, reading, changing and deleting roles.
    pub roles: Roles,
    /// Making, reading, changing, deleting and restoring teams.
    pub teams: Teams,
    /// Who is in which team.
    pub team_members: TeamMembers,
    /// Making, reading, changing and revoking API keys.
    pub api_keys: ApiKeys,
    /// Seeing how far long work is, and cancelling it.
    pub jobs: Jobs,
    /// Reading and changing how addresses are judged.
    pub validation_rules: ValidationRules,
    /// Reading how contacts and lists were judged, and having them judged again.
    pub validations: Validations,
    /// Checking addresses without storing them.
    pub email_checks: EmailChecks,
    /// Taking in files of contacts, and taking that back.
    pub imports: Imports,
    /// Making, reading, changing and deleting templates of mails, and their versions.
    pub email_templates: EmailTemplates,
    /// Making, reading, changing and deleting forms, and their versions.
    pub forms: Forms,
    /// Making, reading, changing, copying and deleting campaigns, and whom they would reach.
    pub campaigns: Campaigns,
    /// Having campaigns begin, pause, go on and end, and how their recipients stand.
    pub campaign_courses: CampaignCourses,
    /// Carrying campaigns out as if.
    pub simulations: Simulations,
    /// Seeing a campaign's mail as one person gets it.
    pub recipient_mails: RecipientMails,
    /// Mails of campaigns that are tried out.
    pub test_mails: TestMails,
    /// Taking leads in, working on them, and finding them.
    pub leads: Leads,
    /// Saving searches of leads.
    pub lead_views: LeadViews,
    /// Seeing what campaigns achieve.
    pub dashboards: Dashboards,
    /// Taking in events that others tell.
    pub events: EventIngestion,
    /// Seeing the runs of periodic jobs, and asking for one.
    pub scheduled_runs: ScheduledRuns,
}

/// All operations over these use cases.
#[must_use]
pub fn operations(use_cases: UseCases) -> Operations {
    (
        AccountsApi::new(use_cases.accounts, use_cases.account_deletion),
        SessionsApi::new(use_cases.sessions),
        OrganizationsApi::new(use_cases.organizations),
        MembersApi::new(use_cases.members),
        InvitationsApi::new(use_cases.invitations, use_cases.invitation_acceptance),
        RolesApi::new(use_cases.roles),
        TeamsApi::new(use_cases.teams),
        TeamMembersApi::new(use_cases.team_members),
        ApiKeysApi::new(use_cases.api_keys),
        JobsApi::new(use_cases.jobs),
        AuditApi::new(use_cases.audit_log),
        PlatformUsersApi::new(use_cases.platform_users),
        (
            ContactsApi::new(use_cases.contacts.clone()),
            BulkContactsApi::new(use_cases.bulk_contacts),
            ContactListsApi::new(use_cases.contact_lists, use_cases.contacts),
            SuppressionsApi::new(use_cases.suppressions),
            ValidationApi::new(use_cases.validation_rules, use_cases.email_checks),
            ValidationsApi::new(use_cases.validations),
            ImportsApi::new(use_cases.imports.clone()),
            ImportFormsApi::new(use_cases.imports),
        ),
        (
            EmailTemplatesApi::new(use_cases.email_templates.clone()),
            EmailTemplateVersionsApi::new(use_cases.email_templates),
            FormsApi::new(use_cases.forms.clone()),
            FormVersionsApi::new(use_cases.forms),
            CampaignsApi::new(use_cases.campaigns, use_cases.recipient_mails.clone()),
            CampaignCoursesApi::new(
                use_cases.campaign_courses,
                use_cases.recipient_mails,
                use_cases.test_mails,
            ),
            SimulationsApi::new(use_cases.simulations),
            LeadsApi::new(use_cases.leads.clone()),
            LeadResponsesApi::new(use_cases.leads),
            LeadViewsApi::new(use_cases.lead_views),
            EventsApi::new(use_cases.events),
            MetricsApi::new(use_cases.dashboards),
            ScheduledRunsApi::new(use_cases.scheduled_runs),
        ),
    )
}
