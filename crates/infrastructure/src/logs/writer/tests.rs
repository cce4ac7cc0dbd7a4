//! The writers, over a store that a test holds up, breaks and lets go on.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{IdGenerator, RequestId, Timestamp};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::*;
use crate::logs::{DatabaseLogs, ErrorLevel, LogSettings};

/// Tells each batch that it is given, and then waits until the test lets it go on.
struct HeldStore {
    seen: mpsc::UnboundedSender<Vec<Uuid>>,
    go: Semaphore,
    answers: Mutex<Vec<StorageError>>,
}

impl HeldStore {
    fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Vec<Uuid>>) {
        let (seen, batches) = mpsc::unbounded_channel();
        let store = Self {
            seen,
            go: Semaphore::new(0),
            answers: Mutex::new(Vec::new()),
        };
        (Arc::new(store), batches)
    }

    /// Lets this many writes go on.
    fn let_go(&self, writes: usize) {
        self.go.add_permits(writes);
    }

    /// Lets the next writes fail.
    fn fail(&self, answers: Vec<StorageError>) {
        *self.answers.lock().unwrap() = answers;
    }

    async fn write(&self, ids: Vec<Uuid>) -> Result<(), StorageError> {
        self.seen.send(ids).unwrap();
        self.go.acquire().await.unwrap().forget();
        self.answers.lock().unwrap().pop().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl LogStore for HeldStore {
    async fn write_access(&self, lines: &[Queued<AccessLine>]) -> Result<(), StorageError> {
        self.write(lines.iter().map(|line| line.id).collect()).await
    }

    async fn write_errors(&self, lines: &[Queued<ErrorLine>]) -> Result<(), StorageError> {
        self.write(lines.iter().map(|line| line.id).collect()).await
    }
}

/// Counts upwards.
#[derive(Default)]
struct Counting(AtomicU64);

impl IdGenerator for Counting {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

const IMPATIENT: LogSettings = LogSettings {
    access_queue: 8,
    error_queue: 2,
    batch: 4,
    gather: Duration::from_millis(1),
    retry: Duration::from_millis(1),
};

/// Long enough for anything that is to happen at all.
const PATIENCE: Duration = Duration::from_mins(1);

fn logs(store: &Arc<HeldStore>, settings: LogSettings) -> DatabaseLogs {
    DatabaseLogs::start(
        Arc::clone(store) as _,
        Arc::new(Counting::default()),
        settings,
    )
}

fn access_line() -> AccessLine {
    AccessLine {
        at: Timestamp::UNIX_EPOCH,
        user: None,
        organization: None,
        method: "GET".to_owned(),
        route: "/v1/teams".to_owned(),
        status: 200,
        latency: Duration::from_millis(3),
        ip: None,
        request: RequestId::from_uuid(Uuid::nil()),
    }
}

fn error_line() -> ErrorLine {
    ErrorLine {
        at: Timestamp::UNIX_EPOCH,
        service: "api",
        level: ErrorLevel::Error,
        message: "storage failed unexpectedly".to_owned(),
        sources: Vec::new(),
        context: serde_json::json!({}),
    }
}

fn ids(numbers: impl IntoIterator<Item = u128>) -> Vec<Uuid> {
    numbers.into_iter().map(Uuid::from_u128).collect()
}

#[tokio::test]
async fn lines_are_written_in_batches_in_their_order() {
    let (store, mut batches) = HeldStore::new();
    let settings = LogSettings {
        gather: PATIENCE,
        ..IMPATIENT
    };
    let logs = logs(&store, settings);
    store.let_go(2);

    for _ in 0..8 {
        logs.access(access_line());
    }

    assert_eq!(batches.recv().await.unwrap(), ids(0..4));
    assert_eq!(batches.recv().await.unwrap(), ids(4..8));
    assert_eq!(logs.dropped(), (0, 0));
}

#[tokio::test]
async fn a_lonely_line_is_written_without_waiting_for_a_full_batch() {
    let (store, mut batches) = HeldStore::new();
    let logs = logs(&store, IMPATIENT);

    logs.access(access_line());

    assert_eq!(batches.recv().await.unwrap(), ids([0]));
}

#[tokio::test]
async fn while_the_database_hangs_the_newest_lines_are_dropped_and_counted() {
    let (store, mut batches) = HeldStore::new();
    let logs = logs(&store, IMPATIENT);
    logs.access(access_line());
    assert_eq!(batches.recv().await.unwrap(), ids([0]));

    for _ in 0..11 {
        logs.access(access_line());
    }

    assert_eq!(logs.dropped(), (3, 0));
    store.let_go(3);
    assert_eq!(batches.recv().await.unwrap(), ids(1..5));
    assert_eq!(batches.recv().await.unwrap(), ids(5..9));
    logs.close(PATIENCE).await;
    assert_eq!(logs.dropped(), (3, 0));
}

#[tokio::test]
async fn many_access_lines_drop_no_error_line() {
    let (store, mut batches) = HeldStore::new();
    let logs = logs(&store, IMPATIENT);
    logs.access(access_line());
    batches.recv().await.unwrap();
    for _ in 0..100 {
        logs.access(access_line());
    }

    logs.error(error_line());

    assert_eq!(batches.recv().await.unwrap(), ids([101]));
    assert_eq!(logs.dropped().1, 0);
}

#[tokio::test]
async fn a_batch_is_tried_again_until_the_database_is_back() {
    let (store, mut batches) = HeldStore::new();
    store.fail(vec![
        StorageError::Contended(None),
        StorageError::Unavailable(None),
    ]);
    let logs = logs(&store, IMPATIENT);
    store.let_go(3);

    logs.error(error_line());
    logs.close(PATIENCE).await;

    for _ in 0..3 {
        assert_eq!(batches.recv().await.unwrap(), ids([0]));
    }
    assert_eq!(logs.dropped(), (0, 0));
}

#[tokio::test]
async fn a_batch_that_is_refused_is_dropped_and_the_next_one_written() {
    let (store, mut batches) = HeldStore::new();
    store.fail(vec![StorageError::Unexpected("no partition".into())]);
    let logs = logs(&store, IMPATIENT);
    store.let_go(2);

    logs.error(error_line());
    assert_eq!(batches.recv().await.unwrap(), ids([0]));
    logs.error(error_line());

    assert_eq!(batches.recv().await.unwrap(), ids([1]));
    logs.close(PATIENCE).await;
    assert_eq!(logs.dropped(), (0, 1));
}

#[tokio::test]
async fn what_is_queued_is_written_before_the_end() {
    let (store, mut batches) = HeldStore::new();
    let settings = LogSettings {
        gather: PATIENCE,
        ..IMPATIENT
    };
    let logs = logs(&store, settings);
    store.let_go(2);
    logs.access(access_line());
    logs.error(error_line());

    logs.close(PATIENCE).await;

    let mut written = [batches.recv().await.unwrap(), batches.recv().await.unwrap()];
    written.sort();
    assert_eq!(written, [ids([0]), ids([1])]);
    assert_eq!(logs.dropped(), (0, 0));
}

#[tokio::test]
async fn what_cannot_be_written_in_time_is_counted_as_dropped() {
    let (store, mut batches) = HeldStore::new();
    let logs = logs(&store, IMPATIENT);
    logs.access(access_line());
    batches.recv().await.unwrap();
    logs.access(access_line());

    logs.close(Duration::from_millis(1)).await;
    logs.access(access_line());

    assert_eq!(logs.dropped(), (3, 0));
}
