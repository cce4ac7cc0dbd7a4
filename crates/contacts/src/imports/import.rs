//! Imports: files that were taken in, and what became of their rows.

use kernel::{
    Changes, ContactImportId, ContactListId, JobId, OrganizationId, Stamps, Timestamp, UserId,
};
use serde_json::json;

use super::FileFormat;
use crate::ContactText;
use crate::source::words;

words! {
    /// How far an import is.
    ImportStatus {
        /// Its file is on the way.
        Uploading = "uploading",
        /// Somebody has to say first which column has the address.
        NeedsMapping = "needs_mapping",
        /// It waits for a worker.
        Pending = "pending",
        /// Rows are being read.
        Running = "running",
        /// All rows were read.
        Completed = "completed",
        /// It broke off, or its undo did, and will not go on; what is left of it can be undone.
        Failed = "failed",
        /// Somebody ended it before its time; what was read until then stays.
        Cancelled = "cancelled",
        /// What it did is being taken back.
        Undoing = "undoing",
        /// What it did was taken back.
        Undone = "undone",
    }
}

words! {
    /// What becomes of a row whose address is that of a contact that was there before.
    OnDuplicate {
        /// The contact stays as it is.
        Skip = "skip",
        /// What the row says replaces what was known; what it does not say stays.
        Update = "update",
        /// What the row says is taken where nothing was known.
        FillEmpty = "fill_empty",
    }
}

words! {
    /// What becomes of a row whose address is none.
    OnInvalid {
        /// It becomes a contact that is never mailed.
        Keep = "keep",
        /// It is rejected.
        Reject = "reject",
    }
}

/// How rows are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Rows of contacts that were there before.
    pub on_duplicate: OnDuplicate,
    /// Rows whose address is none.
    pub invalid: OnInvalid,
    /// Whether the outcome is only told, and nothing is written.
    pub dry_run: bool,
}

/// Other options; what is not mentioned stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptionsChange {
    /// Rows of contacts that were there before.
    pub on_duplicate: Option<OnDuplicate>,
    /// Rows whose address is none.
    pub invalid: Option<OnInvalid>,
    /// Whether the outcome is only told.
    pub dry_run: Option<bool>,
    /// Whether a file of which only a dry run was made may be taken into the same list once more.
    pub repeat: bool,
}

impl ImportOptions {
    /// These options after a change.
    #[must_use]
    pub fn changed(self, change: ImportOptionsChange) -> Self {
        Self {
            on_duplicate: change.on_duplicate.unwrap_or(self.on_duplicate),
            invalid: change.invalid.unwrap_or(self.invalid),
            dry_run: change.dry_run.unwrap_or(self.dry_run),
        }
    }
}

/// How many rows were read, and what became of them. The outcomes always sum to the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Rows that became a contact.
    pub created: u64,
    /// Rows that changed a contact.
    pub updated: u64,
    /// Rows of contacts that are as they were.
    pub unchanged: u64,
    /// Rows whose address stood further up in the file.
    pub duplicate_in_file: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Rows whose address must not be mailed; their contacts are kept.
    pub suppressed: u64,
}

impl ImportCounts {
    /// All rows that were read.
    #[must_use]
    pub const fn rows_read(&self) -> u64 {
        self.created
            + self.updated
            + self.unchanged
            + self.duplicate_in_file
            + self.rejected
            + self.suppressed
    }

    /// All counts by their names: how many rows were read, and what became of them.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 7] {
        let [created, updated, unchanged, duplicate, rejected, suppressed] = self.outcomes();
        [
            ("rows_read", self.rows_read()),
            created,
            updated,
            unchanged,
            duplicate,
            rejected,
            suppressed,
        ]
    }

    /// What became of the rows, by the names of the outcomes.
    #[must_use]
    pub const fn outcomes(&self) -> [(&'static str, u64); 6] {
        [
            ("created", self.created),
            ("updated", self.updated),
            ("unchanged", self.unchanged),
            ("duplicate_in_file", self.duplicate_in_file),
            ("rejected", self.rejected),
            ("suppressed", self.suppressed),
        ]
    }
}

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoCounts {
    /// Contacts that the import had made, and that were deleted.
    pub removed: u64,
    /// Contacts that the import had changed, and that are as before.
    pub restored: u64,
    /// Contacts of which something was left, because it was changed since.
    pub left: u64,
}

