//! Handing over the mails of a campaign that are due.

use kernel::{JobControl, JobFailure, TenantScope};
use serde_json::json;
use time::Duration;

use super::pace::Pace;
use super::send::{Next, Payload, Reached, SendJob};
use super::settle::{Settlement, failure};
use crate::campaigns::premises;
use crate::{Campaign, CampaignAction, DueMail, LivingContact, Settled, Sorted};

/// How many mails are handed over in one unit of work, and so how many still go out after a pause was asked for.
const SENT: u16 = 1_000;

/// How long to let mails gather that become due one after the other.
pub(super) const GATHERING: Duration = Duration::seconds(30);

/// How long to wait for mails that another worker has in hand.
const PATIENCE: Duration = Duration::seconds(2);

impl SendJob {
    pub(super) async fn send_batch(
        &self,
        payload: Payload,
        reached: &mut Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Next, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let Some(campaign) = Self::active(unit.as_ref(), payload)
            .await
            .map_err(failure)?
        else {
            return Ok(Next::End);
        };
        let premises = premises(unit.as_ref(), &campaign.state().plan).await;
        let premises = premises.map_err(failure)?;
        if premises.organization_is_deleted {
            return self.stand_still(unit, &campaign, scope, at).await;
        }
        let id = campaign.id();
        let delay = campaign.state().times.delay;
        let rate = campaign.state().plan.send_rate;
        let pace = rate.map(|rate| reached.pace(rate, at));
        let allowed = pace.map_or(u64::MAX, Pace::allowed);
        let due = match u16::try_from(allowed).unwrap_or(SENT).min(SENT) {
            0 => Vec::new(),
            most => unit.assignments().claim_due(id, at - delay, most).await?,
        };
        if due.is_empty() {
            if let Some(next) = unit.assignments().next_due(id).await? {
                let next = next + delay;
                return Ok(Next::Wait(if next > at || allowed == 0 {
                    next.max(at + GATHERING)
                } else {
                    at + PATIENCE
                }));
            }
            // Nobody is left to mail.
            self.act(
                unit.as_ref(),
                &campaign,
                CampaignAction::Complete,
                scope,
                at,
            )
            .await
            .map_err(failure)?;
            reached.ended = true;
            work.checkpoint(unit.jobs(), &json!(reached)).await?;
            unit.commit().await?;
            return Ok(Next::End);
        }
        let policy = premises.policy_of(&campaign);
        // It was decided of them a while ago; people left since, were deleted, or their addresses turned out bad.
        let living = unit.audience().standings(&due).await?;
        let Sorted {
            mailed,
            left_out: mut settled,
        } = Sorted::now(&due, living, policy);
        settled.extend(self.hand_over(&campaign, mailed).await?);
        let handed_over = settled.iter().filter(|it| it.outcome.is_ok()).count() as u64;
        let settlement = Settlement {
            bench: &self.bench,
            unit: unit.as_ref(),
            scope,
            campaign: id,
            at,
        };
        settlement.settle(&settled).await?;
        reached.settled += settled.len() as u64;
        reached.sent += handed_over;
        if let Some(pace) = pace {
            reached.keep_pace(pace, handed_over);
        }
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(Next::Batch)
    }

    /// Hands mails over, and tells what became of each.
    async fn hand_over(
        &self,
        campaign: &Campaign,
        mailed: Vec<LivingContact>,
    ) -> Result<Vec<Settled>, JobFailure> {
        if mailed.is_empty() {
            return Ok(Vec::new());
        }
        let judged: Vec<_> = mailed.iter().map(|it| it.standing.status).collect();
        let mails = mailed.into_iter().map(|person| DueMail {
            contact: person.contact,
            address: person.address,
        });
        let mails: Vec<_> = mails.collect();
        let deliveries = self.transport.send(campaign, &mails).await;
        let deliveries = deliveries
            .ok()
            .ok_or_else(|| JobFailure::from("transport-failed"))?;
        if deliveries.len() != mails.len() {
            return Err(JobFailure::lasting("transport-miscounted"));
        }
        let settled = mails.iter().zip(judged).zip(deliveries);
        let settled = settled.map(|((mail, validation), delivery)| Settled {
            contact: mail.contact,
            validation: Some(validation),
            outcome: Ok(delivery),
        });
        Ok(settled.collect())
    }
}
