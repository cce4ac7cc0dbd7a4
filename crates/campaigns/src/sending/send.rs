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
use time::Duration;

use super::Transport;
use super::courses::{ATTEMPTS, told};
use super::settle::{Settlement, failure};
use crate::campaigns::{noted, premises};
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{Assignment, Campaign, CampaignAction, CampaignError, CampaignStatus, Readiness};

/// Carries out a campaign.
pub(super) const SEND_CAMPAIGN: JobKind = JobKind::new("send_campaign");

/// Of how many people it is decided in one unit of work.
const ASSIGNED: u16 = 5_000;

/// How many mails are handed over in one unit of work, and so how many still go out after a pause was asked for.
const SENT: u16 = 1_000;

/// How long to wait for mails that another worker has in hand.
const PAUSE: Duration = Duration::seconds(2);

/// What the job works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    campaign: CampaignId,
    /// Whether it was decided of everybody before.
    #[serde(default)]
    assigned: bool,
}

/// What a job works on that begins with a campaign or goes on with it.
pub(super) fn payload(campaign: CampaignId) -> Value {
    json!(Payload {
        campaign,
        assigned: false,
    })
}

/// How far a try got, kept with each batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    /// Whether it was decided of everybody.
    assigned: bool,
    /// The last one of whom it was.
    after: Option<ContactId>,
    /// How many of them are mailed.
    places: u64,
    looked_at: u64,
    total: Option<u64>,
    settled: u64,
    /// Whether the work was ended or handed to a later job.
    ended: bool,
}

impl Reached {
    fn progress(&self) -> JobProgress {
        let progress = JobProgress::new(self.looked_at + self.settled)
            .count("assigned", self.looked_at)
            .count("sent", self.settled);
        match self.total {
            Some(total) => progress.of(total),
            None => progress,
        }
    }

    fn result(&self) -> Value {
        json!({ "assigned": self.looked_at, "sent": self.settled })
    }
}

/// How it goes on after a batch.
enum Next {
    Batch,
    End,
}

/// Carries out the job: batch after batch, each in a unit of work that keeps how far it got, so that nobody is mailed
/// twice and nobody left out when a worker is killed. Two that work on one campaign take different recipients.
pub struct SendJob {
    bench: Workbench,
    transport: Arc<dyn Transport>,
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

    /// The campaign, while its mails go out.
    async fn active(
        unit: &dyn CampaignUnit,
        id: CampaignId,
    ) -> Result<Option<Campaign>, CampaignError> {
        let found = unit.campaigns().find(id).await?;
        Ok(found.filter(|campaign| {
            let state = campaign.state();
            state.status == CampaignStatus::Active && !state.stamps.is_deleted()
        }))
    }

    async fn assign_batch(
        &self,
        id: CampaignId,
        reached: &mut Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Next, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let Some(campaign) = Self::active(unit.as_ref(), id).await.map_err(failure)? else {
            return Ok(Next::End);
        };
        let state = campaign.state();
        let (plan, start) = (&state.plan, state.times.started_at.unwrap_or(at));
        let audience = unit.audience();
        if reached.total.is_none() {
            let counts = audience.count(&plan.lists).await?;
            // Everybody is looked at, and then mailed or not.
            let people: u64 = counts.people.iter().map(|(_, count)| count).sum();
            reached.total = Some(people);
        }
        let found = audience
            .candidates(&plan.lists, reached.after, ASSIGNED)
            .await?;
        match found.last() {
            None => reached.assigned = true,
            Some(last) => {
                let premises = premises(unit.as_ref(), plan).await.map_err(failure)?;
                let policy = premises.policy_of(&campaign);
                let decided =
                    Assignment::decide(&found, policy, plan.send_rate, start, reached.places);
                unit.assignments().assign(id, &decided, at).await?;
                let mailed = decided.iter().filter(|it| it.decision.is_ok()).count() as u64;
                reached.after = Some(last.contact);
                reached.places += mailed;
                reached.looked_at += found.len() as u64;
                if let Some(total) = &mut reached.total {
                    *total += mailed;
                }
            }
        }
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(Next::Batch)
    }

