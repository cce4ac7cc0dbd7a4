//! What happens to a campaign over its time.

use kernel::{Timestamp, UserId};
use time::Duration;

use super::{Campaign, CampaignAction, Readiness, Refusal};

impl Campaign {
    /// Does something with the campaign at an instant, or tells everything that stands in the way. It is scheduled for
    /// `scheduled_at`.
    pub fn act(
        &mut self,
        action: CampaignAction,
        readiness: &Readiness,
        scheduled_at: Option<Timestamp>,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), Refusal> {
        let state = &mut self.0;
        state.status = state.status.after(action, readiness)?;
        if action.begins_run() {
            state.run = state.run.saturating_add(1);
        }
        let times = &mut state.times;
        match action {
            CampaignAction::Schedule => {
                times.scheduled_at = scheduled_at;
                times.missed_at = None;
            }
            CampaignAction::Unschedule => {
                times.scheduled_at = None;
                times.missed_at = None;
            }
            CampaignAction::Launch => {
                times.started_at = Some(at);
                times.missed_at = None;
            }
            CampaignAction::Pause => times.paused_at = Some(at),
            CampaignAction::Resume => {
                if let Some(since) = times.paused_at.take() {
                    times.delay += whole_milliseconds(at - since);
                }
            }
            CampaignAction::Complete => {
                times.paused_at = None;
                times.ended_at = Some(at);
            }
        }
        state.stamps.touch(at, by);
        Ok(())
    }

    /// Begins now, and has begun at `started_at` in the life that is played.
    pub fn begin_simulation(
        &mut self,
        readiness: &Readiness,
        started_at: Timestamp,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), Refusal> {
        self.act(CampaignAction::Launch, readiness, None, at, by)?;
        self.0.times.started_at = Some(started_at);
        Ok(())
    }

    /// Ends now, and has ended at `ended_at` in the life that was played.
    pub fn end_simulation(&mut self, ended_at: Timestamp, at: Timestamp) -> Result<(), Refusal> {
        let action = CampaignAction::Complete;
        self.act(action, &Readiness::READY, None, at, None)?;
        self.0.times.ended_at = Some(ended_at);
        Ok(())
    }

    /// Notes that its time was missed.
    pub const fn miss(&mut self, at: Timestamp) {
        self.0.times.missed_at = Some(at);
        self.0.stamps.touch(at, None);
    }
}

/// A duration as it is kept, not shorter than it was.
fn whole_milliseconds(duration: Duration) -> Duration {
    let milliseconds = duration
        .whole_microseconds()
        .max(0)
        .unsigned_abs()
        .div_ceil(1_000);
    i64::try_from(milliseconds).map_or(Duration::MAX, Duration::milliseconds)
}

#[cfg(test)]
mod tests {
    use kernel::{CampaignId, Description, OrganizationId};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::{CampaignPlan, CampaignStatus, NewCampaign};

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    fn draft() -> Campaign {
        let new = NewCampaign {
            name: "Spring".parse().unwrap(),
            description: Description::empty(),
            landing_page: None,
            landing_title: None,
            landing_text: Description::empty(),
            plan: CampaignPlan::default(),
        };
        let organization = OrganizationId::from_uuid(Uuid::from_u128(1));
        let id = CampaignId::from_uuid(Uuid::from_u128(2));
        Campaign::draft(id, organization, new, START, None)
    }

    fn act(campaign: &mut Campaign, action: CampaignAction, seconds: i64) {
        let at = START + Duration::seconds(seconds);
        let later = Some(START + Duration::DAY);
        campaign
            .act(action, &Readiness::READY, later, at, None)
            .unwrap();
    }

    #[test]
    fn pauses_add_up_to_what_mails_are_late() {
        let mut campaign = draft();
        act(&mut campaign, CampaignAction::Launch, 10);
        act(&mut campaign, CampaignAction::Pause, 20);
        act(&mut campaign, CampaignAction::Resume, 25);
        act(&mut campaign, CampaignAction::Pause, 30);
        act(&mut campaign, CampaignAction::Resume, 37);

        assert_eq!(campaign.state().run, 3);
        act(&mut campaign, CampaignAction::Complete, 40);
        assert_eq!(campaign.state().run, 4);
        let times = campaign.state().times;
        assert_eq!(times.delay, Duration::seconds(12));
        assert_eq!(times.paused_at, None);
        assert_eq!(times.started_at, Some(START + Duration::seconds(10)));
        assert_eq!(
            whole_milliseconds(Duration::microseconds(1_001)),
            Duration::milliseconds(2)
        );
    }

    #[test]
    fn a_schedule_can_be_missed_moved_and_taken_back() {
        let mut campaign = draft();
        act(&mut campaign, CampaignAction::Schedule, 1);
        assert_eq!(
            campaign.state().times.scheduled_at,
            Some(START + Duration::DAY)
        );
        campaign.miss(START);
        assert_eq!(campaign.state().times.missed_at, Some(START));
        assert_eq!(campaign.state().status, CampaignStatus::Scheduled);
        act(&mut campaign, CampaignAction::Schedule, 2);
        assert_eq!(campaign.state().times.missed_at, None);
        act(&mut campaign, CampaignAction::Unschedule, 3);
        assert_eq!(campaign.state().times, crate::CampaignTimes::default());
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut campaign = draft();
        let before = campaign.clone();

        let refused = campaign.act(CampaignAction::Pause, &Readiness::READY, None, START, None);

        assert!(refused.is_err());
        assert_eq!(campaign, before);
    }
}
