//! Deciding of everybody on a campaign's lists whether they are mailed and when.

use kernel::{JobControl, JobFailure, TenantScope, Timestamp};
use serde_json::json;

use super::send::{Next, Payload, Reached, SendJob, is_active};
use super::settle::failure;
use crate::campaigns::premises;
use crate::ports::CampaignUnit;
use crate::{Assignment, Campaign, CampaignStatus, Candidate, RiskyAddresses};

/// Of how many people it is decided in one unit of work.
const ASSIGNED: u16 = 5_000;

impl SendJob {
    pub(super) async fn assign_batch(
        &self,
        payload: Payload,
        reached: &mut Reached,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Next, JobFailure> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let id = payload.campaign();
        // Whoever pauses or completes it waits for this batch: no mail is planned of a campaign that has ended.
        let found = unit.campaigns().find_for_share(id).await?;
        let present = payload.present(found);
        let is_open = |it: &Campaign| is_active(it) || has_ended(it);
        let Some(campaign) = present.filter(is_open) else {
            return Ok(Next::End);
        };
        let premises = premises(unit.as_ref(), &campaign.state().plan).await;
        let premises = premises.map_err(failure)?;
        if premises.organization_is_deleted && is_active(&campaign) {
            return self.stand_still(unit, &campaign, scope, at).await;
        }
        if has_ended(&campaign) && unit.assignments().give_up(id, ASSIGNED, at).await? > 0 {
            // Those of whom it was decided that they are mailed come first, and the others after them.
            work.checkpoint(unit.jobs(), &json!(reached)).await?;
            unit.commit().await?;
            return Ok(Next::Batch);
        }
        let lists = &campaign.state().plan.lists;
        if reached.people.is_none() {
            let counts = unit.audience().count(lists).await?;
            let people = counts.people.iter().map(|(_, count)| count).sum();
            reached.people = Some(people);
            if is_active(&campaign) {
                // Those whose mails went out before a pause.
                let counts = unit.campaigns().counts(id).await?;
                reached.settled = counts.sent + counts.failed;
            }
        }
        let found = unit
            .audience()
            .candidates(lists, reached.after, ASSIGNED)
            .await?;
        if let Some(last) = found.last() {
            let policy = premises.policy_of(&campaign);
            Self::decide(unit.as_ref(), &campaign, &found, policy, reached, at).await?;
            reached.after = Some(last.contact);
        } else {
            reached.assigned = true;
            reached.ended = has_ended(&campaign);
        }
        work.checkpoint(unit.jobs(), &json!(reached)).await?;
        unit.commit().await?;
        Ok(Next::Batch)
    }

    async fn decide(
        unit: &dyn CampaignUnit,
        campaign: &Campaign,
        found: &[Candidate],
        policy: RiskyAddresses,
        reached: &mut Reached,
        at: Timestamp,
    ) -> Result<(), JobFailure> {
        let state = campaign.state();
        let decided = if has_ended(campaign) {
            Assignment::end(found, policy)
        } else {
            let start = state.times.started_at.unwrap_or(at);
            Assignment::decide(found, policy, state.plan.send_rate, start, reached.places)
        };
        unit.assignments()
            .assign(campaign.id(), &decided, at)
            .await?;
        let mailed = decided.iter().filter(|it| it.decision.is_ok()).count() as u64;
        let found = found.len() as u64;
        reached.places += mailed;
        reached.looked_at += found;
        reached.settled += found - mailed;
        Ok(())
    }
}

/// Whether the campaign was completed; of whom nothing was decided before, is left out.
pub(super) fn has_ended(campaign: &Campaign) -> bool {
    campaign.state().status == CampaignStatus::Completed
}