    async fn send_batch(
        &self,
        id: CampaignId,
        reached: &mut Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Next, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let Some(campaign) = Self::active(unit.as_ref(), id).await.map_err(failure)? else {
            return Ok(Next::End);
        };
        let delay = campaign.state().times.delay;
        let due_until = at - delay;
        let due = unit.assignments().claim_due(id, due_until, SENT).await?;
        if due.is_empty() {
            let next = unit.assignments().next_due(id).await?;
            match next {
                Some(next) => {
                    let run_at = (next + delay).max(at + PAUSE);
                    self.go_on_later(unit.as_ref(), id, run_at).await?;
                }
                None => self.end(unit.as_ref(), &campaign, scope, at).await?,
            }
            reached.ended = true;
            work.checkpoint(unit.jobs(), &json!(reached)).await?;
            unit.commit().await?;
            return Ok(Next::End);
        }
        let deliveries = self.transport.send(&campaign, &due).await;
        let deliveries = deliveries
            .ok()
            .ok_or_else(|| JobFailure::from("transport-failed"))?;
        if deliveries.len() != due.len() {
            return Err(JobFailure::lasting("transport-miscounted"));
        }
        let settled: Vec<_> = due.into_iter().zip(deliveries).collect();
        let settlement = Settlement {
            bench: &self.bench,
            unit: unit.as_ref(),
            scope,
            campaign: id,
            at,
        };
        settlement.settle(&settled).await?;
        reached.settled += settled.len() as u64;
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(Next::Batch)
    }

    async fn go_on_later(
        &self,
        unit: &dyn CampaignUnit,
        campaign: CampaignId,
        run_at: Timestamp,
    ) -> Result<(), JobFailure> {
        let payload = Payload {
            campaign,
            assigned: true,
        };
        let job = NewJob {
            id: self.bench.id(JobId::from_uuid),
            kind: SEND_CAMPAIGN,
            payload: json!(payload),
            run_at,
            max_attempts: ATTEMPTS,
        };
        Ok(unit.jobs().enqueue(&job).await?)
    }

    /// Nobody is left to mail.
    async fn end(
        &self,
        unit: &dyn CampaignUnit,
        before: &Campaign,
        scope: &TenantScope,
        at: Timestamp,
    ) -> Result<(), JobFailure> {
        self.act(unit, before, CampaignAction::Complete, scope, at)
            .await
            .map_err(failure)
    }

    /// Somebody cancelled the job: the campaign is paused, so that it can be seen that nothing goes out.
    async fn pause(&self, id: CampaignId, scope: &TenantScope) -> Result<(), CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(before) = Self::active(unit.as_ref(), id).await? {
            self.act(unit.as_ref(), &before, CampaignAction::Pause, scope, at)
                .await?;
            unit.commit().await?;
        }
        Ok(())
    }

    async fn act(
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
        let payload = serde_json::from_value::<Payload>(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))?;
        let mut reached = match &job.checkpoint {
            Some(checkpoint) => serde_json::from_value(checkpoint.clone())
                .ok()
                .ok_or_else(|| JobFailure::lasting("checkpoint-corrupt"))?,
            None => Reached {
                assigned: payload.assigned,
                ..Reached::default()
            },
        };
        let id = payload.campaign;
        loop {
            if reached.ended {
                return Ok(JobEnd::Completed(Some(reached.result())));
            }
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    self.pause(id, scope).await.map_err(failure)?;
                    return Ok(JobEnd::Cancelled(Some(reached.result())));
                }
                Some(interruption) => return Ok(interruption.into()),
                None => {}
            }
            let next = if reached.assigned {
                self.send_batch(id, &mut reached, scope, work).await?
            } else {
                self.assign_batch(id, &mut reached, scope, work).await?
            };
            work.report(reached.progress());
            if matches!(next, Next::End) {
                return Ok(JobEnd::Completed(Some(reached.result())));
            }
        }
    }

    /// Nothing goes out any more, which the campaign's status has to say; whoever resumes it asks for another job.
    async fn wind_up(
        &self,
        job: &ClaimedJob,
        _end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let payload = serde_json::from_value::<Payload>(job.payload.clone())
            .ok()
            .ok_or_else(|| JobFailure::lasting("payload-corrupt"))?;
        self.pause(payload.campaign, scope).await.map_err(failure)
    }
}
