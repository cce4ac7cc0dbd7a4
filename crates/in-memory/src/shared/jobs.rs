//! The queue of durable jobs.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use kernel::{
    ClaimedJob, Cursor, JobCancellation, JobCheckpoint, JobClaim, JobFilter, JobId, JobKind,
    JobLease, JobOutcome, JobQueue, JobRecord, JobReport, JobStatus, JobStore, NewJob,
    OrganizationId, Page, PageRequest, StorageError, Timestamp,
};
use time::Duration;
use uuid::Uuid;

use super::stored_job::{JobStep, StoredJob};
use crate::unit::MemoryUnit;
use crate::{Fault, MemoryDatabase};

impl MemoryUnit {
    /// Looks at a job of the unit's organization.
    pub(crate) fn with_job<T>(
        &self,
        id: JobId,
        look: impl FnOnce(&mut StoredJob) -> T,
    ) -> Option<T> {
        self.read_jobs(|jobs| {
            let mut job = jobs.get(&id)?.clone();
            self.owns(job.record.organization).then(|| look(&mut job))
        })
    }
}

#[async_trait]
impl JobQueue for MemoryUnit {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StorageError> {
        self.keep_job_step(JobStep::Enqueue(job.clone()));
        Ok(())
    }

    async fn find(&self, id: JobId) -> Result<Option<JobRecord>, StorageError> {
        Ok(self.with_job(id, |job| job.record.clone()))
    }

    async fn find_many(&self, ids: &[JobId]) -> Result<Vec<JobRecord>, StorageError> {
        let ids = ids.iter().copied().collect::<BTreeSet<_>>();
        Ok(ids
            .into_iter()
            .filter_map(|id| self.with_job(id, |job| job.record.clone()))
            .collect())
    }

    async fn is_open(
        &self,
        kind: JobKind,
        (name, value): (&'static str, Uuid),
        except: Option<JobId>,
    ) -> Result<bool, StorageError> {
        let value = value.to_string();
        Ok(self.read_jobs(|jobs| {
            jobs.values().any(|job| {
                let record = &job.record;
                self.owns(record.organization)
                    && Some(record.id) != except
                    && record.kind == kind.as_str()
                    && !record.status.is_final()
                    && job.payload.get(name).and_then(|text| text.as_str()) == Some(&value)
            })
        }))
    }

    async fn list(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError> {
        let unstable = self.has(Fault::UnstablePages);
        Ok(self.read_jobs(|jobs| {
            latest_first(jobs, page, unstable, |job| {
                self.owns(job.organization) && filter.admits(job)
            })
        }))
    }

    async fn cancel(
        &self,
        id: JobId,
        at: Timestamp,
    ) -> Result<Option<JobCancellation>, StorageError> {
        let cancellation = self.with_job(id, |job| job.cancel(at));
        if cancellation.is_some() {
            self.keep_job_step(JobStep::Cancel(id, at));
        }
        Ok(cancellation)
    }

    async fn checkpoint<'a>(
        &self,
        checkpoint: JobCheckpoint<'a>,
    ) -> Result<JobLease, StorageError> {
        let worker = checkpoint.worker;
        let lease = self.with_job(checkpoint.job, |job| lease_of(Some(job), worker));
        let lease = lease.unwrap_or(JobLease::Lost);
        if lease != JobLease::Lost {
            let state = checkpoint.state.clone();
            self.keep_job_step(JobStep::Checkpoint(checkpoint.job, worker, state));
        }
        Ok(lease)
    }
}

impl MemoryDatabase {
    /// Changes the job if the worker holds it; `false` otherwise.
    fn with_held_job(&self, job: JobId, worker: Uuid, change: impl FnOnce(&mut StoredJob)) -> bool {
        self.with_jobs(|jobs| {
            let held = jobs.get_mut(&job).filter(|job| job.is_worked_on_by(worker));
            held.map(change).is_some()
        })
    }
}

#[async_trait]
impl JobStore for MemoryDatabase {
    async fn claim(&self, claim: &JobClaim) -> Result<Vec<ClaimedJob>, StorageError> {
        let now = claim.now;
        Ok(self.with_jobs(|jobs| {
            let mut turns = BTreeMap::<OrganizationId, usize>::new();
            let mut failed = BTreeSet::new();
            for job in jobs.values_mut() {
                if job.is_running(now) {
                    *turns.entry(job.record.organization).or_default() += 1;
                } else if job.record.status == JobStatus::Running
                    && job.due_since(now).is_some()
                    && job.is_exhausted()
                {
                    job.record.error = Some("worker-lost".to_owned());
                    job.end_early(JobStatus::Failed, now);
                    failed.insert(job.record.id);
                }
            }
            let mut due = jobs
                .values()
                // What fails with this claim is handed out with the next.
                .filter(|job| !failed.contains(&job.record.id))
                .filter_map(|job| {
                    let since = job.due_since(now).or_else(|| job.left_since(now))?;
                    Some((since, job.record.id, job.record.organization))
                })
                .collect::<Vec<_>>();
            due.sort_unstable();
            let mut places = due
                .into_iter()
                .map(|(since, id, organization)| {
                    let turn = turns.entry(organization).or_default();
                    *turn += 1;
                    (*turn, since, id)
                })
                .collect::<Vec<_>>();
            places.sort_unstable();
            let limit = usize::from(claim.limit);
            let open = usize::from(claim.limit.saturating_sub(claim.reserved));
            let picked = places
                .into_iter()
                .enumerate()
                .filter(|(place, (turn, ..))| *turn == 1 || *place < open)
                .take(limit)
                .map(|(_, (_, _, id))| id)
                .collect::<Vec<_>>();
            picked
                .into_iter()
                .filter_map(|id| {
                    let job = jobs.get_mut(&id)?;
                    Some(job.claim(claim.worker, now, now + claim.lease))
                })
                .collect()
        }))
    }

