//! The job that carries out a campaign: it decides of everybody on its lists whether they are mailed and when, and then
//! hands the mails over when they are due.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    CampaignId, ClaimedJob, Clock, ContactId, EarlyEnd, IdGenerator, Interruption, Job, JobControl,
    JobEnd, JobFailure, JobId, JobKind, JobProgress, NewJob, TenantScope, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Transport;
use super::assigning::has_ended;
use super::courses::{ATTEMPTS, told};
use super::pace::Pace;
use super::settle::failure;
use crate::campaigns::noted;
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{Campaign, CampaignAction, CampaignError, CampaignStatus, Readiness, SendRate};

/// Carries out a campaign.
const SEND_CAMPAIGN: JobKind = JobKind::new("send_campaign");

/// What the job works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    campaign: CampaignId,
    /// The run of the campaign that it carries out; whatever comes of another one is left to another job.
    run: u32,
}

impl Payload {
    fn of(job: &ClaimedJob) -> Result<Self, JobFailure> {
        serde_json::from_value(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))
    }

    pub(super) const fn campaign(self) -> CampaignId {
        self.campaign
    }

    /// The campaign, where this is its present run.
    pub(super) fn present(self, found: Option<Campaign>) -> Option<Campaign> {
        found.filter(|campaign| campaign.state().run == self.run)
    }
}

/// The job of a campaign's present run.
pub(super) fn send_job(campaign: &Campaign, id: JobId, run_at: Timestamp) -> NewJob {
    NewJob {
        id,
        kind: SEND_CAMPAIGN,
        payload: json!(Payload {
            campaign: campaign.id(),
            run: campaign.state().run,
        }),
        run_at,
        max_attempts: ATTEMPTS,
    }
}

/// How far the job got, kept with each batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// Whether it was decided of everybody.
    pub(super) assigned: bool,
    /// The last one of whom it was.
    pub(super) after: Option<ContactId>,
    /// How many of them are mailed.
    pub(super) places: u64,
    /// Of how many it was decided.
    pub(super) looked_at: u64,
    /// How many are on the lists altogether.
    pub(super) people: Option<u64>,
    /// Those with whom there is nothing more to do, be it that they are left out or that their mail went out.
    pub(super) settled: u64,
    /// How many mails this job handed over.
    pub(super) sent: u64,
    /// Until when the time is used up that the rate gives its mails, in microseconds since 1970.
    #[serde(default)]
    pub(super) used_until: Option<i64>,
    /// Whether the work was ended.
    pub(super) ended: bool,
}

impl Reached {
    /// Everybody is looked at, and then mailed or not.
    fn progress(&self) -> JobProgress {
        let progress = JobProgress::new(self.looked_at + self.settled)
            .count("assigned", self.looked_at)
            .count("sent", self.sent);
        match self.people {
            Some(people) => progress.of(people * 2),
            None => progress,
        }
    }

    /// How many mails may be handed over at this rate.
    pub(super) fn pace(&self, rate: SendRate, at: Timestamp) -> Pace {
        let used_until = self.used_until.map(|it| i128::from(it) * 1_000);
        let used_until = used_until.and_then(|it| Timestamp::from_unix_timestamp_nanos(it).ok());
        Pace::new(rate, used_until, at)
    }

    /// Notes that so many mails were handed over.
    pub(super) fn keep_pace(&mut self, pace: Pace, mails: u64) {
        let nanoseconds = pace.after(mails).unix_timestamp_nanos();
        self.used_until = i64::try_from(nanoseconds / 1_000).ok();
    }

    fn result(&self) -> Value {
        json!({ "assigned": self.looked_at, "sent": self.sent })
    }
}

/// How it goes on after a batch.
pub(super) enum Next {
    /// With another one.
    Batch,
    /// Not before this instant.
    Wait(Timestamp),
    /// Not at all.
    End,
}

/// Carries out the job: batch after batch, each in a unit of work that keeps how far it got, so that nobody is mailed
/// twice and nobody left out when a worker is killed. Two that work on one campaign take different recipients.
pub struct SendJob {
    pub(super) bench: Workbench,
    pub(super) transport: Arc<dyn Transport>,
}

