//! A job as people see it.

use std::str::FromStr;

use serde_json::Value;
use time::Duration;

use super::{JobCancellation, JobProgress};
use crate::{JobId, OrganizationId, StorageError, Timestamp};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// It waits for a worker, for its time, or for another try.
    Pending,
    /// A worker has it.
    Running,
    /// It did what it was asked for.
    Completed,
    /// It was given up after its last try.
    Failed,
    /// It was ended before its time because somebody asked for that.
    Cancelled,
}

impl JobStatus {
    /// Every status there is.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The status's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl FromStr for JobStatus {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown status of a job".to_owned()))
    }
}

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    /// The job's id.
    pub id: JobId,
    /// For which organization it works.
    pub organization: OrganizationId,
    /// The name of its kind.
    pub kind: String,
    /// Where it stands.
    pub status: JobStatus,
    /// Whether somebody asked for its cancellation.
    pub cancel_requested: bool,
    /// How often it was tried since it last kept a checkpoint.
    pub attempts: u16,
    /// How often that may happen before it counts as failed.
    pub max_attempts: u16,
    /// A code for what went wrong last.
    pub error: Option<String>,
    /// How far it is.
    pub progress: JobProgress,
    /// How much is done per second, lately.
    pub rate: Option<f64>,
    /// When the progress was told.
    pub progress_at: Option<Timestamp>,
    /// What it led to: ids and numbers.
    pub result: Option<Value>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was first tried.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Grows with every change that can be seen here.
    pub revision: u64,
}

impl JobRecord {
    /// The whole percent that is done: 100 when completed, `None` while it cannot be told.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        match self.status {
            JobStatus::Completed => Some(100),
            _ => self.progress.percent(),
        }
    }

    /// When the job will have ended if it goes on at its present rate; `None` where that cannot be told.
    #[must_use]
    pub fn estimated_end(&self) -> Option<Timestamp> {
        if self.status != JobStatus::Running {
            return None;
        }
        let rate = self.rate.filter(|rate| *rate > 0.0)?;
        let left = self.progress.total()?.saturating_sub(self.progress.done());
        #[expect(
            clippy::cast_precision_loss,
            reason = "an estimate is not exact to the last of 16 digits"
        )]
        let seconds = left as f64 / rate;
        let left = Duration::checked_seconds_f64(seconds)?;
        self.progress_at?.checked_add(left)
    }

    /// The same job after somebody asked for its cancellation at this instant.
    #[must_use]
    pub const fn after(mut self, cancellation: JobCancellation, at: Timestamp) -> Self {
        match cancellation {
            JobCancellation::Cancelled => {
                self.status = JobStatus::Cancelled;
                self.finished_at = Some(at);
            }
            JobCancellation::Requested => {}
            JobCancellation::AlreadyRequested | JobCancellation::TooLate => return self,
        }
        self.cancel_requested = true;
        self.revision += 1;
        self
    }

    /// How long that is from `now`; zero where it should have ended.
    #[must_use]
    pub fn estimated_rest(&self, now: Timestamp) -> Option<Duration> {
        Some((self.estimated_end()? - now).max(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::JobPace;

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    fn running(progress: JobProgress, rate: Option<f64>) -> JobRecord {
        JobRecord {
            id: JobId::from_uuid(Uuid::from_u128(1)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(2)),
            kind: "count".to_owned(),
            status: JobStatus::Running,
            cancel_requested: false,
            attempts: 1,
            max_attempts: 3,
            error: None,
            progress,
            rate,
            progress_at: Some(START),
            result: None,
            created_at: START,
            started_at: Some(START),
            finished_at: None,
            revision: 1,
        }
    }

    #[test]
    fn the_end_is_estimated_from_what_is_left_and_the_rate() {
        let job = running(JobProgress::new(200).of(1000), Some(10.0));

        assert_eq!(job.estimated_end(), Some(START + Duration::seconds(80)));
        let later = START + Duration::seconds(30);
        assert_eq!(job.estimated_rest(later), Some(Duration::seconds(50)));
        let late = START + Duration::minutes(5);
        assert_eq!(job.estimated_rest(late), Some(Duration::ZERO));
    }

    #[test]
    fn there_is_no_estimate_without_total_or_rate_or_for_what_does_not_run() {
        for job in [
            running(JobProgress::new(200), Some(10.0)),
            running(JobProgress::new(200).of(1000), None),
            running(JobProgress::new(200).of(1000), Some(0.0)),
            running(JobProgress::new(0).of(u64::MAX), Some(f64::MIN_POSITIVE)),
            JobRecord {
                status: JobStatus::Pending,
                ..running(JobProgress::new(200).of(1000), Some(10.0))
            },
        ] {
            assert_eq!(job.estimated_end(), None, "{job:?}");
        }
    }

    /// Work whose batches take between half and one and a half times as long as on average.
    #[test]
    fn after_a_fifth_of_steady_work_the_estimate_is_right_within_thirty_percent() {
        let batches = 400_u32;
        let length = |batch: u32| Duration::milliseconds(150 + i64::from(batch * 7919 % 301));
        let end = (0..batches).map(length).sum::<Duration>();
        let mut pace = JobPace::default();
        let mut passed = Duration::ZERO;
        pace.note(START, 0);
        for batch in 0..batches {
            passed += length(batch);
            let done = u64::from(batch + 1) * 500;
            pace.note(START + passed, done);
            let left = end - passed;
            if batch < batches / 5 || batch > batches - 20 {
                continue;
            }
            let progress = JobProgress::new(done).of(u64::from(batches) * 500);
            let mut job = running(progress, pace.per_second());
            job.progress_at = Some(START + passed);
            let told = job.estimated_rest(START + passed).unwrap();
            assert!(
                (left * 0.7..=left * 1.3).contains(&told),
                "after batch {batch}: {told} instead of {left}"
            );
        }
    }

    #[test]
    fn every_status_parses_from_its_name() {
        for status in JobStatus::ALL {
            assert_eq!(status.as_str().parse::<JobStatus>().unwrap(), status);
        }
    }
}
