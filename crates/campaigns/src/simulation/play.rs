//! The job that plays a simulation: it decides of everybody on the campaign's lists whether they are mailed and when, and
//! then records what their mails cause.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, CampaignId, ClaimedJob, Clock, EarlyEnd, IdGenerator, Interruption, Job,
    JobControl, JobEnd, JobFailure, JobKind, NewJob, SimulationId, StorageError, TenantScope,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Duration;

use super::progress::{Instant, Reached};
use super::recording::Recording;
use super::service::staged;
use super::{Scenario, Simulation, Simulator};
use crate::campaigns::{noted, premises};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::sending::{ATTEMPTS, failure, is_active};
use crate::workbench::Workbench;
use crate::{Assignment, Campaign, CampaignError, FormVersion, Leads, ReadAddress, RiskyAddresses};

/// Plays a simulation.
const SIMULATE_CAMPAIGN: JobKind = JobKind::new("simulate_campaign");

/// Of how many people it is decided in one unit of work.
const ASSIGNED: u16 = 5_000;

/// Of how many people something is played in one unit of work.
const PLAYED: u16 = 2_500;

/// How long to let events gather that happen one after the other.
const GATHERING: Duration = Duration::seconds(5);

/// What the job works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    simulation: SimulationId,
    campaign: CampaignId,
    /// The run of the campaign that it carries out.
    run: u32,
}

impl Payload {
    fn of(job: &ClaimedJob) -> Result<Self, JobFailure> {
        serde_json::from_value(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))
    }
}

/// The job that plays a simulation of a campaign that has begun.
pub(super) fn simulate_job(simulation: &Simulation, campaign: &Campaign, at: Timestamp) -> NewJob {
    NewJob {
        id: simulation.state().job,
        kind: SIMULATE_CAMPAIGN,
        payload: json!(Payload {
            simulation: simulation.id(),
            campaign: campaign.id(),
            run: campaign.state().run,
        }),
        run_at: at,
        max_attempts: ATTEMPTS,
    }
}

/// How it goes on after a batch.
enum Next {
    /// With another one.
    Batch,
    /// Not before this instant.
    Wait(Timestamp),
    /// Not at all.
    End,
    /// Not at all, and the campaign ends with it.
    GiveUp,
}

/// Carries out the job: batch after batch, each in a unit of work that keeps how far it got. What is recorded is a function
/// of the plan and of each recipient alone, so that neither batches nor restarts are seen in it.
pub struct SimulateJob {
    bench: Workbench,
    simulator: Arc<dyn Simulator>,
    leads: Leads,
    played: u16,
}

/// What a batch works on.
struct Stage<'a> {
    unit: &'a dyn CampaignUnit,
    campaign: Campaign,
    scenario: Box<dyn Scenario>,
    form: Option<FormVersion>,
    policy: RiskyAddresses,
    /// Whether the organization was deleted.
    is_orphaned: bool,
    at: Timestamp,
}

