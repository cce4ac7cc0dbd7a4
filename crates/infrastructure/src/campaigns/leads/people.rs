//! What leads have to know of contacts, members and teams.

use async_trait::async_trait;
use campaigns::ports::People;
use campaigns::{Addressee, Letterhead};
use kernel::{ContactId, StorageError, TeamId, UserId};
use sea_orm::FromQueryResult;
use serde_json::Value;
use tenancy::OrganizationSettings;
use uuid::Uuid;

use crate::error::corrupt;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct AddresseeRow {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    display_name: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    job_title: Option<String>,
    locale: Option<String>,
    attributes: Value,
}

#[derive(FromQueryResult)]
struct LetterheadRow {
    name: String,
    settings: Value,
    is_deleted: bool,
}

impl TryFrom<AddresseeRow> for Addressee {
    type Error = StorageError;

    fn try_from(row: AddresseeRow) -> Result<Self, StorageError> {
        let Value::Object(attributes) = row.attributes else {
            return Err(corrupt("contacts.attributes"));
        };
        let locale = match row.locale {
            Some(locale) => {
                let locale = locale.parse().ok();
                Some(locale.ok_or_else(|| corrupt("contacts.locale"))?)
            }
            None => None,
        };
        Ok(Self {
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            display_name: row.display_name,
            phone: row.phone,
            company: row.company,
            job_title: row.job_title,
            locale,
            attributes,
        })
    }
}

#[async_trait]
impl People for PostgresUnit {
    async fn is_contact(&self, id: ContactId) -> Result<bool, StorageError> {
        let sql =
            "SELECT id FROM contacts WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), id.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn known_contacts(&self, ids: &[ContactId]) -> Result<Vec<ContactId>, StorageError> {
        // Each is looked up by itself, whatever the planner believes of how many there are.
        let sql = "SELECT known.id FROM unnest($2::uuid[]) AS wanted (id) \
                   CROSS JOIN LATERAL (SELECT c.id FROM contacts c \
                       WHERE c.organization_id = $1 AND c.id = wanted.id OFFSET 0) AS known";
        let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
        let values = [self.organization().into(), ids.into()];
        let known = self.all::<Found>(sql, values).await?;
        let known = known.into_iter().map(|row| ContactId::from_uuid(row.id));
        Ok(known.collect())
    }

    async fn find_contact(&self, address: &str) -> Result<Option<ContactId>, StorageError> {
        let sql = "SELECT id FROM contacts WHERE organization_id = $1 AND email_normalized = $2 \
                   AND deleted_at IS NULL";
        let normalized = contacts::normalize(address);
        let values = [self.organization().into(), normalized.into()];
        let found = self.one::<Found>(sql, values).await?;
        Ok(found.map(|found| ContactId::from_uuid(found.id)))
    }

    async fn find_addressee(&self, id: ContactId) -> Result<Option<Addressee>, StorageError> {
        let sql = "SELECT coalesce(email, email_normalized) AS email, first_name, last_name, display_name, phone, company, \
                   job_title, locale, attributes \
                   FROM contacts WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<AddresseeRow>(sql, values).await?;
        row.map(Addressee::try_from).transpose()
    }

    async fn find_letterhead(&self) -> Result<Option<Letterhead>, StorageError> {
        let sql = "SELECT name, settings, deleted_at IS NOT NULL AS is_deleted FROM organizations WHERE organization_id = $1";
        let values = [self.organization().into()];
        let Some(row) = self.one::<LetterheadRow>(sql, values).await? else {
            return Ok(None);
        };
        let settings: OrganizationSettings = serde_json::from_value(row.settings)
            .ok()
            .ok_or_else(|| corrupt("organizations.settings"))?;
        Ok(Some(Letterhead {
            name: row.name,
            imprint: settings.imprint.as_ref().map(ToString::to_string),
            privacy_url: settings
                .privacy_url
                .as_ref()
                .map(|url| url.as_str().to_owned()),
            locale: settings.locale,
            is_deleted: row.is_deleted,
        }))
    }

    async fn is_member(&self, user: UserId) -> Result<bool, StorageError> {
        let sql = "SELECT id FROM memberships WHERE organization_id = $1 AND user_id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), user.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn is_team(&self, team: TeamId) -> Result<bool, StorageError> {
        let sql =
            "SELECT id FROM teams WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
        let values = [self.organization().into(), team.as_uuid().into()];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }
}
