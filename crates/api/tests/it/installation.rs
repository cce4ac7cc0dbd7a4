//! The real operations, over an installation in memory at a time that stands still.

use std::sync::Arc;

use analytics::Dashboards;
use analytics::runs::ScheduledRuns;
use analytics::schedule::PeriodicJob;
use api::edge::EdgeSettings;
use api::{UseCases, operations};
use async_trait::async_trait;
use campaigns::StopList;
use campaigns::{
    CampaignCourses, Campaigns, EmailTemplates, EventIngestion, Forms, LeadViews, Leads,
    RecipientMails, Simulations, TestMailPorts, TestMails,
};
use compliance::AuditLog;
use contacts::{
    BulkContacts, ContactLists, Contacts, EmailChecks, ImportPorts, Imports, Judge, Suppressions,
    ValidationRules, Validations, read_address,
};
use in_memory::MemoryDatabase;
use kernel::{EmailAddress, StorageError, TenantScope};
use poem::http::Method;
use serde_json::{Value, json};
use tenancy::{
    AccountDeletion, AccountPorts, Accounts, ApiKeys, InvitationAcceptance, Invitations, Jobs,
    Members, NewAdmin, NewPassword, Organizations, PlatformUsers, Roles, Sessions, TeamMembers,
    Teams, User,
};
use testkit::{
    EvidenceJudge, FixedClock, Outbox, SequentialIds, SequentialRandom, accounts_in_memory,
};

use crate::support::{Asking, World};

pub(crate) const PASSWORD: &str = "three blind mice ran";

/// An installation in memory, and the client of its API.
pub(crate) struct Installation {
    pub(crate) database: MemoryDatabase,
    pub(crate) ports: AccountPorts,
    pub(crate) clock: FixedClock,
    /// The mails that the use cases sent themselves.
    pub(crate) outbox: Arc<Outbox>,
    world: World,
}

/// Somebody who logged in.
#[derive(Clone)]
pub(crate) struct LoggedIn {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Who must not be mailed, by the suppressions in memory.
struct StopListOf(Suppressions);

#[async_trait]
impl StopList for StopListOf {
    async fn stopped(
        &self,
        scope: &TenantScope,
        addresses: &[EmailAddress],
    ) -> Result<Vec<bool>, StorageError> {
        let emails = addresses.iter().map(|it| it.as_str().parse().unwrap());
        let found = self.0.check(scope, Ok(emails.collect())).await.unwrap();
        Ok(found.iter().map(|reasons| !reasons.is_empty()).collect())
    }
}

/// The use cases on contacts, their lists, and addresses that must not be mailed.
fn of_contacts(
    store: &Arc<MemoryDatabase>,
    ports: &AccountPorts,
    judge: &Judge,
) -> (Contacts, BulkContacts, ContactLists, Suppressions) {
    let time = || ports.clock.clone();
    let ids = || ports.ids.clone();
    (
        Contacts::new(store.clone(), time(), ids(), judge.clone()),
        BulkContacts::new(store.clone(), time(), ids()),
        ContactLists::new(store.clone(), time(), ids()),
        Suppressions::new(store.clone(), time(), ids(), judge.clone()),
    )
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self::with(EdgeSettings::default())
    }

