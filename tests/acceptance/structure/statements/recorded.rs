//! Statements as they go to the database, while the adapter keeps the contracts of the ports.

#[path = "../../../../crates/in-memory/tests/contract/audience.rs"]
mod audience;
#[path = "../../../../crates/in-memory/tests/contract/happenings.rs"]
mod happenings;

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use analytics::Segment;
use analytics::contract::{Happening, NewLead};
use analytics::ports::AnalyticsStore;
use async_trait::async_trait;
use campaigns::contract::Person;
use campaigns::ports::CampaignStore;
use compliance::ports::AuditStore;
use contacts::ports::ContactStore;
use infrastructure::scheduler::{DeletionPurge, PeriodicTask as _};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemClock, SystemIds};
use kernel::{CampaignId, Clock as _, ContactId, ContactListId, OrganizationId, RateLimiter};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;
use testkit::TestDatabase;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata};

use super::super::tokens::tokens;
use super::super::workspace::{assert_none, read, rust_sources};
use super::sql::untied;
use super::{literals, sources, tables};

/// Writes down what sqlx says it has sent.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut sent = Sent::default();
        event.record(&mut sent);
        let text = if sent.statement.is_empty() {
            sent.summary
        } else {
            sent.statement
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// A statement: its beginning, and where that is not all of it, the whole.
#[derive(Default)]
struct Sent {
    summary: String,
    statement: String,
}

impl Visit for Sent {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}

struct Adapter {
    database: PostgresDatabase,
    _test: TestDatabase,
}

#[async_trait]
impl Subject for Adapter {
    async fn fresh() -> Self {
        let test = TestDatabase::shared().await;
        let settings = DatabaseSettings {
            max_connections: 4,
            ..DatabaseSettings::default()
        };
        Self {
            database: PostgresDatabase::connect_lazy(test.login(), settings),
            _test: test,
        }
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.database
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.database
    }
}

#[async_trait]
impl campaigns::contract::Subject for Adapter {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn CampaignStore {
        &self.database
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }

    async fn add_people(&self, organization: OrganizationId, people: &[Person]) -> Vec<ContactId> {
        audience::add_people(&self.database, organization, people).await
    }

    async fn add_list(
        &self,
        organization: OrganizationId,
        is_validated: bool,
        members: &[ContactId],
    ) -> ContactListId {
        audience::add_list(&self.database, organization, is_validated, members).await
    }

    async fn delete_contact(&self, organization: OrganizationId, contact: ContactId) {
        audience::delete_contact(&self.database, organization, contact).await;
    }

    async fn delete_organization(&self, organization: OrganizationId) {
        audience::delete_organization(&self.database, organization).await;
    }
}

#[async_trait]
impl analytics::contract::Subject for Adapter {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn AnalyticsStore {
        &self.database
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }

    async fn add_campaign(&self, organization: OrganizationId, name: &str) -> CampaignId {
        happenings::add_campaign(&self.database, organization, name).await
    }

    async fn delete_campaign(&self, organization: OrganizationId, campaign: CampaignId) {
        happenings::delete_campaign(&self.database, organization, campaign).await;
    }

    async fn add_recipients(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        recipients: &[(ContactId, Segment)],
    ) {
        happenings::add_recipients(&self.database, organization, campaign, recipients).await;
    }

    async fn record(&self, organization: OrganizationId, events: &[Happening]) {
        happenings::record(&self.database, organization, events).await;
    }

    async fn add_lead(&self, organization: OrganizationId, lead: NewLead) {
        happenings::add_lead(&self.database, organization, lead).await;
    }
}

#[async_trait]
impl compliance::contract::Subject for Adapter {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn AuditStore {
        &self.database
    }
}

#[async_trait]
impl contacts::contract::Subject for Adapter {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn ContactStore {
        &self.database
    }

    async fn found(&self) -> OrganizationId {
        let tenant = tenancy::contract::Tenant::found(self).await;
        tenant.organization.id()
    }
}

macro_rules! names {
    ([] $($case:ident,)*) => {
        [$(stringify!($case)),*]
    };
}

macro_rules! run_contracts {
    ($($owner:ident :: $list:ident => $run:ident;)*) => {
        /// The lists of cases whose statements are recorded.
        const LISTS: &[&str] = &[$(stringify!($list)),*];

        async fn run_contracts() {
            $(for case in $owner::$list!([names]) {
                $owner::contract::$run::<Adapter>(case).await;
            })*
        }
    };
}

run_contracts! {
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
    campaigns::for_each_simulation_case => simulations;
    campaigns::for_each_random_search_case => random_search;
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

/// A team that was deleted long ago goes for good, by statements that are put together for each kind of thing.
async fn purge() {
    let database = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&database.admin())
        .await
        .expect("the administrator connects");
    // Whose it was does not matter here.
    let deleted = "SET session_replication_role = replica; \
        INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings, created_at, \
            updated_at, version) \
        SELECT md5('a')::uuid, 'a', 'a', gen_random_uuid(), 'free', '{}', now(), now(), 1; \
        INSERT INTO teams (organization_id, id, name, name_folded, description, created_at, updated_at, version, deleted_at) \
        SELECT md5('a')::uuid, md5('b')::uuid, 'b', 'b', '', now(), now(), 1, now() - interval '100 days'";
    admin.execute(deleted).await.expect("a team is deleted");
    let adapter = PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default());
    let ids = Arc::new(SystemIds::default());
    let task = DeletionPurge::new(adapter, Arc::new(SystemClock), ids);
    let counts = task.run(SystemClock.now()).await.expect("it is purged");
    assert_eq!(counts.get("teams"), Some(&1));
}

