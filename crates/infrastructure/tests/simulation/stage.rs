//! An organization with people on a list and a campaign to them, and a worker that is told when to work.
//!
//! Everything but the organization has the same ids on every stage, so that what is played on one can be compared with
//! what is played on another.

use std::sync::Arc;

use async_trait::async_trait;
use campaigns::ports::{CampaignStore, CampaignUnit};
use campaigns::{
    AskedSimulation, Campaign, CampaignCourses, CampaignError, CampaignPlan, Campaigns,
    CountedCampaign, EmailContent, EmailTemplates, FieldRules, FieldType, FormDefinition, Forms,
    NewCampaign, NewEmailTemplate, NewField, NewForm, Recipient, RecipientFilter, SendRate,
    SimulateJob, Simulation, SimulationSeed, Simulations, Variables,
};
use contacts::ports::ContactStore;
use contacts::{
    Contact, ContactList, ContactSource, Judge, Knowledge, ListStatus, NewContact, NewContactList,
    Profile, Rules, read_address,
};
use in_memory::MemoryDatabase;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    CampaignId, Clock as _, ContactId, ContactListId, Cursor, Description, Done, Interruption,
    Job as _, JobClaim, JobEnd, JobFailure, JobOutcome, JobProgress, JobStore, Once, PageLimit,
    PageRequest, Patch, RateLimiter, RequestId, Stamps, StoredAnswer, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use tenancy::ports::TenancyStore;
use tenancy::{OrganizationChange, SettingsChange};
use testkit::{
    FixedClock, SequentialIds, StagedWork, TestDatabase, TestKeys, a_simulator, a_unique_id,
};
use time::Duration;
use uuid::Uuid;

/// Chances so high that a few hundred people show everything.
pub(crate) fn eager() -> Value {
    json!({
        "bounce_rate": 0.1, "hard_bounce_share": 0.5, "open_rate": 0.8, "click_rate": 0.6, "unsubscribe_rate": 0.1,
        "form_view_rate": 0.9, "form_submit_rate": 0.6, "machine_open_share": 0.2, "machine_click_share": 0.1,
    })
}

/// All that a campaign is stored in.
pub(crate) trait Storage:
    CampaignStore + ContactStore + TenancyStore + JobStore + RateLimiter + Clone + 'static
{
}

impl Storage for MemoryDatabase {}
impl Storage for PostgresDatabase {}

struct Founding<S>(S);

#[async_trait]
impl<S: Storage> tenancy::contract::Subject for Founding<S> {
    async fn fresh() -> Self {
        unreachable!("there is one already")
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.0
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.0
    }
}

/// How a worker works.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// Of how many people something is played in one unit of work.
    pub(crate) batch: u16,
    /// After how many batches the worker stops, again and again.
    pub(crate) stops_after: Option<usize>,
}

impl Manner {
    pub(crate) const USUAL: Self = Self {
        batch: 2_500,
        stops_after: None,
    };
}

pub(crate) struct Stage<S> {
    pub(crate) store: S,
    pub(crate) scope: TenantScope,
    pub(crate) clock: FixedClock,
    ids: SequentialIds,
    pub(crate) simulations: Simulations,
    pub(crate) courses: CampaignCourses,
    pub(crate) people: Vec<ContactId>,
    list: ContactListId,
    pub(crate) campaign: CampaignId,
}

/// A stage in memory with so many people.
pub(crate) async fn in_memory(people: usize) -> Stage<MemoryDatabase> {
    Stage::set(MemoryDatabase::new(), people).await
}

/// A stage on a PostgreSQL database of its own.
pub(crate) async fn on_postgres(people: usize) -> (TestDatabase, Stage<PostgresDatabase>) {
    let test = TestDatabase::fresh().await;
    let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let stage = Stage::set(database, people).await;
    (test, stage)
}

