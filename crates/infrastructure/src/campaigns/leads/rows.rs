//! Rows of leads, and what they are.

use campaigns::{
    Decimal, FormResponse, Lead, LeadOwner, LeadState, LeadValue, Person, ResponseOrigin,
    SortPlace, StatusChange, TypedValue,
};
use kernel::{
    CampaignId, ContactId, Cursor, FormResponseId, FormVersionId, LeadId, LeadStatusChangeId,
    OrganizationId, StorageError, TeamId, UserId,
};
use sea_orm::FromQueryResult;
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::error::corrupt;
use crate::stamps::stamps_of;

#[derive(FromQueryResult)]
pub(super) struct LeadRow {
    organization_id: Uuid,
    id: Uuid,
    campaign_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    person: Option<String>,
    status: String,
    source: String,
    assigned_user_id: Option<Uuid>,
    assigned_team_id: Option<Uuid>,
    latest_response_id: Option<Uuid>,
    responses: i32,
    notes: String,
    came_at: OffsetDateTime,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
}

/// A lead with its place in an order.
#[derive(FromQueryResult)]
pub(super) struct PlacedRow {
    #[sea_orm(nested)]
    pub(super) lead: LeadRow,
    #[sea_orm(nested)]
    sorted: SortRow,
}

/// A place in an order.
#[derive(FromQueryResult)]
pub(super) struct PlaceRow {
    id: Uuid,
    #[sea_orm(nested)]
    sorted: SortRow,
}

/// The value that something is sorted by.
#[derive(FromQueryResult)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of the columns"
)]
struct SortRow {
    value_folded: Option<String>,
    value_number: Option<i64>,
    value_date: Option<Date>,
    value_bool: Option<bool>,
}

impl SortRow {
    fn place(&self) -> Option<SortPlace> {
        let text = self.value_folded.clone().map(SortPlace::Text);
        text.or_else(|| self.value_number.map(SortPlace::Number))
            .or_else(|| self.value_date.map(SortPlace::Date))
            .or_else(|| self.value_bool.map(SortPlace::Flag))
    }
}

impl PlacedRow {
    /// The value that it is sorted by.
    pub(super) fn place(&self) -> Option<SortPlace> {
        self.sorted.place()
    }
}

impl PlaceRow {
    /// The cursor behind it.
    pub(super) fn cursor(&self) -> Cursor {
        let place = self.sorted.place();
        place.map_or(Cursor::Id(self.id), |place| place.cursor(self.id))
    }
}

#[derive(FromQueryResult)]
pub(super) struct StageRow {
    pub(super) status: String,
    pub(super) leads: i64,
}

#[derive(FromQueryResult)]
pub(super) struct StepRow {
    id: Uuid,
    from_status: Option<String>,
    to_status: String,
    reason: String,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[derive(FromQueryResult)]
pub(super) struct ResponseRow {
    organization_id: Uuid,
    id: Uuid,
    lead_id: Uuid,
    form_version_id: Uuid,
    response_data: Value,
    submitted_at: OffsetDateTime,
    created_at: OffsetDateTime,
    user_agent: Option<String>,
    ip: Option<String>,
    session_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
pub(super) struct ValueRow {
    field_key: String,
    position: i16,
    value_text: Option<String>,
    value_number: Option<i64>,
    value_date: Option<Date>,
    value_bool: Option<bool>,
}

impl TryFrom<LeadRow> for Lead {
    type Error = StorageError;

    fn try_from(row: LeadRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let person = match row.person {
            Some(text) => Some(Person::restore(text).ok_or_else(|| corrupt("leads.person"))?),
            None => None,
        };
        let user = row.assigned_user_id.map(UserId::from_uuid);
        let team = row.assigned_team_id.map(TeamId::from_uuid);
        let notes = row.notes.parse().ok();
        Ok(Self::restore(LeadState {
            id: LeadId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            campaign: row.campaign_id.map(CampaignId::from_uuid),
            contact: row.contact_id.map(ContactId::from_uuid),
            person,
            status: row.status.parse()?,
            source: row.source.parse()?,
            owner: user
                .map(LeadOwner::Person)
                .or_else(|| team.map(LeadOwner::Team)),
            latest_response: row.latest_response_id.map(FormResponseId::from_uuid),
            responses: row.responses,
            notes: notes.ok_or_else(|| corrupt("leads.notes"))?,
            came_at: row.came_at,
            stamps,
        }))
    }
}

impl TryFrom<StepRow> for StatusChange {
    type Error = StorageError;

    fn try_from(row: StepRow) -> Result<Self, StorageError> {
        let reason = row.reason.parse().ok();
        Ok(Self {
            id: LeadStatusChangeId::from_uuid(row.id),
            from: row.from_status.map(|status| status.parse()).transpose()?,
            to: row.to_status.parse()?,
            reason: reason.ok_or_else(|| corrupt("lead_status_changes.reason"))?,
            at: row.created_at,
            by: row.created_by.map(UserId::from_uuid),
        })
    }
}

impl TryFrom<ResponseRow> for FormResponse {
    type Error = StorageError;

    fn try_from(row: ResponseRow) -> Result<Self, StorageError> {
        let Value::Object(answers) = row.response_data else {
            return Err(corrupt("form_responses.response_data"));
        };
        let ip = match row.ip {
            Some(ip) => Some(
                ip.parse()
                    .ok()
                    .ok_or_else(|| corrupt("form_responses.ip"))?,
            ),
            None => None,
        };
        Ok(Self {
            id: FormResponseId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            lead: LeadId::from_uuid(row.lead_id),
            form_version: FormVersionId::from_uuid(row.form_version_id),
            answers,
            submitted_at: row.submitted_at,
            created_at: row.created_at,
            origin: ResponseOrigin {
                user_agent: row.user_agent,
                ip,
                session: row.session_id,
            },
        })
    }
}

impl TryFrom<ValueRow> for LeadValue {
    type Error = StorageError;

    fn try_from(row: ValueRow) -> Result<Self, StorageError> {
        let text = row.value_text.map(TypedValue::Text);
        let number = row.value_number.and_then(Decimal::from_millionths);
        let value = text
            .or_else(|| number.map(TypedValue::Number))
            .or_else(|| row.value_date.map(TypedValue::Date))
            .or_else(|| row.value_bool.map(TypedValue::Flag));
        let key = row.field_key.parse().ok();
        Ok(Self {
            key: key.ok_or_else(|| corrupt("lead_field_values.field_key"))?,
            position: row.position,
            value: value.ok_or_else(|| corrupt("lead_field_values"))?,
        })
    }
}
