//! An organization whose campaigns were answered, in memory.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do: with a message"
)]

use std::sync::Arc;

use analytics::metrics::CountedEvent;
use analytics::{
    Actor, Aggregation, AggregationJob, Dashboards, EventType, MetricsView, Pass, Question, Segment,
};
use campaigns::ports::CampaignStore;
use campaigns::{
    ActorVerdict, Assignment, Campaign, CampaignPlan, Event, Lead, LeadSource, LeadStatus,
    NewCampaign, NewLead,
};
use in_memory::MemoryDatabase;
use kernel::{
    Actor as Doer, CampaignId, ClaimedJob, Clock as _, ContactId, Credential, Description,
    IdGenerator as _, Job as _, JobClaim, JobEnd, JobFailure, JobKind, JobStore as _, LeadId,
    LeadStatusChangeId, Origin, Patch, RequestId, SessionId, TenantScope, Timestamp, UserId,
    Version,
};
use tenancy::OrganizationChange;
use tenancy::ports::TenancyStore;
use testkit::{FixedClock, SequentialIds, StagedWork, an_organization};
use time::Date;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) database: MemoryDatabase,
    pub(crate) clock: FixedClock,
    pub(crate) ids: SequentialIds,
    pub(crate) scope: TenantScope,
    pub(crate) aggregation: Aggregation,
    pub(crate) dashboards: Dashboards,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (database, clock, ids) = (
            MemoryDatabase::new(),
            FixedClock::default(),
            SequentialIds::default(),
        );
        let organization = an_organization().named("Müller & Söhne").build();
        let user = Doer::User(
            UserId::from_uuid(ids.next()),
            Credential::Session(SessionId::from_uuid(ids.next())),
        );
        let origin = Origin::internal(RequestId::from_uuid(ids.next()));
        let scope = TenantScope::for_principal(organization.id(), user, origin);
        let unit = TenancyStore::begin(&database, &scope).await.unwrap();
        unit.organizations().insert(&organization).await.unwrap();
        unit.commit().await.unwrap();
        let store = Arc::new(database.clone());
        let (time, made) = (Arc::new(clock.clone()), Arc::new(ids.clone()));
        Self {
            aggregation: Aggregation::new(store.clone(), time.clone(), made.clone()),
            dashboards: Dashboards::new(store, time, made),
            database,
            clock,
            ids,
            scope,
        }
    }

    pub(crate) async fn move_to(&self, zone: &str) {
        let unit = TenancyStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        let mut organization = unit.organizations().find().await.unwrap().unwrap();
        let mut change = OrganizationChange::default();
        change.settings.timezone = Patch::Set(zone.parse().unwrap());
        organization.change(&change, self.clock.now(), None);
        unit.organizations()
            .update(&organization, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    /// Counts some of what was recorded, without a job; whether there may be more.
    pub(crate) async fn follow(&self, pass: &mut Pass) -> bool {
        self.aggregation.follow(&self.scope, pass).await.unwrap()
    }

    pub(crate) async fn campaign(&self, name: &str) -> CampaignId {
        let new = NewCampaign {
            name: name.parse().unwrap(),
            description: Description::empty(),
            landing_page: None,
            landing_title: None,
            landing_text: Description::empty(),
            plan: CampaignPlan::default(),
        };
        let id = CampaignId::from_uuid(self.ids.next());
        let campaign = Campaign::draft(id, self.scope.organization(), new, self.clock.now(), None);
        let unit = CampaignStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        unit.campaigns().insert(&campaign).await.unwrap();
        unit.commit().await.unwrap();
        id
    }

    pub(crate) fn contact(&self) -> ContactId {
        ContactId::from_uuid(self.ids.next())
    }

    /// Something happens to a mail.
    pub(crate) async fn note(
        &self,
        campaign: CampaignId,
        event: EventType,
        contact: ContactId,
        at: Timestamp,
        actor: Actor,
    ) {
        let contact = Some(contact);
        let event = CountedEvent {
            event,
            contact,
            at,
            actor,
        };
        self.record(campaign, &[event]).await;
    }

    /// Things happen to the mails of a campaign and on its page.
    pub(crate) async fn record(&self, campaign: CampaignId, events: &[CountedEvent]) {
        let events: Vec<_> = events.iter().map(|it| self.event(campaign, it)).collect();
        let unit = CampaignStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        unit.events()
            .record(&events, self.clock.now())
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    fn event(&self, campaign: CampaignId, counted: &CountedEvent) -> Event {
        let event_type = counted.event.as_str().parse().unwrap();
        let unique = self.ids.next();
        let mut event = Event::seen(event_type, campaign, counted.contact, counted.at, unique);
        event.actor = match counted.actor {
            Actor::Human => ActorVerdict::Human,
            Actor::Machine => ActorVerdict::Machine,
            Actor::Unknown => ActorVerdict::Unknown,
        };
        event
    }

    /// People become recipients of a campaign, of whose addresses this is known.
    pub(crate) async fn assign(&self, campaign: CampaignId, people: &[(ContactId, Segment)]) {
        let now = self.clock.now();
        let assignments = people.iter().map(|(contact, segment)| Assignment {
            contact: *contact,
            validation: segment.as_str().parse().unwrap(),
            decision: Ok(now),
        });
        let assignments: Vec<_> = assignments.collect();
        let unit = CampaignStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        unit.assignments()
            .assign(campaign, &assignments, now)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    /// Somebody becomes a lead of a campaign, who may be converted since.
    pub(crate) async fn interest(
        &self,
        campaign: CampaignId,
        contact: Option<ContactId>,
        source: LeadSource,
        at: Timestamp,
        is_converted: bool,
    ) {
        let new = NewLead {
            campaign: Some(campaign),
            contact,
            person: None,
            source,
            owner: None,
            notes: Description::empty(),
            came_at: at,
        };
        let ids = (
            LeadId::from_uuid(self.ids.next()),
            LeadStatusChangeId::from_uuid(self.ids.next()),
        );
        let (lead, step) = Lead::open(ids, self.scope.organization(), new, at, None);
        let mut state = lead.state().clone();
        if is_converted {
            state.status = LeadStatus::Converted;
        }
        let unit = CampaignStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        unit.leads()
            .insert(&Lead::restore(state), &step)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    pub(crate) async fn open(&self, campaign: CampaignId, contact: ContactId, at: Timestamp) {
        self.note(campaign, EventType::Open, contact, at, Actor::Human)
            .await;
    }

    /// A worker takes the next job.
    pub(crate) async fn claim(&self) -> Option<(ClaimedJob, Uuid)> {
        let claim = JobClaim {
            worker: self.ids.next(),
            now: self.clock.now(),
            lease: time::Duration::minutes(1),
            limit: 1,
            reserved: 0,
        };
        let claimed = self.database.claim(&claim).await.unwrap().pop();
        claimed.map(|job| (job, claim.worker))
    }

    fn job(&self) -> AggregationJob {
        AggregationJob::new(
            Arc::new(self.database.clone()),
            Arc::new(self.clock.clone()),
            Arc::new(self.ids.clone()),
        )
    }

    pub(crate) async fn work(
        &self,
        job: &ClaimedJob,
        work: &StagedWork,
    ) -> Result<JobEnd, JobFailure> {
        self.carry_out(&self.job(), job, work).await
    }

    /// As [`Self::work`], with so many events in each unit of work.
    pub(crate) async fn work_in_steps_of(
        &self,
        events: u32,
        job: &ClaimedJob,
        work: &StagedWork,
    ) -> Result<JobEnd, JobFailure> {
        let runner = self.job().in_steps_of(events);
        self.carry_out(&runner, job, work).await
    }

    async fn carry_out(
        &self,
        runner: &AggregationJob,
        job: &ClaimedJob,
        work: &StagedWork,
    ) -> Result<JobEnd, JobFailure> {
        let scope = TenantScope::for_job(
            self.scope.organization(),
            JobKind::new("aggregate_events"),
            job.id,
            RequestId::from_uuid(self.ids.next()),
        );
        runner.run(job, &scope, work).await
    }

    /// Counts what was recorded, from asking for it to the end of the job.
    pub(crate) async fn aggregate(&self) -> JobEnd {
        self.aggregation.ask(&self.scope).await.unwrap().unwrap();
        let (job, worker) = self.claim().await.unwrap();
        let work = StagedWork::new(job.id, worker);
        let end = self.work(&job, &work).await.unwrap();
        let outcome = kernel::JobOutcome::Completed { result: None };
        let ended = self
            .database
            .finish(job.id, worker, &outcome, self.clock.now())
            .await;
        assert!(ended.unwrap());
        end
    }

    pub(crate) async fn seen(&self, campaign: CampaignId, from: Date, to: Date) -> MetricsView {
        let question = Question::new(Some(from), Some(to), None).unwrap();
        self.dashboards
            .campaign(&self.scope, campaign, &question)
            .await
            .unwrap()
    }

    /// What the audit log tells of things of this kind: what was done to which, and the names of the fields.
    pub(crate) async fn told(&self, kind: &str) -> Vec<(String, Option<Uuid>, Vec<String>)> {
        use compliance::ports::AuditStore;
        let unit = AuditStore::begin(&self.database, &self.scope)
            .await
            .unwrap();
        let filter = compliance::AuditFilter::default();
        let entries = unit.entries().read(&filter, None, 500).await.unwrap();
        let told = entries.into_iter().map(|it| it.record);
        let told = told.filter(|it| it.entity_type == kind);
        told.map(|it| (it.action.as_str().to_owned(), it.entity, it.fields))
            .collect()
    }
}
