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

    async fn count_admins_for_update(&self) -> Result<u64, StorageError> {
        #[derive(FromQueryResult)]
        struct Counted {
            counted: i64,
        }
        // The accounts are locked, in one order for all units. A statement of its own counts, because it sees what
        // the units did that this one had to wait for.
        let role = PlatformRole::PlatformAdmin.as_str();
        let lock = "SELECT u.id FROM users u JOIN user_roles r ON r.user_id = u.id WHERE r.role = $1 \
                    ORDER BY u.id FOR NO KEY UPDATE OF u";
        self.execute_sql(lock, [role.into()]).await?;
        let sql = "SELECT count(*) AS counted FROM users u JOIN user_roles r ON r.user_id = u.id \
                   WHERE r.role = $1 AND u.status = 'active' AND u.deleted_at IS NULL";
        let row = self.one::<Counted>(sql, [role.into()]).await?;
        let counted = row.map_or(0, |row| row.counted);
        u64::try_from(counted).map_err(|_negative| corrupt("user_roles"))
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
