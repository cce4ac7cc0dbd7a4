//! That a campaign is simulated.

use kernel::{CampaignId, Changes, JobId, OrganizationId, SimulationId, Stamps, Timestamp, UserId};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::SimulationPlan;

/// All that a simulation is.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationState {
    /// The simulation's id.
    pub id: SimulationId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The campaign that it carries out as if.
    pub campaign: CampaignId,
    /// The job that plays it.
    pub job: JobId,
    /// What is played.
    pub plan: SimulationPlan,
    /// Its history.
    pub stamps: Stamps,
}

/// That a campaign is simulated. But for its deletion it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation(SimulationState);

impl Simulation {
    /// A new simulation of a campaign, which this job plays.
    #[must_use]
    pub const fn begin(
        (id, job): (SimulationId, JobId),
        organization: OrganizationId,
        campaign: CampaignId,
        plan: SimulationPlan,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(SimulationState {
            id,
            organization,
            campaign,
            job,
            plan,
            stamps: Stamps::new(at, by),
        })
    }

    /// A simulation as it was stored.
    #[must_use]
    pub const fn restore(state: SimulationState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &SimulationState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SimulationId {
        self.0.id
    }

    /// Deletes it, for good as far as people are concerned: what it suppressed is lifted with it.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Its fields as the audit log tells of its beginning.
    #[must_use]
    pub fn beginning(&self) -> Changes {
        let (state, plan) = (&self.0, &self.0.plan);
        let fields = [
            ("campaign_id", json!(state.campaign)),
            ("job_id", json!(state.job)),
            ("simulation_config", json!(plan.config.document)),
            ("config_version", json!(plan.config.version)),
            ("seed", json!(plan.seed.get())),
            ("start_at", json!(plan.start_at.format(&Rfc3339).ok())),
            ("pace", json!(plan.pace)),
        ];
        let fields = fields.into_iter();
        fields.fold(Changes::none(), |changes, (name, value)| {
            changes.field(name, Value::Null, value)
        })
    }
}
