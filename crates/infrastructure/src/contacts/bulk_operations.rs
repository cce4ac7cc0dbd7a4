//! `contact_bulk_operations`

use async_trait::async_trait;
use contacts::ports::BulkOperationRepository;
use contacts::{
    BulkCounts, ContactBulkOperation, ContactBulkOperationState, ContactError, ContactFilter,
    ProfileChange,
};
use kernel::{ContactListId, JobId, OrganizationId, Stamps, StorageError, UserId, Version};
use sea_orm::{FromQueryResult, Value};
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::parsed;
use crate::error::corrupt;
use crate::unit::PostgresUnit;

const INSERT: &str = "INSERT INTO contact_bulk_operations (organization_id, id, kind, list_id, filter, changes, \
     matched, changed, unchanged, refused, status, error, finished_at, updated_at, updated_by, version, created_at, \
     created_by) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";

const UPDATE: &str = "UPDATE contact_bulk_operations b SET kind = $3, list_id = $4, filter = $5, changes = $6, \
     matched = $7, changed = $8, unchanged = $9, refused = $10, status = $11, error = $12, finished_at = $13, \
     updated_at = $14, updated_by = $15, version = $16 \
     WHERE b.organization_id = $1 AND b.id = $2 AND b.version = $17";

const FIND: &str = "SELECT b.organization_id, b.id, b.kind, b.list_id, b.filter, b.changes, b.changed, b.unchanged, \
     b.refused, b.status, b.error, b.finished_at, b.created_at, b.updated_at, b.created_by, b.updated_by, b.version \
     FROM contact_bulk_operations b WHERE b.organization_id = $1 AND b.id = $2";

#[derive(FromQueryResult)]
struct Row {
    organization_id: Uuid,
    id: Uuid,
    kind: String,
    list_id: Option<Uuid>,
    filter: Option<Json>,
    changes: Option<Json>,
    changed: i64,
    unchanged: i64,
    refused: i64,
    status: String,
    error: Option<String>,
    finished_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
}

impl TryFrom<Row> for ContactBulkOperation {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let count = |column: &'static str, count: i64| {
            u64::try_from(count).ok().ok_or_else(|| corrupt(column))
        };
        let filter = row.filter.as_ref().map(|json| {
            ContactFilter::from_json(json).ok_or_else(|| corrupt("contact_bulk_operations.filter"))
        });
        let changes = row.changes.as_ref().map(|json| {
            ProfileChange::from_json(json).ok_or_else(|| corrupt("contact_bulk_operations.changes"))
        });
        Ok(Self::restore(ContactBulkOperationState {
            id: JobId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            kind: parsed(&row.kind, "contact_bulk_operations.kind")?,
            list: row.list_id.map(ContactListId::from_uuid),
            filter: filter.transpose()?,
            changes: changes.transpose()?,
            counts: BulkCounts {
                changed: count("contact_bulk_operations.changed", row.changed)?,
                unchanged: count("contact_bulk_operations.unchanged", row.unchanged)?,
                refused: count("contact_bulk_operations.refused", row.refused)?,
            },
            status: parsed(&row.status, "contact_bulk_operations.status")?,
            error: row.error,
            finished_at: row.finished_at,
            stamps: Stamps {
                created_at: row.created_at,
                updated_at: row.updated_at,
                created_by: row.created_by.map(UserId::from_uuid),
                updated_by: row.updated_by.map(UserId::from_uuid),
                version: Version::from_number(row.version),
                deleted_at: None,
            },
        }))
    }
}

#[async_trait]
impl BulkOperationRepository for PostgresUnit {
    async fn insert(&self, operation: &ContactBulkOperation) -> Result<(), StorageError> {
        let stamps = &operation.state().stamps;
        let mut values = self.bulk_operation_values(operation);
        values.push(stamps.created_at.into());
        values.push(stamps.created_by.map(UserId::as_uuid).into());
        self.execute_sql(INSERT, values).await.map(|_| ())
    }

    async fn find(&self, id: JobId) -> Result<Option<ContactBulkOperation>, StorageError> {
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<Row>(FIND, values).await?;
        row.map(ContactBulkOperation::try_from).transpose()
    }

    async fn update(
        &self,
        operation: &ContactBulkOperation,
        expected: Version,
    ) -> Result<(), ContactError> {
        let mut values = self.bulk_operation_values(operation);
        values.push(expected.number().into());
        if self.execute_sql(UPDATE, values).await? == 1 {
            Ok(())
        } else {
            Err(ContactError::Stale)
        }
    }
}

impl PostgresUnit {
    fn bulk_operation_values(&self, operation: &ContactBulkOperation) -> Vec<Value> {
        let state = operation.state();
        let count = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
        let mut values: Vec<Value> = vec![
            self.organization().into(),
            state.id.as_uuid().into(),
            state.kind.as_str().into(),
            state.list.map(ContactListId::as_uuid).into(),
            state.filter.as_ref().map(ContactFilter::to_json).into(),
            state.changes.as_ref().map(ProfileChange::to_json).into(),
        ];
        values.extend(state.counts.named().map(|(_, n)| count(n)));
        values.extend([
            state.status.as_str().into(),
            state.error.clone().into(),
            state.finished_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
        ]);
        values
    }
}
