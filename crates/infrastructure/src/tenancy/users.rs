//! `users`

use async_trait::async_trait;
use kernel::{Cursor, EmailAddress, Page, PageRequest, StorageError, UserId, Version};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use tenancy::ports::{UserFilter, UserRepository};
use tenancy::{PasswordHash, TenancyError, User, UserState};

use crate::entities::user::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}

#[async_trait]
impl UserRepository for PostgresUnit {
    async fn insert(&self, user: &User) -> Result<(), TenancyError> {
        let conflict = OnConflict::column(Column::EmailFolded)
            .target_and_where(Expr::col(Column::DeletedAt).is_null())
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(user_row(user))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            Ok(())
        } else {
            Err(TenancyError::EmailTaken)
        }
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, StorageError> {
        self.one_user(living().filter(Column::Id.eq(id.as_uuid())))
            .await
    }

    async fn find_for_update(&self, id: UserId) -> Result<Option<User>, StorageError> {
        // The weaker of the two locks, because rows that refer to the user may be added meanwhile.
        let query = living()
            .filter(Column::Id.eq(id.as_uuid()))
            .lock(LockType::NoKeyUpdate);
        self.one_user(query).await
    }

    async fn find_for_share(&self, id: UserId) -> Result<Option<User>, StorageError> {
        let query = living()
            .filter(Column::Id.eq(id.as_uuid()))
            .lock(LockType::Share);
        self.one_user(query).await
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StorageError> {
        self.one_user(living().filter(Column::EmailFolded.eq(email.case_folded())))
            .await
    }

    async fn list_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StorageError> {
        let query = Entity::find()
            .filter(Column::Id.is_in(ids.iter().map(|id| id.as_uuid())))
            .order_by_asc(Column::Id);
        self.all_users(query).await
    }

    async fn list(
        &self,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<User>, StorageError> {
        let mut query = living();
        if let Some(email) = &filter.email {
            query = query.filter(Column::EmailFolded.eq(email.case_folded()));
        }
        if let Some(status) = filter.status {
            query = query.filter(Column::Status.eq(status.as_str()));
        }
        if let Some(Cursor::Id(after)) = &page.after {
            query = query.filter(Column::Id.gt(*after));
        }
        let query = query
            .order_by_asc(Column::Id)
            .limit(u64::from(page.limit.get()) + 1);
        let users = self.all_users(query).await?;
        Ok(Page::from_overfull(users, page.limit, |user| {
            Cursor::Id(user.id().as_uuid())
        }))
    }

    async fn update(&self, user: &User, expected: Version) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(user_row(user))
            .filter(Column::Id.eq(user.id().as_uuid()))
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
    async fn one_user(&self, query: Select<Entity>) -> Result<Option<User>, StorageError> {
        let row = query.one(self).await.map_err(translate)?;
        row.map(User::try_from).transpose()
    }

    async fn all_users(&self, query: Select<Entity>) -> Result<Vec<User>, StorageError> {
        let rows = query.all(self).await.map_err(translate)?;
        rows.into_iter().map(User::try_from).collect()
    }
}

fn user_row(user: &User) -> ActiveModel {
    let state = user.state();
    ActiveModel {
        id: Set(state.id.as_uuid()),
        email: Set(state.email.to_string()),
        email_folded: Set(state.email.case_folded()),
        display_name: Set(state.display_name.to_string()),
        password_hash: Set(state.password.as_ref().map(|hash| hash.as_phc().to_owned())),
        status: Set(state.status.to_string()),
        created_at: Set(state.stamps.created_at),
        updated_at: Set(state.stamps.updated_at),
        created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
        updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
        version: Set(state.stamps.version.number()),
        deleted_at: Set(state.stamps.deleted_at),
    }
}

impl TryFrom<Model> for User {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        Self::restore(UserState {
            id: UserId::from_uuid(row.id),
            email: row
                .email
                .parse()
                .ok()
                .ok_or_else(|| corrupt("users.email"))?,
            display_name: row
                .display_name
                .parse()
                .ok()
                .ok_or_else(|| corrupt("users.display_name"))?,
            password: row.password_hash.map(PasswordHash::from_phc),
            status: row
                .status
                .parse()
                .ok()
                .ok_or_else(|| corrupt("users.status"))?,
            stamps,
        })
    }
}
