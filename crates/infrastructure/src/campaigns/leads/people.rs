//! What leads have to know of contacts, members and teams.

use async_trait::async_trait;
use campaigns::ports::People;
use kernel::{ContactId, EmailAddress, StorageError, TeamId, UserId};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

#[async_trait]
impl People for PostgresUnit {
    async fn is_contact(&self, id: ContactId) -> Result<bool, StorageError> {
        let sql =
            "SELECT id FROM contacts WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), id.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn find_contact(&self, email: &EmailAddress) -> Result<Option<ContactId>, StorageError> {
        let sql = "SELECT id FROM contacts WHERE organization_id = $1 AND email_normalized = $2 \
                   AND deleted_at IS NULL";
        let normalized = contacts::normalize(email.as_str());
        let values = [self.organization().into(), normalized.into()];
        let found = self.one::<Found>(sql, values).await?;
        Ok(found.map(|found| ContactId::from_uuid(found.id)))
    }

    async fn is_member(&self, user: UserId) -> Result<bool, StorageError> {
        let sql = "SELECT id FROM memberships WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), user.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn is_team(&self, team: TeamId) -> Result<bool, StorageError> {
        let sql =
            "SELECT id FROM teams WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), team.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }
}
