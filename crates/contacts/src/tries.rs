//! Trying again what others got in the way of.

use kernel::{Classify as _, JobFailure, JobKind, StorageError, Timestamp};
use time::Duration;

use crate::ContactError;

/// How often a piece of work is tried again because others changed the same rows.
const MOST: usize = 20;

/// The code of a failure that another try may not meet.
const CONTENDED: &str = "contended";

/// The tries of one piece of work, such as a batch of a job.
#[derive(Debug)]
pub(crate) struct Tries {
    kind: JobKind,
    failed: usize,
    /// When the present one began.
    begun: Timestamp,
}

impl Tries {
    /// The tries of work that a job of this kind does, of which the first one begins at this instant.
    pub(crate) const fn begin(kind: JobKind, at: Timestamp) -> Self {
        Self {
            kind,
            failed: 0,
            begun: at,
        }
    }

    /// How long the present one took until this instant.
    pub(crate) fn took(&self, until: Timestamp) -> Duration {
        until - self.begun
    }

    /// Whether what failed so at this instant is tried once more, at once. The unit that it failed in has to be dropped.
    pub(crate) fn are_left_after(&mut self, failure: &JobFailure, at: Timestamp) -> bool {
        let is_contended = matches!(failure, JobFailure::Passing(code) if code == CONTENDED);
        let is_left = is_contended && self.failed < MOST;
        if is_left {
            self.failed += 1;
            self.log(failure, at);
            self.begun = at;
        }
        is_left
    }

    /// Logs a try that failed, so that it is known why a job stood still.
    fn log(&self, failure: &JobFailure, at: Timestamp) {
        tracing::warn!(
            job.kind = self.kind.as_str(),
            batch.attempt = self.failed,
            duration_ms = self.took(at).whole_milliseconds(),
            code = failure.code(),
            "others got in the way of a job's work, which is tried again"
        );
    }
}

impl From<ContactError> for JobFailure {
    /// What a job works for and that is gone would have to be restored first; all else may work another time.
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Storage(error) => error.into(),
            ContactError::NotFound(_) => Self::lasting(error.code()),
            other => Self::Passing(other.code().to_owned()),
        }
    }
}

impl ContactError {
    /// The same to work whose next try reads anew what somebody changed meanwhile.
    pub(crate) fn into_retriable(self) -> Self {
        match self {
            Self::Stale => StorageError::Contended(None).into(),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::{Warning, warnings_of};
    use time::macros::datetime;

    use super::*;

    const KIND: JobKind = JobKind::new("paint");

    const AT: Timestamp = datetime!(2026-03-01 12:00 UTC);

    #[test]
    fn what_others_got_in_the_way_of_is_tried_twenty_times_more_and_nothing_else_is() {
        let contended = JobFailure::from(StorageError::Contended(None));
        let mut tries = Tries::begin(KIND, AT);
        let again = (0..30).take_while(|_| tries.are_left_after(&contended, AT));
        assert_eq!(again.count(), MOST);

        for failure in [
            JobFailure::from("unavailable"),
            JobFailure::lasting(CONTENDED),
            JobFailure::LeaseLost,
        ] {
            let mut tries = Tries::begin(KIND, AT);
            assert!(!tries.are_left_after(&failure, AT), "{failure:?}");
        }
    }

    #[tokio::test]
    async fn each_try_that_is_repeated_is_logged_with_how_long_it_took() {
        let contended = JobFailure::from(StorageError::Contended(None));

        let trying = async {
            let mut tries = Tries::begin(KIND, AT);
            for at in [Duration::seconds(5), Duration::seconds(7)] {
                assert!(tries.are_left_after(&contended, AT + at));
            }
            assert!(!tries.are_left_after(&JobFailure::from("unavailable"), AT));
        };
        let ((), told) = warnings_of("contacts::tries", trying).await;

        let expected = [("1", "5000"), ("2", "2000")].map(|(attempt, duration)| {
            Warning::from([
                ("batch.attempt", attempt.to_owned()),
                ("code", "contended".to_owned()),
                ("duration_ms", duration.to_owned()),
                ("job.kind", "paint".to_owned()),
            ])
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn only_what_is_gone_is_not_worth_another_try() {
        let passing = |code: &str| JobFailure::from(code);
        for (error, failure) in [
            (
                ContactError::NotFound("contact list"),
                JobFailure::lasting("not-found"),
            ),
            (ContactError::Stale, passing("stale")),
            (ContactError::Stale.into_retriable(), passing("contended")),
            (StorageError::Contended(None).into(), passing("contended")),
        ] {
            assert_eq!(JobFailure::from(error), failure);
        }
    }
}
