//! `contact_imports`

use async_trait::async_trait;
use contacts::ports::ImportRepository;
use contacts::{
    ContactError, ContactImport, ContactImportState, FileFormat, ImportCounts, UndoCounts,
};
use kernel::{
    ContactImportId, ContactListId, Cursor, JobId, Page, PageRequest, StorageError, UserId, Version,
};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::rows::{COLUMNS, ImportRow};
use crate::committed::Counted;
use crate::page::bounds;
use crate::unit::PostgresUnit;

const INSERT: &str = "INSERT INTO contact_imports (organization_id, id, list_id, file_name, size_bytes, sha256, \
     status, format, mapping, on_duplicate, invalid, dry_run, rows_read, created, updated, unchanged, \
     duplicate_in_file, rejected, suppressed, undo, job_id, error, started_at, finished_at, updated_at, updated_by, \
     version, created_at, created_by) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24, $25, $26, $27, $28, $29)";

const UPDATE: &str = "UPDATE contact_imports i SET list_id = $3, file_name = $4, size_bytes = $5, sha256 = $6, \
     status = $7, format = $8, mapping = $9, on_duplicate = $10, invalid = $11, dry_run = $12, rows_read = $13, \
     created = $14, updated = $15, unchanged = $16, duplicate_in_file = $17, rejected = $18, suppressed = $19, \
     undo = $20, job_id = $21, error = $22, started_at = $23, finished_at = $24, updated_at = $25, updated_by = $26, \
     version = $27 FROM contact_imports was WHERE i.organization_id = $1 AND i.id = $2 AND i.version = $28 \
     AND was.organization_id = $1 AND was.id = $2 RETURNING was.status, was.created, was.updated, was.unchanged, \
     was.duplicate_in_file, was.rejected, was.suppressed";

/// How far an import was before it was written.
#[derive(Default, FromQueryResult)]
struct Before {
    status: String,
    created: i64,
    updated: i64,
    unchanged: i64,
    duplicate_in_file: i64,
    rejected: i64,
    suppressed: i64,
}

#[async_trait]
impl ImportRepository for PostgresUnit {
    async fn insert(&self, import: &ContactImport) -> Result<(), StorageError> {
        let stamps = &import.state().stamps;
        let mut values = self.import_values(import);
        values.push(stamps.created_at.into());
        values.push(stamps.created_by.map(UserId::as_uuid).into());
        self.execute_sql(INSERT, values).await?;
        self.note_progress(&Before::default(), import.state());
        Ok(())
    }

