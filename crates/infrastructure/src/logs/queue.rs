//! The queues.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::IdGenerator;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::line::{AccessLine, ErrorLine, Queued};
use super::store::LogStore;
use super::writer::{self, Tally};

/// How the logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// How many access lines can wait to be written.
    pub access_queue: usize,
    /// How many error lines can wait to be written.
    pub error_queue: usize,
    /// How many lines are written at once, at most.
    pub batch: usize,
    /// How long a line waits for others to be written with, at most.
    pub gather: Duration,
    /// How long to wait before a failed batch is tried again, at first; it doubles up to twentyfold.
    pub retry: Duration,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            access_queue: 20_000,
            error_queue: 2_000,
            batch: 500,
            gather: Duration::from_millis(500),
            retry: Duration::from_millis(500),
        }
    }
}

/// The access log and the error log; clones write to the same ones.
#[derive(Clone)]
pub struct DatabaseLogs(Arc<Inner>);

struct Inner {
    access: Queue<AccessLine>,
    errors: Queue<ErrorLine>,
    ids: Arc<dyn IdGenerator>,
    stopping: CancellationToken,
    writers: Mutex<Vec<JoinHandle<()>>>,
}

struct Queue<L> {
    sender: mpsc::Sender<Queued<L>>,
    tally: Arc<Tally>,
}

impl DatabaseLogs {
    /// Starts the writers, on the present runtime.
    #[must_use]
    pub fn start(
        store: Arc<dyn LogStore>,
        ids: Arc<dyn IdGenerator>,
        settings: LogSettings,
    ) -> Self {
        let stopping = CancellationToken::new();
        let (access, access_lines) = Queue::with_room("access", settings.access_queue);
        let (errors, error_lines) = Queue::with_room("error", settings.error_queue);
        let writers = vec![
            tokio::spawn(writer::run(
                access_lines,
                Arc::clone(&store),
                settings,
                stopping.clone(),
                Arc::clone(&access.tally),
            )),
            tokio::spawn(writer::run(
                error_lines,
                store,
                settings,
                stopping.clone(),
                Arc::clone(&errors.tally),
            )),
        ];
        Self(Arc::new(Inner {
            access,
            errors,
            ids,
            stopping,
            writers: Mutex::new(writers),
        }))
    }

    /// Takes in a line of the access log; never waits.
    pub fn access(&self, line: AccessLine) {
        self.0.access.take(self.0.ids.next(), line);
    }

    /// Takes in a line of the error log; never waits.
    pub fn error(&self, line: ErrorLine) {
        self.0.errors.take(self.0.ids.next(), line);
    }

    /// How many lines of the access log and of the error log were dropped so far.
    #[must_use]
    pub fn dropped(&self) -> (u64, u64) {
        (self.0.access.tally.lost(), self.0.errors.tally.lost())
    }

    /// Writes what is queued and takes no more. What is not written within `patience` is dropped.
    pub async fn close(&self, patience: Duration) {
        self.0.stopping.cancel();
        let writers = std::mem::take(
            &mut *self
                .0
                .writers
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let stop = tokio::time::Instant::now() + patience;
        for mut writer in writers {
            if tokio::time::timeout_at(stop, &mut writer).await.is_err() {
                writer.abort();
                // Its end is waited for, so that no line goes into a queue that nobody empties.
                drop(writer.await);
            }
        }
        self.0.access.tally.close();
        self.0.errors.tally.close();
        let (access, errors) = self.dropped();
        if access + errors > 0 {
            tracing::warn!(
                log.access.dropped = access,
                log.errors.dropped = errors,
                "lines of the logs in the database were dropped"
            );
        }
    }
}

impl<L> Queue<L> {
    fn with_room(log: &'static str, room: usize) -> (Self, mpsc::Receiver<Queued<L>>) {
        let (sender, receiver) = mpsc::channel(room);
        let tally = Arc::new(Tally::of(log));
        (Self { sender, tally }, receiver)
    }

    fn take(&self, id: uuid::Uuid, line: L) {
        self.tally.taken(1);
        match self.sender.try_send(Queued { id, line }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => self.tally.dropped(1),
        }
    }
}
