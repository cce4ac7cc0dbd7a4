//! The durable job that reads a file.

use async_trait::async_trait;
use futures_util::future::join;
use kernel::{
    ClaimedJob, ContactImportId, EarlyEnd, Interruption, Job, JobControl, JobEnd, JobFailure,
    JobId, JobKind, NewJob, StorageError, TenantScope, Timestamp,
};
use serde::Deserialize as _;
use serde_json::{Value, json};
use time::Duration;

use super::assessment::Assessment;
use super::batch::Batch;
use super::batch_size::BatchSize;
use super::ending::PIECES;
use super::prepared::Prepared;
use super::rows::{Place, Rows};
use super::stretch::{Stretch, progress};
use super::{ContactImport, ImportPorts, ImportStatus};
use crate::contacts::rules_in;
use crate::tries::Tries;
use crate::workbench::Workbench;
use crate::{ContactError, Judge, ListStatus, Rules};

/// The kind of the job.
pub(super) const IMPORT: JobKind = JobKind::new("import_contacts");

/// How often a job is tried without getting on.
const MAX_ATTEMPTS: u16 = 8;

/// How many rows are written at a time, at most.
const BATCH: usize = 5_000;

/// How many rows of an earlier reading are removed at a time.
const SLICE: u16 = 20_000;

/// Reads the files of imports.
///
/// Each batch of rows is committed with how many rows were read, so that a job which is killed goes on behind the last
/// batch: no row is lost and none counts twice.
pub struct ImportJob {
    bench: Workbench,
    judge: Judge,
    batch: usize,
}

impl ImportJob {
    /// The job over these ports.
    #[must_use]
    pub fn new(ports: ImportPorts) -> Self {
        let (bench, judge) = ports.into_parts();
        Self {
            bench,
            judge,
            batch: BATCH,
        }
    }

