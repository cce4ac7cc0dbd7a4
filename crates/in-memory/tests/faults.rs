//! The contracts notice an adapter that is broken.

#[path = "contract/audience.rs"]
mod audience;
#[path = "contract/happenings.rs"]
mod happenings;
#[path = "contract/job_unit.rs"]
mod job_unit;

use std::collections::BTreeMap;

use analytics::Segment;
use analytics::contract::{Happening, NewLead};
use analytics::ports::AnalyticsStore;
use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use in_memory::{Fault, MemoryDatabase};
use kernel::contract::jobs::{JobSubject, JobUnit};
use kernel::{
    CampaignId, ContactId, ContactListId, JobStore, OrganizationId, RateLimiter, StorageError,
};
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;
use tokio::task::LocalSet;

const SOUND: u8 = 0;
const FORGETS_TENANT: u8 = 1;
const FORGETS_ROLLBACK: u8 = 2;
const UNSTABLE_PAGES: u8 = 3;

/// An adapter with a fault.
struct Broken<const FAULT: u8>(MemoryDatabase);

impl<const FAULT: u8> Broken<FAULT> {
    fn new() -> Self {
        Self(match FAULT {
            SOUND => MemoryDatabase::new(),
            FORGETS_TENANT => MemoryDatabase::broken(Fault::ForgetsTenant),
            FORGETS_ROLLBACK => MemoryDatabase::broken(Fault::ForgetsRollback),
            UNSTABLE_PAGES => MemoryDatabase::broken(Fault::UnstablePages),
            other => unreachable!("there is no fault {other}"),
        })
    }
}

#[async_trait]
impl<const FAULT: u8> Subject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.0
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.0
    }
}

#[async_trait]
impl<const FAULT: u8> campaigns::contract::Subject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn CampaignStore {
        &self.0
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an organization needs an id and nothing else here"
    )]
    async fn found(&self) -> OrganizationId {
        OrganizationId::from_uuid(uuid::Uuid::now_v7())
    }

    async fn add_people(&self, organization: OrganizationId, people: &[Person]) -> Vec<ContactId> {
        audience::add_people(&self.0, organization, people).await
    }

    async fn add_list(
        &self,
        organization: OrganizationId,
        is_validated: bool,
        members: &[ContactId],
    ) -> ContactListId {
        audience::add_list(&self.0, organization, is_validated, members).await
    }

    async fn delete_contact(&self, organization: OrganizationId, contact: ContactId) {
        audience::delete_contact(&self.0, organization, contact).await;
    }

    async fn delete_organization(&self, organization: OrganizationId) {
        audience::delete_organization(&self.0, organization).await;
    }
}

#[async_trait]
impl<const FAULT: u8> analytics::contract::Subject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn AnalyticsStore {
        &self.0
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }

    async fn add_campaign(&self, organization: OrganizationId, name: &str) -> CampaignId {
        happenings::add_campaign(&self.0, organization, name).await
    }

    async fn delete_campaign(&self, organization: OrganizationId, campaign: CampaignId) {
        happenings::delete_campaign(&self.0, organization, campaign).await;
    }

    async fn add_recipients(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        recipients: &[(ContactId, Segment)],
    ) {
        happenings::add_recipients(&self.0, organization, campaign, recipients).await;
    }

    async fn record(&self, organization: OrganizationId, events: &[Happening]) {
        happenings::record(&self.0, organization, events).await;
    }

    async fn add_lead(&self, organization: OrganizationId, lead: NewLead) {
        happenings::add_lead(&self.0, organization, lead).await;
    }
}

#[async_trait]
impl<const FAULT: u8> compliance::contract::Subject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn AuditStore {
        &self.0
    }
}

#[async_trait]
impl<const FAULT: u8> contacts::contract::Subject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn ContactStore {
        &self.0
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an organization needs an id and nothing else here"
    )]
    async fn found(&self) -> OrganizationId {
        OrganizationId::from_uuid(uuid::Uuid::now_v7())
    }
}

#[async_trait]
impl<const FAULT: u8> JobSubject for Broken<FAULT> {
    async fn fresh() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn JobStore {
        &self.0
    }

    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn JobUnit>, StorageError> {
        job_unit::begin(&self.0, organization).await
    }
}

macro_rules! names {
    ([] $($case:ident,)*) => {
        [$(stringify!($case)),*]
    };
}

/// The cases that fail, by contract.
type Failed = BTreeMap<&'static str, Vec<&'static str>>;

macro_rules! contracts {
    ($($owner:ident :: $list:ident => $module:ident $(:: $run:ident)?;)*) => {
        async fn failed<const FAULT: u8>() -> Failed {
            let mut failed = Failed::new();
            $(for case in $owner::$list!([names]) {
                // A panic ends the task, and not the test.
                let tasks = LocalSet::new();
                let run = tasks.spawn_local($owner::contract::$module$(::$run)?::<Broken<FAULT>>(case));
                if tasks.run_until(run).await.is_err() {
                    let contract = concat!(stringify!($owner), "::", stringify!($module));
                    failed.entry(contract).or_default().push(case);
                }
            })*
            failed
        }
    };
}