impl SimulateJob {
    /// The job on what is in `store`; `read_address` knows what an address is.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        simulator: Arc<dyn Simulator>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        read_address: ReadAddress,
    ) -> Self {
        let (time, id) = (Arc::clone(&clock), Arc::clone(&ids));
        Self {
            leads: Leads::new(Arc::clone(&store), time, id, read_address),
            bench: Workbench::new(store, clock, ids),
            simulator,
            played: PLAYED,
        }
    }

    /// The same job, which plays of so many people in one unit of work.
    #[must_use]
    pub const fn in_batches_of(mut self, people: u16) -> Self {
        self.played = people;
        self
    }

    /// What is played, and with whom; `None` where this run of the campaign is over. Whoever wants to end it waits for the
    /// unit's end.
    async fn set<'a>(
        &self,
        unit: &'a dyn CampaignUnit,
        payload: Payload,
        at: Timestamp,
    ) -> Result<Option<Stage<'a>>, CampaignError> {
        let Some(campaign) = present(unit, payload).await? else {
            return Ok(None);
        };
        let simulation = unit.simulations().find(payload.simulation).await?;
        let simulation = simulation
            .ok_or_else(|| StorageError::Corrupt("a job plays no simulation".to_owned()))?;
        let (mail, form) = staged(unit, &campaign).await?;
        let scenario = self.simulator.scenario(&simulation.state().plan, mail)?;
        let premises = premises(unit, &campaign.state().plan).await?;
        Ok(Some(Stage {
            policy: premises.policy_of(&campaign),
            is_orphaned: premises.organization_is_deleted,
            unit,
            campaign,
            scenario,
            form,
            at,
        }))
    }

    async fn batch(
        &self,
        payload: Payload,
        reached: &mut Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Next, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let stage = self.set(unit.as_ref(), payload, at).await;
        let Some(stage) = stage.map_err(failure)? else {
            return Ok(Next::End);
        };
        if stage.is_orphaned {
            return Ok(Next::GiveUp);
        }
        // What is reached counts once it is committed.
        let mut further = reached.clone();
        let next = if further.assigned {
            self.play(&stage, payload, &mut further, scope).await
        } else {
            decide(&stage, &mut further).await
        };
        let next = next.map_err(failure)?;
        drop(stage);
        work.checkpoint(unit.jobs(), &json!(further)).await?;
        unit.commit().await?;
        *reached = further;
        Ok(next)
    }

    /// Plays what happened until this round's end to the recipients who are next.
    async fn play(
        &self,
        stage: &Stage<'_>,
        payload: Payload,
        reached: &mut Reached,
        scope: &TenantScope,
    ) -> Result<Next, CampaignError> {
        let until = *reached.round_until.get_or_insert(Instant::of(stage.at));
        let unit = stage.unit;
        let mails = unit
            .assignments()
            .planned(payload.campaign, reached.after, self.played)
            .await?;
        if mails.is_empty() {
            return self.end_round(stage, reached, scope).await;
        }
        let recording = Recording {
            bench: &self.bench,
            leads: &self.leads,
            unit,
            scope,
            simulation: payload.simulation,
            campaign: &stage.campaign,
            scenario: stage.scenario.as_ref(),
            form: stage.form.as_ref(),
            policy: stage.policy,
            since: reached.played_until.map(Instant::at),
            until: until.at(),
            at: stage.at,
        };
        recording.record(&mails, reached).await?;
        Ok(Next::Batch)
    }

    /// Everything was played to everybody that happened until the round's end.
    async fn end_round(
        &self,
        stage: &Stage<'_>,
        reached: &mut Reached,
        scope: &TenantScope,
    ) -> Result<Next, CampaignError> {
        reached.played_until = reached.round_until.take();
        reached.after = None;
        if let Some(next) = reached.next.take() {
            return Ok(if next.at() > stage.at {
                Next::Wait(next.at().max(stage.at + GATHERING))
            } else {
                Next::Batch
            });
        }
        self.end(stage.unit, &stage.campaign, reached, scope, stage.at)
            .await?;
        reached.ended = true;
        Ok(Next::Batch)
    }

    /// The campaign has ended when its last mail went out.
    async fn end(
        &self,
        unit: &dyn CampaignUnit,
        before: &Campaign,
        reached: &Reached,
        scope: &TenantScope,
        at: Timestamp,
    ) -> Result<(), CampaignError> {
        let state = before.state();
        let begun = state.times.started_at.unwrap_or(at);
        let ended = reached.last_sent.map_or(begun, Instant::at);
        let mut after = before.clone();
        after.end_simulation(ended, at)?;
        unit.campaigns()
            .update(&after, state.stamps.version)
            .await?;
        let changes = after.changes_since(Some(before));
        let draft = noted(&after, AuditAction::Complete, changes);
        self.bench.note(unit, scope, at, vec![draft]).await?;
        Ok(())
    }

    /// The job ends before its time, and the campaign with it: whoever was yet to be mailed is left out, so many in a unit of
    /// work, and the campaign ends with the last one.
    async fn give_up(
        &self,
        payload: Payload,
        reached: &Reached,
        scope: &TenantScope,
    ) -> Result<(), CampaignError> {
        loop {
            let at = self.bench.now();
            let unit = self.bench.begin(scope).await?;
            let Some(campaign) = present(unit.as_ref(), payload).await? else {
                return Ok(());
            };
            let assignments = unit.assignments();
            let left_out = assignments.give_up(campaign.id(), ASSIGNED, at).await?;
            let is_last = left_out < u64::from(ASSIGNED);
            if is_last {
                self.end(unit.as_ref(), &campaign, reached, scope, at)
                    .await?;
            }
            unit.commit().await?;
            if is_last {
                return Ok(());
            }
        }
    }
}