/// All that an import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactImportState {
    /// Its id.
    pub id: ContactImportId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The list that its contacts are put on.
    pub list: ContactListId,
    /// What the file is called.
    pub file_name: ContactText,
    /// How many bytes the file has.
    pub size: u64,
    /// The SHA-256 of the file; `None` while it is on the way.
    pub sha256: Option<[u8; 32]>,
    /// How far it is.
    pub status: ImportStatus,
    /// How the file looks; `None` while it is on the way.
    pub format: Option<FileFormat>,
    /// What somebody said of the file instead.
    pub mapping: Option<FileFormat>,
    /// How rows are treated.
    pub options: ImportOptions,
    /// What became of the rows that were read.
    pub counts: ImportCounts,
    /// What was taken back, if anything.
    pub undo: Option<UndoCounts>,
    /// The job that works on it, or did last.
    pub job: Option<JobId>,
    /// A code for what went wrong.
    pub error: Option<String>,
    /// When its first row was read.
    pub started_at: Option<Timestamp>,
    /// When its last row was.
    pub finished_at: Option<Timestamp>,
    /// Its history; it is never deleted.
    pub stamps: Stamps,
}

/// A file of contacts that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactImport(ContactImportState);

/// What an import begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    /// What the file is called.
    pub file_name: ContactText,
    /// How rows are treated.
    pub options: ImportOptions,
    /// Whether the same file may be taken into the same list once more.
    pub repeat: bool,
    /// Whether it waits to be started, so that how the file is read can be looked at before.
    pub wait: bool,
}

impl ContactImport {
    /// An import whose file is on the way.
    #[must_use]
    pub fn open(
        id: ContactImportId,
        organization: OrganizationId,
        list: ContactListId,
        new: &NewImport,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(ContactImportState {
            id,
            organization,
            list,
            file_name: new.file_name.clone(),
            size: 0,
            sha256: None,
            status: ImportStatus::Uploading,
            format: None,
            mapping: None,
            options: new.options,
            counts: ImportCounts::default(),
            undo: None,
            job: None,
            error: None,
            started_at: None,
            finished_at: None,
            stamps: Stamps::new(at, by),
        })
    }

