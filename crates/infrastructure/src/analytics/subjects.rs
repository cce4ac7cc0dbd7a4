//! What figures are of: `organizations` and `campaigns`

use analytics::ports::Subjects;
use analytics::{CampaignCard, OrganizationCard};
use async_trait::async_trait;
use kernel::{CampaignId, StorageError};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use tenancy::OrganizationSettings;
use uuid::Uuid;

use crate::error::corrupt;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct OrganizationRow {
    name: String,
    settings: Json,
}

#[derive(FromQueryResult)]
struct CampaignRow {
    id: Uuid,
    name: String,
    status: String,
}

impl From<CampaignRow> for CampaignCard {
    fn from(row: CampaignRow) -> Self {
        Self {
            id: CampaignId::from_uuid(row.id),
            name: row.name,
            status: row.status,
        }
    }
}

#[async_trait]
impl Subjects for PostgresUnit {
    async fn organization(&self) -> Result<Option<OrganizationCard>, StorageError> {
        let sql = "SELECT name, settings FROM organizations WHERE organization_id = $1";
        let values = [self.organization().into()];
        let Some(row) = self.one::<OrganizationRow>(sql, values).await? else {
            return Ok(None);
        };
        let settings = serde_json::from_value::<OrganizationSettings>(row.settings).ok();
        let settings = settings.ok_or_else(|| corrupt("organizations.settings"))?;
        Ok(Some(OrganizationCard {
            name: row.name,
            time_zone: settings.timezone,
        }))
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignCard>, StorageError> {
        let sql = "SELECT c.id, c.name, c.status FROM campaigns c \
                   WHERE c.organization_id = $1 AND c.id = $2 AND c.deleted_at IS NULL";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<CampaignRow>(sql, values).await?;
        Ok(row.map(CampaignCard::from))
    }

    async fn campaigns(&self) -> Result<Vec<CampaignCard>, StorageError> {
        let sql = "SELECT c.id, c.name, c.status FROM campaigns c \
                   WHERE c.organization_id = $1 AND c.deleted_at IS NULL ORDER BY c.id";
        let rows = self
            .all::<CampaignRow>(sql, [self.organization().into()])
            .await?;
        Ok(rows.into_iter().map(CampaignCard::from).collect())
    }
}
