//! Appending to the audit log.

use async_trait::async_trait;
use kernel::{AuditEntry, AuditTrail, RandomBytes, RequestId, StorageError, UserId};
use sea_orm::Value;
use serde_json::{Value as Json, json};

use crate::clock::SystemRandom;
use crate::hex;
use crate::unit::PostgresUnit;

const INSERT: &str = include_str!("append_audit.sql");

#[async_trait]
impl AuditTrail for PostgresUnit {
    async fn append(&self, entries: &[AuditEntry]) -> Result<(), StorageError> {
        if entries.is_empty() {
            return Ok(());
        }
        let rows = entries
            .iter()
            .map(|entry| self.row(entry))
            .collect::<Result<Vec<_>, _>>()?;
        let values = [
            self.organization().into(),
            Value::Json(Some(Box::new(Json::Array(rows)))),
        ];
        let written = self.execute_sql(INSERT, values).await?;
        if written == entries.len() as u64 {
            Ok(())
        } else {
            Err(StorageError::Unexpected(
                "an audit entry was not written".into(),
            ))
        }
    }
}

impl PostgresUnit {
    fn row(&self, entry: &AuditEntry) -> Result<Json, StorageError> {
        if entry.organization != self.organization_id() {
            return Err(StorageError::Unexpected(
                "an audit entry of another organization".into(),
            ));
        }
        let mut salt = [0; 16];
        salt.copy_from_slice(&SystemRandom.bytes()[..16]);
        let at = entry
            .at
            .format(&time::format_description::well_known::Rfc3339)
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        Ok(json!({
            "id": entry.id,
            "created_at": at,
            "user_id": entry.actor.map(UserId::as_uuid),
            "actor_kind": entry.actor_kind,
            "entity_type": entry.entity_type,
            "entity_id": entry.entity,
            "action": entry.action.as_str(),
            "fields": entry.changes.names().collect::<Vec<_>>(),
            "request_id": RequestId::as_uuid(entry.request),
            "batch_id": entry.batch,
            "commitment": hex::encode(&entry.commitment(&salt)),
            "changes": entry.changes,
            "ip": entry.ip.map(|ip| ip.to_string()),
            "user_agent": entry.user_agent,
            "reason": entry.reason,
            "salt": hex::encode(&salt),
        }))
    }
}