    /// An installation whose edge behaves like this.
    #[expect(
        clippy::too_many_lines,
        reason = "a list of what stands behind what, without a branch"
    )]
    pub(crate) fn with(settings: EdgeSettings) -> Self {
        let database = MemoryDatabase::new();
        let clock = FixedClock::default();
        let ports = accounts_in_memory(&database, clock.clone(), SequentialIds::default());
        let contacts_in = Arc::new(database.clone());
        let judge = Judge::offline(ports.keys.clone());
        let outbox = Arc::new(Outbox::default());
        let (contacts, bulk_contacts, contact_lists, suppressions) =
            of_contacts(&contacts_in, &ports, &judge);
        let (store, time, ids) = (&ports.store, &ports.clock, &ports.ids);
        let recipient_mails = RecipientMails::new(
            contacts_in.clone(),
            time.clone(),
            ids.clone(),
            ports.keys.clone(),
            &settings.public_url,
        );
        let test_mails = TestMails::new(
            contacts_in.clone(),
            time.clone(),
            ids.clone(),
            recipient_mails.clone(),
            TestMailPorts {
                mailer: outbox.clone(),
                stop_list: Arc::new(StopListOf(suppressions.clone())),
                limiter: ports.limiter.clone(),
                keys: ports.keys.clone(),
            },
        );
        let use_cases = UseCases {
            accounts: Accounts::new(&ports),
            account_deletion: AccountDeletion::new(&ports),
            audit_log: AuditLog::new(Arc::new(database.clone()), time.clone(), ids.clone()),
            contacts,
            bulk_contacts,
            contact_lists,
            suppressions,
            imports: Imports::new(ImportPorts {
                store: contacts_in.clone(),
                clock: time.clone(),
                ids: ids.clone(),
                judge: judge.clone(),
            }),
            organizations: Organizations::new(store.clone(), time.clone(), ids.clone()),
            members: Members::new(store.clone(), time.clone(), ids.clone()),
            invitations: Invitations::new(
                store.clone(),
                time.clone(),
                ids.clone(),
                ports.keys.clone(),
            ),
            invitation_acceptance: InvitationAcceptance::new(
                store.clone(),
                time.clone(),
                ids.clone(),
                ports.keys.clone(),
            ),
            roles: Roles::new(store.clone(), time.clone(), ids.clone()),
            teams: Teams::new(store.clone(), time.clone(), ids.clone()),
            team_members: TeamMembers::new(store.clone(), time.clone(), ids.clone()),
            api_keys: ApiKeys::new(
                store.clone(),
                time.clone(),
                ids.clone(),
                Arc::new(SequentialRandom::default()),
            ),
            jobs: Jobs::new(store.clone(), time.clone(), ids.clone()),
            validation_rules: ValidationRules::new(contacts_in.clone(), time.clone(), ids.clone()),
            validations: Validations::new(
                contacts_in.clone(),
                judge.clone(),
                time.clone(),
                ids.clone(),
            ),
            campaign_courses: CampaignCourses::new(contacts_in.clone(), time.clone(), ids.clone()),
            campaigns: Campaigns::new(contacts_in.clone(), time.clone(), ids.clone()),
            test_mails,
            recipient_mails,
            simulations: Simulations::new(
                contacts_in.clone(),
                testkit::a_simulator(),
                time.clone(),
                ids.clone(),
                read_address,
            ),
            forms: Forms::new(contacts_in.clone(), time.clone(), ids.clone()),
            lead_views: LeadViews::new(contacts_in.clone(), time.clone(), ids.clone()),
            dashboards: Dashboards::new(contacts_in.clone(), time.clone(), ids.clone()),
            leads: Leads::new(contacts_in.clone(), time.clone(), ids.clone(), read_address),
            email_templates: EmailTemplates::new(contacts_in.clone(), time.clone(), ids.clone()),
            scheduled_runs: ScheduledRuns::new(
                contacts_in.clone(),
                time.clone(),
                ids.clone(),
                [PeriodicJob::Expiry, PeriodicJob::Aggregation],
            ),
            events: EventIngestion::new(
                contacts_in.clone(),
                time.clone(),
                ids.clone(),
                Arc::new(EvidenceJudge),
            ),
            email_checks: EmailChecks::new(
                contacts_in,
                judge,
                ports.limiter.clone(),
                ports.keys.clone(),
                time.clone(),
            ),
            platform_users: PlatformUsers::new(&ports),
            sessions: Sessions::new(&ports),
        };
        let world = World::over(operations(use_cases), settings, &ports, &database);
        Self {
            database,
            ports,
            clock,
            outbox,
            world,
        }
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Asking<'_> {
        self.world.ask(method, path)
    }

    /// A request with an access token.
    pub(crate) fn ask_as(&self, who: &LoggedIn, method: Method, path: &str) -> Asking<'_> {
        self.ask(method, path).token(&who.access)
    }

    /// Signs up with [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> Value {
        let body = json!({"email": email, "display_name": "Ada Lovelace", "password": PASSWORD});
        let told = self.ask(Method::POST, "/v1/users").json(&body).send().await;
        told.is(201).json()
    }

    /// Logs in with [`PASSWORD`].
    pub(crate) async fn log_in(&self, email: &str) -> LoggedIn {
        let body = json!({"email": email, "password": PASSWORD});
        let told = self
            .ask(Method::POST, "/v1/sessions")
            .json(&body)
            .send()
            .await;
        LoggedIn::of(&told.is(201).json())
    }

    /// Signs up and logs in.
    pub(crate) async fn join(&self, email: &str) -> LoggedIn {
        self.sign_up(email).await;
        self.log_in(email).await
    }

    /// Makes an administrator of the platform, who logs in.
    pub(crate) async fn administer(&self, email: &str) -> LoggedIn {
        self.make_admin(email).await;
        self.log_in(email).await
    }

    pub(crate) async fn make_admin(&self, email: &str) -> User {
        let new = NewAdmin {
            email: email.parse().unwrap(),
            display_name: "Grace Hopper".parse().unwrap(),
            password: NewPassword::parse(PASSWORD.to_owned()).unwrap(),
        };
        let made = PlatformUsers::new(&self.ports).make_admin(new).await;
        made.unwrap().user
    }
}

impl LoggedIn {
    /// What an answer with tokens says.
    pub(crate) fn of(tokens: &Value) -> Self {
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self {
            id: text("user_id"),
            session: text("session_id"),
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}
