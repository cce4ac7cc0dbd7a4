//! Imports as they are read.

use contacts::{
    ContactImport, ContactImportState, FileFormat, ImportCounts, ImportOptions, UndoCounts,
};
use kernel::{
    ContactImportId, ContactListId, JobId, OrganizationId, Stamps, StorageError, UserId, Version,
};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::contacts::rows::parsed;
use crate::error::corrupt;

/// The columns of an import, of the table called `i`.
pub(super) const COLUMNS: &str = "i.organization_id, i.id, i.list_id, i.file_name, i.size_bytes, i.sha256, i.status, \
     i.format, i.mapping, i.on_duplicate, i.invalid, i.dry_run, i.created, i.updated, i.unchanged, \
     i.duplicate_in_file, i.rejected, i.suppressed, i.undo, i.job_id, i.error, i.started_at, i.finished_at, \
     i.created_at, i.updated_at, i.created_by, i.updated_by, i.version";

#[derive(FromQueryResult)]
pub(super) struct ImportRow {
    organization_id: Uuid,
    id: Uuid,
    list_id: Uuid,
    file_name: String,
    size_bytes: i64,
    sha256: Option<Vec<u8>>,
    status: String,
    format: Option<Json>,
    mapping: Option<Json>,
    on_duplicate: String,
    invalid: String,
    dry_run: bool,
    created: i64,
    updated: i64,
    unchanged: i64,
    duplicate_in_file: i64,
    rejected: i64,
    suppressed: i64,
    undo: Option<Json>,
    job_id: Option<Uuid>,
    error: Option<String>,
    started_at: Option<OffsetDateTime>,
    finished_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
}

impl TryFrom<ImportRow> for ContactImport {
    type Error = StorageError;

    fn try_from(row: ImportRow) -> Result<Self, StorageError> {
        let count = |column: &'static str, count: i64| {
            u64::try_from(count).ok().ok_or_else(|| corrupt(column))
        };
        Ok(Self::restore(ContactImportState {
            id: ContactImportId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            list: ContactListId::from_uuid(row.list_id),
            file_name: parsed(&row.file_name, "contact_imports.file_name")?,
            size: count("contact_imports.size_bytes", row.size_bytes)?,
            sha256: row
                .sha256
                .map(|bytes| {
                    bytes
                        .try_into()
                        .ok()
                        .ok_or_else(|| corrupt("contact_imports.sha256"))
                })
                .transpose()?,
            status: parsed(&row.status, "contact_imports.status")?,
            format: read(
                "contact_imports.format",
                row.format.as_ref(),
                FileFormat::from_json,
            )?,
            mapping: read(
                "contact_imports.mapping",
                row.mapping.as_ref(),
                FileFormat::from_json,
            )?,
            options: ImportOptions {
                on_duplicate: parsed(&row.on_duplicate, "contact_imports.on_duplicate")?,
                invalid: parsed(&row.invalid, "contact_imports.invalid")?,
                dry_run: row.dry_run,
            },
            counts: ImportCounts {
                created: count("contact_imports.created", row.created)?,
                updated: count("contact_imports.updated", row.updated)?,
                unchanged: count("contact_imports.unchanged", row.unchanged)?,
                duplicate_in_file: count(
                    "contact_imports.duplicate_in_file",
                    row.duplicate_in_file,
                )?,
                rejected: count("contact_imports.rejected", row.rejected)?,
                suppressed: count("contact_imports.suppressed", row.suppressed)?,
            },
            undo: read(
                "contact_imports.undo",
                row.undo.as_ref(),
                UndoCounts::from_json,
            )?,
            job: row.job_id.map(JobId::from_uuid),
            error: row.error,
            started_at: row.started_at,
            finished_at: row.finished_at,
            stamps: Stamps {
                created_at: row.created_at,
                updated_at: row.updated_at,
                created_by: row.created_by.map(UserId::from_uuid),
                updated_by: row.updated_by.map(UserId::from_uuid),
                version: Version::from_number(row.version),
                deleted_at: None,
            },
        }))
    }
}

fn read<T>(
    column: &'static str,
    json: Option<&Json>,
    read: impl Fn(&Json) -> Option<T>,
) -> Result<Option<T>, StorageError> {
    json.map(|json| read(json).ok_or_else(|| corrupt(column)))
        .transpose()
}
