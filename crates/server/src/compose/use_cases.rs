//! The use cases that the API offers.

use std::sync::Arc;

use analytics::Dashboards;
use analytics::runs::ScheduledRuns;
use api::UseCases;
use campaigns::{
    ActorJudge, CampaignCourses, Campaigns, EmailTemplates, EventIngestion, Forms, LeadViews,
    Leads, RecipientMails, Simulations, TestMailPorts, TestMails,
};
use compliance::AuditLog;
use contacts::{
    BulkContacts, ContactLists, Contacts, EmailChecks, Imports, Judge, Suppressions,
    ValidationRules, Validations, read_address,
};
use infrastructure::{
    JourneySimulator, MasterKeys, PostgresDatabase, SuppressionStopList, SystemRandom,
};
use kernel::{Clock, IdGenerator};
use tenancy::{
    AccountDeletion, AccountPorts, Accounts, ApiKeys, InvitationAcceptance, Invitations, Jobs,
    Members, Organizations, PlatformUsers, Roles, Sessions, TeamMembers, Teams,
};

use super::jobs::periodic_tasks;
use super::ports::{imports, mailer};
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::judging::Judging;
use crate::settings::Settings;

/// What the use cases stand on.
pub(super) struct Ground<'a> {
    pub(super) settings: &'a Settings,
    pub(super) url: &'a str,
    pub(super) database: &'a Database,
    pub(super) data_directory: &'a DataDirectory,
    pub(super) judging: &'a Judging,
    pub(super) accounts: &'a AccountPorts,
    pub(super) postgres: Arc<PostgresDatabase>,
    pub(super) keys: Arc<MasterKeys>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdGenerator>,
    pub(super) actors: Arc<dyn ActorJudge>,
}

/// Puts the adapters behind the ports of the use cases.
#[expect(
    clippy::too_many_lines,
    reason = "a list of what stands behind what, without a branch"
)]
pub(super) fn use_cases(
    Ground {
        settings,
        url,
        database,
        data_directory,
        judging,
        accounts,
        postgres,
        keys,
        clock,
        ids,
        actors,
    }: Ground<'_>,
) -> UseCases {
    let (contacts, contact_lists, suppressions) =
        of_contacts(&postgres, &clock, &ids, &judging.judge);
    let recipient_mails = RecipientMails::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        keys.clone(),
        url,
    );
    let test_mails = TestMails::new(
        postgres.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        recipient_mails.clone(),
        TestMailPorts {
            mailer: mailer(settings, data_directory, &clock),
            stop_list: Arc::new(SuppressionStopList::new(suppressions.clone())),
            limiter: postgres.clone(),
            keys: keys.clone(),
        },
    );
    UseCases {
        accounts: Accounts::new(accounts),
        account_deletion: AccountDeletion::new(accounts),
        platform_users: PlatformUsers::new(accounts),
        sessions: Sessions::new(accounts),
        audit_log: AuditLog::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        organizations: Organizations::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        members: Members::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        invitations: Invitations::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            keys.clone(),
        ),
        invitation_acceptance: InvitationAcceptance::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            keys.clone(),
        ),
        contacts,
        bulk_contacts: BulkContacts::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        contact_lists,
        suppressions,
        imports: Imports::new(imports(database, &judging.judge))
            .with_largest_file(settings.upload_size),
        roles: Roles::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        teams: Teams::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        team_members: TeamMembers::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        api_keys: ApiKeys::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            Arc::new(SystemRandom),
        ),
        jobs: Jobs::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        validation_rules: ValidationRules::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        validations: Validations::new(
            postgres.clone(),
            judging.judge.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        email_checks: EmailChecks::new(
            postgres.clone(),
            judging.judge.clone(),
            postgres.clone(),
            keys.clone(),
            Arc::clone(&clock),
        ),
        campaign_courses: CampaignCourses::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        campaigns: Campaigns::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        test_mails,
        recipient_mails,
        simulations: Simulations::new(
            postgres.clone(),
            Arc::new(JourneySimulator),
            Arc::clone(&clock),
            Arc::clone(&ids),
            read_address,
        ),
        forms: Forms::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        lead_views: LeadViews::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        dashboards: Dashboards::new(postgres.clone(), Arc::clone(&clock), Arc::clone(&ids)),
        leads: Leads::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            read_address,
        ),
        email_templates: EmailTemplates::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
        ),
        scheduled_runs: ScheduledRuns::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            periodic_tasks(&postgres).iter().map(|task| task.job()),
        ),
        events: EventIngestion::new(
            postgres.clone(),
            Arc::clone(&clock),
            Arc::clone(&ids),
            Arc::clone(&actors),
        ),
    }
}

/// The use cases on contacts, their lists, and addresses that must not be mailed.
fn of_contacts(
    postgres: &Arc<PostgresDatabase>,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdGenerator>,
    judge: &Judge,
) -> (Contacts, ContactLists, Suppressions) {
    let time = || Arc::clone(clock);
    let ids = || Arc::clone(ids);
    (
        Contacts::new(postgres.clone(), time(), ids(), judge.clone()),
        ContactLists::new(postgres.clone(), time(), ids()),
        Suppressions::new(postgres.clone(), time(), ids(), judge.clone()),
    )
}
