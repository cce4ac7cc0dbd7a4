//! The durable job that reads a file.

use async_trait::async_trait;
use kernel::{
    AuditAction, ClaimedJob, Classify as _, ContactImportId, Interruption, Job, JobControl, JobEnd,
    JobFailure, JobKind, JobProgress, StorageError, TenantScope,
};
use serde_json::{Value, json};

use super::assessment::Assessment;
use super::batch::Batch;
use super::bench::Bench;
use super::rows::Rows;
use super::{ContactImport, ImportPorts, ImportStatus};
use crate::contacts::rules_in;
use crate::{Column, ContactError, Judge, ListStatus, ParsedRow, RejectedRow, Rules};

/// The kind of the job.
pub(super) const IMPORT: JobKind = JobKind::new("import_contacts");

/// How often a job is tried without getting on.
pub(super) const MAX_ATTEMPTS: u16 = 8;

/// How many rows are written at a time.
const BATCH: usize = 5_000;

/// How often a batch is tried again because others wrote the same rows.
const TRIES: usize = 20;

/// Reads the files of imports.
///
/// Each batch of rows is committed with how many rows were read, so that a job which is killed goes on behind the last
/// batch: no row is lost and none counts twice.
pub struct ImportJob {
    bench: Bench,
    batch: usize,
}

impl ImportJob {
    /// The job over these ports.
    #[must_use]
    pub fn new(ports: ImportPorts) -> Self {
        Self {
            bench: ports.into_bench(),
            batch: BATCH,
        }
    }

    /// The same job, which writes so many rows at a time, at least one. What comes of a file does not depend on it.
    #[must_use]
    pub fn in_batches_of(self, rows: usize) -> Self {
        Self {
            batch: rows.max(1),
            ..self
        }
    }

    async fn find(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<Option<ContactImport>, StorageError> {
        let unit = self.bench.store.begin(scope).await?;
        let import = unit.imports().find(id).await?;
        unit.commit().await?;
        Ok(import)
    }

    async fn read(
        &self,
        import: &mut ContactImport,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let format = import
            .format()
            .cloned()
            .ok_or_else(|| JobFailure::lasting("import-without-format"))?;
        let mut rules = Rules::default();
        let done = import.state().counts.rows_read();
        let mut rows = Rows::behind(done, &format, import.id(), &self.bench, scope);
        loop {
            let batch = rows.next(self.batch).await?;
            if batch.is_empty() {
                break;
            }
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    return self.end(import, ImportStatus::Cancelled, scope).await;
                }
                Some(stopping) => return Ok(stopping.into()),
                None => {}
            }
            let columns = &format.detected().columns;
            self.write(import, batch, columns, &mut rules, scope, work)
                .await?;
            work.report(progress(import, rows.bytes_given_out()));
        }
        let end = self.end(import, ImportStatus::Completed, scope).await?;
        work.report(progress(import, import.state().size));
        Ok(end)
    }

    /// Writes a batch, again where others wrote the same rows at the same moment.
    async fn write(
        &self,
        import: &mut ContactImport,
        rows: Vec<Result<ParsedRow, RejectedRow>>,
        columns: &[Column],
        rules: &mut Rules,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<(), JobFailure> {
        let at = self.bench.now();
        let judge = &self.bench.judge;
        let assessment = Assessment {
            columns,
            invalid: import.state().options.invalid,
        };
        let read = rows
            .into_iter()
            .map(|row| assessment.read(row))
            .collect::<Vec<_>>();
        let people = read.iter().flatten();
        let known = judge
            .look_up(
                people.map(|row| row.person.email.as_str()),
                Judge::PATIENCE_OF_JOBS,
            )
            .await;
        // The rules seldom change between batches: judging before the unit begins keeps it short.
        let mut rows = assessment.judge(&read, judge, &known, rules, at);
        let mut tries = 0;
        loop {
            tries += 1;
            let unit = self.bench.store.begin(scope).await?;
            let in_force = rules_in(unit.as_ref()).await?;
            if in_force != *rules {
                rows = assessment.judge(&read, judge, &known, &in_force, at);
                *rules = in_force;
            }
            let batch = Batch {
                unit: unit.as_ref(),
                import,
                ids: self.bench.ids.as_ref(),
                at,
            };
            let counts = match batch.write(&rows).await {
                Err(StorageError::Contended(_)) if tries < TRIES => continue,
                counts => counts?,
            };
            let mut after = import.clone();
            after.proceed(counts, at);
            let expected = import.state().stamps.version;
            unit.imports()
                .update(&after, expected)
                .await
                .map_err(|error| failure(&error))?;
            if import.state().started_at.is_none() && !import.state().options.dry_run {
                self.bench
                    .advance_list(
                        unit.as_ref(),
                        scope,
                        import.state().list,
                        ListStatus::Validating,
                    )
                    .await
                    .map_err(|error| failure(&error))?;
            }
            let state = json!({ "rows": counts.rows_read() });
            work.checkpoint(unit.jobs(), &state).await?;
            match unit.commit().await {
                Err(StorageError::Contended(_)) if tries < TRIES => {}
                done => {
                    done?;
                    *import = after;
                    return Ok(());
                }
            }
        }
    }

    /// Notes the import's end, with what came of it.
    async fn end(
        &self,
        import: &mut ContactImport,
        status: ImportStatus,
        scope: &TenantScope,
    ) -> Result<JobEnd, JobFailure> {
        self.note_end(import, status, None, scope)
            .await
            .map_err(|error| failure(&error))?;
        let result = Some(result(import));
        Ok(match status {
            ImportStatus::Cancelled => JobEnd::Cancelled(result),
            _ => JobEnd::Completed(result),
        })
    }

    async fn note_end(
        &self,
        import: &mut ContactImport,
        status: ImportStatus,
        error: Option<String>,
        scope: &TenantScope,
    ) -> Result<(), ContactError> {
        let unit = self.bench.store.begin(scope).await?;
        let mut after = import.clone();
        after.end(status, error, self.bench.now());
        let expected = import.state().stamps.version;
        unit.imports().update(&after, expected).await?;
        let is_dry = import.state().options.dry_run;
        // A dry run can be followed by a real one of the same file.
        if !is_dry {
            unit.import_files().remove(import.id()).await?;
            let status = match status {
                ImportStatus::Failed => ListStatus::Failed,
                _ => ListStatus::Validated,
            };
            self.bench
                .advance_list(unit.as_ref(), scope, import.state().list, status)
                .await?;
        }
        let blank = after.as_begun();
        let changes = after.changes_since(Some(&blank));
        self.bench
            .note(unit.as_ref(), scope, &after, AuditAction::Import, changes)
            .await?;
        unit.commit().await?;
        *import = after;
        Ok(())
    }
}