contracts! {
    analytics::for_each_aggregation_case => aggregations;
    analytics::for_each_figure_case => figures;
    campaigns::for_each_assignment_case => assignments;
    campaigns::for_each_audience_case => audience;
    campaigns::for_each_campaign_case => campaigns;
    campaigns::for_each_email_template_case => email_templates;
    campaigns::for_each_event_case => events;
    campaigns::for_each_form_case => forms;
    campaigns::for_each_lead_case => leads;
    campaigns::for_each_lead_search_case => lead_search;
    campaigns::for_each_lead_view_case => lead_views;
    campaigns::for_each_random_search_case => random_search;
    campaigns::for_each_simulation_case => simulations;
    compliance::for_each_audit_case => entries;
    contacts::for_each_bulk_operation_case => bulk_operations;
    contacts::for_each_contact_case => contacts;
    contacts::for_each_contact_list_case => lists;
    contacts::for_each_contact_unit_case => unit;
    contacts::for_each_import_case => imports;
    contacts::for_each_import_file_case => import_files;
    contacts::for_each_import_trace_case => import_trace;
    contacts::for_each_judging_case => judging;
    contacts::for_each_list_member_case => list_members;
    contacts::for_each_listing_case => listing;
    contacts::for_each_search_case => search;
    contacts::for_each_suppression_case => suppressions;
    kernel::for_each_job_case => jobs::run;
    tenancy::for_each_api_key_case => api_keys;
    tenancy::for_each_directory_case => directory;
    tenancy::for_each_invitation_case => invitations;
    tenancy::for_each_limit_case => limits;
    tenancy::for_each_membership_case => memberships;
    tenancy::for_each_organization_case => organizations;
    tenancy::for_each_paging_case => paging;
    tenancy::for_each_platform_role_case => platform_roles;
    tenancy::for_each_preferences_case => preferences;
    tenancy::for_each_role_case => roles;
    tenancy::for_each_session_case => sessions;
    tenancy::for_each_team_case => teams;
    tenancy::for_each_team_member_case => team_members;
    tenancy::for_each_unit_case => unit;
    tenancy::for_each_user_case => users;
}

#[track_caller]
fn assert_noticed_by(failed: &Failed, contracts: &[&str]) {
    println!("failed: {failed:#?}");
    let missing: Vec<_> = contracts
        .iter()
        .filter(|it| !failed.contains_key(**it))
        .collect();
    assert!(missing.is_empty(), "not noticed by {missing:?}");
}

#[tokio::test]
async fn an_adapter_without_a_fault_passes_every_case() {
    assert_eq!(failed::<SOUND>().await, Failed::new());
}

#[tokio::test]
async fn an_adapter_that_forgets_the_tenant_is_noticed() {
    let failed = failed::<FORGETS_TENANT>().await;

    assert_noticed_by(
        &failed,
        &[
            "analytics::aggregations",
            "analytics::figures",
            "campaigns::assignments",
            "campaigns::audience",
            "campaigns::campaigns",
            "campaigns::email_templates",
            "campaigns::forms",
            "campaigns::lead_search",
            "campaigns::leads",
            "campaigns::simulations",
            "compliance::entries",
            "contacts::bulk_operations",
            "contacts::contacts",
            "contacts::import_files",
            "contacts::import_trace",
            "contacts::imports",
            "contacts::judging",
            "contacts::list_members",
            "contacts::listing",
            "contacts::lists",
            "contacts::suppressions",
            "kernel::jobs",
            "tenancy::api_keys",
            "tenancy::invitations",
            "tenancy::memberships",
            "tenancy::organizations",
            "tenancy::roles",
            "tenancy::team_members",
            "tenancy::teams",
            "tenancy::unit",
        ],
    );
}

// The contract of units drops one with an organization, its roles, members and names.
#[tokio::test]
async fn an_adapter_that_forgets_the_rollback_is_noticed() {
    let failed = failed::<FORGETS_ROLLBACK>().await;

    assert_noticed_by(
        &failed,
        &[
            "analytics::aggregations",
            "campaigns::assignments",
            "campaigns::campaigns",
            "campaigns::events",
            "campaigns::email_templates",
            "campaigns::forms",
            "campaigns::leads",
            "campaigns::simulations",
            "compliance::entries",
            "contacts::bulk_operations",
            "contacts::contacts",
            "contacts::imports",
            "contacts::judging",
            "contacts::list_members",
            "contacts::unit",
            "kernel::jobs",
            "tenancy::api_keys",
            "tenancy::invitations",
            "tenancy::platform_roles",
            "tenancy::preferences",
            "tenancy::sessions",
            "tenancy::team_members",
            "tenancy::teams",
            "tenancy::unit",
            "tenancy::users",
        ],
    );
}

#[tokio::test]
async fn an_adapter_with_unstable_pages_is_noticed() {
    let failed = failed::<UNSTABLE_PAGES>().await;

    assert_noticed_by(
        &failed,
        &[
            "campaigns::assignments",
            "campaigns::campaigns",
            "campaigns::email_templates",
            "campaigns::forms",
            "campaigns::lead_search",
            "campaigns::leads",
            "campaigns::simulations",
            "compliance::entries",
            "contacts::import_trace",
            "contacts::imports",
            "contacts::judging",
            "contacts::listing",
            "contacts::lists",
            "contacts::suppressions",
            "kernel::jobs",
            "tenancy::api_keys",
            "tenancy::invitations",
            "tenancy::memberships",
            "tenancy::paging",
            "tenancy::roles",
            "tenancy::team_members",
            "tenancy::teams",
            "tenancy::users",
        ],
    );
}
