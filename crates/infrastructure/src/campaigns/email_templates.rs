//! `email_templates` and `email_template_versions`

use async_trait::async_trait;
use campaigns::ports::EmailTemplateRepository;
use campaigns::{
    CampaignError, EmailContent, EmailTemplate, EmailTemplateState, EmailTemplateVersion,
    TemplateVersionCard, Variables,
};
use kernel::{
    Cursor, EmailTemplateId, EmailTemplateVersionId, OrganizationId, Page, PageRequest,
    StorageError, UserId, Version,
};
use sea_orm::FromQueryResult;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct TemplateRow {
    organization_id: Uuid,
    id: Uuid,
    name: String,
    description: String,
    active_version_id: Uuid,
    versions: i32,
    template_key: Option<String>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct VersionRow {
    organization_id: Uuid,
    id: Uuid,
    template_id: Uuid,
    version_number: i32,
    subject: String,
    html_content: String,
    text_content: String,
    variables: Value,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct CardRow {
    id: Uuid,
    version_number: i32,
    subject: String,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[async_trait]
impl EmailTemplateRepository for PostgresUnit {
    async fn insert(&self, template: &EmailTemplate) -> Result<bool, StorageError> {
        let sql = "INSERT INTO email_templates (organization_id, id, name, description, active_version_id, versions, \
                   template_key, created_at, updated_at, created_by, updated_by, version, deleted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                   ON CONFLICT (organization_id, template_key) DO NOTHING";
        let state = template.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.name.to_string().into(),
            state.description.to_string().into(),
            state.active_version.as_uuid().into(),
            state.versions.number().into(),
            state.template_key.clone().into(),
            state.stamps.created_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.created_by.map(UserId::as_uuid).into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
        ];
        Ok(self.execute_sql(sql, values).await? == 1)
    }

    async fn find(&self, id: EmailTemplateId) -> Result<Option<EmailTemplate>, StorageError> {
        let sql = "SELECT * FROM email_templates WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<TemplateRow>(sql, values).await?;
        row.map(EmailTemplate::try_from).transpose()
    }

    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<EmailTemplate>, StorageError> {
        let sql = "SELECT * FROM email_templates WHERE organization_id = $1 AND (deleted_at IS NOT NULL) = $2 \
                   AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            deleted.into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<TemplateRow>(sql, values).await?;
        let templates = rows.into_iter().map(EmailTemplate::try_from);
        Ok(Page::from_overfull(
            templates.collect::<Result<_, _>>()?,
            page.limit,
            |template| Cursor::Id(template.id().as_uuid()),
        ))
    }

    async fn update(
        &self,
        template: &EmailTemplate,
        expected: Version,
    ) -> Result<(), CampaignError> {
        let sql = "UPDATE email_templates SET name = $4, description = $5, active_version_id = $6, versions = $7, \
                   updated_at = $8, updated_by = $9, version = $10, deleted_at = $11 \
                   WHERE organization_id = $1 AND id = $2 AND version = $3";
        let state = template.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            expected.number().into(),
            state.name.to_string().into(),
            state.description.to_string().into(),
            state.active_version.as_uuid().into(),
            state.versions.number().into(),
            state.stamps.updated_at.into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
        ];
        if self.execute_sql(sql, values).await? == 1 {
            Ok(())
        } else {
            Err(CampaignError::Stale)
        }
    }

    async fn insert_version(&self, version: &EmailTemplateVersion) -> Result<(), StorageError> {
        let sql = "INSERT INTO email_template_versions (organization_id, id, template_id, version_number, subject, \
                   html_content, text_content, variables, created_at, created_by) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let content = &version.content;
        let values = [
            self.organization().into(),
            version.id.as_uuid().into(),
            version.template.as_uuid().into(),
            version.number.number().into(),
            content.subject().to_owned().into(),
            content.html().to_owned().into(),
            content.text().to_owned().into(),
            content.variables().to_document().into(),
            version.created_at.into(),
            version.created_by.map(UserId::as_uuid).into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn find_version(
        &self,
        template: EmailTemplateId,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError> {
        let sql = "SELECT * FROM email_template_versions \
                   WHERE organization_id = $1 AND template_id = $2 AND id = $3";
        let values = [
            self.organization().into(),
            template.as_uuid().into(),
            id.as_uuid().into(),
        ];
        let row = self.one::<VersionRow>(sql, values).await?;
        row.map(EmailTemplateVersion::try_from).transpose()
    }

    async fn find_published(
        &self,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError> {
        let sql = "SELECT * FROM email_template_versions WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<VersionRow>(sql, values).await?;
        row.map(EmailTemplateVersion::try_from).transpose()
    }

    async fn list_versions(
        &self,
        template: EmailTemplateId,
        page: &PageRequest,
    ) -> Result<Page<TemplateVersionCard>, StorageError> {
        let sql = "SELECT id, version_number, subject, created_at, created_by FROM email_template_versions \
                   WHERE organization_id = $1 AND template_id = $2 AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            template.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<CardRow>(sql, values).await?;
        let cards = rows.into_iter().map(TemplateVersionCard::from);
        Ok(Page::from_overfull(cards.collect(), page.limit, |card| {
            Cursor::Id(card.id.as_uuid())
        }))
    }
}

impl TryFrom<TemplateRow> for EmailTemplate {
    type Error = StorageError;

    fn try_from(row: TemplateRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let name = row.name.parse().ok();
        let description = row.description.parse().ok();
        Ok(Self::restore(EmailTemplateState {
            id: EmailTemplateId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            name: name.ok_or_else(|| corrupt("email_templates.name"))?,
            description: description.ok_or_else(|| corrupt("email_templates.description"))?,
            active_version: EmailTemplateVersionId::from_uuid(row.active_version_id),
            versions: Version::from_number(row.versions),
            template_key: row.template_key,
            stamps,
        }))
    }
}

impl TryFrom<VersionRow> for EmailTemplateVersion {
    type Error = StorageError;

    fn try_from(row: VersionRow) -> Result<Self, StorageError> {
        let variables = Variables::from_document(&row.variables)
            .ok_or_else(|| corrupt("email_template_versions.variables"))?;
        let (html, text) = (&row.html_content, &row.text_content);
        let content = EmailContent::restore(&row.subject, html, text, variables).ok();
        Ok(Self {
            id: EmailTemplateVersionId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            template: EmailTemplateId::from_uuid(row.template_id),
            number: Version::from_number(row.version_number),
            content: content.ok_or_else(|| corrupt("email_template_versions"))?,
            created_at: row.created_at,
            created_by: row.created_by.map(UserId::from_uuid),
        })
    }
}

impl From<CardRow> for TemplateVersionCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: EmailTemplateVersionId::from_uuid(row.id),
            number: Version::from_number(row.version_number),
            subject: row.subject,
            created_at: row.created_at,
            created_by: row.created_by.map(UserId::from_uuid),
        }
    }
}