    async fn renew(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StorageError> {
        Ok(self.with_jobs(|jobs| {
            let held = jobs.get_mut(&job).filter(|job| job.is_held_by(worker));
            held.map(|job| job.renew(worker, now + lease)).is_some()
        }))
    }

    async fn report<'a>(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
        report: Option<&'a JobReport>,
    ) -> Result<JobLease, StorageError> {
        Ok(self.with_jobs(|jobs| {
            let mut job = jobs.get_mut(&job);
            if let (Some(job), Some(report)) = (job.as_deref_mut(), report)
                && job.is_worked_on_by(worker)
            {
                let record = &mut job.record;
                let told = std::mem::take(&mut record.progress);
                record.progress = told.followed_by(report.progress.clone());
                record.rate = report.rate;
                record.progress_at = Some(now);
                record.revision += 1;
            }
            lease_of(job, worker)
        }))
    }

    async fn finish(
        &self,
        job: JobId,
        worker: Uuid,
        outcome: &JobOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_held_job(job, worker, |job| match outcome {
            JobOutcome::Completed { result } => {
                job.record.result.clone_from(result);
                job.end(JobStatus::Completed, now);
            }
            JobOutcome::Cancelled { result } => {
                job.record.result.clone_from(result);
                job.end(JobStatus::Cancelled, now);
            }
            JobOutcome::Withdrawn => job.end_early(JobStatus::Cancelled, now),
            JobOutcome::Waits { until } => {
                job.record.attempts -= 1;
                job.wait_unless_cancelled(*until, now);
            }
            JobOutcome::Retry { at, error } => {
                job.record.error = Some(error.clone());
                if job.is_exhausted() {
                    job.end_early(JobStatus::Failed, now);
                } else {
                    job.wait_unless_cancelled(*at, now);
                }
            }
            JobOutcome::Failed { error } => {
                job.record.error = Some(error.clone());
                job.end_early(JobStatus::Failed, now);
            }
        }))
    }

    async fn hand_back(
        &self,
        job: JobId,
        worker: Uuid,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_held_job(job, worker, |job| {
            job.record.attempts -= 1;
            job.wait(now);
        }))
    }

    async fn wound_up(
        &self,
        job: JobId,
        worker: Uuid,
        again: Option<Timestamp>,
        _now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_jobs(|jobs| {
            let left = jobs
                .get_mut(&job)
                .filter(|job| job.is_held_by(worker) && job.record.status.is_final());
            left.map(|job| job.wound_up(again)).is_some()
        }))
    }

    async fn lag(&self, now: Timestamp) -> Result<Duration, StorageError> {
        let oldest =
            self.with_jobs(|jobs| jobs.values().filter_map(|job| job.due_since(now)).min());
        Ok(oldest.map_or(Duration::ZERO, |oldest| now - oldest))
    }

    async fn others_wait(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.with_jobs(|jobs| {
            let runs = |organization| {
                jobs.values()
                    .any(|job| job.record.organization == organization && job.is_running(now))
            };
            jobs.values()
                .filter(|job| job.record.organization != organization)
                .any(|job| job.due_since(now).is_some() && !runs(job.record.organization))
        }))
    }

    async fn look_up(&self, job: JobId) -> Result<Option<JobRecord>, StorageError> {
        Ok(self.with_jobs(|jobs| jobs.get(&job).map(|job| job.record.clone())))
    }

    async fn look_through(
        &self,
        filter: &JobFilter,
        page: &PageRequest,
    ) -> Result<Page<JobRecord>, StorageError> {
        let unstable = self.has(Fault::UnstablePages);
        Ok(self.with_jobs(|jobs| latest_first(jobs, page, unstable, |job| filter.admits(job))))
    }
}

fn lease_of(job: Option<&mut StoredJob>, worker: Uuid) -> JobLease {
    match job.filter(|job| job.is_worked_on_by(worker)) {
        None => JobLease::Lost,
        Some(job) if job.record.cancel_requested => JobLease::Cancelling,
        Some(_) => JobLease::Held,
    }
}

/// The page of those jobs, the latest id first; if `unstable`, later pages are in another order.
fn latest_first(
    jobs: &BTreeMap<JobId, StoredJob>,
    page: &PageRequest,
    unstable: bool,
    admits: impl Fn(&JobRecord) -> bool,
) -> Page<JobRecord> {
    let mut items = jobs
        .values()
        .rev()
        .map(|job| &job.record)
        .filter(|job| match &page.after {
            Some(Cursor::Id(after)) => job.id.as_uuid() < *after,
            _ => true,
        })
        .filter(|job| admits(job))
        .cloned()
        .collect::<Vec<_>>();
    if unstable && page.after.is_some() {
        items.reverse();
    }
    Page::from_overfull(items, page.limit, |job| Cursor::Id(job.id.as_uuid()))
}
