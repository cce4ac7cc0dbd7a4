//! `forms`, `form_versions` and `form_fields`

use std::collections::BTreeMap;

use async_trait::async_trait;
use campaigns::ports::FormRepository;
use campaigns::{
    CampaignError, FieldKey, FieldProfile, Form, FormDefinition, FormField, FormState, FormVersion,
    FormVersionCard, NewField,
};
use kernel::{
    Cursor, FormId, FormVersionId, HttpsUrl, OrganizationId, Page, PageRequest, StorageError,
    UserId, Version,
};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct FormRow {
    organization_id: Uuid,
    id: Uuid,
    name: String,
    description: String,
    current_version_id: Uuid,
    versions: i32,
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
    form_id: Uuid,
    version_number: i32,
    thank_you_message: String,
    redirect_url: Option<String>,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct FieldRow {
    field_key: String,
    field_label: String,
    field_type: String,
    required: bool,
    is_indexed: bool,
    validation_rules: Value,
}

#[derive(FromQueryResult)]
struct AskedRow {
    field_key: String,
    field_type: String,
    is_indexed: bool,
}

#[derive(FromQueryResult)]
struct CardRow {
    id: Uuid,
    version_number: i32,
    created_at: OffsetDateTime,
    created_by: Option<Uuid>,
}

#[async_trait]
impl FormRepository for PostgresUnit {
    async fn insert(&self, form: &Form) -> Result<(), StorageError> {
        let sql = "INSERT INTO forms (organization_id, id, name, description, current_version_id, versions, created_at, \
                   updated_at, created_by, updated_by, version, deleted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let state = form.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            state.name.to_string().into(),
            state.description.to_string().into(),
            state.current_version.as_uuid().into(),
            state.versions.number().into(),
            state.stamps.created_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.created_by.map(UserId::as_uuid).into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
            state.stamps.deleted_at.into(),
        ];
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn find(&self, id: FormId) -> Result<Option<Form>, StorageError> {
        let sql = "SELECT * FROM forms WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<FormRow>(sql, values).await?;
        row.map(Form::try_from).transpose()
    }

    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Form>, StorageError> {
        let sql = "SELECT * FROM forms WHERE organization_id = $1 AND (deleted_at IS NOT NULL) = $2 \
                   AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            deleted.into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<FormRow>(sql, values).await?;
        let forms = rows.into_iter().map(Form::try_from);
        Ok(Page::from_overfull(
            forms.collect::<Result<_, _>>()?,
            page.limit,
            |form| Cursor::Id(form.id().as_uuid()),
        ))
    }

    async fn update(&self, form: &Form, expected: Version) -> Result<(), CampaignError> {
        let sql = "UPDATE forms SET name = $4, description = $5, current_version_id = $6, versions = $7, \
                   updated_at = $8, updated_by = $9, version = $10, deleted_at = $11 \
                   WHERE organization_id = $1 AND id = $2 AND version = $3";
        let state = form.state();
        let values = [
            self.organization().into(),
            state.id.as_uuid().into(),
            expected.number().into(),
            state.name.to_string().into(),
            state.description.to_string().into(),
            state.current_version.as_uuid().into(),
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

    async fn insert_version(&self, version: &FormVersion) -> Result<(), StorageError> {
        let sql = "INSERT INTO form_versions (organization_id, id, form_id, version_number, thank_you_message, \
                   redirect_url, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let definition = &version.definition;
        let redirect = definition.redirect().map(HttpsUrl::as_str);
        let values = [
            self.organization().into(),
            version.id.as_uuid().into(),
            version.form.as_uuid().into(),
            version.number.number().into(),
            definition.thank_you().to_string().into(),
            redirect.map(str::to_owned).into(),
            version.created_at.into(),
            version.created_by.map(UserId::as_uuid).into(),
        ];
        self.execute_sql(sql, values).await?;
        let fields = definition.fields().iter().enumerate().map(document);
        let values = [
            self.organization().into(),
            version.id.as_uuid().into(),
            version.created_at.into(),
            fields.collect::<Value>().into(),
        ];
        self.execute_sql(include_str!("insert_form_fields.sql"), values)
            .await
            .map(drop)
    }

    async fn find_version(
        &self,
        form: FormId,
        id: FormVersionId,
    ) -> Result<Option<FormVersion>, StorageError> {
        let sql =
            "SELECT * FROM form_versions WHERE organization_id = $1 AND form_id = $2 AND id = $3";
        let values = [
            self.organization().into(),
            form.as_uuid().into(),
            id.as_uuid().into(),
        ];
        match self.one::<VersionRow>(sql, values).await? {
            Some(row) => self.with_fields(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn find_published(&self, id: FormVersionId) -> Result<Option<FormVersion>, StorageError> {
        let sql = "SELECT * FROM form_versions WHERE organization_id = $1 AND id = $2";
        let values = [self.organization().into(), id.as_uuid().into()];
        match self.one::<VersionRow>(sql, values).await? {
            Some(row) => self.with_fields(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn list_versions(
        &self,
        form: FormId,
        page: &PageRequest,
    ) -> Result<Page<FormVersionCard>, StorageError> {
        let sql = "SELECT id, version_number, created_at, created_by FROM form_versions \
                   WHERE organization_id = $1 AND form_id = $2 AND id > $3 ORDER BY id LIMIT $4";
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            form.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<CardRow>(sql, values).await?;
        let cards = rows.into_iter().map(FormVersionCard::from);
        Ok(Page::from_overfull(cards.collect(), page.limit, |card| {
            Cursor::Id(card.id.as_uuid())
        }))
    }

    async fn field_profiles(
        &self,
        keys: &[FieldKey],
    ) -> Result<BTreeMap<FieldKey, FieldProfile>, StorageError> {
        let sql = "SELECT field_key, field_type, is_indexed FROM form_fields \
                   WHERE organization_id = $1 AND field_key = ANY ($2) \
                   GROUP BY field_key, field_type, is_indexed \
                   ORDER BY max(form_version_id::text) DESC";
        let words: Vec<_> = keys.iter().map(ToString::to_string).collect();
        let values = [self.organization().into(), words.into()];
        let mut profiles = BTreeMap::<FieldKey, FieldProfile>::new();
        for row in self.all::<AskedRow>(sql, values).await? {
            let key = row.field_key.parse().ok();
            let key = key.ok_or_else(|| corrupt("form_fields.field_key"))?;
            let profile = profiles.entry(key).or_default();
            profile.is_known = true;
            if row.is_indexed {
                let field_type = row.field_type.parse().ok();
                let field_type = field_type.ok_or_else(|| corrupt("form_fields.field_type"))?;
                profile.indexed.push(field_type);
            }
        }
        Ok(profiles)
    }
}

impl PostgresUnit {
    async fn with_fields(&self, row: VersionRow) -> Result<FormVersion, StorageError> {
        let sql = "SELECT field_key, field_label, field_type, required, is_indexed, validation_rules FROM form_fields \
                   WHERE organization_id = $1 AND form_version_id = $2 ORDER BY position";
        let values = [self.organization().into(), row.id.into()];
        let fields = self.all::<FieldRow>(sql, values).await?;
        version_of(row, fields)
    }
}

fn document((position, field): (usize, &FormField)) -> Value {
    json!({
        "field_key": field.key(),
        "position": position,
        "field_label": field.label(),
        "field_type": field.field_type().as_str(),
        "required": field.is_required(),
        "is_indexed": field.is_indexed(),
        "validation_rules": field.rules(),
    })
}

impl TryFrom<FormRow> for Form {
    type Error = StorageError;

    fn try_from(row: FormRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let name = row.name.parse().ok();
        let description = row.description.parse().ok();
        Ok(Self::restore(FormState {
            id: FormId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            name: name.ok_or_else(|| corrupt("forms.name"))?,
            description: description.ok_or_else(|| corrupt("forms.description"))?,
            current_version: FormVersionId::from_uuid(row.current_version_id),
            versions: Version::from_number(row.versions),
            stamps,
        }))
    }
}

fn version_of(row: VersionRow, fields: Vec<FieldRow>) -> Result<FormVersion, StorageError> {
    let thank_you = row.thank_you_message.parse().ok();
    let redirect = match row.redirect_url {
        Some(url) => {
            let url = url.parse::<HttpsUrl>().ok();
            Some(url.ok_or_else(|| corrupt("form_versions.redirect_url"))?)
        }
        None => None,
    };
    let fields = fields.into_iter().map(NewField::try_from);
    let definition = FormDefinition::restore(
        fields.collect::<Result<_, _>>()?,
        thank_you.ok_or_else(|| corrupt("form_versions.thank_you_message"))?,
        redirect,
    );
    Ok(FormVersion {
        id: FormVersionId::from_uuid(row.id),
        organization: OrganizationId::from_uuid(row.organization_id),
        form: FormId::from_uuid(row.form_id),
        number: Version::from_number(row.version_number),
        definition: definition.ok().ok_or_else(|| corrupt("form_fields"))?,
        created_at: row.created_at,
        created_by: row.created_by.map(UserId::from_uuid),
    })
}

impl TryFrom<FieldRow> for NewField {
    type Error = StorageError;

    fn try_from(row: FieldRow) -> Result<Self, StorageError> {
        let key = row.field_key.parse().ok();
        let field_type = row.field_type.parse().ok();
        let rules = serde_json::from_value(row.validation_rules).ok();
        Ok(Self {
            key: key.ok_or_else(|| corrupt("form_fields.field_key"))?,
            label: row.field_label,
            field_type: field_type.ok_or_else(|| corrupt("form_fields.field_type"))?,
            required: row.required,
            indexed: Some(row.is_indexed),
            rules: rules.ok_or_else(|| corrupt("form_fields.validation_rules"))?,
        })
    }
}

impl From<CardRow> for FormVersionCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: FormVersionId::from_uuid(row.id),
            number: Version::from_number(row.version_number),
            created_at: row.created_at,
            created_by: row.created_by.map(UserId::from_uuid),
        }
    }
}