impl<S: Storage> Stage<S> {
    async fn set(store: S, people: usize) -> Self {
        let founding = Founding(store.clone());
        let tenant = tenancy::contract::Tenant::found(&founding).await;
        let clock = FixedClock::default();
        let ids = SequentialIds::default();
        let shared = Arc::new(store.clone());
        let (time, id) = (Arc::new(clock.clone()), Arc::new(ids.clone()));
        let simulations = Simulations::new(
            shared.clone(),
            a_simulator(),
            time.clone(),
            id.clone(),
            read_address,
        );
        let mut stage = Self {
            simulations,
            courses: CampaignCourses::new(shared, time, id),
            scope: tenant.scope.clone(),
            store,
            clock,
            ids,
            people: Vec::new(),
            list: ContactListId::from_uuid(Uuid::nil()),
            campaign: CampaignId::from_uuid(Uuid::nil()),
        };
        stage.say_who_sends().await;
        stage.fill(people).await;
        stage.campaign = stage.plan(a_form(None)).await;
        stage
    }

    async fn say_who_sends(&self) {
        let unit = TenancyStore::begin(&self.store, &self.scope).await.unwrap();
        let organizations = unit.organizations();
        let found = organizations.find().await.unwrap();
        let mut organization = found.unwrap();
        let version = organization.state().stamps.version;
        let change = OrganizationChange {
            settings: SettingsChange {
                sender_address: Patch::Set(Some("news@brokers.example".parse().unwrap())),
                imprint: Patch::Set(Some("Example Ltd".parse().unwrap())),
                ..SettingsChange::default()
            },
            ..OrganizationChange::default()
        };
        organization.change(&change, FixedClock::START, None);
        organizations.update(&organization, version).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Deletes the organization, as can be taken back.
    pub(crate) async fn delete_organization(&self) {
        let unit = TenancyStore::begin(&self.store, &self.scope).await.unwrap();
        let organizations = unit.organizations();
        let mut organization = organizations.find().await.unwrap().unwrap();
        let version = organization.state().stamps.version;
        organization.delete(self.clock.now(), None);
        organizations.update(&organization, version).await.unwrap();
        unit.commit().await.unwrap();
    }

    fn id<T>(&self, wrap: impl Fn(Uuid) -> T) -> T {
        wrap(kernel::IdGenerator::next(&self.ids))
    }

    /// Puts people on a list, which is validated.
    async fn fill(&mut self, people: usize) {
        let judge = Judge::offline(Arc::new(TestKeys::default()));
        let organization = self.scope.organization();
        let stamps = || Stamps::new(FixedClock::START, None);
        let mut contacts = Vec::new();
        for number in 0..people {
            let email = format!("person.{number}@brokers-and-friends.de");
            let new = NewContact {
                email: email.parse().unwrap(),
                profile: Profile::default(),
                source: ContactSource::Api,
            };
            let (rules, known) = (Rules::default(), Knowledge::default());
            let judged = judge.judge(&new.email, &known, &rules, FixedClock::START);
            let id = self.id(ContactId::from_uuid);
            let contact = Contact::register(id, organization, new, judged, None, stamps());
            contacts.push(contact);
        }
        self.people = contacts.iter().map(Contact::id).collect();
        let new = NewContactList {
            name: "Everybody".parse().unwrap(),
            description: Description::empty(),
            source: ContactSource::Manual,
        };
        self.list = self.id(ContactListId::from_uuid);
        let mut list = ContactList::open(self.list, organization, new, FixedClock::START, None);
        list.advance(ListStatus::Validated, FixedClock::START, None);
        let unit = ContactStore::begin(&self.store, &self.scope).await.unwrap();
        unit.contacts().insert_many(&contacts).await.unwrap();
        unit.lists().insert(&list).await.unwrap();
        unit.list_members()
            .add(self.list, &self.people, None, FixedClock::START)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    /// Another campaign to the same people, which asks this.
    pub(crate) async fn plan(&self, form: FormDefinition) -> CampaignId {
        let shared = Arc::new(self.store.clone());
        let (time, id) = (Arc::new(self.clock.clone()), Arc::new(self.ids.clone()));
        let templates = EmailTemplates::new(shared.clone(), time.clone(), id.clone());
        let html = "<p><a href=\"{{ link.landing_page }}\">Offer</a> <a href=\"https://example.com/about\">Us</a></p>";
        let template = NewEmailTemplate {
            name: format!("Template {}", a_unique_id()).parse().unwrap(),
            description: Description::empty(),
            content: EmailContent::new("News", html, None, Variables::default()).unwrap(),
        };
        let template = templates.create(&self.scope, Ok(template), &once()).await;
        let template = fresh(template.unwrap());
        let forms = Forms::new(shared.clone(), time.clone(), id.clone());
        let form = NewForm {
            name: "Contact us".parse().unwrap(),
            description: Description::empty(),
            definition: form,
        };
        let form = fresh(forms.create(&self.scope, Ok(form), &once()).await.unwrap());
        let new = NewCampaign {
            name: "Spring".parse().unwrap(),
            description: Description::empty(),
            // The same on every stage; each has an organization of its own in a database of its own.
            landing_page: Some(format!("spring-{}", self.id(Uuid::simple)).parse().unwrap()),
            landing_title: None,
            landing_text: Description::empty(),
            plan: CampaignPlan {
                lists: vec![self.list],
                email_template_version: Some(template.state().active_version),
                form_version: Some(form.state().current_version),
                send_rate: Some(SendRate::per_minute(600).unwrap()),
                ..CampaignPlan::default()
            },
        };
        let campaigns = Campaigns::new(shared, time, id);
        let made = campaigns.create(&self.scope, Ok(new), &once()).await;
        fresh(made.unwrap()).campaign.id()
    }

    pub(crate) async fn begin(&self) -> Box<dyn CampaignUnit> {
        CampaignStore::begin(&self.store, &self.scope)
            .await
            .unwrap()
    }

    /// Has the campaign simulated.
    pub(crate) async fn simulate(
        &self,
        config: &Value,
        pace: Option<f64>,
    ) -> Result<Simulation, CampaignError> {
        self.simulate_campaign(self.campaign, config, pace).await
    }

    pub(crate) async fn simulate_campaign(
        &self,
        campaign: CampaignId,
        config: &Value,
        pace: Option<f64>,
    ) -> Result<Simulation, CampaignError> {
        let asked = AskedSimulation {
            config: config.as_object().cloned().unwrap(),
            seed: Some(SimulationSeed::new(42).unwrap()),
            pace,
            start_at: None,
        };
        let done = self
            .simulations
            .create(&self.scope, campaign, Ok(asked), &once())
            .await;
        done.map(fresh)
    }

    /// Works until nothing is due; tells what was reported last.
    pub(crate) async fn work(&self, manner: Manner) -> Option<JobProgress> {
        let mut last = None;
        let interrupted = manner.stops_after;
        while let Some(reports) = self
            .work_once(
                manner.batch,
                interrupted.map(|it| (it, Interruption::Stopping)),
            )
            .await
        {
            last = reports.last().cloned().or(last);
        }
        last
    }

    /// Works on a job that is due, interrupted after so many reports; tells what it reported, if there was one.
    pub(crate) async fn work_once(
        &self,
        batch: u16,
        interrupted: Option<(usize, Interruption)>,
    ) -> Option<Vec<JobProgress>> {
        let worker = a_unique_id();
        let now = self.clock.now();
        let claim = JobClaim {
            worker,
            now,
            lease: Duration::days(30),
            limit: 1,
            reserved: 0,
        };
        let claimed = self.store.claim(&claim).await.unwrap();
        let claimed = claimed.first()?;
        let mut work = StagedWork::new(claimed.id, worker);
        if let Some((after, why)) = interrupted {
            work = work.interrupted_after(after, why);
        }
        let job = self.job().in_batches_of(batch);
        let run = RequestId::from_uuid(a_unique_id());
        let scope = TenantScope::for_job(claimed.organization, job.kind(), claimed.id, run);
        if let Some(end) = &claimed.early_end {
            job.wind_up(claimed, end, &scope).await.unwrap();
            self.store
                .wound_up(claimed.id, worker, None, now)
                .await
                .unwrap();
            return Some(Vec::new());
        }
        let outcome = match job.run(claimed, &scope, &work).await {
            Ok(JobEnd::Completed(result)) => JobOutcome::Completed { result },
            Ok(JobEnd::Cancelled(result)) => JobOutcome::Cancelled { result },
            Ok(JobEnd::Waits(until)) => JobOutcome::Waits { until },
            Ok(JobEnd::HandedBack) => {
                self.store.hand_back(claimed.id, worker, now).await.unwrap();
                return Some(work.reports());
            }
            Err(JobFailure::Passing(error) | JobFailure::Lasting(error)) => {
                panic!("the job failed: {error}")
            }
            Err(JobFailure::LeaseLost) => panic!("the lease was lost"),
        };
        let finished = self.store.finish(claimed.id, worker, &outcome, now).await;
        assert!(finished.unwrap());
        Some(work.reports())
    }

    fn job(&self) -> SimulateJob {
        let (time, id) = (Arc::new(self.clock.clone()), Arc::new(self.ids.clone()));
        let store = Arc::new(self.store.clone());
        SimulateJob::new(store, a_simulator(), time, id, read_address)
    }

    pub(crate) async fn counted(&self) -> CountedCampaign {
        let unit = self.begin().await;
        let campaign = unit.campaigns().find(self.campaign).await.unwrap();
        let counts = unit.campaigns().counts(self.campaign).await.unwrap();
        CountedCampaign {
            campaign: campaign.unwrap(),
            counts,
        }
    }

    pub(crate) async fn the_campaign(&self) -> Campaign {
        self.counted().await.campaign
    }

    /// How everybody stands.
    pub(crate) async fn recipients(&self) -> Vec<Recipient> {
        let mut page = PageRequest {
            limit: PageLimit::new(PageLimit::MAX).unwrap(),
            after: None,
        };
        let (all, mut seen) = (RecipientFilter::default(), Vec::new());
        let unit = self.begin().await;
        loop {
            let part = unit.assignments().list(self.campaign, &all, &page).await;
            let part = part.unwrap();
            seen.extend(part.items);
            let Some(next) = part.next else { return seen };
            page.after = Some::<Cursor>(next);
        }
    }

    /// How many of the people must not be mailed any more.
    pub(crate) async fn stopped(&self) -> usize {
        let unit = self.begin().await;
        let standings = unit.audience().standings(&self.people).await.unwrap();
        standings
            .iter()
            .filter(|it| it.standing.stop.is_some())
            .count()
    }

    /// When the job goes on that waits.
    pub(crate) fn later(&self, by: Duration) -> Timestamp {
        self.clock.advance(by);
        self.clock.now()
    }
}

/// A form that asks what is usual, and a text that has to match this.
pub(crate) fn a_form(pattern: Option<&str>) -> FormDefinition {
    let field = |key: &str, field_type, required, rules| NewField {
        key: key.parse().unwrap(),
        label: "I agree that you use what I write to call me.".to_owned(),
        field_type,
        required,
        indexed: None,
        rules,
    };
    let rules = FieldRules::default;
    let mut fields = vec![
        field("email", FieldType::Email, true, rules()),
        field("people", FieldType::Number, false, rules()),
        field("data_processing", FieldType::Consent, true, rules()),
    ];
    if let Some(pattern) = pattern {
        let rules = FieldRules {
            pattern: Some(pattern.to_owned()),
            ..rules()
        };
        fields.push(field("code", FieldType::Text, true, rules));
    }
    FormDefinition::new(fields, Description::empty(), None).unwrap()
}

pub(crate) fn once<T>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
    }
}

#[track_caller]
pub(crate) fn fresh<T>(done: Done<T>) -> T {
    match done {
        Done::Fresh(outcome) => outcome,
        Done::Replayed(_) => panic!("it was replayed"),
    }
}
