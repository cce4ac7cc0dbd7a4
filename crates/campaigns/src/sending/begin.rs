//! The job that has a scheduled campaign begin.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, CampaignId, ClaimedJob, Clock, IdGenerator, Job, JobControl, JobEnd, JobFailure,
    JobId, JobKind, NewJob, TenantScope, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::courses::{ATTEMPTS, readiness, told};
use super::send::{self, SEND_CAMPAIGN};
use super::settle::failure;
use crate::campaigns::noted;
use crate::ports::CampaignStore;
use crate::workbench::Workbench;
use crate::{Campaign, CampaignAction, CampaignError, CampaignStatus, Due, Readiness, Refusal};

/// Has a campaign begin.
pub(super) const BEGIN_CAMPAIGN: JobKind = JobKind::new("begin_campaign");

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

/// What the job of a scheduled campaign works on.
pub(super) fn payload(campaign: &Campaign) -> Value {
    let scheduled_at = campaign.state().times.scheduled_at;
    json!(Payload {
        campaign: campaign.id(),
        scheduled_at: scheduled_at.map_or(0, micros),
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
        let Some(before) = unit.campaigns().find(payload.campaign).await? else {
            return Ok(());
        };
        let state = before.state();
        let times = &state.times;
        let is_meant = times.scheduled_at.map(micros) == Some(payload.scheduled_at)
            && state.status == CampaignStatus::Scheduled
            && times.missed_at.is_none()
            && !state.stamps.is_deleted();
        let (true, Some(scheduled_at)) = (is_meant, times.scheduled_at) else {
            return Ok(());
        };
        let mut after = before.clone();
        let action = match state.plan.past_schedule.due(scheduled_at, at) {
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
            unit.jobs()
                .enqueue(&NewJob {
                    id: self.bench.id(JobId::from_uuid),
                    kind: SEND_CAMPAIGN,
                    payload: send::payload(payload.campaign),
                    run_at: at,
                    max_attempts: ATTEMPTS,
                })
                .await?;
        }
        let draft = noted(&after, action, after.changes_since(Some(&before)));
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
        let payload = serde_json::from_value::<Payload>(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))?;
        self.begin_campaign(&payload, scope)
            .await
            .map_err(failure)?;
        Ok(JobEnd::DONE)
    }
}
