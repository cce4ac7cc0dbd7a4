//! Contacts as they are read.

use contacts::{AddressHash, Attributes, Contact, ContactState, Profile, Validation};
use kernel::{ContactId, ContactImportId, OrganizationId, StorageError};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::stamps::stamps_of;

/// The columns of a contact, of the table called `c`. The address is stored as it was given where it is compared
/// otherwise, and who changed the contact last where somebody did since it was made.
pub(super) const COLUMNS: &str = "c.organization_id, c.id, coalesce(c.email, c.email_normalized) AS email, c.email_normalized, c.email_hash, c.first_name, \
     c.last_name, c.display_name, c.phone, c.company, c.job_title, c.locale, c.timezone, c.attributes, c.source, \
     c.import_id, c.validation_status, c.classification, c.syntax_ok, c.domain_exists, c.mx_found, c.risk_score, \
     c.reasons, c.suggestion, c.last_validated_at, c.created_at, c.updated_at, c.created_by, \
     CASE c.version WHEN 1 THEN c.created_by ELSE c.updated_by END AS updated_by, c.version, c.deleted_at, c.edited_at";

#[derive(FromQueryResult)]
pub(super) struct ContactRow {
    organization_id: Uuid,
    id: Uuid,
    email: String,
    email_normalized: String,
    email_hash: Vec<u8>,
    first_name: Option<String>,
    last_name: Option<String>,
    display_name: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    job_title: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
    attributes: Json,
    source: String,
    import_id: Option<Uuid>,
    validation_status: String,
    classification: String,
    syntax_ok: Option<bool>,
    domain_exists: Option<bool>,
    mx_found: Option<bool>,
    risk_score: i16,
    reasons: Option<Vec<String>>,
    suggestion: Option<String>,
    last_validated_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
    edited_at: Option<OffsetDateTime>,
}

impl TryFrom<ContactRow> for Contact {
    type Error = StorageError;

    fn try_from(row: ContactRow) -> Result<Self, StorageError> {
        let stamps = stamps_of!(row);
        let profile = Profile {
            first_name: optional(row.first_name.as_deref(), "contacts.first_name")?,
            last_name: optional(row.last_name.as_deref(), "contacts.last_name")?,
            display_name: optional(row.display_name.as_deref(), "contacts.display_name")?,
            phone: optional(row.phone.as_deref(), "contacts.phone")?,
            company: optional(row.company.as_deref(), "contacts.company")?,
            job_title: optional(row.job_title.as_deref(), "contacts.job_title")?,
            locale: optional(row.locale.as_deref(), "contacts.locale")?,
            timezone: optional(row.timezone.as_deref(), "contacts.timezone")?,
            attributes: attributes(row.attributes)?,
        };
        let validation = Validation {
            status: parsed(&row.validation_status, "contacts.validation_status")?,
            classification: parsed(&row.classification, "contacts.classification")?,
            syntax_ok: row.syntax_ok,
            domain_exists: row.domain_exists,
            mx_found: row.mx_found,
            risk_score: u8::try_from(row.risk_score)
                .ok()
                .ok_or_else(|| corrupt("contacts.risk_score"))?,
            reasons: row
                .reasons
                .unwrap_or_default()
                .iter()
                .map(|code| parsed(code, "contacts.reasons"))
                .collect::<Result<_, _>>()?,
            suggestion: row.suggestion,
            at: row.last_validated_at,
        };
        Ok(Self::restore(ContactState {
            id: ContactId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            email: parsed(&row.email, "contacts.email")?,
            email_normalized: row.email_normalized,
            email_hash: address_hash(row.email_hash, "contacts.email_hash")?,
            profile,
            source: parsed(&row.source, "contacts.source")?,
            import: row.import_id.map(ContactImportId::from_uuid),
            validation,
            edited_at: row.edited_at,
            stamps,
        }))
    }
}

/// Contacts of these rows, in their order.
pub(super) fn contacts_of(rows: Vec<ContactRow>) -> Result<Vec<Contact>, StorageError> {
    rows.into_iter().map(Contact::try_from).collect()
}

pub(super) fn parsed<T: std::str::FromStr>(
    text: &str,
    column: &'static str,
) -> Result<T, StorageError> {
    text.parse().ok().ok_or_else(|| corrupt(column))
}

fn optional<T: std::str::FromStr>(
    text: Option<&str>,
    column: &'static str,
) -> Result<Option<T>, StorageError> {
    text.map(|text| parsed(text, column)).transpose()
}

fn attributes(json: Json) -> Result<Attributes, StorageError> {
    let Json::Object(map) = json else {
        return Err(corrupt("contacts.attributes"));
    };
    Attributes::new(map)
        .ok()
        .ok_or_else(|| corrupt("contacts.attributes"))
}

pub(super) fn address_hash(
    bytes: Vec<u8>,
    column: &'static str,
) -> Result<AddressHash, StorageError> {
    let bytes = bytes.try_into().ok().ok_or_else(|| corrupt(column))?;
    Ok(AddressHash::from_bytes(bytes))
}
