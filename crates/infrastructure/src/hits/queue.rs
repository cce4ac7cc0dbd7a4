//! The queue.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use campaigns::{Hit, HitSink};
use kernel::StorageError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::tally::Tally;
use super::writer::{self, HitWriter, Waiting};

/// How hits are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HitQueueSettings {
    /// How many hits can wait to be recorded.
    pub room: usize,
    /// How many are recorded at once, at most.
    pub group: usize,
    /// How long a hit waits for others to be recorded with, at most.
    pub gather: Duration,
    /// How long to wait before a group that failed is tried again, at first; it doubles up to twentyfold.
    pub retry: Duration,
}

impl Default for HitQueueSettings {
    /// Room for a minute of a thousand hits a second, at about half a kilobyte each.
    fn default() -> Self {
        Self {
            room: 65_536,
            group: 1_000,
            gather: Duration::from_millis(50),
            retry: Duration::from_millis(100),
        }
    }
}

/// Takes hits without waiting, and has them recorded in groups; clones feed the same queue.
#[derive(Clone)]
pub struct HitQueue(Arc<Inner>);

struct Inner {
    sender: mpsc::Sender<Waiting>,
    tally: Arc<Tally>,
    /// Whether it was said that there is no room, since there last was some.
    is_full: AtomicBool,
    stopping: CancellationToken,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl HitQueue {
    /// Starts the writer, on the present runtime.
    #[must_use]
    pub fn start(writer: Arc<dyn HitWriter>, settings: HitQueueSettings) -> Self {
        let (sender, hits) = mpsc::channel(settings.room);
        let (tally, stopping) = (Arc::new(Tally::default()), CancellationToken::new());
        let running = writer::Running {
            hits,
            writer,
            settings,
            stopping: stopping.clone(),
            tally: Arc::clone(&tally),
        };
        Self(Arc::new(Inner {
            sender,
            tally,
            is_full: AtomicBool::new(false),
            stopping,
            writer: Mutex::new(Some(tokio::spawn(running.run()))),
        }))
    }

    /// How many hits wait to be recorded.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.0.tally.waiting()
    }

    /// How many hits were dropped or refused so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.tally.lost()
    }

    /// Has recorded what waits, and takes no more. What is not recorded within `patience` is dropped.
    pub async fn close(&self, patience: Duration) {
        self.0.stopping.cancel();
        let writer = {
            let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.take()
        };
        if let Some(mut writer) = writer
            && tokio::time::timeout(patience, &mut writer).await.is_err()
        {
            writer.abort();
            // Its end is waited for, so that no hit goes into a queue that nobody empties.
            drop(writer.await);
        }
        let left = self.waiting();
        if left > 0 {
            self.0.tally.dropped(left);
        }
        if self.lost() > 0 {
            tracing::warn!(tracking.lost = self.lost(), "hits of visitors were lost");
        }
    }
}

#[async_trait]
impl HitSink for HitQueue {
    async fn accept(&self, hit: Hit) -> Result<(), StorageError> {
        let waiting = Waiting {
            hit,
            since: Instant::now(),
        };
        self.0.tally.taken();
        if self.0.sender.try_send(waiting).is_ok() {
            self.0.is_full.store(false, Ordering::Relaxed);
            return Ok(());
        }
        self.0.tally.dropped(1);
        if !self.0.is_full.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "there is no room for hits of visitors, which are dropped until there is"
            );
        }
        Ok(())
    }
}
