//! The end of an import, whoever notes it.

use kernel::{AuditAction, AuditDraft, Changes, StorageError, TenantScope};

use super::{ContactImport, ImportStatus};
use crate::ports::ContactUnit;
use crate::workbench::{Workbench, Works};
use crate::{ContactError, ListStatus};

/// How many pieces of a file are removed in one unit: together some mebibytes.
pub(super) const PIECES: u16 = 16;

impl Workbench {
    /// Notes the end of an import, with what came of it, and tells what it is then.
    ///
    /// Its file goes with it, unless [`ContactImport::keeps_file`]; what is left of a large one its job removes afterwards:
    /// that can take seconds, which neither a request nor whoever waits for the list has.
    pub(super) async fn end_import(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        import: &ContactImport,
        status: ImportStatus,
        error: Option<String>,
    ) -> Result<ContactImport, ContactError> {
        let mut after = import.clone();
        after.end(status, error, self.now());
        let expected = import.state().stamps.version;
        // Somebody else may note it at the same moment.
        let noted = unit.imports().update(&after, expected).await;
        noted.map_err(ContactError::into_retriable)?;
        if !after.keeps_file() {
            unit.import_files().remove(after.id(), PIECES).await?;
        }
        // What ends before its first row was read has done nothing to the list.
        let has_begun = import.state().started_at.is_some() || status == ImportStatus::Completed;
        if !import.state().options.dry_run && has_begun {
            let of_list = match status {
                ImportStatus::Failed => ListStatus::Failed,
                _ => ListStatus::Validated,
            };
            let works = Works {
                list: import.state().list,
                import: Some(import.id()),
                job: import.state().job,
            };
            self.end_validation(unit, scope, works, of_list, None)
                .await?;
        }
        let blank = after.as_begun();
        let changes = after.changes_since(Some(&blank));
        self.note_import(unit, scope, &after, AuditAction::Import, changes)
            .await?;
        Ok(after)
    }

    /// Notes that an undo broke off, and tells what the import is then.
    pub(super) async fn break_off_undo(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        import: &ContactImport,
        error: String,
    ) -> Result<ContactImport, ContactError> {
        let mut after = import.clone();
        after.break_off_undo(error, self.now());
        let expected = import.state().stamps.version;
        // Somebody else may note it at the same moment.
        let noted = unit.imports().update(&after, expected).await;
        noted.map_err(ContactError::into_retriable)?;
        let changes = after.changes_since(Some(import));
        self.note_import(unit, scope, &after, AuditAction::Update, changes)
            .await?;
        Ok(after)
    }

    /// Appends to the audit log what was done to an import.
    pub(super) async fn note_import(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        import: &ContactImport,
        action: AuditAction,
        changes: Changes,
    ) -> Result<(), StorageError> {
        let draft = AuditDraft::new("contact_import", import.id().as_uuid(), action, changes);
        self.note(unit, scope, self.now(), vec![draft]).await
    }
}
