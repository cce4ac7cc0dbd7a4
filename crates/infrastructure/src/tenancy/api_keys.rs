//! `api_keys` and `api_key_addresses`

use async_trait::async_trait;
use kernel::{
    ApiKeyId, Cursor, OrganizationId, Page, PageRequest, StorageError, Timestamp, UserId, Version,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use tenancy::ports::{ApiKeyFilter, ApiKeyRepository};
use tenancy::{ApiKey, ApiKeyState, ApiKeyUse, TenancyError, TokenHash};

use super::roles::permission_set;
use crate::entities::api_key::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::stamps::stamps;
use crate::unit::PostgresUnit;

#[async_trait]
impl ApiKeyRepository for PostgresUnit {
    async fn insert(&self, key: &ApiKey) -> Result<(), StorageError> {
        let row = ActiveModel {
            last_used_at: Set(key.state().last_used_at),
            ..self.api_key_row(key)
        };
        Entity::insert(row)
            .exec_without_returning(self)
            .await
            .map(drop)
            .map_err(translate)
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StorageError> {
        let row = Entity::find_by_id((self.organization(), id.as_uuid()))
            .one(self)
            .await
            .map_err(translate)?;
        row.map(ApiKey::try_from).transpose()
    }

    async fn find_all(&self, ids: &[ApiKeyId]) -> Result<Vec<ApiKey>, StorageError> {
        let rows = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.is_in(ids.iter().map(|id| id.as_uuid())))
            .order_by_asc(Column::Id)
            .all(self)
            .await
            .map_err(translate)?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    async fn find_unrevoked_of(&self, user: UserId) -> Result<Vec<ApiKey>, StorageError> {
        let rows = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::UserId.eq(user.as_uuid()))
            .filter(Column::RevokedAt.is_null())
            .order_by_asc(Column::Id)
            .all(self)
            .await
            .map_err(translate)?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    async fn list(
        &self,
        filter: &ApiKeyFilter,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, StorageError> {
        let ended = Condition::any()
            .add(Column::RevokedAt.is_not_null())
            .add(Column::ExpiresAt.lte(filter.at));
        let living = Condition::all().add(Column::RevokedAt.is_null()).add(
            Condition::any()
                .add(Column::ExpiresAt.is_null())
                .add(Column::ExpiresAt.gt(filter.at)),
        );
        let mut query = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(if filter.ended { ended } else { living });
        if let Some(user) = filter.user {
            query = query.filter(Column::UserId.eq(user.as_uuid()));
        }
        if let Some(Cursor::Id(after)) = &page.after {
            query = query.filter(Column::Id.gt(*after));
        }
        let rows = query
            .order_by_asc(Column::Id)
            .limit(u64::from(page.limit.get()) + 1)
            .all(self)
            .await
            .map_err(translate)?;
        let items = rows
            .into_iter()
            .map(ApiKey::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(items, page.limit, |key| {
            Cursor::Id(key.id().as_uuid())
        }))
    }

    async fn update(&self, key: &ApiKey, expected: Version) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(self.api_key_row(key))
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(key.id().as_uuid()))
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

    async fn find_use(
        &self,
        id: ApiKeyId,
        network: Option<&[u8; 32]>,
    ) -> Result<Option<ApiKeyUse>, StorageError> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            key: Model,
            user_is_active: bool,
            network_is_known: bool,
        }
        let sql = "SELECT k.*, u.status = 'active' AND u.deleted_at IS NULL AS user_is_active, \
                   EXISTS (SELECT FROM api_key_addresses a WHERE a.organization_id = $1 AND a.api_key_id = $2 \
                           AND a.address_hash = $3) AS network_is_known \
                   FROM api_keys k JOIN users u ON u.id = k.user_id \
                   WHERE k.organization_id = $1 AND k.id = $2";
        let values = [
            self.organization().into(),
            id.as_uuid().into(),
            network.map(|hash| hash.to_vec()).into(),
        ];
        let row = self.one::<Row>(sql, values).await?;
        row.map(|row| {
            Ok(ApiKeyUse {
                key: row.key.try_into()?,
                user_is_active: row.user_is_active,
                network_is_known: row.network_is_known,
            })
        })
        .transpose()
    }

    async fn note_network(
        &self,
        id: ApiKeyId,
        network: &[u8; 32],
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO api_key_addresses (organization_id, api_key_id, address_hash, created_at) \
                   VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (organization_id, api_key_id, address_hash) DO NOTHING";
        let values = [
            self.organization().into(),
            id.as_uuid().into(),
            network.to_vec().into(),
            at.into(),
        ];
        Ok(self.execute_sql(sql, values).await? == 1)
    }

    async fn note_use(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE api_keys SET last_used_at = $3 \
                   WHERE organization_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)";
        let values = [self.organization().into(), id.as_uuid().into(), at.into()];
        self.execute_sql(sql, values).await.map(drop)
    }
}

impl PostgresUnit {
    /// The row, but for when the key was last used.
    fn api_key_row(&self, key: &ApiKey) -> ActiveModel {
        let state = key.state();
        let scopes = state.scopes.keys().into_iter().map(str::to_owned);
        ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
            user_id: Set(state.user.as_uuid()),
            name: Set(state.name.to_string()),
            scopes: Set(scopes.collect()),
            prefix: Set(state.prefix.clone()),
            key_hash: Set(state.key_hash.as_bytes().to_vec()),
            last_used_at: NotSet,
            expires_at: Set(state.expires_at),
            revoked_at: Set(state.revoked_at),
            created_at: Set(state.stamps.created_at),
            updated_at: Set(state.stamps.updated_at),
            created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
            version: Set(state.stamps.version.number()),
        }
    }
}

impl TryFrom<Model> for ApiKey {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self::restore(ApiKeyState {
            id: ApiKeyId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            user: UserId::from_uuid(row.user_id),
            name: row
                .name
                .parse()
                .ok()
                .ok_or_else(|| corrupt("api_keys.name"))?,
            scopes: permission_set(&row.scopes)?,
            prefix: row.prefix,
            key_hash: row
                .key_hash
                .try_into()
                .ok()
                .map(TokenHash::from_bytes)
                .ok_or_else(|| corrupt("api_keys.key_hash"))?,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            stamps: stamps(
                (row.created_at, row.created_by),
                (row.updated_at, row.updated_by),
                row.version,
                None,
            ),
        }))
    }
}