    /// The same job, which writes so many rows at a time at most, and at least one. What comes of a file does not depend on it.
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
        let unit = self.bench.begin(scope).await?;
        let import = unit.imports().find(id).await?;
        unit.commit().await?;
        Ok(import)
    }

    async fn read(
        &self,
        import: &mut ContactImport,
        from: Option<Place>,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let format = import
            .format()
            .cloned()
            .ok_or_else(|| JobFailure::lasting("import-without-format"))?;
        let mut rules = Rules::default();
        if import.state().counts.rows_read() == 0 && !self.clear(import, scope, work).await? {
            return match work.interruption() {
                Some(Interruption::Stopping) => Ok(JobEnd::HandedBack),
                _ => self.end(import, ImportStatus::Cancelled, scope).await,
            };
        }
        let assessment = Assessment {
            columns: &format.detected().columns,
            invalid: import.state().options.invalid,
        };
        let mut rows = Rows::of(import, &format, from, &self.bench, scope);
        let mut size = BatchSize::at_first(self.batch);
        let judge = &self.judge;
        let first = Prepared::next(&mut rows, size.rows(), &assessment, judge, rules.clone());
        let mut next = first.await?;
        while let Some(mut batch) = next {
            match work.interruption() {
                Some(Interruption::Cancelled) => {
                    return self.end(import, ImportStatus::Cancelled, scope).await;
                }
                Some(stopping) => return Ok(stopping.into()),
                None => {}
            }
            // The next rows are read and judged while storage is at work on these.
            let ahead = Prepared::next(&mut rows, size.rows(), &assessment, judge, rules.clone());
            let (written, prepared) = join(
                self.write(import, &mut batch, &assessment, &mut rules, scope, work),
                ahead,
            )
            .await;
            // What name servers took for the next rows says nothing of the storage's pace.
            size.learn(batch.rows(), written?);
            next = prepared?;
        }
        let end = self.end(import, ImportStatus::Completed, scope).await?;
        work.report(progress(import, import.state().size));
        Ok(end)
    }

    /// Removes what an earlier reading of the file has left, in slices; `false` where that was interrupted.
    async fn clear(
        &self,
        import: &ContactImport,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<bool, JobFailure> {
        self.forget_met(import, scope).await?;
        loop {
            if work.interruption().is_some() {
                return Ok(false);
            }
            let unit = self.bench.begin(scope).await?;
            let trace = unit.import_trace();
            let gone = trace.forget_rejections(import.id(), SLICE).await?;
            unit.commit().await?;
            if gone < u64::from(SLICE) {
                return Ok(true);
            }
        }
    }

    /// Forgets the addresses that a dry run has met: nobody asks for them between two readings.
    async fn forget_met(
        &self,
        import: &ContactImport,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        loop {
            let unit = self.bench.begin(scope).await?;
            let gone = unit.import_trace().forget_met(import.id(), SLICE).await?;
            unit.commit().await?;
            if gone < u64::from(SLICE) {
                return Ok(());
            }
        }
    }

    /// Removes the file where nobody needs it any more, in slices: a large one takes seconds.
    async fn drop_file(
        &self,
        import: &ContactImport,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        if import.keeps_file() {
            return Ok(());
        }
        loop {
            let unit = self.bench.begin(scope).await?;
            let gone = unit.import_files().remove(import.id(), PIECES).await?;
            unit.commit().await?;
            if gone < u64::from(PIECES) {
                return Ok(());
            }
        }
    }

    /// Writes a batch, again where others wrote the same rows at the same moment, and reports it at once, however long the
    /// next rows take. Tells how long the storage took for it.
    async fn write(
        &self,
        import: &mut ContactImport,
        rows: &mut Prepared,
        assessment: &Assessment<'_>,
        rules: &mut Rules,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<Duration, JobFailure> {
        let mut tries = Tries::begin(IMPORT, self.bench.now());
        loop {
            let written = self.try_to_write(import, rows, assessment, rules, scope, work);
            match written.await {
                Ok(after) => {
                    *import = after;
                    let took = tries.took(self.bench.now());
                    work.report(progress(import, rows.bytes));
                    return Ok(took);
                }
                Err(failure) if tries.are_left_after(&failure, self.bench.now()) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Writes a batch in one unit of work, and tells what the import is then.
    async fn try_to_write(
        &self,
        import: &ContactImport,
        rows: &mut Prepared,
        assessment: &Assessment<'_>,
        rules: &mut Rules,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<ContactImport, JobFailure> {
        let unit = self.bench.begin(scope).await?;
        // They seldom change between batches: judging before the unit begins keeps it short.
        *rules = rules_in(unit.as_ref()).await?;
        rows.apply(rules, assessment, &self.judge);
        let stretch = Stretch {
            work,
            import,
            from: rows.from,
            until: rows.bytes,
        };
        let batch = Batch {
            unit: unit.as_ref(),
            import,
            ids: self.bench.ids(),
            at: rows.at,
            stretch: &stretch,
        };
        let counts = batch.write(&rows.assessed()).await?;
        let mut after = import.clone();
        after.proceed(counts, rows.at);
        let expected = import.state().stamps.version;
        unit.imports().update(&after, expected).await?;
        if import.state().started_at.is_none() && !import.state().options.dry_run {
            let (list, status) = (import.state().list, ListStatus::Validating);
            self.bench
                .advance_list(unit.as_ref(), scope, list, status, None)
                .await?;
        }
        if let Some(place) = rows.place.filter(|_| !import.state().options.dry_run) {
            // Whoever goes on does so from there. To remove a large file at once, at the end, would take seconds.
            unit.import_files()
                .remove_read(import.id(), place.piece())
                .await?;
        }
        let state = json!({ "rows": counts.rows_read(), "place": rows.place });
        work.checkpoint(unit.jobs(), &state).await?;
        unit.commit().await?;
        Ok(after)
    }

    /// Notes the import's end, with what came of it.
    async fn end(
        &self,
        import: &mut ContactImport,
        status: ImportStatus,
        scope: &TenantScope,
    ) -> Result<JobEnd, JobFailure> {
        self.note_end(import, status, None, scope).await?;
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
    ) -> Result<(), JobFailure> {
        if import.state().options.dry_run {
            self.forget_met(import, scope).await?;
        }
        let mut tries = Tries::begin(IMPORT, self.bench.now());
        loop {
            let noted = self.try_to_note_end(import, status, error.clone(), scope);
            match noted.await.map_err(JobFailure::from) {
                Ok(ended) => {
                    *import = ended;
                    return self.drop_file(import, scope).await;
                }
                Err(failure) if tries.are_left_after(&failure, self.bench.now()) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn try_to_note_end(
        &self,
        import: &ContactImport,
        status: ImportStatus,
        error: Option<String>,
        scope: &TenantScope,
    ) -> Result<ContactImport, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let ended = self
            .bench
            .end_import(unit.as_ref(), scope, import, status, error)
            .await?;
        unit.commit().await?;
        Ok(ended)
    }
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

/// A job about an import, due now.
pub(super) fn job_about(
    import: ContactImportId,
    kind: JobKind,
    id: JobId,
    at: Timestamp,
) -> NewJob {
    NewJob {
        id,
        kind,
        payload: json!({ "import_id": import }),
        run_at: at,
        max_attempts: MAX_ATTEMPTS,
    }
}

pub(super) fn import_of(job: &ClaimedJob) -> Result<ContactImportId, JobFailure> {
    job.payload
        .get("import_id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| JobFailure::lasting("payload-malformed"))
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
        let Some(mut import) = self.find(scope, import_of(job)?).await? else {
            return Ok(JobEnd::DONE);
        };
        // A worker was killed between the import's end and the job's; somebody may have asked for something else since.
        self.drop_file(&import, scope).await?;
        if import.state().job != Some(job.id) {
            return Ok(JobEnd::DONE);
        }
        match import.state().status {
            ImportStatus::Pending | ImportStatus::Running => {}
            ImportStatus::Cancelled => return Ok(JobEnd::Cancelled(Some(result(&import)))),
            ImportStatus::Failed => {
                let code = import.state().error.clone().unwrap_or_default();
                return Err(JobFailure::Lasting(code));
            }
            _ => return Ok(JobEnd::Completed(Some(result(&import)))),
        }
        let place = job.checkpoint.as_ref().and_then(|state| state.get("place"));
        let from = place.and_then(|place| Place::deserialize(place).ok());
        self.read(&mut import, from, scope, work).await
    }

    async fn wind_up(
        &self,
        job: &ClaimedJob,
        end: &EarlyEnd,
        scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        let Some(mut import) = self.find(scope, import_of(job)?).await? else {
            return Ok(());
        };
        let is_its_own = import.state().job == Some(job.id);
        if !is_its_own || !import.is_at_work() {
            // Somebody who asked for something else has noted the end; what the job remembers is of no use to anybody.
            if is_its_own {
                self.forget_met(&import, scope).await?;
            }
            return self.drop_file(&import, scope).await;
        }
        let (status, error) = match end {
            EarlyEnd::Cancelled => (ImportStatus::Cancelled, None),
            EarlyEnd::Failed(code) => (ImportStatus::Failed, Some(code.clone())),
        };
        self.note_end(&mut import, status, error, scope).await
    }
}
