//! `roles` and `role_permissions`

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{
    Cursor, OrganizationId, Page, PageRequest, RoleId, StorageError, Timestamp, UserId, Version,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use tenancy::ports::RoleRepository;
use tenancy::{Permission, PermissionSet, Role, RoleState, TenancyError};
use uuid::Uuid;

use crate::entities::role::{ActiveModel, Column, Entity, Model};
use crate::entities::role_permission;
use crate::error::{corrupt, translate};
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[async_trait]
impl RoleRepository for PostgresUnit {
    async fn insert(&self, role: &Role) -> Result<(), TenancyError> {
        let conflict = OnConflict::columns([Column::OrganizationId, Column::NameFolded])
            .target_and_where(Expr::col(Column::DeletedAt).is_null())
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(self.role_row(role))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 0 {
            return Err(TenancyError::RoleNameTaken);
        }
        self.write_permissions(role).await?;
        Ok(())
    }

    async fn find(&self, id: RoleId) -> Result<Option<Role>, StorageError> {
        self.one_role(self.select_role(id)).await
    }

    async fn find_for_grant(&self, id: RoleId) -> Result<Option<Role>, StorageError> {
        // Many may be given the role at once, but an update takes the row for itself.
        self.one_role(self.select_role(id).lock(LockType::Share))
            .await
    }

    async fn list(&self, page: &PageRequest) -> Result<Page<Role>, StorageError> {
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
        let roles = self.with_permissions(rows).await?;
        Ok(Page::from_overfull(roles, page.limit, |role| {
            Cursor::Id(role.state().id.as_uuid())
        }))
    }

    async fn update(&self, role: &Role, expected: Version) -> Result<(), TenancyError> {
        #[derive(FromQueryResult)]
        struct Taken {
            taken: bool,
        }
        // Taking the row first makes a concurrent update of the same role wait here.
        let sql = "SELECT EXISTS (SELECT FROM roles o WHERE o.organization_id = $1 AND o.name_folded = $3 \
                   AND o.id <> $2 AND o.deleted_at IS NULL) AS taken \
                   FROM roles r WHERE r.organization_id = $1 AND r.id = $2 AND r.version = $4 FOR UPDATE";
        let state = role.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.name.case_folded().into(),
            expected.number().into(),
        ];
        match self.one::<Taken>(sql, values).await? {
            None => return Err(TenancyError::Stale),
            Some(Taken { taken: true }) if !state.stamps.is_deleted() => {
                return Err(TenancyError::RoleNameTaken);
            }
            Some(_) => {}
        }
        Entity::update_many()
            .set(self.role_row(role))
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(state.id.as_uuid()))
            .filter(Column::Version.eq(expected.number()))
            .exec(self)
            .await
            .map_err(crate::error::conflict(TenancyError::RoleNameTaken))?;
        role_permission::Entity::delete_many()
            .filter(role_permission::Column::OrganizationId.eq(self.organization()))
            .filter(role_permission::Column::RoleId.eq(state.id.as_uuid()))
            .exec(self)
            .await
            .map_err(translate)?;
        self.write_permissions(role).await?;
        Ok(())
    }

    async fn is_in_use(&self, id: RoleId, at: Timestamp) -> Result<bool, StorageError> {
        #[derive(FromQueryResult)]
        struct Used {
            used: bool,
        }
        let sql = "SELECT EXISTS (SELECT FROM memberships m WHERE m.organization_id = $1 AND m.role_id = $2 \
                   AND m.deleted_at IS NULL) \
                   OR EXISTS (SELECT FROM invitations i WHERE i.organization_id = $1 AND i.role_id = $2 \
                   AND i.status = 'pending' AND i.expires_at > $3) AS used";
        let values = [self.organization().into(), id.as_uuid().into(), at.into()];
        let row = self.one::<Used>(sql, values).await?;
        Ok(row.is_some_and(|row| row.used))
    }
}

impl PostgresUnit {
    fn select_role(&self, id: RoleId) -> Select<Entity> {
        Entity::find_by_id((self.organization(), id.as_uuid())).filter(Column::DeletedAt.is_null())
    }

    async fn one_role(&self, query: Select<Entity>) -> Result<Option<Role>, StorageError> {
        let row = query.one(self).await.map_err(translate)?;
        let mut roles = self.with_permissions(row.into_iter().collect()).await?;
        Ok(roles.pop())
    }

    fn role_row(&self, role: &Role) -> ActiveModel {
        let state = role.state();
        ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
            template_key: Set(state.template.map(|template| template.key().to_owned())),
            name: Set(state.name.to_string()),
            name_folded: Set(state.name.case_folded()),
            description: Set(state.description.to_string()),
            created_at: Set(state.stamps.created_at),
            updated_at: Set(state.stamps.updated_at),
            created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
            version: Set(state.stamps.version.number()),
            deleted_at: Set(state.stamps.deleted_at),
        }
    }

    async fn write_permissions(&self, role: &Role) -> Result<(), StorageError> {
        let keys = role
            .state()
            .permissions
            .keys()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let sql = "INSERT INTO role_permissions (organization_id, role_id, permission_key, created_at) \
                   SELECT $1, $2, key, $4 FROM unnest($3::text[]) AS key \
                   ON CONFLICT (organization_id, role_id, permission_key) DO NOTHING";
        let values = [
            self.organization().into(),
            role.state().id.as_uuid().into(),
            keys.into(),
            role.state().stamps.updated_at.into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn with_permissions(&self, rows: Vec<Model>) -> Result<Vec<Role>, StorageError> {
        let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
        let granted = role_permission::Entity::find()
            .filter(role_permission::Column::OrganizationId.eq(self.organization()))
            .filter(role_permission::Column::RoleId.is_in(ids))
            .all(self)
            .await
            .map_err(translate)?;
        let mut keys = BTreeMap::<Uuid, Vec<String>>::new();
        for grant in granted {
            keys.entry(grant.role_id)
                .or_default()
                .push(grant.permission_key);
        }
        rows.into_iter()
            .map(|row| {
                let permissions = permission_set(&keys.remove(&row.id).unwrap_or_default())?;
                role_of(&row, permissions)
            })
            .collect()
    }
}

/// The set of rights with these stored keys.
pub(crate) fn permission_set(keys: &[String]) -> Result<PermissionSet, StorageError> {
    keys.iter()
        .map(|key| {
            key.parse::<Permission>()
                .ok()
                .ok_or_else(|| corrupt("role_permissions.permission_key"))
        })
        .collect()
}

fn role_of(row: &Model, permissions: PermissionSet) -> Result<Role, StorageError> {
    let stamps = stamps_of!(row);
    Ok(Role::restore(RoleState {
        id: RoleId::from_uuid(row.id),
        organization: OrganizationId::from_uuid(row.organization_id),
        template: row.template_key.as_deref().map(str::parse).transpose()?,
        name: row.name.parse().ok().ok_or_else(|| corrupt("roles.name"))?,
        description: row
            .description
            .parse()
            .ok()
            .ok_or_else(|| corrupt("roles.description"))?,
        permissions,
        stamps,
    }))
}
