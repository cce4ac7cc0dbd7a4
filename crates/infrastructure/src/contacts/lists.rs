//! `contact_lists`

use async_trait::async_trait;
use contacts::ports::ContactListRepository;
use contacts::{ContactError, ContactList, ContactListState, CountedList, ListCounts};
use kernel::{
    ContactListId, Cursor, OrganizationId, Page, PageRequest, StorageError, UserId, Version,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

use super::rows::parsed;
use crate::entities::contact_list::{ActiveModel, Column, Entity, Model};
use crate::error::{conflict, corrupt, translate};
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

/// Lists and what they count; conditions follow.
const COUNTED: &str = "SELECT l.*, n.pending, n.valid, n.invalid, n.risky, n.nonexistent \
     FROM contact_lists l CROSS JOIN LATERAL (\
         SELECT coalesce(sum(c.pending), 0) AS pending, coalesce(sum(c.valid), 0) AS valid, \
             coalesce(sum(c.invalid), 0) AS invalid, coalesce(sum(c.risky), 0) AS risky, \
             coalesce(sum(c.nonexistent), 0) AS nonexistent \
         FROM contact_list_counts c WHERE c.organization_id = $1 AND c.list_id = l.id\
     ) AS n \
     WHERE l.organization_id = $1";

#[derive(FromQueryResult)]
struct Counted {
    #[sea_orm(nested)]
    list: Model,
    pending: i64,
    valid: i64,
    invalid: i64,
    risky: i64,
    nonexistent: i64,
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

#[async_trait]
impl ContactListRepository for PostgresUnit {
    async fn insert(&self, list: &ContactList) -> Result<(), ContactError> {
        let conflict = OnConflict::columns([Column::OrganizationId, Column::NameFolded])
            .target_and_where(Expr::col(Column::DeletedAt).is_null())
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(self.contact_list_row(list))
            .on_conflict(conflict)
            .exec_without_returning(self)
            .await
            .map_err(translate)?;
        if inserted == 1 {
            return Ok(());
        }
        // Whoever had the name at that moment may have let it go since.
        let other = self.find_contact_list_by_name(list).await?;
        Err(other.map_or(
            StorageError::Contended(None).into(),
            ContactError::ListNameTaken,
        ))
    }

    async fn find(&self, id: ContactListId) -> Result<Option<ContactList>, StorageError> {
        let row = Entity::find_by_id((self.organization(), id.as_uuid()))
            .one(self)
            .await
            .map_err(translate)?;
        row.map(ContactList::try_from).transpose()
    }

    async fn find_counted(&self, id: ContactListId) -> Result<Option<CountedList>, StorageError> {
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self
            .one::<Counted>(&format!("{COUNTED} AND l.id = $2"), values)
            .await?;
        row.map(CountedList::try_from).transpose()
    }

    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<CountedList>, StorageError> {
        let (after, most) = bounds(page);
        let living = if deleted { "IS NOT NULL" } else { "IS NULL" };
        let sql =
            format!("{COUNTED} AND l.deleted_at {living} AND l.id > $2 ORDER BY l.id LIMIT $3");
        let values = [self.organization().into(), after.into(), most.into()];
        let items = self
            .all::<Counted>(&sql, values)
            .await?
            .into_iter()
            .map(CountedList::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(items, page.limit, |counted| {
            Cursor::Id(counted.list.id().as_uuid())
        }))
    }

    async fn lock(&self, id: ContactListId) -> Result<(), StorageError> {
        let sql = "SELECT l.id FROM contact_lists l \
                   WHERE l.organization_id = $1 AND l.id = $2 FOR NO KEY UPDATE";
        let values = [self.organization().into(), id.as_uuid().into()];
        self.one::<Found>(sql, values).await.map(|_| ())
    }

    async fn update(&self, list: &ContactList, expected: Version) -> Result<(), ContactError> {
        // Taking the row first makes a concurrent update of the same list wait here. Members are added
        // meanwhile: they take the key alone.
        let sql = "SELECT l.id FROM contact_lists l \
                   WHERE l.organization_id = $1 AND l.id = $2 AND l.version = $3 FOR NO KEY UPDATE";
        let values = [
            self.organization().into(),
            list.id().as_uuid().into(),
            expected.number().into(),
        ];
        if self.one::<Found>(sql, values).await?.is_none() {
            return Err(ContactError::Stale);
        }
        if !list.state().stamps.is_deleted()
            && let Some(other) = self.find_contact_list_by_name(list).await?
        {
            return Err(ContactError::ListNameTaken(other));
        }
        Entity::update_many()
            .set(self.contact_list_row(list))
            .filter(Column::OrganizationId.eq(self.organization()))
            .filter(Column::Id.eq(list.id().as_uuid()))
            .filter(Column::Version.eq(expected.number()))
            .exec(self)
            .await
            .map(drop)
            // Another unit took the name since the look: the next try finds out which list has it.
            .map_err(conflict(StorageError::Contended(None).into()))
    }
}

impl PostgresUnit {
    /// The other living list that has the list's name.
    async fn find_contact_list_by_name(
        &self,
        list: &ContactList,
    ) -> Result<Option<ContactListId>, StorageError> {
        let sql = "SELECT l.id FROM contact_lists l WHERE l.organization_id = $1 AND l.name_folded = $2 \
                   AND l.id <> $3 AND l.deleted_at IS NULL";
        let values = [
            self.organization().into(),
            list.state().name.case_folded().into(),
            list.id().as_uuid().into(),
        ];
        let found = self.one::<Found>(sql, values).await?;
        Ok(found.map(|found| ContactListId::from_uuid(found.id)))
    }

    fn contact_list_row(&self, list: &ContactList) -> ActiveModel {
        let state = list.state();
        ActiveModel {
            organization_id: Set(self.organization()),
            id: Set(state.id.as_uuid()),
            name: Set(state.name.to_string()),
            name_folded: Set(state.name.case_folded()),
            description: Set(state.description.to_string()),
            source: Set(state.source.as_str().to_owned()),
            status: Set(state.status.as_str().to_owned()),
            created_at: Set(state.stamps.created_at),
            updated_at: Set(state.stamps.updated_at),
            created_by: Set(state.stamps.created_by.map(UserId::as_uuid)),
            updated_by: Set(state.stamps.updated_by.map(UserId::as_uuid)),
            version: Set(state.stamps.version.number()),
            deleted_at: Set(state.stamps.deleted_at),
        }
    }
}

impl TryFrom<Model> for ContactList {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        Ok(Self::restore(ContactListState {
            id: ContactListId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            name: parsed(&row.name, "contact_lists.name")?,
            description: parsed(&row.description, "contact_lists.description")?,
            source: parsed(&row.source, "contact_lists.source")?,
            status: parsed(&row.status, "contact_lists.status")?,
            stamps,
        }))
    }
}

impl TryFrom<Counted> for CountedList {
    type Error = StorageError;

    fn try_from(row: Counted) -> Result<Self, StorageError> {
        let count = |sum: i64| {
            u64::try_from(sum)
                .ok()
                .ok_or_else(|| corrupt("contact_list_counts"))
        };
        Ok(Self {
            list: row.list.try_into()?,
            counts: ListCounts {
                pending: count(row.pending)?,
                valid: count(row.valid)?,
                invalid: count(row.invalid)?,
                risky: count(row.risky)?,
                nonexistent: count(row.nonexistent)?,
            },
        })
    }
}