    /// An import as it was stored.
    #[must_use]
    pub const fn restore(state: ContactImportState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &ContactImportState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ContactImportId {
        self.0.id
    }

    /// How the file is read.
    #[must_use]
    pub fn format(&self) -> Option<&FileFormat> {
        self.0.mapping.as_ref().or(self.0.format.as_ref())
    }

    /// Notes that the file is there, and how it looks.
    pub(crate) fn receive(&mut self, size: u64, sha256: [u8; 32], format: FileFormat) {
        self.0.size = size;
        self.0.sha256 = Some(sha256);
        self.0.status = ImportStatus::NeedsMapping;
        self.0.format = Some(format);
    }

    /// Notes that it waits to be started. What a dry run has told of it is no longer what would become of it.
    pub(crate) fn wait(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.status = ImportStatus::NeedsMapping;
        self.begin_anew(at, by);
    }

    /// Whether a job is to read it, or does.
    pub(crate) const fn is_at_work(&self) -> bool {
        matches!(self.0.status, ImportStatus::Pending | ImportStatus::Running)
    }

    /// Whether its file is of use to somebody: it is on its way, waits or is read, or only a dry run was made of it.
    pub(crate) const fn keeps_file(&self) -> bool {
        match self.0.status {
            ImportStatus::Uploading
            | ImportStatus::NeedsMapping
            | ImportStatus::Pending
            | ImportStatus::Running => true,
            ImportStatus::Completed | ImportStatus::Cancelled => self.0.options.dry_run,
            ImportStatus::Failed | ImportStatus::Undoing | ImportStatus::Undone => false,
        }
    }

    /// Notes that a job will read it, from its first row.
    pub(crate) fn enqueue(&mut self, job: JobId, at: Timestamp, by: Option<UserId>) {
        self.0.status = ImportStatus::Pending;
        self.0.job = Some(job);
        self.begin_anew(at, by);
    }

    fn begin_anew(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.counts = ImportCounts::default();
        self.0.error = None;
        self.0.started_at = None;
        self.0.finished_at = None;
        self.0.stamps.touch(at, by);
    }

    /// Changes how it is read.
    pub(crate) fn set_up(&mut self, mapping: Option<FileFormat>, options: ImportOptions) {
        self.0.mapping = mapping;
        self.0.options = options;
    }

    /// What it was before its first row was read.
    pub(crate) fn as_begun(&self) -> Self {
        let mut begun = self.clone();
        begun.0.status = ImportStatus::Pending;
        begun.0.counts = ImportCounts::default();
        begun.0.error = None;
        begun
    }

    /// Notes what became of more rows.
    pub(crate) fn proceed(&mut self, counts: ImportCounts, at: Timestamp) {
        self.0.status = ImportStatus::Running;
        self.0.started_at.get_or_insert(at);
        self.0.counts = counts;
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// Notes its end.
    pub(crate) fn end(&mut self, status: ImportStatus, error: Option<String>, at: Timestamp) {
        self.0.status = status;
        self.0.error = error;
        self.0.finished_at = Some(at);
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// Notes that a job will take back what it did. What an earlier one has taken back counts; what that one left is
    /// looked at again.
    pub(crate) fn begin_undo(&mut self, job: JobId, at: Timestamp, by: Option<UserId>) {
        self.0.status = ImportStatus::Undoing;
        self.0.job = Some(job);
        self.0.undo = Some(UndoCounts {
            left: 0,
            ..self.0.undo.unwrap_or_default()
        });
        self.0.error = None;
        self.0.stamps.touch(at, by);
    }

    /// Notes that what it did is not taken back any further.
    pub(crate) fn break_off_undo(&mut self, error: String, at: Timestamp) {
        self.0.status = ImportStatus::Failed;
        self.0.error = Some(error);
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// What it was before anything was taken back.
    pub(crate) fn as_undo_begun(&self) -> Self {
        let mut begun = self.clone();
        begun.0.status = ImportStatus::Undoing;
        begun.0.undo = Some(UndoCounts::default());
        begun
    }

    /// Notes what was taken back.
    pub(crate) fn proceed_undo(&mut self, undo: UndoCounts, is_done: bool, at: Timestamp) {
        self.0.undo = Some(undo);
        if is_done {
            self.0.status = ImportStatus::Undone;
        }
        self.0.stamps.touch(at, self.0.stamps.updated_by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let text = |state: &ContactImportState| state.file_name.as_str().to_owned();
        let mut changes = Changes::none()
            .field("list_id", json!(old.map(|i| i.list)), json!(new.list))
            .field("file_name", json!(old.map(text)), json!(text(new)))
            .field("size_bytes", json!(old.map(|i| i.size)), json!(new.size))
            .field(
                "status",
                json!(old.map(|i| i.status.as_str())),
                json!(new.status.as_str()),
            )
            .field(
                "on_duplicate",
                json!(old.map(|i| i.options.on_duplicate.as_str())),
                json!(new.options.on_duplicate.as_str()),
            )
            .field(
                "invalid",
                json!(old.map(|i| i.options.invalid.as_str())),
                json!(new.options.invalid.as_str()),
            )
            .field(
                "dry_run",
                json!(old.map(|i| i.options.dry_run)),
                json!(new.options.dry_run),
            )
            .field("format", json!(old.map(format)), json!(format(new)))
            .field("mapping", json!(old.map(mapping)), json!(mapping(new)))
            .field("job_id", json!(old.map(|i| i.job)), json!(new.job))
            .field("error", json!(old.map(|i| &i.error)), json!(new.error))
            .field("undo", json!(old.map(undo)), json!(undo(new)));
        let had = old.and_then(|i| i.sha256);
        if had != new.sha256 {
            changes = changes.secret("sha256", had.is_some());
        }
        let before = old.map(|i| i.counts.named());
        for (index, (name, count)) in new.counts.named().into_iter().enumerate() {
            let was = before.map(|counts| counts[index].1);
            changes = changes.field(name, json!(was), json!(count));
        }
        changes
    }
}

fn format(import: &ContactImportState) -> Option<serde_json::Value> {
    import.format.as_ref().map(FileFormat::to_json)
}

fn mapping(import: &ContactImportState) -> Option<serde_json::Value> {
    import.mapping.as_ref().map(FileFormat::to_json)
}

fn undo(import: &ContactImportState) -> Option<serde_json::Value> {
    import.undo.map(UndoCounts::to_json)
}

impl UndoCounts {
    /// The counts as they are stored.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        json!({ "removed": self.removed, "restored": self.restored, "left": self.left })
    }

    /// Counts as they were stored.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        let count = |name: &str| json.get(name)?.as_u64();
        Some(Self {
            removed: count("removed")?,
            restored: count("restored")?,
            left: count("left")?,
        })
    }
}
