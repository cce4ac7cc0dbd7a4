//! What empties a queue into the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::StorageError;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::line::{AccessLine, ErrorLine, Queued};
use super::queue::LogSettings;
use super::store::LogStore;

/// How much longer than at first a failed batch waits, at most.
const LONGEST_RETRY: u32 = 20;

/// A kind of line that can be written.
pub(super) trait Line: Sized + Send + Sync {
    fn write(
        store: &dyn LogStore,
        lines: &[Queued<Self>],
    ) -> impl Future<Output = Result<(), StorageError>> + Send;
}

impl Line for AccessLine {
    async fn write(store: &dyn LogStore, lines: &[Queued<Self>]) -> Result<(), StorageError> {
        store.write_access(lines).await
    }
}

impl Line for ErrorLine {
    async fn write(store: &dyn LogStore, lines: &[Queued<Self>]) -> Result<(), StorageError> {
        store.write_errors(lines).await
    }
}

/// Writes lines until `stopping`, and then what is left in the queue.
pub(super) async fn run<L: Line>(
    mut lines: Receiver<Queued<L>>,
    store: Arc<dyn LogStore>,
    settings: LogSettings,
    stopping: CancellationToken,
    tally: Arc<Tally>,
) {
    let mut batch = Vec::with_capacity(settings.batch);
    loop {
        gather(&mut lines, &mut batch, settings, &stopping).await;
        if batch.is_empty() {
            return;
        }
        write(&*store, &batch, settings, &tally).await;
        batch.clear();
    }
}

/// Fills the batch; leaves it empty once the queue is closed and empty.
async fn gather<L>(
    lines: &mut Receiver<Queued<L>>,
    batch: &mut Vec<Queued<L>>,
    settings: LogSettings,
    stopping: &CancellationToken,
) {
    tokio::select! {
        _ = lines.recv_many(batch, settings.batch) => {}
        () = stopping.cancelled() => lines.close(),
    }
    let full = Instant::now() + settings.gather;
    while batch.len() < settings.batch {
        let room = settings.batch - batch.len();
        tokio::select! {
            more = lines.recv_many(batch, room) => if more == 0 { return },
            () = stopping.cancelled(), if !lines.is_closed() => lines.close(),
            () = tokio::time::sleep_until(full), if !batch.is_empty() => return,
        }
    }
}

/// Writes the batch, again and again while the database is out of reach.
async fn write<L: Line>(
    store: &dyn LogStore,
    batch: &[Queued<L>],
    settings: LogSettings,
    tally: &Tally,
) {
    let mut wait = settings.retry;
    loop {
        match L::write(store, batch).await {
            Ok(()) => return tally.written(batch.len()),
            Err(StorageError::Unavailable(_) | StorageError::Contended(_)) => {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(settings.retry * LONGEST_RETRY);
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(
                    error.message = %error,
                    error.sources = source,
                    log.lines = batch.len(),
                    "lines of a log in the database were refused"
                );
                return tally.refused(batch.len());
            }
        }
    }
}

/// What became of the lines of one log.
pub(super) struct Tally {
    log: &'static str,
    /// Lines of which nobody knows yet what becomes of them.
    open: AtomicU64,
    lost: AtomicU64,
}

impl Tally {
    pub(super) const fn of(log: &'static str) -> Self {
        Self {
            log,
            open: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        }
    }

    pub(super) fn taken(&self, lines: u64) {
        self.open.fetch_add(lines, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self, lines: u64) {
        self.lost.fetch_add(lines, Ordering::Relaxed);
        self.settle(lines, "dropped");
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Counts what nobody writes any more.
    pub(super) fn close(&self) {
        let open = self.open.load(Ordering::Relaxed);
        if open > 0 {
            self.dropped(open);
        }
    }

    fn written(&self, lines: usize) {
        self.settle(lines as u64, "written");
    }

    fn refused(&self, lines: usize) {
        self.lost.fetch_add(lines as u64, Ordering::Relaxed);
        self.settle(lines as u64, "refused");
    }

    fn settle(&self, lines: u64, outcome: &'static str) {
        self.open.fetch_sub(lines, Ordering::Relaxed);
        metrics::counter!("canvass_log_lines_total", "log" => self.log, "outcome" => outcome)
            .increment(lines);
    }
}

#[cfg(test)]
mod tests;
