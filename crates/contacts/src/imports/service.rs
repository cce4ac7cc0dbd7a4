//! Use cases: taking in files of contacts, having them read, and taking that back.

use std::sync::Arc;

use kernel::{
    AuditAction, Checked, Clock, ContactImportId, ContactListId, Done, Expected, FieldErrors,
    IdGenerator, JobId, JobRecord, JobStatus, Once, StorageError, TenantScope, begin_once,
};

use super::job::{IMPORT, job_about};
use super::undo::UNDO;
use super::{
    ContactImport, FileSource, FormatChange, ImportOptionsChange, ImportStatus, NewImport, Uploaded,
};
use crate::ports::{ContactStore, ContactUnit};
use crate::workbench::{Workbench, find_list};
use crate::{ContactError, Judge};

/// How many bytes a file may have where nothing else is said.
const LARGEST_FILE: u64 = 2 * 1024 * 1024 * 1024;

/// What imports work with.
#[derive(Clone)]
pub struct ImportPorts {
    /// Where contacts are stored.
    pub store: Arc<dyn ContactStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Who judges addresses.
    pub judge: Judge,
}

impl ImportPorts {
    pub(super) fn into_parts(self) -> (Workbench, Judge) {
        let bench = Workbench::new(self.store, self.clock, self.ids);
        (bench, self.judge)
    }
}

/// An import, and the job that works on it or did last.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportDetail {
    /// The import.
    pub import: ContactImport,
    /// The job.
    pub job: Option<JobRecord>,
}

impl ImportDetail {
    /// How far the import is. That a job ended before its time is told here before it is noted with the import.
    #[must_use]
    pub fn status(&self) -> ImportStatus {
        let status = self.import.state().status;
        let ended = self.job.as_ref().map(|job| job.status);
        match (status, ended) {
            (ImportStatus::Pending | ImportStatus::Running, Some(JobStatus::Cancelled)) => {
                ImportStatus::Cancelled
            }
            (ImportStatus::Pending | ImportStatus::Running, Some(JobStatus::Failed))
            | (ImportStatus::Undoing, Some(JobStatus::Cancelled | JobStatus::Failed)) => {
                ImportStatus::Failed
            }
            _ => status,
        }
    }
}

/// Use cases on imports.
#[derive(Clone)]
pub struct Imports {
    pub(super) bench: Workbench,
    largest_file: u64,
}

impl Imports {
    /// Use cases over these ports.
    #[must_use]
    pub fn new(ports: ImportPorts) -> Self {
        Self {
            bench: ports.into_parts().0,
            largest_file: LARGEST_FILE,
        }
    }

    /// The same use cases, which take in files of so many bytes at most.
    #[must_use]
    pub fn with_largest_file(self, bytes: u64) -> Self {
        Self {
            largest_file: bytes,
            ..self
        }
    }

    /// How many bytes a file may have.
    #[must_use]
    pub const fn largest_file(&self) -> u64 {
        self.largest_file
    }

    /// Takes in a file; nothing is made of it until [`Imports::launch`].
    pub async fn receive(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        new: &NewImport,
        source: &mut dyn FileSource,
    ) -> Result<Uploaded, ContactError> {
        self.bench.receive(scope, list, new, source).await
    }

    /// Begins the import of a file that was taken in: a job reads it, unless somebody has to say first which
    /// column has the address.
    pub async fn launch(
        &self,
        scope: &TenantScope,
        uploaded: Uploaded,
        once: &Once<'_, ImportDetail>,
    ) -> Result<Done<ImportDetail>, ContactError> {
        let id = uploaded.import.id();
        let done = self.try_launch(scope, uploaded, once).await;
        if !matches!(done, Ok(Done::Fresh(_))) {
            self.bench.discard(scope, id).await?;
        }
        done
    }

