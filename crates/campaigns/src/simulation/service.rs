//! Use cases: simulating campaigns, seeing what is simulated, and taking its consequences for people back.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, Checked, Clock, ContactId, Done, Expected,
    FieldErrors, FieldFault, IdGenerator, JobId, Once, Page, PageRequest, SimulationId,
    TenantScope, Timestamp, begin_once,
};
use time::Duration;
use uuid::Uuid;

use super::links::links_of;
use super::play::simulate_job;
use super::{
    AskedSimulation, Mailing, SimulatedMail, Simulation, SimulationPlan, SimulationSeed, Simulator,
};
use crate::campaigns::{find_living as find_campaign, noted as campaign_noted, premises};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::sending::readiness;
use crate::stopping::lift;
use crate::visits::known_answers;
use crate::workbench::{Workbench, deletion};
use crate::{Addressee, Campaign, CampaignError, FormVersion, ReadAddress, UnknownAnswers};

/// How long ago a simulation can begin: for as long as there is room for events of the past.
const MEMORY: Duration = Duration::weeks(12);

/// Use cases on simulations. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Simulations {
    bench: Workbench,
    simulator: Arc<dyn Simulator>,
    read_address: ReadAddress,
}

impl Simulations {
    /// Use cases on what is in `store`; `read_address` knows what an address is.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        simulator: Arc<dyn Simulator>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        read_address: ReadAddress,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            simulator,
            read_address,
        }
    }

    /// Has a campaign that has not begun carried out as if, by a job. It needs all that it needs to begin, and a form that
    /// answers can be made up for.
    pub async fn create(
        &self,
        scope: &TenantScope,
        campaign: CampaignId,
        asked: Checked<AskedSimulation>,
        once: &Once<'_, Simulation>,
    ) -> Result<Done<Simulation>, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = find_campaign(unit.as_ref(), campaign).await?;
        let plan = self.plan(unit.as_ref(), &before, &asked?, at).await?;
        let readiness = readiness(unit.as_ref(), &before).await?;
        let by = scope.actor().user();
        let mut after = before.clone();
        after.begin_simulation(&readiness, plan.start_at, at, by)?;
        self.require_answers(unit.as_ref(), &before, &plan).await?;
        unit.campaigns()
            .update(&after, before.state().stamps.version)
            .await
            .map_err(CampaignError::contended)?;
        let ids = (
            self.bench.id(SimulationId::from_uuid),
            self.bench.id(JobId::from_uuid),
        );
        let organization = scope.organization();
        let simulation = Simulation::begin(ids, organization, campaign, plan, at, by);
        unit.simulations().insert(&simulation).await?;
        unit.jobs()
            .enqueue(&simulate_job(&simulation, &after, at))
            .await?;
        let launch = after.changes_since(Some(&before));
        let drafts = vec![
            noted(&simulation, AuditAction::Create, simulation.beginning()),
            campaign_noted(&after, AuditAction::Launch, launch),
        ];
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        once.record(unit.idempotency(), &simulation).await?;
        unit.commit().await?;
        Ok(Done::Fresh(simulation))
    }

    async fn plan(
        &self,
        unit: &dyn CampaignUnit,
        campaign: &Campaign,
        asked: &AskedSimulation,
        now: Timestamp,
    ) -> Result<SimulationPlan, CampaignError> {
        let plan = &campaign.state().plan;
        let premises = premises(unit, plan).await?;
        let counts = unit.audience().count(&plan.lists).await?;
        let mailing = Mailing {
            mails: premises.policy_of(campaign).preview(&counts).mailed,
            send_rate: plan.send_rate,
        };
        let drawn = SimulationSeed::drawn(self.bench.id(std::convert::identity));
        let seed = asked.seed.unwrap_or(drawn);
        let plan = self.simulator.plan(asked, seed, &mailing, now)?;
        if plan.start_at < now - MEMORY {
            let weeks = MEMORY.whole_weeks();
            let detail = format!("a simulation begins at most {weeks} weeks ago");
            let fault = FieldFault::new("out-of-range", detail);
            return Err(FieldErrors::one("#/start_at", fault).into());
        }
        Ok(plan)
    }

    /// Refuses a form that nobody can make up answers for, not even knowing who it is.
    async fn require_answers(
        &self,
        unit: &dyn CampaignUnit,
        campaign: &Campaign,
        plan: &SimulationPlan,
    ) -> Result<(), CampaignError> {
        let (mail, form) = staged(unit, campaign).await?;
        let scenario = self.simulator.scenario(plan, mail)?;
        let Some(form) = form.filter(|_| scenario.answers_forms()) else {
            return Ok(());
        };
        let somebody = ContactId::from_uuid(Uuid::nil());
        let known = known_answers(&form.definition, Some(&somebody_known()));
        let answers = scenario.answers(somebody, &form.definition, &known);
        let accepted = answers.is_some_and(|answers| {
            let definition = &form.definition;
            let response =
                definition.validate(&answers, UnknownAnswers::Ignored, self.read_address);
            response.is_ok()
        });
        if accepted {
            return Ok(());
        }
        let detail = "no answers that the form accepts can be made up; simulate the campaign with a form_submit_rate of 0";
        let fault = FieldFault::new("unanswerable", detail);
        let errors = FieldErrors::one("#/form_version_id", fault);
        Err(CampaignError::NotReady(errors))
    }

    /// The living simulations, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        page: &PageRequest,
    ) -> Result<Page<Simulation>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let simulations = unit.simulations().list(page).await?;
        unit.commit().await?;
        Ok(simulations)
    }

    /// A living simulation.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: SimulationId,
    ) -> Result<Simulation, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let simulation = find_living(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(simulation)
    }

    /// Deletes a simulation that is over, and lifts what it suppressed: people who came back or left as if can be mailed
    /// again. What is recorded of them stays, as do the leads.
    pub async fn delete(
        &self,
        scope: &TenantScope,
        id: SimulationId,
        expected: &Expected,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let before = find_living(unit.as_ref(), id).await?;
        let old = &before.state().stamps;
        if !expected.accepts(old.version) {
            return Err(CampaignError::Stale);
        }
        let campaign = unit
            .campaigns()
            .find_for_share(before.state().campaign)
            .await?;
        if campaign.is_some_and(|it| it.state().status.is_under_way()) {
            return Err(CampaignError::SimulationUnderWay);
        }
        let mut after = before.clone();
        after.delete(at, scope.actor().user());
        unit.simulations().update(&after, old.version).await?;
        let end = deletion(old, &after.state().stamps);
        let mut drafts = vec![noted(&after, AuditAction::Delete, end)];
        drafts.extend(lift(unit.as_ref(), id).await?);
        self.bench.note(unit.as_ref(), scope, at, drafts).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// What the mails of a campaign are, and what its landing page asks.
pub(super) async fn staged(
    unit: &dyn CampaignUnit,
    campaign: &Campaign,
) -> Result<(SimulatedMail, Option<FormVersion>), CampaignError> {
    let state = campaign.state();
    let template = match state.plan.email_template_version {
        Some(version) => unit.email_templates().find_published(version).await?,
        None => None,
    };
    let links = match (&template, &state.landing_page) {
        (Some(template), Some(slug)) => links_of(&template.content, slug),
        _ => Vec::new(),
    };
    let form = match state.plan.form_version {
        Some(version) => unit.forms().find_published(version).await?,
        None => None,
    };
    let mail = SimulatedMail {
        campaign: state.id,
        send_rate: state.plan.send_rate,
        links,
    };
    Ok((mail, form))
}

/// Somebody of whom everything is known that forms ask for.
fn somebody_known() -> Addressee {
    let text = |text: &str| Some(text.to_owned());
    Addressee {
        email: "ada@example.com".to_owned(),
        first_name: text("Ada"),
        last_name: text("Lovelace"),
        display_name: text("Ada Lovelace"),
        phone: text("+44 20 7946 0000"),
        company: text("Example Ltd"),
        job_title: text("Analyst"),
        ..Addressee::default()
    }
}

fn noted(simulation: &Simulation, action: AuditAction, changes: Changes) -> AuditDraft {
    let id = simulation.id().as_uuid();
    AuditDraft::new("email_send_simulation", id, action, changes)
}

async fn find_living(
    unit: &dyn CampaignUnit,
    id: SimulationId,
) -> Result<Simulation, CampaignError> {
    let found = unit.simulations().find(id).await?;
    found
        .filter(|simulation| !simulation.state().stamps.is_deleted())
        .ok_or(CampaignError::NotFound("simulation"))
}
