//! What a large import of one organization does to small ones of another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::cli::Failure;
use crate::commands::bench::file::{FileEncoding, Sample};
use crate::commands::bench::following::{Seen, follow};
use crate::commands::bench::tenant::Tenant;

/// Rows of a small file.
pub(super) const ROWS: u64 = 1_000;

/// How often a small file is imported alone.
const ALONE: u64 = 5;

/// How often a client looks how far a small import is.
const PACE: Duration = Duration::from_millis(10);

/// How long small imports took.
#[derive(Clone, Debug)]
pub(super) struct Small {
    /// While nothing else went on.
    pub(super) alone: Vec<Duration>,
    /// While another organization imported a large file.
    pub(super) beside: Vec<Duration>,
}

/// Imports small files, first alone, then beside a large one that somebody else begins.
pub(super) fn disturb(
    small: &Tenant,
    large: impl FnOnce() -> Result<Seen, Failure>,
) -> Result<(Seen, Small), Failure> {
    let mut files = 0..;
    let mut import = || {
        let file = files.next().unwrap_or_default();
        let sample = Sample {
            rows: ROWS,
            first: file * ROWS,
            encoding: FileEncoding::Utf8,
        };
        let list = small.add_list(&format!("Small {file}"))?;
        Ok::<_, Failure>(follow(small, &list, sample, PACE)?.elapsed)
    };
    // The first one reads what later ones have at hand.
    import()?;
    let alone = (0..ALONE).map(|_| import()).collect::<Result<_, _>>()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                times.push(import()?);
            }
            // The last one may have ended after the large one.
            times.pop();
            Ok::<_, Failure>(times)
        });
        let seen = large();
        is_over.store(true, Ordering::Relaxed);
        match beside.join() {
            Ok(beside) => Ok((
                seen?,
                Small {
                    alone,
                    beside: beside?,
                },
            )),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
