//! `email_send_simulations`

use async_trait::async_trait;
use campaigns::ports::SimulationRepository;
use campaigns::{
    CampaignError, Simulation, SimulationConfig, SimulationPlan, SimulationSeed, SimulationState,
};
use kernel::{
    CampaignId, Cursor, JobId, OrganizationId, Page, PageRequest, SimulationId, StorageError,
    UserId, Version,
};
use sea_orm::FromQueryResult;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct SimulationRow {
    organization_id: Uuid,
    id: Uuid,
    campaign_id: Uuid,
    job_id: Uuid,
    simulation_config: Value,
    config_version: i16,
    seed: i64,
    start_at: OffsetDateTime,
    pace: Option<f64>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
}

#[async_trait]
impl SimulationRepository for PostgresUnit {
    async fn insert(&self, simulation: &Simulation) -> Result<(), StorageError> {
        let sql = "INSERT INTO email_send_simulations (organization_id, id, campaign_id, job_id, simulation_config, \
                   config_version, seed, start_at, pace, created_at, updated_at, created_by, updated_by, version, \
                   deleted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        let state = simulation.state();
        let (plan, stamps) = (&state.plan, &state.stamps);
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.campaign.as_uuid().into(),
            state.job.as_uuid().into(),
            Value::Object(plan.config.document.clone()).into(),
            i16::try_from(plan.config.version)
                .unwrap_or(i16::MAX)
                .into(),
            plan.seed.get().into(),
            plan.start_at.into(),
            plan.pace.into(),
            stamps.created_at.into(),
            stamps.updated_at.into(),
            stamps.created_by.map(UserId::as_uuid).into(),
            stamps.updated_by.map(UserId::as_uuid).into(),
            stamps.version.number().into(),
            stamps.deleted_at.into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn find(&self, id: SimulationId) -> Result<Option<Simulation>, StorageError> {
        let sql = "SELECT * FROM email_send_simulations WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<SimulationRow>(sql, values).await?;
        row.map(Simulation::try_from).transpose()
    }

    async fn find_by_campaign(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<Simulation>, StorageError> {
        let sql =
            "SELECT * FROM email_send_simulations WHERE organization_id = $1 AND campaign_id = $2";
        let values = [self.organization().into(), campaign.as_uuid().into()];
        let row = self.one::<SimulationRow>(sql, values).await?;
        row.map(Simulation::try_from).transpose()
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Simulation>, StorageError> {
        let sql = "SELECT * FROM email_send_simulations WHERE organization_id = $1 AND deleted_at IS NULL \
                   AND id > $2 ORDER BY id LIMIT $3";
        let (after, most) = bounds(page);
        let values = [self.organization().into(), after.into(), most.into()];
        let rows = self.all::<SimulationRow>(sql, values).await?;
        let simulations = rows.into_iter().map(Simulation::try_from);
        Ok(Page::from_overfull(
            simulations.collect::<Result<_, _>>()?,
            page.limit,
            |simulation| Cursor::Id(simulation.id().as_uuid()),
        ))
    }

    async fn update(
        &self,
        simulation: &Simulation,
        expected: Version,
    ) -> Result<(), CampaignError> {
        let sql = "UPDATE email_send_simulations SET updated_at = $4, updated_by = $5, version = $6, deleted_at = $7 \
                   WHERE organization_id = $1 AND id = $2 AND version = $3";
        let stamps = &simulation.state().stamps;
        let values = [
            self.organization().into(),
            simulation.id().as_uuid().into(),
            expected.number().into(),
            stamps.updated_at.into(),
            stamps.updated_by.map(UserId::as_uuid).into(),
            stamps.version.number().into(),
            stamps.deleted_at.into(),
        ];
        if self.execute_sql(sql, values).await? != 1 {
            return Err(CampaignError::Stale);
        }
        Ok(())
    }
}

impl TryFrom<SimulationRow> for Simulation {
    type Error = StorageError;

    fn try_from(row: SimulationRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let Value::Object(document) = row.simulation_config else {
            return Err(corrupt("email_send_simulations.simulation_config"));
        };
        let version = u16::try_from(row.config_version).ok();
        let seed = SimulationSeed::new(row.seed).ok();
        Ok(Self::restore(SimulationState {
            id: SimulationId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            campaign: CampaignId::from_uuid(row.campaign_id),
            job: JobId::from_uuid(row.job_id),
            plan: SimulationPlan {
                config: SimulationConfig {
                    version: version
                        .ok_or_else(|| corrupt("email_send_simulations.config_version"))?,
                    document,
                },
                seed: seed.ok_or_else(|| corrupt("email_send_simulations.seed"))?,
                pace: row.pace,
                start_at: row.start_at,
            },
            stamps,
        }))
    }
}