/// How far the import is: bytes of the file, and the counts of its rows.
fn progress(import: &ContactImport, bytes: u64) -> JobProgress {
    let size = import.state().size;
    let progress = JobProgress::new(bytes.min(size)).of(size);
    let counts = import.state().counts.named();
    counts
        .into_iter()
        .fold(progress, |progress, (name, count)| {
            progress.count(name, count)
        })
}

fn result(import: &ContactImport) -> Value {
    let counts = import.state().counts.named();
    let counts = counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.into()));
    Value::Object(
        [("import_id".to_owned(), json!(import.id()))]
            .into_iter()
            .chain(counts)
            .collect(),
    )
}

/// Which import a job is about.
pub(super) fn payload(import: ContactImportId) -> Value {
    json!({ "import_id": import })
}

pub(super) fn import_of(job: &ClaimedJob) -> Result<ContactImportId, JobFailure> {
    job.payload
        .get("import_id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| JobFailure::lasting("payload-malformed"))
}

pub(super) fn failure(error: &ContactError) -> JobFailure {
    JobFailure::Passing(error.code().to_owned())
}

#[async_trait]
impl Job for ImportJob {
    fn kind(&self) -> JobKind {
        IMPORT
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let found = self.find(scope, import_of(job)?).await?;
        let Some(mut import) = found.filter(|import| import.state().job == Some(job.id)) else {
            return Ok(JobEnd::DONE);
        };
        // A worker was killed between the import's end and the job's.
        match import.state().status {
            ImportStatus::Pending | ImportStatus::Running => {}
            ImportStatus::Cancelled => return Ok(JobEnd::Cancelled(Some(result(&import)))),
            _ => return Ok(JobEnd::Completed(Some(result(&import)))),
        }
        let begun = import.state().stamps.version;
        let end = self.read(&mut import, scope, work).await;
        let tries = if import.state().stamps.version == begun {
            job.attempt
        } else {
            1
        };
        match &end {
            Err(JobFailure::Lasting(code)) => self.fail(&mut import, code, scope).await,
            Err(JobFailure::Passing(code)) if tries >= job.max_attempts => {
                self.fail(&mut import, code, scope).await;
            }
            _ => {}
        }
        end
    }
}

impl ImportJob {
    async fn fail(&self, import: &mut ContactImport, code: &str, scope: &TenantScope) {
        // Where that fails too, the job itself still tells.
        let code = Some(code.to_owned());
        let _ = self
            .note_end(import, ImportStatus::Failed, code, scope)
            .await;
    }
}
