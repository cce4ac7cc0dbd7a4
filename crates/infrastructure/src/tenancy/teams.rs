//! `teams`

use async_trait::async_trait;
use kernel::{Cursor, OrganizationId, Page, PageRequest, StorageError, TeamId, UserId, Version};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use tenancy::ports::TeamRepository;
use tenancy::{Team, TeamState, TenancyError};
use uuid::Uuid;

use crate::entities::team::{ActiveModel, Column, Entity, Model};
use crate::error::{conflict, corrupt, translate};
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[async_trait]
impl TeamRepository for PostgresUnit {
    async fn insert(&self, team: &Team) -> Result<(), TenancyError> {
        let conflict = OnConflict::columns([Column::OrganizationId, Column::NameFolded])
            .target_and_where(Expr::col(Column::DeletedAt).is_null())
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(self.team_row(team))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            return Ok(());
        }
        // Whoever had the name at that moment may have let it go since.
        let other = self.find_team_by_name(team).await?;
        Err(other.map_or(
            StorageError::Contended(None).into(),
            TenancyError::TeamNameTaken,
        ))
    }

    async fn find(&self, id: TeamId) -> Result<Option<Team>, StorageError> {
        let row = Entity::find_by_id((self.organization(), id.as_uuid()))
            .one(self)
            .await
            .map_err(translate)?;
        row.map(Team::try_from).transpose()
    }

    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Team>, StorageError> {
        let mut query = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(if deleted {
                Column::DeletedAt.is_not_null()
            } else {
                Column::DeletedAt.is_null()
            });
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
            .map(Team::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(items, page.limit, |team| {
            Cursor::Id(team.id().as_uuid())
        }))
    }

    async fn update(&self, team: &Team, expected: Version) -> Result<(), TenancyError> {
        #[derive(FromQueryResult)]
        struct Locked {
            #[expect(dead_code, reason = "that there is a row is all that matters")]
            id: Uuid,
        }
        // Taking the row first makes a concurrent update of the same team wait here.
        let sql = "SELECT t.id FROM teams t WHERE t.organization_id = $1 AND t.id = $2 AND t.version = $3 FOR UPDATE";
        let values = [
            self.organization().into(),
            team.id().as_uuid().into(),
            expected.number().into(),
        ];
        if self.one::<Locked>(sql, values).await?.is_none() {
            return Err(TenancyError::Stale);
        }
        if !team.state().stamps.is_deleted()
            && let Some(other) = self.find_team_by_name(team).await?
        {
            return Err(TenancyError::TeamNameTaken(other));
        }
        Entity::update_many()
            .set(self.team_row(team))
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(team.id().as_uuid()))
            .filter(Column::Version.eq(expected.number()))
            .exec(self)
            .await
            .map(drop)
            // Another unit took the name since the look: the next try finds out which team has it.
            .map_err(conflict(StorageError::Contended(None).into()))
    }
}

impl PostgresUnit {
    /// The other living team that has the team's name.
    async fn find_team_by_name(&self, team: &Team) -> Result<Option<TeamId>, StorageError> {
        let row = Entity::find()
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::NameFolded.eq(team.state().name.case_folded()))
            .filter(Column::Id.ne(team.id().as_uuid()))
            .filter(Column::DeletedAt.is_null())
            .one(self)
            .await
            .map_err(translate)?;
        Ok(row.map(|row| TeamId::from_uuid(row.id)))
    }

    fn team_row(&self, team: &Team) -> ActiveModel {
        let state = team.state();
        ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
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
}

impl TryFrom<Model> for Team {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        Ok(Self::restore(TeamState {
            id: TeamId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            name: row.name.parse().ok().ok_or_else(|| corrupt("teams.name"))?,
            description: row
                .description
                .parse()
                .ok()
                .ok_or_else(|| corrupt("teams.description"))?,
            stamps,
        }))
    }
}
