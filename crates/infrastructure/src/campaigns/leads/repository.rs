//! Reading and writing leads one by one.

use async_trait::async_trait;
use campaigns::ports::LeadRepository;
use campaigns::{
    CampaignError, FormResponse, Lead, LeadFilter, LeadOwner, LeadSort, LeadStage, LeadStatus,
    LeadValue, Person, StatusChange, TypedValue,
};
use kernel::{
    CampaignId, ContactId, Cursor, FormResponseId, LeadId, Page, PageRequest, StorageError, TeamId,
    UserId, Version,
};
use serde_json::{Value, json};

use super::rows::{LeadRow, ResponseRow, StageRow, StepRow, ValueRow};
use crate::page::bounds;
use crate::unit::PostgresUnit;

const NOW: &str = "SELECT l.status, count(*) AS leads FROM leads l WHERE l.organization_id = $1 \
    AND l.deleted_at IS NULL GROUP BY l.status";

const NOW_OF_CAMPAIGN: &str = "SELECT l.status, count(*) AS leads FROM leads l WHERE l.organization_id = $1 \
    AND l.campaign_id = $2 AND l.deleted_at IS NULL GROUP BY l.status";

/// How many leads came to each stage from another one.
const REACHED: &str = "SELECT s.to_status AS status, count(*) AS leads FROM (\
        SELECT DISTINCT c.to_status, c.lead_id FROM lead_status_changes c \
        WHERE c.organization_id = $1 AND c.from_status IS NOT NULL\
    ) AS s WHERE NOT EXISTS (SELECT FROM leads l \
        WHERE l.organization_id = $1 AND l.id = s.lead_id AND l.deleted_at IS NOT NULL) GROUP BY s.to_status";

const REACHED_OF_CAMPAIGN: &str = "SELECT s.to_status AS status, count(*) AS leads \
    FROM leads l CROSS JOIN LATERAL (SELECT DISTINCT c.to_status FROM lead_status_changes c \
    WHERE c.organization_id = $1 AND c.lead_id = l.id AND c.from_status IS NOT NULL OFFSET 0) AS s \
    WHERE l.organization_id = $1 AND l.campaign_id = $2 AND l.deleted_at IS NULL GROUP BY s.to_status";