/// Everything that is sent by this work.
async fn record(work: impl Future<Output = ()>) -> Vec<String> {
    // What the owner of the schema sends while it makes the schema is none of the program's statements.
    drop(TestDatabase::shared().await);
    let recorder = Recorder::default();
    let sent = Arc::clone(&recorder.0);
    let recording = tracing::subscriber::set_default(recorder);
    work.await;
    drop(recording);
    let mut all = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
    all.sort();
    all.dedup();
    all
}

/// Whether a statement was made from a template, whose placeholders stand for anything.
fn is_made_from(statement: &str, template: &str) -> bool {
    let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = statement.as_str();
    for (number, piece) in template.split('{').enumerate() {
        let fixed = match piece.split_once('}') {
            Some((_, fixed)) if number > 0 => fixed,
            _ => piece,
        };
        let Some(at) = rest.find(fixed.trim()) else {
            return false;
        };
        rest = &rest[at + fixed.trim().len()..];
    }
    true
}

#[tokio::test]
async fn every_statement_that_is_sent_names_the_organization() {
    let tables = tables();

    let sent = Box::pin(record(run_contracts())).await;

    let on_tenants: Vec<_> = sent
        .iter()
        .filter(|text| tables.iter().any(|table| text.contains(table)))
        .collect();
    assert!(on_tenants.len() > 40, "statements are recorded: {sent:#?}");
    let untied: Vec<_> = on_tenants
        .iter()
        .flat_map(|text| {
            untied(text, &tables)
                .into_iter()
                .map(move |finding| format!("{}: {text}", finding.text))
        })
        .collect();
    assert_none(&untied);

    // What is put together must have been seen put together, or nobody has looked at it. What is purged goes through all
    // organizations, one after the other.
    let purged = Box::pin(record(purge())).await;
    let sent = [sent, purged].concat();
    let unseen: Vec<_> = literals::all(&sources(), &tables)
        .into_iter()
        .filter(|sql| !sql.is_whole)
        .filter(|sql| !sent.iter().any(|text| is_made_from(text, &sql.text)))
        .map(|sql| {
            format!(
                "{}: no contract has sent a statement with this part: {}",
                sql.place, sql.text
            )
        })
        .collect();
    assert_none(&unseen);
}

#[test]
fn every_contract_is_recorded_and_run_against_broken_adapters() {
    let mut missing = Vec::new();
    let faults = read("crates/in-memory/tests/faults.rs").text;
    for source in rust_sources() {
        // Workers take the jobs of all organizations; what they send stands whole in the sources.
        if !source.path.contains("/src/contract") || source.path.starts_with("crates/kernel/") {
            continue;
        }
        let tokens = tokens(&source);
        for window in tokens.windows(3) {
            let is_list =
                window[0].text == "macro_rules" && window[2].text.starts_with("for_each_");
            if is_list && !LISTS.contains(&window[2].text.as_str()) {
                missing.push(format!(
                    "{}: {} is not recorded",
                    source.path, window[2].text
                ));
            }
            // Limits belong to nobody and end with no unit, so that no fault concerns them.
            let name = &window[2].text;
            if is_list && name != "for_each_limit_case" && !faults.contains(name.as_str()) {
                missing.push(format!(
                    "{}: {name} is not run against broken adapters",
                    source.path
                ));
            }
        }
    }
    assert_none(&missing);
}

#[test]
fn a_statement_is_recognized_by_its_template() {
    let template = "SELECT {COLUMNS} FROM roles r WHERE {} LIMIT {limit}";

    assert!(is_made_from(
        "SELECT id, name FROM roles r WHERE r.id = $1 LIMIT 3",
        template
    ));
    assert!(!is_made_from("SELECT id FROM roles r LIMIT 3", template));
    assert!(!is_made_from(
        "SELECT id FROM teams r WHERE r.id = $1 LIMIT 3",
        template
    ));
}