    async fn try_launch(
        &self,
        scope: &TenantScope,
        uploaded: Uploaded,
        once: &Once<'_, ImportDetail>,
    ) -> Result<Done<ImportDetail>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let list = uploaded.import.state().list;
        unit.lists().lock(list).await?;
        find_list(unit.as_ref(), list).await?;
        if !uploaded.repeat {
            refuse_repeated(unit.as_ref(), list, &uploaded.sha256).await?;
        }
        let before = uploaded.import;
        let mut after = before.clone();
        let waits = uploaded.wait || uploaded.format.detected().needs_mapping();
        after.receive(uploaded.size, uploaded.sha256, uploaded.format);
        if waits {
            after.wait(at, scope.actor().user());
        } else {
            self.enqueue(unit.as_ref(), scope, &mut after).await?;
        }
        let detail = self
            .write(unit.as_ref(), scope, &before, after, AuditAction::Import)
            .await?;
        once.record(unit.idempotency(), &detail).await?;
        unit.commit().await?;
        Ok(Done::Fresh(detail))
    }

    /// Enqueues the job that reads the file.
    async fn enqueue(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        import: &mut ContactImport,
    ) -> Result<(), StorageError> {
        let (job, at) = (self.bench.id(JobId::from_uuid), self.bench.now());
        import.enqueue(job, at, scope.actor().user());
        let new = job_about(import.id(), IMPORT, job, at);
        unit.jobs().enqueue(&new).await
    }

    /// Writes what became of the import, and tells it.
    async fn write(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        before: &ContactImport,
        after: ContactImport,
        action: AuditAction,
    ) -> Result<ImportDetail, ContactError> {
        let expected = before.state().stamps.version;
        unit.imports().update(&after, expected).await?;
        let is_new = before.state().sha256.is_none();
        let changes = after.changes_since((!is_new).then_some(before));
        self.bench
            .note_import(unit, scope, &after, action, changes)
            .await?;
        Ok(ImportDetail {
            import: after,
            job: None,
        })
    }

    /// Changes how a file that waits is read, without reading it: see [`Imports::preview`]. One of which only a dry run
    /// was made waits again, to be started.
    pub async fn change(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
        expected: &Expected,
        change: Checked<(FormatChange, ImportOptionsChange)>,
    ) -> Result<ImportDetail, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let before = find_import(unit.as_ref(), id).await?;
        if !expected.accepts(before.state().stamps.version) {
            return Err(ContactError::Stale);
        }
        let mut after = self.set_up(unit.as_ref(), &before, change).await?;
        if after == before {
            let detail = detail(unit.as_ref(), before).await?;
            unit.commit().await?;
            return Ok(detail);
        }
        after.wait(self.bench.now(), scope.actor().user());
        let written = self
            .write(unit.as_ref(), scope, &before, after, AuditAction::Update)
            .await?;
        let detail = detail(unit.as_ref(), written.import).await?;
        unit.commit().await?;
        Ok(detail)
    }

    /// Lets a job read a file that waits: one of which it was not clear how to read it, or one of which only a dry
    /// run was made.
    pub async fn start(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
        change: Checked<(FormatChange, ImportOptionsChange)>,
        once: &Once<'_, ImportDetail>,
    ) -> Result<Done<ImportDetail>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = self.find_wound_up(unit.as_ref(), scope, id).await?;
        let mut after = self.set_up(unit.as_ref(), &before, change).await?;
        find_list(unit.as_ref(), before.state().list).await?;
        let is_clear = after
            .format()
            .is_some_and(|format| !format.detected().needs_mapping());
        if !is_clear {
            return Err(ContactError::MappingNeeded);
        }
        self.enqueue(unit.as_ref(), scope, &mut after).await?;
        let detail = self
            .write(unit.as_ref(), scope, &before, after, AuditAction::Import)
            .await?;
        once.record(unit.idempotency(), &detail).await?;
        unit.commit().await?;
        Ok(Done::Fresh(detail))
    }

    /// The import with another way to read its file; refused where the file is not kept any more.
    async fn set_up(
        &self,
        unit: &dyn ContactUnit,
        import: &ContactImport,
        change: Checked<(FormatChange, ImportOptionsChange)>,
    ) -> Result<ContactImport, ContactError> {
        let state = import.state();
        let waits = match detail(unit, import.clone()).await?.status() {
            ImportStatus::NeedsMapping => true,
            ImportStatus::Completed | ImportStatus::Cancelled => state.options.dry_run,
            _ => false,
        };
        let sample = self.bench.sample(unit, import.id()).await?;
        let is_kept = !sample.is_empty() || state.size == 0;
        if !waits || !is_kept {
            return Err(ContactError::NotStartable);
        }
        let (format, options) = change?;
        let changed = state.options.changed(options);
        let becomes_real = state.options.dry_run && !changed.dry_run;
        if let (true, false, Some(sha256)) = (becomes_real, options.repeat, &state.sha256) {
            unit.lists().lock(state.list).await?;
            refuse_repeated(unit, state.list, sha256).await?;
        }
        let mut mapping = state.mapping.clone();
        if !format.is_empty() {
            let present = import.format().ok_or(ContactError::NotFound("import"))?;
            let format = present
                .changed(&format, &sample)
                .map_err(|error| FieldErrors::one(error.pointer(), error.into()))?;
            mapping = Some(format);
        }
        let mut after = import.clone();
        after.set_up(mapping, changed);
        Ok(after)
    }

    /// Lets a job take back what an import did.
    pub async fn undo(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
        once: &Once<'_, ImportDetail>,
    ) -> Result<Done<ImportDetail>, ContactError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = self.find_wound_up(unit.as_ref(), scope, id).await?;
        // An undo that broke off leaves an import that failed, and can be asked for again.
        let has_ended = matches!(
            before.state().status,
            ImportStatus::Completed | ImportStatus::Cancelled | ImportStatus::Failed
        );
        if !has_ended || before.state().options.dry_run {
            return Err(ContactError::NotUndoable);
        }
        let job = self.bench.id(JobId::from_uuid);
        let mut after = before.clone();
        after.begin_undo(job, at, scope.actor().user());
        let new = job_about(id, UNDO, job, at);
        unit.jobs().enqueue(&new).await?;
        let detail = self
            .write(unit.as_ref(), scope, &before, after, AuditAction::Update)
            .await?;
        once.record(unit.idempotency(), &detail).await?;
        unit.commit().await?;
        Ok(Done::Fresh(detail))
    }

    /// The import; where its job has ended before its time and no worker saw to that yet, this unit does. The file is left
    /// to the worker.
    async fn find_wound_up(
        &self,
        unit: &dyn ContactUnit,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<ContactImport, ContactError> {
        let detail = detail(unit, find_import(unit, id).await?).await?;
        let status = detail.status();
        if status == detail.import.state().status {
            return Ok(detail.import);
        }
        let failed = detail
            .job
            .filter(|job| job.status == JobStatus::Failed)
            .and_then(|job| job.error);
        if detail.import.state().status == ImportStatus::Undoing {
            let error = failed.unwrap_or_else(|| "undo-cancelled".to_owned());
            return self
                .bench
                .break_off_undo(unit, scope, &detail.import, error)
                .await;
        }
        let error = failed.filter(|_| status == ImportStatus::Failed);
        self.bench
            .end_import(unit, scope, &detail.import, status, error)
            .await
    }
}

/// The import with this id, whose file came.
pub(super) async fn find_import(
    unit: &dyn ContactUnit,
    id: ContactImportId,
) -> Result<ContactImport, ContactError> {
    unit.imports()
        .find(id)
        .await?
        .filter(|import| import.state().sha256.is_some())
        .ok_or(ContactError::NotFound("import"))
}

/// Refuses a file that was taken into the list before, other than in a dry run. The list MUST be locked: of two that bring
/// the same file at the same moment, the second sees the first.
async fn refuse_repeated(
    unit: &dyn ContactUnit,
    list: ContactListId,
    sha256: &[u8; 32],
) -> Result<(), ContactError> {
    match unit.imports().find_same_file(list, sha256).await? {
        Some(earlier) => Err(ContactError::FileRepeated(earlier.id())),
        None => Ok(()),
    }
}

/// The import with its job.
pub(super) async fn detail(
    unit: &dyn ContactUnit,
    import: ContactImport,
) -> Result<ImportDetail, StorageError> {
    let job = match import.state().job {
        Some(job) => unit.jobs().find(job).await?,
        None => None,
    };
    Ok(ImportDetail { import, job })
}
