//! When it is done.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, StorageError};
use serde_json::json;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Upkeep;
use crate::logs::{DatabaseLogs, ErrorLevel, ErrorLine};

/// Keeps the database usable while the program runs.
#[derive(Clone)]
pub struct Maintenance {
    upkeep: Arc<dyn Upkeep>,
    clock: Arc<dyn Clock>,
    logs: DatabaseLogs,
}

impl Maintenance {
    /// How often it is done.
    pub const EVERY: Duration = Duration::from_hours(1);

    /// Maintenance of the database behind `upkeep`; failures go to the error log.
    #[must_use]
    pub fn new(upkeep: Arc<dyn Upkeep>, clock: Arc<dyn Clock>, logs: DatabaseLogs) -> Self {
        Self {
            upkeep,
            clock,
            logs,
        }
    }

    /// Does everything now, and then every `period`, until `stopping`. What fails is tried again the
    /// next time.
    pub async fn run(&self, period: Duration, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = ticks.tick() => self.run_once().await,
            }
        }
    }

    /// Does everything once. A failure of one part does not keep the others from being done.
    pub async fn run_once(&self) {
        let at = self.clock.now();
        match self.upkeep.make_partitions(at).await {
            Ok(made) if made.is_empty() => {}
            Ok(made) => {
                tracing::info!(
                    partitions = made.len(),
                    "made partitions ahead: {}",
                    made.join(", ")
                );
            }
            Err(error) => self.failed("make_partitions", &error),
        }
        match self.upkeep.purge_expired(at).await {
            Ok(purged) => tracing::debug!(
                sessions = purged.sessions,
                idempotency_keys = purged.idempotency_keys,
                rate_limits = purged.rate_limits,
                domain_facts = purged.domain_facts,
                invitations = purged.invitations,
                "removed what ran out"
            ),
            Err(error) => self.failed("purge_expired", &error),
        }
        match self.upkeep.purge_uploads(at).await {
            Ok(uploads) => tracing::debug!(uploads, "removed uploads that broke off"),
            Err(error) => self.failed("purge_uploads", &error),
        }
        match self.upkeep.end_bulk_operations().await {
            Ok(ended) => tracing::debug!(ended, "ended bulk operations that could not end"),
            Err(error) => self.failed("end_bulk_operations", &error),
        }
        match self.upkeep.purge_import_files(at).await {
            Ok(files) => tracing::debug!(files, "removed files that waited to be imported"),
            Err(error) => self.failed("purge_import_files", &error),
        }
        match self.upkeep.purge_contact_words(at).await {
            Ok(purged) => tracing::debug!(purged, "looked for words that no contact has"),
            Err(error) => self.failed("purge_contact_words", &error),
        }
    }

    fn failed(&self, task: &'static str, error: &StorageError) {
        let sources =
            std::iter::successors(std::error::Error::source(error), |error| error.source())
                .map(ToString::to_string)
                .collect::<Vec<_>>();
        tracing::error!(
            task,
            error.message = %error,
            error.sources = sources.join(": "),
            "maintenance failed"
        );
        self.logs.error(ErrorLine {
            at: self.clock.now(),
            service: "maintenance",
            level: ErrorLevel::Error,
            message: error.to_string(),
            sources,
            context: json!({ "task": task }),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use kernel::{IdGenerator, Timestamp};
    use tokio::sync::mpsc;

    use super::*;
    use crate::logs::{AccessLine, LogSettings, LogStore, Queued};
    use crate::maintenance::Purged;
    use crate::{SystemClock, SystemIds};

    const TASKS: [&str; 6] = ["make", "purge", "uploads", "bulk", "files", "words"];

    /// Tells what it is asked to do, and fails as often as it is told to.
    struct Witness {
        done: mpsc::UnboundedSender<&'static str>,
        failures: Mutex<Vec<StorageError>>,
    }

    impl Witness {
        fn answer<T: Default>(&self, task: &'static str) -> Result<T, StorageError> {
            self.done.send(task).unwrap();
            self.failures
                .lock()
                .unwrap()
                .pop()
                .map_or_else(|| Ok(T::default()), Err)
        }
    }

    #[async_trait]
    impl Upkeep for Witness {
        async fn make_partitions(&self, _: Timestamp) -> Result<Vec<String>, StorageError> {
            self.answer("make")
        }

        async fn purge_expired(&self, _: Timestamp) -> Result<Purged, StorageError> {
            self.answer("purge")
        }

        async fn purge_uploads(&self, _: Timestamp) -> Result<i64, StorageError> {
            self.answer("uploads")
        }

        async fn end_bulk_operations(&self) -> Result<i64, StorageError> {
            self.answer("bulk")
        }

        async fn purge_import_files(&self, _: Timestamp) -> Result<i64, StorageError> {
            self.answer("files")
        }

        async fn purge_contact_words(&self, _: Timestamp) -> Result<bool, StorageError> {
            self.answer("words")
        }
    }

    /// Keeps the messages of error lines.
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    #[async_trait]
    impl LogStore for Kept {
        async fn write_access(&self, _: &[Queued<AccessLine>]) -> Result<(), StorageError> {
            Ok(())
        }

        async fn write_errors(&self, lines: &[Queued<ErrorLine>]) -> Result<(), StorageError> {
            let told = lines.iter().map(|queued| {
                let line = &queued.line;
                format!(
                    "{} {}: {}",
                    line.context["task"],
                    line.message,
                    line.sources.join(": ")
                )
            });
            self.0.lock().unwrap().extend(told);
            Ok(())
        }
    }

    type Done = mpsc::UnboundedReceiver<&'static str>;

    fn maintenance(failures: Vec<StorageError>) -> (Maintenance, Done, Arc<Kept>) {
        let (done, seen) = mpsc::unbounded_channel();
        let witness = Witness {
            done,
            failures: Mutex::new(failures),
        };
        let kept = Arc::new(Kept::default());
        let ids: Arc<dyn IdGenerator> = Arc::new(SystemIds::default());
        let logs = DatabaseLogs::start(Arc::clone(&kept) as _, ids, LogSettings::default());
        let maintenance = Maintenance::new(Arc::new(witness), Arc::new(SystemClock), logs);
        (maintenance, seen, kept)
    }

    #[tokio::test]
    async fn it_is_done_at_the_start_and_again_until_it_is_stopped() {
        let (maintenance, mut seen, _) = maintenance(Vec::new());
        let stopping = CancellationToken::new();
        let running = tokio::spawn({
            let (maintenance, stopping) = (maintenance.clone(), stopping.clone());
            async move { maintenance.run(Duration::from_millis(1), stopping).await }
        });

        for task in TASKS.repeat(3) {
            assert_eq!(seen.recv().await, Some(task));
        }
        stopping.cancel();

        running.await.unwrap();
    }

    #[tokio::test]
    async fn a_failure_is_logged_and_keeps_nothing_else_from_being_done() {
        let failures = vec![
            StorageError::Contended(None),
            StorageError::Unexpected("no room".into()),
        ];
        let (maintenance, mut seen, kept) = maintenance(failures);

        for _ in 0..2 {
            maintenance.run_once().await;
        }
        maintenance.logs.close(Duration::from_mins(1)).await;

        for task in TASKS.repeat(2) {
            assert_eq!(seen.recv().await, Some(task));
        }
        assert_eq!(
            *kept.0.lock().unwrap(),
            [
                "\"make_partitions\" storage failed unexpectedly: no room",
                "\"purge_expired\" storage is contended: ",
            ]
        );
    }
}
