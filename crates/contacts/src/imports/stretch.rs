//! How far a batch is while it is written.

use kernel::{JobControl, JobProgress};

use super::ContactImport;

/// The part of a file that the rows of a batch come from. It is told piece by piece while they are written, so that a batch
/// that takes long is not silent.
pub(super) struct Stretch<'a> {
    pub(super) work: &'a dyn JobControl,
    /// The import before the batch.
    pub(super) import: &'a ContactImport,
    /// Behind how many bytes of the file it begins.
    pub(super) from: u64,
    /// Behind how many bytes of the file it ends.
    pub(super) until: u64,
}

impl Stretch<'_> {
    /// Tells that so many percent of the batch are written.
    pub(super) fn reached(&self, percent: u64) {
        let length = self.until.saturating_sub(self.from);
        let done = self.from + length * percent / 100;
        self.work.under_way(progress(self.import, done));
    }
}

/// How far an import is: bytes of the file, and the counts of its rows.
pub(super) fn progress(import: &ContactImport, bytes: u64) -> JobProgress {
    let size = import.state().size;
    let progress = JobProgress::new(bytes.min(size)).of(size);
    let counts = import.state().counts.named();
    counts
        .into_iter()
        .fold(progress, |progress, (name, count)| {
            progress.count(name, count)
        })
}
