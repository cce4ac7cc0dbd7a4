//! Trying again what others got in the way of.

use kernel::{Classify as _, JobFailure, StorageError};

use crate::ContactError;

/// How often a piece of work is tried again because others changed the same rows.
const MOST: usize = 20;

/// The code of a failure that another try may not meet.
const CONTENDED: &str = "contended";

/// The tries of one piece of work, such as a batch of a job.
#[derive(Debug, Default)]
pub(crate) struct Tries(usize);

impl Tries {
    /// Whether what failed so is tried once more, at once. The unit that it failed in has to be dropped.
    pub(crate) fn are_left_after(&mut self, failure: &JobFailure) -> bool {
        let is_contended = matches!(failure, JobFailure::Passing(code) if code == CONTENDED);
        let is_left = is_contended && self.0 < MOST;
        self.0 += usize::from(is_left);
        is_left
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
    use super::*;

    #[test]
    fn what_others_got_in_the_way_of_is_tried_twenty_times_more_and_nothing_else_is() {
        let contended = JobFailure::from(StorageError::Contended(None));
        let mut tries = Tries::default();
        let again = (0..30).take_while(|_| tries.are_left_after(&contended));
        assert_eq!(again.count(), MOST);

        for failure in [
            JobFailure::from("unavailable"),
            JobFailure::lasting(CONTENDED),
            JobFailure::LeaseLost,
        ] {
            assert!(!Tries::default().are_left_after(&failure), "{failure:?}");
        }
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
