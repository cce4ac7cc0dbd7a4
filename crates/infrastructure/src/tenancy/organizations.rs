//! `organizations`

use async_trait::async_trait;
use kernel::{OrganizationId, StorageError, UserId, Version};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tenancy::ports::OrganizationRepository;
use tenancy::{Organization, OrganizationState, TenancyError};

use crate::entities::organization::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[async_trait]
impl OrganizationRepository for PostgresUnit {
    async fn insert(&self, organization: &Organization) -> Result<(), StorageError> {
        Entity::insert(self.organization_row(organization)?)
            .exec_without_returning(self)
            .await
            .map(drop)
            .map_err(translate)
    }

    async fn find(&self) -> Result<Option<Organization>, StorageError> {
        let row = Entity::find_by_id(self.organization())
            .one(self)
            .await
            .map_err(translate)?;
        row.map(Organization::try_from).transpose()
    }

    async fn update(
        &self,
        organization: &Organization,
        expected: Version,
    ) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(self.organization_row(organization)?)
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Version.eq(expected.number()))
            .exec(self)
            .await
            .map_err(translate)?;
        if done.rows_affected == 1 {
            Ok(())
        } else {
            Err(TenancyError::Stale)
        }
    }
}

impl PostgresUnit {
    fn organization_row(&self, organization: &Organization) -> Result<ActiveModel, StorageError> {
        let state = organization.state();
        let settings = serde_json::to_value(&state.settings)
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        Ok(ActiveModel {
            organization_id: Set(self.organization()),
            name: Set(state.name.to_string()),
            slug: Set(state.slug.to_string()),
            domain: Set(state.domain.as_ref().map(ToString::to_string)),
            owner_id: Set(state.owner.as_uuid()),
            subscription_level: Set(state.subscription_level.to_string()),
            settings: Set(settings),
            created_at: Set(state.stamps.created_at),
            updated_at: Set(state.stamps.updated_at),
            created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
            version: Set(state.stamps.version.number()),
            deleted_at: Set(state.stamps.deleted_at),
        })
    }
}

impl TryFrom<Model> for Organization {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        Self::restore(OrganizationState {
            id: OrganizationId::from_uuid(row.organization_id),
            name: row
                .name
                .parse()
                .ok()
                .ok_or_else(|| corrupt("organizations.name"))?,
            slug: row
                .slug
                .parse()
                .ok()
                .ok_or_else(|| corrupt("organizations.slug"))?,
            domain: row
                .domain
                .map(|domain| {
                    domain
                        .parse()
                        .ok()
                        .ok_or_else(|| corrupt("organizations.domain"))
                })
                .transpose()?,
            owner: UserId::from_uuid(row.owner_id),
            subscription_level: row
                .subscription_level
                .parse()
                .ok()
                .ok_or_else(|| corrupt("organizations.subscription_level"))?,
            settings: serde_json::from_value(row.settings)
                .ok()
                .ok_or_else(|| corrupt("organizations.settings"))?,
            stamps,
        })
    }
}
