//! `events`

use std::collections::HashSet;

use async_trait::async_trait;
use campaigns::ports::EventLog;
use campaigns::{Click, ClickWindow, Event};
use kernel::{CampaignId, ContactId, EventId, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use sqlx::Row as _;
use sqlx::postgres::PgArguments;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::binds::{Binder, column};
use crate::committed::Counted;
use crate::error::translate_sqlx;
use crate::unit::PostgresUnit;

const RECORD: &str = include_str!("record_events.sql");
const CLICKS: &str = include_str!("clicks.sql");

#[derive(FromQueryResult)]
struct ClickRow {
    campaign_id: Uuid,
    contact_id: Uuid,
    at: OffsetDateTime,
    target: Option<String>,
}

#[async_trait]
impl EventLog for PostgresUnit {
    async fn record(&self, events: &[Event], at: Timestamp) -> Result<Vec<EventId>, StorageError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        columns(events, &mut bind)?;
        bind.add(at)?;
        let recorded = self.all_bound(RECORD, values).await?;
        let ids = recorded.iter().map(|row| row.try_get::<Uuid, _>(0));
        let ids = ids.map(|id| id.map(EventId::from_uuid).map_err(translate_sqlx));
        let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
        self.note_recorded(events, &ids);
        Ok(ids)
    }

    async fn clicks(
        &self,
        windows: &[ClickWindow],
        contacts: &[ContactId],
    ) -> Result<Vec<Click>, StorageError> {
        let campaigns: Vec<_> = windows.iter().map(|it| it.campaign.as_uuid()).collect();
        let since: Vec<_> = windows.iter().map(|it| it.since).collect();
        let until: Vec<_> = windows.iter().map(|it| it.until).collect();
        let contacts: Vec<_> = contacts.iter().map(|it| it.as_uuid()).collect();
        let values = [
            self.organization().into(),
            campaigns.into(),
            since.into(),
            until.into(),
            contacts.into(),
        ];
        let rows = self.all::<ClickRow>(CLICKS, values).await?;
        let clicks = rows.into_iter().map(|row| Click {
            campaign: CampaignId::from_uuid(row.campaign_id),
            contact: ContactId::from_uuid(row.contact_id),
            at: row.at,
            target: row.target,
        });
        Ok(clicks.collect())
    }
}

impl PostgresUnit {
    /// Counts those of these events that were recorded, once the unit commits.
    fn note_recorded(&self, events: &[Event], recorded: &[EventId]) {
        let mut left: HashSet<_> = recorded.iter().copied().collect();
        for event in events.iter().filter(|event| left.remove(&event.id())) {
            let (origin, event_type) = (event.origin.as_str(), event.event_type.as_str());
            self.note_deed(Counted::Event { origin, event_type }, 1);
        }
    }
}

/// Binds what the statement takes of the events, a column at a time.
fn columns(events: &[Event], bind: &mut Binder<'_>) -> Result<(), StorageError> {
    bind.add(column(events, |it| it.id().as_uuid()))?;
    bind.add(column(events, Event::at))?;
    bind.add(column(events, |it| it.event_type.as_str()))?;
    bind.add(column(events, |it| it.campaign.as_uuid()))?;
    bind.add(column(events, |it| it.contact.map(ContactId::as_uuid)))?;
    let data = |it: &Event| it.data.as_ref().map(ToString::to_string);
    bind.add(column(events, data))?;
    bind.add(column(events, |it| it.client.user_agent.as_deref()))?;
    bind.add(column(events, |it| it.client.ip.map(|ip| ip.to_string())))?;
    bind.add(column(events, |it| it.client.session))?;
    bind.add(column(events, |it| it.origin.as_str()))?;
    bind.add(column(events, |it| it.actor.as_str()))?;
    bind.add(column(events, |it| it.actor_reason.as_deref()))
}