    async fn find(&self, id: ContactImportId) -> Result<Option<ContactImport>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM contact_imports i WHERE i.organization_id = $1 AND i.id = $2"
        );
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<ImportRow>(&sql, values).await?;
        row.map(ContactImport::try_from).transpose()
    }

    async fn list(
        &self,
        list: ContactListId,
        page: &PageRequest,
    ) -> Result<Page<ContactImport>, StorageError> {
        let (after, most) = bounds(page);
        let sql = format!(
            "SELECT {COLUMNS} FROM contact_imports i WHERE i.organization_id = $1 AND i.list_id = $2 \
             AND i.id > $3 AND i.sha256 IS NOT NULL ORDER BY i.id LIMIT $4"
        );
        let values = [
            self.organization().into(),
            list.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<ImportRow>(&sql, values).await?;
        let imports = rows
            .into_iter()
            .map(ContactImport::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(imports, page.limit, |import| {
            Cursor::Id(import.id().as_uuid())
        }))
    }

    async fn find_same_file(
        &self,
        list: ContactListId,
        sha256: &[u8; 32],
    ) -> Result<Option<ContactImport>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM contact_imports i WHERE i.organization_id = $1 AND i.sha256 = $2 \
             AND i.list_id = $3 AND NOT i.dry_run AND i.status IN ('pending', 'running', 'completed', 'needs_mapping') \
             AND NOT (i.status IN ('pending', 'running') AND EXISTS (SELECT FROM job_queue j \
                 WHERE j.organization_id = $1 AND j.id = i.job_id AND j.status IN ('cancelled', 'failed'))) \
             ORDER BY i.id DESC LIMIT 1"
        );
        let values = [
            self.organization().into(),
            sha256.to_vec().into(),
            list.as_uuid().into(),
        ];
        let row = self.one::<ImportRow>(&sql, values).await?;
        row.map(ContactImport::try_from).transpose()
    }

    async fn is_read_into(
        &self,
        list: ContactListId,
        except: Option<ContactImportId>,
    ) -> Result<bool, StorageError> {
        #[derive(FromQueryResult)]
        struct Found {
            #[sea_orm(from_alias = "id")]
            _id: Uuid,
        }
        let sql = "SELECT i.id FROM contact_imports i WHERE i.organization_id = $1 AND i.list_id = $2 \
                   AND i.id <> $3 AND NOT i.dry_run AND i.status = 'running' LIMIT 1";
        let values = [
            self.organization().into(),
            list.as_uuid().into(),
            except.map_or(Uuid::nil(), ContactImportId::as_uuid).into(),
        ];
        Ok(self.one::<Found>(sql, values).await?.is_some())
    }

    async fn update(&self, import: &ContactImport, expected: Version) -> Result<(), ContactError> {
        let mut values = self.import_values(import);
        values.push(expected.number().into());
        let Some(before) = self.one::<Before>(UPDATE, values).await? else {
            return Err(ContactError::Stale);
        };
        self.note_progress(&before, import.state());
        Ok(())
    }

    async fn discard(&self, id: ContactImportId) -> Result<(), StorageError> {
        let values = || [self.organization().into(), id.as_uuid().into()];
        let sql = "DELETE FROM contact_import_chunks c WHERE c.organization_id = $1 AND c.import_id = $2 \
                   AND EXISTS (SELECT FROM contact_imports i WHERE i.organization_id = $1 AND i.id = $2 \
                   AND i.status = 'uploading')";
        self.execute_sql(sql, values()).await?;
        let sql = "DELETE FROM contact_imports i WHERE i.organization_id = $1 AND i.id = $2 \
                   AND i.status = 'uploading'";
        self.execute_sql(sql, values()).await.map(|_| ())
    }
}

impl Before {
    fn counts(&self) -> ImportCounts {
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        ImportCounts {
            created: count(self.created),
            updated: count(self.updated),
            unchanged: count(self.unchanged),
            duplicate_in_file: count(self.duplicate_in_file),
            rejected: count(self.rejected),
            suppressed: count(self.suppressed),
        }
    }
}

impl PostgresUnit {
    /// Counts how far an import came and what became of its rows, once the unit commits.
    fn note_progress(&self, before: &Before, after: &ContactImportState) {
        if after.options.dry_run {
            return;
        }
        let status = after.status.as_str();
        if before.status != status {
            self.note_deed(Counted::Import { status }, 1);
        }
        let (then, now) = (before.counts().outcomes(), after.counts.outcomes());
        for ((outcome, then), (_, now)) in then.into_iter().zip(now) {
            // One that is read anew begins at nothing.
            let rows = now.saturating_sub(then);
            if rows > 0 {
                self.note_deed(Counted::ImportRow { outcome }, rows);
            }
        }
    }

    fn import_values(&self, import: &ContactImport) -> Vec<Value> {
        let state = import.state();
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut values: Vec<Value> = vec![
            self.organization().into(),
            state.id.as_uuid().into(),
            state.list.as_uuid().into(),
            state.file_name.as_str().into(),
            count(state.size).into(),
            state.sha256.map(|sha256| sha256.to_vec()).into(),
            state.status.as_str().into(),
            state.format.as_ref().map(FileFormat::to_json).into(),
            state.mapping.as_ref().map(FileFormat::to_json).into(),
            state.options.on_duplicate.as_str().into(),
            state.options.invalid.as_str().into(),
            state.options.dry_run.into(),
        ];
        let counts = state.counts.named();
        values.extend(counts.into_iter().map(|(_, n)| Value::from(count(n))));
        values.extend([
            state.undo.map(UndoCounts::to_json).into(),
            state.job.map(JobId::as_uuid).into(),
            state.error.clone().into(),
            state.started_at.into(),
            state.finished_at.into(),
            state.stamps.updated_at.into(),
            state.stamps.updated_by.map(UserId::as_uuid).into(),
            state.stamps.version.number().into(),
        ]);
        values
    }
}
