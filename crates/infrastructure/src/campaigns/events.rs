//! `events`

use async_trait::async_trait;
use campaigns::Event;
use campaigns::ports::EventLog;
use kernel::{EventId, StorageError, Timestamp};
use sea_orm::{FromQueryResult, Value};
use serde_json::{Value as Json, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::unit::PostgresUnit;

const RECORD: &str = include_str!("record_events.sql");

#[derive(FromQueryResult)]
struct Recorded {
    id: Uuid,
}

#[async_trait]
impl EventLog for PostgresUnit {
    async fn record(&self, events: &[Event], at: Timestamp) -> Result<Vec<EventId>, StorageError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let rows = events.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let values = [
            self.organization().into(),
            Value::Json(Some(Box::new(Json::Array(rows)))),
            at.into(),
        ];
        let recorded = self.all::<Recorded>(RECORD, values).await?;
        let ids = recorded.into_iter().map(|row| EventId::from_uuid(row.id));
        Ok(ids.collect())
    }
}

fn row(event: &Event) -> Result<Json, StorageError> {
    let at = event
        .at()
        .format(&Rfc3339)
        .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
    Ok(json!({
        "id": event.id(),
        "timestamp": at,
        "event_type": event.event_type.as_str(),
        "campaign_id": event.campaign,
        "contact_id": event.contact,
        "event_data": event.data,
        "user_agent": event.client.user_agent,
        "ip_address": event.client.ip.map(|ip| ip.to_string()),
        "session_id": event.client.session,
        "origin": event.origin.as_str(),
        "actor_verdict": event.actor.as_str(),
        "actor_reason": event.actor_reason,
    }))
}