/// Decides of the people who are next whether they are mailed and when.
async fn decide(stage: &Stage<'_>, reached: &mut Reached) -> Result<Next, CampaignError> {
    let unit = stage.unit;
    let lists = &stage.campaign.state().plan.lists;
    if reached.people.is_none() {
        let counts = unit.audience().count(lists).await?;
        reached.people = Some(counts.people.iter().map(|(_, count)| count).sum());
    }
    let found = unit
        .audience()
        .candidates(lists, reached.after, ASSIGNED)
        .await?;
    let Some(last) = found.last() else {
        reached.assigned = true;
        reached.after = None;
        return Ok(Next::Batch);
    };
    let send_time = |earlier| stage.scenario.send_time(earlier);
    let decided = Assignment::plan(&found, stage.policy, reached.places, send_time);
    unit.assignments()
        .assign(stage.campaign.id(), &decided, stage.at)
        .await?;
    let mailed = decided.iter().filter(|it| it.decision.is_ok()).count() as u64;
    let found_count = found.len() as u64;
    reached.places += mailed;
    reached.looked_at += found_count;
    reached.finished += found_count - mailed;
    reached.after = Some(last.contact);
    Ok(Next::Batch)
}

/// The campaign, while this run of it is under way.
async fn present(
    unit: &dyn CampaignUnit,
    payload: Payload,
) -> Result<Option<Campaign>, CampaignError> {
    let found = unit.campaigns().find_for_share(payload.campaign).await?;
    let is_present = |it: &Campaign| it.state().run == payload.run && is_active(it);
    Ok(found.filter(is_present))
}

fn reached_by(job: &ClaimedJob) -> Result<Reached, JobFailure> {
    match &job.checkpoint {
        Some(checkpoint) => serde_json::from_value(checkpoint.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("checkpoint-corrupt")),
        None => Ok(Reached::default()),
    }
}

#[async_trait]
impl Job for SimulateJob {
    fn kind(&self) -> JobKind {
        SIMULATE_CAMPAIGN
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let payload = Payload::of(job)?;
        let mut reached = reached_by(job)?;
        loop {
            if reached.ended {
                return Ok(JobEnd::Completed(Some(reached.result())));
            }
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    self.give_up(payload, &reached, scope)
                        .await
                        .map_err(failure)?;
                    return Ok(JobEnd::Cancelled(Some(reached.result())));
                }
                Some(interruption) => return Ok(interruption.into()),
                None => {}
            }
            let next = self.batch(payload, &mut reached, scope, work).await?;
            work.report(reached.progress());
            match next {
                Next::Batch => {}
                Next::Wait(until) => return Ok(JobEnd::Waits(until)),
                Next::End => return Ok(JobEnd::Completed(Some(reached.result()))),
                // Nobody in the organization could have it end, and what is simulated cannot be paused.
                Next::GiveUp => {
                    self.give_up(payload, &reached, scope)
                        .await
                        .map_err(failure)?;
                    return Ok(JobEnd::Completed(Some(reached.result())));
                }
            }
        }
    }

    /// Nothing of it is played any more, which the campaign's status has to say.
    async fn wind_up(
        &self,
        job: &ClaimedJob,
        _end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let reached = reached_by(job).unwrap_or_default();
        self.give_up(Payload::of(job)?, &reached, scope)
            .await
            .map_err(failure)
    }
}
