//! Simulations of campaigns.

mod config;
mod dto;

use campaigns::{Simulation, Simulations};
use kernel::{CampaignId, SimulationId};
use poem_openapi::OpenApi;
use tenancy::Permission;

use self::dto::{CreateSimulationRequest, SimulationAnswer, asked_simulation};
use crate::answer::{Answer, Created, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on simulations.
pub struct SimulationsApi {
    simulations: Simulations,
}

impl SimulationsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(simulations: Simulations) -> Self {
        Self { simulations }
    }
}

#[OpenApi(tag = "Tag::Campaigns")]
impl SimulationsApi {
    /// Simulate a campaign
    ///
    /// Carries a campaign out as if: nothing is sent, and what its mails would have caused is made up and recorded like what
    /// happens, with the origin `simulation`: mails that come back, openings by people and machines, clicks, visits to the
    /// landing page, answers that become leads, and people who leave. All at once, in the past, or at a pace from now on. The
    /// same seed and configuration give the same events. The campaign must not have begun and needs all that it needs to
    /// begin (422, `campaign-not-ready`); otherwise the answer is 409. How far it is tells the job. Needs the permission
    /// `campaign.launch`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/simulations",
        method = "post",
        operation_id = "createSimulation"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateSimulationRequest>,
    ) -> Result<Created<SimulationAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignLaunch)
            .await?;
        let asked = body.decode(asked_simulation)?;
        let rendering = Created::rendering(|simulation: &Simulation| {
            let state = simulation.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/simulations/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: SimulationAnswer::from(simulation),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let done = self
            .simulations
            .create(member.scope(), campaign.0, asked, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the simulations
    ///
    /// In the order in which they were begun. Needs the permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/simulations",
        method = "get",
        operation_id = "listSimulations"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<SimulationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let page = self
            .simulations
            .list(member.scope(), &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |simulation| SimulationAnswer::from(&simulation)))
    }

    /// Read a simulation
    ///
    /// With the whole configuration, what is usual included. Needs the permission `campaign.view`.
    #[oai(
        path = "/v1/organizations/:organization/simulations/:simulation",
        method = "get",
        operation_id = "readSimulation"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        simulation: Path<SimulationId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<SimulationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignView)
            .await?;
        let simulation = self.simulations.read(member.scope(), simulation.0).await?;
        let version = simulation.state().stamps.version;
        Ok(Found::new(
            SimulationAnswer::from(&simulation),
            version,
            &if_none_match,
        )?)
    }

    /// Delete a simulation
    ///
    /// Lifts what it suppressed, so that people who came back or left as if can be mailed again. Events, leads and how the
    /// recipients stand stay. While it is still played the answer is 409: cancel its job first. Needs the permission
    /// `campaign.delete`.
    #[oai(
        path = "/v1/organizations/:organization/simulations/:simulation",
        method = "delete",
        operation_id = "deleteSimulation"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        simulation: Path<SimulationId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::CampaignDelete)
            .await?;
        let expected = if_match.expected()?;
        self.simulations
            .delete(member.scope(), simulation.0, &expected)
            .await?;
        Ok(NoContent::Done)
    }
}
