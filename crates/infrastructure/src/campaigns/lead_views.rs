//! `lead_views`

use async_trait::async_trait;
use campaigns::ports::LeadViewRepository;
use campaigns::{CampaignError, LeadView, LeadViewState};
use kernel::{
    Cursor, LeadViewId, OrganizationId, Page, PageRequest, StorageError, UserId, Version,
};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct ViewRow {
    organization_id: Uuid,
    id: Uuid,
    owner_user_id: Uuid,
    name: String,
    query: String,
    is_shared: bool,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct Named {
    id: Uuid,
}

#[async_trait]
impl LeadViewRepository for PostgresUnit {
    async fn insert(&self, view: &LeadView) -> Result<(), CampaignError> {
        let sql = "INSERT INTO lead_views (organization_id, id, owner_user_id, name, name_folded, query, is_shared, \
                   created_at, updated_at, created_by, updated_by, version, deleted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                   ON CONFLICT (organization_id, owner_user_id, name_folded) WHERE deleted_at IS NULL DO NOTHING";
        let state = view.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.owner.as_uuid().into(),
            state.name.to_string().into(),
            state.name.case_folded().into(),
            state.query.as_str().into(),
            state.is_shared.into(),
            state.stamps.created_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.created_by.map(UserId::as_uuid).into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
        ];
        if self.execute_sql(sql, values).await? == 1 {
            return Ok(());
        }
        // Whoever had the name at that moment may have let it go since.
        let other = self.find_view_by_name(view).await?;
        Err(other.map_or(StorageError::Contended(None).into(), |other| {
            CampaignError::ViewNameTaken(Some(other))
        }))
    }

    async fn find(&self, id: LeadViewId) -> Result<Option<LeadView>, StorageError> {
        let sql = "SELECT * FROM lead_views WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<ViewRow>(sql, values).await?;
        row.map(LeadView::try_from).transpose()
    }

    async fn list(&self, of: UserId, page: &PageRequest) -> Result<Page<LeadView>, StorageError> {
        let sql = "SELECT * FROM lead_views WHERE organization_id = $1 AND deleted_at IS NULL \
                   AND (is_shared OR owner_user_id = $2) AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            of.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<ViewRow>(sql, values).await?;
        let views = rows.into_iter().map(LeadView::try_from);
        Ok(Page::from_overfull(
            views.collect::<Result<_, _>>()?,
            page.limit,
            |view| Cursor::Id(view.id().as_uuid()),
        ))
    }

    async fn update(&self, view: &LeadView, expected: Version) -> Result<(), CampaignError> {
        // Taking the row first makes a concurrent update of the same view wait here.
        let sql = "SELECT v.id FROM lead_views v WHERE v.organization_id = $1 AND v.id = $2 AND v.version = $3 FOR UPDATE";
        let state = view.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            expected.number().into(),
        ];
        if self.one::<Named>(sql, values).await?.is_none() {
            return Err(CampaignError::Stale);
        }
        if !state.stamps.is_deleted()
            && let Some(other) = self.find_view_by_name(view).await?
        {
            return Err(CampaignError::ViewNameTaken(Some(other)));
        }
        let sql = "UPDATE lead_views SET name = $4, name_folded = $5, query = $6, is_shared = $7, updated_at = $8, \
                   updated_by = $9, version = $10, deleted_at = $11 \
                   WHERE organization_id = $1 AND id = $2 AND version = $3";
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            expected.number().into(),
            state.name.to_string().into(),
            state.name.case_folded().into(),
            state.query.as_str().into(),
            state.is_shared.into(),
            state.stamps.updated_at.into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
        ];
        self.execute_contended(sql, values).await?;
        Ok(())
    }
}

impl PostgresUnit {
    /// The other living view of the view's owner that has its name.
    async fn find_view_by_name(&self, view: &LeadView) -> Result<Option<LeadViewId>, StorageError> {
        let sql = "SELECT v.id FROM lead_views v WHERE v.organization_id = $1 AND v.owner_user_id = $2 \
                   AND v.name_folded = $3 AND v.id <> $4 AND v.deleted_at IS NULL";
        let state = view.state();
        let values = [
            self.organization().into(),
            state.owner.as_uuid().into(),
            state.name.case_folded().into(),
            state.id.as_uuid().into(),
        ];
        let row = self.one::<Named>(sql, values).await?;
        Ok(row.map(|row| LeadViewId::from_uuid(row.id)))
    }
}

impl TryFrom<ViewRow> for LeadView {
    type Error = StorageError;

    fn try_from(row: ViewRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let name = row.name.parse().ok();
        let query = row.query.parse().ok();
        Ok(Self::restore(LeadViewState {
            id: LeadViewId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            owner: UserId::from_uuid(row.owner_user_id),
            name: name.ok_or_else(|| corrupt("lead_views.name"))?,
            query: query.ok_or_else(|| corrupt("lead_views.query"))?,
            is_shared: row.is_shared,
            stamps,
        }))
    }
}
