//! `invitations`

use async_trait::async_trait;
use kernel::{
    Cursor, EmailAddress, InvitationId, OrganizationId, Page, PageRequest, RoleId, StorageError,
    Timestamp, UserId, Version,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use tenancy::ports::{InvitationFilter, InvitationRepository};
use tenancy::{Invitation, InvitationRecord, InvitationStatus, TenancyError};

use crate::entities::invitation::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::unit::PostgresUnit;

const PENDING: &str = InvitationStatus::Pending.as_str();

#[async_trait]
impl InvitationRepository for PostgresUnit {
    async fn insert(&self, invitation: &Invitation) -> Result<(), TenancyError> {
        let conflict = OnConflict::columns([Column::OrganizationId, Column::EmailFolded])
            .target_and_where(Expr::col(Column::Status).eq(Expr::cust("'pending'")))
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(self.invitation_row(invitation)?)
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            Ok(())
        } else {
            Err(TenancyError::AlreadyInvited)
        }
    }

    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError> {
        let query = self
            .select_invitations()
            .filter(Column::Id.eq(id.as_uuid()));
        self.one_invitation(query).await
    }

    async fn find_for_update(&self, id: InvitationId) -> Result<Option<Invitation>, StorageError> {
        let query = self
            .select_invitations()
            .filter(Column::Id.eq(id.as_uuid()))
            .lock(LockType::NoKeyUpdate);
        self.one_invitation(query).await
    }

    async fn find_pending(&self, email: &EmailAddress) -> Result<Option<Invitation>, StorageError> {
        let query = self
            .select_invitations()
            .filter(Column::EmailFolded.eq(email.case_folded()))
            .filter(Column::Status.eq(PENDING));
        self.one_invitation(query).await
    }

    async fn list(
        &self,
        filter: &InvitationFilter,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StorageError> {
        let mut query = self.select_invitations();
        query = match filter.status {
            None => query,
            Some(InvitationStatus::Pending) => query
                .filter(Column::Status.eq(PENDING))
                .filter(Column::ExpiresAt.gt(at)),
            Some(InvitationStatus::Expired) => query.filter(
                Column::Status
                    .eq(InvitationStatus::Expired.as_str())
                    .or(Column::Status.eq(PENDING).and(Column::ExpiresAt.lte(at))),
            ),
            Some(status) => query.filter(Column::Status.eq(status.as_str())),
        };
        if let Some(email) = &filter.email {
            query = query.filter(Column::EmailFolded.eq(email.case_folded()));
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
            .map(|row| Ok(Invitation::try_from(row)?.seen_at(at)))
            .collect::<Result<Vec<_>, StorageError>>()?;
        Ok(Page::from_overfull(items, page.limit, |invitation| {
            Cursor::Id(invitation.id().as_uuid())
        }))
    }

    async fn update(&self, invitation: &Invitation, expected: Version) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(self.invitation_row(invitation)?)
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(invitation.id().as_uuid()))
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
    fn select_invitations(&self) -> Select<Entity> {
        Entity::find().filter(Column::OrganizationId.eq(self.organization()))
    }

    async fn one_invitation(
        &self,
        query: Select<Entity>,
    ) -> Result<Option<Invitation>, StorageError> {
        let row = query.one(self).await.map_err(translate)?;
        row.map(Invitation::try_from).transpose()
    }

    fn invitation_row(&self, invitation: &Invitation) -> Result<ActiveModel, StorageError> {
        let state = invitation.state();
        let generation = i32::try_from(state.token_generation)
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        Ok(ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
            email: Set(state.email.to_string()),
            email_folded: Set(state.email.case_folded()),
            role_id: Set(state.role.as_uuid()),
            status: Set(state.status.to_string()),
            token_generation: Set(generation),
            expires_at: Set(state.expires_at),
            accepted_at: Set(state.accepted_at),
            accepted_by: Set(state.accepted_by.map(UserId::as_uuid)),
            created_at: Set(state.created_at),
            updated_at: Set(state.updated_at),
            created_by: Set(state.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.updated_by.map(UserId::as_uuid)),
            version: Set(state.version.number()),
        })
    }
}

impl TryFrom<Model> for Invitation {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self::restore(InvitationRecord {
            id: InvitationId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            email: row
                .email
                .parse()
                .ok()
                .ok_or_else(|| corrupt("invitations.email"))?,
            role: RoleId::from_uuid(row.role_id),
            status: row
                .status
                .parse()
                .ok()
                .ok_or_else(|| corrupt("invitations.status"))?,
            token_generation: u32::try_from(row.token_generation)
                .ok()
                .ok_or_else(|| corrupt("invitations.token_generation"))?,
            expires_at: row.expires_at,
            accepted_at: row.accepted_at,
            accepted_by: row.accepted_by.map(UserId::from_uuid),
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by.map(UserId::from_uuid),
            updated_by: row.updated_by.map(UserId::from_uuid),
            version: Version::from_number(row.version),
        }))
    }
}
