//! What comes of an operation, as the journey wants it.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use canvass_client::types::Problem;
use canvass_client::{Error, ResponseValue};

/// What comes of a step.
pub(crate) type Done<T> = Result<T, Box<dyn StdError>>;

/// What comes of any operation: all refuse with the same document.
pub(crate) type Outcome<T> = Result<ResponseValue<T>, Error<Problem>>;

/// A refusal, told as the problem document.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Problem);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem {
            status,
            code,
            title,
            ..
        } = &self.0;
        write!(f, "{status} {code}: {title}")
    }
}

impl StdError for Refusal {}

/// The body of a success.
pub(crate) fn good<T>(outcome: Outcome<T>) -> Done<T> {
    match outcome {
        Ok(answer) => Ok(answer.into_inner()),
        Err(Error::ErrorResponse(problem)) => Err(Refusal(problem.into_inner()).into()),
        Err(other) => Err(other.into()),
    }
}

/// The problem of a refusal.
pub(crate) fn refused<T>(outcome: Outcome<T>) -> Done<Problem> {
    match outcome {
        Ok(_) => Err("it was not refused".into()),
        Err(Error::ErrorResponse(problem)) => Ok(problem.into_inner()),
        Err(other) => Err(other.into()),
    }
}

/// The codes of the faults of single fields.
pub(crate) fn codes(problem: &Problem) -> Vec<&str> {
    let mut codes: Vec<_> = problem
        .errors
        .iter()
        .map(|fault| fault.code.as_str())
        .collect();
    codes.sort_unstable();
    codes
}

/// What `look` answers once it is `done`.
pub(crate) async fn wait<T>(
    look: impl AsyncFn() -> Outcome<T>,
    done: impl Fn(&T) -> bool,
) -> Done<T> {
    for _ in 0..600 {
        let seen = good(look().await)?;
        if done(&seen) {
            return Ok(seen);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("it takes too long".into())
}
