//! `events`

use async_trait::async_trait;
use campaigns::ports::EventLog;
use campaigns::{Click, ClickWindow, Event};
use kernel::{CampaignId, ContactId, EventId, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use sqlx::Row as _;
use sqlx::postgres::PgArguments;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::binds::Binder;
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
        ids.collect()
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

/// Binds what the statement takes of the events, a column at a time.
fn columns(events: &[Event], bind: &mut Binder<'_>) -> Result<(), StorageError> {
    let ids = events.iter().map(|event| event.id().as_uuid());
    bind.add(ids.collect::<Vec<_>>())?;
    bind.add(events.iter().map(Event::at).collect::<Vec<_>>())?;
    let types = events.iter().map(|event| event.event_type.as_str());
    bind.add(types.collect::<Vec<_>>())?;
    let campaigns = events.iter().map(|event| event.campaign.as_uuid());
    bind.add(campaigns.collect::<Vec<_>>())?;
    let contacts = events.iter().map(|event| event.contact);
    let contacts = contacts.map(|contact| contact.map(ContactId::as_uuid));
    bind.add(contacts.collect::<Vec<_>>())?;
    let data = events.iter().map(|event| event.data.as_ref());
    let data = data.map(|data| data.map(ToString::to_string));
    bind.add(data.collect::<Vec<_>>())?;
    let agents = events.iter().map(|it| it.client.user_agent.as_deref());
    bind.add(agents.collect::<Vec<_>>())?;
    let addresses = events.iter().map(|event| event.client.ip);
    let addresses = addresses.map(|ip| ip.map(|ip| ip.to_string()));
    bind.add(addresses.collect::<Vec<_>>())?;
    let sessions = events.iter().map(|event| event.client.session);
    bind.add(sessions.collect::<Vec<_>>())?;
    let origins = events.iter().map(|event| event.origin.as_str());
    bind.add(origins.collect::<Vec<_>>())?;
    let actors = events.iter().map(|event| event.actor.as_str());
    bind.add(actors.collect::<Vec<_>>())?;
    let reasons = events.iter().map(|it| it.actor_reason.as_deref());
    bind.add(reasons.collect::<Vec<_>>())
}
