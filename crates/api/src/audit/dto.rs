//! The shapes of audit entries on the wire.

use std::collections::HashMap;

use compliance::{AuditCount, AuditDetail, AuditRecord};
use kernel::{Change, RequestId, UserId};
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::schema::{ActorKindText, AuditActionText, EntityTypeText, IpText};

/// An entry of the audit log, without what is personal about it.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AuditEntrySummary", example)]
pub(crate) struct AuditEntrySummary {
    /// The entry's id.
    id: Uuid,
    /// When it was done.
    created_at: OffsetDateTime,
    /// The user who did it; null where it was none.
    user_id: Option<Uuid>,
    /// What kind of actor did it.
    actor_kind: ActorKindText,
    /// What was done.
    action: AuditActionText,
    /// What kind of thing it was done to.
    entity_type: EntityTypeText,
    /// To which thing; null where it was to no single one.
    entity_id: Option<Uuid>,
    /// The names of the changed fields.
    fields: Vec<String>,
    /// The request in which it was done.
    request_id: Uuid,
    /// Common to all entries of one piece of bulk work; null where it was none.
    batch_id: Option<Uuid>,
}

/// The value of a field before and after.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AuditChange", example)]
pub(crate) struct ChangeShape {
    /// The value before; null where there was none. Of a secret, only that it was `set`.
    old: Option<Value>,
    /// The value after; null where there is none. Of a secret, only that it was `set` or `changed`.
    new: Option<Value>,
}

/// An entry of the audit log with its values.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AuditEntry", example)]
pub(crate) struct AuditEntryAnswer {
    /// The entry's id.
    id: Uuid,
    /// When it was done.
    created_at: OffsetDateTime,
    /// The user who did it; null where it was none.
    user_id: Option<Uuid>,
    /// What kind of actor did it.
    actor_kind: ActorKindText,
    /// What was done.
    action: AuditActionText,
    /// What kind of thing it was done to.
    entity_type: EntityTypeText,
    /// To which thing; null where it was to no single one.
    entity_id: Option<Uuid>,
    /// The names of the changed fields; they stay when the values are erased.
    fields: Vec<String>,
    /// The request in which it was done.
    request_id: Uuid,
    /// Common to all entries of one piece of bulk work; null where it was none.
    batch_id: Option<Uuid>,
    /// The changed fields with their values; null once they were erased.
    changes: Option<HashMap<String, ChangeShape>>,
    /// The client's address, as far as it is known and was not erased.
    ip: Option<IpText>,
    /// The client's name for itself, as far as it is known and was not erased.
    user_agent: Option<String>,
    /// Why it was done, or a code: of a refusal the missing permission, of a download its filter.
    reason: Option<String>,
}

/// How often an actor did something to a kind of thing.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AuditCount", example)]
pub(crate) struct AuditCountAnswer {
    /// The user who did it; null for whatever was not done by a user.
    user_id: Option<Uuid>,
    /// What kind of thing it was done to.
    entity_type: EntityTypeText,
    /// What was done.
    action: AuditActionText,
    /// How often.
    count: u64,
}

impl From<AuditRecord> for AuditEntrySummary {
    fn from(record: AuditRecord) -> Self {
        Self {
            id: record.id.as_uuid(),
            created_at: record.at,
            user_id: record.actor.map(UserId::as_uuid),
            actor_kind: ActorKindText::new(record.actor_kind),
            action: AuditActionText::new(record.action.as_str()),
            entity_type: EntityTypeText::new(record.entity_type),
            entity_id: record.entity,
            fields: record.fields,
            request_id: RequestId::as_uuid(record.request),
            batch_id: record.batch,
        }
    }
}

impl From<AuditDetail> for AuditEntryAnswer {
    fn from(detail: AuditDetail) -> Self {
        let AuditDetail { record, payload } = detail;
        let summary = AuditEntrySummary::from(record);
        let changes = payload.changes.map(|changes| {
            let changes = changes.as_map().iter();
            changes
                .map(|(field, change)| (field.clone(), ChangeShape::from(change)))
                .collect()
        });
        Self {
            id: summary.id,
            created_at: summary.created_at,
            user_id: summary.user_id,
            actor_kind: summary.actor_kind,
            action: summary.action,
            entity_type: summary.entity_type,
            entity_id: summary.entity_id,
            fields: summary.fields,
            request_id: summary.request_id,
            batch_id: summary.batch_id,
            changes,
            ip: payload.ip.map(IpText::new),
            user_agent: payload.user_agent,
            reason: payload.reason,
        }
    }
}

impl From<&Change> for ChangeShape {
    fn from(change: &Change) -> Self {
        let shown = |value: &Value| (!value.is_null()).then(|| value.clone());
        Self {
            old: shown(&change.old),
            new: shown(&change.new),
        }
    }
}

impl From<AuditCount> for AuditCountAnswer {
    fn from(count: AuditCount) -> Self {
        Self {
            user_id: count.actor.map(UserId::as_uuid),
            entity_type: EntityTypeText::new(count.entity_type),
            action: AuditActionText::new(count.action.as_str()),
            count: count.count,
        }
    }
}

impl Example for AuditEntrySummary {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011),
            created_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454),
            user_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002)),
            actor_kind: ActorKindText::new("user"),
            action: AuditActionText::new("update"),
            entity_type: EntityTypeText::new("team"),
            entity_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0003)),
            fields: vec!["name".to_owned()],
            request_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0004),
            batch_id: None,
        }
    }
}

impl Example for ChangeShape {
    fn example() -> Self {
        Self {
            old: Some(json!("North")),
            new: Some(json!("Far north")),
        }
    }
}

impl Example for AuditEntryAnswer {
    fn example() -> Self {
        let summary = AuditEntrySummary::example();
        Self {
            id: summary.id,
            created_at: summary.created_at,
            user_id: summary.user_id,
            actor_kind: summary.actor_kind,
            action: summary.action,
            entity_type: summary.entity_type,
            entity_id: summary.entity_id,
            fields: summary.fields,
            request_id: summary.request_id,
            batch_id: summary.batch_id,
            changes: Some([("name".to_owned(), ChangeShape::example())].into()),
            ip: Some(IpText::new("192.0.2.7")),
            user_agent: Some("curl/8.5.0".to_owned()),
            reason: None,
        }
    }
}

impl Example for AuditCountAnswer {
    fn example() -> Self {
        Self {
            user_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002)),
            entity_type: EntityTypeText::new("team"),
            action: AuditActionText::new("update"),
            count: 3,
        }
    }
}
