//! Rows of the audit log.

use compliance::{AuditCount, AuditDetail, AuditPayload, AuditRecord};
use kernel::{AuditEntryId, RequestId, StorageError, UserId};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;

/// The columns of an entry, of `audit_logs l`.
pub(super) const RECORD: &str = "l.id, l.created_at, l.user_id, l.actor_kind, l.entity_type, l.entity_id, \
                                 l.action, l.fields, l.request_id, l.batch_id";

/// The columns of its payload, of `audit_payloads p`.
pub(super) const PAYLOAD: &str = "p.changes, host(p.ip) AS ip, p.user_agent, p.reason";

#[derive(FromQueryResult)]
pub(super) struct RecordRow {
    id: Uuid,
    created_at: OffsetDateTime,
    user_id: Option<Uuid>,
    actor_kind: String,
    entity_type: String,
    entity_id: Option<Uuid>,
    action: String,
    fields: Vec<String>,
    request_id: Uuid,
    batch_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
pub(super) struct DetailRow {
    #[sea_orm(nested)]
    record: RecordRow,
    changes: Option<Json>,
    ip: Option<String>,
    user_agent: Option<String>,
    reason: Option<String>,
}

#[derive(FromQueryResult)]
pub(super) struct CountRow {
    user_id: Option<Uuid>,
    entity_type: String,
    action: String,
    count: i64,
}

impl TryFrom<RecordRow> for AuditRecord {
    type Error = StorageError;

    fn try_from(row: RecordRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: AuditEntryId::from_uuid(row.id),
            at: row.created_at,
            actor: row.user_id.map(UserId::from_uuid),
            actor_kind: row.actor_kind,
            entity_type: row.entity_type,
            entity: row.entity_id,
            action: row.action.parse()?,
            fields: row.fields,
            request: RequestId::from_uuid(row.request_id),
            batch: row.batch_id,
        })
    }
}

impl TryFrom<DetailRow> for AuditDetail {
    type Error = StorageError;

    fn try_from(row: DetailRow) -> Result<Self, StorageError> {
        let changes = row.changes.map(serde_json::from_value).transpose();
        let ip = row.ip.map(|ip| ip.parse()).transpose();
        Ok(Self {
            record: row.record.try_into()?,
            payload: AuditPayload {
                changes: changes
                    .ok()
                    .ok_or_else(|| corrupt("audit_payloads.changes"))?,
                ip: ip.ok().ok_or_else(|| corrupt("audit_payloads.ip"))?,
                user_agent: row.user_agent,
                reason: row.reason,
            },
        })
    }
}

impl TryFrom<CountRow> for AuditCount {
    type Error = StorageError;

    fn try_from(row: CountRow) -> Result<Self, StorageError> {
        Ok(Self {
            actor: row.user_id.map(UserId::from_uuid),
            entity_type: row.entity_type,
            action: row.action.parse()?,
            count: row.count.unsigned_abs(),
        })
    }
}

/// All rows, or the first one that is corrupt.
pub(super) fn all<R, T>(rows: Vec<R>) -> Result<Vec<T>, StorageError>
where
    T: TryFrom<R, Error = StorageError>,
{
    rows.into_iter().map(T::try_from).collect()
}
