//! What commands say.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};

use crate::cli::Failure;

/// Prints a line. A reader that has seen enough, as `head` has, is no failure.
pub(crate) fn say(line: impl Display) -> Result<(), Failure> {
    told(writeln!(io::stdout().lock(), "{line}"))
}

/// Prints a text that has its line breaks.
pub(crate) fn say_all(text: impl Display) -> Result<(), Failure> {
    told(write!(io::stdout().lock(), "{text}"))
}

fn told(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(Failure::new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is() {
        let failed = |kind: ErrorKind| told(Err(kind.into())).is_err();
        assert!(!failed(ErrorKind::BrokenPipe));
        assert!(failed(ErrorKind::StorageFull));
        assert!(told(Ok(())).is_ok());
    }
}
