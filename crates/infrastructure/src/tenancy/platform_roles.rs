//! `user_roles`

use async_trait::async_trait;
use kernel::{StorageError, UserId};
use sea_orm::FromQueryResult;
use tenancy::ports::PlatformRoleRepository;
use tenancy::{PlatformRole, PlatformRoleGrant};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Row {
    user_id: Uuid,
    role: String,
    granted_at: OffsetDateTime,
    granted_by: Option<Uuid>,
}

#[async_trait]
impl PlatformRoleRepository for PostgresUnit {
    async fn list_of(&self, user: UserId) -> Result<Vec<PlatformRoleGrant>, StorageError> {
        let sql = "SELECT user_id, role, granted_at, granted_by FROM user_roles WHERE user_id = $1 ORDER BY role";
        let rows = self.all::<Row>(sql, [user.as_uuid().into()]).await?;
        rows.into_iter().map(PlatformRoleGrant::try_from).collect()
    }

    async fn grant(&self, grant: &PlatformRoleGrant) -> Result<bool, StorageError> {
        let sql = "INSERT INTO user_roles (user_id, role, granted_at, granted_by, created_at) \
                   VALUES ($1, $2, $3, $4, $3) ON CONFLICT (user_id, role) DO NOTHING";
        let values = [
            grant.user.as_uuid().into(),
            grant.role.as_str().into(),
            grant.granted_at.into(),
            grant.granted_by.map(UserId::as_uuid).into(),
        ];
        Ok(self.execute_sql(sql, values).await? == 1)
    }

    async fn revoke(
        &self,
        user: UserId,
        role: PlatformRole,
    ) -> Result<Option<PlatformRoleGrant>, StorageError> {
        let sql = "DELETE FROM user_roles WHERE user_id = $1 AND role = $2 \
                   RETURNING user_id, role, granted_at, granted_by";
        let row = self
            .one::<Row>(sql, [user.as_uuid().into(), role.as_str().into()])
            .await?;
        row.map(PlatformRoleGrant::try_from).transpose()
    }
}

impl TryFrom<Row> for PlatformRoleGrant {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            user: UserId::from_uuid(row.user_id),
            role: PlatformRole::from_name(&row.role).ok_or_else(|| corrupt("user_roles.role"))?,
            granted_at: row.granted_at,
            granted_by: row.granted_by.map(UserId::from_uuid),
        })
    }
}
