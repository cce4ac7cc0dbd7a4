//! `suppressions`

use async_trait::async_trait;
use contacts::ports::SuppressionRepository;
use contacts::{AddressHash, Suppression, SuppressionReason, SuppressionState};
use kernel::{Cursor, OrganizationId, Page, PageRequest, StorageError, SuppressionId, UserId};
use sea_orm::{FromQueryResult, Value};
use sqlx::Row as _;
use sqlx::postgres::PgArguments;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{address_hash, parsed};
use crate::binds::Binder;
use crate::error::translate_sqlx;
use crate::page::bounds;
use crate::unit::PostgresUnit;

const INSERT: &str = "INSERT INTO suppressions \
         (organization_id, id, address_hash, reason, source, source_id, created_at, created_by) \
     SELECT $1, n.* FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[], $8::uuid[]) \
         AS n (id, address_hash, reason, source, source_id, created_at, created_by) \
     ORDER BY n.address_hash, n.reason, n.source, n.id \
     ON CONFLICT (organization_id, address_hash, reason, source) DO NOTHING RETURNING id";

const SELECT: &str = "SELECT s.organization_id, s.id, s.address_hash, s.reason, s.source, s.source_id, s.created_at, \
     s.created_by FROM suppressions s WHERE s.organization_id = $1";

/// Each address is looked up by itself, as contacts are.
const LOOK_UP: &str = "SELECT s.* \
     FROM (SELECT DISTINCT $1::uuid AS organization_id, n.hash FROM unnest($2::bytea[]) AS n (hash)) AS wanted \
     CROSS JOIN LATERAL (SELECT s.organization_id, s.id, s.address_hash, s.reason, s.source, s.source_id, s.created_at, \
         s.created_by FROM suppressions s \
         WHERE s.organization_id = wanted.organization_id AND s.address_hash = wanted.hash OFFSET 0) AS s \
     ORDER BY s.id";

#[derive(FromQueryResult)]
struct SuppressionRow {
    organization_id: Uuid,
    id: Uuid,
    address_hash: Vec<u8>,
    reason: String,
    source: String,
    source_id: Option<Uuid>,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[async_trait]
impl SuppressionRepository for PostgresUnit {
    async fn insert_many(
        &self,
        suppressions: &[Suppression],
    ) -> Result<Vec<SuppressionId>, StorageError> {
        if suppressions.is_empty() {
            return Ok(Vec::new());
        }
        let states = || suppressions.iter().map(Suppression::state);
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        bind.add(states().map(|s| s.id.as_uuid()).collect::<Vec<_>>())?;
        let hashes = states().map(|s| s.address.as_bytes().as_slice());
        bind.add(hashes.collect::<Vec<_>>())?;
        bind.add(states().map(|s| s.reason.as_str()).collect::<Vec<_>>())?;
        bind.add(states().map(|s| s.source.as_str()).collect::<Vec<_>>())?;
        bind.add(states().map(|s| s.source_id).collect::<Vec<_>>())?;
        bind.add(states().map(|s| s.created_at).collect::<Vec<_>>())?;
        let authors = states().map(|s| s.created_by.map(UserId::as_uuid));
        bind.add(authors.collect::<Vec<_>>())?;
        let rows = self.all_bound(INSERT, values).await?;
        rows.iter()
            .map(|row| row.try_get(0).map(SuppressionId::from_uuid))
            .collect::<Result<_, _>>()
            .map_err(translate_sqlx)
    }

    async fn find(&self, id: SuppressionId) -> Result<Option<Suppression>, StorageError> {
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self
            .one::<SuppressionRow>(&format!("{SELECT} AND s.id = $2"), values)
            .await?;
        row.map(Suppression::try_from).transpose()
    }

    async fn list(
        &self,
        reason: Option<SuppressionReason>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, StorageError> {
        let (after, most) = bounds(page);
        let mut values: Vec<Value> = vec![self.organization().into(), after.into(), most.into()];
        let mut wanted = "";
        if let Some(reason) = reason {
            values.push(reason.as_str().into());
            wanted = " AND s.reason = $4";
        }
        let sql = format!("{SELECT} AND s.id > $2{wanted} ORDER BY s.id LIMIT $3");
        let items = suppressions_of(self.all(&sql, values).await?)?;
        Ok(Page::from_overfull(items, page.limit, |suppression| {
            Cursor::Id(suppression.id().as_uuid())
        }))
    }

    async fn find_by_addresses(
        &self,
        addresses: &[AddressHash],
    ) -> Result<Vec<Suppression>, StorageError> {
        let addresses = addresses
            .iter()
            .map(|address| address.as_bytes().to_vec())
            .collect::<Vec<_>>();
        let values = [self.organization().into(), addresses.into()];
        suppressions_of(self.all(LOOK_UP, values).await?)
    }

    async fn remove(&self, id: SuppressionId) -> Result<bool, StorageError> {
        let sql = "DELETE FROM suppressions s WHERE s.organization_id = $1 AND s.id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        Ok(self.execute_sql(sql, values).await? == 1)
    }
}

fn suppressions_of(rows: Vec<SuppressionRow>) -> Result<Vec<Suppression>, StorageError> {
    rows.into_iter().map(Suppression::try_from).collect()
}

impl TryFrom<SuppressionRow> for Suppression {
    type Error = StorageError;

    fn try_from(row: SuppressionRow) -> Result<Self, StorageError> {
        Ok(Self::new(SuppressionState {
            id: SuppressionId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            address: address_hash(row.address_hash, "suppressions.address_hash")?,
            reason: parsed(&row.reason, "suppressions.reason")?,
            source: parsed(&row.source, "suppressions.source")?,
            source_id: row.source_id,
            created_at: row.created_at,
            created_by: row.created_by.map(UserId::from_uuid),
        }))
    }
}
