//! `memberships`

use async_trait::async_trait;
use kernel::{
    Cursor, MembershipId, OrganizationId, Page, PageRequest, RoleId, StorageError, UserId, Version,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use tenancy::ports::{MemberFilter, MembershipRepository};
use tenancy::{
    Authorization, InvitationState, MemberCard, Membership, MembershipState, TenancyError,
};
use uuid::Uuid;

use super::roles::permission_set;
use crate::entities::membership::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[async_trait]
impl MembershipRepository for PostgresUnit {
    async fn insert(&self, membership: &Membership) -> Result<(), TenancyError> {
        let conflict = OnConflict::columns([Column::OrganizationId, Column::UserId])
            .target_and_where(Expr::col(Column::DeletedAt).is_null())
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(self.membership_row(membership))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            Ok(())
        } else {
            Err(TenancyError::AlreadyMember)
        }
    }

    async fn find(&self, id: MembershipId) -> Result<Option<Membership>, StorageError> {
        let row = Entity::find_by_id((self.organization(), id.as_uuid()))
            .filter(Column::DeletedAt.is_null())
            .one(self)
            .await
            .map_err(translate)?;
        row.map(Membership::try_from).transpose()
    }

    async fn find_by_user(&self, user: UserId) -> Result<Option<Membership>, StorageError> {
        let row = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::UserId.eq(user.as_uuid()))
            .filter(Column::DeletedAt.is_null())
            .one(self)
            .await
            .map_err(translate)?;
        row.map(Membership::try_from).transpose()
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Membership>, StorageError> {
        let mut query = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::DeletedAt.is_null());
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
            .map(Membership::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(items, page.limit, |membership| {
            Cursor::Id(membership.state().id.as_uuid())
        }))
    }

    async fn find_card(&self, id: MembershipId) -> Result<Option<MemberCard>, StorageError> {
        self.member_card(id).await
    }

    async fn list_cards(
        &self,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<MemberCard>, StorageError> {
        self.member_cards(filter, page).await
    }

    async fn update(&self, membership: &Membership, expected: Version) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(self.membership_row(membership))
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(membership.state().id.as_uuid()))
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

    async fn count_owners_for_update(&self) -> Result<u64, StorageError> {
        #[derive(FromQueryResult)]
        struct Owner {
            #[expect(
                dead_code,
                reason = "the rows are counted here, because an aggregate cannot lock"
            )]
            id: Uuid,
        }
        // The owner role's row is the lock: whoever changes who is an owner takes it first.
        let lock = "SELECT r.id FROM roles r WHERE r.organization_id = $1 AND r.template_key = 'owner' FOR UPDATE";
        self.all::<Owner>(lock, [self.organization().into()])
            .await?;
        let count = "SELECT m.id FROM memberships m \
                     JOIN roles r ON r.organization_id = m.organization_id AND r.id = m.role_id \
                     WHERE m.organization_id = $1 AND r.organization_id = $1 AND r.template_key = 'owner' \
                     AND m.deleted_at IS NULL";
        let owners = self
            .all::<Owner>(count, [self.organization().into()])
            .await?;
        Ok(owners.len() as u64)
    }

    async fn find_authorization(
        &self,
        user: UserId,
    ) -> Result<Option<Authorization>, StorageError> {
        #[derive(FromQueryResult)]
        struct Row {
            membership: Uuid,
            role: Uuid,
            template_key: Option<String>,
            permissions: Vec<String>,
            user_status: String,
            user_deleted: bool,
            organization_deleted: bool,
        }
        let sql = "SELECT m.id AS membership, m.role_id AS role, r.template_key, \
                   ARRAY(SELECT p.permission_key FROM role_permissions p \
                         WHERE p.organization_id = $1 AND p.role_id = m.role_id) AS permissions, \
                   u.status AS user_status, u.deleted_at IS NOT NULL AS user_deleted, \
                   o.deleted_at IS NOT NULL AS organization_deleted \
                   FROM memberships m \
                   JOIN organizations o ON o.organization_id = m.organization_id \
                   JOIN roles r ON r.organization_id = m.organization_id AND r.id = m.role_id \
                   JOIN users u ON u.id = m.user_id \
                   WHERE m.organization_id = $1 AND o.organization_id = $1 AND r.organization_id = $1 \
                   AND m.user_id = $2 AND m.deleted_at IS NULL";
        let row = self
            .one::<Row>(sql, [self.organization().into(), user.as_uuid().into()])
            .await?;
        row.filter(|row| !row.user_deleted)
            .map(|row| {
                Ok(Authorization {
                    membership: MembershipId::from_uuid(row.membership),
                    role: RoleId::from_uuid(row.role),
                    template: row.template_key.as_deref().map(str::parse).transpose()?,
                    permissions: permission_set(&row.permissions)?,
                    user_status: row
                        .user_status
                        .parse()
                        .ok()
                        .ok_or_else(|| corrupt("users.status"))?,
                    organization_deleted: row.organization_deleted,
                })
            })
            .transpose()
    }

    async fn find_authorization_for_share(
        &self,
        user: UserId,
    ) -> Result<Option<Authorization>, StorageError> {
        let lock = "SELECT m.id FROM memberships m \
                    WHERE m.organization_id = $1 AND m.user_id = $2 AND m.deleted_at IS NULL FOR SHARE";
        let values = [self.organization().into(), user.as_uuid().into()];
        if self.execute_sql(lock, values).await? == 0 {
            return Ok(None);
        }
        self.find_authorization(user).await
    }
}

impl PostgresUnit {
    fn membership_row(&self, membership: &Membership) -> ActiveModel {
        let state = membership.state();
        ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
            user_id: Set(state.user.as_uuid()),
            role_id: Set(state.role.as_uuid()),
            joined_at: Set(state.joined_at),
            invitation_state: Set(state.invitation_state.as_str().to_owned()),
            created_at: Set(state.stamps.created_at),
            updated_at: Set(state.stamps.updated_at),
            created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
            version: Set(state.stamps.version.number()),
            deleted_at: Set(state.stamps.deleted_at),
        }
    }
}

impl TryFrom<Model> for Membership {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        Ok(Self::restore(MembershipState {
            id: MembershipId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            user: UserId::from_uuid(row.user_id),
            role: RoleId::from_uuid(row.role_id),
            joined_at: row.joined_at,
            invitation_state: InvitationState::from_stored(&row.invitation_state)?,
            stamps,
        }))
    }
}
