//! `user_preferences`

use async_trait::async_trait;
use kernel::{StorageError, UserId, Version};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use tenancy::ports::PreferencesRepository;
use tenancy::{Preferences, PreferencesState, TenancyError};

use crate::entities::user_preferences::{ActiveModel, Column, Entity, Model};
use crate::error::{corrupt, translate};
use crate::stamps::stamps;
use crate::unit::PostgresUnit;

#[async_trait]
impl PreferencesRepository for PostgresUnit {
    async fn find(&self, user: UserId) -> Result<Option<Preferences>, StorageError> {
        let row = Entity::find_by_id(user.as_uuid())
            .one(self)
            .await
            .map_err(translate)?;
        row.map(Preferences::try_from).transpose()
    }

    async fn insert(&self, preferences: &Preferences) -> Result<(), TenancyError> {
        let conflict = OnConflict::column(Column::UserId).do_nothing().to_owned();
        let inserted = Entity::insert(preferences_row(preferences))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            Ok(())
        } else {
            Err(TenancyError::Stale)
        }
    }

    async fn update(
        &self,
        preferences: &Preferences,
        expected: Version,
    ) -> Result<(), TenancyError> {
        let done = Entity::update_many()
            .set(preferences_row(preferences))
            .filter(Column::UserId.eq(preferences.state().user.as_uuid()))
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

fn preferences_row(preferences: &Preferences) -> ActiveModel {
    let state = preferences.state();
    ActiveModel {
        user_id: Set(state.user.as_uuid()),
        timezone: Set(state.timezone.to_string()),
        locale: Set(state.locale.to_string()),
        preferences: Set(Value::Object(state.preferences.clone())),
        created_at: Set(state.stamps.created_at),
        updated_at: Set(state.stamps.updated_at),
        created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
        updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
        version: Set(state.stamps.version.number()),
    }
}

impl TryFrom<Model> for Preferences {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let Value::Object(preferences) = row.preferences else {
            return Err(corrupt("user_preferences.preferences"));
        };
        Ok(Self::restore(PreferencesState {
            user: UserId::from_uuid(row.user_id),
            timezone: row
                .timezone
                .parse()
                .ok()
                .ok_or_else(|| corrupt("user_preferences.timezone"))?,
            locale: row
                .locale
                .parse()
                .ok()
                .ok_or_else(|| corrupt("user_preferences.locale"))?,
            preferences,
            stamps: stamps(
                (row.created_at, row.created_by),
                (row.updated_at, row.updated_by),
                row.version,
                None,
            ),
        }))
    }
}
