//! `consent_records`

use async_trait::async_trait;
use campaigns::ports::ConsentLog;
use campaigns::{ConsentRecord, ConsentSubject, EventClient};
use kernel::{CampaignId, ContactId, FormVersionId, LeadId, StorageError};
use sea_orm::FromQueryResult;
use sqlx::postgres::PgArguments;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::binds::{Binder, column};
use crate::error::corrupt;
use crate::unit::PostgresUnit;

const APPEND: &str = include_str!("append_consents.sql");
const CURRENT: &str = include_str!("current_consents.sql");

#[derive(FromQueryResult)]
struct ConsentRow {
    id: Uuid,
    created_at: OffsetDateTime,
    contact_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    consent_type: String,
    granted: bool,
    consent_text: String,
    text_version_id: Option<Uuid>,
    source: String,
    campaign_id: Option<Uuid>,
    ip: Option<String>,
    user_agent: Option<String>,
}

#[async_trait]
impl ConsentLog for PostgresUnit {
    async fn append(&self, records: &[ConsentRecord]) -> Result<(), StorageError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        columns(records, &mut bind)?;
        self.all_bound(APPEND, values).await.map(drop)
    }

    async fn current(&self, contacts: &[ContactId]) -> Result<Vec<ConsentRecord>, StorageError> {
        let contacts: Vec<_> = contacts.iter().map(|it| it.as_uuid()).collect();
        let values = [self.organization().into(), contacts.into()];
        let rows = self.all::<ConsentRow>(CURRENT, values).await?;
        rows.into_iter().map(ConsentRecord::try_from).collect()
    }
}

/// Binds what the statement takes of the records, a column at a time.
fn columns(records: &[ConsentRecord], bind: &mut Binder<'_>) -> Result<(), StorageError> {
    bind.add(column(records, |it| it.id))?;
    bind.add(column(records, |it| it.at))?;
    let contact = |it: &ConsentRecord| it.subject.contact().map(ContactId::as_uuid);
    bind.add(column(records, contact))?;
    let lead = |it: &ConsentRecord| it.subject.lead().map(LeadId::as_uuid);
    bind.add(column(records, lead))?;
    bind.add(column(records, |it| it.consent_type.as_str()))?;
    bind.add(column(records, |it| it.granted))?;
    bind.add(column(records, |it| it.text.as_str()))?;
    let version = |it: &ConsentRecord| it.text_version.map(FormVersionId::as_uuid);
    bind.add(column(records, version))?;
    bind.add(column(records, |it| it.source.as_str()))?;
    bind.add(column(records, |it| it.campaign.map(CampaignId::as_uuid)))?;
    bind.add(column(records, |it| it.client.ip.map(|ip| ip.to_string())))?;
    bind.add(column(records, |it| it.client.user_agent.as_deref()))
}

impl TryFrom<ConsentRow> for ConsentRecord {
    type Error = StorageError;

    fn try_from(row: ConsentRow) -> Result<Self, StorageError> {
        let contact = row.contact_id.map(ContactId::from_uuid);
        let subject = ConsentSubject::of(contact, row.lead_id.map(LeadId::from_uuid));
        let ip = row.ip.map(|ip| ip.parse()).transpose().ok();
        Ok(Self {
            id: row.id,
            at: row.created_at,
            subject: subject.ok_or_else(|| corrupt("consent_records.contact_id"))?,
            consent_type: row.consent_type.parse()?,
            granted: row.granted,
            text: row.consent_text,
            text_version: row.text_version_id.map(FormVersionId::from_uuid),
            source: row.source.parse()?,
            campaign: row.campaign_id.map(CampaignId::from_uuid),
            client: EventClient {
                user_agent: row.user_agent,
                ip: ip.ok_or_else(|| corrupt("consent_records.ip_address"))?,
                session: None,
            },
        })
    }
}
