//! `consent_records`

use async_trait::async_trait;
use campaigns::ports::ConsentLog;
use campaigns::{ConsentRecord, ConsentSubject, EventClient};
use kernel::{CampaignId, ContactId, FormVersionId, LeadId, StorageError};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::unit::PostgresUnit;

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
    async fn append(&self, record: &ConsentRecord) -> Result<(), StorageError> {
        let sql = "INSERT INTO consent_records (organization_id, id, created_at, contact_id, consent_type, granted, \
                   consent_text, text_version_id, source, campaign_id, ip_address, user_agent, lead_id) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::inet, $12, $13)";
        let values = [
            self.organization().into(),
            record.id.into(),
            record.at.into(),
            record.subject.contact().map(ContactId::as_uuid).into(),
            record.consent_type.as_str().into(),
            record.granted.into(),
            record.text.clone().into(),
            record.text_version.map(FormVersionId::as_uuid).into(),
            record.source.as_str().into(),
            record.campaign.map(CampaignId::as_uuid).into(),
            record.client.ip.map(|ip| ip.to_string()).into(),
            record.client.user_agent.clone().into(),
            record.subject.lead().map(LeadId::as_uuid).into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn current(&self, contact: ContactId) -> Result<Vec<ConsentRecord>, StorageError> {
        let sql = "SELECT DISTINCT ON (c.consent_type) c.id, c.created_at, c.contact_id, c.lead_id, c.consent_type, c.granted, \
                   c.consent_text, c.text_version_id, c.source, c.campaign_id, host(c.ip_address) AS ip, c.user_agent \
                   FROM consent_records c WHERE c.organization_id = $1 AND c.contact_id = $2 \
                   ORDER BY c.consent_type, c.created_at DESC, c.id DESC";
        let values = [self.organization().into(), contact.as_uuid().into()];
        let rows = self.all::<ConsentRow>(sql, values).await?;
        rows.into_iter().map(ConsentRecord::try_from).collect()
    }
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