#[async_trait]
impl LeadRepository for PostgresUnit {
    async fn insert(&self, lead: &Lead, step: &StatusChange) -> Result<(), CampaignError> {
        let sql = "INSERT INTO leads (organization_id, id, campaign_id, contact_id, person, status, source, \
                   assigned_user_id, assigned_team_id, latest_response_id, responses, notes, created_at, updated_at, \
                   created_by, updated_by, version, deleted_at, came_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
                   ON CONFLICT (organization_id, campaign_id, person) \
                   WHERE deleted_at IS NULL AND person IS NOT NULL DO NOTHING";
        let state = lead.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.campaign.map(CampaignId::as_uuid).into(),
            state.contact.map(ContactId::as_uuid).into(),
            state
                .person
                .as_ref()
                .map(|it| it.as_str().to_owned())
                .into(),
            state.status.as_str().into(),
            state.source.as_str().into(),
            state
                .owner
                .and_then(LeadOwner::person)
                .map(UserId::as_uuid)
                .into(),
            state
                .owner
                .and_then(LeadOwner::team)
                .map(TeamId::as_uuid)
                .into(),
            state.latest_response.map(FormResponseId::as_uuid).into(),
            state.responses.into(),
            state.notes.to_string().into(),
            state.stamps.created_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.created_by.map(UserId::as_uuid).into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
            state.came_at.into(),
        ];
        if self.execute_sql(sql, values).await? == 0 {
            let people = state.person.as_slice();
            let other = self.find_person(state.campaign, None, people).await?;
            return Err(match other {
                Some(other) => CampaignError::LeadExists(other.id()),
                None => StorageError::Contended(None).into(),
            });
        }
        self.insert_steps(&[(lead.id(), step)]).await?;
        Ok(())
    }

    async fn find(&self, id: LeadId) -> Result<Option<Lead>, StorageError> {
        let sql = "SELECT * FROM leads WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<LeadRow>(sql, values).await?;
        row.map(Lead::try_from).transpose()
    }

    async fn find_for_change(&self, ids: &[LeadId]) -> Result<Vec<Lead>, StorageError> {
        // Whoever locks several does so in this order, so that nobody waits for somebody who waits for them.
        let sql = "SELECT * FROM leads WHERE organization_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE";
        let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
        let values = [self.organization().into(), ids.into()];
        let rows = self.all::<LeadRow>(sql, values).await?;
        rows.into_iter().map(Lead::try_from).collect()
    }

    async fn find_person(
        &self,
        campaign: Option<CampaignId>,
        contact: Option<ContactId>,
        people: &[Person],
    ) -> Result<Option<Lead>, StorageError> {
        if let Some(contact) = contact {
            let sql = "SELECT * FROM leads WHERE organization_id = $1 AND contact_id = $2 \
                       AND campaign_id IS NOT DISTINCT FROM $3 AND deleted_at IS NULL ORDER BY id LIMIT 1";
            let values = [
                self.organization().into(),
                contact.as_uuid().into(),
                campaign.map(CampaignId::as_uuid).into(),
            ];
            if let Some(row) = self.one::<LeadRow>(sql, values).await? {
                return Lead::try_from(row).map(Some);
            }
        }
        for person in people {
            let person = person.as_str().to_owned();
            let row = if let Some(campaign) = campaign {
                let sql = "SELECT * FROM leads WHERE organization_id = $1 AND campaign_id = $2 AND person = $3 \
                               AND deleted_at IS NULL";
                let organization = self.organization().into();
                let values = [organization, campaign.as_uuid().into(), person.into()];
                self.one::<LeadRow>(sql, values).await?
            } else {
                let sql = "SELECT * FROM leads WHERE organization_id = $1 AND campaign_id IS NULL AND person = $2 \
                               AND deleted_at IS NULL";
                let values = [self.organization().into(), person.into()];
                self.one::<LeadRow>(sql, values).await?
            };
            if let Some(row) = row {
                return Lead::try_from(row).map(Some);
            }
        }
        Ok(None)
    }

    async fn update(
        &self,
        lead: &Lead,
        expected: Version,
        step: Option<&StatusChange>,
    ) -> Result<(), CampaignError> {
        let sql = "UPDATE leads SET contact_id = $4, status = $5, assigned_user_id = $6, assigned_team_id = $7, \
                   latest_response_id = $8, responses = $9, notes = $10, updated_at = $11, updated_by = $12, \
                   version = $13, deleted_at = $14, came_at = $15 \
                   WHERE organization_id = $1 AND id = $2 AND version = $3";
        let state = lead.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            expected.number().into(),
            state.contact.map(ContactId::as_uuid).into(),
            state.status.as_str().into(),
            state
                .owner
                .and_then(LeadOwner::person)
                .map(UserId::as_uuid)
                .into(),
            state
                .owner
                .and_then(LeadOwner::team)
                .map(TeamId::as_uuid)
                .into(),
            state.latest_response.map(FormResponseId::as_uuid).into(),
            state.responses.into(),
            state.notes.to_string().into(),
            state.stamps.updated_at.into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
            state.came_at.into(),
        ];
        if self.execute_contended(sql, values).await? == 0 {
            return Err(CampaignError::Stale);
        }
        if let Some(step) = step {
            self.insert_steps(&[(lead.id(), step)]).await?;
        }
        Ok(())
    }

    async fn update_many(
        &self,
        changed: &[(Lead, Option<StatusChange>)],
    ) -> Result<(), StorageError> {
        self.write_leads(changed).await
    }

    async fn insert_response(
        &self,
        response: &FormResponse,
        values: &[LeadValue],
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO form_responses (organization_id, id, lead_id, form_version_id, response_data, \
                   submitted_at, user_agent, ip, session_id, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8::inet, $9, $10)";
        let origin = &response.origin;
        let lead = response.lead.as_uuid();
        let bound = [
            self.organization().into(),
            response.id.as_uuid().into(),
            lead.into(),
            response.form_version.as_uuid().into(),
            Value::Object(response.answers.clone()).into(),
            response.submitted_at.into(),
            origin.user_agent.clone().into(),
            origin.ip.map(|ip| ip.to_string()).into(),
            origin.session.into(),
            response.created_at.into(),
        ];
        self.execute_sql(sql, bound).await?;
        let sql = "DELETE FROM lead_field_values WHERE organization_id = $1 AND lead_id = $2";
        let bound = [self.organization().into(), lead.into()];
        self.execute_sql(sql, bound).await?;
        let sql = "INSERT INTO lead_field_values (organization_id, lead_id, field_key, position, value_text, \
                   value_folded, value_number, value_date, value_bool, created_at) \
                   SELECT $1, $2, v.field_key, v.position, v.value_text, v.value_folded, v.value_number, v.value_date, \
                   v.value_bool, $3 FROM jsonb_to_recordset($4) AS v (field_key text, position smallint, \
                   value_text text, value_folded text, value_number bigint, value_date date, value_bool boolean) \
                   ON CONFLICT (organization_id, lead_id, field_key, position) DO NOTHING";
        let documents = values.iter().map(document).collect::<Value>();
        let at = response.created_at.into();
        let bound = [
            self.organization().into(),
            lead.into(),
            at,
            documents.into(),
        ];
        self.execute_sql(sql, bound).await.map(drop)
    }

    async fn values_of(&self, lead: LeadId) -> Result<Vec<LeadValue>, StorageError> {
        let sql = "SELECT field_key, position, value_text, value_number, value_date, value_bool \
                   FROM lead_field_values WHERE organization_id = $1 AND lead_id = $2 ORDER BY field_key, position";
        let values = [self.organization().into(), lead.as_uuid().into()];
        let rows = self.all::<ValueRow>(sql, values).await?;
        rows.into_iter().map(LeadValue::try_from).collect()
    }

    async fn list_responses(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<FormResponse>, StorageError> {
        let sql = "SELECT organization_id, id, lead_id, form_version_id, response_data, submitted_at, created_at, user_agent, \
                   host(ip) AS ip, session_id FROM form_responses \
                   WHERE organization_id = $1 AND lead_id = $2 AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let lead = lead.as_uuid();
        let values = [
            self.organization().into(),
            lead.into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<ResponseRow>(sql, values).await?;
        let responses = rows.into_iter().map(FormResponse::try_from);
        let responses = responses.collect::<Result<_, _>>()?;
        Ok(Page::from_overfull(
            responses,
            page.limit,
            |response: &FormResponse| Cursor::Id(response.id.as_uuid()),
        ))
    }

    async fn find_responses(
        &self,
        ids: &[FormResponseId],
    ) -> Result<Vec<FormResponse>, StorageError> {
        let sql = "SELECT organization_id, id, lead_id, form_version_id, response_data, submitted_at, created_at, user_agent, \
                   host(ip) AS ip, session_id FROM form_responses WHERE organization_id = $1 AND id = ANY ($2)";
        let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
        let values = [self.organization().into(), ids.into()];
        let rows = self.all::<ResponseRow>(sql, values).await?;
        rows.into_iter().map(FormResponse::try_from).collect()
    }

    async fn stages(&self, campaign: Option<CampaignId>) -> Result<Vec<LeadStage>, StorageError> {
        let (now, reached, values) = match campaign {
            None => (NOW, REACHED, vec![self.organization().into()]),
            Some(campaign) => (
                NOW_OF_CAMPAIGN,
                REACHED_OF_CAMPAIGN,
                vec![self.organization().into(), campaign.as_uuid().into()],
            ),
        };
        let now = self.all::<StageRow>(now, values.clone()).await?;
        let reached = self.all::<StageRow>(reached, values).await?;
        let count = |rows: &[StageRow], status: LeadStatus| {
            let row = rows.iter().find(|row| row.status == status.as_str());
            row.map_or(0, |row| row.leads.unsigned_abs())
        };
        let all = LeadStatus::ALL.iter().map(|status| count(&now, *status));
        let all: u64 = all.sum();
        let stage = |status: &LeadStatus| LeadStage {
            status: *status,
            now: count(&now, *status),
            // Every lead began as new.
            reached: match status {
                LeadStatus::New => all,
                other => count(&reached, *other),
            },
        };
        Ok(LeadStatus::ALL.iter().map(stage).collect())
    }

    async fn list_status_changes(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<StatusChange>, StorageError> {
        let sql = "SELECT id, from_status, to_status, reason, created_at, created_by FROM lead_status_changes \
                   WHERE organization_id = $1 AND lead_id = $2 AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let lead = lead.as_uuid();
        let values = [
            self.organization().into(),
            lead.into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<StepRow>(sql, values).await?;
        let steps = rows.into_iter().map(StatusChange::try_from);
        let steps = steps.collect::<Result<_, _>>()?;
        Ok(Page::from_overfull(
            steps,
            page.limit,
            |step: &StatusChange| Cursor::Id(step.id.as_uuid()),
        ))
    }

    async fn list(
        &self,
        filter: &LeadFilter,
        sort: &LeadSort,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StorageError> {
        self.list_leads(filter, sort, page).await
    }
}

fn document(value: &LeadValue) -> Value {
    let mut document = json!({ "field_key": value.key, "position": value.position });
    match &value.value {
        TypedValue::Text(text) => {
            document["value_text"] = text.as_str().into();
            document["value_folded"] = TypedValue::fold(text).into();
        }
        TypedValue::Number(number) => document["value_number"] = number.millionths().into(),
        TypedValue::Date(date) => document["value_date"] = date.to_string().into(),
        TypedValue::Flag(flag) => document["value_bool"] = (*flag).into(),
    }
    document
}