impl SendJob {
    /// The job on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            transport,
        }
    }

    /// The campaign, while its mails go out in this run.
    pub(super) async fn active(
        unit: &dyn CampaignUnit,
        payload: Payload,
    ) -> Result<Option<Campaign>, CampaignError> {
        let found = unit.campaigns().find(payload.campaign).await?;
        let present = payload.present(found);
        Ok(present.filter(is_active))
    }

    /// The job ends before its time: the campaign is paused, so that it can be seen that nothing goes out.
    async fn pause(&self, payload: Payload, scope: &TenantScope) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(before) = Self::active(unit.as_ref(), payload).await? {
            self.act(unit.as_ref(), &before, CampaignAction::Pause, scope, at)
                .await?;
            unit.commit().await?;
        }
        Ok(())
    }

    /// The campaign, where it ended in this run, and all that is left is to write down why the others got no mail.
    async fn ended(
        &self,
        payload: Payload,
        scope: &TenantScope,
    ) -> Result<Option<Campaign>, JobFailure> {
        let unit = self.bench.begin(scope).await?;
        let found = unit.campaigns().find(payload.campaign).await?;
        unit.commit().await?;
        Ok(payload.present(found).filter(has_ended))
    }

    /// The organization is not there any more, and nobody in it could have the campaign pause: it is paused here, for those
    /// who restore the organization.
    pub(super) async fn stand_still(
        &self,
        unit: Box<dyn CampaignUnit>,
        campaign: &Campaign,
        scope: &TenantScope,
        at: Timestamp,
    ) -> Result<Next, JobFailure> {
        self.act(unit.as_ref(), campaign, CampaignAction::Pause, scope, at)
            .await
            .map_err(failure)?;
        unit.commit().await?;
        Ok(Next::End)
    }

    pub(super) async fn act(
        &self,
        unit: &dyn CampaignUnit,
        before: &Campaign,
        action: CampaignAction,
        scope: &TenantScope,
        at: Timestamp,
    ) -> Result<(), CampaignError> {
        let mut after = before.clone();
        after.act(action, &Readiness::READY, None, at, None)?;
        unit.campaigns()
            .update(&after, before.state().stamps.version)
            .await?;
        let draft = noted(&after, told(action), after.changes_since(Some(before)));
        self.bench.note(unit, scope, at, vec![draft]).await?;
        Ok(())
    }
}

/// Whether mails of the campaign go out.
pub(crate) fn is_active(campaign: &Campaign) -> bool {
    let state = campaign.state();
    state.status == CampaignStatus::Active && !state.stamps.is_deleted()
}

#[async_trait]
impl Job for SendJob {
    fn kind(&self) -> JobKind {
        SEND_CAMPAIGN
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let payload = Payload::of(job)?;
        let mut reached = match &job.checkpoint {
            Some(checkpoint) => serde_json::from_value(checkpoint.clone())
                .ok()
                .ok_or_else(|| JobFailure::lasting("checkpoint-corrupt"))?,
            None => Reached::default(),
        };
        loop {
            if reached.ended {
                return Ok(JobEnd::Completed(Some(reached.result())));
            }
            match work.interruption() {
                // Nothing can be spared any more, and it would never be told why the others got no mail.
                Some(Interruption::Cancelled) if self.ended(payload, scope).await?.is_some() => {}
                Some(Interruption::Cancelled) => {
                    self.pause(payload, scope).await.map_err(failure)?;
                    return Ok(JobEnd::Cancelled(Some(reached.result())));
                }
                Some(interruption) => return Ok(interruption.into()),
                None => {}
            }
            let next = if reached.assigned {
                self.send_batch(payload, &mut reached, scope, work).await?
            } else {
                self.assign_batch(payload, &mut reached, scope, work)
                    .await?
            };
            work.report(reached.progress());
            match next {
                Next::Batch => {}
                Next::Wait(until) => return Ok(JobEnd::Waits(until)),
                Next::End => return Ok(JobEnd::Completed(Some(reached.result()))),
            }
        }
    }

    /// Nothing goes out any more, which the campaign's status has to say; whoever resumes it asks for another job, and
    /// what that one carries on is left alone. Of a campaign that ended nothing would go out anyway, and nobody could ask
    /// for the rest of the work again: its cancellation is of no use, and another job does it.
    async fn wind_up(
        &self,
        job: &ClaimedJob,
        end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let payload = Payload::of(job)?;
        if matches!(end, EarlyEnd::Cancelled)
            && let Some(campaign) = self.ended(payload, scope).await?
        {
            let job = send_job(&campaign, self.bench.id(JobId::from_uuid), self.bench.now());
            let unit = self.bench.begin(scope).await?;
            unit.jobs().enqueue(&job).await?;
            unit.commit().await?;
            return Ok(());
        }
        self.pause(payload, scope).await.map_err(failure)
    }
}
