//! The job that has a scheduled campaign begin.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, CampaignId, ClaimedJob, Clock, EarlyEnd, IdGenerator, Job, JobControl, JobEnd,
    JobFailure, JobId, JobKind, NewJob, TenantScope, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::courses::{ATTEMPTS, readiness, told};
use super::send::send_job;
use super::settle::failure;
use crate::campaigns::{noted, premises};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{Campaign, CampaignAction, CampaignError, CampaignStatus, Due, Readiness, Refusal};

/// Has a campaign begin.
const BEGIN_CAMPAIGN: JobKind = JobKind::new("begin_campaign");

/// What the job works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    campaign: CampaignId,
    /// For when it was scheduled when the job was asked for, in microseconds since 1970; one that was moved since has
    /// another job.
    scheduled_at: i64,
}

fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

impl Payload {
    fn of(job: &ClaimedJob) -> Result<Self, JobFailure> {
        serde_json::from_value(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))
    }
}

/// The job that has a scheduled campaign begin at its time, or at once where that has passed; `None` for any other.
pub(crate) fn begin_job(campaign: &Campaign, id: JobId, at: Timestamp) -> Option<NewJob> {
    let state = campaign.state();
    let is_scheduled = state.status == CampaignStatus::Scheduled;
    let scheduled_at = state.times.scheduled_at.filter(|_| is_scheduled)?;
    Some(NewJob {
        id,
        kind: BEGIN_CAMPAIGN,
        payload: json!(Payload {
            campaign: campaign.id(),
            scheduled_at: micros(scheduled_at),
        }),
        run_at: scheduled_at.max(at),
        max_attempts: ATTEMPTS,
    })
}

/// Carries out the job, whose effect is one unit of work: a campaign that has begun is not scheduled any more.
pub struct BeginJob {
    bench: Workbench,
}

impl BeginJob {
    /// The job on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    async fn begin_campaign(
        &self,
        payload: &Payload,
        scope: &TenantScope,
    ) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let Some((before, scheduled_at)) = Self::meant(unit.as_ref(), payload).await? else {
            return Ok(());
        };
        let state = before.state();
        let mut after = before.clone();
        let premises = premises(unit.as_ref(), &state.plan).await?;
        let action = match state.plan.past_schedule.due(scheduled_at, at) {
            // Whoever restores the organization has to see to it.
            _ if premises.organization_is_deleted => {
                after.miss(at);
                AuditAction::Update
            }
            Due::Waits | Due::Begins => {
                let readiness = readiness(unit.as_ref(), &before).await?;
                match after.act(CampaignAction::Launch, &readiness, None, at, None) {
                    Ok(()) => told(CampaignAction::Launch),
                    // Something that it needs is gone since; whoever scheduled it has to see to that.
                    Err(Refusal::NotReady(_)) => {
                        after.miss(at);
                        AuditAction::Update
                    }
                    Err(refusal) => return Err(refusal.into()),
                }
            }
            Due::Asks => {
                after.miss(at);
                AuditAction::Update
            }
            Due::Lapses => {
                after.act(
                    CampaignAction::Unschedule,
                    &Readiness::READY,
                    None,
                    at,
                    None,
                )?;
                after.miss(at);
                AuditAction::Update
            }
        };
        unit.campaigns()
            .update(&after, state.stamps.version)
            .await?;
        if after.state().status == CampaignStatus::Active {
            let job = send_job(&after, self.bench.id(JobId::from_uuid), at);
            unit.jobs().enqueue(&job).await?;
        }
        let draft = noted(&after, action, after.changes_since(Some(&before)));
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// The campaign, and its time, where it still waits for this job.
    async fn meant(
        unit: &dyn CampaignUnit,
        payload: &Payload,
    ) -> Result<Option<(Campaign, Timestamp)>, CampaignError> {
        let Some(campaign) = unit.campaigns().find(payload.campaign).await? else {
            return Ok(None);
        };
        let state = campaign.state();
        let times = &state.times;
        let is_meant = times.scheduled_at.map(micros) == Some(payload.scheduled_at)
            && state.status == CampaignStatus::Scheduled
            && times.missed_at.is_none()
            && !state.stamps.is_deleted();
        let scheduled_at = times.scheduled_at.filter(|_| is_meant);
        Ok(scheduled_at.map(|at| (campaign, at)))
    }

    /// The campaign does not begin by this job any more: whoever scheduled it has to see that.
    async fn miss(&self, payload: &Payload, scope: &TenantScope) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let Some((before, _)) = Self::meant(unit.as_ref(), payload).await? else {
            return Ok(());
        };
        let mut after = before.clone();
        after.miss(at);
        unit.campaigns()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = after.changes_since(Some(&before));
        let draft = noted(&after, AuditAction::Update, changes);
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }
}

#[async_trait]
impl Job for BeginJob {
    fn kind(&self) -> JobKind {
        BEGIN_CAMPAIGN
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        _work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        self.begin_campaign(&Payload::of(job)?, scope)
            .await
            .map_err(failure)?;
        Ok(JobEnd::DONE)
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        _end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        self.miss(&Payload::of(job)?, scope).await.map_err(failure)
    }
}
