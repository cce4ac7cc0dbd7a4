//! Telling of events over the API.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde_json::json;

use super::stage::{Happened, Stage};
use crate::cli::Failure;

/// Events per request, the most that is taken.
pub(super) const BATCH: usize = 1_000;

/// What telling took.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) events: u64,
    pub(super) elapsed: Duration,
    /// Milliseconds of each request, sorted.
    pub(super) requests: Vec<f64>,
    pub(super) senders: u8,
    /// By how many bytes the log of events grew.
    pub(super) grown: u64,
}

impl Told {
    /// Nothing yet, by so many senders at a time.
    pub(super) fn by(senders: u8) -> Self {
        Self {
            events: 0,
            elapsed: Duration::ZERO,
            requests: Vec::new(),
            senders,
            grown: 0,
        }
    }

    /// Events per second.
    pub(super) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody tells of 2^52 events")]
        let events = self.events as f64;
        events / self.elapsed.as_secs_f64()
    }

    /// Tells of these events, which are ready as JSON before, and adds what that took; fails where one is not recorded.
    pub(super) fn tell(
        &mut self,
        stage: &Stage,
        mut happened: impl Iterator<Item = Happened>,
    ) -> Result<(), Failure> {
        let mut batches = Vec::new();
        loop {
            let batch = happened.by_ref().take(BATCH);
            let batch = batch.map(|it| it.told(stage.campaign));
            let batch = batch.collect::<Result<Vec<_>, _>>()?;
            if batch.is_empty() {
                break;
            }
            let events = batch.len() as u64;
            self.events += events;
            batches.push((json!({ "events": batch }).to_string(), events));
        }
        batches.reverse();
        let waiting = Mutex::new(batches);
        let begun = Instant::now();
        let told = std::thread::scope(|scope| {
            let sending: Vec<_> = (0..self.senders)
                .map(|_| scope.spawn(|| send(stage, &waiting)))
                .collect();
            let sent = sending.into_iter().map(|sender| {
                let stopped = |_| Failure::new("a sender stopped");
                sender.join().map_err(stopped)?
            });
            sent.collect::<Result<Vec<_>, _>>()
        })?;
        self.elapsed += begun.elapsed();
        self.requests.extend(told.into_iter().flatten());
        self.requests.sort_by(f64::total_cmp);
        Ok(())
    }
}

/// Sends batches until none is left; tells the milliseconds of each.
fn send(stage: &Stage, waiting: &Mutex<Vec<(String, u64)>>) -> Result<Vec<f64>, Failure> {
    let mut times = Vec::new();
    loop {
        let next = {
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.pop()
        };
        let Some((batch, sent)) = next else {
            return Ok(times);
        };
        let begun = Instant::now();
        let told = stage.founder.tell(&stage.tenant, "/events", &batch)?;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        if told["recorded"].as_u64() != Some(sent) {
            return Err(Failure::new("an event was not recorded"));
        }
    }
}
